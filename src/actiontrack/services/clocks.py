"""What the suite makes of a clock that is put back."""

from __future__ import annotations

from datetime import timedelta

AHEAD = timedelta(hours=2)
"""What is dated up to so much from now counts: a mistaken time zone repeats nothing. What is dated later than that was
dated by a clock that ran ahead."""
