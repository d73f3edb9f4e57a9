"""From edits to the parts that change, all in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial, reduce

from actiontrack_spreadsheet.workbook.edits import (
    AddColumn,
    AppendRow,
    DefineName,
    Edit,
    SetCell,
    SetCustomProperty,
    Writable,
)
from actiontrack_spreadsheet.workbook.errors import xml_faults
from actiontrack_spreadsheet.workbook.growth import Grow, grow_down, grow_right
from actiontrack_spreadsheet.workbook.plan import Cell, Plan, same_value
from actiontrack_spreadsheet.workbook.refs import MAX_COL
from actiontrack_spreadsheet.workbook.workbook import as_utf8_part
from actiontrack_spreadsheet.workbook.xml import Splices, UnknownNamespaceError, XmlError

from .cellxml import cell_xml
from .meta import meta_parts
from .outline import Outline
from .places import RowPlace, RowPlaces
from .rowxml import Put, RowXml, Run, rows_alike
from .scan import Document, Node, scan
from .stylebook import OdsStyleBook
from .text import settled
from .workbook import CONTENT, OdsWorkbook

_SheetEdit = SetCell | AppendRow | AddColumn


def make_plan(workbook: OdsWorkbook, edits: Sequence[Edit]) -> Plan:
    """Work out all changed parts. The edits have passed the check. Raises WorkbookRefused."""
    plan = Plan()
    by_sheet: dict[str, list[_SheetEdit]] = {}
    for edit in edits:
        if isinstance(edit, SetCell | AppendRow | AddColumn):
            by_sheet.setdefault(workbook.sheet(edit.sheet).name, []).append(edit)
    with xml_faults(workbook.path, CONTENT):
        _content(workbook, by_sheet, [edit for edit in edits if isinstance(edit, DefineName)], plan)
    properties = {edit.name: edit.value for edit in edits if isinstance(edit, SetCustomProperty)}
    plan.parts.update(meta_parts(workbook, properties, calculates=bool(plan.cells) and workbook.has_formulas))
    return plan


def _content(
    workbook: OdsWorkbook, by_sheet: Mapping[str, list[_SheetEdit]], names: Sequence[DefineName], plan: Plan
) -> None:
    places: dict[str, RowPlaces] = {}

    def rows_of(table: Node) -> RowPlaces | None:
        name = table.attrs.get("table:name", "")
        if name in by_sheet:
            places[name] = RowPlaces(table)
        return places.get(name)

    document = scan(as_utf8_part(workbook.package, CONTENT), rows_of)
    if not document.declares_once:
        raise UnknownNamespaceError("it declares namespaces anew inside")
    splices = Splices(document.data)
    styles = OdsStyleBook(document, workbook.styles)
    outline = Outline(document, splices)
    for name, own in by_sheet.items():
        _SheetPlan(workbook, document, places[name], own, styles).make(plan, splices, outline)
    outline.define({edit.name: edit.refers_to for edit in names})
    styles.finish(splices)
    if splices:
        plan.parts[CONTENT] = splices.result()


@dataclass(slots=True)
class _RowEdit:
    values: dict[int, Writable] = field(default_factory=dict)
    model: int = 0
    """The row a new one is styled like; 0 for a row that is not new."""


class _SheetPlan:
    """The edits of one sheet."""

    def __init__(
        self,
        workbook: OdsWorkbook,
        document: Document,
        places: RowPlaces,
        edits: Sequence[_SheetEdit],
        styles: OdsStyleBook,
    ) -> None:
        self._styles_there = workbook.styles
        self._document = document
        self._places = places
        self._name = places.table.attrs.get("table:name", "")
        self._grid = workbook.read(self._name)
        self._sets = [edit for edit in edits if isinstance(edit, SetCell)]
        self._appended = [edit for edit in edits if isinstance(edit, AppendRow)]
        self._added = [edit for edit in edits if isinstance(edit, AddColumn)]
        self._styles = styles

    def make(self, plan: Plan, splices: Splices, outline: Outline) -> None:
        """Splice the rows, and let what surrounds them grow."""
        cells = self._cells()
        if not cells and not self._appended:
            return
        rows: dict[int, _RowEdit] = {edit.row: _RowEdit(model=edit.style_from_row) for edit in self._appended}
        for (row, col), value in cells.items():
            rows.setdefault(row, _RowEdit()).values[col] = value
        self._splice(splices, rows)
        down = grow_down({edit.row for edit in self._appended})
        right = [grow_right(edit) for edit in sorted(self._added, key=lambda edit: edit.col)]
        outline.grow(self._places.table, down, _chain([down, *right]))
        outline.widen(self._places.table, {edit.col: edit.width for edit in self._added})
        plan.cells[self._name] = cells

    def _cells(self) -> dict[Cell, Writable]:
        """The cells whose value really changes."""
        wanted: dict[Cell, Writable] = {(edit.row, edit.col): edit.value for edit in self._sets}
        wanted.update({(e.header_row, e.col): e.heading for e in self._added})
        wanted.update({(e.row, col): value for e in self._appended for col, value in e.values.items()})
        plain = {cell: settled(value) if isinstance(value, str) else value for cell, value in wanted.items()}
        return {cell: value for cell, value in plain.items() if not same_value(self._grid.cell(*cell), value)}

    def _splice(self, splices: Splices, rows: Mapping[int, _RowEdit]) -> None:
        """Replace each element that stands for a row to change by one for each part of it."""
        places: dict[RowPlace, list[int]] = {}
        beyond: list[int] = []
        for row in sorted(rows):
            place = self._places.find(row)
            if place:
                places.setdefault(place, []).append(row)
            else:
                beyond.append(row)
        for place, within in places.items():
            text = self._text(place)
            one = rows_alike(text, 1, self._document, first=False)
            pieces, at = "", place.first
            for row in within:
                pieces += self._alike(text, row - at, first=at == place.first)
                pieces += self._row(rows_alike(text, 1, self._document) if row == place.first else one, row, rows[row])
                at = row + 1
            pieces += self._alike(text, place.last + 1 - at, first=at == place.first)
            splices.replace(place.start, place.end, pieces)
        if beyond:
            self._splice_beyond(splices, rows, beyond)

    def _splice_beyond(self, splices: Splices, rows: Mapping[int, _RowEdit], beyond: Sequence[int]) -> None:
        cell, name = f"<{self._document.name('table:table-cell')}/>", self._document.name("table:table-row")
        blank = f"<{name}>{cell}</{name}>"
        pieces, at = "", self._places.next_row
        for row in beyond:
            pieces += self._alike(blank, row - at, first=True) + self._row(f"<{name}/>", row, rows[row])
            at = row + 1
        where = self._places.after_last()
        if self._places.table.empty:
            raise XmlError("a sheet without any rows")
        splices.replace(where, where, pieces)

    def _alike(self, text: str, count: int, *, first: bool) -> str:
        return rows_alike(text, count, self._document, first=first) if count else ""

    def _text(self, place: RowPlace) -> str:
        return self._document.data[place.start : place.end].decode()

    def _row(self, text: str, row: int, edit: _RowEdit) -> str:
        """One row with its new values."""
        there = RowXml(text, self._document)
        model = self._places.find(edit.model) if edit.model else None
        if model is not None:
            there = RowXml(there.like(RowXml(self._text(model), self._document)), self._document)
        puts: dict[int, Put] = {
            col: partial(self._cell, there, row, col, value) for col, value in edit.values.items() if col <= MAX_COL
        }
        return there.put(puts)

    def _cell(self, there: RowXml, row: int, col: int, value: Writable, run: Run | None) -> str:
        named = there.style(col)
        wanted = None
        if named is None and any((e.header_row, e.col) == (row, col) for e in self._added):
            wanted = named = there.style(col - 1)
        if named is None:
            named = self._styles_there.names[self._grid.column_style(col)]
        if isinstance(value, date):
            like = self._grid.date_style(col)
            like_name = self._styles_there.names[like] if like is not None and like >= 0 else None
            wanted = self._styles.for_date(named, like_name, value) or wanted
        elif isinstance(value, int | float):
            wanted = self._styles.for_number(named) or wanted
        look = self._styles_there[self._styles_there.number(named)]
        return cell_xml(run, value, self._document, style=wanted, look=look)


def _chain(grows: Sequence[Grow]) -> Grow:
    return lambda area: reduce(lambda grown, grow: grow(grown), grows, area)
