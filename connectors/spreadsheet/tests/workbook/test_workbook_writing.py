"""Writing in place: every edit does what it says, is seen by another program's reader, and costs nothing else."""

from __future__ import annotations

import os
import sys
import warnings
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from python_calamine import load_workbook

from actiontrack_spreadsheet.usable import is_lock_file, open_elsewhere
from actiontrack_spreadsheet.workbook import (
    AddColumn,
    AppendRow,
    Area,
    DefineName,
    Edit,
    Formula,
    SetCell,
    SetCustomProperty,
    StaleWorkbook,
    WorkbookBusy,
    WorkbookRefused,
    WriteResult,
    check_edits,
    open_workbook,
    plan_and_write,
)
from actiontrack_spreadsheet.workbook import plan as plan_module
from actiontrack_spreadsheet.workbook.package import Package

Build = Callable[..., Path]
SIGNED = "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin"


def write(path: Path, edits: Sequence[Edit], **options: Any) -> WriteResult:
    sha256 = open_workbook(path).sha256
    return plan_and_write(path, edits, expected_sha256=sha256, backup_dir=path.parent / "backups", **options)


def reasons(path: Path, *edits: Edit) -> list[str]:
    return [refusal.reason for refusal in check_edits(open_workbook(path), edits)]


def openpyxl_reads(path: Path) -> openpyxl.Workbook:
    """What an independent reader makes of it; what it cannot read itself (sparklines, say) it warns about."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return openpyxl.load_workbook(path)


def part(path: Path, name: str) -> str:
    with zipfile.ZipFile(path) as archive:
        return archive.read(name).decode()


@pytest.mark.parametrize(
    "value",
    [
        "text",
        "  spaces ",
        "two\nlines",
        "a < b & c",
        "_x0041_",
        "tab\there",
        "bell\x07",
        "=1+1",
        "-x",
        "😀",
        5,
        1.1,
        -3,
        True,
    ],
)
def test_values_come_back(build: Build, value: Any) -> None:
    path = build()
    write(path, [SetCell("Plan", 2, 2, value)])
    read = open_workbook(path).read("Plan").cell(2, 2)
    assert (read, type(read)) == (value, type(value))
    if value != "_x0041_":  # calamine decodes only part of the escapes
        assert load_workbook(path).get_sheet_by_index(0).to_python()[1][1] == value


def test_a_date_keeps_the_style_of_its_cell_or_column(build: Build) -> None:
    path = build()
    write(path, [SetCell("Plan", 2, 3, date(2026, 3, 4)), SetCell("Plan", 3, 3, date(2026, 3, 5))])
    sheet = openpyxl_reads(path).active
    assert [(sheet.cell(row, 3).value, sheet.cell(row, 3).number_format) for row in (2, 3)] == [
        (datetime(2026, 3, 4), "dd/mm/yyyy"),
        (datetime(2026, 3, 5), "dd/mm/yyyy"),
    ]
    assert "xl/styles.xml" not in write(path, [SetCell("Plan", 3, 3, date(2026, 3, 6))]).changed_parts


def test_a_date_where_there_are_none_is_year_month_day(build: Build) -> None:
    path = build()
    write(path, [SetCell("Plan", 2, 4, date(2026, 3, 4)), SetCell("Plan", 2, 5, datetime(2026, 3, 4, 9, 30))])
    sheet = openpyxl_reads(path).active
    assert (sheet["D2"].value, sheet["D2"].number_format) == (datetime(2026, 3, 4), "yyyy-mm-dd")
    assert (sheet["E2"].value, sheet["E2"].number_format) == (datetime(2026, 3, 4, 9, 30), "yyyy-mm-dd hh:mm:ss")


def test_a_date_in_a_1904_workbook(build: Build) -> None:
    path = build(book='<workbookPr date1904="1"/>')
    write(path, [SetCell("Plan", 2, 3, date(2026, 3, 4))])
    assert openpyxl_reads(path).active["C2"].value == datetime(2026, 3, 4)


def test_text_like_a_formula_is_text(build: Build) -> None:
    path = build()
    write(path, [SetCell("Plan", 2, 2, "=cmd|'/c calc'!A0")])
    cell = openpyxl_reads(path).active["B2"]
    assert cell.data_type != "f" or cell.quotePrefix
    assert 'quotePrefix="1"' in part(path, "xl/styles.xml")


def test_clearing_keeps_the_style(build: Build) -> None:
    path = build()
    write(path, [SetCell("Plan", 2, 3, None)])
    assert '<c r="C2" s="1"/>' in part(path, "xl/worksheets/sheet1.xml")


def test_the_same_values_again_leave_the_file_alone(build: Build) -> None:
    path = build()
    before = path.read_bytes()
    result = write(
        path, [SetCell("Plan", 2, 2, "Do it"), SetCell("Plan", 2, 3, date(2026, 1, 1)), SetCell("Plan", 9, 9, None)]
    )
    assert (result.changed_cells, result.changed_parts, result.written) == ((), (), False)
    assert path.read_bytes() == before


def test_dry_run_changes_nothing_and_says_the_hash(build: Build) -> None:
    path = build()
    before = path.read_bytes()
    planned = write(path, [SetCell("Plan", 2, 2, "x")], dry_run=True)
    assert path.read_bytes() == before
    assert not (path.parent / "backups").exists()
    assert write(path, [SetCell("Plan", 2, 2, "x")]).sha256 == planned.sha256


def test_cells_and_rows_are_put_in_order(build: Build, samples: Any) -> None:
    path = build(
        samples.row(2, samples.cell("B2", "b"), attrs=' spans="2:2"') + samples.row(5, samples.cell("A5", "e"))
    )
    edits = [
        SetCell("Plan", 2, 1, "a"),
        SetCell("Plan", 2, 4, "d"),
        SetCell("Plan", 3, 2, "c"),
        SetCell("Plan", 1, 1, "0"),
    ]
    write(path, [*edits, SetCell("Plan", 9, 3, "z")])
    rows = load_workbook(path).get_sheet_by_index(0).to_python()
    assert [row[:4] for row in rows[:3]] == [["0", "", "", ""], ["a", "b", "", "d"], ["", "c", "", ""]]
    assert rows[8][2] == "z"
    assert 'spans="1:4"' in part(path, "xl/worksheets/sheet1.xml")


def test_rows_without_addresses_keep_their_place(build: Build) -> None:
    path = build("<row><c><v>5</v></c><c><v>6</v></c></row><row r='4'><c><v>7</v></c></row><row><c><v>8</v></c></row>")
    write(path, [SetCell("Plan", 1, 2, "x"), SetCell("Plan", 2, 1, "new"), SetCell("Plan", 5, 3, "y")])
    rows = load_workbook(path).get_sheet_by_index(0).to_python()
    assert [row[:3] for row in rows] == [[5, "x", ""], ["new", "", ""], ["", "", ""], [7, "", ""], [8, "", "y"]]


@pytest.mark.parametrize("sheet", ["<sheetData/>", "<sheetData></sheetData>", "<!-- <sheetData> --><sheetData/>"])
def test_an_empty_sheet(build: Build, samples: Any, sheet: str) -> None:
    path = build(sheet=f"<worksheet {samples.namespaces}>{sheet}</worksheet>")
    write(path, [SetCell("Plan", 2, 2, "first")])
    assert open_workbook(path).read("Plan").cell(2, 2) == "first"


def test_refusals_are_told_one_by_one(build: Build, samples: Any) -> None:
    rows = samples.row(1, samples.cell("A1", "x"), '<c r="B1"><f>1+1</f><v>2</v></c>') + samples.row(
        2, '<c r="A2"><f t="array" ref="A2:A3">B1</f><v>1</v></c>'
    )
    path = build(rows, tail='<mergeCells><mergeCell ref="D1:E2"/></mergeCells>')
    edits = [
        SetCell("Plan", 1, 1, "fine"),
        SetCell("Plan", 1, 2, "x"),
        SetCell("Plan", 3, 1, "x"),
        SetCell("Plan", 2, 5, "x"),
        SetCell("Plan", 1, 1, "again"),
        SetCell("Nowhere", 1, 1, "x"),
        SetCell("Plan", 0, 1, "x"),
        SetCell("Plan", 5, 1, "x" * 40_000),
        SetCell("Plan", 6, 1, "\ud800"),
        SetCell("Plan", 7, 1, float("nan")),
        SetCell("Plan", 8, 1, date(1850, 1, 1)),
        AppendRow("Plan", 1, {1: "x"}, 1),
        AddColumn("Plan", 1, 2, "x"),
        DefineName("A1", "'Plan'!$A$1"),
        DefineName("fine", "nothing"),
        SetCustomProperty("", "x"),
    ]
    assert reasons(path, *edits) == [
        *("formula", "formula", "merged", "twice", "unknown-sheet", "outside-sheet", "too-long", "bad-text"),
        *("bad-value", "bad-date", "row-occupied", "column-occupied", "bad-name", "bad-name", "bad-name"),
    ]
    before = path.read_bytes()
    with pytest.raises(WorkbookRefused, match=r"plan\.xlsx: Plan!B1 holds a formula"):
        write(path, edits)
    assert path.read_bytes() == before


def test_protected_sheets_take_unlocked_cells_only(build: Build, samples: Any) -> None:
    rows = samples.row(1, samples.cell("A1", "x"), '<c r="B1" s="3"/>') + samples.row(2, '<c r="B2" s="3"/>')
    path = build(rows, tail='<sheetProtection sheet="1"/>')
    assert reasons(path, *(SetCell("Plan", row, col, "y") for row in (1, 2) for col in (1, 2))) == ["locked", "locked"]


def test_a_signed_workbook_is_never_changed(build: Build) -> None:
    path = build(extra={"_xmlsignatures/origin.sigs": ""})
    assert open_workbook(path).signed
    assert reasons(path, SetCell("Plan", 2, 2, "x")) == ["signed"]


def test_pivot_output_is_refused() -> None:
    workbook = open_workbook(Path(__file__).parents[1] / "data/odd/calamine__pivots.xlsx")
    edits = [SetCell(sheet.name, 4, 1, "x") for sheet in workbook.sheets]
    assert "pivot" in {refusal.reason for refusal in check_edits(workbook, edits)}


def test_append_grows_what_surrounds_a_list(rich: Path) -> None:
    values = {1: "R5.1", 3: "New action", 5: date(2026, 5, 1), 6: "Open"}
    write(rich, [AppendRow("Action plan", 17, values, 16), AppendRow("Action plan", 18, {1: "R5.2"}, 16)])
    sheet = openpyxl_reads(rich)["Action plan"]
    assert [sheet.cell(17, col).value for col in (1, 3, 6)] == ["R5.1", "New action", "Open"]
    assert sheet["E17"].number_format == "dd/mm/yyyy"
    assert sheet["B17"].alignment.wrap_text
    assert sheet.auto_filter.ref == "A4:J18"
    assert {str(rule.sqref) for rule in sheet.data_validations.dataValidation} == {"F5:F18", "D5:D18"}
    assert {str(area.sqref) for area in sheet.conditional_formatting} == {"F5:F18", "G5:G18"}
    assert sheet.print_area == "'Action plan'!$A$1:$J$18"
    assert "<xm:sqref>G5:G18</xm:sqref>" in part(rich, "xl/worksheets/sheet1.xml")
    names = part(rich, "xl/workbook.xml")
    assert "'Action plan'!$A$4:$J$18" in names
    assert 'fullCalcOnLoad="1"' in names


def test_append_and_column_grow_a_table(rich: Path) -> None:
    edits = [
        AddColumn("Tracker", 3, 5, "Action ID"),
        *(SetCell("Tracker", row, 5, f"AT-{row}") for row in range(4, 7)),
        AppendRow("Tracker", 7, {2: "A4", 3: "Do 4", 5: "AT-7"}, 6),
    ]
    write(rich, edits)
    table = openpyxl_reads(rich)["Tracker"].tables["Tracker"]
    assert (table.ref, table.autoFilter.ref) == ("B3:E7", "B3:E7")
    assert table.column_names == ["Ref", "Action", "Status", "Action ID"]
    assert open_workbook(rich).read("Tracker").tables[0].area == Area(3, 2, 7, 5)


def test_headings_and_totals_of_tables_are_left_to_excel(rich: Path) -> None:
    assert reasons(rich, SetCell("Tracker", 3, 2, "x"), SetCell("Tracker", 4, 2, "x")) == ["table-heading"]
    assert reasons(rich, AddColumn("Tracker", 3, 5, "status")) == ["column-occupied"]


def test_a_workbook_that_says_nothing_of_its_styles(build: Build, samples: Any) -> None:
    path = build(styles=f"<styleSheet {samples.namespaces}/>")
    assert reasons(path, SetCell("Plan", 2, 3, date(2026, 11, 24))) == ["bad-date"]
    write(path, [SetCell("Plan", 2, 2, "=1+1")])
    assert open_workbook(path).read("Plan").cell(2, 2) == "=1+1"
    assert load_workbook(path).get_sheet_by_name("Plan").to_python()[1][1] == "=1+1"


def test_styles_that_only_some_programs_understand(build: Build, samples: Any) -> None:
    """Hancom writes an entry twice, for itself and for the others: as one (mc:AlternateContent, ECMA-376 part 3)."""
    choice = "<mc:Choice Requires='hs'><xf numFmtId='0'/></mc:Choice><mc:Fallback><xf numFmtId='14'/></mc:Fallback>"
    markup = "xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006' xmlns:hs='urn:hs'"
    entries = f"<cellXfs count='2'><xf/><mc:AlternateContent>{choice}</mc:AlternateContent></cellXfs>"
    path = build(styles=f"<styleSheet {samples.namespaces} {markup}>{entries}</styleSheet>")
    assert open_workbook(path).read("Plan").cell(2, 3) == date(2026, 1, 1)
    write(path, [SetCell("Plan", 2, 3, date(2026, 11, 24)), SetCell("Plan", 2, 1, "=1+1")])
    assert open_workbook(path).read("Plan").cell(2, 3) == date(2026, 11, 24)
    assert 'count="3"' in part(path, "xl/styles.xml")


def test_properties_of_a_strict_workbook(tmp_path: Path) -> None:
    path = tmp_path / "strict.xlsx"
    path.write_bytes((Path(__file__).parents[1] / "data/odd/poi__SampleSS.strict.xlsx").read_bytes())
    write(path, [SetCustomProperty("actiontrack.binding", "wb-1")])
    assert open_workbook(path).custom_properties == {"actiontrack.binding": "wb-1"}
    assert "purl.oclc.org" in part(path, "docProps/custom.xml")


def test_a_column_beside_a_filtered_list(rich: Path) -> None:
    write(rich, [AddColumn("Action plan", 4, 11, "Action ID", width=14), SetCell("Action plan", 5, 11, "AT-1")])
    sheet = openpyxl_reads(rich)["Action plan"]
    assert sheet.auto_filter.ref == "A4:K16"
    assert sheet["K4"].font.bold
    assert sheet.column_dimensions["K"].width == 14
    assert "'Action plan'!$A$4:$K$16" in part(rich, "xl/workbook.xml")


def test_names_and_properties(build: Build, rich: Path) -> None:
    for path in (build(), rich):
        sheet = open_workbook(path).sheets[0].name
        for place in ("$A$1", "$B$2"):
            edits = [
                DefineName("_at_id", f"'{sheet}'!{place}"),
                SetCustomProperty("actiontrack.binding", f"wb & {place}"),
            ]
            result = write(path, edits)
            assert result.written
            assert result.changed_cells == ()
            assert write(path, edits).written is False
        book = openpyxl_reads(path)
        assert book.defined_names["_at_id"].attr_text == f"'{sheet}'!$B$2"
        assert book.custom_doc_props["actiontrack.binding"].value == "wb & $B$2"


def test_all_else_in_a_rich_workbook_stays(rich: Path) -> None:
    with zipfile.ZipFile(rich) as archive:
        before = {info.filename: archive.read(info) for info in archive.infolist()}
    write(rich, [SetCell("Action plan", 5, 6, "Complete")])
    with zipfile.ZipFile(rich) as archive:
        after = {info.filename: archive.read(info) for info in archive.infolist()}
    assert list(before) == list(after)
    assert {name for name in before if before[name] != after[name]} == {"xl/worksheets/sheet1.xml"}
    assert isinstance(open_workbook(rich).read("Action plan").cell(5, 9), Formula)


def test_stale_files_are_not_written(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    path = build()
    edits = [SetCell("Plan", 2, 2, "x")]
    with pytest.raises(StaleWorkbook):
        plan_and_write(path, edits, expected_sha256="0" * 64, backup_dir=path.parent / "backups")
    sha256 = open_workbook(path).sha256
    from actiontrack_spreadsheet.workbook import write as write_module

    rewrite = write_module.rewrite

    def meanwhile(package: Package, parts: Mapping[str, bytes]) -> bytes:
        path.write_bytes(path.read_bytes() + b"\0")
        return rewrite(package, parts)

    monkeypatch.setattr(write_module, "rewrite", meanwhile)
    with pytest.raises(StaleWorkbook):
        plan_and_write(path, edits, expected_sha256=sha256, backup_dir=path.parent / "backups")
    assert not list(path.parent.glob(".actiontrack-*"))


def test_a_result_that_is_not_as_planned_is_thrown_away(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    path = build()
    before = path.read_bytes()
    honest = plan_module.cell_xml

    def slip(prefix: str, ref: str, style: int, value: Any, *, date1904: bool) -> str:
        return honest(prefix, ref, style, f"{value}?", date1904=date1904)

    monkeypatch.setattr(plan_module, "cell_xml", slip)
    with pytest.raises(WorkbookRefused) as refused:
        write(path, [SetCell("Plan", 2, 2, "x")])
    assert refused.value.reason == "check-failed"
    assert path.read_bytes() == before


def test_what_is_replaced_is_kept(build: Build) -> None:
    path = build()
    originals = []
    for number in range(3):
        originals.append(path.read_bytes())
        result = write(path, [SetCell("Plan", 2, 2, f"text {number}")])
        assert result.backup is not None
        assert result.backup.read_bytes() == originals[-1]
    kept = sorted((path.parent / "backups").iterdir())
    assert [backup.read_bytes() for backup in kept] == originals


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes and links")
def test_mode_and_link_are_kept(build: Build) -> None:
    path = build()
    path.chmod(0o640)
    link = path.with_name("link.xlsx")
    link.symlink_to(path.name)
    write(link, [SetCell("Plan", 2, 2, "x")])
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert open_workbook(path).read("Plan").cell(2, 2) == "x"


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes and links")
def test_the_old_content_stays_where_it_has_another_name(build: Build) -> None:
    path = build()
    before = path.read_bytes()
    other = path.with_name("snapshot.xlsx")
    os.link(path, other)
    backup = write(path, [SetCell("Plan", 2, 2, "x")]).backup
    assert other.read_bytes() == before != path.read_bytes()
    assert backup is not None
    assert backup.stat().st_mode & 0o777 == 0o600, "not to be read by more people than the workbook"


def test_a_file_marked_read_only_is_left_alone(build: Build) -> None:
    path = build()
    before = path.read_bytes()
    path.chmod(0o444)
    with pytest.raises(WorkbookRefused, match="read-only") as refused:
        write(path, [SetCell("Plan", 2, 2, "x")])
    assert refused.value.reason == "read-only"
    assert path.read_bytes() == before
    path.chmod(0o644)


def test_a_save_at_the_last_moment_is_not_written_over(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the comparison of the content and the swap: while the copies are brought to the disk."""
    path = build()
    honest = os.fsync
    saved: list[int] = []

    def meanwhile(handle: int) -> None:
        honest(handle)
        saved.append(path.write_bytes(path.read_bytes() + b"\0"))

    monkeypatch.setattr(os, "fsync", meanwhile)
    with pytest.raises(StaleWorkbook):
        write(path, [SetCell("Plan", 2, 2, "x")])
    assert path.stat().st_size == saved[-1]
    assert not list(path.parent.glob(".actiontrack-*"))


def test_a_full_disk_is_told_and_nothing_is_lost(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    path = build()
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WorkbookBusy, match="No space left"):
        write(path, [SetCell("Plan", 2, 2, "x")])
    assert path.read_bytes() == before
    assert not list(path.parent.glob(".actiontrack-*"))


def test_a_file_held_by_another_program(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    path = build()
    before = path.read_bytes()

    def held(*_: object) -> None:
        raise PermissionError(13, "sharing violation")

    monkeypatch.setattr(os, "replace", held)
    with pytest.raises(WorkbookBusy):
        write(path, [SetCell("Plan", 2, 2, "x")])
    assert path.read_bytes() == before
    assert not list(path.parent.glob(".actiontrack-*"))


def test_what_a_killed_writer_left_beside_a_workbook_goes_with_a_later_write(build: Build) -> None:
    path = build()
    left = path.with_name(".actiontrack-k3_x0abc.tmp")
    left.write_bytes(path.read_bytes()[:100])
    os.utime(left, (0, 0))
    write(path, [SetCell("Plan", 2, 2, "x")])
    assert not left.exists()


def test_marks_of_open_files(tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    assert open_elsewhere(path) is None
    excel = tmp_path / "~$plan.xlsx"
    excel.write_bytes(b"\x07J Smith" + b" " * 47 + b"\x07\0" + "J Smith".encode("utf-16-le"))
    assert open_elsewhere(path) == "J Smith"
    excel.unlink()
    office = tmp_path / ".~lock.plan.xlsx#"
    office.write_text(",A Patel,host,24.11.2026 09:00,file:///home/;", encoding="utf-8")
    assert open_elsewhere(path) == "A Patel"
    assert is_lock_file(office)
    assert is_lock_file(excel)
    assert not is_lock_file(path)
