"""BRAG and white: the default rating."""

from __future__ import annotations

from collections.abc import Sequence

from actiontrack.domain.derived import Standing
from actiontrack.domain.nouns import Recommendation
from actiontrack.domain.vocabulary import Level, Rating, Response, Status

_NOT_PURSUED = frozenset({Status.CLOSED_NOT_IMPLEMENTED, Status.SUPERSEDED, Status.NO_LONGER_APPLICABLE})


def rating_of(standing: Standing, recommendations: Sequence[Recommendation]) -> Rating | None:
    """The first that fits of blue, white, red, amber, green; an undated action has none, nor one no longer pursued.

    White: every recommendation it answers was referred elsewhere or is not local.
    """
    if standing.current_due is None or standing.status in _NOT_PURSUED:
        return None
    if standing.status in (Status.EMBEDDED, Status.VERIFIED):
        return Rating.BLUE
    if recommendations and all(
        item.response is Response.REFERRED_ELSEWHERE or item.level is not Level.LOCAL for item in recommendations
    ):
        return Rating.WHITE
    if standing.overdue or standing.slipped >= 2:
        return Rating.RED
    if standing.due_soon or standing.status is Status.BLOCKED or standing.slipped == 1:
        return Rating.AMBER
    return Rating.GREEN
