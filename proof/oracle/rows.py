"""Which row is which action, and what looks like an accident to a whole sheet. Naive on purpose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from actiontrack.ports import Plain
from proof.oracle.words import meaning

if TYPE_CHECKING:
    from proof.oracle.oracle import Side

Cells = Mapping[str, Plain]
FEW = 2
"""So many rows or cells are a person's edit in the smallest of plans, never an accident to the sheet."""


@dataclass
class Placed:
    """Every row of one sheet in its place."""

    whose: dict[str, Cells] = field(default_factory=dict)
    """action → its row's cells."""
    said: dict[str, dict[str, str]] = field(default_factory=dict)
    """action → what they mean."""
    positions: dict[str, int] = field(default_factory=dict)
    fresh: list[int] = field(default_factory=list)
    """Where rows without an action stand."""
    held: int = 0
    copies: int = 0
    held_actions: set[str] = field(default_factory=set)
    nameless: int = 0


def place_rows(side: Side, rows: Sequence[tuple[str, Cells]]) -> Placed:
    """A row is the action of its key; without one, the action that said just the same and whose own row is gone."""
    placed, ids, read = Placed(), side.ids, side.read
    keyed: dict[str, list[int]] = {}
    for at, (key, _) in enumerate(rows):
        keyed.setdefault(key, []).append(at)
    for key, places in keyed.items():
        if key in ids:
            # Of copies, the one nearest to what the row last said keeps the id; of equal ones, the one in its place.
            ref = ids[key]
            best = max(places, key=lambda at: (_alike(rows[at][1], read[ref]), at == side.stood[ref], -at))
            placed.whose[ref] = rows[best][1]
            placed.positions[ref] = best
            placed.held += len(places) - 1
            placed.copies += len(places) - 1
    gone = {ref: said for ref, said in read.items() if ref not in placed.whose}
    for at, (key, cells) in enumerate(rows):
        if key in ids:
            continue
        same = [ref for ref, said in gone.items() if said.get("text") == cells.get("text")]
        if side.key == "ref" and key:
            placed.held += 1  # no id known here
            placed.held_actions |= set(same)
        elif not key and len(same) == 1:
            placed.whose[same[0]] = cells
            placed.positions[same[0]] = at
            placed.nameless += 1
        else:
            placed.fresh.append(at)
    placed.said = {
        ref: {name: meaning(name, cells.get(name)) for name in side.columns} for ref, cells in placed.whose.items()
    }
    for ref in [ref for ref in placed.whose if _may_be_anothers(side, ref, placed.said[ref])]:
        del placed.whose[ref], placed.said[ref], placed.positions[ref]
        placed.held += 1
        placed.held_actions.add(ref)
    return placed


def _may_be_anothers(side: Side, ref: str, said: Mapping[str, str]) -> bool:
    """A row whose words were cleared and that says others by now: the same action's, if most of it is as it was."""
    base, text = side.base[ref], said["text"]
    if side.key == "remote" or side.read[ref].get("text") or text in ("", base["text"]):
        return False
    others = [name for name, value in base.items() if name != "text" and value]
    return 2 * sum(said[name] == base[name] for name in others) <= len(others)


def _alike(cells: Cells, said: Mapping[str, str]) -> int:
    same = sum(1 for name, value in said.items() if value and meaning(name, cells.get(name)) == value)
    return same + (len(said) if cells.get("text") == said.get("text") else 0)


def too_much(side: Side, placed: Placed) -> bool:
    """sync.md's mass guard: what looks like an accident to the whole sheet waits for a person."""
    linked = set(side.ids.values())
    if not linked:
        return False
    if not placed.whose and not placed.fresh and not placed.held:
        return True
    if len(linked) <= FEW:
        return False
    gone = linked - set(placed.whose) - placed.held_actions - side.missing
    replaced: set[str] = set()
    blank: Counter[str] = Counter()
    filled: Counter[str] = Counter()
    for ref in linked:
        base = side.base[ref]
        filled.update(name for name, value in base.items() if value)
        for name, value in base.items() if ref in placed.whose else ():
            now = placed.said[ref][name]
            if not value or now in (value, side.read[ref].get(name)):
                continue
            if now == "":
                blank[name] += 1
            elif name not in ("progress", "comments"):
                replaced.add(ref)
    if _share(len(gone), len(linked), 10, 0.02) or _share(len(replaced), len(linked), 25, 0.20):
        return True
    if placed.nameless > FEW and placed.nameless > 0.20 * len(linked):
        return True
    return any(count > FEW and count > 0.20 * filled[name] for name, count in blank.items())


def _share(count: int, of: int, rows: int, share: float) -> bool:
    return count > rows and count > share * of
