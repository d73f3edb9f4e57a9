"""The built-in rating."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from actiontrack.api import hookimpl

if TYPE_CHECKING:
    from actiontrack.api import Rating, Recommendation, Standing


@hookimpl(trylast=True)
def decide_rating(standing: Standing, recommendations: Sequence[Recommendation]) -> Rating | None:
    """BRAG and white."""
    from actiontrack.domain.rating import rating_of

    return rating_of(standing, recommendations)
