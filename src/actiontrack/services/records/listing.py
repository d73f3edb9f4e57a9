"""Reading actions for people and programs: `action list`, `show` and `history` of cli.md."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from actiontrack.domain.catalogue import SEPARATOR, noun_name
from actiontrack.domain.derived import Standing, slips
from actiontrack.domain.ledger import Conflict, Proposal
from actiontrack.domain.nouns import Action, Comment, DateChange, Decision, Evidence, ImpactCheck, Leg, SignOff, Update
from actiontrack.domain.refs import normal_ref
from actiontrack.domain.vocabulary import Status
from actiontrack.errors import NotFound, UserError
from actiontrack.ports import AuditEntry, Reader
from actiontrack.services.core import Core
from actiontrack.services.records.desk import ActionFile, Desk
from actiontrack.services.records.outlook import (
    Others,
    checks_told,
    impact_due,
    legs_told,
    missing_next,
    sign_offs_told,
)
from actiontrack.services.standing import stand
from actiontrack.services.sync.waiting import conflict_shown, proposal_shown

_OF_ACTIONS = {
    "update": ("progress", "text"),
    "comment": ("comments", "text"),
    "evidence": ("evidence", "shows"),
}
"""Append-only nouns and the field an entry of theirs is told as."""


_UNTOLD = frozenset({"changed_at", "created_at", "action", "ref", "position", "agency"})
"""What says nothing that the row does not say already."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What `action list` is narrowed to; an empty value narrows nothing. `limit` 0 is no limit."""

    agency: str = ""
    review: str = ""
    status: str = ""
    overdue: bool = False
    due_before: date | None = None
    changed_since: datetime | None = None
    impact_due: bool = False
    ready: bool = False
    search: str = ""
    limit: int = 0


def find_ref(reader: Reader, name: str) -> str:
    """The Action ID behind what a person typed: the id itself, or the plan's number where only one action has it.

    Raises NotFound, and UserError where several reviews use the number.
    """
    ref = normal_ref(name)
    if ref and reader.get(Action, ref):
        return ref
    numbered = reader.pick(Action, ("ref", "review"), number=name.strip())
    if len(numbered) == 1:
        return str(numbered[0][0])
    if numbered:
        which = ", ".join(f"{found} ({review or 'no review'})" for found, review in numbered)
        raise UserError(f"Several actions are numbered {name}: {which}; give the Action ID.")
    raise NotFound(f"There is no action {name} here; `actiontrack action list` shows those there are.")


def list_actions(core: Core, chosen: Filter) -> list[dict[str, Any]]:
    """Every action that fits, by review and number."""
    with core.store.reading() as reader:
        shelf = _Shelf(core, reader, _candidates(reader, chosen))
        found = [told for ref in shelf.refs if _fits(told := shelf.tell(ref), chosen)]
    found.sort(key=lambda told: (told["review"], natural(told["number"]), told["ref"]))
    return found[: chosen.limit] if chosen.limit else found


def show_action(core: Core, name: str, reader: Reader | None = None) -> dict[str, Any]:
    """One action with everything kept about it, as stored or, given a `reader`, as that transaction sees it."""
    if reader is None:
        with core.store.reading() as stored:
            return show_action(core, name, stored)
    ref = find_ref(reader, name)
    return _Shelf(core, reader, [ref]).tell_all(ref)


def history_of(core: Core, name: str) -> list[dict[str, Any]]:
    """Every change of an action and its parts, oldest first: one row a field."""
    with core.store.reading() as reader:
        ref = find_ref(reader, name)
        parts: dict[str, set[str]] = {"action": {ref}}
        for noun in (Update, Comment, Evidence, SignOff, ImpactCheck, DateChange):
            parts[noun_name(noun)] = {key for (key,) in reader.pick(noun, ("ref",), action=ref)}
        parts["decision"] = {key for (key,) in reader.pick(Decision, ("ref",), about=ref)}
        entries: list[AuditEntry] = []
        for leg in reader.find(Leg, action=ref):
            entries += reader.entries(noun="leg", ref=SEPARATOR.join((ref, leg.agency)))
        for name_of, keys in parts.items():
            entries += [entry for key in sorted(keys) for entry in reader.entries(noun=name_of, ref=key)]
    entries.sort(key=lambda entry: entry.position)
    return [row for entry in entries for row in _rows(entry)]


def natural(number: str) -> list[tuple[int, str]]:
    """A key that puts 1.10 after 1.9."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", number.casefold())]


def jsonable(value: Any) -> Any:
    """A record's value as JSON holds it: dates as ISO text."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: jsonable(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [jsonable(each) for each in value]
    return value


# --- inside ---------------------------------------------------------------------------------------------------------


def _candidates(reader: Reader, chosen: Filter) -> list[str]:
    """The refs that the database itself can tell fit."""
    where: dict[str, Any] = {}
    if chosen.review:
        where["review"] = chosen.review
    if chosen.status:
        where["status"] = _status(chosen.status)
    if chosen.due_before:
        where["current_due__lt"] = chosen.due_before
    if chosen.changed_since:
        where["changed_at__ge"] = chosen.changed_since
    refs = [ref for (ref,) in reader.pick(Action, ("ref",), **where)]
    if not chosen.agency:
        return refs
    mine = {ref for (ref,) in reader.pick(Leg, ("action",), agency=chosen.agency, active=True)}
    return [ref for ref in refs if ref in mine]


def _status(word: str) -> Status:
    plain = word.strip().casefold().replace(" ", "_")
    try:
        return Status(plain)
    except ValueError:
        raise UserError(f"{word!r} is no status; they are {', '.join(Status)}.") from None


def _fits(told: Mapping[str, Any], chosen: Filter) -> bool:
    if any(getattr(chosen, name) and not told[name] for name in ("overdue", "impact_due", "ready")):
        return False
    if not chosen.search:
        return True
    wanted = chosen.search.casefold()
    places = ("ref", "number", "review", "text", "recommendation_text", "lead_officer", "progress")
    return any(wanted in str(told[place]).casefold() for place in places)


class _Shelf:
    """The files of some actions with what is derived of them, loaded in bulk."""

    def __init__(self, core: Core, reader: Reader, refs: Sequence[str]) -> None:
        self._core = core
        self._reader = reader
        self.refs = refs
        self._today = core.clock.today()
        self._desk = Desk(reader, core.board, core.clock.now())
        self._desk.load(refs)
        self._others = Others(reader, [file.action for file in self._desk.files.values()])
        self._changes = _by_action(reader.find(DateChange, action=list(refs)) if refs else ())

    def tell(self, ref: str) -> dict[str, Any]:
        """The action as `action list` gives it."""
        file = self._desk.files[ref]
        action = file.action
        asked = [self._desk.recommendations[key] for key in action.recommendations if key in self._desk.recommendations]
        standing = self._standing(file)
        rating = self._core.hooks.decide_rating(standing, asked)
        return {
            "ref": action.ref,
            "number": action.number,
            "review": action.review,
            "recommendations": list(action.recommendations),
            "recommendation_text": "\n".join(each.text for each in asked if each.text),
            "text": action.text,
            "lead_agency": action.lead_agency,
            "agencies": list(file.agencies),
            "lead_officer": action.lead_officer,
            "priority": action.priority,
            "original_due": jsonable(action.original_due),
            "current_due": jsonable(action.current_due),
            "status": action.status.value,
            "progress": file.updates[-1].text if file.updates else "",
            "rating": rating.value if rating else None,
            "self_rating": action.self_rating,
            "overdue": standing.overdue,
            "days_overdue": standing.days_overdue,
            "due_soon": standing.due_soon,
            "incomplete": bool(action.found),
            "legs": legs_told(self._core, file, standing),
            **self._others.told(action),
            "impact_check_due": jsonable(action.impact_check_due),
            "impact_due": impact_due(action, self._today),
            "changed_at": action.changed_at.isoformat(),
        }

    def tell_all(self, ref: str) -> dict[str, Any]:
        """The action as `action show` gives it."""
        file = self._desk.files[ref]
        action = file.action
        by_agency = {leg.agency: leg for leg in file.legs}
        told = self.tell(ref)
        for leg in told["legs"]:
            full = by_agency[leg["agency"]]
            leg |= {"reason": full.reason, "look_again": jsonable(full.look_again)}
        return told | {
            "missing": missing_next(file, self._others),
            "status_reason": action.status_reason,
            "superseded_by": action.superseded_by,
            "found": list(action.found),
            "created_at": action.created_at.isoformat(),
            "updates": [_told(each) for each in file.updates],
            "evidence": [{"position": each.position} | _told(each) for each in file.evidence],
            "date_changes": [
                {"from": jsonable(each.from_date), "to": jsonable(each.to_date)}
                | _told(each, leaving=("from_date", "to_date"))
                for each in sorted(self._changes.get(ref, ()), key=self._position)
            ],
            "sign_offs": sign_offs_told(file),
            "impact_checks": checks_told(file.checks),
            "decisions": [each.model_dump(mode="json") for each in self._decisions(ref)],
            "comments": [_told(each) for each in file.comments],
            "proposals": [proposal_shown(each) for each in self._reader.find(Proposal, action=ref, closed_at=None)],
            "conflicts": [
                conflict_shown(each)
                for each in self._reader.find(Conflict, closed_at=None)
                if each.action == ref or (each.noun == "recommendation" and each.target in action.recommendations)
            ],
        }

    def _decisions(self, ref: str) -> list[Decision]:
        return sorted(self._reader.find(Decision, about=ref), key=lambda each: (each.at, each.ref))

    def _position(self, change: DateChange) -> int:
        """Where it stands in the chain: order never rests on a clock."""
        entries = self._reader.entries(noun=noun_name(DateChange), ref=change.ref)
        return min((entry.position for entry in entries), default=0)

    def _standing(self, file: ActionFile) -> Standing:
        newest = max((update.at for update in file.updates), default=None)
        return stand(
            self._core,
            file.action,
            file.legs,
            as_at=self._today,
            slipped=slips(self._changes.get(file.action.ref, ())),
            last_update=newest.date() if newest else None,
        )


def _by_action(changes: Iterable[DateChange]) -> dict[str, list[DateChange]]:
    found: dict[str, list[DateChange]] = {}
    for each in changes:
        found.setdefault(each.action, []).append(each)
    return found


def _told(item: Update | Comment | Evidence | DateChange, leaving: Collection[str] = ()) -> dict[str, Any]:
    return item.model_dump(mode="json", exclude={"action", "position", *leaving})


def _rows(entry: AuditEntry) -> list[dict[str, Any]]:
    """One row a changed field; a new entry of a log is one row."""
    told = {"at": entry.at.isoformat(), "who": entry.who, "source": entry.source}
    after, before = entry.after or {}, entry.before or {}
    if entry.noun in _OF_ACTIONS and entry.before is None:
        field, text = _OF_ACTIONS[entry.noun]
        return [
            told | {"field": field, "before": None, "after": after.get(text) or after.get("link") or after.get("file")}
        ]
    prefix = f"{entry.ref.partition(SEPARATOR)[2]} " if entry.noun == "leg" else ""
    if entry.noun not in ("action", "leg", *_OF_ACTIONS):
        prefix = f"{entry.noun} "
    return [
        told | {"field": f"{prefix}{field}".strip(), "before": before.get(field), "after": after.get(field)}
        for field in dict.fromkeys((*before, *after))
        if field not in _UNTOLD and (entry.before is not None or after.get(field) not in (None, "", [], True))
    ]
