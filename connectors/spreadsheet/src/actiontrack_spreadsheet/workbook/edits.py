"""The changes this package can make to a workbook, and why it may refuse one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .workbook import Workbook

Writable = str | int | float | date | datetime | None
"""What can be written; ``None`` empties the cell and keeps its style."""


@dataclass(frozen=True, slots=True)
class SetCell:
    """Put a value in a cell; its style stays (a date in a cell without a date style gets yyyy-mm-dd added)."""

    sheet: str
    row: int
    col: int
    value: Writable


@dataclass(frozen=True, slots=True)
class AppendRow:
    """A new row ``row`` right below a table, styled like ``style_from_row``.

    Whatever ended at or covered the row above grows to take it in: table, autofilter, validations, conditional
    formats, print area. ``values`` maps column -> value. Several in one call: give consecutive rows.
    """

    sheet: str
    row: int
    values: Mapping[int, Writable]
    style_from_row: int


@dataclass(frozen=True, slots=True)
class AddColumn:
    """A heading in the free column ``col`` right of the headings, styled like its left neighbour.

    Table and autofilter range are extended to take it in. The cells below are filled by ``SetCell`` in the same call.
    """

    sheet: str
    header_row: int
    col: int
    heading: str
    width: float = 12.0
    """In characters, as Excel counts them; used only if the column has no width of its own."""


@dataclass(frozen=True, slots=True)
class DefineName:
    """A workbook-wide defined name, made or moved: ``DefineName("_at_id", "'Plan'!$K$4")``."""

    name: str
    refers_to: str


@dataclass(frozen=True, slots=True)
class SetCustomProperty:
    """A text property of the file (File > Info > Properties > Custom), made or replaced."""

    name: str
    value: str


Edit = SetCell | AppendRow | AddColumn | DefineName | SetCustomProperty


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one edit cannot be made.

    ``reason``: ``signed``, ``unknown-sheet``, ``not-a-worksheet``, ``outside-sheet``, ``formula``, ``merged``,
    ``pivot``, ``locked``, ``too-long``, ``bad-text``, ``bad-value``, ``bad-date``, ``row-occupied``, ``totals-row``,
    ``column-occupied``, ``linked-table``, ``table-heading``, ``bad-name``, ``twice``.
    """

    edit: Edit
    reason: str
    message: str
    """One line: file, sheet, cell, why, what to do."""


@dataclass(frozen=True, slots=True)
class WriteResult:
    """What ``plan_and_write`` did, or would do with ``dry_run``."""

    sha256: str
    """Of the file as it is (or would be) after the write."""
    changed_cells: tuple[tuple[str, int, int], ...]
    """(sheet, row, column) of every cell whose value differs from before, in order."""
    changed_parts: tuple[str, ...]
    """The package parts that differ; all others are the same bytes. Empty: nothing to do, file untouched."""
    backup: Path | None = None
    written: bool = False
    after: Workbook | None = field(default=None, compare=False, repr=False)
    """What was written, as it was read again for the check."""
