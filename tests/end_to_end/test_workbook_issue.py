"""`workbook issue` and `workbook refresh`: an agency's own workbook, out and back."""

from __future__ import annotations

import shutil
from typing import Any

import openpyxl
import pytest
from board_suite import BOARD, POLICE, Suite, row

FIRST = "Do the thing numbered 1"
SECOND = "Do the thing numbered 2"


@pytest.fixture
def board(suite: Suite) -> Suite:
    """A board whose plan is adopted and published; no agency has a workbook."""
    suite.configure(BOARD)
    suite.make_plan(row(number) for number in range(1, 10))
    suite.adopt()
    suite.run("review", "set", "SAR-2026-01", "publication=published")
    suite.sync()
    return suite


def issue(suite: Suite, name: str = "out/police.xlsx", agency: str = "POL", code: int | None = 0) -> Any:
    return suite.run("workbook", "issue", "--agency", agency, "--out", str(suite.folder / name), code=code)


def test_it_holds_the_agencys_actions_and_guides_whoever_fills_it_in(board: Suite) -> None:
    dry = board.run("workbook", "issue", "--agency", "POL", "--out", str(board.folder / "out/police.xlsx"), "--dry-run")
    assert dry["actions"] == 3
    assert not (board.folder / "out").exists()
    told = issue(board)
    assert (told["agency"], told["actions"], told["status"], told["connector"]) == ("POL", 3, "ok", "police")
    book = openpyxl.load_workbook(told["file"])
    sheet = book["Actions"]
    table = sheet.tables["ActionPlan"]
    header = next(at for at in range(1, 20) if sheet.cell(at, 1).value == "Action ID")
    assert table.ref == f"A{header}:U{header + 3}"
    assert "31 Jan 2027" in " ".join(str(sheet.cell(at, 1).value) for at in range(1, header))
    assert "Exampleshire Safeguarding Adults Board" in book.properties.title
    assert not sheet.merged_cells.ranges
    assert sheet.freeze_panes == f"B{header + 1}"
    columns = {cell.value: cell.column for cell in sheet[header]}
    locked = {heading: sheet.cell(header + 1, at).protection.locked for heading, at in columns.items()}
    assert sheet.protection.sheet
    assert not sheet.protection.password
    assert [heading for heading in ("Status", "Progress", "Due date", "Lead officer", "RAG") if locked[heading]] == []
    assert all(locked[heading] for heading in ("Action ID", "Lead agency", "Original due date", "Priority"))
    assert not sheet.column_dimensions["C"].protection.locked, "a request is typed below"
    assert sheet.conditional_formatting


def test_what_comes_back_is_merged_and_renewed_in_place(board: Suite) -> None:
    told = issue(board)
    with board.edit("out/police.xlsx") as sheet:
        sheet.set(FIRST, "Status", "In progress")
        sheet.set(FIRST, "Progress", "Trained all shifts")
    board.run("action", "set", board.action(FIRST)["ref"], "priority=Urgent")
    synced = board.run("workbook", "refresh", told["file"])["connectors"]
    assert [(each["name"], each["status"], each["conflicts"]) for each in synced] == [("police", "ok", 0)]
    assert board.action(FIRST)["progress"] == "Trained all shifts"
    with board.edit("out/police.xlsx") as sheet:
        at = sheet.find(FIRST)
        assert sheet.value(at, "Priority") == "Urgent", "the Board's cells are locked for people, not for the Board"
        assert sheet.sheet.protection.sheet
    before = (board.folder / "out/police.xlsx").read_bytes()
    board.sync()
    assert (board.folder / "out/police.xlsx").read_bytes() == before


def test_a_copy_that_comes_back_elsewhere_is_the_one_kept_in_step(board: Suite) -> None:
    told = issue(board)
    back = board.folder / "returned by the police.xlsx"
    shutil.move(told["file"], back)
    assert set(board.sync()) == {"master"}, "while it is out, it is no fault"
    with board.edit(back.name) as sheet:
        sheet.set(FIRST, "Lead officer", "Head of Custody")
    synced = board.run("workbook", "refresh", str(back))["connectors"]
    assert [(each["name"], each["status"], each["updated_here"]) for each in synced] == [("police", "ok", 1)]
    assert board.action(FIRST)["lead_officer"] == "Head of Custody"
    assert set(board.sync()) == {"master", "police"}


def test_a_configuration_that_names_it_later_takes_it_over(board: Suite) -> None:
    told = issue(board, "police.xlsx")
    with board.edit("police.xlsx") as sheet:
        sheet.set(FIRST, "Lead officer", "Head of Custody")
    board.run("action", "set", board.action(SECOND)["ref"], "lead_officer=Somebody else")
    board.configure(BOARD, POLICE.replace('"police"', '"police-plan"'))
    synced = board.sync()
    assert {name: (each["status"], each["conflicts"]) for name, each in synced.items()} == {
        "master": ("ok", 0),
        "police-plan": ("ok", 0),
    }
    assert board.action(FIRST)["lead_officer"] == "Head of Custody"
    board.configure(BOARD)
    assert set(board.sync()) == {"master"}, told


def test_it_is_the_configured_instance_where_there_is_one(suite: Suite) -> None:
    suite.make_plan(row(number) for number in range(1, 10))
    suite.configure(BOARD)
    suite.adopt()
    suite.run("review", "set", "SAR-2026-01", "publication=published")
    suite.configure(BOARD, POLICE.replace("create = true\n", "").replace('"police"', '"constabulary"'))
    assert issue(suite, "police.xlsx")["connector"] == "constabulary"
    assert set(suite.sync()) == {"constabulary", "master"}


def test_new_actions_and_requests_go_below(board: Suite) -> None:
    told = issue(board)
    with board.edit("out/police.xlsx") as sheet:
        sheet.append({"Action": "The police would like this too"})
    with board.edit() as plan:
        plan.append(row(10))
    board.sync(code=1)
    (asked,) = board.run("proposal", "list")
    assert asked["kind"] == "new"
    board.run("proposal", "accept", asked["id"])
    board.sync()
    board.sync()
    with board.edit("out/police.xlsx") as sheet:
        rows = sheet.rows()
    assert [each["Action"] for each in rows] == [
        FIRST,
        "Do the thing numbered 4",
        "Do the thing numbered 7",
        "The police would like this too",
        "Do the thing numbered 10",
    ]
    assert all(each["Action ID"] for each in rows), told


@pytest.mark.parametrize(
    ("name", "agency", "told"),
    [
        ("plan.xlsx", "POL", "is there already"),
        ("police.csv", "POL", "as .xlsx"),
        ("police.xlsx", "NHS", "no agency goes by"),
    ],
)
def test_what_cannot_be_issued(board: Suite, name: str, agency: str, told: str) -> None:
    before = board.bytes()
    assert told in issue(board, name, agency, code=2)["error"]
    assert board.bytes() == before


def test_only_an_issued_workbook_is_refreshed(board: Suite) -> None:
    other = board.make_plan([row(1)], board.folder / "other.xlsx")
    assert "issued no such workbook" in board.run("workbook", "refresh", str(other), code=2)["error"]
