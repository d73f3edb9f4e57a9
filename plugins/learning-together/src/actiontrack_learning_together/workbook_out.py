"""A review as a workbook: the same review gives the same bytes, and no text becomes a formula, a link or a number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from actiontrack.api import UserError
from actiontrack_learning_together.layout import GUIDE, LISTS, SHEETS, Column, Sheet, items_text
from actiontrack_learning_together.model import VERSION, ReviewFile
from actiontrack_learning_together.writing import plain

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

_LONGEST_CELL = 32_767
"""Excel's limit, in UTF-16 units as it counts them."""
_LAST_ROW = 1_000
"""Drop-downs and formats reach down to here (from 0)."""
_WIDTHS = {"text": 22, "date": 13, "count": 9, "word": 18, "names": 22, "items": 48}
_WIDE = {"text": 60, "response_reasons": 48, "role": 34, "body": 44, "intended_outcome": 40, "impact_measure": 40}
_MADE = datetime(2000, 1, 1)  # noqa: DTZ001 - written as a plain date; a real one would change the bytes
_GUIDE = (
    "One review. Each sheet holds one kind of record, one a row; the columns are explained below.",
    "A cell left blank says nothing: what the records have stays as it is.",
    "Several texts in one cell stand one a line, each after a bullet (•); refs and agencies are parted by commas.",
    "Name no child, no adult at risk, no family and no member of staff: say agencies, posts and how many.",
)


def to_workbook(file: ReviewFile, agencies: Sequence[str] = (), regimes: Sequence[str] = ()) -> bytes:
    """`agencies` (codes) and `regimes` are offered in drop-downs. Raises UserError where a text fits in no cell."""
    from xlsxwriter import Workbook

    buffer = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    book = Workbook(buffer, {**options, "in_memory": True})
    book.set_properties({"title": file.review.ref, "created": _MADE})
    told = plain(file, dates_as_text=False)
    writer = _Writer(book, {"agency": agencies, "lead_agency": agencies, "regime": regimes})
    for sheet in SHEETS:
        writer.sheet(sheet, _records(told, sheet))
    writer.guide()
    writer.lists()
    book.close()
    return buffer.getvalue()


def _records(told: dict[str, Any], sheet: Sheet) -> list[dict[str, Any]]:
    found: Any = told
    for part in sheet.way:
        found = found.get(part, [])
    return [{"version": VERSION, **found}] if sheet.single else found


class _Writer:
    def __init__(self, book: Workbook, offered: dict[str, Sequence[str]]) -> None:
        self._book = book
        self._offered = offered
        self._lists: list[Sequence[str]] = []
        top = {"valign": "top", "text_wrap": True}
        self._head = book.add_format({"bold": True, "bg_color": "#1F4E79", "font_color": "#FFFFFF", **top})
        self._text = book.add_format({**top, "num_format": "@"})
        # A text that begins like a formula keeps being a text when somebody edits its cell.
        self._quoted = book.add_format({**top, "num_format": "@", "quote_prefix": True})
        self._date = book.add_format({"valign": "top", "num_format": "yyyy-mm-dd", "align": "left"})
        self._count = book.add_format({"valign": "top", "num_format": "0"})

    def sheet(self, sheet: Sheet, records: list[dict[str, Any]]) -> None:
        """One noun's records under their headings."""
        page = self._book.add_worksheet(sheet.title)
        page.freeze_panes(1, 0)
        for place, column in enumerate(sheet.columns):
            width = _WIDE.get(column.field, _WIDTHS[column.shape])
            page.set_column(
                place, place, width, {"date": self._date, "count": self._count}.get(column.shape, self._text)
            )
            page.write_string(0, place, column.heading, self._head)
            self._drop_down(page, place, column)
        for row, record in enumerate(records, start=1):
            for place, column in enumerate(sheet.columns):
                self._cell(page, row, place, column, record)

    def _cell(self, page: Worksheet, row: int, place: int, column: Column, record: dict[str, Any]) -> None:
        value = record.get(column.field)
        if value is None or value == "":
            return
        if isinstance(value, date):
            page.write_datetime(row, place, datetime(value.year, value.month, value.day), self._date)  # noqa: DTZ001
        elif isinstance(value, int):
            page.write_number(row, place, value, self._count)
        else:
            text = _shown(column, value)
            if len(text.encode("utf-16-le", "surrogatepass")) // 2 > _LONGEST_CELL:
                name = record.get("ref") or record.get("number")
                raise UserError(
                    f"{name}: {column.field} has {len(text)} characters, and a cell holds {_LONGEST_CELL}; "
                    "write the review as .yaml instead."
                )
            risky = text.lstrip()[:1] in ("=", "+", "-", "@") or text[:1] in ("\t", "\n", "'")
            page.write_string(row, place, text, self._quoted if risky else self._text)

    def _drop_down(self, page: Worksheet, place: int, column: Column) -> None:
        words = column.words or self._offered.get(column.field, ())
        if not words:
            return
        if words not in self._lists:
            self._lists.append(words)
        letter = _letters(self._lists.index(words))
        page.data_validation(
            1, place, _LAST_ROW, place,
            {
                "validate": "list",
                "source": f"={LISTS}!${letter}$1:${letter}${len(words)}",
                # An agency or a regime may be new: the import says what is not known.
                "error_type": "stop" if column.words else "warning",
                "error_title": column.heading,
                "error_message": "Choose one of the words in the list.",
            },
        )  # fmt: skip

    def guide(self) -> None:
        """What each column means."""
        page = self._book.add_worksheet(GUIDE)
        page.set_column(0, 1, 26, self._text)
        page.set_column(2, 2, 100, self._text)
        for row, line in enumerate(_GUIDE):
            page.write_string(row, 0, line)
        row = len(_GUIDE) + 1
        for place, name in enumerate(("Sheet", "Column", "Meaning")):
            page.write_string(row, place, name, self._head)
        for sheet in SHEETS:
            for column in sheet.columns:
                row += 1
                for place, text in enumerate((sheet.title, column.heading, column.meaning)):
                    page.write_string(row, place, text, self._text)

    def lists(self) -> None:
        """The words of the drop-downs."""
        page = self._book.add_worksheet(LISTS)
        page.hide()
        for place, words in enumerate(self._lists):
            for row, word in enumerate(words):
                page.write_string(row, place, word)


def _letters(place: int) -> str:
    return chr(ord("A") + place)


def _shown(column: Column, value: Any) -> str:
    if column.shape == "names":
        return ", ".join(value)
    if column.shape == "items":
        return items_text(list(value))
    if column.shape == "word" and value not in column.words:
        return str(value).replace("_", " ").capitalize()
    return str(value)
