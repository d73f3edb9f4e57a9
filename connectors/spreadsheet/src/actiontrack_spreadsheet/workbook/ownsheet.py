"""Sheets of ours in a workbook that is somebody's: known again soundly, written as a whole, and only they."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from .cellxml import NotWritableError, check_value
from .edits import PutSheet, Writable
from .newparts import Kind
from .refs import MAX_COL, MAX_ROW, Area, ref
from .words import parse_reference
from .workbook import Sheet, Workbook

_MOST_WORDS = 255
"""Characters of a list of words written out."""
_NO_TITLE = re.compile(r"[\[\]:*?/\\]|^'|'$")
_BETWEEN = " | "
"""Between the headings, in the property."""
WORKSHEET = Kind(
    media="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml",
    relation="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet",
    strict="http://purl.oclc.org/ooxml/officeDocument/relationships/worksheet",
)
Fault = tuple[str, str]


class OwnPlace(NamedTuple):
    """Where a sheet of ours is, and its headings in it."""

    sheet: Sheet
    header_row: int


def own_place(workbook: Workbook, mark: str) -> OwnPlace | None:
    """The sheet made by ``PutSheet`` with this mark, whatever it is called now. Raises WorkbookRefused.

    None where there is none, or where the name, the property and the cell they tell of do not agree: then a sheet is
    somebody's.
    """
    headings = workbook.custom_properties.get(mark, "")
    named = next((n for n in workbook.defined_names if n.scope is None and n.name.casefold() == mark.casefold()), None)
    title, area = (parse_reference(named.refers_to) if named and headings else None) or (None, None)
    if title is None or area is None:
        return None
    sheet = next((s for s in workbook.sheets if s.name.casefold() == title.casefold() and s.kind == "worksheet"), None)
    if sheet is None or area.left != 1:
        return None
    grid = workbook.read(sheet)
    there = [grid.text(area.top, col) for col in range(1, headings.count(_BETWEEN) + 2)]
    return OwnPlace(sheet, area.top) if _BETWEEN.join(there) == headings else None


def headings_of(edit: PutSheet) -> str:
    """What the property says of the sheet."""
    return _BETWEEN.join(column.heading for column in edit.columns)


def place_name(edit: PutSheet, title: str) -> str:
    """What the defined name of a sheet of ours refers to."""
    quoted = title.replace("'", "''")
    return f"'{quoted}'!{Area(edit.header_row, 1, edit.header_row, 1).absolute}"


def free_title(workbook: Workbook, title: str, new: Sequence[Sheet]) -> str:
    """The title, with a number where there is, or in the same write comes, a sheet of that name."""
    taken = {sheet.name.casefold() for sheet in (*workbook.sheets, *new)}
    titles = (title if number == 1 else f"{title[:25]} ({number})" for number in range(1, len(taken) + 2))
    return next(each for each in titles if each.casefold() not in taken)


def own_title(workbook: Workbook, edit: PutSheet) -> str:
    """What the sheet is called, or will be where it is new."""
    place = own_place(workbook, edit.mark)
    return place.sheet.name if place else free_title(workbook, edit.title, ())


def put_faults(workbook: Workbook, edit: PutSheet) -> Iterator[Fault]:
    """What keeps a sheet of ours from being made or written."""
    if not 0 < len(edit.title) <= 31 or _NO_TITLE.search(edit.title):
        yield "bad-name", f"{edit.title!r} cannot be the name of a sheet"
    place = own_place(workbook, edit.mark)
    if place is None and workbook.structure_locked:
        yield "structure-locked", f"no sheet {edit.title!r} can be added, its structure is protected; unprotect it"
    if place is None and any(relation.kind == "revisionHeaders" for relation in workbook.relations):
        yield "shared", f"no sheet {edit.title!r} can be added to a shared workbook of the old kind; stop sharing it"
    if place is not None:
        grid = workbook.read(place.sheet)
        if grid.has_password:
            yield "locked", f"{place.sheet.name} is protected with a password; take the password off"
        if grid.tables:
            yield "own-table", f"{place.sheet.name} was made a table; turn it into a plain range again"
    yield from _content_faults(workbook, edit)


def _content_faults(workbook: Workbook, edit: PutSheet) -> Iterator[Fault]:
    for (row, col), value in edit.cells().items():
        try:
            check_value(value, date1904=workbook.date1904)
        except NotWritableError as error:
            yield error.reason, f"{edit.title}!{ref(row, col)}: {error}"
        if isinstance(value, date) and not workbook.styles.entries:
            yield "bad-date", f"{edit.title}!{ref(row, col)}: the workbook has no styles to show a date with"
        if not (row <= MAX_ROW and col <= MAX_COL):
            yield "outside-sheet", f"{edit.title}: row {row}, column {col} is outside the sheet"
    for choice in edit.choices:
        if len(",".join(choice.words)) > _MOST_WORDS or any(set(',"') & set(word) for word in choice.words):
            yield "bad-value", f"{edit.title}: the words {', '.join(choice.words)!r} cannot be a list to choose from"


def protects(workbook: Workbook, edit: PutSheet) -> bool:
    """Whether the sheet is locked: not in a workbook without styles, where no cell of it could be left open."""
    return edit.protect and bool(workbook.styles.entries)


def says_so(workbook: Workbook, edit: PutSheet) -> bool:
    """Whether there is nothing to do: our sheet is there and reads as the edit would have it."""
    place = own_place(workbook, edit.mark)
    return place is not None and reads_so(workbook, place.sheet, edit)


def reads_so(workbook: Workbook, sheet: Sheet, edit: PutSheet) -> bool:
    """Whether the sheet already says what the edit would have it say."""
    grid = workbook.read(sheet)
    wanted = edit.cells()
    there = {(row, col): value for row in grid.rows for col, value in grid.row(row).items()}
    lists = all(
        grid.allowed(edit.header_row + 1 + row, choice.col) == tuple(choice.words)
        for choice in edit.choices
        for row in choice.rows
    )
    return same_cells(there, wanted) and lists and (grid.protected or not protects(workbook, edit))


def same_cells(there: Mapping[tuple[int, int], object], wanted: Mapping[tuple[int, int], Writable]) -> bool:
    """Whether cells have exactly the values wanted, of the same types."""
    return there.keys() == wanted.keys() and all(_same(there[place], value) for place, value in wanted.items())


def _same(there: object, value: Writable) -> bool:
    if isinstance(value, datetime) and not any((value.hour, value.minute, value.second, value.microsecond)):
        value = value.date()
    return there == value and (isinstance(there, str | bool) is isinstance(value, str | bool))
