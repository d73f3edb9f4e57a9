"""What surrounds a list grows with it and nothing else does, whatever stands on the sheet."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import load_workbook

from actiontrack_spreadsheet.workbook import (
    AddColumn,
    AppendRow,
    Edit,
    SetCell,
    check_edits,
    letters,
    open_workbook,
    plan_and_write,
)

Build = Callable[..., Path]
relaxed = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=12)


def write(path: Path, *edits: Edit) -> None:
    sha256 = open_workbook(path).sha256
    plan_and_write(path, edits, expected_sha256=sha256, backup_dir=path.parent / "backups")


def reasons(path: Path, *edits: Edit) -> list[str]:
    return [refusal.reason for refusal in check_edits(open_workbook(path), edits)]


def part(path: Path, name: str) -> str:
    with zipfile.ZipFile(path) as archive:
        return archive.read(name).decode()


def made(path: Path, fill: Callable[[xlsxwriter.Workbook, Any], None]) -> Path:
    book = xlsxwriter.Workbook(str(path))
    fill(book, book.add_worksheet("Plan"))
    book.close()
    return path


areas = st.tuples(st.integers(1, 9), st.integers(0, 9), st.integers(0, 5), st.integers(0, 3)).map(
    lambda at: (at[0], at[2], at[0] + at[1], at[2] + at[3])
)
"""(top, left, bottom, right) from 0, as XlsxWriter counts."""
LAST = 9
"""The list's last row, counted from 0; it has headings in row 0 and columns A to F."""


def named(area: Sequence[int], rows: int = 0) -> str:
    top, left, bottom, right = area
    grown = LAST + rows if LAST <= bottom <= LAST + rows else bottom  # what ends amid the new rows takes in the rest
    first, last = f"{letters(left + 1)}{top + 1}", f"{letters(right + 1)}{grown + 1}"
    return first if first == last else f"{first}:{last}"


@pytest.mark.filterwarnings("ignore:.*xtension is not supported")  # openpyxl knows no data bars of 2010
@relaxed
@given(
    formats=st.lists(areas, max_size=3, unique=True),
    list_of=areas,
    kind=st.sampled_from(["table", "filter", "neither"]),
    rows=st.integers(1, 3),
    column=st.booleans(),
    printed=st.booleans(),
)
def test_exactly_what_ends_with_the_list_grows(
    tmp_path: Path,
    formats: list[tuple[int, ...]],
    list_of: tuple[int, ...],
    kind: str,
    rows: int,
    column: bool,
    printed: bool,
) -> None:
    def fill(book: xlsxwriter.Workbook, sheet: Any) -> None:
        headings = [f"H{col}" for col in range(6)]
        body = [[f"{row}.{col}" for col in range(6)] for row in range(1, LAST + 1)]
        if kind == "table":
            sheet.add_table(0, 0, LAST, 5, {"columns": [{"header": each} for each in headings], "data": body})
        else:
            for row, values in enumerate([headings, *body]):
                sheet.write_row(row, 0, values)
        if kind == "filter":
            sheet.autofilter(0, 0, LAST, 5)
        for area in formats:
            sheet.conditional_format(*area, {"type": "data_bar", "data_bar_2010": True})
        sheet.data_validation(*list_of, {"validate": "list", "source": ["a", "b"]})
        if printed:
            sheet.print_area(0, 0, LAST, 5)

    path = made(tmp_path / "plan.xlsx", fill)
    edits: list[Edit] = [AppendRow("Plan", LAST + 2 + at, {1: f"new {at}", 3: at}, LAST + 1) for at in range(rows)]
    if column:
        edits += [AddColumn("Plan", 1, 7, "Action ID"), SetCell("Plan", 2, 7, "AT-1")]
    before = load_workbook(path).get_sheet_by_index(0).to_python()
    write(path, *edits)

    seen = load_workbook(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
    assert [line[:6] for line in seen[: LAST + 1]] == before
    assert [line[:4] for line in seen[LAST + 1 :]] == [[f"new {at}", "", float(at), ""] for at in range(rows)]
    sheet = openpyxl.load_workbook(path)["Plan"]
    wider = "G" if column else "F"
    assert {str(each.sqref) for each in sheet.data_validations.dataValidation} == {named(list_of, rows)}
    assert {str(each.sqref) for each in sheet.conditional_formatting} == {named(each, rows) for each in formats}
    raw = part(path, "xl/worksheets/sheet1.xml")
    assert all(f"<xm:sqref>{named(each, rows)}</xm:sqref>" in raw for each in formats)
    whole = f"A1:{wider}{LAST + 1 + rows}"
    if kind == "table":
        (table,) = sheet.tables.values()
        assert (table.ref, table.autoFilter.ref) == (whole, whole)
        assert len(table.column_names) == (7 if column else 6)
    if kind == "filter":
        assert sheet.auto_filter.ref == whole
        assert f"Plan!$A$1:${wider}${LAST + 1 + rows}" in part(path, "xl/workbook.xml")
    if printed:
        assert sheet.print_area == f"'Plan'!$A$1:$F${LAST + 1 + rows}"


def test_a_sparkline_beside_the_last_row_stays_in_one_cell(tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["Ref", "A", "B"])
        sheet.write_row(1, 0, ["1", 1, 2])
        sheet.add_sparkline("E2", {"range": "Plan!B2:C2"})

    path = made(tmp_path / "plan.xlsx", fill)
    write(path, AppendRow("Plan", 3, {1: "2"}, 2))
    assert "<xm:sqref>E2</xm:sqref>" in part(path, "xl/worksheets/sheet1.xml")


def test_a_list_of_words_does_not_grow_over_another(tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["Ref", "Status"])
        sheet.write_row(1, 0, ["1", "a"])
        sheet.data_validation("B2", {"validate": "list", "source": ["a"]})
        sheet.data_validation("B3:B60", {"validate": "list", "source": ["b"]})

    path = made(tmp_path / "plan.xlsx", fill)
    write(path, AppendRow("Plan", 3, {1: "2"}, 2))
    rules = openpyxl.load_workbook(path)["Plan"].data_validations.dataValidation
    assert [str(rule.sqref) for rule in rules] == ["B2", "B3:B60"]


def test_a_table_beside_the_list_has_no_part_in_it(tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        for first, name in ((0, "Plan_"), (4, "Other")):
            sheet.add_table(0, first, 2, first + 1, {"name": name, "data": [["a", 1], ["b", 2]]})

    path = made(tmp_path / "plan.xlsx", fill)
    write(path, AppendRow("Plan", 4, {1: "c", 2: 3}, 3))
    tables = openpyxl.load_workbook(path)["Plan"].tables
    assert {name: tables[name].ref for name in tables} == {"Plan_": "A1:B4", "Other": "E1:F3"}


def test_tables_that_cannot_take_a_row_or_column_in(tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.add_table("A1:B3", {"data": [["a", 1], ["b", 2]]})
        sheet.merge_range("B4:C4", "")
        sheet.merge_range("C2:D2", "")
        sheet.add_table("F1:G4", {"data": [["a", 1], ["b", 2]], "total_row": True})

    path = made(tmp_path / "plan.xlsx", fill)
    edits = [AppendRow("Plan", 4, {1: "c"}, 3), AddColumn("Plan", 1, 3, "x"), AppendRow("Plan", 5, {6: "c"}, 3)]
    assert [reasons(path, edit) for edit in edits] == [["merged"], ["merged"], ["totals-row"]]


def test_a_column_that_is_calculated_stays_so(tmp_path: Path) -> None:
    """No formula is ever written: the new row's cell is blank, and Excel offers to fill the column down."""

    def fill(_: Any, sheet: Any) -> None:
        columns = [{"header": "Ref"}, {"header": "Twice", "formula": "=[@Ref]*2"}]
        sheet.add_table("A1:B3", {"columns": columns, "data": [[1], [2]]})

    path = made(tmp_path / "plan.xlsx", fill)
    write(path, AppendRow("Plan", 4, {1: 3}, 3))
    assert "<calculatedColumnFormula>" in part(path, "xl/tables/table1.xml")
    sheet = openpyxl.load_workbook(path)["Plan"]
    assert (sheet.tables["Table1"].ref, sheet["B3"].data_type, sheet["B4"].value) == ("A1:B4", "f", None)


def test_the_line_of_an_empty_table_becomes_its_first_row(tmp_path: Path) -> None:
    path = made(tmp_path / "plan.xlsx", lambda _, sheet: sheet.add_table("A1:B2", {"name": "Plan_"}))
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    table = "xl/tables/table1.xml"
    members[table] = members[table].replace(b' ref="A1:B2"', b' ref="A1:B2" insertRow="1"', 1)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    write(path, AppendRow("Plan", 2, {1: "first"}, 1))
    assert "insertRow" not in part(path, table)
    assert openpyxl.load_workbook(path)["Plan"].tables["Plan_"].ref == "A1:B2"


@pytest.mark.parametrize(("hidden", "kept"), [(False, 1), (True, 0)])
def test_a_new_row_joins_the_group_above_unless_that_is_folded(hidden: bool, kept: int, tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["Ref"])
        sheet.write_row(1, 0, ["1"])
        sheet.set_row(1, 44, None, {"level": 1, "hidden": hidden})

    path = made(tmp_path / "plan.xlsx", fill)
    write(path, AppendRow("Plan", 3, {1: "2"}, 2))
    row = openpyxl.load_workbook(path)["Plan"].row_dimensions[3]
    assert (row.outlineLevel, row.hidden, row.height) == (kept, False, None)
