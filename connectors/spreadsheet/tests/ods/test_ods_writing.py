"""Writing into OpenDocument sheets: exactly the planned cells, and nothing else of the file."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import load_workbook

from actiontrack_spreadsheet.ods import ODS, OdsWorkbook, check_ods, open_ods
from actiontrack_spreadsheet.workbook import (
    AddColumn,
    AppendRow,
    Area,
    DefineName,
    Edit,
    SetCell,
    SetCustomProperty,
    StaleWorkbook,
    WorkbookRefused,
    WriteResult,
)
from actiontrack_spreadsheet.workbook.write import write_in_place

if TYPE_CHECKING:
    from conftest import Pieces

Build = Callable[..., Path]
DATA = Path(__file__).parents[1] / "data" / "ods"
READABLE = sorted(path for path in DATA.glob("*.ods") if path.stem.partition("__")[2] not in (
    "pass_protected", "issue_594_dos"))  # fmt: skip


def write(path: Path, *edits: Edit) -> WriteResult:
    """Make the edits."""
    sha256 = open_ods(path).sha256
    return write_in_place(ODS, path, edits, expected_sha256=sha256, backup_dir=path.parent / "backups")


def reasons(path: Path, *edits: Edit) -> list[str]:
    """Why the edits are refused."""
    return [refusal.reason for refusal in check_ods(open_ods(path), edits)]


def parts(path: Path) -> dict[str, bytes]:
    """Every part of the file."""
    with zipfile.ZipFile(path) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def content(path: Path) -> str:
    """content.xml."""
    return parts(path)["content.xml"].decode()


@pytest.mark.parametrize("source", READABLE, ids=lambda path: path.name)
def test_one_cell_costs_nothing_else(source: Path, tmp_path: Path) -> None:
    path = tmp_path / source.name
    shutil.copy(source, path)
    book = open_ods(path)
    sheet = book.sheets[0].name
    grid = book.read(sheet)
    places = [(row, col) for row in grid.rows for col in grid.row(row)] or [(1, 1)]
    edit = next(e for e in (SetCell(sheet, *place, "Edited in place") for place in places) if not check_ods(book, [e]))
    before, seen = parts(path), _seen(path)
    result = write(path, edit)
    after = parts(path)
    assert result.changed_cells == ((sheet, edit.row, edit.col),)
    assert list(after) == list(before)
    assert {name for name in after if after[name] != before[name]} == set(result.changed_parts)
    assert set(result.changed_parts) <= {"content.xml", "meta.xml"}
    with zipfile.ZipFile(path) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
    now = _seen(path)
    assert {place for place in seen.keys() | now.keys() if seen.get(place) != now.get(place)} == {
        (sheet, edit.row, edit.col)
    }


def _seen(path: Path) -> dict[tuple[str, int, int], object]:
    """Every cell as another reader has it."""
    book = load_workbook(path)
    return {
        (name, r, c): value
        for name in book.sheet_names
        for r, row in enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=False), 1)
        for c, value in enumerate(row, 1)
        if value != ""
    }


@pytest.mark.parametrize(
    "value",
    ["two\nlines", "  blanks   in\tit  ", "=1+1", "+x", "@x", "a & b < c > \"d\"", "x" * 32_767, 7, 1.1, 1e-20, -3,
     date(2026, 3, 4), datetime(2026, 3, 4, 5, 6, 7), True, "01", "\u00a0é😀", "\n", "a\n\nb"],
)  # fmt: skip
def test_a_value_comes_back_as_it_was_written(value: object, build: Build) -> None:
    path = build()
    write(path, SetCell("Plan", 2, 2, value))  # type: ignore[arg-type]
    grid = open_ods(path).read("Plan")
    assert grid.cell(2, 2) == value
    assert type(grid.cell(2, 2)) is type(value)
    assert grid.cell(2, 1) == "1.1"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t "), max_size=30))
def test_any_text_comes_back(text: str, build: Build) -> None:
    path = build()
    if not reasons(path, SetCell("Plan", 2, 2, text)):
        write(path, SetCell("Plan", 2, 2, text))
        assert (open_ods(path).read("Plan").cell(2, 2) or "") == text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(st.integers(1, 4), st.lists(st.tuples(st.sampled_from(["", "a", "b"]), st.integers(1, 4)),
                                                        min_size=1, max_size=4)), min_size=1, max_size=4),
    places=st.dictionaries(st.tuples(st.integers(1, 20), st.integers(1, 20)), st.sampled_from(["", "new", "a"]),
                           min_size=1, max_size=6),
)  # fmt: skip
def test_cells_and_rows_alike_are_cut_where_one_changes(
    rows: list[tuple[int, list[tuple[str, int]]]],
    places: dict[tuple[int, int], str],
    build: Build,
    pieces: type[Pieces],
) -> None:
    written = "".join(
        pieces.row(*(pieces.cell(text, f'table:number-columns-repeated="{count}"') for text, count in cells),
                   attrs=f'table:number-rows-repeated="{times}"')
        for times, cells in rows
    )  # fmt: skip
    path = build(written, tail="")
    before = _cells(path)
    write(path, *(SetCell("Plan", *place, value) for place, value in places.items()))
    expected = {**before, **places}
    assert _cells(path) == {place: value for place, value in expected.items() if value}


def _cells(path: Path) -> dict[tuple[int, int], object]:
    grid = open_ods(path).read("Plan")
    return {(row, col): value for row in grid.rows for col, value in grid.row(row).items()}


def test_a_huge_repeat_is_cut_not_unrolled(build: Build) -> None:
    path = build()
    write(path, SetCell("Plan", 500_000, 9000, "far"))
    text = content(path)
    assert len(text) < 10_000
    assert 'table:number-rows-repeated="499997"' in text
    assert 'table:number-columns-repeated="8999"' in text
    assert 'table:number-columns-repeated="7384"' in text
    assert open_ods(path).read("Plan").cell(500_000, 9000) == "far"


def test_what_else_a_cell_holds_stays(build: Build, pieces: type[Pieces]) -> None:
    note = "<office:annotation><dc:creator>Chair</dc:creator><text:p>Agreed</text:p></office:annotation>"
    attrs = 'table:style-name="bold" table:content-validation-name="val1" table:number-columns-spanned="2" '
    rows = pieces.row(pieces.cell("old", attrs + 'table:number-rows-spanned="1"', note), "<table:covered-table-cell/>")
    path = build(rows)
    write(path, SetCell("Plan", 1, 1, "new"))
    text = content(path)
    assert f"{note}<text:p>new</text:p>" in text
    assert attrs.strip() in text
    assert "<text:p>old" not in text
    write(path, SetCell("Plan", 1, 1, None))
    assert f"{note}</table:table-cell>" in content(path)
    assert open_ods(path).read("Plan").merges == [Area(1, 1, 1, 2)]


def test_dates_take_the_columns_style_else_a_new_one(build: Build, pieces: type[Pieces]) -> None:
    path = build(pieces.plan + pieces.row(pieces.cell("2"), pieces.cell("bold", 'table:style-name="bold"')))
    write(path, SetCell("Plan", 3, 3, date(2026, 5, 6)), SetCell("Plan", 3, 2, date(2026, 5, 7)))
    grid = open_ods(path).read("Plan")
    assert grid.style(3, 3).format == grid.style(2, 3).format == "dd\\/mm\\/yyyy"
    assert grid.style(3, 2).format == "yyyy-mm-dd"
    text = content(path)
    assert text.count('fo:font-weight="bold"') == 2, "the new style is the bold one with a date"
    write(path, SetCell("Plan", 3, 3, 5))
    assert open_ods(path).read("Plan").text(3, 3) == "5"
    write(
        path,
        SetCell("Plan", 4, 3, date(2026, 5, 8)),
        SetCell("Plan", 3, 2, "x"),
        SetCell("Plan", 2, 2, date(2026, 5, 9)),
    )
    write(path, SetCell("Plan", 1, 2, date(2026, 5, 9)))
    assert content(path).count("<style:style ") == text.count("<style:style ") + 1, "the one for a number"


def test_a_new_row_is_dressed_like_the_last_and_ranges_grow(build: Build, pieces: type[Pieces]) -> None:
    after = (
        '<table:database-ranges><table:database-range table:name="f" table:target-range-address="Plan.A1:Plan.D2" '
        'table:display-filter-buttons="true"/><table:database-range table:name="g" '
        'table:target-range-address="Other.A1:Other.D2"/></table:database-ranges>'
    )
    formats = (
        '<calcext:conditional-formats><calcext:conditional-format calcext:target-range-address="Plan.D2:Plan.D2 '
        'Plan.B2:Plan.B2"/></calcext:conditional-formats>'
    )
    path = build(after=after, table='table:print-ranges="Plan.A1:Plan.D2"', inside=formats)
    write(
        path,
        AppendRow("Plan", 3, {1: "1.2", 2: "More", 3: date(2026, 2, 3)}, 2),
        AppendRow("Plan", 4, {1: "1.3"}, 2),
        AddColumn("Plan", 1, 5, "Action ID", width=17),
        AddColumn("Plan", 1, 6, "Also", width=9),
    )
    book = open_ods(path)
    grid = book.read("Plan")
    text = content(path)
    assert grid.row(3) == {1: "1.2", 2: "More", 3: date(2026, 2, 3)}
    assert grid.style(4, 3) == grid.style(2, 3)
    assert text.count('table:content-validation-name="val1"') == 3
    assert grid.autofilter == Area(1, 1, 4, 6)
    assert "Other.A1:Other.D2" in text
    assert "'Plan'.A1:.D4" in text, "the print area"
    assert "'Plan'.D2:.D4 'Plan'.B2:.B4" in text
    assert grid.cell(1, 5) == "Action ID"
    assert 'style:column-width="3.57cm"' in text
    assert 'style:column-width="1.89cm"' in text


def test_names_and_properties(build: Build) -> None:
    path = build()
    edits = [DefineName("_key", "'Plan'!$A$1"), SetCustomProperty("Binding", 'a "b" <c>')]
    assert write(path, *edits).changed_parts == ("content.xml", "meta.xml")
    book = open_ods(path)
    assert [(name.name, name.refers_to) for name in book.defined_names] == [("_key", "'Plan'!$A$1")]
    assert book.custom_properties == {"Binding": 'a "b" <c>'}
    write(path, DefineName("_KEY", "'Plan'!$B$1"), SetCustomProperty("Binding", "2"))
    book = open_ods(path)
    assert [(name.name, name.refers_to) for name in book.defined_names] == [("_KEY", "'Plan'!$B$1")]
    assert book.custom_properties == {"Binding": "2"}
    assert not write(path, SetCustomProperty("Binding", "2"), DefineName("_Key", "'Plan'!$B$1")).written
    write(path, SetCustomProperty("Binding", "two\r\nlines"))
    assert open_ods(path).custom_properties["Binding"] == "two\r\nlines"
    assert reasons(path, SetCustomProperty("Bin\0ding", "x"), SetCustomProperty("Other", "\1")) == ["bad-text"] * 2


def test_a_file_without_meta_gets_one(build: Build) -> None:
    path = build(meta=None)
    write(path, SetCustomProperty("Binding", "x"))
    assert open_ods(path).custom_properties == {"Binding": "x"}
    assert 'manifest:full-path="meta.xml"' in parts(path)["META-INF/manifest.xml"].decode()


def test_the_only_cell_of_a_hidden_row(build: Build, pieces: type[Pieces]) -> None:
    rows = pieces.row(pieces.cell("a")) + pieces.row(pieces.cell("b"), attrs='table:visibility="filter"')
    path = build(rows + pieces.row(pieces.cell(), attrs='table:visibility="collapse"'))
    write(path, SetCell("Plan", 2, 1, None), SetCell("Plan", 3, 1, "c"))
    assert open_ods(path).read("Plan").hidden_rows == {3}
    write(path, SetCell("Plan", 2, 1, "b"), SetCell("Plan", 3, 1, None))
    assert open_ods(path).read("Plan").hidden_rows == {2}


def test_formulas_are_worked_out_by_the_next_program(build: Build, pieces: type[Pieces]) -> None:
    """LibreOffice does that for files which it did not write itself."""
    formula = '<table:table-cell table:formula="of:=LEN([.A1])" office:value-type="float" office:value="3"/>'
    path = build(pieces.row(pieces.cell("old"), formula))
    write(path, SetCell("Plan", 1, 1, "longer"))
    assert "<meta:generator>actiontrack</meta:generator>" in parts(path)["meta.xml"].decode()
    plain = build(name="plain.ods")
    assert write(plain, SetCell("Plan", 2, 2, "x")).changed_parts == ("content.xml",)


def test_refusals(build: Build, pieces: type[Pieces]) -> None:
    formula = '<table:table-cell table:formula="of:=1+1" office:value-type="float" office:value="2"/>'
    matrix = (
        '<table:table-cell table:formula="of:=[.A1:.A2]" table:number-matrix-rows-spanned="2" '
        'table:number-matrix-columns-spanned="1" office:value-type="float" office:value="2"/>'
    )
    link = pieces.cell('<text:a xlink:href="https://example.org/">x</text:a>')
    merged = pieces.cell("m", 'table:number-columns-spanned="2" table:number-rows-spanned="1"')
    rows = pieces.row(formula, matrix, link, merged, "<table:covered-table-cell/>") + pieces.row(
        pieces.cell(), pieces.cell("member")
    )
    path = build(rows)
    assert reasons(path, *(SetCell("Plan", 1, col, "x") for col in range(1, 6))) == [
        "formula", "formula", "link", "merged",
    ]  # fmt: skip
    assert reasons(path, SetCell("Plan", 2, 2, "x")) == ["formula"]
    assert reasons(path, SetCell("Plan", 3, 1, "a\0b"), SetCell("Plan", 3, 2, "\ud800")) == ["bad-text", "bad-text"]
    assert reasons(path, SetCell("Plan", 3, 1, "x" * 32_768)) == ["too-long"]
    assert reasons(path, SetCell("Nowhere", 1, 1, "x")) == ["unknown-sheet"]
    assert reasons(path, AppendRow("Plan", 2, {1: "x"}, 1)) == ["row-occupied"]


def test_locks_are_those_of_cells_rows_and_columns(build: Build, pieces: type[Pieces]) -> None:
    free, locked = 'table:style-name="free"', 'table:style-name="bold"'
    columns = (
        '<table:table-column/><table:table-column table:default-cell-style-name="free" '
        'table:number-columns-repeated="16383"/>'
    )
    rows = (
        pieces.row(pieces.cell("head"), pieces.cell("head", locked), pieces.cell(attrs=free))
        + pieces.row(pieces.cell(attrs=free), pieces.cell(attrs=locked), attrs='table:number-rows-repeated="5"')
        + pieces.row(pieces.cell(), pieces.cell(), attrs='table:default-cell-style-name="bold"')
    )
    path = build(rows, columns=columns, table='table:protected="true"')
    places = [(1, 1), (1, 2), (1, 3), (4, 1), (4, 2), (7, 2), (9, 1), (9, 2)]
    refused = {(e.edit.row, e.edit.col) for e in check_ods(open_ods(path), [SetCell("Plan", *p, "x") for p in places])}  # type: ignore[union-attr]
    assert refused == {(1, 1), (1, 2), (4, 2), (7, 2), (9, 1)}


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"extra": {"META-INF/documentsignatures.xml": "<x/>"}}, "signed"),
        ({"table": 'table:protected="true"'}, "locked"),
        ({"columns": '<table:table-source xlink:href="other.ods"/><table:table-column/>'}, "linked-table"),
        ({"after": '<table:data-pilot-tables><table:data-pilot-table table:target-range-address="Plan.A1:Plan.D9"/>'
                   "</table:data-pilot-tables>"}, "pivot"),
    ],
)  # fmt: skip
def test_refusals_of_sheets(how: dict[str, object], reason: str, build: Build) -> None:
    path = build(**how)
    before = path.read_bytes()
    assert reasons(path, SetCell("Plan", 2, 2, "x"))[0] == reason
    with pytest.raises(WorkbookRefused):
        write(path, SetCell("Plan", 2, 2, "x"))
    assert path.read_bytes() == before


def test_prefixes_are_the_files_own(build: Build, tmp_path: Path) -> None:
    path = tmp_path / "other.ods"
    with zipfile.ZipFile(build()) as old, zipfile.ZipFile(path, "w") as new:
        for info in old.infolist():
            data = old.read(info).decode()
            if info.filename == "content.xml":
                data = re.sub(r"(</?|\s)(table|office|text|number|style):", r"\1z\2:", data)
                data = re.sub(r"xmlns:(table|office|text|number|style)=", r"xmlns:z\1=", data)
            new.writestr(info, data)
    assert "<ztable:table-cell" in content(path)
    write(
        path, SetCell("Plan", 2, 2, "new\tone"), SetCell("Plan", 9, 2, date(2026, 3, 4)), DefineName("a_b", "Plan!$A$1")
    )
    grid = open_ods(path).read("Plan")
    assert grid.row(2) == {1: "1.1", 2: "new\tone", 3: date(2026, 1, 2), 4: "Open"}
    assert grid.cell(9, 2) == date(2026, 3, 4)


def test_namespaces_declared_inside_are_read_and_not_written(build: Build, pieces: type[Pieces]) -> None:
    inside = (
        '<table:table-row xmlns:t="urn:oasis:names:tc:opendocument:xmlns:table:1.0"><t:table-cell/></table:table-row>'
    )
    path = build(pieces.plan + inside)
    assert open_ods(path).read("Plan").cell(2, 2) == "Do it"
    with pytest.raises(WorkbookRefused) as refused:
        write(path, SetCell("Plan", 2, 2, "x"))
    assert refused.value.reason == "unknown-namespace"


def test_a_file_that_moved_is_left_alone(build: Build) -> None:
    path = build()
    with pytest.raises(StaleWorkbook):
        write_in_place(
            ODS, path, [SetCell("Plan", 2, 2, "x")], expected_sha256="0" * 64, backup_dir=path.parent / "backups"
        )
    assert isinstance(open_ods(path), OdsWorkbook)


def test_nothing_to_do_writes_nothing(build: Build) -> None:
    path = build()
    edits: Sequence[Edit] = [SetCell("Plan", 2, 2, "Do it"), SetCell("Plan", 2, 3, date(2026, 1, 2))]
    assert not write(path, *edits).written
