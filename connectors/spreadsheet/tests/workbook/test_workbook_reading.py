"""Reading: every kind of value, every way a sheet may be written, and what surrounds the cells."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from actiontrack_spreadsheet.workbook import (
    NO_VALUE,
    Area,
    BadDate,
    ErrorValue,
    Formula,
    Grid,
    WorkbookRefused,
    open_workbook,
)
from actiontrack_spreadsheet.workbook.numberformat import is_date_format, shown

Build = Callable[..., Path]
PARSER_ONLY = [True, False]


def read(path: Path, *, fast: bool = True) -> Grid:
    workbook = open_workbook(path)
    return workbook.read_sheet(workbook.sheet("Plan"), fast=fast)


@pytest.mark.parametrize("fast", PARSER_ONLY)
@pytest.mark.parametrize("cdata", ["<![CDATA[x<y]]>", ""])
def test_every_kind_of_value(build: Build, samples: Any, fast: bool, cdata: str) -> None:
    strings = "<si><t>shared</t></si><si><r><t>ri</t></r><rPh sb='0' eb='1'><t>x</t></rPh><r><t>ch</t></r></si><si/>"
    cells = {
        '<c r="A1" t="s"><v>0</v></c>': "shared",
        '<c r="B1" t="s"><v>1</v></c>': "rich",
        '<c r="C1" t="s"><v>2</v></c>': None,
        '<c r="D1"><v>5</v></c>': 5,
        '<c r="E1"><v>1.1000000000000001</v></c>': 1.1,
        '<c r="F1" t="b"><v>1</v></c>': True,
        '<c r="G1" t="e"><v>#N/A</v></c>': ErrorValue("#N/A"),
        '<c r="H1" s="1"><v>46023</v></c>': date(2026, 1, 1),
        '<c r="I1" s="1"><v>46023.5</v></c>': datetime(2026, 1, 1, 12),
        '<c r="J1" s="4"><v>0.5</v></c>': time(12),
        '<c r="K1" s="1"><v>-1</v></c>': BadDate(-1),
        '<c r="L1" s="1"><v>60</v></c>': BadDate(60),
        '<c r="M1" s="1"><v>99999999</v></c>': BadDate(99999999),
        '<c r="N1"><f>1+1</f></c>': Formula(NO_VALUE, "1+1"),
        '<c r="O1" t="str"><f>"a"&amp;B1</f><v>ab</v></c>': Formula("ab", '"a"&B1'),
        '<c r="P1" t="str"><f>""</f><v></v></c>': Formula("", '""'),
        '<c r="Q1" t="d"><v>2026-03-04</v></c>': date(2026, 3, 4),
        '<c r="R1" t="inlineStr"><is><t>a &lt; b_x000D_&#10;c _x005F_x0041_</t></is></c>': "a < b\r\nc _x0041_",
        '<c r="S1" t="inlineStr"><is><t/></is></c>': None,
        '<c r="T1" t="e"><f>1/0</f><v>#DIV/0!</v></c>': Formula(ErrorValue("#DIV/0!"), "1/0"),
        '<c r="U1" t="str"><v>&amp;lt; &amp;&amp;</v></c>': "&lt; &&",
        '<c r="V1" t="str"><f>A1</f><v>&amp;lt; &amp;</v></c>': Formula("&lt; &", "A1"),
        f'<c r="W1" t="inlineStr"><is><t>{cdata}</t></is></c>': "x<y" if cdata else None,
    }
    path = build(samples.row(1, *cells), strings=f"<sst {samples.namespaces}>{strings}</sst>")
    grid = read(path, fast=fast)
    assert [grid.cell(1, col) for col in range(1, len(cells) + 1)] == list(cells.values())


@pytest.mark.parametrize("fast", PARSER_ONLY)
def test_1904(build: Build, samples: Any, fast: bool) -> None:
    path = build(samples.row(1, '<c r="A1" s="1"><v>44561</v></c>'), book='<workbookPr date1904="1"/>')
    assert read(path, fast=fast).cell(1, 1) == date(2026, 1, 1)


def test_text_is_what_the_cell_shows(build: Build, samples: Any) -> None:
    cells = [
        '<c r="A1" s="2"><v>1.1</v></c>',
        '<c r="B1"><v>1.1000000000000001</v></c>',
        '<c r="C1" s="1"><v>46023</v></c>',
    ]
    grid = read(build(samples.row(1, *cells)))
    assert [grid.text(1, col) for col in (1, 2, 3, 4)] == ["1.10", "1.1", "2026-01-01", ""]
    assert grid.texts(1) == ["1.10"]


@pytest.mark.parametrize(
    ("number", "code", "text"),
    [
        (1234.5, "#,##0.00", "1,234.50"),
        (0.256, "0%", "26%"),
        (7, "000", "007"),
        (7, '"R"0', "R7"),
        (-2, "0;(0)", "(2)"),
        (0, '0;-0;"none"', "0"),
        (12345, "0.00E+00", "1.23E+04"),
        (0.5, "# ?/?", "0.5"),
        (2.5, "0.##", "2.5"),
        (5.0, "General", "5"),
        (1e22, "General", "1e+22"),
        (1500, "0,", "2"),
    ],
)
def test_number_formats(number: float, code: str, text: str) -> None:
    assert shown(number, code) == text


@pytest.mark.parametrize(
    "code", ["dd/mm/yyyy", "[$-809]d mmmm yyyy", "h:mm AM/PM", 'yyyy"T"', "mmm-yy", "hh:mm:ss.0", "d mmm hh:mm:ss.000"]
)
def test_date_formats(code: str) -> None:
    assert is_date_format(code)


@pytest.mark.parametrize("code", ["0.00", "General", "@", '"day" 0', "[Red]0", "[h]:mm", "0.00E+00", "#,##0 [$€-407]"])
def test_formats_that_are_no_dates(code: str) -> None:
    assert not is_date_format(code)


@pytest.mark.parametrize("fast", PARSER_ONLY)
def test_rows_and_cells_without_addresses(build: Build, fast: bool) -> None:
    grid = read(build("<row><c><v>5</v></c><c><v>6</v></c></row><row/><row><c><v>7</v></c></row>"), fast=fast)
    assert grid.rows == [1, 3]
    assert (grid.cell(1, 2), grid.cell(3, 1)) == (6, 7)


@pytest.mark.parametrize("fast", PARSER_ONLY)
def test_prefixed_strict_utf16_with_comments(build: Build, fast: bool) -> None:
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    first = '<x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c><!-- </x:row> --></x:row>'
    second = '<x:row r="2"><x:c r="A2"><x:v>2</x:v></x:c></x:row>'
    rows = f"<x:sheetData>{first}{second}</x:sheetData>"
    text = f'<?xml version="1.0" encoding="utf-16"?><x:worksheet xmlns:x="{strict}">{rows}</x:worksheet>'
    grid = read(build(sheet=[text.encode("utf-16")]), fast=fast)
    assert grid.column(1) == [1, 2]


@pytest.mark.parametrize("fast", PARSER_ONLY)
def test_unsorted_rows_and_cells_are_put_in_order(build: Build, samples: Any, fast: bool) -> None:
    rows = samples.row(3, samples.cell("C3", "later"), samples.cell("A3", "earlier")) + samples.row(
        1, samples.cell("A1", "a")
    )
    grid = read(build(rows), fast=fast)
    assert grid.rows == [1, 3]
    assert dict(grid.row(3)) == {1: "earlier", 3: "later"}


@pytest.mark.parametrize(
    "rows",
    [
        "{a}{a}",
        '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="A2"><v>1</v></c></row>',
    ],
)
def test_repeated_rows_and_cells_are_refused(build: Build, samples: Any, rows: str) -> None:
    path = build(rows.format(a=samples.row(1, samples.cell("A1", "a"))))
    with pytest.raises(WorkbookRefused) as refused:
        read(path)
    assert refused.value.reason == "repeated-rows"


def test_columns_that_come_late_and_rows_that_fit_no_pattern(build: Build, samples: Any) -> None:
    rows = "".join(
        samples.row(n, samples.cell(f"A{n}", "x"), f'<c r="{"BCD"[n % 3]}{n}" s="{n % 2}"><v>{n}</v></c>')
        for n in range(1, 3000)
    )
    odd = '<row r="3000"><c r="A3000" t="inlineStr"><is><r><t>ri</t></r><r><t>ch</t></r></is></c></row>'
    path = build(rows + odd + samples.row(3001, "<c r='A3001'><v>1</v></c>"))
    fast, plain = read(path), read(path, fast=False)
    assert fast.rows == plain.rows
    assert [fast.column(col) for col in range(1, 5)] == [plain.column(col) for col in range(1, 5)]
    assert fast.cell(3000, 1) == "rich"


def test_array_members_are_calculated(build: Build, samples: Any) -> None:
    rows = samples.row(1, '<c r="A1"><f t="array" ref="A1:A2">B1:B2</f><v>1</v></c>') + samples.row(
        2, '<c r="A2"><v>2</v></c>'
    )
    assert read(build(rows)).column(1) == [Formula(1, "B1:B2"), Formula(2)]


def test_the_rich_workbook(rich: Path) -> None:
    workbook = open_workbook(rich)
    plan = workbook.read("action plan")
    assert [sheet.state for sheet in workbook.sheets] == ["visible", "hidden", "visible"]
    assert workbook.custom_properties == {"Owner": "Head of Safeguarding"}
    assert plan.merges == [Area(1, 1, 1, 8)]
    assert plan.anchor(1, 5) == (1, 1)
    assert plan.filled(1, 5) is None, "a band is not filled to the right"
    assert plan.hyperlink(5, 10) == "https://example.org/evidence/0"
    assert plan.allowed(6, 6) == ("Open", "In progress", "Complete", "Overdue")
    assert plan.allowed(6, 4) == ("J Smith", "A Patel", "M O'Neil")
    assert plan.allowed(6, 1) is None
    assert plan.cell(7, 8) == "Please urgent note"
    assert plan.autofilter == Area(4, 1, 16, 10)
    assert plan.is_date_style(5, 5)
    assert workbook.read("Tracker").tables[0].columns == ("Ref", "Action", "Status")


def test_vertical_merges_fill_down(build: Build, samples: Any) -> None:
    rows = samples.row(1, samples.cell("A1", "R1"), samples.cell("B1", "a")) + samples.row(2, samples.cell("B2", "b"))
    grid = read(build(rows, tail='<mergeCells><mergeCell ref="A1:A2"/></mergeCells>'))
    assert grid.filled(2, 1) == "R1"


def test_lists_on_other_sheets_in_the_newer_form(request: pytest.FixtureRequest) -> None:
    path = Path(__file__).parents[1] / "data/odd/closedxml__ValidationWithSheetReference.xlsx"
    workbook = open_workbook(path)
    grid = workbook.read("UI Sheet")
    lists = {grid.allowed(row, col) for row in range(1, 10) for col in range(1, 6)} - {None}
    assert lists, "the list is on another sheet"


def test_hidden_rows_and_protection(build: Build, samples: Any) -> None:
    rows = samples.row(1, samples.cell("A1", "x"), attrs=' hidden="1"') + samples.row(2, '<c r="A2" s="3"><v>1</v></c>')
    grid = read(build(rows, tail='<sheetProtection sheet="1"/>'))
    assert grid.hidden_rows == {1}
    assert grid.locked(1, 1)
    assert not grid.locked(2, 1)


@pytest.mark.parametrize("raw", ["abc", "nan", "inf", "1_0"])
def test_a_number_that_is_none(build: Build, samples: Any, raw: str) -> None:
    path = build(samples.row(1, f'<c r="A1"><v>{raw}</v></c>'))
    with pytest.raises(WorkbookRefused) as refused:
        read(path)
    assert refused.value.reason == "bad-xml"


def test_shortest_numbers_round_trip() -> None:
    assert math.isclose(float(shown(0.1 + 0.2, "General")), 0.30000000000000004, rel_tol=0)
