"""The process that reads a binary workbook: its path as the argument, lines of JSON on standard output.

It is run by its path, apart from everything else, because the library that reads these formats ends the process when
it runs out of memory (one cell in the last corner of a sheet is enough), and a crafted file may keep it busy for ever.

Lines: ``{"sheets": [[name, state, kind], …]}``, then ``{"sheet": index, "merges": [[top, left, bottom, right], …]}``,
then ``[row, [[column, value], …]]`` for each row with a value, and ``{"end": true}`` as the last. Rows and columns
count from 1. A value is a JSON text, number or truth value, or one of ``{"date": iso}``, ``{"time": iso}``,
``{"days": number}``, ``{"error": code}``. What cannot be read: ``{"refused": why}`` with ``encrypted`` or ``unread``.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import sys
from collections.abc import Iterator
from typing import Any

MEMORY = 1 << 30
"""Bytes of address space, of which the reader itself needs some 100 MB."""
SECONDS = 20
"""Of the processor."""
MOST_CELLS = 5_000_000
MOST_PLACES = 200_000_000
"""Cells and gaps between them; the library lays out both."""
_ERRORS = ("#N/A", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!")


def main(path: str) -> None:
    """Write the lines."""
    _limit()
    try:
        for line in _lines(path):
            print(json.dumps(line))
        print(json.dumps({"end": True}))
    except MemoryError:
        raise
    except BaseException as error:  # noqa: BLE001 - a panic of the library is no Exception
        print(json.dumps({"refused": "encrypted" if type(error).__name__ == "PasswordError" else "unread"}))


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows has none; the wall clock still counts there
        return
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


def _lines(path: str) -> Iterator[Any]:
    import python_calamine

    book = python_calamine.load_workbook(path)
    known = book.sheets_metadata
    yield {"sheets": [[each.name, _word(each.visible), _word(each.typ)] for each in known]}
    left = MOST_CELLS
    for index, each in enumerate(known):
        if _word(each.typ) != "worksheet":
            continue
        sheet = book.get_sheet_by_index(index)
        merges = [[a + 1, b + 1, c + 1, d + 1] for (a, b), (c, d) in sheet.merged_cell_ranges or ()]
        yield {"sheet": index, "merges": merges}
        if sheet.height * sheet.width > MOST_PLACES:
            raise ValueError("far too large")
        for row, values in enumerate(sheet.iter_rows(), 1):
            cells = [[col, _plain(value)] for col, value in enumerate(values, 1) if value not in ("", None)]
            left -= len(cells)
            if left < 0:
                raise ValueError("far too many cells")
            if cells:
                yield [row, cells]


def _word(member: object) -> str:
    return str(member).rpartition(".")[2].lower()


def _plain(value: object) -> object:
    if isinstance(value, datetime.timedelta):
        return {"days": value.total_seconds() / 86_400}
    if isinstance(value, datetime.date):
        return {"date": value.isoformat()}
    if isinstance(value, datetime.time):
        return {"time": value.isoformat()}
    if isinstance(value, str) and value in _ERRORS:
        return {"error": value}
    return value


if __name__ == "__main__":
    main(sys.argv[1])
