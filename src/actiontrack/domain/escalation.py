"""Reminders before a due date and the ladder after it: which levels are reached, and who is told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from actiontrack.domain.addresses import is_address
from actiontrack.domain.derived import RUNNING_STATUSES, Standing
from actiontrack.domain.nouns import Agency
from actiontrack.domain.policy import DEFAULT_LADDER, LADDER_REPEAT_DAYS, Board, LadderStep
from actiontrack.domain.workingdays import WorkingDays

OFFICER, LEAD, EXECUTIVE, BOARD, MANAGER = "officer", "lead", "executive", "board", "manager"

REFERRAL, IMPACT_CHECK = "referral", "impact_check"
"""Levels beside the ladder: what comes back to the Board on its day, and is told to the safeguarding manager."""

_FALLBACKS = {
    OFFICER: (OFFICER, LEAD, MANAGER),
    LEAD: (LEAD, MANAGER),
    EXECUTIVE: (EXECUTIVE, LEAD, MANAGER),
    BOARD: (BOARD, MANAGER),
    MANAGER: (MANAGER,),
}
_ROLES = {
    OFFICER: "lead officer",
    LEAD: "agency lead",
    EXECUTIVE: "agency executive",
    BOARD: "chair and Board",
    MANAGER: "safeguarding manager",
}


@dataclass(frozen=True, slots=True)
class Owed:
    """One level reached. `period` names the stretch it stands for: (action, level, period) is raised once.

    The period is current_due; at the ladder's last level each further 20 working days is a period of its own, named by
    the day it begins if the clock was never paused. `reached` is the day the level was reached; `to` a role.
    """

    level: str
    period: date
    reached: date
    to: str
    why: str


def owed_levels(standing: Standing, board: Board, calendar: WorkingDays) -> Sequence[Owed]:
    """Every level reached by the standing's day, lowest first; of the last level's repeats only the newest."""
    current, due = standing.current_due, standing.due
    if current is None or due is None or standing.paused or standing.status not in RUNNING_STATUSES:
        return ()
    return _reached(current, due, standing.as_at, board, calendar)


@lru_cache(maxsize=4096)
def _reached(current: date, due: date, as_at: date, board: Board, calendar: WorkingDays) -> tuple[Owed, ...]:
    """The levels of one due date: worked out once a day, however many actions are due on it."""
    owed = []
    for days in sorted(board.reminder_days, reverse=True):
        reached = calendar.add_working_days(due, -days)
        why = f"Due on {due.isoformat()}; a reminder goes {_days(days, 'working day')} before."
        owed.append(Owed(level=f"R{days}", period=current, reached=reached, to=OFFICER, why=why))
    late = (as_at - due).days
    ladder = sorted(board.ladder or DEFAULT_LADDER, key=lambda step: step.after)
    owed += [_step(late, due, current, step, 0, calendar) for step in ladder]
    last = ladder[-1]
    repeats = (calendar.working_days_between(due, as_at) - last.after) // LADDER_REPEAT_DAYS
    if repeats > 0:
        owed.append(_step(late, due, current, last, repeats, calendar))
    return tuple(each for each in owed if each.reached <= as_at)


def address(role: str, officer: str, agency: Agency | None, board: Board) -> tuple[str, str]:
    """(address, role it belongs to) for a role, or for who stands in for it; ("", role) where nobody has one.

    The lead officer is a post: it is an address only where one was written there. Stand-ins: officer → agency lead →
    manager; executive → agency lead → manager; Board → manager.
    """
    known: Mapping[str, str] = {
        OFFICER: officer.strip() if is_address(officer.strip()) else "",
        LEAD: agency.lead if agency else "",
        EXECUTIVE: agency.executive if agency else "",
        BOARD: board.chair,
        MANAGER: board.manager,
    }
    for each in _FALLBACKS.get(role, (role, MANAGER)):
        if known.get(each):
            return known[each], each
    return "", role


def role_words(role: str) -> str:
    """A role as a person says it."""
    return _ROLES.get(role, role)


def to_raise(owed: Sequence[Owed], recorded: Collection[tuple[str, date]]) -> tuple[Owed | None, list[Owed]]:
    """(the one to raise, those to record as passed) of what is owed, given the (level, period)s recorded already.

    Only the highest level reached is raised, and only once; a sweep of an earlier day raises no repeat that a later one
    has overtaken.
    """
    new = [each for each in owed if (each.level, each.period) not in recorded]
    if not new or new[-1] is not owed[-1]:
        return None, []
    top = new[-1]
    if any(level == top.level and period > top.period for level, period in recorded):
        return None, []
    return top, new[:-1]


def _step(late: int, due: date, current: date, step: LadderStep, repeat: int, calendar: WorkingDays) -> Owed:
    after = step.after + repeat * LADDER_REPEAT_DAYS
    again = f", and again each {LADDER_REPEAT_DAYS} after" if repeat else ""
    return Owed(
        level=step.level,
        period=calendar.add_working_days(current, after) if repeat else current,
        reached=calendar.add_working_days(due, after),
        to=step.to,
        why=f"{_days(late)} overdue (due {due.isoformat()}); {step.level} goes to the "
        f"{role_words(step.to)} {_days(step.after, 'working day')} after the due date{again}.",
    )


def _days(count: int, unit: str = "day") -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
