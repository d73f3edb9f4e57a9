"""A plan's rows in the hands of a person: read and saved by other programs than ours, as xlsx, ods or csv."""

from __future__ import annotations

import csv
import datetime
import functools
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

Row = dict[str, Any]
KEY = "Action ID"

_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_TABLE, _OFFICE, _TEXT = (f"{{{_ODF}{name}:1.0}}" for name in ("table", "office", "text"))


def read(path: Path) -> list[Row]:
    """Every row below the headings, by heading; blanks left out, days as ISO text."""
    return [dict(row) for row in _read(path.suffix, path.read_bytes())]


@functools.lru_cache(maxsize=256)
def _read(suffix: str, data: bytes) -> list[Row]:
    grid = _READERS[suffix](data)
    header = _header(grid)
    named = {at: str(heading) for at, heading in enumerate(grid[header]) if heading not in (None, "")}
    rows = [
        {named[at]: plain for at, value in enumerate(line) if at in named and (plain := _plain(value)) != ""}
        for line in grid[header + 1 :]
    ]
    return [row for row in rows if row.get("Action")]


def edit(path: Path, change: Callable[[list[Row]], list[Row]]) -> None:
    """Let a person change the rows, and save."""
    _WRITERS[path.suffix](path, change(read(path)))


def _header(grid: list[list[Any]]) -> int:
    return next(at for at, line in enumerate(grid) if "Action" in line)


def _plain(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _day(value: Any) -> Any:
    """ISO text as the day it is."""
    try:
        return datetime.date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else value
    except ValueError:
        return value


# --- xlsx -----------------------------------------------------------------------------------------------------------


def _sheet(book: Any) -> Any:
    return book["Action plan"] if "Action plan" in book.sheetnames else book.worksheets[0]


def _read_xlsx(data: bytes) -> list[list[Any]]:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(data))
    return [[cell.value for cell in line] for line in _sheet(book).iter_rows()]


def _write_xlsx(path: Path, rows: list[Row]) -> None:
    import openpyxl

    book = openpyxl.load_workbook(path)
    sheet = _sheet(book)
    header = _header([[cell.value for cell in line] for line in sheet.iter_rows()]) + 1
    columns = {cell.value: cell.column for cell in sheet[header] if cell.value}
    for at in range(header + 1, max(sheet.max_row, header + len(rows)) + 1):
        row = rows[at - header - 1] if at - header <= len(rows) else {}
        for heading, column in columns.items():
            if (old := sheet.cell(at, column).value) is not None or heading in row:
                new = _day(row.get(heading))
                if _plain(old) != _plain(new):
                    sheet.cell(at, column).value = new
    book.save(path)


# --- csv ------------------------------------------------------------------------------------------------------------


def _read_csv(data: bytes) -> list[list[Any]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def _write_csv(path: Path, rows: list[Row]) -> None:
    grid = _read_csv(path.read_bytes())
    header = _header(grid)
    lines = grid[: header + 1] + [[str(row.get(heading, "")) for heading in grid[header]] for row in rows]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)


# --- ods ------------------------------------------------------------------------------------------------------------


def _read_ods(data: bytes) -> list[list[Any]]:
    root = ElementTree.fromstring(zipfile.ZipFile(io.BytesIO(data)).read("content.xml"))
    lines = root.iter(f"{_TABLE}table-row")
    return [_cells(line) for line in lines if f"{_TABLE}number-rows-repeated" not in line.attrib]


def _cells(line: ElementTree.Element) -> list[Any]:
    cells: list[Any] = []
    for cell in line:
        said = cell.get(f"{_OFFICE}date-value") or "\n".join("".join(p.itertext()) for p in cell.iter(f"{_TEXT}p"))
        repeated = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
        cells += [said] * (repeated if said else min(repeated, 50))
    return cells


def _write_ods(path: Path, rows: list[Row]) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {info: archive.read(info) for info in archive.infolist()}
    content = next(info for info in parts if info.filename == "content.xml")
    for prefix, uri in _spaces(parts[content]):
        ElementTree.register_namespace(prefix, uri)
    root = ElementTree.fromstring(parts[content])
    table = next(root.iter(f"{_TABLE}table"))
    lines = [line for line in table if line.tag == f"{_TABLE}table-row"]
    grid = [_cells(line) for line in lines if f"{_TABLE}number-rows-repeated" not in line.attrib]
    header = _header(grid)
    at = list(table).index(lines[header]) + 1
    for line in lines[header + 1 : len(grid)]:
        table.remove(line)
    for row in reversed(rows):
        table.insert(at, _line([row.get(heading, "") for heading in grid[header] if heading]))
    parts[content] = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, data in parts.items():
            archive.writestr(info, data, info.compress_type)


def _spaces(data: bytes) -> list[tuple[str, str]]:
    return [node for _, node in ElementTree.iterparse(io.BytesIO(data), events=["start-ns"])]


def _line(values: list[Any]) -> ElementTree.Element:
    line = ElementTree.Element(f"{_TABLE}table-row")
    for value in values:
        cell = ElementTree.SubElement(line, f"{_TABLE}table-cell")
        if isinstance(_day(value), datetime.date):
            cell.set(f"{_OFFICE}value-type", "date")
            cell.set(f"{_OFFICE}date-value", str(value))
            cell.set(f"{_TABLE}style-name", "day")
        elif value != "":
            cell.set(f"{_OFFICE}value-type", "string")
        if value != "":
            ElementTree.SubElement(cell, f"{_TEXT}p").text = str(value)
    return line


def make_ods(path: Path, headings: tuple[str, ...], rows: list[Row]) -> None:
    """A plan as an OpenDocument workbook of one sheet."""
    spaces = " ".join(
        f'xmlns:{name}="{_ODF}{uri}:1.0"'
        for name, uri in (("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"),
                          ("number", "datastyle"), ("manifest", "manifest"))
    )  # fmt: skip
    styles = (
        '<number:date-style style:name="N1"><number:day number:style="long"/><number:text>/</number:text>'
        '<number:month number:style="long"/><number:text>/</number:text><number:year number:style="long"/>'
        '</number:date-style><style:style style:name="day" style:family="table-cell" style:data-style-name="N1"/>'
    )
    tail = '<table:table-row table:number-rows-repeated="1000"><table:table-cell/></table:table-row>'
    content = (
        f'<office:document-content {spaces} office:version="1.2"><office:automatic-styles>{styles}'
        '</office:automatic-styles><office:body><office:spreadsheet><table:table table:name="Action plan">'
        '<table:table-column table:number-columns-repeated="100"/><table:table-row>'
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{heading}</text:p></table:table-cell>'
            for heading in headings
        )
        + f"</table:table-row>{tail}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="{media}"/>'
        for name, media in (("/", kind), ("content.xml", "text/xml"), ("meta.xml", "text/xml"))
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", kind, zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr(
            "meta.xml",
            f'<office:document-meta {spaces} xmlns:meta="{_ODF}meta:1.0" office:version="1.2"><office:meta>'
            "<meta:generator>LibreOffice/7.4</meta:generator></office:meta></office:document-meta>",
        )
        archive.writestr(
            "META-INF/manifest.xml", f'<manifest:manifest {spaces} manifest:version="1.2">{entries}</manifest:manifest>'
        )
    _write_ods(path, rows)


def make_csv(path: Path, headings: tuple[str, ...], rows: list[Row]) -> None:
    """A plan as a CSV file."""
    path.write_text(",".join(headings) + "\r\n", encoding="utf-8", newline="")
    _write_csv(path, rows)


_READERS = {".xlsx": _read_xlsx, ".csv": _read_csv, ".ods": _read_ods}
_WRITERS = {".xlsx": _write_xlsx, ".csv": _write_csv, ".ods": _write_ods}
