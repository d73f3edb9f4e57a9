"""The open conflicts and proposals as questions to a board's people, where an instance of theirs shows them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from actiontrack.domain.fields import FIELDS, Type, words
from actiontrack.domain.ledger import Conflict, Proposal, ProposalKind
from actiontrack.domain.nouns import Action, Review
from actiontrack.domain.report import day_in_words
from actiontrack.domain.vocabulary import Side
from actiontrack.ports import Choice, InstanceSettings, Question, Reader
from actiontrack.services.core import Core
from actiontrack.services.sync.decisions import ROW
from actiontrack.services.sync.unmade import CREATE, is_about_a_create

Asked = Conflict | Proposal

BLANK = "(blank)"
_KINDS = {
    ProposalKind.EDIT: "Proposed change",
    ProposalKind.CLEAR: "Proposed blank",
    ProposalKind.EXTEND: "Later due date",
    ProposalKind.NEW: "New action",
    ProposalKind.REMOVE: "Row removed",
    ProposalKind.REPAIR: "Action IDs shuffled",
}
_REMOVAL = "Leave the row out; with a reason, the action is closed as not implemented as well. Refused, it is put back"
_CREATE = "Make it there (again). Refused, it stays away, and is linked if it is there"
_PROPOSAL: tuple[Choice, ...] = ("accept", "refuse")
_SHOWN = ("text", "lead_agency", "agencies", "current_due", "priority")
"""What a new action is told by."""


def questions_for(core: Core, reader: Reader, settings: InstanceSettings) -> list[Question]:
    """Everything a board's people may answer in this instance, oldest first: of all instances, of its review."""
    asked = open_ones(reader, settings)
    rows = reader.pick(Action, ("ref", "number", "text"), ref=sorted({each.action for each in asked} - {""}))
    actions = {ref: (number, text) for ref, number, text in rows}
    speaker = _Speaker(core, settings)
    return [speaker.question(each, *actions.get(each.action, ("", ""))) for each in asked]


def open_ones(reader: Reader, settings: InstanceSettings) -> list[Asked]:
    """The open conflicts and proposals of the instance's review (none named: all)."""
    asked: list[Asked] = [*reader.find(Conflict, closed_at=None), *reader.find(Proposal, closed_at=None)]
    if settings.review and asked:
        names = {settings.review} | {
            ref for ref, title in reader.pick(Review, ("ref", "title")) if title == settings.review
        }
        reviews = dict(reader.pick(Action, ("ref", "review"), ref=sorted({each.action for each in asked} - {""})))
        asked = [each for each in asked if _review_of(each, reviews) in names | {""}]
    return sorted(asked, key=lambda each: (each.since, isinstance(each, Proposal), each.action, each.field, each.id))


def _review_of(asked: Asked, reviews: Mapping[str, str]) -> str:
    """ "" where it belongs to no review: it is then everybody's."""
    if asked.action:
        return reviews.get(asked.action, "")
    values = asked.to_value if isinstance(asked, Proposal) else None
    return str(values.get("review", "")) if isinstance(values, dict) else ""


def version_of(asked: Asked) -> str:
    """Changes if and only if what is asked does."""
    if isinstance(asked, Conflict):
        what = [asked.field, asked.base, asked.ours, sorted(asked.sides.items())]
    else:
        what = [asked.kind.value, asked.field, asked.from_value, asked.to_value]
    return hashlib.sha256(json.dumps(what, default=str, sort_keys=True).encode()).hexdigest()[:8]


def choices_of(asked: Asked) -> tuple[Choice, ...]:
    """What it can be answered with."""
    if isinstance(asked, Proposal):
        return _PROPOSAL
    return ("ours", "theirs") if asked.field == ROW else ("ours", "theirs", "value")


def digest_of(asked: Iterable[Asked | Question]) -> str:
    """Changes if and only if what there is to ask does."""
    told = [(each.id, each.version if isinstance(each, Question) else version_of(each)) for each in asked]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


class _Speaker:
    """Says values in words: the instance's own where the configuration gives them."""

    def __init__(self, core: Core, settings: InstanceSettings) -> None:
        self._own: dict[tuple[str, str], str] = {}
        for name, table in settings.values.items():
            for word, value in table.items():
                self._own.setdefault((name, value), word)
        self._names = {agency.code: agency.name for agency in core.agencies}
        self._instances = core.instances
        self._zone = ZoneInfo(core.board.timezone)

    def question(self, asked: Asked, number: str, text: str) -> Question:
        ours, theirs, base, by, why = self._conflict(asked) if isinstance(asked, Conflict) else self._proposal(asked)
        new = isinstance(asked, Proposal) and asked.kind is ProposalKind.NEW
        values = dict(asked.to_value or {}) if isinstance(asked, Proposal) and new else {}
        return Question(
            id=asked.id,
            version=version_of(asked),
            choices=choices_of(asked),
            kind=_kind(asked),
            ref=asked.action,
            number=str(values.get("number", "")) if new else number,
            text=str(values.get("text", "")) if new else text,
            field="" if new or asked.field == CREATE else _label(asked.field),
            ours=ours,
            theirs=theirs,
            base=base,
            by=by,
            since=asked.since.astimezone(self._zone).date(),
            why=why,
        )

    def _conflict(self, asked: Conflict) -> tuple[str, str, str, str, str]:
        """(ours, theirs, base, by, why). What would be taken comes first; the others disagree too."""
        sides = {side: self._said(asked.field, value) for side, value in sorted(asked.sides.items())}
        first, *others = sides.values() or [""]
        more = [f"{self._who(side)}: {said}" for side, said in list(sides.items())[1:] if said != first]
        theirs = "\n".join([first, *more]) if others else first
        by = ", ".join(self._who(side) for side in sides)
        return self._said(asked.field, asked.ours), theirs, self._said(asked.field, asked.base), by, ""

    def _proposal(self, asked: Proposal) -> tuple[str, str, str, str, str]:
        why = "; ".join(dict.fromkeys(part for part in (asked.reason, asked.why) if part))
        by = self._who(asked.by or asked.instance)
        if asked.kind is ProposalKind.REMOVE:
            return "", _REMOVAL, "", by, why
        if is_about_a_create(asked):
            return "", _CREATE, "", by, why
        if asked.kind is ProposalKind.REPAIR:
            return "", f"Put the Action IDs of {len(asked.to_value or ())} rows right", "", by, why
        if asked.kind is ProposalKind.NEW:
            values = dict(asked.to_value or {})
            told = [f"{_label(name)}: {self._said(name, values[name])}" for name in _SHOWN if values.get(name)]
            return "", "\n".join(told), "", by, why
        return self._said(asked.field, asked.from_value), self._said(asked.field, asked.to_value), "", by, why

    def _who(self, name: str) -> str:
        """The agency whose instance it is, else the name itself."""
        settings = self._instances.get(name)
        return self._names.get(settings.agency, name) if settings and settings.side is Side.AGENCY else name

    def _said(self, name: str, value: object) -> str:
        text = "" if value is None else str(value)
        field = FIELDS.get(name)
        if not text or field is None:
            return text or BLANK
        if (name, text) in self._own:
            return self._own[name, text]
        if field.type is Type.DATE:
            return day_in_words(date.fromisoformat(text))
        if field.type is Type.AGENCIES:
            return ", ".join(self._names.get(code, code) for code in text.split(", "))
        return words(text).capitalize() if field.type in (Type.STATUS, Type.RESPONSE, Type.RATING) else text


def _kind(asked: Asked) -> str:
    if isinstance(asked, Conflict):
        return "Conflict"
    return "Perhaps made there" if is_about_a_create(asked) else _KINDS[asked.kind]


def _label(name: str) -> str:
    if name == ROW:
        return "The whole row"
    return FIELDS[name].label if name in FIELDS else words(name).capitalize()
