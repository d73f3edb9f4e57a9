"""A table of a report as Word has it: a repeated header row, nothing merged, columns as wide as what they hold asks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from actiontrack.api import Column, Table, column_widths, shown

TEXT_STYLE, HEAD_STYLE = "Table text", "Table head"
"""The paragraphs' styles; a board that edits the paper changes them in one place."""
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LETTERS = 3.45
"""Millimetres: how high letters are (9 points), and some more: who opens the paper may have a wider font."""
_TWIPS = 1440 / 25.4
"""In a millimetre."""
_FEW, _LITTLE = 9, 2_000
"""A table of fewer rows than so many, and less text, stays on one page."""
_LONG = 600
"""A cell of more letters may go on on the next page."""
_LOOK = (
    '<w:tblLook w:val="06A0" w:firstRow="1" w:lastRow="0" w:firstColumn="1" w:lastColumn="0"'
    ' w:noHBand="1" w:noVBand="1"/>'
)
"""The first row and the first column are headers, to Word and to those who hear it read."""
_LINE = 'w:val="single" w:sz="4" w:space="0" w:color="B1B4B6"'


def clean(text: str) -> str:
    """Without what XML can't hold."""
    return _UNWRITABLE.sub("", text)


def table_element(table: Table, room: float, styles: dict[str, str]) -> Any:
    """The element of a table that is at most `room` millimetres wide; `styles` are the paragraph styles' ids."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    texts = [[shown(*cell) for cell in zip(row, table.columns, strict=True)] for row in table.rows]
    widths = [round(width * _TWIPS) for width in column_widths(table, texts, room, _LETTERS)]
    together = len(texts) < _FEW and sum(len(text) for row in texts for text in row) < _LITTLE
    rows = [_row([column.title for column in table.columns], table.columns, widths, styles[HEAD_STYLE], head=True)]
    rows += [
        _row(row, table.columns, widths, styles[TEXT_STYLE], next_too=together and number < len(texts))
        for number, row in enumerate(texts, start=1)
    ]
    borders = "".join(f"<w:{side} {_LINE}/>" for side in ("top", "left", "bottom", "right", "insideH", "insideV"))
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return parse_xml(
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f'<w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type="fixed"/>{_LOOK}'
        f"<w:tblCaption w:val={quoteattr(clean(table.caption)[:255])}/></w:tblPr>"
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _row(
    texts: Sequence[str], columns: Sequence[Column], widths: Sequence[int], style: str, *,
    head: bool = False, next_too: bool = False,
) -> str:  # fmt: skip
    """`next_too` keeps it on one page with the row after it; a head always is."""
    whole = "" if any(len(text) > _LONG for text in texts) else "<w:cantSplit/>"
    about = f"<w:trPr>{whole}{'<w:tblHeader/>' if head else ''}</w:trPr>"
    shade = '<w:shd w:val="clear" w:color="auto" w:fill="D9E5F2"/>' if head else ""
    keep = "<w:keepNext/>" if head or next_too else ""
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}</w:tcPr><w:p><w:pPr><w:pStyle w:val="{style}"/>'
        f"{keep}{_side(column)}</w:pPr>{_runs(text)}</w:p></w:tc>"
        for text, column, width in zip(texts, columns, widths, strict=True)
    )
    return f"<w:tr>{about}{cells}</w:tr>"


def _side(column: Column) -> str:
    return '<w:jc w:val="right"/>' if column.kind in ("number", "rate") else ""


def _runs(text: str) -> str:
    """The text, its tabs and line breaks being Word's own."""
    if not text:
        return ""
    written = escape(clean(text.replace("\r\n", "\n").replace("\r", "\n")))
    for sign, tag in (("\t", "<w:tab/>"), ("\n", "<w:br/>")):
        written = written.replace(sign, f'</w:t>{tag}<w:t xml:space="preserve">')
    return f'<w:r><w:t xml:space="preserve">{written}</w:t></w:r>'
