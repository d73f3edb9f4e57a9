"""The sheet of questions in the hands of LibreOffice: answers chosen, a date typed, signed, saved."""

from __future__ import annotations

import datetime

import openpyxl
import pytest
from board_suite import BOARD, POLICE, Suite
from office import Office, typed_date

pytestmark = pytest.mark.office

FIRST = "Do the thing numbered 1"
FOURTH = "Do the thing numbered 4"


def answered(action: str, **cells: object) -> list[dict[str, object]]:
    """The steps of whoever fills in a row."""
    headings = {heading.replace("_", " ").capitalize(): value for heading, value in cells.items()}
    return [{"do": "set", "action": action, "heading": heading, "value": value} for heading, value in headings.items()]


def test_what_is_answered_there_is_applied_without_a_problem(adopted: Suite, office: Office) -> None:
    adopted.configure(BOARD + "questions = true\n", POLICE)
    sooner = typed_date(datetime.date(2026, 12, 4))
    office.work(adopted.plan, {"do": "set", "action": FIRST, "heading": "Due date", "value": sooner})
    with adopted.edit("police.xlsx") as police:
        police.set(FIRST, "Due date", datetime.date(2026, 12, 2))
        police.set(FOURTH, "Due date", datetime.date(2027, 6, 1))
    adopted.sync(code=1)
    office.work(
        adopted.plan,
        *answered(FIRST, answer="Use the value at right", value="3 December 2026", answered_by="Ann", reason="We met"),
        *answered(FOURTH, answer="Accept"),
        sheet="Questions",
    )
    told = adopted.sync(code=1)["master"]
    assert [told["answered"], [(each["sheet"], each["cell"]) for each in told["problems"]]] == [
        1,
        [("Questions", "M7")],
    ]
    assert adopted.action(FIRST)["current_due"] == "2026-12-03"
    office.work(adopted.plan, *answered(FOURTH, answered_by="Ann"), sheet="Questions")
    told = adopted.sync()["master"]
    assert [told["answered"], told["problems"]] == [1, []]
    assert adopted.action(FOURTH)["current_due"] == "2027-06-01"
    book = openpyxl.load_workbook(adopted.plan)
    assert book["Questions"]["A1"].value == "Questions: none is open"
    assert [name for name in book.sheetnames if name.startswith("Questions")] == ["Questions"], "known again"
    before = adopted.bytes()
    adopted.sync()
    assert adopted.bytes() == before
