"""An agency's workbook that sync made, and a CSV file, in the hands of LibreOffice."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import openpyxl
import pytest
from board_suite import Suite, row
from office import Office, typed_date

pytestmark = pytest.mark.office

FIRST = "Do the thing numbered 1"
FOURTH = "Do the thing numbered 4"
CSV_BOARD = (
    '[[connector]]\nname = "master"\ntype = "spreadsheet"\npath = "plan.csv"\nside = "board"\n'
    'review = "SAR-2026-01"\ndates = "dmy"\n'
)


def test_what_the_agency_fills_in_is_merged(adopted: Suite, office: Office) -> None:
    seen = office.look(adopted.folder / "police.xlsx")
    (name,) = (each for each, sheet in seen.items() if ["Action", "Action"] in sheet["cells"].values())
    top, status = next(
        (int(place.split(",")[1]), place.split(",")[0])
        for place, shown in seen[name]["cells"].items()
        if shown[1] == "Status"
    )
    assert f"{status},{top + 1}" in seen[name]["lists"], "the status cell offers its words"
    office.work(
        adopted.folder / "police.xlsx",
        {"do": "set", "action": FIRST, "heading": "Status", "value": "Reported complete"},
        {"do": "set", "action": FIRST, "heading": "Progress", "value": "Trained on 3 November; “all shifts”"},
        {"do": "set", "action": FIRST, "heading": "Due date", "value": typed_date(datetime.date(2026, 12, 2))},
        {"do": "sort", "by": "Due date", "ascending": False},
        {"do": "set", "action": FOURTH, "heading": "Lead officer", "value": "Head of Custody"},
        {"do": "append", "cells": {"Action": "The police would like this too"}},
        sheet=name,
    )
    adopted.sync(code=1)
    first, fourth = adopted.action(FIRST), adopted.action(FOURTH)
    assert (first["status"], first["current_due"]) == ("reported_complete", "2026-12-02")
    assert first["progress"] == "Trained on 3 November; “all shifts”"
    assert fourth["lead_officer"] == "Head of Custody"
    (asked,) = adopted.run("proposal", "list")
    assert (asked["kind"], asked["to"]["text"]) == ("new", "The police would like this too")
    with adopted.edit() as plan:
        at = plan.find(FIRST)
        assert plan.value(at, "Progress") == "Trained on 3 November; “all shifts”"
        assert plan.value(at, "Status") == "Completed", "in the plan's own word"
        assert plan.value(at, "Due date").date() == datetime.date(2026, 12, 2)
        assert plan.value(plan.find(FOURTH), "Lead officer") == "Head of Custody"
    before = adopted.bytes()
    adopted.sync(code=1)
    assert adopted.bytes() == before


def test_an_issued_workbook_comes_back_without_a_problem(adopted: Suite, office: Office) -> None:
    out = adopted.folder / "health.xlsx"
    adopted.run("workbook", "issue", "--agency", "HEA", "--out", str(out))
    second, fifth = "Do the thing numbered 2", "Do the thing numbered 5"
    office.work(
        out,
        {"do": "set", "action": second, "heading": "Status", "value": "Reported complete"},
        {"do": "set", "action": fifth, "heading": "Due date", "value": typed_date(datetime.date(2026, 12, 2))},
        sheet="Actions",
    )
    (told,) = adopted.run("workbook", "refresh", str(out))["connectors"]
    assert (told["status"], told["updated_here"]) == ("ok", 2)
    assert [told[key] for key in ("conflicts", "proposals", "quarantined", "missing")] == [0, 0, 0, 0]
    assert told["problems"] == []
    assert adopted.action(second)["status"] == "reported_complete"
    assert adopted.action(fifth)["current_due"] == "2026-12-02"
    sheet = openpyxl.load_workbook(out)["Actions"]
    assert sheet.protection.sheet
    assert sheet.tables["ActionPlan"].ref == "A7:U20"


CHOSEN = [
    {"do": "choose", "action": FIRST, "heading": "Status", "word": "Reported complete"},
    {"do": "type", "action": FIRST, "heading": "Due date", "text": "2/12/2026"},
    {"do": "type", "action": FIRST, "heading": "Progress", "text": "Trained on 3 November"},
]
"""At the keyboard of a British office: the second of December."""


def _filled_in(suite: Suite, office: Office, path: Path) -> None:
    before = office.look(path)["Actions"]
    _, shown, _ = office.work(path, *CHOSEN, sheet="Actions")
    assert shown == "02 Dec 2026", "which is the day and which the month can't be mistaken"
    after = office.look(path)["Actions"]
    for name in ("lists", "conditions", "protected", "visible"):
        assert after[name] == before[name], name


def _keeps_its_furniture(path: Path) -> None:
    sheet = openpyxl.load_workbook(path)["Actions"]
    assert sheet.protection.sheet
    assert list(sheet.tables) == ["ActionPlan"]
    assert {rule.type for rule in sheet.data_validations.dataValidation} == {"list", "date"}
    assert sheet.conditional_formatting
    assert not sheet.merged_cells.ranges


def test_an_issued_workbook_goes_round_without_a_problem(adopted: Suite, office: Office) -> None:
    out = adopted.folder / "issued.xlsx"
    adopted.run("workbook", "issue", "--agency", "HEA", "--out", str(out))
    second = "Do the thing numbered 2"
    office.work(out, *({**step, "action": second} for step in CHOSEN), sheet="Actions")
    (told,) = adopted.run("workbook", "refresh", str(out))["connectors"]
    assert (told["status"], told["updated_here"], told["problems"]) == ("ok", 1, [])
    assert [told[key] for key in ("conflicts", "proposals", "quarantined", "missing")] == [0, 0, 0, 0]
    found = adopted.action(second)
    assert (found["status"], found["current_due"]) == ("reported_complete", "2026-12-02")
    assert found["progress"] == "Trained on 3 November"
    _keeps_its_furniture(out)


def test_a_workbook_that_sync_made_goes_round_without_a_problem(adopted: Suite, office: Office) -> None:
    path = adopted.folder / "police.xlsx"
    _filled_in(adopted, office, path)
    for told in adopted.sync().values():
        assert (told["status"], told["problems"]) == ("ok", [])
    found = adopted.action(FIRST)
    assert (found["status"], found["current_due"]) == ("reported_complete", "2026-12-02")
    assert found["progress"] == "Trained on 3 November"
    _keeps_its_furniture(path)
    before = adopted.bytes()
    adopted.sync()
    assert adopted.bytes() == before


def test_the_boards_cells_are_locked_and_the_agencys_are_not(adopted: Suite, office: Office) -> None:
    path = adopted.folder / "police.xlsx"
    (taken,) = office.work(path, {"do": "overtype", "action": FIRST, "text": "3/12/2026"}, sheet="Actions")
    own = {heading for heading, is_taken in taken.items() if is_taken}
    sheet = openpyxl.load_workbook(path)["Actions"]
    top = next(row for row in range(1, 20) if sheet.cell(row, 1).value == "Action ID")
    blue = {cell.value for cell in sheet[top] if cell.fill.fgColor.rgb.endswith("1F4E79")}
    assert own == blue, "what may be filled in is what has a blue heading"
    assert {"Status", "Progress", "Due date", "Lead officer"} <= own
    assert not own & {"Action ID", "Number", "Priority", "Lead agency", "Recommendation"}


def test_a_csv_plan_saved_by_libreoffice(suite_of_csv: Suite, office: Office) -> None:
    suite, path = suite_of_csv, suite_of_csv.folder / "plan.csv"
    before = path.read_bytes()
    entries = suite.run("audit", "verify")["entries"]
    office.work(path)
    saved = path.read_bytes()
    told = suite.sync()["master"]
    assert [told[key] for key in ("created_here", "updated_here", "created_there", "updated_there")] == [0, 0, 0, 0]
    assert path.read_bytes() == saved
    assert suite.run("audit", "verify")["entries"] == entries
    shutil.copyfile(path, path.with_name("kept.csv"))
    office.work(
        path,
        {"do": "set", "action": FIRST, "heading": "Priority", "value": "Urgent"},
        {"do": "set", "action": FOURTH, "heading": "Lead officer", "value": "O'Neil, “Bo”"},
        {"do": "sort", "by": "Action", "ascending": False},
        {"do": "append", "cells": {"Action": "Café, naïve", "Lead agency": "Norchester Police"}},
    )
    suite.run("action", "set", suite.action("Do the thing numbered 5")["ref"], "priority=By Easter")
    suite.sync()
    assert suite.action(FIRST)["priority"] == "Urgent"
    assert suite.action(FOURTH)["lead_officer"] == "O'Neil, “Bo”"
    ref = suite.action("Café, naïve")["ref"]
    text = path.read_text("utf-8")
    assert ref in next(line for line in text.splitlines() if "Café" in line)
    assert "By Easter" in next(line for line in text.splitlines() if "numbered 5" in line)
    assert len(text.splitlines()) == len(before.decode().splitlines()) + 1
    after = path.read_bytes()
    suite.sync()
    assert path.read_bytes() == after


@pytest.fixture
def suite_of_csv(board: Suite, office: Office) -> Suite:
    """A board whose plan is a CSV file that LibreOffice wrote, adopted."""
    board.make_plan(row(number) for number in range(1, 10))
    office.work(board.plan, save=board.folder / "plan.csv")
    board.plan.unlink()
    board.configure(CSV_BOARD)
    board.adopt()
    return board
