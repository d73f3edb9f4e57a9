"""What the suite makes of a clock that is put back."""

from __future__ import annotations

from datetime import timedelta

AHEAD = timedelta(hours=2)
"""What is dated no later than this from now counts: for a mistaken time zone nothing is repeated. What is dated later was
dated by a clock that ran ahead."""
