"""Seeded bugs: a promise is only kept by tests that would see it broken.

Each file in `patches` is one bug somebody could make, as a patch of the sources. Its head says what it is, which of the
invariants (I1 to I18) it breaks, and where it must be noticed.
"""
