"""Hostile input, made by the million. `python -m fuzz` runs it.

Each target is a function of some bytes that raises when a promise is broken. The bytes are text where they can be, so
that a seed can be read: see `parts.py`. What was ever found is kept in `seeds`; tests try all of it.
"""
