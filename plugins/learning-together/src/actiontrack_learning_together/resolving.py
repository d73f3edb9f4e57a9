"""A file's names as the store has them: refs, Action IDs, agencies. What can't be found is a trouble with its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from actiontrack.api import Action, Agency, Finding, KeyPracticeEpisode, Meeting, Recommendation, normal_ref
from actiontrack_learning_together.checking import full, nearest
from actiontrack_learning_together.document import Document, Trouble, Way, key_of
from actiontrack_learning_together.model import ReviewFile
from actiontrack_learning_together.said import KINDS, Fields, Said, fields_of
from actiontrack_learning_together.stored import NAMING, Held, Readable

_OF_REVIEW: dict[str, Any] = {
    "key_practice_episode": KeyPracticeEpisode, "finding": Finding, "recommendation": Recommendation,
}  # fmt: skip


@dataclass(slots=True)
class Resolved:
    """What a file says, in the store's names; and what has no name there."""

    said: Said = field(default_factory=dict)
    ways: dict[tuple[str, str], Way] = field(default_factory=dict)
    """(kind, name) → where it stands in the file."""
    troubles: list[Trouble] = field(default_factory=list)


def resolve(
    document: Document, file: ReviewFile, known: Held, reader: Readable, agencies: Sequence[Agency]
) -> Resolved:
    """Name everything as the store does."""
    return _Resolver(document, file, known, reader, agencies).resolve()


class _Resolver:
    def __init__(
        self, document: Document, file: ReviewFile, known: Held, reader: Readable, agencies: Sequence[Agency]
    ) -> None:
        self._document = document
        self._file = file
        self._known = known
        self._here = known.said()
        self._reader = reader
        self._review = file.review.ref
        self._words = {
            word.casefold(): each.code for each in agencies for word in (*each.aliases, each.name, each.code)
        }
        self._codes = [each.code for each in agencies]
        self._found = Resolved()
        self._names: dict[tuple[str, str], str] = {}
        """(kind, a name in the file) → the store's."""

    def resolve(self) -> Resolved:
        self._name_all()
        self._take("review", self._review, fields_of(self._file.review), ("review",))
        for listed, kind in KINDS.items():
            for at, part in enumerate(getattr(self._file, listed)):
                name = self._names[kind, _own_name(part)]
                self._take(kind, name, fields_of(part), (listed, at))
        return self._found

    # --- names ------------------------------------------------------------------------------------------------------

    def _name_all(self) -> None:
        seen: dict[tuple[str, str], Way] = {}
        for listed, kind in KINDS.items():
            for at, part in enumerate(getattr(self._file, listed)):
                if kind == "action":
                    name = self._action_name(part, (listed, at))
                    for word in filter(None, (part.number, part.ref)):
                        self._names[kind, word] = name
                else:
                    name = self._names[kind, part.ref] = self._record_name(kind, part, (listed, at))
                    self._names.setdefault((kind, full(self._review, part.ref)), name)
                if seen.setdefault((kind, name), (listed, at)) != (listed, at):
                    why = f"it is the same {kind.replace('_', ' ')} as that in {self._document.place(seen[kind, name])}"
                    self._trouble((listed, at), why, "keep one of the two", part.ref or part.number)

    def _record_name(self, kind: str, part: Any, way: Way) -> str:
        if kind == "meeting":
            return str(part.ref)
        here = self._known.records[kind]
        name = part.ref if part.ref in here else full(self._review, part.ref)
        if kind == "recommendation" and name not in here and part.number:
            name = next((each.ref for each in here.values() if each.number == part.number), name)
        stored = None if name in here else self._reader.get(_OF_REVIEW[kind], name)
        if stored is not None:
            why = f"{name} is a {kind.replace('_', ' ')} of {stored.review or 'no review'}"
            self._trouble((*way, "ref"), why, "choose another ref", part.ref)
        return str(name)

    def _action_name(self, part: Any, way: Way) -> str:
        """The Action ID of one that the store has; else the number of one to be made."""
        ref = normal_ref(part.ref) if part.ref else None
        if part.ref and ref is None:
            self._trouble(
                (*way, "ref"), "it is no Action ID", "leave it out; actiontrack gives a new action its own", part.ref
            )
        stored = self._reader.get(Action, ref) if ref else None
        if stored is not None:
            if stored.review != self._review:
                self._trouble(
                    (*way, "ref"), f"this action is one of {stored.review or 'no review'}", "leave it out", part.ref
                )
            return stored.ref
        numbered = [each.ref for each in self._known.actions.values() if part.number and each.number == part.number]
        if ref and not numbered and not part.number:
            self._trouble((*way, "ref"), "this Action ID is not known here", "give the action a number", part.ref)
        return numbered[0] if numbered else str(part.number or part.ref)

    # --- fields -----------------------------------------------------------------------------------------------------

    def _take(self, kind: str, name: str, fields: Fields, way: Way) -> None:
        here = self._here.get(kind, {}).get(name, {})
        for field_name, of in NAMING.items():
            if field_name in fields:
                fields[field_name] = [self._names.get((of, each), each) for each in fields[field_name]]
        if kind == "action":
            if "depends_on" in fields:
                fields["depends_on"] = [self._names["action", each] for each in fields["depends_on"]]
            self._legs(fields, here, way)
        for field_name in ("addressed_to",):
            if field_name in fields:
                old = here.get(field_name, [])
                fields[field_name] = [
                    self._agency(word, old, (*way, field_name, at)) for at, word in enumerate(fields[field_name])
                ]
        for field_name in ("review_team", "case_group"):
            old = [each["agency"] for each in here.get(field_name, [])]
            for at, member in enumerate(fields.get(field_name, [])):
                member["agency"] = self._agency(member["agency"], old, (*way, field_name, at, "agency"))
        if kind == "recommendation":
            self._elsewhere(fields, here, way)
        self._found.said.setdefault(kind, {})[name] = fields
        self._found.ways[kind, name] = way

    def _legs(self, fields: Fields, here: Fields, way: Way) -> None:
        if lead := fields.get("lead_agency"):
            lead = fields["lead_agency"] = self._agency(lead, [here.get("lead_agency", "")], (*way, "lead_agency"))
        if legs := fields.get("legs"):
            codes = [self._agency(word, here.get("legs", []), (*way, "legs", at)) for at, word in enumerate(legs)]
            first = lead or here.get("lead_agency", "")
            fields["legs"] = list(dict.fromkeys(filter(None, (first, *codes))))

    def _agency(self, word: str, old: Sequence[str], way: Way) -> str:
        """The code of the agency that goes by that word; one that the record names already may stay."""
        code = self._words.get(word.casefold())
        if code is None and word not in old:
            add = f"{nearest(word, self._codes)}, or add it to the configuration as an [[agency]]"
            self._trouble(
                way,
                f"no agency goes by “{word}” here",
                add if self._codes else "add [[agency]] to the configuration",
                word,
            )
        return code or word

    def _elsewhere(self, fields: Fields, here: Fields, way: Way) -> None:
        """Meetings and other reviews' recommendations: in the file, or in the store."""
        decided = fields.get("decided_at", "")
        known = decided in ("", here.get("decided_at")) or ("meeting", decided) in self._names
        if not known and self._reader.get(Meeting, decided) is None:
            names = [each.ref for each in self._file.meetings]
            do = nearest(decided, names) if names else "put it under `meetings`"
            why = f"there is no meeting {decided} in this file or the store"
            self._trouble((*way, "decided_at"), why, do, decided)
        for at, ref in enumerate(fields.get("linked", [])):
            if ref not in here.get("linked", []) and self._reader.get(Recommendation, ref) is None:
                why = f"there is no recommendation {ref} in the store"
                self._trouble(
                    (*way, "linked", at), why, "name it by the ref `actiontrack recommendation list` shows", ref
                )

    def _trouble(self, way: Way, why: str, do: str, value: str) -> None:
        self._found.troubles.append(Trouble(self._document.place(way), key_of(way), why, do, value))


def _own_name(part: Any) -> str:
    return str(getattr(part, "number", "") or part.ref) if type(part).__name__ == "Action" else str(part.ref)
