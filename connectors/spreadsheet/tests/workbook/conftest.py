"""Workbooks made for the tests: small packages written by hand, hostile ones, and a rich one as a manager keeps it."""

from __future__ import annotations

import datetime
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
import xlsxwriter

DATA = Path(__file__).parents[1] / "data"

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
NAMESPACES = f'xmlns="{MAIN}" xmlns:r="{OFFICE}"'
MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml"

STYLES = f"""<?xml version="1.0"?><styleSheet {NAMESPACES}>
<numFmts count="1"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/></numFmts>
<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>
<fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders>
<cellStyleXfs count="1"><xf/></cellStyleXfs>
<cellXfs count="5"><xf/><xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="2" applyNumberFormat="1"/>
<xf><protection locked="0"/></xf><xf numFmtId="20" applyNumberFormat="1"/></cellXfs></styleSheet>"""

Build = Callable[..., Path]


def cell(ref: str, text: str) -> str:
    """An inline text cell."""
    return f'<c r="{ref}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def row(number: int, *cells: str, attrs: str = "") -> str:
    """A row of written cells."""
    return f'<row r="{number}"{attrs}>{"".join(cells)}</row>'


HEADINGS = row(1, cell("A1", "Ref"), cell("B1", "Action"), cell("C1", "Due"), cell("D1", "Status"))
FIRST = row(2, cell("A2", "1"), cell("B2", "Do it"), '<c r="C2" s="1"><v>46023</v></c>', cell("D2", "Open"))


@pytest.fixture
def samples() -> type[Samples]:
    """Pieces of XML to build sheets of."""
    return Samples


class Samples:
    """Pieces of XML, where tests can reach them without importing this file."""

    headings = HEADINGS
    first = FIRST
    namespaces = NAMESPACES
    cell = staticmethod(cell)
    row = staticmethod(row)


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Write a one-sheet package by hand: ``build(rows, tail=..., strings=..., extra={part: text})``."""

    def make(
        rows: str = HEADINGS + FIRST,
        *,
        name: str = "plan.xlsx",
        head: str = "",
        tail: str = "",
        sheet: str | Iterable[bytes] | None = None,
        strings: str = f"<sst {NAMESPACES}/>",
        book: str = "<workbookPr/>",
        names: str = "",
        extra: dict[str, str] | None = None,
        relations: str = "",
        types: str = "",
        styles: str = STYLES,
    ) -> Path:
        path = tmp_path / name
        whole = sheet or f"<worksheet {NAMESPACES}>{head}<sheetData>{rows}</sheetData>{tail}</worksheet>"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", _content_types(types))
            archive.writestr("_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")]))
            parts = [("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml"), ("sharedStrings", "strings.xml")]
            archive.writestr("xl/_rels/workbook.xml.rels", _relations(parts, relations))
            tab = '<sheet name="Plan" sheetId="1" r:id="rId1"/>'
            archive.writestr(
                "xl/workbook.xml", f"<workbook {NAMESPACES}>{book}<sheets>{tab}</sheets>{names}</workbook>"
            )
            archive.writestr("xl/styles.xml", styles)
            archive.writestr("xl/strings.xml", strings)
            with archive.open("xl/worksheets/sheet1.xml", "w") as part:
                for piece in [whole.encode()] if isinstance(whole, str) else whole:
                    part.write(piece)
            for part_name, text in (extra or {}).items():
                archive.writestr(part_name, text)
        return path

    return make


def _content_types(more: str) -> str:
    overrides = {
        "workbook": "sheet.main",
        "worksheets/sheet1": "worksheet",
        "styles": "styles",
        "strings": "sharedStrings",
    }
    written = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{MEDIA}.{kind}+xml"/>' for part, kind in overrides.items()
    )
    rels = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    xml = '<Default Extension="xml" ContentType="application/xml"/>'
    return f'<Types xmlns="{PACKAGE}/content-types">{rels}{xml}{written}{more}</Types>'


def _relations(parts: list[tuple[str, str]], more: str = "") -> str:
    written = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(parts, 1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{written}{more}</Relationships>'


@pytest.fixture
def zip_bomb(build: Build) -> Path:
    """400 MB of rows in a file of a few hundred kilobytes."""
    block = ("<row><c t='inlineStr'><is><t>" + "A" * 1000 + "</t></is></c></row>").encode() * 1000
    start, end = f"<worksheet {NAMESPACES}><sheetData>".encode(), b"</sheetData></worksheet>"
    return build(sheet=[start, *[block] * 400, end])


@pytest.fixture
def styled_blank_rows(build: Build) -> Path:
    """A heading and 200,000 rows with nothing but styles."""
    cells = "".join(f'<c r="{letter}%d" s="1"/>' for letter in "ABCDE")
    pattern = f'<row r="%d" s="1" customFormat="1">{cells}</row>'
    blank = ((pattern % ((number,) * 6)).encode() for number in range(2, 200_001))
    start, end = f"<worksheet {NAMESPACES}><sheetData>{HEADINGS}".encode(), b"</sheetData></worksheet>"
    return build(sheet=[start, *blank, end])


@pytest.fixture
def lying_size(build: Build) -> Path:
    """A part that inflates to more than its headers say."""
    path = build()
    data = bytearray(path.read_bytes())
    size = struct.pack("<L", len(STYLES.encode()))
    data = data.replace(size, struct.pack("<L", 10))
    path.write_bytes(bytes(data))
    return path


def _picture() -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    pixels = b"".join(b"\0" + b"\xff\0\0" * 8 for _ in range(8))
    header = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")


@pytest.fixture
def rich(tmp_path: Path) -> Path:
    """A manager's workbook: names, formats, validations, a picture, a chart, sparklines, comments, rich text.

    Sheet 'Action plan': title merged in row 1, headings in row 4, 12 actions below; a table on 'Tracker'.
    """
    path = tmp_path / "rich.xlsx"
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "dd/mm/yyyy"})
    book.set_custom_property("Owner", "Head of Safeguarding")
    plan, lists, tracker = book.add_worksheet("Action plan"), book.add_worksheet("Lists"), book.add_worksheet("Tracker")
    for index, word in enumerate(["Open", "In progress", "Complete", "Overdue"]):
        lists.write(index, 0, word)
    lists.hide()
    book.define_name("StatusList", "=Lists!$A$1:$A$4")
    _write_plan(book, plan)
    _write_tracker(tracker)
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "='Action plan'!$G$5:$G$16"})
    lists.insert_chart("D2", chart)
    book.close()
    return path


def _write_plan(book: xlsxwriter.Workbook, plan: xlsxwriter.worksheet.Worksheet) -> None:
    bold = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
    wrap, red = book.add_format({"text_wrap": True}), book.add_format({"font_color": "red"})
    plan.merge_range("A1:H1", "St Example School - safeguarding action plan", bold)
    headings = ["Ref", "Recommendation", "Action", "Owner", "Due", "Status", "% done", "Notes", "RAG", "Link"]
    for col, heading in enumerate(headings):
        plan.write(3, col, heading, bold)
    for index in range(12):
        at = 4 + index
        plan.write(at, 0, f"R{index // 3 + 1}.{index % 3 + 1}")
        plan.write(at, 1, f"Recommendation text {index // 3 + 1}", wrap)
        plan.write(at, 2, f"Action {index:02d} text")
        plan.write(at, 3, ["J Smith", "A Patel", "M O'Neil"][index % 3])
        plan.write_datetime(at, 4, datetime.datetime(2026, 1, 1) + datetime.timedelta(days=index * 7))
        plan.write(at, 5, ["Open", "In progress", "Complete"][index % 3])
        plan.write_number(at, 6, index / 10)
        plan.write(at, 7, f"note {index}")
        plan.write_formula(at, 8, f'=IF(E{at + 1}<DATE(2026,2,15),"Red","Green")', None, "Red")
        plan.write_url(at, 9, f"https://example.org/evidence/{index}", None, f"evidence {index}")
    plan.write_rich_string(6, 7, "Please ", red, "urgent", " note")
    plan.write_comment(4, 2, "seen")
    plan.data_validation("F5:F16", {"validate": "list", "source": "=StatusList"})
    plan.data_validation("D5:D16", {"validate": "list", "source": ["J Smith", "A Patel", "M O'Neil"]})
    plan.conditional_format("F5:F16", {"type": "cell", "criteria": "==", "value": '"Overdue"', "format": red})
    plan.conditional_format("G5:G16", {"type": "data_bar", "data_bar_2010": True})
    plan.autofilter("A4:J16")
    plan.print_area("A1:J16")
    plan.freeze_panes(4, 2)
    plan.add_sparkline("M5", {"range": "'Action plan'!G5:G16"})
    plan.insert_image("N2", "x.png", {"image_data": io.BytesIO(_picture())})
    plan.insert_textbox("N8", "Text box")


def _write_tracker(tracker: xlsxwriter.worksheet.Worksheet) -> None:
    columns = [{"header": name} for name in ("Ref", "Action", "Status")]
    rows = [[f"A{number}", f"Do {number}", "Open"] for number in range(1, 4)]
    tracker.add_table("B3:D6", {"data": rows, "columns": columns, "name": "Tracker"})
