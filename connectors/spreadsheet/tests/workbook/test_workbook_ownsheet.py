"""A sheet of ours: added to any workbook, known again whatever it is called, written anew, and nothing else touched."""

from __future__ import annotations

import shutil
import warnings
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment
from openpyxl.worksheet.table import Table
from python_calamine import CalamineError, load_workbook

from actiontrack_spreadsheet.workbook import (
    Choice,
    Edit,
    OwnColumn,
    PutSheet,
    SetCell,
    WorkbookRefused,
    WriteResult,
    check_edits,
    open_workbook,
    own_place,
    plan_and_write,
)
from actiontrack_spreadsheet.workbook.package import part_key
from actiontrack_spreadsheet.workbook.relations import relations_part

Build = Callable[..., Path]
DATA = Path(__file__).parents[1] / "data"
FILES = sorted(path for folder in ("odd", "real") for path in (DATA / folder).glob("*.xls*"))
REFUSED = {
    "closedxml__protectstructurewithoutpassword.xlsx": "structure-locked",
    "poi__60320-protected.xlsx": "encrypted",
    "poi__poc-xmlbomb.xlsx": "dtd",
    "poi__sample-beta.xlsx": "unknown-namespace",
    "poi__workbookProtection-workbook_password_user_range-2010.xlsx": "structure-locked",
    "poi__xlsx-corrupted.xlsx": "bad-xml",
}
LISTS_OF_PARTS = {"[content_types].xml", "_rels/.rels"}
MARK = "_made_by_us"
COLUMNS = (OwnColumn("Ref", 10), OwnColumn("Question", 40), OwnColumn("Answer", open=True))
ORDER = [
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetProtection",
    "conditionalFormatting", "dataValidations", "pageMargins", "pageSetup", "drawing", "legacyDrawing",
]  # fmt: skip


def sheet(rows: Sequence[Sequence[str]] = (("1", "=1+1"), ("2", "-x", "Yes")), title: str = "Ours") -> PutSheet:
    words = Choice(3, range(len(rows)), ("Yes", "No"))
    return PutSheet(MARK, title, COLUMNS, rows, head=("For you", "Fill in."), choices=(words,), protect=True)


def write(path: Path, *edits: Edit) -> WriteResult:
    sha256 = open_workbook(path).sha256
    return plan_and_write(path, edits, expected_sha256=sha256, backup_dir=path.parent / "backups")


def reasons(path: Path, edit: Edit) -> list[str]:
    return [refusal.reason for refusal in check_edits(open_workbook(path), [edit])]


def rows_of(path: Path) -> list[list[str]]:
    """What is below the headings of our sheet."""
    workbook = open_workbook(path)
    place = own_place(workbook, MARK)
    assert place is not None
    grid = workbook.read(place.sheet)
    return [[grid.text(row, col) for col in grid.columns] for row in grid.rows if row > place.header_row]


def openpyxl_reads(path: Path) -> openpyxl.Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return openpyxl.load_workbook(path)


@pytest.mark.parametrize("source", FILES, ids=lambda path: path.name)
def test_in_every_odd_workbook(source: Path, tmp_path: Path) -> None:
    path = tmp_path / source.name
    shutil.copy(source, path)
    if source.name in REFUSED:
        with pytest.raises(WorkbookRefused) as refused:
            write(path, sheet())
        assert refused.value.reason == REFUSED[source.name]
        assert path.read_bytes() == source.read_bytes()
        return
    result = write(path, sheet())
    after = open_workbook(path)
    title = after.sheets[-1].name
    may = {after.part, relations_part(after.part), after.styles_part or "", after.sheets[-1].part}
    assert _parts_that_differ(source, path) <= {*LISTS_OF_PARTS, "docprops/custom.xml", *map(part_key, may)}
    _same_elsewhere(source, path, title)

    assert write(path, sheet()).changed_parts == ()
    assert open_workbook(path).sha256 == result.sha256

    again = write(path, sheet((("1", "Other"),)))
    assert set(again.changed_parts) <= {open_workbook(path).sheets[-1].part, open_workbook(path).part}, "no new styles"
    assert rows_of(path) == [["1", "Other", ""]]
    _same_elsewhere(source, path, title)
    assert result.changed_cells == again.changed_cells == ()


def _parts_that_differ(before: Path, after: Path) -> set[str]:
    with zipfile.ZipFile(before) as old, zipfile.ZipFile(after) as new:
        same = {name for name in old.namelist() if name in new.namelist() and old.read(name) == new.read(name)}
        assert old.namelist() == new.namelist()[: len(old.namelist())]
        return {part_key(name) for name in new.namelist() if name not in same}


def _same_elsewhere(before: Path, after: Path, title: str) -> None:
    """Another reader sees one more sheet, and in the others what was there."""
    try:
        old, new = load_workbook(before), load_workbook(after)
        assert new.sheet_names == [*old.sheet_names, title]
        assert new.get_sheet_by_name(title).to_python()[0][0] == "For you"
    except CalamineError:
        assert openpyxl_reads(after).sheetnames == [*openpyxl_reads(before).sheetnames, title]
        return
    for kept in old.sheets_metadata:
        if "Sheet" in str(kept.typ) and "WorkSheet" in str(kept.typ):
            one, other = (book.get_sheet_by_name(kept.name).to_python() for book in (old, new))
            assert one == other


def test_as_another_program_sees_it(rich: Path) -> None:
    write(rich, replace(sheet(), rows=(("1", date(2026, 3, 4)), ("2", datetime(2026, 3, 4, 9, 30), "Yes", "beside"))))
    ours = openpyxl_reads(rich)["Ours"]
    assert [ours["B4"].value, ours["B5"].value] == [datetime(2026, 3, 4), datetime(2026, 3, 4, 9, 30)]
    assert (ours["B4"].number_format, ours["B5"].number_format) == ("yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss")
    assert [ours[cell].font.b for cell in ("A1", "A2", "A3", "A4")] == [True, False, True, False]
    assert [ours[cell].protection.locked for cell in ("A4", "B4", "C4", "D5")] == [True, True, False, False]
    assert ours.column_dimensions["D"].protection.locked is False, "notes may be typed right of the last column"
    assert ours.protection.sheet
    assert ours.protection.password is None
    assert ours.freeze_panes == "A4"
    assert ours.column_dimensions["B"].width == 40
    [words] = ours.data_validations.dataValidation
    assert (words.formula1, str(words.sqref), words.type) == ('"Yes,No"', "C4:C5", "list")


def test_text_like_a_formula_is_text(build: Build) -> None:
    path = build()
    write(path, sheet((("=1+1", "@SUM(A1)", "-1"), ("+1", "<b> & 'c'", "_x0041_"))))
    cells = [cell for row in openpyxl_reads(path)["Ours"]["A4:C5"] for cell in row]
    assert [cell.value for cell in cells][:5] == ["=1+1", "@SUM(A1)", "-1", "+1", "<b> & 'c'"]
    assert [cell.quotePrefix for cell in cells] == [True, True, True, True, False, False]
    assert rows_of(path)[1] == ["+1", "<b> & 'c'", "_x0041_"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=5), max_size=4))
def test_any_texts_come_back(build: Build, rows: list[list[str]]) -> None:
    path = build()
    write(path, sheet(rows))
    workbook = open_workbook(path)
    grid = workbook.read("Ours")
    there = {(row, col): value for row in grid.rows for col, value in grid.row(row).items()}
    assert there == sheet(rows).cells()
    assert write(path, sheet(rows)).changed_parts == ()


def test_known_again_when_renamed_and_moved(build: Build) -> None:
    path = build()
    write(path, sheet())
    book = openpyxl_reads(path)
    book["Ours"].title = "What I'm asked"
    book.move_sheet("What I'm asked", -1)
    book.defined_names[MARK].value = "'What I''m asked'!$A$3"  # Excel does so by itself
    book["What I'm asked"].column_dimensions["B"].width = 77
    book.save(path)
    assert write(path, sheet()).changed_parts == (), "saved by another program, it still says the same"
    write(path, sheet((("7", "New"),)))
    after = openpyxl_reads(path)
    assert after.sheetnames == ["What I'm asked", "Plan"]
    assert after["What I'm asked"].column_dimensions["B"].width == 77, "as wide as people made it"
    assert rows_of(path) == [["7", "New", ""]]


def test_a_sheet_of_that_name_that_a_person_made_stays(build: Build) -> None:
    path = build()
    write(path, sheet(title="Plan"))
    assert [tab.name for tab in open_workbook(path).sheets] == ["Plan", "Plan (2)"]
    assert openpyxl_reads(path)["Plan"]["B2"].value == "Do it"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda book: book.custom_doc_props.__delitem__(MARK), id="no property"),
        pytest.param(lambda book: book.defined_names.pop(MARK), id="no name"),
        pytest.param(lambda book: book["Ours"].__setitem__("A3", "Mine"), id="another heading"),
        pytest.param(lambda book: setattr(book.defined_names[MARK], "value", "#REF!"), id="taken away"),
        pytest.param(lambda book: setattr(book.defined_names[MARK], "value", "Plan!$A$1"), id="points elsewhere"),
    ],
)
def test_what_is_not_surely_ours_is_a_persons(build: Build, change: Callable[[openpyxl.Workbook], object]) -> None:
    path = build()
    write(path, sheet())
    book = openpyxl_reads(path)
    change(book)
    book.save(path)
    assert own_place(open_workbook(path), MARK) is None
    write(path, sheet((("7", "New"),)))
    after = openpyxl_reads(path)
    assert after.sheetnames == ["Plan", "Ours", "Ours (2)"]
    assert after["Ours"]["B4"].value == "=1+1", "left as it was"
    assert rows_of(path) == [["7", "New", ""]]


def test_written_anew_it_keeps_what_people_added_to_it(build: Build) -> None:
    path = build()
    write(path, sheet())
    book = openpyxl_reads(path)
    ours = book["Ours"]
    ours["B4"].comment = Comment("Ask Ann", "Sam")
    ours.merge_cells("A5:B5")
    ours.auto_filter.ref = "A3:C5"
    ours.conditional_formatting.add("C4:C5", openpyxl.formatting.rule.CellIsRule("equal", ['"Yes"']))
    ours.freeze_panes = "B4"
    book.save(path)
    write(path, sheet((("1", "a"), ("2", "b"), ("3", "c"))))
    after = openpyxl_reads(path)["Ours"]
    assert after["B4"].comment.text == "Ask Ann"
    assert after.freeze_panes == "B4"
    assert len(after.conditional_formatting) == 1
    assert not after.merged_cells.ranges, "it would hide what comes to stand there"
    assert rows_of(path) == [["1", "a", ""], ["2", "b", ""], ["3", "c", ""]]
    assert _in_order(path) == [
        "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetProtection",
        "conditionalFormatting", "dataValidations", "pageMargins", "pageSetup", "legacyDrawing",
    ]  # fmt: skip


def test_its_elements_are_in_the_order_of_the_format(build: Build) -> None:
    path = build()
    write(path, sheet())
    assert _in_order(path) == [name for name in ORDER if "rawing" not in name and name != "conditionalFormatting"]
    write(path, replace(sheet((("1",),)), choices=(), protect=False))
    assert "dataValidations" not in _in_order(path)
    assert "sheetProtection" not in _in_order(path)
    write(path, sheet())
    assert _in_order(path) == [name for name in ORDER if "rawing" not in name and name != "conditionalFormatting"]


def _in_order(path: Path) -> list[str]:
    part = open_workbook(path).sheet("Ours").part
    with zipfile.ZipFile(path) as archive:
        names = [child.tag.rpartition("}")[2] for child in ElementTree.fromstring(archive.read(part))]
    assert names == sorted(names, key=ORDER.index)
    return names


def test_in_one_go_with_other_edits(rich: Path) -> None:
    write(rich, SetCell("Action plan", 5, 6, "Complete"), sheet(), replace(sheet(), mark="_other", title="Other"))
    book = openpyxl_reads(rich)
    assert book.sheetnames == ["Action plan", "Lists", "Tracker", "Ours", "Other"]
    assert book["Action plan"]["F5"].value == "Complete"
    assert [book[title]["B4"].value for title in ("Ours", "Other")] == ["=1+1", "=1+1"]
    assert set(book.custom_doc_props.names) == {"Owner", MARK, "_other"}


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (sheet(title="a/b"), "bad-name"),
        (sheet(title="a" * 32), "bad-name"),
        (sheet((("x" * 32_768,),)), "too-long"),
        (sheet((("\ud800",),)), "bad-text"),
        (replace(sheet(), choices=(Choice(3, (0,), ("Yes, please",)),)), "bad-value"),
        (replace(sheet(), choices=(Choice(3, (0,), ("long" * 64,)),)), "bad-value"),
        (replace(sheet(), rows=((date(1800, 1, 1),),)), "bad-date"),
    ],
)
def test_what_no_sheet_can_hold_is_refused(build: Build, edit: PutSheet, reason: str) -> None:
    assert reasons(build(), edit) == [reason]


def test_not_where_the_structure_is_locked_but_a_sheet_made_before_is_written(build: Build) -> None:
    path = build()
    write(path, sheet())
    book = openpyxl_reads(path)
    book.security = openpyxl.workbook.protection.WorkbookProtection(lockStructure=True)
    book.save(path)
    assert reasons(path, replace(sheet(), mark="_other")) == ["structure-locked"]
    write(path, sheet((("7", "New"),)))
    assert rows_of(path) == [["7", "New", ""]]


def test_not_over_what_people_made_of_it(build: Build) -> None:
    path = build()
    write(path, sheet())
    book = openpyxl_reads(path)
    book["Ours"].protection.password = "secret"
    book["Ours"].add_table(Table(displayName="Mine", ref="A3:C5"))
    book.save(path)
    refusals = check_edits(open_workbook(path), [sheet((("7", "New"),))])
    assert [refusal.reason for refusal in refusals] == ["locked"]
    book["Ours"].protection = openpyxl.worksheet.protection.SheetProtection()
    book.save(path)
    assert reasons(path, sheet((("7", "New"),))) == ["own-table"]


def test_formulas_over_it_are_calculated_anew(build: Build) -> None:
    path = build('<row r="1"><c r="A1"><f>COUNTA(Ours!A:A)</f><v>0</v></c></row>')
    write(path, sheet())
    with zipfile.ZipFile(path) as archive:
        assert b'fullCalcOnLoad="1"' in archive.read("xl/workbook.xml")
