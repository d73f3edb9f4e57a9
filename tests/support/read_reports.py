"""What a report's file holds, read again in the way of those who use that format: its tables, by their captions.

Each reader gives {caption: rows}, a row being the cells' texts with runs of blanks as one, without the head. Those of
workbooks and JSON hold values, which are told here as a person would read them, in a second way.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from datetime import date, datetime
from html.parser import HTMLParser
from typing import Any

from actiontrack.domain.report import Cell, Column, Report

Rows = list[list[str]]
Told = dict[str, Rows]


def tables_told(report: Report) -> Told:
    """What every format must hold."""
    return {
        squeezed(table.caption): [
            [squeezed(as_shown(value, column)) for value, column in zip(row, table.columns, strict=True)]
            for row in table.rows
        ]
        for table in report.tables()
        if table.rows
    }


def as_shown(value: Cell, column: Column) -> str:
    """A value as a person reads it."""
    if value is None or value == "":
        return column.missing
    if isinstance(value, date):
        return f"{value.day} {value:%B} {value.year}"
    if column.kind == "rate" and not isinstance(value, str):
        return f"{int(value * 100 + 0.5)}%"
    return str(value)


def squeezed(text: str) -> str:
    """Without what a page can't tell apart: how wide a blank is, and where a line ends."""
    return " ".join(text.split())


# --- HTML -----------------------------------------------------------------------------------------------------------


class _Page(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: Told = {}
        self._caption = self._text = ""
        self._row: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("caption", "td", "th"):
            self._text = ""
        elif tag == "tr":
            self._row = []
        elif tag == "span" and ("class", "count") in attrs:
            self._caption, self._text = self._text, ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "caption":
            self._caption = squeezed(self._caption or self._text)
            self.tables[self._caption] = []
        elif tag in ("td", "th"):
            self._row.append(squeezed(self._text))
        elif tag == "tr":
            self.tables[self._caption].append(self._row)
        elif tag == "table":
            self._caption = ""


def read_html(content: bytes, report: Report) -> Told:
    return {caption: rows[1:] for caption, rows in _Page(content.decode()).tables.items()}


# --- JSON and XLSX --------------------------------------------------------------------------------------------------


def read_json(content: bytes, report: Report) -> Told:
    told = json.loads(content)
    found = [told["key_figures"]] if "key_figures" in told else []
    for section in told["sections"]:
        found += section["tables"]
        if section["chart"]:
            found.append(section["chart"]["table"])
    columns = {table.key: table.columns for table in report.tables()}
    read = {}
    for table in found:
        if table["rows"]:
            assert len({*table["columns"]}) == len(columns[table["key"]]), "a column for each key"
            read[squeezed(table["caption"])] = [_from_json(row, columns[table["key"]]) for row in table["rows"]]
    return read


def _from_json(row: dict[str, Any], columns: tuple[Column, ...]) -> list[str]:
    values = [
        date.fromisoformat(row[column.key]) if column.kind == "date" and row[column.key] else row[column.key]
        for column in columns
    ]
    return [squeezed(as_shown(value, column)) for value, column in zip(values, columns, strict=True)]


def read_xlsx(content: bytes, report: Report) -> Told:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(content))
    sheets = iter(book.worksheets)
    if not report.key_figures:
        next(sheets)
    return {
        squeezed(table.caption): [
            [_from_cell(cell, column) for cell, column in zip(sheet[place + 2], table.columns, strict=False)]
            for place in range(len(table.rows))
        ]
        for table, sheet in zip((table for table in report.tables() if table.rows), sheets, strict=True)
    }


def _from_cell(cell: Any, column: Column) -> str:
    assert cell.data_type != "f", "nothing is computed"
    if isinstance(cell.value, datetime):
        assert cell.is_date
        return as_shown(cell.value.date(), column)
    return squeezed(as_shown(cell.value, Column(column.key, column.title, column.kind)))


# --- DOCX -----------------------------------------------------------------------------------------------------------


def read_docx(content: bytes, report: Report) -> Told:
    import docx

    body = docx.Document(io.BytesIO(content)).element.body
    heading, read = "", {}
    for element in body:
        kind = element.tag.rpartition("}")[2]
        if kind == "p" and element.xpath("w:pPr/w:pStyle/@w:val")[:1] in (["Heading1"], ["Heading2"]):
            heading = squeezed(_written(element))
        elif kind == "tbl":
            read[heading] = [
                [squeezed(_written(cell)) for cell in row.xpath("w:tc")] for row in element.xpath("w:tr")[1:]
            ]
    return read


def _written(element: Any) -> str:
    signs = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
    runs = element.xpath(".//w:t | .//w:tab | .//w:br | .//w:cr | .//w:noBreakHyphen")
    return "".join(each.text or "" if (tag := each.tag.rpartition("}")[2]) == "t" else signs[tag] for each in runs)


# --- PDF ------------------------------------------------------------------------------------------------------------


def read_pdf(content: bytes, report: Report) -> Told:
    from read_pdf import tables_of

    read = {}
    for caption, rows in tables_of(content):
        read[re.sub(r" \(\d+\)$", "", caption) if squeezed(caption) not in captions_of(report) else caption] = rows
    return read


def captions_of(report: Report) -> set[str]:
    return {squeezed(table.caption) for table in report.tables()}


READERS: dict[str, Callable[[bytes, Report], Told]] = {
    "html": read_html, "json": read_json, "xlsx": read_xlsx, "docx": read_docx, "pdf": read_pdf,
}  # fmt: skip
