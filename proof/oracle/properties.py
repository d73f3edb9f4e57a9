"""What must hold of every plan by itself: looking changes nothing, order and clock decide nothing (I11, I12, I13)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from actiontrack.domain.ledger import Link, LinkState
from actiontrack.services.sync.steps import SyncResult
from proof.oracle.judge import everything
from proof.oracle.worlds import Dice, World

_DAY = re.compile(r"\d{1,2} [A-Z][a-z]{2} \d{4}, ")


def steps_of(world: World, result: SyncResult) -> Counter[tuple[str | None, ...]]:
    """A plan's steps without their places; the Action ID of a new action is a new one every time."""
    refs = {key for table in world.shelf.tables.values() for key in table}
    known = {part for key in refs for part in key}
    return Counter(
        (each.connector, each.does, each.ref if each.ref in known else "new", each.field, each.base,
         _dateless(each.ours) if each.does != "write the id" or each.ours in known else "new", _dateless(each.theirs))
        for each in result.steps
    )  # fmt: skip


def _dateless(value: str | None) -> str | None:
    return _DAY.sub("", value) if value else value


def plan_of(world: World) -> Counter[tuple[str | None, ...]]:
    """The plan that a dry run shows."""
    return steps_of(world, world.sync(dry_run=True))


def looking_changes_nothing(world: World, chance: Dice) -> None:
    """I11, on the level of the store; and a dry run tells just what a run does."""
    before = everything(world)
    passing = {kind: dict(table) for kind, table in world.shelf.tables.items()}
    shown = plan_of(world)
    assert everything(world) == before, "a dry run changed something"
    assert {kind: table for kind, table in world.shelf.tables.items() if table} == {
        kind: table for kind, table in passing.items() if table
    }, "a dry run left something behind"
    other = world.copy()
    done = steps_of(world, other.sync())
    assert shown == done, f"a dry run told otherwise: {shown - done} {done - shown}"


def order_decides_nothing(world: World, chance: Dice) -> None:
    """I12: the same rows in another order make the same plan."""
    other = world.copy()
    for sheet in other.sheets.values():
        chance.shuffle(sheet.rows)
    first, second = plan_of(world), plan_of(other)
    assert first == second, f"another order, another plan: {first - second} {second - first}"


def clock_decides_nothing(world: World, chance: Dice) -> None:
    """I13: the same plan a year earlier, or years later; but when to ask about rows gone before is told by time."""
    if world.shelf.find(Link, state=LinkState.MISSING):
        return
    other = world.copy()
    other.clock.move(timedelta(days=chance.choice((-400, -1, 30, 4000)), minutes=chance.randrange(600)))
    first, second = plan_of(world), plan_of(other)
    assert first == second, f"another day, another plan: {first - second} {second - first}"


PROPERTIES: dict[str, Callable[[World, Dice], None]] = {
    "I11 looked first": looking_changes_nothing,
    "I12 shuffled": order_decides_nothing,
    "I13 clock moved": clock_decides_nothing,
}
"""Tried on some histories: each is planned twice for it."""
