<<<<<<< HEAD
"""What proves that sync loses nothing: means of their own beside the tests, each run by a command.

`python -m proof.mutants`: seeded bugs, each of which the tests must catch.
"""
=======
"""What proves the promise of sync, and is no test by itself: run by `pytest -m proof` and by `python -m proof.…`."""
>>>>>>> main
