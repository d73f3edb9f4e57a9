"""The mass guard trips one row above its thresholds and not at them (sync.md), through the door that `sync` uses."""

from __future__ import annotations

import functools

import pytest
from proof.oracle.judge import everything
from proof.oracle.sheet import Row
from proof.oracle.shelf import Shelf
from proof.oracle.worlds import AGENCIES, NOW, REVIEW, Dice, World, add_instance, settle

from actiontrack.domain.ledger import Instance
from actiontrack.domain.nouns import Action, Leg, Review
from actiontrack.domain.refs import new_ref
from actiontrack.domain.vocabulary import Publication, Side
from actiontrack.testing import HandClock


@functools.lru_cache(maxsize=8)
def plan_of(rows: int, health: int) -> World:
    """One sheet of so many rows, of which the last ones are led by the health trust."""
    chance = Dice(f"{rows}/{health}")
    world = World(Shelf(), {}, {}, HandClock(NOW))
    world.shelf.put(*AGENCIES, Review(ref=REVIEW, publication=Publication.PUBLISHED))
    for number in range(rows):
        ref, lead = new_ref(chance), "HEA" if number >= rows - health else "POL"
        world.shelf.put(
            Action(
                ref=ref, number=str(number), review=REVIEW, text=f"Action {number}", lead_agency=lead, priority="High",
                created_at=NOW, changed_at=NOW,
            ),
            Leg(action=ref, agency=lead),
        )  # fmt: skip
    add_instance(world, "board", Side.BOARD, "ref", ("number", "text", "lead_agency", "priority", "status"))
    settle(world)
    return world


def plan_anew(rows: int, health: int = 0) -> tuple[World, list[Row]]:
    world = plan_of(rows, health).copy()
    return world, world.sheets["board"].rows


def is_guarded(world: World) -> bool:
    """Whether the sync waited for an approval; then it changed nothing (but what it keeps of the instance)."""
    before = everything(world)
    (result,) = world.sync().connectors
    if result.status == "guard":
        assert everything(world) == before
        assert result.plan in result.why
    return result.status == "guard"


@pytest.mark.parametrize(("rows", "gone", "trips"), [
    (100, 10, False), (100, 11, True), (500, 10, False), (500, 11, True), (600, 12, False), (600, 13, True),
    (12, 10, False), (12, 11, True), (3, 3, True), (1, 1, True),
])  # fmt: skip
def test_i9_missing_rows_at_the_threshold_and_one_above(rows: int, gone: int, trips: bool) -> None:
    """More than max(10 rows, 2 %); an empty source at any size."""
    world, sheet = plan_anew(rows)
    del sheet[:gone]
    assert is_guarded(world) is trips


@pytest.mark.parametrize(("gone", "trips"), [(10, False), (11, True)])
def test_i9_missing_rows_of_one_agency(gone: int, trips: bool) -> None:
    """Eleven of six hundred are few; eleven of one agency's hundred are not."""
    world, sheet = plan_anew(600, 100)
    del sheet[-gone:]
    assert is_guarded(world) is trips


@pytest.mark.parametrize(("rows", "replaced", "trips"), [
    (100, 25, False), (100, 26, True), (126, 25, False), (126, 26, True), (200, 40, False), (200, 41, True),
])  # fmt: skip
def test_replaced_values_at_the_threshold_and_one_above(rows: int, replaced: int, trips: bool) -> None:
    """More than max(25 rows, 20 %): counted by row, however many of its values."""
    world, sheet = plan_anew(rows)
    for number, row in enumerate(sheet[:replaced]):
        row.cells |= {"text": f"Replaced {number}", "priority": "Low"}
    assert is_guarded(world) is trips


@pytest.mark.parametrize(("rows", "blank", "trips"), [
    (100, 20, False), (100, 21, True), (15, 3, False), (15, 4, True), (5, 2, False), (5, 3, True), (2, 2, False),
])  # fmt: skip
def test_i9_a_column_that_goes_blank(rows: int, blank: int, trips: bool) -> None:
    """More than 20 % of what was filled in; but one or two cleared cells are a person's edit."""
    world, sheet = plan_anew(rows)
    for row in sheet[:blank]:
        row.cells["priority"] = None
    assert is_guarded(world) is trips


def test_cells_that_were_blank_at_the_last_scan_are_not_counted_again() -> None:
    """Two cells cleared today and two tomorrow are two edits, whichever rows a run looks at."""
    world, sheet = plan_anew(15)
    for at in (0, 2):
        for row in sheet[at : at + 2]:
            row.cells["priority"] = None
        looks_at_all = [each.model_copy(update={"fingerprint": "another"}) for each in world.shelf.find(Instance)]
        world.shelf.put(*looks_at_all)
        assert not is_guarded(world)


def test_a_column_that_vanishes_trips() -> None:
    world, _ = plan_anew(15)
    world.sheets["board"].columns = ("number", "text", "lead_agency", "status")
    assert is_guarded(world)


def test_new_rows_do_not_count() -> None:
    world, sheet = plan_anew(100)
    for number in range(60):
        sheet.append(Row("", {"number": f"N{number}", "text": f"New {number}", "lead_agency": AGENCIES[0].name}))
    assert not is_guarded(world)
    assert world.shelf.count(Action) == 160
