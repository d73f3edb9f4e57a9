"""How an action stands on a day and what it is rated, by the rules in force: plugins are asked, the defaults last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from actiontrack.domain.derived import RUNNING_STATUSES, DueAction, Standing, is_paused, standing_of
from actiontrack.domain.nouns import Leg
from actiontrack.domain.vocabulary import Status
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


def leg_days_overdue(core: Core, action: DueAction, leg: Leg, *, as_at: date) -> int:
    """Calendar days by which one agency's part is late at the end of `as_at`; 0 where it is not.

    A part is late past the action's due date and the working days that this part was paused itself, until its agency
    reports it complete. Nothing is late once the Board has verified or ended the action.
    """
    running = action.status in RUNNING_STATUSES and leg.status is not Status.REPORTED_COMPLETE
    if not running or is_paused(leg.status, [leg], as_at):
        return 0
    due = core.hooks.decide_due_date(action, [leg], as_at, core.calendar)
    return max((as_at - due).days, 0) if due else 0
