"""Reading OpenDocument sheets: against another reader, and piece by piece."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from python_calamine import load_workbook

from actiontrack_spreadsheet.ods import open_ods
from actiontrack_spreadsheet.workbook import NO_VALUE, Area, ErrorValue, Formula, Grid, WorkbookRefused

if TYPE_CHECKING:
    from conftest import Pieces

Build = Callable[..., Path]
DATA = Path(__file__).parents[1] / "data" / "ods"
REFUSED = {"calamine__pass_protected.ods": "encrypted", "calamine__issue_594_dos.ods": "bad-xml"}
FILES = sorted(DATA.glob("*.ods"))


def _same(ours: object, theirs: object) -> bool:
    """Whether two readers agree: they know midnight and thousandths of a second differently."""
    if isinstance(ours, Formula):
        ours = ours.value
    if isinstance(ours, time) and isinstance(theirs, time):
        return ours == theirs.replace(microsecond=round(theirs.microsecond / 1000) * 1000)
    if isinstance(theirs, datetime) and isinstance(ours, date):
        return ours in (theirs, theirs.date())
    return ours == theirs


@pytest.mark.parametrize("path", [path for path in FILES if path.name not in REFUSED], ids=lambda path: path.name)
def test_every_cell_is_as_another_reader_has_it(path: Path) -> None:
    ours, theirs = open_ods(path), load_workbook(path)
    assert [sheet.name for sheet in ours.sheets] == theirs.sheet_names
    for sheet in ours.sheets:
        grid = ours.read(sheet)
        rows = theirs.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
        seen = {(r, c): v for r, row in enumerate(rows, 1) for c, v in enumerate(row, 1) if v != ""}
        assert seen.keys() == {(row, col) for row in grid.rows for col in grid.row(row)}
        assert [place for place, value in seen.items() if not _same(grid.cell(*place), value)] == []


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_by_name(name: str) -> None:
    with pytest.raises(WorkbookRefused, match=name) as refused:
        open_ods(DATA / name)
    assert refused.value.reason == REFUSED[name]


def _grid(path: Path) -> Grid:
    return open_ods(path).read("Plan")


@pytest.mark.parametrize(
    ("attrs", "text", "value", "shown"),
    [
        ('office:value-type="float" office:value="1.10" table:style-name="money"', "1.10", 1.1, "1.10"),
        ('office:value-type="float" office:value="1234.5" table:style-name="money"', "x", 1234.5, "1,234.50"),
        ('office:value-type="percentage" office:value="0.25" table:style-name="percent"', "25%", 0.25, "25%"),
        ('office:value-type="currency" office:currency="GBP" office:value="3"', "£3.00", 3, "3"),
        ('office:value-type="boolean" office:boolean-value="true"', "TRUE", True, "TRUE"),
        ('office:value-type="date" office:date-value="2026-03-04T05:06:07.999999999"', "x",
         datetime(2026, 3, 4, 5, 6, 8), "2026-03-04 05:06:08"),
        ('office:value-type="time" office:time-value="PT09H30M00S"', "09:30", time(9, 30), "09:30:00"),
        ('office:value-type="time" office:time-value="PT36H00M00S"', "36:00", 1.5, "1.5"),
        ('office:value-type="string" office:string-value="held"', "shown", "held", "held"),
        ('table:formula="of:=[.A1]" office:value-type="float" office:value="0"', "#DIV/0!",
         Formula(ErrorValue("#DIV/0!"), "[.A1]"), "#DIV/0!"),
        ('table:formula="of:=NA()" office:value-type="string" office:string-value="" calcext:value-type="error"',
         "#N/A",
         Formula(ErrorValue("#N/A"), "NA()"), "#N/A"),
        ('table:formula="of:=[.A1]"', "", Formula(NO_VALUE, "[.A1]"), ""),
        ('office:value-type="date" office:date-value="-0044-03-15"', "x", "-0044-03-15", "-0044-03-15"),
        ('office:value-type="float" office:value="1e999"', "x", ErrorValue("#NUM!"), "#NUM!"),
        ("", "no type", "no type", "no type"),
    ],
)  # fmt: skip
def test_values(attrs: str, text: str, value: object, shown: str, build: Build, pieces: type[Pieces]) -> None:
    grid = _grid(build(pieces.row(f"<table:table-cell {attrs}><text:p>{text}</text:p></table:table-cell>" if text else
                                  f"<table:table-cell {attrs}/>")))  # fmt: skip
    assert grid.cell(1, 1) == value
    assert grid.text(1, 1) == shown


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        ("<text:p>one</text:p><text:p>two</text:p>", "one\ntwo"),
        ("<text:p>one</text:p><text:p/><text:p>two</text:p>", "one\n\ntwo"),
        ("<text:p> a <text:span> b</text:span>\n  c</text:p>", "a b c"),
        ('<text:p><text:s text:c="2"/>a<text:s/>b<text:tab/>c<text:line-break/>d</text:p>', "  a b\tc\nd"),
        ('<text:p>see <text:a xlink:href="https://example.org/x">here</text:a></text:p>', "see here"),
        ("<office:annotation><text:p>a note</text:p></office:annotation><text:p>kept</text:p>", "kept"),
        ("<draw:frame><draw:text-box><text:p>drawn</text:p></draw:text-box></draw:frame><text:p>kept</text:p>", "kept"),
        ("<text:p>&amp;&lt;<![CDATA[<b>]]></text:p>", "&<<b>"),
    ],
)
def test_text(xml: str, text: str, build: Build, pieces: type[Pieces]) -> None:
    grid = _grid(build(pieces.row(f'<table:table-cell office:value-type="string">{xml}</table:table-cell>')))
    assert grid.cell(1, 1) == text


def test_a_links_target_is_the_evidence(build: Build, pieces: type[Pieces]) -> None:
    link = '<text:a xlink:href="https://example.org/{0}">file {0}</text:a>'
    both = pieces.cell(f"{link.format(1)} and {link.format(2)}")
    grid = _grid(build(pieces.row(pieces.cell(link.format(1)), both, pieces.cell("none"))))
    assert grid.hyperlink(1, 1) == "https://example.org/1"
    assert grid.hyperlink(1, 2) == "https://example.org/1\nhttps://example.org/2"
    assert grid.hyperlink(1, 3) is None


def test_repeats_merges_groups_and_hidden_rows(build: Build, pieces: type[Pieces]) -> None:
    rows = (
        "<table:table-header-rows>" + pieces.row(pieces.cell("head")) + "</table:table-header-rows>"
        "<table:table-row-group>"
        + pieces.row(pieces.cell("twice", 'table:number-columns-repeated="2"'), attrs='table:number-rows-repeated="3"')
        + "</table:table-row-group>"
        + pieces.row(pieces.cell(attrs='table:number-columns-repeated="3"'), attrs='table:number-rows-repeated="10"')
        + pieces.row(
            pieces.cell("merged", 'table:number-columns-spanned="2" table:number-rows-spanned="2"'),
            "<table:covered-table-cell/>", attrs='table:visibility="filter"',
        )
        + pieces.row("<table:covered-table-cell table:number-columns-repeated='2'/>", pieces.cell("last"))
    )  # fmt: skip
    grid = _grid(build(rows))
    assert list(grid.rows) == [1, 2, 3, 4, 15, 16]
    assert grid.row(4) == {1: "twice", 2: "twice"}
    assert grid.merges == [Area(15, 1, 16, 2)]
    assert grid.hidden_rows == {15}
    assert grid.cell(16, 3) == "last"


def test_lists_locks_filters_and_names(build: Build, pieces: type[Pieces]) -> None:
    checks = (
        '<table:content-validations><table:content-validation table:name="val1" table:condition='
        '"of:cell-content-is-in-list(&quot;Open&quot;;&quot;Done; or so&quot;)"/><table:content-validation '
        'table:name="val2" table:condition="of:cell-content-is-in-list([$Plan.$A$1:.$B$1])"/>'
        '<table:content-validation table:name="val3" table:condition="of:cell-content-is-in-list(Words)"/>'
        '<table:content-validation table:name="val4" table:condition="of:cell-content()&gt;4"/>'
        "</table:content-validations>"
    )
    names = (
        '<table:named-expressions><table:named-range table:name="Words" table:base-cell-address="$Plan.$A$1" '
        'table:cell-range-address="$Plan.$A$1:.$B$1"/></table:named-expressions><table:database-ranges>'
        '<table:database-range table:name="f" table:target-range-address="Plan.A1:Plan.D2" '
        'table:display-filter-buttons="true"/></table:database-ranges>'
    )
    listed = "".join(pieces.cell(attrs=f'table:content-validation-name="val{n}"') for n in (1, 2, 3, 4))
    free = pieces.cell("mine", 'table:style-name="free"')
    rows = pieces.row(pieces.cell("Red"), pieces.cell("Green")) + pieces.row(listed, free)
    book = open_ods(build(rows, before=checks, after=names, table='table:protected="true" table:protection-key="x"'))
    grid = book.read("Plan")
    assert [grid.allowed(2, col) for col in (1, 2, 3, 4)] == [
        ("Open", "Done; or so"), ("Red", "Green"), ("Red", "Green"), None,
    ]  # fmt: skip
    assert grid.protected
    assert grid.has_password
    assert [grid.locked(1, 1), grid.locked(2, 5)] == [True, False]
    assert grid.autofilter == Area(1, 1, 2, 4)
    assert [(name.name, name.refers_to) for name in book.defined_names] == [("Words", "'Plan'!$A$1:$B$1")]


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"kind": "application/vnd.oasis.opendocument.text"}, "not-a-workbook"),
        ({"head": '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>'}, "dtd"),
        ({"manifest": '<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>'}, "encrypted"),
        ({"body": "<table:content-validations/>"}, "no-sheets"),
        ({"body": '<table:table table:name="a"/><table:table table:name="A"/>'}, "bad-xml"),
        ({"rows": '<table:table-row table:number-rows-repeated="1000000"><table:table-cell '
                  'table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell>'
                  "</table:table-row>"}, "bad-xml"),
        ({"rows": '<table:table-row><table:table-cell><text:p><text:s text:c="999999999"/></text:p></table:table-cell>'
                  "</table:table-row>"}, "bad-xml"),
        ({"rows": '<table:table-row table:number-rows-repeated="-4"><table:table-cell/></table:table-row>'}, "bad-xml"),
        ({"rows": '<table:table-row table:number-rows-repeated="\u0663"></table:table-row>'}, "bad-xml"),
        ({"rows": "<table:table-row><table:table-cell></table:table-row>"}, "bad-xml"),
        ({"rows": "<table:table-row>" + "<table:table-cell/>" * 20_000 + "</table:table-row>"}, "bad-xml"),
        ({"styles": "<style:style/>" * 200_000}, "bad-xml"),
        ({"rows": "<table:table-row><table:table-cell>" + "<text:p>" * 300 + "</text:p>" * 300
                  + "</table:table-cell></table:table-row>"}, "bad-xml"),
    ],
)  # fmt: skip
def test_refusals(how: dict[str, str], reason: str, build: Build) -> None:
    with pytest.raises(WorkbookRefused, match=r"plan\.ods") as refused:
        open_ods(build(**how))
    assert refused.value.reason == reason


def test_a_bomb_is_refused_before_it_is_parsed(build: Build, pieces: type[Pieces]) -> None:
    with pytest.raises(WorkbookRefused) as refused:
        open_ods(build(pieces.row(pieces.cell("x" * 50)) * 120_000))
    assert refused.value.reason == "too-large"
