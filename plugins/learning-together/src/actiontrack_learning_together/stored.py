"""What the store has of a review."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from actiontrack.api import (
    Action,
    Finding,
    KeyPracticeEpisode,
    Leg,
    Meeting,
    NotFound,
    Reader,
    Recommendation,
    Records,
    Review,
)
from actiontrack_learning_together import model
from actiontrack_learning_together.said import KINDS, Fields, Said, clean

NOUNS: dict[str, Any] = {
    "review": Review,
    "meeting": Meeting,
    "key_practice_episode": KeyPracticeEpisode,
    "finding": Finding,
    "recommendation": Recommendation,
}
_PARTS: dict[str, type[model.Part]] = {
    "review": model.Review,
    "meeting": model.Meeting,
    "key_practice_episode": model.Episode,
    "finding": model.Finding,
    "recommendation": model.Recommendation,
}


Readable = Reader | Records
"""The store, or a transaction under way."""


NAMING = {"kpe_refs": "key_practice_episode", "findings": "finding", "recommendations": "recommendation"}
"""Fields that name others of the review, and the kind of what they name."""


@dataclass(slots=True)
class Held:
    """A review as the store has it; lists in the order in which they are told."""

    review: Review | None
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Kind → ref → noun, actions left out."""
    actions: dict[str, Action] = field(default_factory=dict)
    legs: dict[str, list[str]] = field(default_factory=dict)
    """Action ID → the agencies with a part in it, the lead first."""

    def said(self) -> Said:
        """The same as plain values."""
        said: Said = {
            kind: {ref: _fields(kind, noun) for ref, noun in refs.items()} for kind, refs in self.records.items()
        }
        said["action"] = {ref: self._action(action) for ref, action in self.actions.items()}
        return said

    def _action(self, action: Action) -> Fields:
        due, first = action.current_due, action.original_due
        fields = {
            **{name: getattr(action, name) for name in ("number", "text", "lead_agency", "lead_officer", "priority")},
            "legs": self.legs.get(action.ref, []),
            "due": due.isoformat() if due else "",
            "original_due": first.isoformat() if first else "",
            "recommendations": list(action.recommendations),
            "depends_on": list(action.depends_on),
        }
        return {name: clean(value) for name, value in fields.items() if value not in ("", [])}


def _fields(kind: str, noun: BaseModel) -> Fields:
    told = noun.model_dump(mode="json")
    names = [name for name in _PARTS[kind].model_fields if name != "ref"]
    return {name: value for name in names if (value := clean(told[name])) not in (None, "", [])}


def natural(text: str) -> list[tuple[int, str]]:
    """A key that puts 1.10 after 1.9."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", text.casefold())]


def told_in_order(episode: KeyPracticeEpisode) -> Any:
    """Where an episode stands in the narrative, as a key to sort by."""
    return episode.position, natural(episode.ref)


def held(reader: Readable, ref: str, meetings: Collection[str] = ()) -> Held:
    """The review of that ref with all that is its own, and these meetings; one that is unknown holds nothing."""
    review = reader.get(Review, ref)
    found = Held(review, {"review": {ref: review} if review else {}})

    def put(kind: str, nouns: list[Any], order: Callable[[Any], Any]) -> None:
        found.records[kind] = {noun.ref: noun for noun in sorted(nouns, key=order)}

    put("key_practice_episode", reader.find(KeyPracticeEpisode, review=ref), told_in_order)
    put("finding", reader.find(Finding, review=ref), lambda one: natural(one.ref))
    recommendations = reader.find(Recommendation, review=ref)
    put("recommendation", recommendations, lambda one: (natural(one.number), natural(one.ref)))
    met = {each.decided_at for each in recommendations if each.decided_at}.union(meetings)
    put("meeting", reader.find(Meeting, ref=sorted(met)), lambda one: (one.date, one.ref))
    actions = reader.find(Action, review=ref)
    found.actions = {each.ref: each for each in sorted(actions, key=lambda one: (natural(one.number), one.ref))}
    legs = [leg for leg in reader.find(Leg, action=list(found.actions)) if leg.active and leg.agency]
    for leg in sorted(legs, key=lambda one: (one.position, one.agency)):
        found.legs.setdefault(leg.action, []).append(leg.agency)
    return found


def file_of(reader: Readable, ref: str) -> model.ReviewFile:
    """The review as a file: refs as short as they may be. Raises NotFound."""
    known = held(reader, ref)
    if known.review is None:
        raise NotFound(f"There is no review {ref} here; `actiontrack review list` shows those there are.")
    said = known.said()
    short = {kind: _shortened(ref, list(said[kind])) for kind in ("key_practice_episode", "finding", "recommendation")}
    names = {action.ref: action.number or action.ref for action in known.actions.values()}
    lists: dict[str, list[Any]] = {}
    for listed, kind in KINDS.items():
        parts = lists[listed] = []
        for name, fields in said[kind].items():
            told = {"ref": short.get(kind, {}).get(name, name), **fields}
            for inner, of in (
                ("kpe_refs", "key_practice_episode"),
                ("findings", "finding"),
                ("recommendations", "recommendation"),
            ):
                if inner in told:
                    told[inner] = [short[of].get(each, each) for each in told[inner]]
            if kind == "action":
                told["depends_on"] = [names.get(each, each) for each in told.get("depends_on", [])]
                if told.get("original_due") == told.get("due"):
                    told.pop("original_due", None)
            parts.append(told)
    return model.ReviewFile.model_validate(
        {"version": model.VERSION, "review": {"ref": ref, **said["review"][ref]}, **lists}
    )


def _shortened(review: str, refs: list[str]) -> dict[str, str]:
    """Each ref without the review's own before it, where that names it still."""
    start = f"{review}-"
    short = {}
    for ref in refs:
        rest = ref.removeprefix(start)
        clear = rest and rest != ref and not rest.startswith(start) and rest not in refs
        short[ref] = rest if clear else ref
    return short
