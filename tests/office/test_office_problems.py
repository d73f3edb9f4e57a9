"""Problems shown in a workbook, in the hands of somebody at LibreOffice: seen, mended, and taken away again."""

from __future__ import annotations

import openpyxl
import pytest
from board_suite import Suite
from office import Office, typed_date

pytestmark = pytest.mark.office

FIRST, SECOND = "Do the thing numbered 1", "Do the thing numbered 2"


@pytest.fixture
def troubled(adopted: Suite, office: Office) -> Suite:
    """A manager typed two things that can't be read."""
    import datetime

    office.work(
        adopted.plan,
        {"do": "set", "action": FIRST, "heading": "Status", "value": "Nearly there"},
        {"do": "set", "action": SECOND, "heading": "Due date", "value": typed_date(datetime.date(2206, 3, 4))},
    )
    adopted.sync(code=1)
    return adopted


def comments(suite: Suite) -> dict[str, str]:
    page = openpyxl.load_workbook(suite.plan)["Action plan"]
    return {cell.coordinate: cell.comment.text for row in page.iter_rows() for cell in row if cell.comment}


@pytest.mark.parametrize("way", ["sheet", "comments"])
def test_saved_by_libreoffice_they_are_known_again_and_taken_away(troubled: Suite, office: Office, way: str) -> None:
    theirs = comments(troubled)
    cells = {
        each["cell"]
        for each in troubled.run("connector", "problems", "master", "--in-place", "--as", way, code=1)["problems"]
    }
    assert len(cells) == 2
    before = openpyxl.load_workbook(troubled.plan).sheetnames
    seen = office.work(troubled.plan, {"do": "set", "action": FIRST, "heading": "Status", "value": "In progress"})
    assert seen is not None
    told = troubled.sync(code=1)["master"]
    assert (told["status"], len(told["problems"])) == ("ok", 1)
    troubled.run("connector", "problems", "master", "--in-place", "--as", way, code=1)
    now = comments(troubled)
    assert openpyxl.load_workbook(troubled.plan).sheetnames == before
    if way == "comments":
        assert len(set(now) - set(theirs)) == 1
        assert {cell: text for cell, text in now.items() if cell in theirs} == theirs
    else:
        page = openpyxl.load_workbook(troubled.plan)["Problems"]
        assert [page.cell(row, 2).value in cells for row in range(4, page.max_row + 1)] == [True]
    shown = office.look(troubled.plan)
    assert shown
