"""The digest: what one person is told on one day. Counts, refs, dates and why-lines; never a word of the plan's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from actiontrack.domain.addresses import host_of
from actiontrack.domain.derived import RUNNING_STATUSES
from actiontrack.domain.escalation import IMPACT_CHECK, REFERRAL
from actiontrack.domain.ledger import Escalation, Send, SendState, Values
from actiontrack.domain.nouns import Action
from actiontrack.domain.report import day_in_words
from actiontrack.ports import Reader
from actiontrack.services.core import Core
from actiontrack.services.telling.due_calendar import due_calendar
from actiontrack.services.telling.message import DIGEST, Part, frozen, keys, short

FAILED = "send:"
"""Before the key of a message that could not be delivered: a ref of its own in the manager's digest."""
MOST = 200
"""Lines of a digest; of more, the number is told."""
_HELD = 20
"""Action IDs that are named of a message that could not be delivered."""
_AT_ONCE = 5000
"""Refs that are looked at together: a digest at adoption may hold every action there is."""
_REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,39}")
_BACK = (REFERRAL, IMPACT_CHECK)


@dataclass(frozen=True, slots=True)
class _Line:
    """One matter that is told: `late` in calendar days, 0 where it is not."""

    ref: str
    due: date
    late: int
    level: str
    why: str


def next_digest(core: Core, reader: Reader, person: str, refs: Iterable[str], at: datetime) -> Send:
    """The person's next digest with these refs added: the one that waits, else a new one, of a working day."""
    waiting = reader.find(Send, person=person, kind=DIGEST, state=SendState.WAITING)
    if waiting:
        first = waiting[0]
        return first.model_copy(update={"refs": tuple(dict.fromkeys((*first.refs, *refs))), "at": min(first.at, at)})
    day = core.clock.today()
    while True:
        if not core.calendar.is_working_day(day):
            day = core.calendar.add_working_days(day, 1)
        if not reader.find(Send, person=person, period=day, kind=DIGEST):
            return Send(person=person, period=day, kind=DIGEST, refs=tuple(refs), at=at)
        day += timedelta(days=1)


def digest_words(core: Core, reader: Reader, send: Send) -> Values | None:
    """What the digest says now: of what it was to tell, all that still stands. None where nothing does."""
    overdue, coming, back = _Group("Overdue"), _Group("Due soon"), _Group("Come back to the Board")
    for line in _standing(core, reader, send):
        (back if line.level in _BACK else overdue if line.late else coming).add(line)
    failed = _failed(reader, send.refs)
    counts = [
        f"{count} {words if count > 1 else word}"
        for count, word, words in (
            (overdue.count, "action is overdue", "actions are overdue"),
            (coming.count, "action is due soon", "actions are due soon"),
            (back.count, "matter has come back to the Board", "matters have come back to the Board"),
            (len(failed), "message could not be delivered", "messages could not be delivered"),
        )
        if count
    ]
    if not counts:
        return None
    parts = [each.part() for each in (overdue, coming, back) if each.count]
    if failed:
        parts.append(Part(f"Not delivered ({len(failed)})", failed))
    dated = [(each.ref, each.due) for group in (overdue, coming) for each in group.first()]
    calendar = due_calendar(core, reader, dated, send.claimed_at or send.at)
    file = {"name": "action-plan.ics", "kind": "text/calendar; method=PUBLISH; charset=utf-8", "text": calendar}
    return frozen(
        f"Action plan: {', '.join(counts)}",
        f"{core.board.name}: the action plan on {day_in_words(core.clock.today())}",
        [f"{'. '.join(counts)}."],
        parts,
        _CLOSING,
        [file],
    )


_CLOSING = (
    "Actions are named by their Action IDs only: what they are about, and who is meant, is in your plan.",
    "The calendar file attached holds these due dates and the coming meetings of the Board.",
    "There is one such message a day at most, on working days. It was sent by itself; answers go to its sender.",
)


class _Group:
    """Matters under one heading: all are counted, the first are kept. The latest come first, then the next to come."""

    def __init__(self, heading: str) -> None:
        self.count = 0
        self._heading = heading
        self._kept: list[_Line] = []

    def add(self, line: _Line) -> None:
        """Take one in."""
        self.count += 1
        self._kept.append(line)
        if len(self._kept) > 10 * MOST:
            self._kept = self.first()

    def first(self) -> list[_Line]:
        """Those that are shown."""
        return sorted(self._kept, key=lambda each: (-each.late, each.due, each.ref))[:MOST]

    def part(self) -> Part:
        """The heading and its lines."""
        shown = [(_what(each), each.why) for each in self.first()]
        if self.count > len(shown):
            shown.append((f"And {self.count - len(shown)} more, which the plan shows.", ""))
        return Part(f"{self._heading} ({self.count})", shown)


def _what(line: _Line) -> str:
    if line.level in _BACK:
        return f"{line.ref}, since {day_in_words(line.due)}"
    level = f", level {line.level}" if line.late else ""
    days = f", {line.late} {'day' if line.late == 1 else 'days'} overdue" if line.late else ""
    return f"{line.ref}, due {day_in_words(line.due)}{days}{level}"


def _standing(core: Core, reader: Reader, send: Send) -> Iterator[_Line]:
    """The newest matter of each ref that this person was to be told of, where it stands still."""
    refs = [ref for ref in send.refs if not ref.startswith(FAILED)]
    back: frozenset[tuple[str, str, date]] | None = None
    for start in range(0, len(refs), _AT_ONCE):
        newest = _newest(reader, refs[start : start + _AT_ONCE], send)
        facts = reader.pick(Action, ("ref", "status", "current_due"), ref=list(newest))
        due = {ref: current for ref, status, current in facts if status in RUNNING_STATUSES and current is not None}
        for ref, (level, period, late, why) in newest.items():
            if level in _BACK:
                back = _come_back(core, reader) if back is None else back
                if (level, ref, period) in back:
                    yield _Line(_shown(ref), period, late, level, why)
            elif ref in due and due[ref] <= period:
                yield _Line(_shown(ref), due[ref], late, level, why)


def _newest(reader: Reader, refs: Sequence[str], send: Send) -> dict[str, tuple[str, date, int, str]]:
    """(level, period, days overdue, why) of the newest escalation of each of these."""
    fields = ("at", "period", "action", "level", "days_overdue", "why")
    told = reader.pick(Escalation, fields, action=refs, to=send.person, at__ge=send.at, state__ne="passed")
    return {action: (level, period, late, why) for _, period, action, level, late, why in sorted(told)}


def _come_back(core: Core, reader: Reader) -> frozenset[tuple[str, str, date]]:
    from actiontrack.services.sweep import come_back

    return frozenset((each.kind, each.ref, each.due) for each in come_back(reader, core.clock.today()))


def _shown(ref: str) -> str:
    """A ref that somebody made of words stays untold."""
    return ref if _REF.fullmatch(ref) else "one whose ref is not told here"


def _failed(reader: Reader, refs: Iterable[str]) -> list[tuple[str, str]]:
    """What became of the messages that could not be delivered, where that still stands."""
    wanted = {ref.removeprefix(FAILED) for ref in refs if ref.startswith(FAILED)}
    if not wanted:
        return []
    key_of = keys(reader)
    refused = [(short(key_of(each)), each) for each in reader.find(Send, state=SendState.REFUSED)]
    return [_undelivered(name, send) for name, send in refused if name in wanted][:MOST]


def _undelivered(name: str, send: Send) -> tuple[str, str]:
    held = [_shown(each) for each in send.refs if not each.startswith(FAILED)]
    more = f" and {len(held) - _HELD} more" if len(held) > _HELD else ""
    what = f"A {'digest' if send.kind == DIGEST else 'message'} of {day_in_words(send.period)}"
    return (
        f"{what} to an address at {_shown(host_of(send.person))}",
        f"It held: {', '.join(held[:_HELD]) or 'no Action ID'}{more}. See `actiontrack sends show {name}`.",
    )
