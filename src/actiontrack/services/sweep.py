"""The sweep: what is overdue or due soon, and each reminder and escalation owed, once.

**Unique.** An escalation is a row keyed (action, level, period); a second sweep finds it and raises nothing. Only the
highest level reached is raised; lower ones are recorded as passed.

**At adoption.** A level whose day lies before the day the action entered the suite is *baseline*: nobody was here to
raise it then. The highest is told once, to the safeguarding manager, in one digest; the ladder's people hear of levels
reached from then on.

**Batches.** Rows, digests and the one audit entry of a batch are committed together, so that a sweep that is stopped
neither repeats nor skips one. Actions due beyond the furthest reminder are never loaded.

**Clocks.** What was recorded when the clock showed more than AHEAD past what it shows now does not count. It was put
back: a ladder climbed by a clock that ran ahead is climbed again in its time, for else nobody would ever be told.
"""

from __future__ import annotations

import functools
import hashlib
import secrets
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from actiontrack.domain.catalogue import noun_name
from actiontrack.domain.derived import RUNNING_STATUSES
from actiontrack.domain.escalation import IMPACT_CHECK, MANAGER, REFERRAL, Owed, address, role_words, to_raise
from actiontrack.domain.ledger import Escalation
from actiontrack.domain.nouns import Action, Leg, SweepBatch
from actiontrack.domain.vocabulary import Status
from actiontrack.errors import UserError
from actiontrack.ports import Reader, Writer
from actiontrack.services.clocks import AHEAD
from actiontrack.services.core import Core
from actiontrack.services.judging import Judge, Judged, Row, pick_rows
from actiontrack.services.records.outlook import impact_checks_due
from actiontrack.services.records.responding import referrals_back
from actiontrack.services.telling.digest import next_digest

SOURCE = "sweep"

RAISED, PASSED, BASELINE = "raised", "passed", "baseline"
_BATCH = 50_000
_LINES = 5_000
_BACK = {
    REFERRAL: "A referral is back, to be answered anew by the Board,",
    IMPACT_CHECK: "Whether the change reached practice is to be checked",
}
"""What comes back by itself, and why it is told."""
_UNDATED_STATUSES = (*sorted(RUNNING_STATUSES), Status.REPORTED_COMPLETE)


class Recorded(NamedTuple):
    """A reminder or an escalation, field by field as `Escalation`: a class of its own is quicker to make.

    `to` is an address, "" where nobody has one; `state` raised, passed or baseline.
    """

    action: str
    level: str
    period: date
    state: str
    to: str
    days_overdue: int
    why: str
    at: datetime

    def to_json(self) -> dict[str, Any]:
        """As cli.md has it, with its state."""
        held = {"ref": self.action, "level": self.level, "days_overdue": self.days_overdue, "to": self.to}
        return {**held, "why": self.why, "state": self.state}


_VOUCHED = attrgetter("action", "level", "period", "state", "days_overdue")


@dataclass(frozen=True, slots=True)
class Back:
    """What comes back to the Board by itself: a referral to answer anew, or an impact check to make."""

    kind: str
    """One of _BACK."""
    ref: str
    number: str
    due: date

    def to_json(self) -> dict[str, Any]:
        """As `sweep --json` has it."""
        return {"kind": self.kind, "ref": self.ref, "number": self.number, "due": self.due.isoformat()}


def come_back(reader: Reader, as_at: date) -> list[Back]:
    """Every referral and impact check whose day has come, and that was not answered since: referrals first."""
    referrals = [
        Back(REFERRAL, item.ref, item.number, item.review_by)
        for item in referrals_back(reader, as_at)
        if item.review_by
    ]
    return referrals + [Back(IMPACT_CHECK, *each) for each in impact_checks_due(reader, as_at)]


@dataclass(slots=True)
class SweepResult:
    """What a sweep found and raised. `sent` counts the people whose digest it recorded something in."""

    as_at: date
    overdue: int = 0
    due_soon: int = 0
    awaiting_verification: int = 0
    undated: int = 0
    back: list[Back] = field(default_factory=list)
    raised: list[Recorded] = field(default_factory=list)
    people: set[str] = field(default_factory=set)

    def to_json(self) -> dict[str, Any]:
        """As cli.md has it."""
        return {**self.counts(), "raised": [each.to_json() for each in self.raised]}

    def counts(self) -> dict[str, Any]:
        """All but what was raised, of which there may be hundreds of thousands."""
        return {
            "as_at": self.as_at.isoformat(),
            "overdue": self.overdue,
            "due_soon": self.due_soon,
            "awaiting_verification": self.awaiting_verification,
            "undated": self.undated,
            "referrals_due": sum(each.kind == REFERRAL for each in self.back),
            "impact_checks_due": sum(each.kind == IMPACT_CHECK for each in self.back),
            "back": [each.to_json() for each in self.back],
            "sent": len(self.people),
        }


def sweep(core: Core, *, as_at: date | None = None, dry_run: bool = False, who: str) -> SweepResult:
    """Look at every live action from `as_at` (today), and record what is owed and not recorded yet.

    The state looked at is today's. Raises UserError for a future day without `dry_run`: a ledger holds what happened.
    """
    today = core.clock.today()
    day = as_at or today
    if day > today and not dry_run:
        raise UserError(f"--as-at {day.isoformat()} lies in the future; add --dry-run to see what will be owed then.")
    result = SweepResult(day)
    sweeper = _Sweeper(core, day)
    with core.store.reading() as reader:
        result.awaiting_verification = reader.count(Action, status=Status.REPORTED_COMPLETE)
        result.undated = reader.count(Action, status=_UNDATED_STATUSES, current_due=None)
        result.back = come_back(reader, day)
        owing = deque(sweeper.survey(reader, result))
    while owing:
        batch = [owing.popleft() for _ in range(min(_BATCH, len(owing)))]
        with core.store.reading() as reader:
            found = sweeper.look(reader, batch, result)
        _settle(core, sweeper, found, result, who, dry_run=dry_run)
    with core.store.reading() as reader:
        found = sweeper.look_back(reader, result.back)
    _settle(core, sweeper, found, result, who, dry_run=dry_run)
    return result


def _settle(core: Core, sweeper: _Sweeper, found: _Found, result: SweepResult, who: str, *, dry_run: bool) -> None:
    """Record what is owed and tell of it; a dry run only adds it to the result."""
    if not found.rows:
        return
    if dry_run:
        result.people |= {each.to for each in found.raised if each.to}
    else:
        with core.store.writing(who, SOURCE) as writer:
            result.people |= sweeper.record(writer, found)
        _tell(core, found)
    result.raised += found.raised


@dataclass(slots=True)
class _Found:
    """What one batch owes."""

    rows: list[Recorded] = field(default_factory=list)
    raised: list[Recorded] = field(default_factory=list)

    def leave_out(self, recorded: Mapping[str, set[tuple[str, date]]]) -> None:
        """Forget what another sweep has recorded meanwhile."""
        if not recorded:
            return
        self.rows = [each for each in self.rows if _key(each) not in recorded.get(each.action, ())]
        self.raised = [each for each in self.raised if _key(each) not in recorded.get(each.action, ())]


class _Sweeper:
    """One sweep's rules and memory."""

    def __init__(self, core: Core, day: date) -> None:
        self._core = core
        self._day = day
        self._zone = ZoneInfo(core.board.timezone)
        self._now = core.clock.now()
        self._upto = self._now + AHEAD
        self._agencies = {agency.code: agency for agency in core.agencies}
        self._judge = Judge(core, day)
        self._ran_ahead = False
        self._surveyed_at = 0
        self._to_whom = cache(self._whom)
        self._day_of = functools.lru_cache(lambda instant: instant.astimezone(self._zone).date())

    def survey(self, reader: Reader, result: SweepResult) -> list[Row]:
        """The actions to be looked at; of all others the counts are added to the result."""
        self._ran_ahead = reader.count(SweepBatch, at__gt=self._upto) > 0
        self._surveyed_at = reader.head()
        found = self._judge.survey(reader, self._upto if self._ran_ahead else None)
        result.overdue += found.overdue
        result.due_soon += found.due_soon
        return found.rows

    def look(self, reader: Reader, rows: Sequence[Row], result: SweepResult) -> _Found:
        """What these actions owe; the counts of those that stand apart are added to the result. Nothing is written."""
        refs, newer = [row.ref for row in rows], self._newer(reader)
        legs = _paused_legs(reader, [ref for ref in refs if self._judge.is_apart(ref)])
        recorded, found = _recorded(reader, refs, self._upto), _Found()
        for surveyed in rows:
            row = newer.get(surveyed.ref, surveyed)
            if row.status not in RUNNING_STATUSES:  # somebody was quicker
                continue
            judged = self._judge.judge(row, legs.get(row.ref, ()))
            if self._judge.is_apart(row.ref):
                result.overdue += judged.overdue
                result.due_soon += judged.due_soon
            if judged.owed:
                self._owe(row, judged, recorded.get(row.ref, set()), found)
        return found

    def _newer(self, reader: Reader) -> dict[str, Row]:
        """The actions that changed since the survey, by their refs."""
        changed = [ref for noun, ref in reader.changed_since(self._surveyed_at) if noun == noun_name(Action)]
        return {row.ref: row for row in pick_rows(reader, ref=changed)} if changed else {}

    def look_back(self, reader: Reader, back: Sequence[Back]) -> _Found:
        """What has come back to the Board and was not told yet: once, to the safeguarding manager."""
        recorded, found = _recorded(reader, sorted(each.ref for each in back), self._upto), _Found()
        to = self._core.board.manager
        for each in back:
            if (each.kind, each.due) in recorded.get(each.ref, ()):
                continue
            days = (self._day - each.due).days
            why = f"{_BACK[each.kind]} since {each.due.isoformat()}."
            why += "" if to else f" No address is known for the {role_words(MANAGER)}."
            found.rows.append(Recorded(each.ref, each.kind, each.due, RAISED, to, days, why, self._now))
            found.raised.append(found.rows[-1])
        return found

    def record(self, writer: Writer, found: _Found) -> set[str]:
        """Write what is owed, with the digests and the batch's audit entry; returns who is told."""
        found.leave_out(_recorded(writer, sorted(dict.fromkeys(each.action for each in found.rows)), self._upto))
        if not found.rows:
            return set()
        told: dict[str, list[str]] = {}
        for each in found.raised:
            if each.to:
                told.setdefault(each.to, []).append(each.action)
        digests = [next_digest(self._core, writer, person, refs, self._now) for person, refs in sorted(told.items())]
        batch = SweepBatch(
            ref=secrets.token_hex(8), day=self._day, rows=len(found.rows), digest=_digest_of(found.rows), at=self._now
        )
        writer.add(batch)
        writer.put(*digests)
        writer.remove(*self._overtaken(writer, found))
        writer.add_rows(Escalation, found.rows)
        return set(told)

    def _owe(self, row: Row, judged: Judged, recorded: set[tuple[str, date]], found: _Found) -> None:
        owed, days, ref, now, rows = judged.owed, judged.days, row.ref, self._now, found.rows
        top, passed = to_raise(owed, recorded) if recorded else (owed[-1], owed[:-1])
        entered = self._day_of(row.created_at)
        for each in passed:
            state = BASELINE if each.reached < entered else PASSED
            rows.append(Recorded(ref, each.level, each.period, state, "", days, each.why, now))
        if top is None:
            return
        baseline = top.reached < entered
        to, why = self._to_whom(row.lead_agency, row.lead_officer, top.to, top.why, entered if baseline else None)
        state = BASELINE if baseline else RAISED
        raised = Recorded(ref, top.level, top.period, state, to, days, why, now)
        rows.append(raised)
        found.raised.append(raised)

    def _overtaken(self, reader: Reader, found: _Found) -> list[Escalation]:
        """Rows of these keys that a clock which ran ahead has left."""
        if not self._ran_ahead:
            return []
        keys = {(each.action, *_key(each)) for each in found.rows}
        left = reader.find(Escalation, at__gt=self._upto)
        return [each for each in left if (each.action, *_key(each)) in keys]

    def _whom(self, agency: str, officer: str, wanted: str, why: str, entered: date | None) -> tuple[str, str]:
        """(address, why it is raised and why it goes there)."""
        wanted = wanted if entered is None else MANAGER
        to, role = address(wanted, officer, self._agencies.get(agency), self._core.board)
        if entered is not None:
            why += f" Reached before it entered the suite on {entered.isoformat()}: told once, in one digest."
        if not to:
            why += f" No address is known for the {role_words(wanted)} or a stand-in."
        elif role != wanted:
            why += f" No address is known for the {role_words(wanted)}: it goes to the {role_words(role)}."
        return to, why


def _tell(core: Core, found: _Found) -> None:
    """Let plugins hear of escalations; not of reminders, nor of what was history at adoption."""
    if not core.hooks.is_heard("on_action_overdue"):
        return
    for each in found.raised:
        if each.days_overdue and each.state == RAISED and each.level not in _BACK:
            core.hooks.on_action_overdue(each.action, each.level, each.days_overdue, each.to)


def _paused_legs(reader: Reader, refs: Sequence[str]) -> dict[str, list[Leg]]:
    """The legs of those actions whose clock stands or stood still: few, so that few are loaded."""
    facts = reader.pick(Leg, ("action", "status", "pauses"), action=refs) if refs else []
    paused = dict.fromkeys(action for action, status, pauses in facts if pauses or status is Status.BLOCKED)
    legs: dict[str, list[Leg]] = {}
    for leg in reader.find(Leg, action=list(paused)) if paused else ():
        legs.setdefault(leg.action, []).append(leg)
    return legs


def _key(each: Owed | Escalation | Recorded) -> tuple[str, date]:
    """What names an escalation within its action."""
    return each.level, each.period


def _recorded(reader: Reader, refs: Sequence[str], upto: datetime) -> dict[str, set[tuple[str, date]]]:
    """(level, period) of each escalation these actions have had by then; `refs` in their order."""
    held: dict[str, set[tuple[str, date]]] = {}
    if not refs or not reader.count(
        Escalation, action__ge=refs[0], action__le=refs[-1]
    ):  # the first sweep of very many
        return held
    for action, level, period in reader.pick(Escalation, ("action", "level", "period"), action=refs, at__le=upto):
        held.setdefault(action, set()).add((level, period))
    return held


def _digest_of(rows: Sequence[Recorded]) -> str:
    """SHA-256 (hex) of the rows in order of their keys, as one JSON array: the chain then vouches for the ledger."""
    from pydantic_core import to_json

    found, ordered = hashlib.sha256(b"["), sorted(rows)
    for start in range(0, len(ordered), _LINES):
        lines = to_json([*map(_VOUCHED, ordered[start : start + _LINES])])
        found.update(b"," * bool(start) + lines[1:-1])
    found.update(b"]")
    return found.hexdigest()
