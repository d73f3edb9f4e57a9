"""Taking a review in: all of it in one transaction, or nothing."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from actiontrack.api import App, Decision, KeyPracticeEpisode, NotAllowed, Recommendation, Records, Response, UserError
from actiontrack_learning_together.cautions import cautions
from actiontrack_learning_together.checking import in_order
from actiontrack_learning_together.document import Document, Trouble, key_of
from actiontrack_learning_together.merging import Change, Left, Plan, merge, next_base
from actiontrack_learning_together.model import ReviewFile
from actiontrack_learning_together.resolving import Resolved, resolve
from actiontrack_learning_together.said import Fields, Said
from actiontrack_learning_together.stored import NOUNS, Held, held, told_in_order

SOURCE = "learning-together"
ORDER = ("review", "meeting", "key_practice_episode", "finding", "recommendation", "action")
"""What is named comes before what names it."""
_OF_ACTION = {
    "number": "number", "text": "text", "lead_agency": "lead_agency", "lead_officer": "lead_officer",
    "priority": "priority", "due": "current_due", "original_due": "original_due",
}  # fmt: skip
"""Our fields of an action and the core's, where one is set by the other."""


@dataclass(slots=True)
class Taken:
    """What was done with a file."""

    ref: str
    created: dict[str, list[str]] = field(default_factory=dict)
    """Kind → refs; of actions their Action IDs."""
    actions: list[dict[str, str]] = field(default_factory=list)
    """Number and Action ID of each new action."""
    changed: list[Change] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    filed: list[dict[str, str]] = field(default_factory=list)
    """What only another may decide: it waits as a proposal."""
    kept: list[str] = field(default_factory=list)
    problems: list[Trouble] = field(default_factory=list)
    warnings: list[Trouble] = field(default_factory=list)
    """What is taken as it stands, and may be a slip."""

    @property
    def asks(self) -> bool:
        """Whether a person is needed."""
        return bool(self.filed) or any(each.asks for each in self.left)

    def to_json(self) -> dict[str, Any]:
        """As `learning import --json` prints it."""
        return {
            "ref": self.ref,
            "created": {kind: len(self.created.get(kind, [])) for kind in ORDER},
            "actions": self.actions,
            "changed": [each.to_json() for each in self.changed],
            "left": [each.to_json() for each in self.left],
            "filed": self.filed,
            "kept": self.kept,
            "problems": [each.to_json() for each in self.problems],
            "warnings": [each.to_json() for each in self.warnings],
        }


def take_in(app: App, document: Document, file: ReviewFile, *, who: str, dry_run: bool = False) -> Taken:
    """Take the file in. Where the store finds troubles, they are told and nothing is stored."""
    taken = Taken(file.review.ref, warnings=list(cautions(document, file, app.folder)))
    with contextlib.suppress(_Refused), app.recording(who=who, source=SOURCE, dry_run=dry_run) as records:
        known = held(records, taken.ref, [each.ref for each in file.meetings])
        resolved = resolve(document, file, known, records, app.agencies)
        if resolved.troubles:
            taken.problems = in_order(resolved.troubles)
            raise _Refused
        base: Said = json.loads(records.recall(taken.ref) or "{}")
        plan = merge(resolved.said, known.said(), base)
        taking = _Taking(records, app, who, known, taken)
        taking.do(plan, resolved.said)
        if taking.refused:
            taken.problems = in_order([_refusal(document, resolved, *each) for each in taking.refused])
            raise _Refused
        made = {each["number"]: each["ref"] for each in taken.actions}
        new_base = _renamed(next_base(resolved.said, base, plan), made)
        if new_base != base:
            records.remember(taken.ref, json.dumps(new_base, ensure_ascii=False, sort_keys=True))
    return taken


def _refusal(document: Document, resolved: Resolved, kind: str, name: str, why: str) -> Trouble:
    way = resolved.ways[kind, name]
    return Trouble(document.place(way), key_of(way), why.rstrip("."), "")


class _Refused(Exception):  # noqa: N818 - takes the transaction back
    pass


def _renamed(said: Said, made: Mapping[str, str]) -> Said:
    """The same with actions that were made called by their Action IDs."""
    actions = {}
    for name, fields in said.get("action", {}).items():
        after = [made.get(each, each) for each in fields.get("depends_on", [])]
        actions[made.get(name, name)] = {**fields, **({"depends_on": after} if after else {})}
    return {**said, "action": actions}


class _Taking:
    """One file being taken in."""

    def __init__(self, records: Records, app: App, who: str, known: Held, taken: Taken) -> None:
        self._records = records
        self._board = app.board
        self._now = app.clock.now()
        self._who = who
        self._known = known
        self._taken = taken
        self.refused: list[tuple[str, str, str]] = []
        """(kind, name, why) of what a guard or a value of it forbids."""

    @contextlib.contextmanager
    def _guarded(self, kind: str, name: str) -> Iterator[None]:
        try:
            yield
        except UserError as error:
            self.refused.append((kind, name, str(error)))

    def do(self, plan: Plan, said: Said) -> None:
        taken = self._taken
        taken.changed, taken.left = plan.changes, plan.left
        taken.kept = [name for _, name in plan.kept]
        places = {name: at for at, name in enumerate(said.get("key_practice_episode", {}), start=1)}
        for kind in ORDER[:-1]:
            for of, name, fields in plan.new:
                if of == kind:
                    with self._guarded(kind, name):
                        place = {"position": places[name]} if kind == "key_practice_episode" else {}
                        self._make(kind, name, {**fields, **place})
            for name, changes in _by_name(plan.changes, kind).items():
                with self._guarded(kind, name):
                    self._change(kind, name, changes)
        if self.refused:
            return
        self._place_episodes(list(places))
        new = {name: fields for kind, name, fields in plan.new if kind == "action"}
        made: dict[str, str] = {}
        for name, fields in new.items():
            with self._guarded("action", name):
                made[name] = self._make_action(fields)
        if self.refused:
            return
        taken.actions = [{"number": name, "ref": ref} for name, ref in made.items()]
        for name, fields in new.items():
            if fields.get("depends_on"):
                self._records.set_action(
                    made[name], {}, depends_on=[made.get(each, each) for each in fields["depends_on"]]
                )
        for name, changes in _by_name(plan.changes, "action").items():
            with self._guarded("action", name):
                self._change_action(name, changes, made)
        self._record_decisions(list(said.get("recommendation", {})))

    # --- records ----------------------------------------------------------------------------------------------------

    def _make(self, kind: str, name: str, fields: Fields) -> None:
        whole = {"ref": name, **fields}
        if kind == "review":
            whole["board"] = self._board
        elif kind != "meeting":
            whole["review"] = self._taken.ref
        self._records.put(NOUNS[kind].model_validate(whole))
        self._taken.created.setdefault(kind, []).append(name)

    def _change(self, kind: str, name: str, changes: Sequence[Change]) -> None:
        noun = self._known.records[kind][name]
        after = {each.field: each.after for each in changes}
        self._records.put(NOUNS[kind].model_validate({**noun.model_dump(), **after}))

    def _place_episodes(self, names: list[str]) -> None:
        """Their order in the file is the narrative's; where it is the store's already, nothing is touched."""
        stored = [each for name in names if (each := self._records.get(KeyPracticeEpisode, name))]
        if [each.ref for each in sorted(stored, key=told_in_order)] == names:
            return
        for at, each in enumerate(stored, start=1):
            if each.position != at:
                self._taken.changed.append(Change("key_practice_episode", each.ref, "position", each.position, at))
                self._records.put(each.model_copy(update={"position": at}))

    def _record_decisions(self, names: list[str]) -> None:
        """An answer that a meeting gave, with its reasons, is a decision of that meeting."""
        for name in names:
            item = self._records.get(Recommendation, name)
            if item is None or not (item.decided_at and item.response_reasons) or item.response is Response.AWAITING:
                continue
            held = self._records.find(Decision, meeting=item.decided_at)
            if any((each.about, each.outcome) == (name, item.response) for each in held):
                continue
            decision = Decision(
                ref=f"{item.decided_at}-D{len(held) + 1}", meeting=item.decided_at, about=name,
                outcome=item.response.value, reasons=item.response_reasons, by=self._who, at=self._now,
            )  # fmt: skip
            self._records.put(decision)

    # --- actions ----------------------------------------------------------------------------------------------------

    def _make_action(self, fields: Fields) -> str:
        values = {_OF_ACTION[name]: str(value) for name, value in fields.items() if name in _OF_ACTION}
        values["review"] = self._taken.ref
        if "due" not in fields and "original_due" in fields:
            values["current_due"] = fields["original_due"]
        if legs := fields.get("legs"):
            lead = fields.get("lead_agency", "")
            values["agencies"] = ", ".join(code for code in legs if code != lead)
        ref = self._records.add_action(values, recommendations=fields.get("recommendations", ()))
        self._taken.created.setdefault("action", []).append(ref)
        return ref

    def _change_action(self, ref: str, changes: Sequence[Change], made: Mapping[str, str]) -> None:
        after: Fields = {each.field: each.after for each in changes}
        values = {_OF_ACTION[name]: str(value) for name, value in after.items() if name in _OF_ACTION}
        if legs := after.get("legs"):
            lead = after.get("lead_agency", self._known.actions[ref].lead_agency)
            values["agencies"] = ", ".join(code for code in legs if code != lead)
        depends_on = after.get("depends_on")
        try:
            filed = self._records.set_action(
                ref,
                values,
                recommendations=after.get("recommendations"),
                depends_on=None if depends_on is None else [made.get(each, each) for each in depends_on],
            )
        except NotAllowed as error:  # a field in conflict, or a rule: the action stays as it is, and a person is told
            self._leave(changes, str(error))
            return
        for name, why in filed.items():
            self._taken.filed.append({"ref": ref, "field": name, "to": values[name], "why": why})
        core = _OF_ACTION | {"legs": "agencies"}
        self._taken.changed = [
            each for each in self._taken.changed if each.name != ref or core.get(each.field) not in filed
        ]

    def _leave(self, changes: Sequence[Change], why: str) -> None:
        self._taken.changed = [each for each in self._taken.changed if each not in changes]
        self._taken.left += [
            Left(each.kind, each.name, each.field, each.after, each.before, why, asks=True) for each in changes
        ]


def _by_name(changes: Sequence[Change], kind: str) -> dict[str, list[Change]]:
    found: dict[str, list[Change]] = {}
    for each in changes:
        if each.kind == kind:
            found.setdefault(each.name, []).append(each)
    return found
