"""A report as a Word document: the outline in Word's own heading styles, tables with header rows, nothing merged."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from actiontrack.api import Report, Section, Table, day_in_words
from actiontrack_report_docx.tables import HEAD_STYLE, TEXT_STYLE, clean, table_element

if TYPE_CHECKING:
    from docx.document import Document

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The earliest a zip can tell; the document's own dates are the report's."""
_MARGIN = 18.0
"""Millimetres."""
_PAGE = 297.0 - 2 * _MARGIN
_MANY = 4
"""Fewer sentences than so many stay with the list that they introduce."""
_FONT = "Arial"
"""Without serifs, for those who read with difficulty."""


def render(report: Report) -> bytes:
    """The same report gives the same bytes."""
    import docx
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm

    document = docx.Document()
    page = document.sections[0]
    page.orientation = WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = Mm(297), Mm(210)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Mm(_MARGIN)
    _properties(document, report)
    _styles(document)
    _foot(document, report)
    document.add_heading(clean(report.title), level=0)
    document.add_paragraph(clean(report.board))
    document.add_paragraph(clean(f"As at {day_in_words(report.as_at)}. {report.period}"))
    _beginning(document, report)
    for number, section in enumerate(report.sections, start=1):
        _section(document, number, section)
    document.add_paragraph(clean(f"Made from audit entry {report.position}, {report.head}".rstrip(", ") + "."))
    written = BytesIO()
    document.save(written)
    return _without_times(written.getvalue())


def _properties(document: Document, report: Report) -> None:
    from docx.oxml.ns import qn

    day = datetime(report.as_at.year, report.as_at.month, report.as_at.day, tzinfo=UTC)
    told = document.core_properties
    told.title, told.author, told.subject = clean(report.title)[:255], clean(report.board)[:255], ""
    told.comments, told.keywords, told.last_modified_by = "", "", ""
    told.language, told.revision = "en-GB", 1
    told.created = told.modified = day
    language = document.styles.element.xpath("//w:rPrDefault/w:rPr/w:lang")
    for each in language:
        each.set(qn("w:val"), "en-GB")


def _styles(document: Document) -> None:
    """One typeface for all, and two styles for what stands in tables."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml.ns import qn
    from docx.shared import Pt

    for fonts in document.styles.element.xpath(".//w:rFonts"):
        fonts.attrib.clear()
        for letters in ("ascii", "hAnsi", "cs"):
            fonts.set(qn(f"w:{letters}"), _FONT)
    document.styles["Normal"].font.name = _FONT
    document.styles["Normal"].font.size = Pt(10.5)
    for name in (TEXT_STYLE, HEAD_STYLE):
        made = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        made.base_style = document.styles["Normal"]
        made.font.size, made.font.bold = Pt(9), name == HEAD_STYLE
        made.paragraph_format.space_before = made.paragraph_format.space_after = Pt(1)
        made.paragraph_format.line_spacing = 1


def _foot(document: Document, report: Report) -> None:
    """The board, the report and the page's number at the foot of each page."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls
    from docx.shared import Pt

    line = document.sections[0].footer.paragraphs[0]
    line.add_run(clean(f"{report.board}. {report.title}, as at {day_in_words(report.as_at)}. Page "))
    for field, between in (("PAGE", " of "), ("NUMPAGES", "")):
        line._p.append(
            parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr="{field}"><w:r><w:t>1</w:t></w:r></w:fldSimple>')
        )
        line.add_run(between)
    for run in line.runs:
        run.font.size = Pt(8)


def _beginning(document: Document, report: Report) -> None:
    """What needs a decision, in the board pack: that is read first."""
    if not report.key_figures:
        return
    document.add_heading("What needs a decision", level=1)
    for one in report.headlines:
        document.add_paragraph(clean(f"{one.label} {one.ref}".strip() + f": {one.text}"), style="List Number")
    if not report.headlines:
        document.add_paragraph("Nothing needs a decision.")
    _table(document, report.key_figures, level=1)


def _section(document: Document, number: int, section: Section) -> None:
    document.add_heading(clean(f"{number}. {section.title}"), level=1)
    introduces = len(section.says) < _MANY and bool(section.tables)
    for sentence in section.says:
        document.add_paragraph(clean(sentence)).paragraph_format.keep_with_next = introduces
    if section.chart:
        document.add_paragraph(clean(f"{section.chart.title}. {section.chart.alt}"))
        _table(document, section.chart.table)
    for table in section.tables:
        _table(document, table)


def _table(document: Document, table: Table, level: int = 2) -> None:
    if not table.rows:
        said = document.add_paragraph()
        said.add_run(clean(f"{table.caption}: ")).bold = True
        said.add_run(clean(table.empty))
        return
    document.add_heading(clean(table.caption), level=level)
    styles = {name: document.styles[name].style_id for name in (TEXT_STYLE, HEAD_STYLE)}
    after = document.add_paragraph("")
    after._p.addprevious(table_element(table, _PAGE, styles))


def _without_times(content: bytes) -> bytes:
    """The same package with the parts' times of writing left out."""
    made = BytesIO()
    with ZipFile(BytesIO(content)) as old, ZipFile(made, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = ZipInfo(name, _FIRST_DAY)
            part.compress_type, part.create_system = ZIP_DEFLATED, 0
            new.writestr(part, old.read(name))
    return made.getvalue()
