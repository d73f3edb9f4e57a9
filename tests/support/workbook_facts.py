"""What two versions of a workbook have in common: in its package, and on the screen of another program."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any


def members(path: Path) -> dict[str, bytes]:
    """Every part of the package."""
    with zipfile.ZipFile(path) as book:
        return {each.filename: book.read(each) for each in book.infolist()}


def changed_members(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    """The parts that differ, came or went."""
    return {name for name in before | after if before.get(name) != after.get(name)}


def sheet_part(path: Path, sheet: str) -> str:
    """The part that holds a sheet."""
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True)
    try:
        return f"xl/{str(book[sheet]._worksheet_path).removeprefix('/').removeprefix('xl/')}"  # type: ignore[attr-defined]
    finally:
        book.close()


def changed_cells(before: dict[str, Any], after: dict[str, Any]) -> dict[tuple[str, int, int], str]:
    """(sheet, column, row) → what a cell shows now, of those that hold something else; formulas by their text."""
    found = {}
    for name, sheet in before.items():
        was, now = sheet["cells"], after[name]["cells"]
        for place in was.keys() | now.keys():
            if was.get(place, [""])[0] != now.get(place, [""])[0]:
                col, row = map(int, place.split(","))
                found[name, col, row] = now.get(place, ["", ""])[1]
    return found


def furniture(seen: dict[str, Any], *, but: set[tuple[str, int, int]] = frozenset()) -> dict[str, Any]:  # type: ignore[assignment]
    """Everything but the contents: charts, pivots, lists, formats …; the formats of the cells `but` left out."""
    return {
        name: {
            **{kind: fact for kind, fact in sheet.items() if kind not in ("cells", "formats")},
            "formats": {
                place: fact
                for place, fact in sheet["formats"].items()
                if (name, *map(int, place.split(","))) not in but
            },
        }
        for name, sheet in seen.items()
    }
