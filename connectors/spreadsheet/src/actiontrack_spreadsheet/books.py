"""The doors to workbooks of every format, chosen by what a file holds, whatever its name says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from actiontrack_spreadsheet.workbook import Edit, Refusal, Workbook, WorkbookRefused, WriteResult, check_edits
from actiontrack_spreadsheet.workbook.book import Book
from actiontrack_spreadsheet.workbook.package import Package, read_bytes
from actiontrack_spreadsheet.workbook.write import EXCEL, write_in_place

_BINARY = ("old-xls", "xlsb")
"""Reasons for which the readers of packages refuse a file that is only of an older format."""


def open_book(path: Path) -> Book:
    """Open a workbook safely: .xlsx, .xlsm, .ods, and to be read only .xls and .xlsb.

    Raises WorkbookRefused (one line, typed) or WorkbookBusy.
    """
    data = read_bytes(path)
    try:
        package = Package(path, data)
        if "mimetype" in package:
            from actiontrack_spreadsheet.ods import OdsWorkbook

            return OdsWorkbook(package)
        return Workbook(package)
    except WorkbookRefused as refused:
        if refused.reason not in _BINARY:
            raise
    from actiontrack_spreadsheet.legacy import read_old

    return read_old(path, data)


def why_read_only(book: Book) -> str:
    """Why nothing is written into a workbook of its format; "" where it is."""
    from actiontrack_spreadsheet.legacy import OldBook

    if not isinstance(book, OldBook):
        return ""
    return "a workbook in the old binary format (.xls, .xlsb) is only read"


def check_book(book: Book, edits: Sequence[Edit], *, own_sheet: str) -> list[Refusal]:
    """The edits that would be refused (see ``check_edits``)."""
    from actiontrack_spreadsheet.ods import OdsWorkbook, check_ods

    if isinstance(book, Workbook):
        return check_edits(book, edits, own_sheet=own_sheet)
    if isinstance(book, OdsWorkbook):
        return check_ods(book, edits, own_sheet=own_sheet)
    why = f"{book.path.name}: {why_read_only(book)}; save it as .xlsx and name that file under path"
    return [Refusal(edit, "read-only", why) for edit in edits]


def write_book(book: Book, edits: Sequence[Edit], *, backup_dir: Path, own_sheet: str) -> WriteResult:
    """Make all edits in one atomic replace of the file, if it still is what was opened (see ``plan_and_write``)."""
    from actiontrack_spreadsheet.ods import ODS, OdsWorkbook

    if isinstance(book, OdsWorkbook):
        return write_in_place(
            ODS, book.path, edits, expected_sha256=book.sha256, backup_dir=backup_dir, opened=book, own_sheet=own_sheet
        )
    if isinstance(book, Workbook):
        return write_in_place(
            EXCEL, book.path, edits, expected_sha256=book.sha256, backup_dir=backup_dir, opened=book,
            own_sheet=own_sheet,
        )  # fmt: skip
    raise WorkbookRefused("read-only", f"{book.path.name}: {why_read_only(book)}")
