"""Hostile input, made by the million. `python -m fuzz` runs it.

What it ever found is kept in `seeds`, and the tests try all of them (tests/unit/test_fuzz_seeds.py). Each target is a function of some bytes that raises when a promise is broken. The bytes are text where they can be, so
that a seed can be read: see `parts.py`.
"""
