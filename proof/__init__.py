"""What proves that sync loses nothing: means of their own beside the tests, each run by a command.

`python -m proof.mutants`: seeded bugs, each of which the tests must catch.
"""
