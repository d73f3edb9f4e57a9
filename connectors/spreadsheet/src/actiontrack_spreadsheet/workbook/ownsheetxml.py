"""The XML of a sheet of ours: new, or instead of the one that is there."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise

from .cellxml import TRIGGERS, cell_xml
from .edits import OwnLink, PutSheet, Writable
from .errors import xml_faults
from .heights import LINE, height_of
from .looks import Look
from .ownsheet import OwnPlace, protects
from .refs import MAX_COL, letters, ref
from .sheetxml import SheetXml
from .stylebook import StyleBook
from .workbook import Workbook, as_utf8_part
from .xml import MAIN, MAIN_STRICT, Element, Splices, attribute_text

_OWN, _OTHERS, _WHITE, _LINK = "1F4E79", "595959", "FFFFFF", "0563C1"
"""Fill of the heading of a column to fill in, and of one that is locked; the ink on both; that of a link."""
_TO_FILL_IN = "EDF3FA"
"""Fill of a cell to type in."""
_BESIDE = 16
"""The width of columns beside ours, in characters."""
_ORDER = (
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection",
    "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells",
    "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup",
)  # fmt: skip
"""The elements of a worksheet in the order the format asks for, as far as ours need to be placed among them."""
_FRAME = ("sheetPr", "sheetViews", "sheetFormatPr", "cols", "pageMargins", "pageSetup")
"""What people may have set for themselves; kept."""
_OURS = ("sheetProtection", "dataValidations", "hyperlinks")
"""What is ours alone; taken away where this content has none."""
_GONE = ("autoFilter", "sortState", "mergeCells")
"""What would fall on other rows than it was meant for."""


class OwnSheetXml:
    """The part of a sheet of ours."""

    def __init__(self, workbook: Workbook, edit: PutSheet, styles: StyleBook | None) -> None:
        self._workbook = workbook
        self._edit = edit
        self._styles = styles
        self._prefix = ""
        self._linked = {(edit.header_row + 1 + link.row, link.col) for link in edit.links}

    def new(self) -> bytes:
        """The part of a sheet that is not there yet."""
        inside = "".join(text for _, text in sorted(self._elements().items(), key=lambda each: _ORDER.index(each[0])))
        namespace = MAIN_STRICT if self._workbook.strict else MAIN
        start = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{namespace}">'
        return f"{start}{inside}</worksheet>".encode()

    def instead_of(self, place: OwnPlace) -> bytes:
        """The part of a sheet made before: rows, lists and protection are ours, the rest stays."""
        with xml_faults(self._workbook.path, place.sheet.part):
            sheet = SheetXml(as_utf8_part(self._workbook.package, place.sheet.part))
        self._prefix = sheet.prefix
        ours = self._elements()
        outline = Splices(sheet.outline.data)
        root = sheet.elements[0]
        children = [element for element in sheet.elements if element.parent is root]
        kept = _FRAME if place.header_row == self._edit.header_row else ()
        for child in children:
            text = ours.pop(child.name, None)
            if child.name in _GONE or (text is None and child.name in _OURS):
                outline.replace(child.start, child.end, "")
            elif text is not None and child.name not in kept:
                outline.replace(child.start, child.end, text)
        for name, text in sorted(ours.items(), key=lambda each: _ORDER.index(each[0])):
            at = _place(children, name, root)
            outline.replace(at, at, text)
        return outline.result()

    def _elements(self) -> dict[str, str]:
        """Name -> XML of each element a sheet of ours has."""
        edit, p = self._edit, self._prefix
        last = max((row for row, _ in edit.cells()), default=1)
        wide = max((col for _, col in edit.cells()), default=1)
        top = edit.header_row
        pane = f'ySplit="{top}" topLeftCell="A{top + 1}" activePane="bottomLeft" state="frozen"'
        found = {
            "sheetPr": f'<{p}sheetPr><{p}pageSetUpPr fitToPage="1"/></{p}sheetPr>',
            "dimension": f'<{p}dimension ref="A1:{ref(last, wide)}"/>',
            "sheetViews": f'<{p}sheetViews><{p}sheetView showGridLines="0" workbookViewId="0"><{p}pane {pane}/>'
            f'<{p}selection pane="bottomLeft"/></{p}sheetView></{p}sheetViews>',
            "sheetFormatPr": f'<{p}sheetFormatPr defaultRowHeight="15"/>',
            "cols": self._columns(),
            "sheetData": f"<{p}sheetData>{self._rows()}</{p}sheetData>",
            "pageMargins": f'<{p}pageMargins left="0.4" right="0.4" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>',
            "pageSetup": f'<{p}pageSetup orientation="landscape" fitToHeight="0"/>',
        }
        if protects(self._workbook, edit):
            allowed = ("formatCells", "formatColumns", "formatRows", "sort", "autoFilter")
            written = "".join(attribute_text(name, 0) for name in allowed)  # what is 1 there is forbidden
            found["sheetProtection"] = f'<{p}sheetProtection sheet="1"{written}/>'
        if edit.choices and edit.rows:
            lists = [self._choice(number) for number, choice in enumerate(edit.choices) if choice.rows]
            found["dataValidations"] = f'<{p}dataValidations count="{len(lists)}">{"".join(lists)}</{p}dataValidations>'
        if edit.links:
            found["hyperlinks"] = f"<{p}hyperlinks>{''.join(map(self._link, edit.links))}</{p}hyperlinks>"
        return found

    def _link(self, link: OwnLink) -> str:
        place = attribute_text("ref", ref(self._edit.header_row + 1 + link.row, link.col))
        quoted = link.sheet.replace("'", "''")
        target = attribute_text("location", f"'{quoted}'!{link.cell}")
        return f"<{self._prefix}hyperlink{place}{target}/>"

    def _columns(self) -> str:
        p, columns = self._prefix, self._edit.columns
        written = [
            f'<{p}col min="{col}" max="{col}" width="{column.width}"{self._column_style(open_=column.open)} '
            'customWidth="1"/>'
            for col, column in enumerate(columns, 1)
        ]
        beside = f'{self._column_style(open_=True)} width="{_BESIDE}" customWidth="1"'
        written.append(f'<{p}col min="{len(columns) + 1}" max="{MAX_COL}"{beside}/>')
        return f"<{p}cols>{''.join(written)}</{p}cols>"

    def _column_style(self, *, open_: bool) -> str:
        style = self._look(Look(locked=False)) if open_ else 0
        return f' style="{style}"' if style else ""

    def _rows(self) -> str:
        edit = self._edit
        head = [[self._cell(at, 1, line, Look(bold=at == 1, wrap=False))] for at, line in enumerate(edit.head, 1)]
        headings = [
            self._cell(
                edit.header_row, col, column.heading, Look(bold=True, ink=_WHITE, fill=_OWN if column.open else _OTHERS)
            )
            for col, column in enumerate(edit.columns, 1)
        ]
        rows = [
            [self._body(row, col, value) for col, value in enumerate(self._full(values), 1)]
            for row, values in enumerate(edit.rows, edit.header_row + 1)
        ]
        p = self._prefix
        heights = [*[""] * len(head), *map(self._height, ([column.heading for column in edit.columns], *edit.rows))]
        lines = enumerate(zip(heights, [*head, headings, *rows], strict=True), 1)
        return "".join(f'<{p}row r="{row}"{height}>{"".join(cells)}</{p}row>' for row, (height, cells) in lines)

    def _height(self, values: Sequence[Writable]) -> str:
        """Room for the longest text of a row: not every program works it out when it opens a file."""
        widths = [column.width if column.wrap else math.inf for column in self._edit.columns] + [_BESIDE] * len(values)
        texts = [(value, width) for value, width in zip(values, widths, strict=False) if isinstance(value, str)]
        points = height_of(texts)
        return attribute_text("ht", f"{points:g}") if points > LINE else ""

    def _full(self, values: Sequence[Writable]) -> list[Writable]:
        return [*values, *([None] * (len(self._edit.columns) - len(values)))]

    def _body(self, row: int, col: int, value: Writable) -> str:
        columns = self._edit.columns
        beside = col > len(columns)
        format_id = 0
        if isinstance(value, date) and self._styles:
            format_id = self._styles.date_format(with_time=isinstance(value, datetime))
        look = Look(format_id=format_id, locked=False)
        if not beside:
            column = columns[col - 1]
            look = replace(
                look, lined=True, locked=not column.open, wrap=column.wrap, fill=_TO_FILL_IN if column.open else ""
            )
        if (row, col) in self._linked:
            look = replace(look, ink=_LINK, link=True)
        return self._cell(row, col, value, look)

    def _cell(self, row: int, col: int, value: Writable, look: Look) -> str:
        if isinstance(value, str) and value.startswith(TRIGGERS):
            look = replace(look, quoted=True)
        place, date1904 = ref(row, col), self._workbook.date1904
        return cell_xml(self._prefix, place, self._look(look), value, date1904=date1904)

    def _look(self, look: Look) -> int:
        return self._styles.looking(look) if self._styles else 0

    def _choice(self, number: int) -> str:
        p, choice = self._prefix, self._edit.choices[number]
        words = ",".join(choice.words)
        say = attribute_text("error", f"Choose one of: {', '.join(choice.words)}."[:225])
        areas = " ".join(self._areas(sorted(set(choice.rows)), choice.col))
        start = f'<{p}dataValidation type="list" allowBlank="1" showInputMessage="1" showErrorMessage="1"{say}'
        quoted = words.replace("&", "&amp;").replace("<", "&lt;")
        return f'{start} sqref="{areas}"><{p}formula1>"{quoted}"</{p}formula1></{p}dataValidation>'

    def _areas(self, rows: list[int], col: int) -> Iterator[str]:
        """The runs of rows as references."""
        first, letter = self._edit.header_row + 1, letters(col)
        starts = [rows[0], *(b for a, b in pairwise(rows) if b != a + 1)]
        ends = [*(a for a, b in pairwise(rows) if b != a + 1), rows[-1]]
        for start, end in zip(starts, ends, strict=True):
            yield f"{letter}{first + start}:{letter}{first + end}" if end > start else f"{letter}{first + start}"


def _place(children: list[Element], name: str, root: Element) -> int:
    """Where an element of that name belongs among those that are there."""
    before = _ORDER[: _ORDER.index(name)]
    return max((child.end for child in children if child.name in before), default=root.inner)
