"""What a file changes: it is compared with what the store has and with what the file said when it was last taken in.

So a field that changed here since, and not in the file, stays; one that changed in the file alone is taken; where both
changed, the store's stays and a person is told. A field the file does not say is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from actiontrack_learning_together.said import Fields, Said, blank, same

DEFAULTS: Mapping[str, Any] = {
    "publication": "embargoed", "confidence": "full", "kind": "clear_cut", "level": "local", "response": "awaiting",
}  # fmt: skip
"""What the store holds where nobody said anything."""
UNITS = (("response", "response_reasons", "decided_at", "review_by"), ("due", "original_due"), ("lead_agency", "legs"))
"""Fields that make sense together: all of them change, or none."""
HELD = frozenset({*UNITS[0], *UNITS[1], "publication"})
"""What a file that was never taken in before does not overwrite: decisions and dates of the store's own."""

Verdict = Literal["same", "take", "ours", "both"]


@dataclass(frozen=True, slots=True)
class Change:
    """A field of a record that takes what the file says."""

    kind: str
    name: str
    field: str
    before: Any
    after: Any

    def to_json(self) -> dict[str, Any]:
        """As `--json` tells it."""
        return {"noun": self.kind, "ref": self.name, "field": self.field, "before": self.before, "after": self.after}


@dataclass(frozen=True, slots=True)
class Left:
    """A field that stays as it is here though the file says otherwise; `asks` where a person should settle it."""

    kind: str
    name: str
    field: str
    file: Any
    here: Any
    why: str
    asks: bool

    def to_json(self) -> dict[str, Any]:
        """As `--json` tells it."""
        return {
            "noun": self.kind, "ref": self.name, "field": self.field, "file": self.file, "here": self.here,
            "why": self.why, "asks": self.asks,
        }  # fmt: skip


@dataclass(slots=True)
class Plan:
    """What taking a file in does."""

    new: list[tuple[str, str, Fields]] = field(default_factory=list)
    """(kind, name, fields) of the records to be made."""
    changes: list[Change] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)
    """(kind, name) of what the store has of the review and the file leaves out: nothing becomes of it."""


def merge(said: Said, here: Said, base: Said) -> Plan:
    """Compare a file with the store and with what it said before."""
    plan = Plan()
    for kind, records in said.items():
        for name, fields in records.items():
            if name not in here.get(kind, {}):
                plan.new.append((kind, name, fields))
                continue
            known, before = here[kind][name], base.get(kind, {}).get(name, {})
            verdicts = {each: _verdict(each, fields, known, before) for each in fields}
            for each, verdict in _united(verdicts).items():
                if verdict == "take":
                    plan.changes.append(Change(kind, name, each, known.get(each, ""), fields[each]))
                elif verdict != "same":
                    why = _why(each, verdict, before)
                    asks = verdict == "both"
                    plan.left.append(Left(kind, name, each, fields[each], known.get(each, ""), why, asks))
    plan.kept = list(_kept(said, here))
    return plan


def _verdict(name: str, fields: Fields, known: Fields, before: Fields) -> Verdict:
    file, store, old = fields[name], known.get(name), before.get(name)
    if same(name, file, store):
        return "same"
    if blank(store):
        return "take"
    if name == "original_due":
        return "ours"
    if old is None:
        return "both" if name in HELD and store != DEFAULTS.get(name) else "take"
    if same(name, file, old):
        return "ours"
    return "take" if same(name, store, old) else "both"


def _united(verdicts: dict[str, Verdict]) -> dict[str, Verdict]:
    """Of fields that belong together none is taken where another stays."""
    united = dict(verdicts)
    for unit in UNITS:
        inside = [name for name in unit if name in verdicts and name != "original_due"]
        if any(verdicts[name] in ("ours", "both") for name in inside):
            united |= {name: "both" for name in inside if verdicts[name] == "take"}
    return united


def _why(name: str, verdict: Verdict, before: Fields) -> str:
    if name == "original_due":
        return "the original date is never overwritten"
    if verdict == "ours":
        return "it is otherwise here since the file was last taken in"
    if name in before:
        return "it changed here and in the file"
    return "it was decided here already" if name in HELD else "it goes with another field that changed here"


def _kept(said: Said, here: Said) -> Iterator[tuple[str, str]]:
    for kind, records in here.items():
        for name in records:
            if kind not in ("review", "meeting") and name not in said.get(kind, {}):
                yield kind, name


def next_base(said: Said, base: Said, plan: Plan) -> Said:
    """What to compare with next time: what the file says now; of a question that stays open, what it said before."""
    merged = {kind: dict(records) for kind, records in base.items()}
    for kind, records in said.items():
        for name, fields in records.items():
            merged.setdefault(kind, {})[name] = {**merged.get(kind, {}).get(name, {}), **fields}
    for each in plan.left:
        if each.asks:
            old = base.get(each.kind, {}).get(each.name, {}).get(each.field)
            if old is None:
                merged[each.kind][each.name].pop(each.field, None)
            else:
                merged[each.kind][each.name][each.field] = old
    return merged
