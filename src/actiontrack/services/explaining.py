"""Why an action was, is or will be escalated: each level with its day, its reason, and who was told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from actiontrack.domain.derived import Standing, pauses_of
from actiontrack.domain.escalation import Owed, address
from actiontrack.domain.ledger import Escalation, Send
from actiontrack.domain.nouns import Action, Leg
from actiontrack.domain.policy import DEFAULT_LADDER, LADDER_REPEAT_DAYS
from actiontrack.services.core import Core
from actiontrack.services.records.listing import find_ref
from actiontrack.services.standing import stand
from actiontrack.services.sweep import BASELINE, RAISED
from actiontrack.services.telling.message import DIGEST

OWED, TO_COME = "owed", "to_come"
"""Reached, and raised or passed over by the next sweep; or not reached yet."""

Key = tuple[str, date]
"""(level, period)."""


@dataclass(frozen=True, slots=True)
class _Case:
    """An action, and what is known of it today."""

    action: Action
    legs: Sequence[Leg]
    standing: Standing


def explain(core: Core, name: str) -> dict[str, Any]:
    """The escalation of one action as at today, as `escalation explain --json` has it. Raises as `find_ref`."""
    today = core.clock.today()
    with core.store.reading() as reader:
        ref = find_ref(reader, name)
        [action], legs = reader.find(Action, ref=ref), reader.find(Leg, action=ref, active=True)
        case = _Case(action, legs, stand(core, action, legs, as_at=today))
        recorded = {(each.level, each.period): each for each in reader.find(Escalation, action=ref)}
        told = [each for each in reader.find(Send) if ref in each.refs]
    owed = {(each.level, each.period): each for each in _owed(core, case.standing)}
    ahead = {(each.level, each.period): each for each in _ahead(core, case) if each.reached > today}
    levels = [_recorded(core, each, owed.get(key), told) for key, each in recorded.items()]
    levels += [_unrecorded(core, case, each, OWED) for key, each in owed.items() if key not in recorded]
    levels += [_unrecorded(core, case, each, TO_COME) for key, each in ahead.items() if key not in {*recorded, *owed}]
    return {
        "ref": ref,
        "number": action.number,
        "as_at": today.isoformat(),
        "status": action.status.value,
        "current_due": _iso(action.current_due),
        "due": _iso(case.standing.due),
        "days_overdue": case.standing.days_overdue,
        "paused": case.standing.paused,
        "pauses": list(_pauses(core, legs, today)),
        "levels": sorted(levels, key=lambda each: (each["reached"], each["period"], _rank(each["level"], ahead, owed))),
    }


def _owed(core: Core, standing: Standing) -> Sequence[Owed]:
    return core.hooks.decide_escalation(standing, core.board, core.calendar)


def _ahead(core: Core, case: _Case) -> list[Owed]:
    """Every level that is reached if nothing happens: asked of a day after the last, and each of its own day."""
    ladder = max(each.after for each in core.board.ladder or DEFAULT_LADDER) + LADDER_REPEAT_DAYS
    as_at = max([case.standing.as_at, *(leg.look_again for leg in case.legs if leg.look_again)])
    due = stand(core, case.action, case.legs, as_at=as_at).due
    end = core.calendar.add_working_days(as_at, LADDER_REPEAT_DAYS)
    if due:
        end = max(end, core.calendar.add_working_days(due, ladder))
    later = _owed(core, stand(core, case.action, case.legs, as_at=end))
    return [_on_its_day(core, case, each) for each in later]


def _on_its_day(core: Core, case: _Case, owed: Owed) -> Owed:
    then = _owed(core, stand(core, case.action, case.legs, as_at=owed.reached))
    return next((each for each in then if (each.level, each.period) == (owed.level, owed.period)), owed)


def _pauses(core: Core, legs: Sequence[Leg], today: date) -> Iterator[dict[str, Any]]:
    """Each agency's pauses, and the working days that each has added by today."""
    for leg in legs:
        for start, end in pauses_of(leg):
            days = core.calendar.working_days_between(start - timedelta(days=1), min(end, today))
            held = {"agency": leg.agency, "start": start.isoformat(), "end": end.isoformat()}
            yield {**held, "working_days": max(days, 0)}


def _recorded(core: Core, row: Escalation, owed: Owed | None, sends: Sequence[Send]) -> dict[str, Any]:
    on = row.at.astimezone(ZoneInfo(core.board.timezone)).date()
    return {
        "level": row.level,
        "period": row.period.isoformat(),
        "reached": (owed.reached if owed else on).isoformat(),
        "state": row.state,
        "to": row.to,
        "why": row.why,
        "recorded_at": row.at.isoformat(),
        "told": [_told(each) for each in _sent(row, sends)] if row.state in (RAISED, BASELINE) else [],
    }


def _unrecorded(core: Core, case: _Case, owed: Owed, state: str) -> dict[str, Any]:
    agency = next((each for each in core.agencies if each.code == case.action.lead_agency), None)
    to, _ = address(owed.to, case.action.lead_officer, agency, core.board)
    return {
        "level": owed.level,
        "period": owed.period.isoformat(),
        "reached": owed.reached.isoformat(),
        "state": state,
        "to": to,
        "why": owed.why,
        "recorded_at": None,
        "told": [],
    }


def _sent(row: Escalation, sends: Sequence[Send]) -> Iterator[Send]:
    """The digest that took it to its person (the first whose words were not frozen before), and what went elsewhere."""
    about = [each for each in sends if each.kind == DIGEST and each.person == row.to]
    digests = [each for each in about if each.claimed_at is None or each.claimed_at >= row.at]
    yield from sorted(digests, key=lambda each: each.period)[:1]
    comment = f"escalation:{row.action}:{row.level}:{row.period}"
    yield from (each for each in sends if each.kind == comment)


def _told(send: Send) -> dict[str, Any]:
    held = {"person": send.person, "day": send.period.isoformat(), "state": send.state.value}
    return {**held, "sent_at": _iso(send.sent_at)}


def _rank(level: str, *found: dict[Key, Owed]) -> int:
    """Levels reached on one day in their order."""
    order = [name for held in found for name, _ in held]
    return order.index(level) if level in order else len(order)


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value else None
