"""A report as a Word document, read again with the library that Word users' scripts read it with."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import Any

import docx

from actiontrack.api import Chart, Column, Report, Section, Table
from actiontrack_report_docx.document import render

ROWS = (("AT-0000-0000-0000", "Mend the forms", 3, 0.125, date(2026, 4, 3)), ("", "=1+1\x0b", None, 0.5, None))
COLUMNS = (
    Column("ref", "Action ID", "code", "–"), Column("action", "Action"), Column("count", "Count", "number", "none"),
    Column("rate", "Share", "rate"), Column("due", "Due", "date", "no date"),
)  # fmt: skip
TABLE = Table("actions", "Actions", COLUMNS, ROWS, "None.")
EMPTY = Table("nothing", "Refusals", COLUMNS, (), "There is none.")


def report(*sections: Section) -> Report:
    return Report(
        name="annual", title="Reviews & answers", board="Exampleshire <SAB>", as_at=date(2026, 3, 31),
        period="The year.",
        position=7, head="abc",
        sections=sections or (Section("one", "First", ("It says so.",), (TABLE, EMPTY)),),
    )  # fmt: skip


def read(made: bytes) -> Any:
    return docx.Document(io.BytesIO(made))


def test_the_outline_is_in_words_own_styles() -> None:
    told = [(each.style.name, each.text) for each in read(render(report())).paragraphs if each.text]
    assert told == [
        ("Title", "Reviews & answers"),
        ("Normal", "Exampleshire <SAB>"),
        ("Normal", "As at 31 March 2026. The year."),
        ("Heading 1", "1. First"),
        ("Normal", "It says so."),
        ("Heading 2", "Actions"),
        ("Normal", "Refusals: There is none."),
        ("Normal", "Made from audit entry 7, abc."),
    ]


def test_a_table_holds_what_its_columns_show_under_a_repeated_header_row() -> None:
    (table,) = read(render(report())).tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["Action ID", "Action", "Count", "Share", "Due"],
        ["AT-0000-0000-0000", "Mend the forms", "3", "13%", "3 April 2026"],
        ["–", "=1+1", "none", "50%", "no date"],
    ]
    marked = [bool(row._tr.xpath("w:trPr/w:tblHeader")) for row in table.rows]
    assert marked == [True, False, False]
    assert not table._tbl.xpath(".//w:gridSpan | .//w:vMerge"), "nothing is merged"
    assert table._tbl.xpath("w:tblPr/w:tblCaption/@w:val") == ["Actions"]


def test_lines_and_tabs_that_were_typed_are_words_own() -> None:
    table = Table("t", "Typed", (Column("a", "A"),), (("one\ntwo\tthree\r\nfour",),), "")
    (made,) = read(render(report(Section("one", "First", (), (table,))))).tables
    assert made.rows[1].cells[0].text == "one\ntwo\tthree\nfour"


def test_no_row_is_cut_by_the_end_of_a_page_but_a_very_long_one() -> None:
    table = Table("t", "Rows", (Column("a", "A"),), (("short",), ("long " * 200,)), "")
    (made,) = read(render(report(Section("one", "First", (), (table,))))).tables
    assert [bool(row._tr.xpath("w:trPr/w:cantSplit")) for row in made.rows] == [True, True, False]


def test_what_stands_in_tables_has_styles_of_its_own() -> None:
    made = read(render(report()))
    (table,) = made.tables
    assert {cell.paragraphs[0].style.name for cell in table.rows[0].cells} == {"Table head"}
    assert {cell.paragraphs[0].style.name for row in table.rows[1:] for cell in row.cells} == {"Table text"}
    assert {made.styles[name].font.name for name in ("Normal", "Title", "Heading 1", "Heading 2")} == {"Arial"}


def test_the_foot_tells_the_board_and_the_page() -> None:
    foot = read(render(report())).sections[0].footer
    assert "Exampleshire <SAB>. Reviews & answers, as at 31 March 2026. Page " in foot.paragraphs[0].text
    assert foot._element.xpath(".//w:fldSimple/@w:instr") == ["PAGE", "NUMPAGES"]


def test_a_chart_is_told_in_words_and_numbers() -> None:
    chart = Chart("trend", "Overdue by month", "It fell from 9 to 3.", "<svg/>", TABLE)
    made = read(render(report(Section("trend", "Trend", (), (), chart))))
    assert "Overdue by month. It fell from 9 to 3." in [each.text for each in made.paragraphs]
    assert len(made.tables) == 1


def test_the_same_report_gives_the_same_bytes_and_its_dates_are_the_reports() -> None:
    made = render(report())
    assert render(report()) == made
    told = read(made).core_properties
    assert (told.title, told.author, told.language) == ("Reviews & answers", "Exampleshire <SAB>", "en-GB")
    assert told.created.date() == told.modified.date() == date(2026, 3, 31)
    with zipfile.ZipFile(io.BytesIO(made)) as package:
        assert {each.date_time[:3] for each in package.infolist()} == {(1980, 1, 1)}
        assert b"python-docx" not in package.read("docProps/core.xml"), "no trace of how it was made"
