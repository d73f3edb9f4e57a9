"""A value as the XML of a cell; what else the cell holds stays in it."""

from __future__ import annotations

from datetime import date, datetime

from actiontrack_spreadsheet.workbook.edits import Writable
from actiontrack_spreadsheet.workbook.numberformat import shown
from actiontrack_spreadsheet.workbook.styles import Style

from .rowxml import CELLS_ALIKE, STYLE, Run
from .scan import Document
from .tags import head_of, opened, retag, tag
from .text import paragraphs_xml

_VALUE = (
    "office:value-type", "office:value", "office:date-value", "office:time-value", "office:boolean-value",
    "office:string-value", "office:currency", "calcext:value-type", CELLS_ALIKE,
)  # fmt: skip
_TEXT = ("text:p", "text:h", "text:list")


def cell_xml(run: Run | None, value: Writable, document: Document, *, style: str | None, look: Style) -> str:
    """The cell ``run`` is (None: a new one) with another value. ``style``: the name it is to have, None to keep."""
    there = head_of(run.text) if run else tag("table:table-cell", {}, document, empty=True)
    changes: dict[str, str | None] = {**dict.fromkeys(_VALUE), **_attributes(value)}
    if style is not None:
        changes[STYLE] = style
    body = "".join(text for name, text in run.children if name not in _TEXT) if run else ""
    if value is not None and value != "":
        body += paragraphs_xml(_shown(value, look), document.prefixes["text"] + ":")
    head = opened(retag(there, changes, document))
    return f"{head}{body}</{document.name('table:table-cell')}>" if body else f"{head[:-1]}/>"


def _attributes(value: Writable) -> dict[str, str | None]:
    if value is None or value == "":
        return {}
    if isinstance(value, str):
        return _typed("string")
    if isinstance(value, bool):
        return {**_typed("boolean"), "office:boolean-value": "true" if value else "false"}
    if isinstance(value, date):
        return {**_typed("date"), "office:date-value": value.isoformat()}
    return {**_typed("float"), "office:value": repr(value)}


def _typed(kind: str) -> dict[str, str | None]:
    return {"office:value-type": kind, "calcext:value-type": kind}


def _shown(value: Writable, look: Style) -> str:
    """What a program that does not work it out by the style shows."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return shown(value, look.format)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else str(value)
