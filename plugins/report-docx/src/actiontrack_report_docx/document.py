"""A report as a Word document: the outline in Word's own heading styles, tables with header rows, nothing merged."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from actiontrack.api import Report, Section, Table, day_in_words, shown

if TYPE_CHECKING:
    from docx.document import Document

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The earliest a zip can tell; the document's own dates are the report's."""
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NARROW = 8.5
"""Points of text in tables of many columns."""
_MANY = 6
_SHARES = {"text": 6, "code": 7, "number": 4, "rate": 4, "date": 6}
_LONG_TEXTS = frozenset(
    {"action", "recommendation", "what", "meaning", "commentary", "reasons", "reason", "monitoring", "about", "asked"}
)
_LONG_SHARE = 14
"""What a column takes of the page's width, beside the others."""
_MARGIN = 1.8
"""Centimetres."""


def render(report: Report) -> bytes:
    """The same report gives the same bytes."""
    import docx
    from docx.enum.section import WD_ORIENT
    from docx.shared import Cm

    document = docx.Document()
    page = document.sections[0]
    page.orientation = WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = Cm(29.7), Cm(21.0)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Cm(_MARGIN)
    _properties(document, report)
    document.add_heading(_clean(report.title), level=0)
    document.add_paragraph(_clean(report.board))
    document.add_paragraph(_clean(f"As at {day_in_words(report.as_at)}. {report.period}"))
    _beginning(document, report)
    for number, section in enumerate(report.sections, start=1):
        _section(document, number, section)
    if report.key_figures:
        document.add_heading("What each figure counts", level=1)
        _table(document, report.key_figures)
    document.add_paragraph(_clean(f"Made from audit entry {report.position}, {report.head}".rstrip(", ") + "."))
    written = BytesIO()
    document.save(written)
    return _without_times(written.getvalue())


def _properties(document: Document, report: Report) -> None:
    day = datetime(report.as_at.year, report.as_at.month, report.as_at.day, tzinfo=UTC)
    told = document.core_properties
    told.title, told.author, told.subject = _clean(report.title)[:255], _clean(report.board)[:255], ""
    told.comments, told.keywords, told.last_modified_by = "", "", ""
    told.language, told.revision = "en-GB", 1
    told.created = told.modified = day
    language = document.styles.element.xpath("//w:rPrDefault/w:rPr/w:lang")
    for each in language:
        each.set(_named(each, "val"), "en-GB")


def _beginning(document: Document, report: Report) -> None:
    """What needs a decision, in the board pack: that is read first."""
    if not report.key_figures:
        return
    document.add_heading("What needs a decision", level=1)
    for one in report.headlines:
        document.add_paragraph(_clean(f"{one.label} {one.ref}".strip() + f": {one.text}"), style="List Number")
    if not report.headlines:
        document.add_paragraph("Nothing needs a decision.")


def _section(document: Document, number: int, section: Section) -> None:
    document.add_heading(_clean(f"{number}. {section.title}"), level=1)
    for sentence in section.says:
        document.add_paragraph(_clean(sentence))
    if section.chart:
        document.add_paragraph(_clean(f"{section.chart.title}. {section.chart.alt}"))
        _table(document, section.chart.table)
    for table in section.tables:
        _table(document, table)


def _table(document: Document, table: Table) -> None:
    from docx.shared import Cm, Pt

    if not table.rows:
        document.add_paragraph(_clean(f"{table.caption}: {table.empty}"))
        return
    document.add_heading(_clean(table.caption), level=2)
    made = document.add_table(rows=1, cols=len(table.columns), style="Table Grid")
    _mark(made, table.caption)
    made.autofit = False
    shares = [_LONG_SHARE if column.key in _LONG_TEXTS else _SHARES[column.kind] for column in table.columns]
    widths = [Cm((29.7 - 2 * _MARGIN) * share / sum(shares)) for share in shares]
    for place, width in enumerate(widths):
        made.columns[place].width = width
    cells = made.rows[0].cells
    for cell, column in zip(cells, table.columns, strict=True):
        cell.text = ""
        cell.paragraphs[0].add_run(_clean(column.title)).bold = True
    for row in table.rows:
        cells = made.add_row().cells
        for cell, value, column in zip(cells, row, table.columns, strict=True):
            cell.text = _clean(shown(value, column))
    cells = made._cells
    for place, cell in enumerate(cells):
        cell.width = widths[place % len(widths)]
        for run in cell.paragraphs[0].runs if len(widths) > _MANY else ():
            run.font.size = Pt(_NARROW)
    document.add_paragraph("")


def _mark(made: Any, caption: str) -> None:
    """The first row is repeated on each page; it and the first column are told as headers, and the caption is told."""
    from docx.oxml import OxmlElement

    head = made.rows[0]._tr.get_or_add_trPr()
    repeat = OxmlElement("w:tblHeader")
    head.append(repeat)
    about = made._tbl.tblPr
    for look in about.xpath("w:tblLook"):
        look.set(_named(look, "firstRow"), "1")
        look.set(_named(look, "firstColumn"), "1")
    told = OxmlElement("w:tblCaption")
    told.set(_named(told, "val"), _clean(caption)[:255])
    about.append(told)


def _named(element: Any, name: str) -> str:
    return f"{{{element.nsmap['w']}}}{name}"


def _clean(text: str) -> str:
    """Without what XML can't hold."""
    return _UNWRITABLE.sub("", text)


def _without_times(content: bytes) -> bytes:
    """The same package with the parts' times of writing left out."""
    made = BytesIO()
    with ZipFile(BytesIO(content)) as old, ZipFile(made, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = ZipInfo(name, _FIRST_DAY)
            part.compress_type, part.create_system = ZIP_DEFLATED, 0
            new.writestr(part, old.read(name))
    return made.getvalue()
