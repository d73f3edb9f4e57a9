"""One history: sides that agree, what people do to both, one plan; and what the oracle says must come of it."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from actiontrack.services.sync.steps import SyncResult
from proof.oracle.deeds import Told, do_some
from proof.oracle.facts import Facts, facts_of, shown, visible
from proof.oracle.judge import compare, expect_quiet, typed_is_kept
from proof.oracle.oracle import Oracle
from proof.oracle.oracle import Side as OracleSide
from proof.oracle.properties import PROPERTIES
from proof.oracle.worlds import Dice, World, make_world

A_WORLD = 250
"""Histories that start from one world."""


class Broken(AssertionError):
    """A history in which the planner and the oracle, or the planner and a property, differ."""


@dataclass
class Lived:
    """What was done in one history and what came of it."""

    counts: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)


@functools.lru_cache(maxsize=4)
def agreed_world(seed: str) -> tuple[World, Oracle]:
    """A world in which all sides agree, and the oracle's picture of it."""
    world = make_world(seed)
    return world, picture(world)


def picture(world: World) -> Oracle:
    """What the oracle knows of sides that agree."""
    facts = facts_of(world.shelf)
    day = world.clock.now()
    oracle = Oracle(facts, {}, day=f"{day.day} {day:%b %Y}")
    for name, sheet in world.sheets.items():
        side = OracleSide(name, world.settings[name].agency, sheet.key, sheet.columns)
        for row in sheet.rows:
            ref = sheet.refs.get(row.key, row.key)
            side.ids[row.key] = ref
            side.base[ref] = _agreed(facts[ref], side, {name: str(row.cells.get(name) or "") for name in sheet.columns})
            side.read[ref] = dict(side.base[ref])
            for log in ("progress", "comments"):
                entries = visible(facts[ref], side.agency, log)
                side.heard[ref, log] = entries[-1][0] if entries else 0
        oracle.sides[name] = side
    return oracle


def _agreed(facts: Facts, side: OracleSide, cells: dict[str, str]) -> dict[str, str]:
    values = shown(facts, side.agency, side.columns)
    return {name: values.get(name, cells[name]) for name in side.columns}


def live(seed: int, number: int, *, every_property: bool = False) -> Lived:
    """Live one history. Raises Broken, with what was done, where something is not as it must be."""
    agreed, known = agreed_world(f"{seed}:{number // A_WORLD}")
    chance = Dice(f"{seed}/{number}")
    lived = Lived()
    world, oracle = agreed.copy(), known.copy()
    try:
        rounds = chance.choice((1, 1, 1, 2))
        for at in range(rounds):
            told = do_some(world, chance, _frozen(oracle), rows=at == 0)
            lived.told += [f"round {at + 1}", *told.lines]
            names = sorted(PROPERTIES) if every_property else [chance.choice(sorted(PROPERTIES))]
            for name in names:
                PROPERTIES[name](world, chance)
                lived.counts[name] += 1
            one_run(world, oracle, told, looks_at_all=chance.random() < 0.5)
            if told.rearranged or any(side.guarded for side in oracle.sides.values()):
                break
        lived.counts += oracle.counts
    except AssertionError as error:
        raise Broken(f"seed {seed}, history {number}: {error}\n" + "\n".join(lived.told)) from error
    return lived


def one_run(world: World, oracle: Oracle, told: Told, *, looks_at_all: bool) -> SyncResult:
    """Foretell, sync, compare; then sync again, and nothing may happen."""
    rows = {name: [(row.key, dict(row.cells)) for row in sheet.rows] for name, sheet in world.sheets.items()}
    here = facts_of(world.shelf)
    agreed = {
        (name, ref, each): value
        for name, side in oracle.sides.items()
        for ref, base in side.base.items()
        for each, value in base.items()
    }
    oracle.foretell(rows, {ref: each.copy() for ref, each in here.items()})
    result = world.sync()
    compare(world, oracle, rows)
    typed_is_kept(world, oracle, told, agreed)
    if oracle.again:
        again = {name: [(row.key, dict(row.cells)) for row in sheet.rows] for name, sheet in world.sheets.items()}
        oracle.foretell(again, facts_of(world.shelf))
        world.sync()
        compare(world, oracle, again)
    if not told.rearranged:
        expect_quiet(world, looks_at_all=looks_at_all)
    return result


def _frozen(oracle: Oracle) -> frozenset[tuple[str, str]]:
    fields = ("status", "status_reason", "look_again", "text", "number", "recommendation_text", "response", "priority",
              "lead_officer", "original_due", "current_due", "self_rating")  # fmt: skip
    return frozenset(
        (ref, name)
        for ref in oracle.facts
        for name in fields
        if any(oracle.is_frozen(side, ref, name) for side in oracle.sides.values() if name in side.columns)
    )


def live_all(seed: int, numbers: Sequence[int]) -> Counter[str]:
    """Live these; counts of every verdict."""
    counts: Counter[str] = Counter()
    for number in numbers:
        counts += live(seed, number).counts
        counts["histories"] += 1
    return counts
