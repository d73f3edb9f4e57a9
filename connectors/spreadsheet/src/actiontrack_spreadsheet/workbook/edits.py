"""The changes this package can make to a workbook, and why it may refuse one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .book import Book

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


@dataclass(frozen=True, slots=True)
class OwnColumn:
    """A column of a sheet of ours."""

    heading: str
    width: float = 16.0
    """In characters, as Excel counts them."""
    open: bool = False
    """People type here: its cells are not locked, and its heading has the colour of those to fill in."""
    wrap: bool = True
    """Long texts take several lines; else they are cut off where the next cell begins."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The words that cells of a sheet of ours may hold: a drop-down. At most 255 characters, no commas in a word."""

    col: int
    rows: Sequence[int]
    """Indices into ``PutSheet.rows``."""
    words: Sequence[str]


@dataclass(frozen=True, slots=True)
class OwnLink:
    """A cell of a sheet of ours that leads to a place in the same workbook."""

    row: int
    """Index into ``PutSheet.rows``."""
    col: int
    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class PutSheet:
    """A worksheet of ours, made as the last of the workbook; one made before gets this content instead of its own.

    From the top: ``head``, the headings (frozen), ``rows``. Texts are texts, whatever sign they start with. Cells of a
    row beyond ``columns`` are kept open, for what people note beside. Nothing happens where the sheet reads so already.
    One made before keeps the name, place, column widths, notes and drawings people gave it.
    """

    mark: str
    """The sheet is known by this defined name, which goes with it when it is renamed or moved, by a property of the
    file of the same name, and by the headings both tell of: never by its title, which a person's may have, too."""
    title: str
    """Of a new sheet; numbered where there is a sheet of that title."""
    columns: Sequence[OwnColumn]
    rows: Sequence[Sequence[Writable]]
    head: Sequence[str] = ()
    """Lines above the headings; the first is the sheet's headline."""
    choices: Sequence[Choice] = ()
    links: Sequence[OwnLink] = ()
    protect: bool = False
    """Lock all but the open columns and what is right of the last; without a password."""

    @property
    def header_row(self) -> int:
        """The row of the headings."""
        return len(self.head) + 1

    def cells(self) -> dict[tuple[int, int], Writable]:
        """(row, column) -> value of all that is not blank."""
        lines = [*([line] for line in self.head), [column.heading for column in self.columns], *self.rows]
        placed = {(row, col): value for row, line in enumerate(lines, 1) for col, value in enumerate(line, 1)}
        return {place: value for place, value in placed.items() if value not in (None, "")}


@dataclass(frozen=True, slots=True)
class PutComments:
    """Comments of ours at cells of a sheet, instead of those put there before; nobody else's is touched.

    Each ends with a line of ours with a check on the words above: one that somebody wrote in is theirs from then on.
    """

    sheet: str
    texts: Mapping[tuple[int, int], str]
    """(row, column) -> what to say; none: ours are taken away."""


Edit = SetCell | AppendRow | AddColumn | DefineName | SetCustomProperty | PutSheet | PutComments


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one edit cannot be made.

    ``reason``: ``signed``, ``unknown-sheet``, ``not-a-worksheet``, ``outside-sheet``, ``formula``, ``rich-value``,
    ``merged``, ``pivot``, ``locked``, ``too-long``, ``bad-text``, ``bad-value``, ``bad-date``, ``row-occupied``,
    ``totals-row``, ``column-occupied``, ``linked-table``, ``table-heading``, ``bad-name``, ``twice``,
    ``structure-locked``, ``shared``, ``own-table``, ``commented``, ``no-comments``; in OpenDocument also ``link`` and
    ``not-here``; in CSV also ``unknown-encoding``; in the binary formats ``read-only``.
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
    """(sheet, row, column) of every cell whose value differs from before, in order; sheets of ours left aside."""
    changed_parts: tuple[str, ...]
    """The package parts that differ; all others are the same bytes. Empty: nothing to do, file untouched."""
    backup: Path | None = None
    written: bool = False
    after: Book | None = field(default=None, compare=False, repr=False)
    """What was written, as it was read again for the check."""
