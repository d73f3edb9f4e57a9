"""How an action stands against time: derived on the day, never typed or stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from actiontrack.domain.nouns import DateChange, Leg
from actiontrack.domain.policy import Board
from actiontrack.domain.vocabulary import Status
from actiontrack.domain.workingdays import WorkingDays

RUNNING_STATUSES = frozenset({Status.NOT_STARTED, Status.IN_PROGRESS, Status.BLOCKED, Status.EVIDENCE_QUERIED})
"""The clock runs against an agency. (Reported complete awaits the Board; the rest is done or ended.)"""

LIVE_STATUSES = RUNNING_STATUSES | {Status.REPORTED_COMPLETE}
"""Somebody still has something to do."""


class DueAction(Protocol):
    """The facts of an action that the clock needs: an `Action`, or a row with just these."""

    @property
    def ref(self) -> str:
        """Its Action ID."""
        ...

    @property
    def status(self) -> Status:
        """Its delivery status."""
        ...

    @property
    def original_due(self) -> date | None:
        """The first date it was given."""
        ...

    @property
    def current_due(self) -> date | None:
        """The date it has now."""
        ...

    @property
    def created_at(self) -> datetime:
        """When it entered the suite."""
        ...


@dataclass(frozen=True, slots=True)
class Standing:
    """How an action stands at the end of the day `as_at`.

    `due` is the day its clock runs to: current_due and the working days it was paused. Counts of days are calendar
    days, and 0 where they don't apply. `slipped` counts moves of the due date to a later one.
    """

    ref: str
    status: Status
    as_at: date
    current_due: date | None
    due: date | None
    paused: bool = False
    overdue: bool = False
    days_overdue: int = 0
    due_soon: bool = False
    undated: bool = False
    awaiting_verification: bool = False
    update_stale: bool = False
    overdue_against_original: bool = False
    slipped: int = 0


def paused_days(legs: Iterable[Leg], as_at: date, calendar: WorkingDays) -> int:
    """Working days that the clock stood still, up to and including `as_at`.

    Only a pause with a reason and an end date counts. Of several agencies, the one blocked longest counts.
    """
    return max((_leg_paused_days(leg, as_at, calendar) for leg in legs if leg.active), default=0)


def is_paused(status: Status, legs: Iterable[Leg], as_at: date) -> bool:
    """Whether the clock stands still on that day: blocked, with a reason, and the day to look again has not passed."""
    return status is Status.BLOCKED and any(
        leg.active and leg.status is Status.BLOCKED and bool(leg.reason.strip())
        and leg.look_again is not None and as_at <= leg.look_again
        for leg in legs
    )  # fmt: skip


def effective_due(action: DueAction, legs: Iterable[Leg], as_at: date, calendar: WorkingDays) -> date | None:
    """The day the clock runs to: `current_due` moved on by the working days of pauses; None is undated."""
    if action.current_due is None:
        return None
    days = paused_days(legs, as_at, calendar)
    return calendar.add_working_days(action.current_due, days) if days else action.current_due


def slips(changes: Iterable[DateChange]) -> int:
    """How often the due date was moved to a later one."""
    return sum(1 for each in changes if each.from_date and each.to_date and each.to_date > each.from_date)


def standing_of(
    action: DueAction,
    legs: Sequence[Leg],
    *,
    as_at: date,
    board: Board,
    calendar: WorkingDays,
    due: date | None,
    slipped: int = 0,
    last_update: date | None = None,
) -> Standing:
    """How the action stands. `due` is `effective_due`, or what a plugin decided.

    `last_update` is the day of its newest update. An action nobody has reported on goes stale from the day it was made.
    """
    running, live = action.status in RUNNING_STATUSES, action.status in LIVE_STATUSES
    paused = is_paused(action.status, legs, as_at)
    overdue = running and not paused and due is not None and as_at > due
    ahead = running and due is not None and as_at <= due
    heard = last_update or action.created_at.date()
    return Standing(
        ref=action.ref,
        status=action.status,
        as_at=as_at,
        current_due=action.current_due,
        due=due,
        paused=paused,
        overdue=overdue,
        days_overdue=(as_at - due).days if overdue and due else 0,
        due_soon=ahead and due is not None and calendar.working_days_between(as_at, due) <= board.due_soon_days,
        undated=live and due is None,
        awaiting_verification=action.status is Status.REPORTED_COMPLETE,
        update_stale=running and as_at - heard >= timedelta(days=board.stale_days),
        overdue_against_original=running and action.original_due is not None and as_at > action.original_due,
        slipped=slipped,
    )


def pauses_of(leg: Leg) -> list[tuple[date, date]]:
    """(first day, last day) of each stretch in which its clock stood or stands still."""
    spans = [(pause.start, pause.end) for pause in leg.pauses]
    if leg.status is Status.BLOCKED and leg.reason.strip() and leg.look_again and leg.blocked_since:
        spans.append((leg.blocked_since, leg.look_again))
    return spans


def _leg_paused_days(leg: Leg, as_at: date, calendar: WorkingDays) -> int:
    return sum(
        calendar.working_days_between(start - timedelta(days=1), min(end, as_at))
        for start, end in pauses_of(leg)
        if start <= min(end, as_at)
    )
