"""From edits to the parts that change, all in memory."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import reduce

from .bookxml import BookXml
from .cellxml import TRIGGERS, cell_xml
from .comments import Comments
from .edits import (
    AddColumn,
    AppendRow,
    DefineName,
    Edit,
    PutComments,
    PutSheet,
    SetCell,
    SetCustomProperty,
    Writable,
)
from .errors import xml_faults
from .grid import Grid
from .growth import Grow, grow_dimension, grow_down, grow_filter, grow_lists, grow_right, grown_table, widen
from .heights import Heights
from .longpart import LongPart, Part, pieces_of, shortened
from .newparts import NewParts
from .ownsheet import WORKSHEET, free_title, headings_of, own_place, place_name, reads_so
from .ownsheetxml import OwnSheetXml
from .properties import with_properties
from .refs import ref
from .sheetxml import RowXml, SheetXml
from .stylebook import StyleBook
from .words import parse_reference
from .workbook import Sheet, Workbook, as_utf8_part
from .xml import style_number

_FILTER = "_xlnm._FilterDatabase"
_PRINT_AREA = "_xlnm.Print_Area"
_LISTED = re.compile(r"(?:[^,']|'[^']*')+")
"""The references of a list; a comma in a quoted name of a sheet parts nothing."""

Cell = tuple[int, int]


@dataclass(slots=True)
class Plan:
    """What a write would do. ``parts``: new content of each part that changes; ``cells``: the new values by sheet."""

    parts: dict[str, Part] = field(default_factory=dict)
    cells: dict[str, dict[Cell, Writable]] = field(default_factory=dict)
    own: dict[str, dict[Cell, Writable]] = field(default_factory=dict)
    """All there is on each sheet of ours that is written."""
    new_sheets: list[Sheet] = field(default_factory=list)
    """Of these, those that are made."""
    comments: dict[str, dict[Cell, str]] = field(default_factory=dict)
    """All of ours on each sheet whose comments are written."""


def make_plan(workbook: Workbook, edits: Sequence[Edit]) -> Plan:
    """Work out all changed parts. The edits have passed ``check_edits``. Raises WorkbookRefused."""
    plan = Plan()
    with xml_faults(workbook.path, workbook.part):
        book = BookXml(as_utf8_part(workbook.package, workbook.part))
    styles = _Styles(workbook)
    for index, sheet in enumerate(workbook.sheets):
        own = [edit for edit in edits if isinstance(edit, SetCell | AppendRow | AddColumn) and _is_on(edit, sheet)]
        if own:
            with xml_faults(workbook.path, sheet.part):
                _SheetPlan(workbook, sheet, index, own, styles).make(plan, book)
    new = NewParts(workbook)
    properties = {edit.name: edit.value for edit in edits if isinstance(edit, SetCustomProperty)}
    for edit in edits:
        if isinstance(edit, DefineName):
            book.define(edit.name, edit.refers_to.lstrip("="))
        elif isinstance(edit, PutSheet):
            _put_sheet(workbook, edit, plan, book, styles, new)
            properties[edit.mark] = headings_of(edit)
        elif isinstance(edit, PutComments):
            _put_comments(workbook, edit, plan, new)
    if (plan.cells or plan.own) and workbook.has_formulas:
        book.calculate_on_load()
    if book.changed:
        plan.parts[workbook.part] = book.result()
    styles.finish(plan)
    with xml_faults(workbook.path, "docProps/custom.xml"):
        plan.parts.update(with_properties(workbook, properties, new))
    with xml_faults(workbook.path, "its lists of parts"):
        plan.parts.update(new.result())
    return plan


def _put_sheet(workbook: Workbook, edit: PutSheet, plan: Plan, book: BookXml, styles: _Styles, new: NewParts) -> None:
    place = own_place(workbook, edit.mark)
    if place is None:
        part = new.free(f"{posixpath.dirname(workbook.part)}/worksheets/sheet{{}}.xml".lstrip("/"))
        sheet = Sheet(free_title(workbook, edit.title, plan.new_sheets), "visible", part)
        book.add_sheet(sheet.name, new.add(part, WORKSHEET, owner=workbook.part))
        plan.new_sheets.append(sheet)
        plan.parts[part] = OwnSheetXml(workbook, edit, styles.book()).new()
    else:
        sheet = place.sheet
        if reads_so(workbook, sheet, edit):
            return
        plan.parts[sheet.part] = OwnSheetXml(workbook, edit, styles.book()).instead_of(place)
    book.define(edit.mark, place_name(edit, sheet.name))
    plan.own[sheet.name] = edit.cells()


def _put_comments(workbook: Workbook, edit: PutComments, plan: Plan, new: NewParts) -> None:
    comments = Comments(workbook, edit)
    part = comments.sheet.part
    sheet = plan.parts.get(part, b"") or as_utf8_part(workbook.package, part)
    changed = comments.parts(new, sheet if isinstance(sheet, bytes) else b"".join(pieces_of(sheet)))
    if changed:
        plan.parts.update(changed)
        plan.comments[comments.sheet.name] = comments.wanted


class _SheetPlan:
    """The edits of one sheet."""

    def __init__(
        self,
        workbook: Workbook,
        sheet: Sheet,
        index: int,
        edits: Sequence[SetCell | AppendRow | AddColumn],
        styles: _Styles,
    ) -> None:
        self._workbook = workbook
        self._sheet = sheet
        self._index = index
        self._grid = workbook.read(sheet)
        self._sets = [edit for edit in edits if isinstance(edit, SetCell)]
        self._appended = {edit.row: edit for edit in edits if isinstance(edit, AppendRow)}
        self._added = [edit for edit in edits if isinstance(edit, AddColumn)]
        self._styles = styles

    def make(self, plan: Plan, book: BookXml) -> None:
        """Add the sheet's changed parts to the plan and move names in the workbook part."""
        cells = self._cells()
        if not cells and not self._appended:
            return
        long = shortened(self._workbook.package, self._sheet.part, self._rows(cells))
        sheet = SheetXml(long[0] if long else as_utf8_part(self._workbook.package, self._sheet.part))
        placed = self._place(sheet, cells)
        down = grow_down(set(self._appended))
        right = [grow_right(edit) for edit in sorted(self._added, key=lambda edit: edit.col)]
        both = _chain([down, *right])
        grow_lists(sheet, down)
        grow_dimension(sheet, placed)
        for edit in self._added:
            widen(sheet, edit.col, edit.width)
        filtered = grow_filter(sheet, both)
        if filtered:
            self._move_name(book, _FILTER, both)
        self._move_name(book, _PRINT_AREA, down)
        for table in self._grid.tables:
            data = as_utf8_part(self._workbook.package, table.part)
            grown = grown_table(data, list(self._appended.values()), self._added)
            if grown is not None:
                plan.parts[table.part] = grown
        if long:
            before, after = sheet.halves()
            plan.parts[self._sheet.part] = LongPart(before, long[1], after)
        else:
            plan.parts[self._sheet.part] = sheet.result()
        plan.cells[self._sheet.name] = cells

    def _cells(self) -> dict[Cell, Writable]:
        """The cells whose value really changes."""
        wanted: dict[Cell, Writable] = {(edit.row, edit.col): edit.value for edit in self._sets}
        wanted.update({(e.header_row, e.col): e.heading for e in self._added})
        wanted.update({(e.row, col): value for e in self._appended.values() for col, value in e.values.items()})
        return {cell: value for cell, value in wanted.items() if not same_value(self._grid.cell(*cell), value)}

    def _rows(self, cells: dict[Cell, Writable]) -> set[int]:
        """The rows that are written or looked at."""
        models = {edit.style_from_row for edit in self._appended.values()}
        return models.union(self._appended, (row for row, _ in cells))

    def _place(self, sheet: SheetXml, cells: dict[Cell, Writable]) -> set[Cell]:
        """Put the cells into their rows; the places of all cells written, styled blanks of new rows included."""
        by_row: dict[int, dict[int, Writable]] = {row: {} for row in self._appended}
        for (row, col), value in cells.items():
            by_row.setdefault(row, {})[col] = value
        heights = Heights(sheet)
        placed: set[Cell] = set()
        for row, values in sorted(by_row.items()):
            parsed = sheet.row(row)
            model = sheet.row(self._appended[row].style_from_row) if row in self._appended else None
            if model is not None:
                values = self._with_blanks(values, model, parsed)
            looks = {col: self._style(row, col, parsed, model, sheet) for col in values}
            written = {col: self._cell(sheet.prefix, row, col, value, looks[col]) for col, value in values.items()}
            wrapped = [
                (col, value)
                for col, value in values.items()
                if isinstance(value, str) and self._workbook.styles[looks[col]].wraps
            ]
            sheet.put(row, written, row_attributes=_row_style(model), height=heights.needed(wrapped, parsed, model))
            placed.update((row, col) for col in written)
        return placed

    @staticmethod
    def _with_blanks(values: dict[int, Writable], model: RowXml, there: RowXml | None) -> dict[int, Writable]:
        """The values of a new row and, as blanks, the cells of the row it is styled like."""
        blanks: dict[int, Writable] = {col: None for col in model.cells if there is None or col not in there.cells}
        return {**blanks, **values}

    def _cell(self, prefix: str, row: int, col: int, value: Writable, style: int) -> str:
        if isinstance(value, date):
            style = self._styles.for_date(style, self._grid, col, value)
        elif isinstance(value, int | float):
            style = self._styles.for_number(style)
        elif isinstance(value, str) and value.startswith(TRIGGERS):
            style = self._styles.for_trigger(style)
        return cell_xml(prefix, ref(row, col), style, value, date1904=self._workbook.date1904)

    def _style(self, row: int, col: int, parsed: RowXml | None, model: RowXml | None, sheet: SheetXml) -> int:
        """The style the cell has, or would have if it were there."""
        style = parsed.style(col) if parsed else None
        if style is None and model is not None:
            style = model.style(col)
        if style is None and any((e.header_row, e.col) == (row, col) for e in self._added):
            style = self._heading_style(row, col, sheet)
        if style is None and parsed is not None:
            style = parsed.style_of(col)
        return self._grid.column_style(col) if style is None else style

    @staticmethod
    def _heading_style(row: int, col: int, sheet: SheetXml) -> int | None:
        parsed = sheet.row(row)
        return parsed.style(col - 1) if parsed else None

    def _move_name(self, book: BookXml, name: str, grow: Grow) -> None:
        """Let a sheet-local name's areas grow; one that is not made of plain areas stays."""
        text = book.local_name(name, self._index)
        if text is None:
            return
        moved = []
        for part in _LISTED.findall(text):
            reference = parse_reference(part)
            if reference is None:
                return
            grown = grow(reference[1])
            sheet = part.rpartition("!")[0]
            moved.append(part if grown == reference[1] else f"{sheet}!{grown.absolute}")
        book.move_local(name, self._index, ",".join(moved))


class _Styles:
    """The style book, opened only when a style has to be added."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._book: StyleBook | None = None

    def for_date(self, style: int, grid: Grid, col: int, value: date) -> int:
        """The cell's style if it shows dates, else one that does: the column's own, or year-month-day."""
        look = self._workbook.styles[style]
        if look.date and not look.time_only:
            return style
        like = grid.date_style(col)
        if like is not None and style == 0:
            return like
        book = self._opened()
        with_time = isinstance(value, datetime)
        return book.dated(style, None if like is None else self._workbook.styles[like], with_time=with_time)

    def for_number(self, style: int) -> int:
        """The cell's style, without its number format if that would show the number as a date."""
        return self._opened().general(style) if self._workbook.styles[style].date else style

    def for_trigger(self, style: int) -> int:
        """The cell's style with a quote prefix."""
        if self._workbook.styles_part is None:
            return style
        return self._opened().quoted(style)

    def finish(self, plan: Plan) -> None:
        """Add the styles part to the plan, if it changed."""
        if self._book and self._book.changed and self._workbook.styles_part:
            plan.parts[self._workbook.styles_part] = self._book.result()

    def book(self) -> StyleBook | None:
        """The style book; None where the workbook has no styles."""
        part = self._workbook.styles_part
        if self._book is None and part is not None:
            with xml_faults(self._workbook.path, part):
                self._book = StyleBook(as_utf8_part(self._workbook.package, part))
        return self._book

    def _opened(self) -> StyleBook:
        book = self.book()
        if book is None:
            raise ValueError("the workbook has no styles")
        return book


def same_value(there: object, wanted: Writable) -> bool:
    """Whether a cell already holds a value; blank and empty text are the same."""
    if wanted in (None, ""):
        return there is None
    if isinstance(there, bool) or isinstance(wanted, bool) or isinstance(there, str) or isinstance(wanted, str):
        return type(there) is type(wanted) and there == wanted
    if isinstance(wanted, datetime) and not any((wanted.hour, wanted.minute, wanted.second, wanted.microsecond)):
        wanted = wanted.date()
    return there == wanted


def _is_on(edit: SetCell | AppendRow | AddColumn, sheet: Sheet) -> bool:
    return edit.sheet.casefold() == sheet.name.casefold()


def _chain(grows: Sequence[Grow]) -> Grow:
    return lambda area: reduce(lambda grown, grow: grow(grown), grows, area)


def _row_style(model: RowXml | None) -> str:
    """What a new row takes over from the one it is styled like: its style, and its group unless that is folded.

    Not the height: that is its own texts'.
    """
    if model is None:
        return ""
    attrs, written = model.row.attrs, ""
    if attrs.get("customFormat") in ("1", "true"):
        written = f' s="{style_number(attrs)}" customFormat="1"'
    if attrs.get("outlineLevel", "0") != "0" and attrs.get("hidden") not in ("1", "true"):
        written += f' outlineLevel="{int(attrs["outlineLevel"])}"'
    return written
