"""A workbook as a document: the sheets and columns of `layout`, each value with its sheet and cell."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO
from typing import Any

from actiontrack_learning_together.checking import nearest
from actiontrack_learning_together.document import Document, Place, Trouble, Way
from actiontrack_learning_together.layout import GUIDE, LISTS, SHEETS, Column, Sheet, heading, items_of
from actiontrack_learning_together.texts import Unreadable

_ROWS, _COLUMNS = 5_000, 60
"""More than any review needs."""
_UNPACKED = 30_000_000
"""Bytes of all the parts of the file."""
_MOST_PARTS = 500


def read_workbook(content: bytes) -> Document:
    """An .xlsx file. Raises Unreadable."""
    from openpyxl import load_workbook

    _look_inside(content)
    reader = _Reader()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(BytesIO(content), read_only=True, keep_links=False)
            for page in book.worksheets:
                reader.page(page.title, page.iter_rows(max_row=_ROWS + 1, max_col=_COLUMNS))
            book.close()
    except Unreadable:
        raise
    except Exception:  # noqa: BLE001 - a damaged file fails in many ways, and each has the same remedy
        raise _stop("it can't be read as a workbook", "open it, save it as .xlsx and try again") from None
    return reader.document()


def _stop(why: str, do: str) -> Unreadable:
    return Unreadable(Trouble(Place(), "", why, do))


def _look_inside(content: bytes) -> None:
    """No more than a review needs is unpacked, and no part declares entities."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            parts = packed.infolist()
            if len(parts) > _MOST_PARTS or sum(each.file_size for each in parts) > _UNPACKED:
                raise _stop("it is much larger than a review", "copy the sheets of the review into a new workbook")
            for each in parts:
                if each.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in packed.read(each)[:4_096]:
                    raise _stop(
                        "it holds a document type, which no spreadsheet program writes", "save it anew as .xlsx"
                    )
    except Unreadable:
        raise
    except Exception:  # noqa: BLE001 - as below
        raise _stop("it is no .xlsx workbook", "open it, save it as .xlsx and try again") from None


class _Reader:
    def __init__(self) -> None:
        self._value: dict[str, Any] = {}
        self._places: dict[Way, Place] = {(): Place()}
        self._troubles: list[Trouble] = []
        self._sheets = {_plain(sheet.title): sheet for sheet in SHEETS}

    def document(self) -> Document:
        return Document(self._value, self._places, tuple(self._troubles))

    def page(self, title: str, rows: Iterator[tuple[Any, ...]]) -> None:
        if title in (GUIDE, LISTS):
            return
        sheet = self._sheets.get(_plain(title))
        if sheet is None:
            do = f"{nearest(title, [each.title for each in SHEETS])}; rename it, or take it out"
            self._trouble(Place(sheet=title), "", "no sheet of a review is called so", do, title)
            return
        columns = self._headings(title, sheet, next(rows, ()))
        self._places.setdefault(sheet.way, Place(sheet=title))
        records: list[dict[str, Any]] = []
        for cells in rows:
            record = self._record(title, sheet, columns, cells, len(records))
            if record:
                records.append(record)
            if cells and getattr(cells[0], "row", 0) > _ROWS and record:
                raise _stop(f"sheet “{title}” has more than {_ROWS} rows", "take out what is no part of the review")
        self._put(sheet, title, records)

    def _headings(self, title: str, sheet: Sheet, cells: tuple[Any, ...]) -> dict[int, Column]:
        known = {_plain(column.heading): column for column in sheet.columns}
        known |= {_plain(column.field): column for column in sheet.columns}
        found: dict[int, Column] = {}
        for cell in cells:
            if cell.value is None:
                continue
            word = str(cell.value)
            column = known.get(_plain(word))
            place = Place(sheet=title, cell=cell.coordinate)
            if column is None:
                names = [each.heading for each in sheet.columns]
                self._trouble(place, "", f"there is no column “{word[:60]}” in this sheet", nearest(word, names))
            elif column in found.values():
                self._trouble(place, "", f"the column {column.heading} stands twice", "keep one of the two")
            else:
                found[cell.column - 1] = column
        return found

    def _record(
        self, title: str, sheet: Sheet, columns: dict[int, Column], cells: tuple[Any, ...], at: int
    ) -> dict[str, Any]:
        record: dict[str, Any] = {}
        way = sheet.way if sheet.single else (*sheet.way, at)
        for place, cell in enumerate(cells):
            if cell.value is None:
                continue
            where = Place(sheet=title, cell=cell.coordinate)
            column = columns.get(place)
            if column is None:
                self._trouble(where, "", "it stands under no heading", "give the column its heading, or take it out")
                continue
            self._places[(*way, column.field)] = where
            self._places.setdefault(way, Place(sheet=title, cell=f"row {cell.row}"))
            record[column.field] = self._read(where, column, cell)
            if isinstance(record[column.field], list):
                self._places |= {(*way, column.field, nth): where for nth in range(len(record[column.field]))}
        return {name: value for name, value in record.items() if value not in (None, "", [])}

    def _read(self, place: Place, column: Column, cell: Any) -> Any:
        value = cell.value
        if cell.data_type == "f" or type(value).__name__ in ("ArrayFormula", "DataTableFormula"):
            self._trouble(place, column.field, "it is a formula, and what it gives may change", "type its value")
            return None
        if cell.data_type == "e":
            self._trouble(place, column.field, "it shows an error", "type its value", str(value))
            return None
        if isinstance(value, datetime):
            value = value.date().isoformat() if column.shape == "date" else value.isoformat(sep=" ")
        elif isinstance(value, date):
            value = value.isoformat()
        elif isinstance(value, bool):
            value = "yes" if value else "no"
        elif isinstance(value, float) and value.is_integer():
            value = int(value)
        text = _unescaped(str(value))
        if column.shape == "names":
            return [part.strip() for part in re.split(r"[,;\n]", text) if part.strip()]
        return items_of(text.replace("\r\n", "\n")) if column.shape == "items" else text

    def _put(self, sheet: Sheet, title: str, records: list[dict[str, Any]]) -> None:
        if not sheet.single:
            target = self._value
            for part in sheet.way[:-1]:
                target = target.setdefault(str(part), {})
            if records:
                target[str(sheet.way[-1])] = records
            return
        if len(records) > 1:
            self._trouble(Place(sheet=title), "", "it holds more than one review", "keep one row")
        record = records[0] if records else {}
        if "version" in record:
            self._value["version"] = record.pop("version")
            self._places[("version",)] = self._places.pop((*sheet.way, "version"))
        else:
            self._places[("version",)] = Place(sheet=title)
        self._value["review"] = {**self._value.get("review", {}), **record}

    def _trouble(self, place: Place, field: str, why: str, do: str, value: str = "") -> None:
        self._troubles.append(Trouble(place, heading(field) if field else "", why, do, value[:60]))


def _plain(text: str) -> str:
    return " ".join(text.replace("_", " ").casefold().split())


def _unescaped(text: str) -> str:
    """`_x0007_` as OOXML writes what XML can't hold (ECMA-376, 22.9.2.19)."""
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)
