"""How actions stand on a day and what they owe, judged together where they are alike.

Actions of one due date stand alike and owe the same, but for those whose clock stands or stood still: a million actions
are a few hundred dates. Where a plugin decides, each is judged by itself.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

from actiontrack.domain.derived import RUNNING_STATUSES
from actiontrack.domain.escalation import Owed
from actiontrack.domain.ledger import Escalation
from actiontrack.domain.nouns import Action, Leg
from actiontrack.domain.vocabulary import Status
from actiontrack.ports import Reader
from actiontrack.services.core import Core
from actiontrack.services.standing import stand


class Row(NamedTuple):
    """The facts of an action that a sweep needs (`DueAction`)."""

    ref: str
    status: Status
    original_due: date | None
    current_due: date | None
    created_at: datetime
    lead_agency: str
    lead_officer: str


def pick_rows(reader: Reader, **where: Any) -> list[Row]:
    """The rows of the actions that fit, in order of their refs."""
    return list(_rows(reader.pick(Action, Row._fields, **where)))


def _rows(picked: Iterable[Sequence[Any]]) -> Iterator[Row]:
    for ref, status, original_due, current_due, created_at, agency, officer in picked:
        # Words that thousands share are held once.
        yield Row(ref, status, original_due, current_due, created_at, sys.intern(agency), sys.intern(officer))


class Judged(NamedTuple):
    """What a sweep makes of an action's standing; `owed` as `decide_escalation` answers."""

    overdue: bool
    due_soon: bool
    days: int
    owed: Sequence[Owed]


@dataclass(frozen=True, slots=True)
class Survey:
    """The actions that may owe something new, in order of their refs, and the counts of those that stand together."""

    rows: list[Row]
    overdue: int = 0
    due_soon: int = 0


class Judge:
    """The rules in force, as at the end of a day."""

    def __init__(self, core: Core, day: date) -> None:
        self._core = core
        self._day = day
        ahead = max(core.board.due_soon_days, *core.board.reminder_days, 0) + 1
        self._horizon = core.calendar.add_working_days(day, ahead)
        self._together = core.hooks.is_default("decide_due_date", "decide_escalation")
        self._apart: frozenset[str] = frozenset()
        self._of_day = cache(self._on)

    def is_apart(self, ref: str) -> bool:
        """Whether the action is judged by itself: then its legs are needed, if its clock stands or stood still."""
        return not self._together or ref in self._apart

    def judge(self, row: Row, legs: Sequence[Leg]) -> Judged:
        """How the action stands, and what it owes."""
        if row.current_due is None or self.is_apart(row.ref):
            return self._alone(row, legs)
        return self._of_day(row.current_due)

    def survey(self, reader: Reader, upto: datetime | None) -> Survey:
        """Look at every running action due by the furthest reminder. `upto`: what was recorded later does not count."""
        running, near = {"status": sorted(RUNNING_STATUSES)}, {"current_due__le": self._horizon}
        if not self._together:
            return Survey(pick_rows(reader, **running, **near))
        rows = self._stopped(reader)
        self._apart = frozenset(row.ref for row in rows)
        apart, overdue, due_soon = Counter(row.current_due for row in rows), 0, 0
        for due, many in reader.tally(Action, "current_due", **running, **near).items():
            judged = self._of_day(due)
            overdue += judged.overdue * (many - apart[due])
            due_soon += judged.due_soon * (many - apart[due])
            if judged.owed:
                told: dict[str, Any] = {"level": judged.owed[-1].level, "period": judged.owed[-1].period}
                told |= {"at__le": upto} if upto else {}
                untold = reader.pick_without(Action, Row._fields, Escalation, told, current_due=due, **running)
                rows += (row for row in _rows(untold) if row.ref not in self._apart)
        rows.sort(key=itemgetter(0))
        return Survey(rows, overdue, due_soon)

    def _stopped(self, reader: Reader) -> list[Row]:
        """Those whose clock stands or stood still."""
        paused = reader.pick(Leg, ("action",), pauses__holds=True)
        blocked = reader.pick(Action, ("ref",), status=Status.BLOCKED)
        refs = sorted({ref for (ref,) in (*paused, *blocked)})
        rows = pick_rows(reader, ref=refs) if refs else ()
        return [
            row
            for row in rows
            if row.status in RUNNING_STATUSES and row.current_due and row.current_due <= self._horizon
        ]

    def _on(self, due: date) -> Judged:
        """Any action of that due date whose clock was never paused."""
        return self._alone(Row("", Status.IN_PROGRESS, due, due, self._core.clock.now(), "", ""), ())

    def _alone(self, row: Row, legs: Sequence[Leg]) -> Judged:
        standing = stand(self._core, row, legs, as_at=self._day)
        owed = self._core.hooks.decide_escalation(standing, self._core.board, self._core.calendar)
        return Judged(standing.overdue, standing.due_soon, standing.days_overdue, owed)
