"""The digest: what one person is told on one day. Counts, refs, dates and why-lines; never a word of the plan's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
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
from actiontrack.services.telling.message import DIGEST, Part, frozen, key_of, short

FAILED = "send:"
"""Before the key of a message that could not be delivered: a ref of its own in the manager's digest."""
MOST = 200
"""Lines of a digest; of more, the number is told."""
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
    lines = _standing(core, reader, send)
    failed = [each for ref in send.refs if (each := _failed(reader, ref))]
    if not lines and not failed:
        return None
    back = [each for each in lines if each.level in _BACK]
    overdue = sorted(
        (each for each in lines if each.late and each not in back), key=lambda each: (-each.late, each.ref)
    )
    coming = sorted(
        (each for each in lines if not each.late and each not in back), key=lambda each: (each.due, each.ref)
    )
    counts = [
        f"{len(found)} {words if len(found) > 1 else word}"
        for found, word, words in (
            (overdue, "action is overdue", "actions are overdue"),
            (coming, "action is due soon", "actions are due soon"),
            (back, "matter has come back to the Board", "matters have come back to the Board"),
            (failed, "message could not be delivered", "messages could not be delivered"),
        )
        if found
    ]
    today = day_in_words(core.clock.today())
    parts = [
        *_part("Overdue", overdue), *_part("Due soon", coming), *_part("Come back to the Board", back),
        *([Part("Not delivered", failed)] if failed else ()),
    ]  # fmt: skip
    dated = [(each.ref, each.due) for each in (*overdue, *coming)[:MOST]]
    file = {"name": "action-plan.ics", "kind": "text/calendar; method=PUBLISH; charset=utf-8",
            "text": due_calendar(core, reader, dated, send.claimed_at or send.at)}  # fmt: skip
    return frozen(
        f"Action plan: {', '.join(counts)}",
        f"{core.board.name}: the action plan on {today}",
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


def _part(heading: str, lines: Sequence[_Line]) -> Iterable[Part]:
    if not lines:
        return
    shown = [(_what(each), each.why) for each in lines[:MOST]]
    if len(lines) > MOST:
        shown.append((f"And {len(lines) - MOST} more, which the plan shows.", ""))
    yield Part(f"{heading} ({len(lines)})", shown)


def _by_date(lines: Iterable[_Line]) -> tuple[list[_Line], list[_Line]]:
    """Those overdue, the latest first; those to come, the next first."""
    found = sorted(lines, key=lambda each: (-each.late, each.due, each.ref))
    return [each for each in found if each.late], [each for each in found if not each.late]


def _what(line: _Line) -> str:
    if line.level in _BACK:
        return f"{line.ref}, since {day_in_words(line.due)}"
    level = f", level {line.level}" if line.late else ""
    days = f", {line.late} {'day' if line.late == 1 else 'days'} overdue" if line.late else ""
    return f"{line.ref}, due {day_in_words(line.due)}{days}{level}"


def _standing(core: Core, reader: Reader, send: Send) -> list[_Line]:
    """The newest matter of each ref that this person was to be told of, where it stands still."""
    refs = [ref for ref in send.refs if not ref.startswith(FAILED)]
    newest = {
        each.action: each
        for each in sorted(
            reader.find(Escalation, action=refs, to=send.person, at__ge=send.at),
            key=lambda each: (each.at, each.period),
        )
        if each.state != "passed"
    }
    facts = reader.pick(Action, ("ref", "status", "current_due"), ref=list(newest))
    due = {ref: current for ref, status, current in facts if status in RUNNING_STATUSES and current is not None}
    back = _come_back(core, reader) if any(each.level in _BACK for each in newest.values()) else frozenset()
    lines = []
    for ref, each in newest.items():
        if each.level in _BACK:
            if (each.level, ref, each.period) in back:
                lines.append(_Line(_shown(ref), each.period, each.days_overdue, each.level, each.why))
        elif ref in due and due[ref] <= each.period:
            lines.append(_Line(_shown(ref), due[ref], each.days_overdue, each.level, each.why))
    return lines


def _come_back(core: Core, reader: Reader) -> frozenset[tuple[str, str, date]]:
    from actiontrack.services.sweep import come_back

    return frozenset((each.kind, each.ref, each.due) for each in come_back(reader, core.clock.today()))


def _shown(ref: str) -> str:
    """A ref that somebody made of words stays untold."""
    return ref if _REF.fullmatch(ref) else "one whose ref is not told here"


def _failed(reader: Reader, ref: str) -> tuple[str, str] | None:
    """What became of a message that could not be delivered, where that still stands."""
    if not ref.startswith(FAILED):
        return None
    wanted = ref.removeprefix(FAILED)
    for send in reader.find(Send, state=SendState.REFUSED):
        if short(key_of(reader, send)) == wanted:
            what = "A digest" if send.kind == DIGEST else "A message"
            held = ", ".join(_shown(each) for each in send.refs[:MOST] if not each.startswith(FAILED))
            return (
                f"{what} of {day_in_words(send.period)} to an address at {host_of(send.person)}",
                f"It held: {held or 'no Action ID'}. See `actiontrack sends show {wanted}`.",
            )
    return None
