"""A manager's rich workbook goes through a real LibreOffice: every typed value arrives, and nothing else moves."""

from __future__ import annotations

import random
from typing import Any

import pytest
from board_suite import AGENCIES, Suite, row
from manager import Manager
from office import Office
from rich_plan import make_rich_plan
from workbook_facts import changed_cells, changed_members, furniture, members, sheet_part

pytestmark = pytest.mark.office

LATER = "2026-11-24T11:00:00Z"
AT_ADOPTION = {
    "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", "docProps/custom.xml", "_rels/.rels",
    "[Content_Types].xml",
}  # fmt: skip


def actions(suite: Suite) -> dict[str, dict[str, Any]]:
    return {each["ref"]: each for each in suite.run("action", "list")}


def place_of(seen: dict[str, Any], row_says: str, heading: str) -> tuple[str, int, int]:
    """Where LibreOffice shows that heading's cell of the row that says so."""
    cells = {tuple(map(int, place.split(","))): shown[1] for place, shown in seen["Action plan"]["cells"].items()}
    row = next(row for (_, row), text in cells.items() if text == row_says)
    top = next(row for (_, row), text in cells.items() if text == "Action")
    col = next(col for (col, at), text in cells.items() if at == top and text == heading)
    return ("Action plan", col, row)


def writes_nothing(suite: Suite, *, code: int | None = 0) -> None:
    before = suite.bytes()
    told = suite.sync(code=code)
    assert suite.bytes() == before
    assert {each["updated_there"] + each["created_there"] for each in told.values()} == {0}


def test_adoption_adds_the_id_column_and_leaves_all_else_alone(board: Suite, office: Office) -> None:
    before, seen = members(board.plan), office.look(board.plan)
    board.adopt()
    after, shown = members(board.plan), office.look(board.plan)
    assert changed_members(before, after) <= AT_ADOPTION | {sheet_part(board.plan, "Action plan")}
    ids = changed_cells(seen, shown)
    assert {(name, col) for name, col, _ in ids} == {("Action plan", 12)}
    assert sorted(ids.values()) == sorted(["Action ID", *actions(board)])
    assert furniture(seen)["Pivot"]["pivots"] == [["ByAgency", 2, 6]]
    left, right = furniture(seen), furniture(shown, but=set(ids))
    for sheets in (left, right):
        sheets["Action plan"].pop("widths")
        sheets["Action plan"].pop("visible")
    assert right == left


@pytest.mark.parametrize("seed", range(8))
def test_whatever_a_manager_does_in_whatever_order(adopted: Suite, office: Office, seed: int) -> None:
    before = actions(adopted)
    manager = Manager(random.Random(seed), list(before.values()), ("POL",))
    office.work(adopted.plan, *manager.work(10))
    # Meanwhile, here: a value that goes out into a row nobody touched.
    quiet = sorted(set(before) - manager.deleted - set(manager.typed) - set(manager.extended))[0]
    adopted.run("action", "set", quiet, "priority=By Easter")
    parts, seen = members(adopted.plan), office.look(adopted.plan)

    told = adopted.sync(code=None)["master"]

    after = actions(adopted)
    assert told["status"] == "ok", (told["why"], manager.steps)
    assert told["missing"] == len(manager.deleted)
    for ref, was in before.items():
        expected = dict(was) | manager.typed.get(ref, {}) | ({"priority": "By Easter"} if ref == quiet else {})
        now = after[ref]
        for name in ("text", "lead_officer", "priority", "current_due", "status", "progress", "lead_agency", "review"):
            assert now[name] == expected[name], (ref, name, manager.steps)
    made = {after[ref]["text"]: after[ref] for ref in after.keys() - before.keys()}
    assert set(made) == set(manager.added), manager.steps
    for text, values in manager.added.items():
        assert {name: made[text][name] for name in values} == values
    asked = adopted.run("proposal", "list")
    assert {each["to"]["text"] for each in asked if each["kind"] == "new"} == manager.copied
    assert {each["ref"]: each["to"] for each in asked if each["kind"] == "extend"} == manager.extended
    assert {each["ref"]: each["to"] for each in asked if each["kind"] == "edit"} == manager.asked
    assert len(asked) == len(manager.copied) + len(manager.extended) + len(manager.asked)
    assert adopted.run("conflict", "list") == []

    shown = office.look(adopted.plan)
    expected_cells = {place_of(shown, quiet, "Priority"): "By Easter"}
    expected_cells |= {place_of(shown, each["text"], "Action ID"): each["ref"] for each in made.values()}
    assert changed_cells(seen, shown) == expected_cells, manager.steps
    assert furniture(shown, but=set(expected_cells)) == furniture(seen, but=set(expected_cells))
    written = {sheet_part(adopted.plan, "Action plan"), "xl/workbook.xml", "docProps/custom.xml"}
    assert changed_members(parts, members(adopted.plan)) <= written
    writes_nothing(adopted, code=None)


def test_deleted_rows_close_nothing_and_are_asked_about_later(adopted: Suite, office: Office) -> None:
    before = actions(adopted)
    gone = sorted(before)[:2]
    office.work(adopted.plan, *({"do": "delete", "action": ref} for ref in gone))
    assert adopted.sync()["master"]["missing"] == 2
    assert actions(adopted) == before
    adopted.sync(code=1, now=LATER)
    assert actions(adopted) == before
    assert {(each["kind"], each["ref"]) for each in adopted.run("proposal", "list")} == {
        ("remove", ref) for ref in gone
    }
    shown = office.look(adopted.plan)["Action plan"]["cells"].values()
    assert not {text for _, text in shown} & set(gone), "no row is put back by itself"


RETYPE = {"do": "set", "action": "Do the thing numbered 7", "heading": "Priority", "value": "Urgent"}
PART = {"do": "sort", "by": "Due date", "ascending": False, "to": "RAG"}
WHOLE = {"do": "sort", "by": "Lead agency"}
NARROW = {"do": "sort", "by": "Lead officer", "to": "Progress"}


@pytest.mark.parametrize(
    "steps", [[PART], [NARROW], [WHOLE, PART], [PART, WHOLE], [RETYPE, PART], [PART, RETYPE], [NARROW, WHOLE, PART]]
)
def test_ids_left_behind_by_a_sort_are_put_back_on_request(
    adopted: Suite, office: Office, steps: list[dict[str, Any]]
) -> None:
    before = actions(adopted)
    right = {each["text"]: ref for ref, each in before.items()}
    files = adopted.plan.read_bytes()
    office.work(adopted.plan, *steps)
    assert adopted.plan.read_bytes() != files
    told = adopted.sync(code=1)["master"]
    assert (told["updated_here"], told["created_here"], told["updated_there"]) == (0, 0, 0)
    assert actions(adopted) == before
    (found,) = adopted.run("proposal", "list")
    assert found["kind"] == "repair"
    writes_nothing(adopted, code=1)
    seen = office.look(adopted.plan)
    adopted.run("proposal", "accept", found["id"])
    assert adopted.sync()["master"]["status"] == "ok"
    shown = office.look(adopted.plan)
    for text, ref in right.items():
        assert place_of(shown, text, "Action ID") == place_of(shown, ref, "Action ID")
    id_column = place_of(shown, right["Do the thing numbered 1"], "Action ID")[1]
    assert {(name, col) for name, col, _ in changed_cells(seen, shown)} == {("Action plan", id_column)}
    wanted = {ref: dict(each) for ref, each in before.items()}
    if RETYPE in steps:
        wanted[right["Do the thing numbered 7"]]["priority"] = "Urgent"
    keep = ("text", "priority", "current_due", "status", "lead_officer", "lead_agency")
    assert {ref: [each[name] for name in keep] for ref, each in actions(adopted).items()} == {
        ref: [each[name] for name in keep] for ref, each in wanted.items()
    }
    writes_nothing(adopted)


def test_saved_again_unchanged_nothing_is_written(adopted: Suite, office: Office) -> None:
    for path in (adopted.plan, adopted.folder / "police.xlsx"):
        before = path.read_bytes()
        office.work(path)
        assert path.read_bytes() != before
    entries = adopted.run("audit", "verify")["entries"]
    writes_nothing(adopted)
    assert adopted.run("audit", "verify")["entries"] == entries


def test_colours_that_a_formula_works_out_anew_hold_nothing_up(board: Suite, office: Office) -> None:
    rows = [row(number) for number in range(1, 41)]
    make_rich_plan(board.plan, rows, list(AGENCIES.values()), calculated=False)
    board.adopt()
    assert {each["self_rating"] for each in actions(board).values()} == {"red"}
    office.work(board.plan, RETYPE, {"do": "sort", "by": "Due date", "ascending": False})
    told = board.sync()["master"]
    assert (told["status"], told["updated_there"]) == ("ok", 0)
    now = actions(board).values()
    assert {each["self_rating"] for each in now if each["current_due"] >= "2027-03-01"} == {"green"}
    assert [each["text"] for each in now if each["priority"] == "Urgent"] == ["Do the thing numbered 7"]
