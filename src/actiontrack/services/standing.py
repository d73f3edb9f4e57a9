"""How an action stands on a day and what it is rated, by the rules in force: plugins are asked, the defaults last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from actiontrack.domain.derived import DueAction, Standing, standing_of
from actiontrack.domain.nouns import Leg
from actiontrack.services.core import Core


def stand(
    core: Core,
    action: DueAction,
    legs: Sequence[Leg],
    *,
    as_at: date,
    slipped: int = 0,
    last_update: date | None = None,
) -> Standing:
    """The standing at the end of `as_at`. `slipped` is `derived.slips` of its date changes, `last_update` a day.

    For its rating ask `core.hooks.decide_rating(standing, recommendations)`.
    """
    due = core.hooks.decide_due_date(action, legs, as_at, core.calendar)
    return standing_of(
        action,
        legs,
        as_at=as_at,
        board=core.board,
        calendar=core.calendar,
        due=due,
        slipped=slipped,
        last_update=last_update,
    )
