"""One history: sides that agree, what people do to both, one plan; and what the oracle says must come of it."""

from __future__ import annotations

import functools
import gc
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from actiontrack.ports import Plain
from actiontrack.services.sync.steps import SyncResult
from proof.oracle.deeds import Told, do_some
from proof.oracle.facts import Facts, facts_of, shown, visible
from proof.oracle.judge import compare, expect_agreement, expect_quiet, typed_is_kept
from proof.oracle.oracle import Oracle
from proof.oracle.oracle import Side as OracleSide
from proof.oracle.properties import PROPERTIES
from proof.oracle.worlds import Dice, World, make_world

AGAIN = ("", "", "", "", "", "", "changed", "all")
"""What the run after looks at, where one is made."""
VERDICTS = (
    "agree", "take", "write", "conflict", "put back", "waits", "clear", "edit", "extend", "withdraw", "unreadable",
    "add", "guard", "missing", "held", "new asked", "new made", "I11 looked first", "I12 shuffled", "I13 clock moved",
    "I14 planned again",
)  # fmt: skip
"""Everything that the rules can say; and each property."""
QUIET = 2
"""Rounds without an edit in which all comes to rest (I2)."""
A_WORLD = 500
"""Histories that start from one world."""


class Broken(AssertionError):  # noqa: N818 - a finding
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
        for at, row in enumerate(sheet.rows):
            ref = sheet.refs.get(row.key, row.key)
            side.ids[row.key], side.stood[ref] = ref, at
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


def live(seed: int, number: int) -> Lived:
    """Live one history. Raises Broken, with what was done, where something is not as it must be."""
    agreed, known = agreed_world(f"{seed}:{number // A_WORLD}")
    chance = Dice(f"{seed}/{number}")
    names = [chance.choice(sorted(PROPERTIES))] if chance.random() < 0.06 else []
    try:
        return live_through(agreed.copy(), known.copy(), chance, names, again=chance.choice(AGAIN))
    except Broken as broken:
        raise Broken(f"seed {seed}, history {number}: {broken}") from broken


def live_through(world: World, oracle: Oracle, chance: Dice, properties: Iterable[str], *, again: str) -> Lived:
    """What `chance` makes people do in a world, once or twice; these properties are tried before each plan."""
    lived, before = Lived(), Told()
    try:
        for at in range(2 if chance.random() < 0.12 else 1):
            told = do_some(world, oracle.facts, chance, before, _frozen(oracle), rows=at == 0)
            lived.told += [f"round {at + 1}", *told.lines]
            for name in properties:
                PROPERTIES[name](world, chance)
                lived.counts[name] += 1
            one_run(world, oracle, told, again=again)
            if told.rearranged or any(side.guarded for side in oracle.sides.values()):
                break
            before = told
    except AssertionError as error:
        raise Broken(f"{error}\n" + "\n".join(lived.told)) from error
    lived.counts.update(oracle.counts)
    return lived


def one_run(world: World, oracle: Oracle, told: Told, *, again: str) -> SyncResult:
    """Foretell, sync, compare, until all has come to rest; then sync again, and nothing may happen."""
    rows = _rows(world)
    agreed = {name: {ref: dict(base) for ref, base in side.base.items()} for name, side in oracle.sides.items()}
    oracle.foretell(rows, facts_of(world.shelf))
    result = world.sync()
    held = compare(world, oracle, rows)
    typed_is_kept(world, oracle, told, agreed, held)
    rows = _rows(world)
    oracle.note_left(rows)
    for _ in range(0 if told.rearranged else QUIET):
        if oracle.again:
            oracle.foretell(rows, held)
            world.sync()
            held = compare(world, oracle, rows)
            rows = _rows(world)
            oracle.note_left(rows)
    assert told.rearranged or not oracle.again, "two quiet rounds, and it has not come to rest"
    if again and not told.rearranged:
        expect_agreement(world, oracle)
        expect_quiet(world, looks_at_all=again == "all")
        oracle.counts["I14 planned again"] += 1
    return result


def _rows(world: World) -> dict[str, list[tuple[str, dict[str, Plain]]]]:
    """Every row as it stands now."""
    return {name: [(row.key, dict(row.cells)) for row in sheet.rows] for name, sheet in world.sheets.items()}


def _frozen(oracle: Oracle) -> frozenset[tuple[str, str]]:
    if not oracle.conflicts:
        return frozenset()
    fields = ("status", "status_reason", "look_again", "text", "number", "recommendation_text", "response", "priority",
              "lead_officer", "original_due", "current_due", "self_rating")  # fmt: skip
    return frozenset(
        (ref, name)
        for ref in oracle.facts
        for name in fields
        if any(oracle.is_frozen(side, ref, name) for side in oracle.sides.values() if name in side.columns)
    )


def live_many(seed: int, numbers: Iterable[int], seconds: float | None = None) -> Counter[str]:
    """Live these, or as many as fit into so many seconds of CPU; how often each verdict fell."""
    counts: Counter[str] = Counter()
    began = time.process_time()
    gc.set_threshold(200_000, 20, 20)  # what a history makes is gone with it: few rounds of collection are enough
    for number in numbers:
        if seconds is not None and time.process_time() - began > seconds:
            break
        counts.update(live(seed, number).counts)
        counts["histories"] += 1
    counts["CPU ms"] = round((time.process_time() - began) * 1000)
    return counts


def never_fell(counts: Mapping[str, int]) -> list[str]:
    """The verdicts that no history came to: then the rules were not tried."""
    return [verdict for verdict in VERDICTS if not counts.get(verdict)]
