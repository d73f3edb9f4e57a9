"""The file of an instance, workbook or CSV alike: its sheets, its binding, and one door for writing to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from actiontrack.api import RetryableError
from actiontrack_spreadsheet.books import check_book, open_book, why_read_only, write_book
from actiontrack_spreadsheet.usable import file_hash, refuse_unusable
from actiontrack_spreadsheet.workbook import (
    Area,
    Edit,
    Grid,
    Refusal,
    check_csv,
    own_place,
    parse_ref,
    read_csv,
    write_csv,
)
from actiontrack_spreadsheet.workbook.book import Book

KEY_NAME = "_actiontrack_key"
"""The workbook-wide name of the cell that heads the key column."""

BINDING_PROPERTY = "Actiontrack binding"
KEY_PROPERTY = "Actiontrack key"
WROTE_PROPERTY = "Actiontrack wrote"
"""Which batch was written last: a run that was cut off is told by it whether its own landed, whoever typed since."""
LOCKS_PROPERTY = "Actiontrack locks"
"""The sheet we protected ourselves, in a workbook we made."""
QUESTIONS_MARK = "_actiontrack_questions"
"""What our sheet of questions is known by."""


class KeyPlace(NamedTuple):
    """Where the binding's name points."""

    sheet: str
    row: int
    col: int


@dataclass(frozen=True, slots=True)
class Source:
    """A file as read at one moment. `workbook` is None for a CSV file, which cannot be bound."""

    path: Path
    sha256: str
    workbook: Book | None
    csv: Grid | None

    @property
    def sheets(self) -> list[str]:
        """Names of the worksheets, hidden ones last; our sheet of questions is none of them."""
        if self.workbook is None:
            return [self.csv.name] if self.csv else []
        tabs = [tab for tab in self.workbook.sheets if tab.kind == "worksheet" and tab.name != self._questions]
        return [tab.name for tab in sorted(tabs, key=lambda tab: tab.state != "visible")]

    @property
    def visible_sheets(self) -> list[str]:
        """Names of the worksheets people see."""
        if self.workbook is None:
            return self.sheets
        visible = {tab.name for tab in self.workbook.sheets if tab.state == "visible"}
        return [name for name in self.sheets if name in visible]

    @property
    def _questions(self) -> str:
        place = own_place(self.workbook, QUESTIONS_MARK) if self.workbook else None
        return place.sheet.name if place else ""

    def grid(self, sheet: str) -> Grid:
        """A sheet's cells."""
        if self.workbook is None:
            assert self.csv is not None  # noqa: S101 - one of the two is always there
            return self.csv
        return self.workbook.read(sheet)

    @property
    def read_only(self) -> str:
        """Why nothing can be written into this file; "" where it can."""
        return why_read_only(self.workbook) if self.workbook else ""

    @property
    def bindable(self) -> bool:
        """Whether the file can carry the mark of a store."""
        return self.workbook is not None and not self.read_only

    def _property(self, name: str) -> str:
        return self.workbook.custom_properties.get(name, "") if self.workbook else ""

    @property
    def binding(self) -> str:
        """The mark of the store this workbook belongs to; "" where there is none."""
        return self._property(BINDING_PROPERTY)

    @property
    def wrote(self) -> str:
        """The op_id of the first write of the batch that was written last; "" where nothing says so."""
        return self._property(WROTE_PROPERTY)

    @property
    def bound_key(self) -> str:
        """What adoption settled that rows are known by: "ref", "number" or "" (never adopted, or CSV)."""
        return self._property(KEY_PROPERTY)

    @property
    def own_sheet(self) -> str:
        """The sheet whose locks are ours: they keep people from the Board's cells, and let a sync through."""
        return self._property(LOCKS_PROPERTY) if self.binding else ""

    @property
    def key_place(self) -> KeyPlace | None:
        """Where the key column's heading is, as the binding says; sheet-local names (copied sheets) don't count."""
        for name in self.workbook.defined_names if self.workbook else ():
            if name.scope is None and name.name.casefold() == KEY_NAME:
                return _place(name.refers_to)
        return None

    def refusals(self, edits: Sequence[Edit]) -> list[Refusal]:
        """The edits that can't be made."""
        if self.workbook is None:
            return check_csv(self.path, edits)
        return check_book(self.workbook, edits, own_sheet=self.own_sheet)

    def write(self, edits: Sequence[Edit], backups: Path) -> Source | None:
        """Make all edits in one replace of the file, if it still is as read.

        The file as it was read again for the check of what was written; None where it has to be read.
        """
        if self.workbook is None:
            write_csv(self.path, edits, expected_sha256=self.sha256, backup_dir=backups)
            return None
        result = write_book(self.workbook, edits, backup_dir=backups, own_sheet=self.own_sheet)
        return Source(self.path, result.sha256, result.after, None) if result.after else None


def open_source(path: Path) -> Source:
    """Read a file. Raises UserError (missing, damaged, of no use), RetryableError (open elsewhere, being saved)."""
    refuse_unusable(path)
    if path.suffix.lower() == ".csv":
        before = file_hash(path)
        source = Source(path, before, None, read_csv(path))
    else:
        workbook = open_book(path)
        source = Source(path, workbook.sha256, workbook, None)
    if file_hash(path) != source.sha256:
        raise RetryableError(f"{path.name}: it was being saved while it was read; try again in a moment", retry_after=5)
    return source


def _place(refers_to: str) -> KeyPlace | None:
    """'Action plan'!$L$4 → its parts; None for anything else, such as #REF!."""
    sheet, bang, cell = refers_to.removeprefix("=").rpartition("!")
    if not bang:
        return None
    if sheet.startswith("'") and sheet.endswith("'"):
        sheet = sheet[1:-1].replace("''", "'")
    try:
        return KeyPlace(sheet, *parse_ref(cell))
    except ValueError:
        return None


def refer(place: KeyPlace) -> str:
    """The reference to a cell as a defined name holds it."""
    quoted = place.sheet.replace("'", "''")
    return f"'{quoted}'!{Area(place.row, place.col, place.row, place.col).absolute}"
