"""What the rows of a plan are known by: our Action ID, or the plan's own number."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from actiontrack.api import Fixed, Problem, Raw, Unread, normal_ref
from actiontrack_spreadsheet.assign import Assignment, Heading
from actiontrack_spreadsheet.detect import Layout
from actiontrack_spreadsheet.headings import normal, vocabulary
from actiontrack_spreadsheet.rows import read_rows
from actiontrack_spreadsheet.source import Source
from actiontrack_spreadsheet.workbook import Grid

OTHER_HEADING = "Actiontrack ID"
"""Heads our column where the plan already has an "Action ID" of its own."""

_SAMPLE = 20
"""Cells of a column that are looked at."""


@dataclass(frozen=True, slots=True)
class Key:
    """`heading` heads the key column, None while there is none; `add` heads the one that adoption adds in `col`."""

    kind: Literal["ref", "number"]
    heading: Heading | None = None
    add: str = ""
    col: int = 0

    @property
    def is_lost(self) -> bool:
        """The rows were known by a column that is no longer there."""
        return self.heading is None and not self.add


def find_key(source: Source, grid: Grid, layout: Layout, wish: str) -> Key:
    """What adoption settled, where there was one; else what suits this plan. `wish` is the option `key`.

    A CSV file can't say what was settled, so that it goes by its numbers only where the configuration says so.
    """
    ref, number = layout.columns.get("ref") or _column_of_ids(grid, layout), layout.columns.get("number")
    settled = _settled(source, grid, layout, ref)
    if settled:
        return settled
    if ref:
        return Key("ref", ref)
    if number and (wish == "number" or (wish == "auto" and source.workbook and _can_key(grid, layout))):
        return Key("number", number)
    return _added(grid, layout)


def no_numbers(layout: Layout) -> Problem:
    """The question where the numbers that rows are to be known by are nowhere."""
    do = "name it under [connector.columns] as number, or leave key out"
    return Problem("no column of numbers to key the rows by", do, sheet=layout.sheet, field="number")


def _settled(source: Source, grid: Grid, layout: Layout, ref: Heading | None) -> Key | None:
    """The key of a bound workbook: by its heading, else where the binding's name points, else a column made anew."""
    place, kind = source.key_place, source.bound_key
    named = None
    if place and place.sheet == grid.name:
        named = Heading(place.row, place.col, grid.text(place.row, place.col), ())
        kind = kind or ("ref" if ref else "number")
    if kind == "number":
        return Key("number", layout.columns.get("number") or named)
    if kind == "ref":
        return Key("ref", ref or named) if ref or named else _added(grid, layout)
    return None


def _added(grid: Grid, layout: Layout) -> Key:
    """A column of ours right of the headings."""
    taken = any(normal(heading.text) == "action id" for heading in layout.headings)
    return Key("ref", None, OTHER_HEADING if taken else vocabulary().labels["ref"], _free_column(grid, layout))


def _column_of_ids(grid: Grid, layout: Layout) -> Heading | None:
    """A column that holds mostly Action IDs, whatever stands above it now."""
    for col in grid.columns:
        texts = (value for row, value in zip(grid.rows, grid.column(col), strict=True) if row > layout.bottom and value)
        sample = list(itertools.islice(texts, _SAMPLE))
        if sample and 2 * sum(isinstance(each, str) and is_action_id(each) for each in sample) >= len(sample):
            return Heading(layout.bottom, col, grid.text(layout.bottom, col), ())
    return None


def _can_key(grid: Grid, layout: Layout) -> bool:
    """Whether the plan's numbers can key its rows: each filled, none twice, no formula, and not a mere count."""
    needed = {name: layout.columns[name] for name in ("text", "number") if name in layout.columns}
    values = read_rows(grid, replace(layout, assignment=Assignment(needed))).values["number"]
    if any(isinstance(value, (Fixed, Unread)) for value in values):
        return False
    keys = [key_of(value).casefold() for value in values]
    return bool(keys) and all(keys) and len(set(keys)) == len(keys) and not _is_count(keys)


def _is_count(keys: Sequence[str]) -> bool:
    """1, 2, 3 …, however sorted: it counts rows, and is typed anew when rows are inserted."""
    if not all(key.rstrip(".").isdecimal() for key in keys):
        return False
    numbers = sorted(int(key.rstrip(".")) for key in keys)
    return numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _free_column(grid: Grid, layout: Layout) -> int:
    """The first column right of the headings with nothing in it from the headings down."""
    col = max(heading.col for heading in layout.headings) + 1
    taken = [(at, at) for at in grid.columns if at >= col and _is_occupied(grid, at, layout.top)]
    taken += [(area.left, area.right) for area in grid.merges if area.bottom >= layout.top]
    for left, right in sorted(taken):
        if left <= col <= right:
            col = right + 1
    return col


def _is_occupied(grid: Grid, col: int, top: int) -> bool:
    return any(row >= top and value is not None for row, value in zip(grid.rows, grid.column(col), strict=True))


def key_of(value: Raw) -> str:
    """A key as records carry it: an Action ID as printed, other text in NFC without needless blanks; "" where blank."""
    if type(value) is str:  # as nearly all of them are
        text = value
    elif isinstance(value, Fixed):
        return key_of(value.value)
    elif value is None or isinstance(value, Unread):
        return ""
    else:
        text = value.isoformat() if isinstance(value, date) else str(value)
    return normal_ref(text) or " ".join(unicodedata.normalize("NFC", text).split())


def is_action_id(value: Raw) -> bool:
    """Whether the cell holds an Action ID."""
    return isinstance(value, str) and normal_ref(value) is not None
