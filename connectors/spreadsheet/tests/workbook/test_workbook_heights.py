"""A row whose wrapped text outgrows it becomes higher; heights a person set, and rows without any, stay as they are."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from actiontrack_spreadsheet.workbook import AppendRow, Edit, SetCell, open_workbook, plan_and_write

LONG = "Every front-line team has been shown how to record the voice of the child, " * 4


def plan(path: Path, *, heights: bool, wraps: bool = True) -> Path:
    """Headings and a row, then a blank one; column A is 20 characters wide."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Plan")
    look = book.add_format({"text_wrap": wraps})
    sheet.set_column(0, 1, 20)
    sheet.write_row(0, 0, ["Action", "Progress"])
    for row in (1, 2):
        if heights:
            sheet.set_row(row, 15.75)
        sheet.write(row, 0, "Train the staff" if row == 1 else None, look)
        sheet.write_blank(row, 1, None, look)
    book.close()
    rewritten = path.with_suffix(".new")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(rewritten, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b' customHeight="1"', b""))
    return rewritten.replace(path)


def heights(path: Path, *edits: Edit) -> dict[int, float]:
    sha256 = open_workbook(path).sha256
    plan_and_write(path, edits, expected_sha256=sha256, backup_dir=path.parent / "backups")
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    rows = re.findall(r'<row r="(\d+)"([^>]*)>', sheet)
    return {int(row): float(found[1]) for row, tag in rows if (found := re.search(r' ht="([\d.]+)"', tag))}


def append(row: int, text: str) -> AppendRow:
    return AppendRow("Plan", row, {1: text}, 2)


def test_a_longer_text_makes_its_row_higher_and_no_other(tmp_path: Path) -> None:
    found = heights(plan(tmp_path / "a.xlsx", heights=True), SetCell("Plan", 2, 2, LONG))
    assert found[3] == 15.75
    assert 15 * len(LONG) / 20 <= found[2] <= 15 * len(LONG) / 20 * 1.5


def test_a_short_text_leaves_the_height_as_it_is(tmp_path: Path) -> None:
    assert heights(plan(tmp_path / "a.xlsx", heights=True), SetCell("Plan", 2, 2, "Done")) == {2: 15.75, 3: 15.75}


@pytest.mark.parametrize("row", [3, 4])
def test_a_new_row_is_as_high_as_its_text_though_a_blank_one_was_there(tmp_path: Path, row: int) -> None:
    assert heights(plan(tmp_path / "a.xlsx", heights=True), append(row, LONG))[row] > 200


def test_each_paragraph_has_its_line(tmp_path: Path) -> None:
    assert heights(plan(tmp_path / "a.xlsx", heights=True), append(4, "One\nTwo\nThree"))[4] == 45


def test_no_row_is_higher_than_programs_allow(tmp_path: Path) -> None:
    assert heights(plan(tmp_path / "a.xlsx", heights=True), append(4, LONG * 50))[4] == 409


def test_a_text_that_does_not_wrap_needs_one_line(tmp_path: Path) -> None:
    found = heights(plan(tmp_path / "a.xlsx", heights=True, wraps=False), append(4, LONG))
    assert found == {2: 15.75, 3: 15.75}


def test_where_no_row_has_a_height_none_gets_one(tmp_path: Path) -> None:
    assert heights(plan(tmp_path / "a.xlsx", heights=False), append(4, LONG), SetCell("Plan", 2, 2, LONG)) == {}


def test_a_height_a_person_set_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Plan")
    sheet.write_row(0, 0, ["Action", "Progress"])
    sheet.set_row(1, 33)
    sheet.write(1, 0, "Train the staff", book.add_format({"text_wrap": True}))
    book.close()
    assert heights(path, SetCell("Plan", 2, 1, LONG)) == {2: 33}
