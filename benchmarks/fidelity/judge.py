"""What a workbook lost by an edit, as told by programs that had no part in it."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from benchmarks.fidelity.edit import NEW, Edited

Cells = dict[tuple[int, int], object]
"""(row, column), both from 1 -> what a reader shows."""
_CALCULATION = re.compile(r"\A<\?xml.*?\?>|<(?:\w+:)?calcPr\b[^>]*?/>")
_MAIN = re.compile(
    r"\{http://(?:schemas\.openxmlformats\.org/spreadsheetml/2006|purl\.oclc\.org/ooxml/spreadsheetml)/main\}"
)
_BOOKS = re.compile(r"(?:calcChain\.xml|sharedStrings\.xml|\.rels|/)$", re.IGNORECASE)
_COMPARED = 16 << 20
"""Bytes of a sheet up to which all its elements are compared, not its cells alone."""


def parts_harmed(before: Path, after: Path, edit: Edited) -> tuple[list[str], list[str]]:
    """(parts lost, parts changed beyond what the edit needs).

    A part is not lost if one of another name stands in for it, of the same content type. One that only keeps the books
    (what is related to what, in which order to calculate) counts as changed where it is gone, not as lost.
    """
    old, new = _parts(before), _parts(after)
    gone, come = [name for name in old if name not in new], [name for name in new if name not in old]
    types_before, types_after = _types(old), _types(new)
    stand_ins = Counter(_type(types_after, name) for name in come)
    lost = []
    for name in gone:
        kind = _type(types_before, name)
        stand_ins[kind] -= 1
        if stand_ins[kind] < 0 and not _BOOKS.search(name):
            lost.append(name)
    differ = [name for name in old if name in new and old[name] != new[name]]
    changed = [name for name in differ if not _is_needed(name, old[name], new[name], edit)]
    return lost, changed + [name for name in gone if _BOOKS.search(name)]


def _is_needed(name: str, old: bytes, new: bytes, edit: Edited) -> bool:
    """The sheet but for the cell, its row's extent and the used range; the book's request to calculate."""
    if name.lower() == edit.part.lower():
        return len(old) > _COMPARED or _without(old, edit) == _without(new, edit)
    return name.lower().endswith("workbook.xml") and _uncalculated(old) == _uncalculated(new)


def _uncalculated(data: bytes) -> str:
    """The workbook part without its declaration, whatever its encoding, and how it is calculated."""
    text = data.decode("utf-16" if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig", "replace")
    return _CALCULATION.sub("", text)


def _without(data: bytes, edit: Edited) -> object:
    """The sheet's elements without the edited cell, the tag of its row and the used range."""
    told: list[object] = []
    row, col, inside = 0, 0, False
    for event, element in ElementTree.iterparse(BytesIO(data), ("start", "end")):
        name = _MAIN.sub("", element.tag)
        if event == "start" and name == "row":
            row, col = int(element.get("r", row + 1)), 0
        elif event == "start" and name == "c":
            col = _column(element.get("r", "")) or col + 1
            inside = (row, col) == (edit.row, edit.col)
        if not inside and name != "dimension" and not (name == "row" and row == edit.row):
            # Where rows and cells are is told by their place; some writers leave it out of the XML.
            kept = {key: value for key, value in element.items() if not (name in ("row", "c") and key == "r")}
            text = (element.text or "").strip() if event == "end" and not len(element) else ""
            place = (row, col) if event == "start" and name in ("row", "c") else None
            told.append((event, element.tag, kept, place, text))
        if event == "end" and name == "c":
            inside = False
        elif event == "end" and name == "row":
            element.clear()
    return told


def _column(ref: str) -> int:
    number = 0
    for letter in ref.rstrip("0123456789").upper():
        number = number * 26 + ord(letter) - 64
    return number


def _parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as book:
        return {info.filename.replace("\\", "/").lstrip("/"): _content(book, info) for info in book.infolist()}


def _content(book: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """A part's bytes; of one that was damaged before, what tells it from another."""
    try:
        return book.read(info)
    except (zipfile.BadZipFile, zlib.error, EOFError):
        return repr((info.CRC, info.compress_size, info.file_size)).encode()


def _types(parts: Mapping[str, bytes]) -> dict[str, str]:
    """Content types by part name and by '.extension', in lower case."""
    data = next((data for name, data in parts.items() if name.lower() == "[content_types].xml"), b"")
    found = {}
    with suppress(ElementTree.ParseError):
        for each in ElementTree.fromstring(data):
            name = each.get("PartName", "").lstrip("/") or f".{each.get('Extension')}"
            found[name.lower()] = each.get("ContentType", "")
    return found


def _type(types: Mapping[str, str], name: str) -> str:
    key = name.lower()
    return types.get(key) or types.get(posixpath.splitext(key)[1], "")


def wrong_cells(before: Mapping[str, Cells], after: Mapping[str, Cells], edit: Edited) -> list[str]:
    """What differs from the edit and nothing else, each as 'Sheet!row,column: was, is'."""
    wrong = [f"{name}: gone" for name in before if name not in after]
    wrong += [f"{name}: new" for name in after if name not in before]
    if edit.sheet not in after:
        wrong.append(f"{edit.sheet}: the edit is not to be seen")
    for name in before.keys() & after.keys():
        expected = dict(before[name])
        if name == edit.sheet:
            expected[edit.row, edit.col] = NEW
        now = after[name]
        for place in sorted(expected.keys() | now.keys()):
            was, is_ = expected.get(place, ""), now.get(place, "")
            if was != is_ and not (was != was and is_ != is_):  # two that are no number are alike
                wrong.append(f"{name}!{place[0]},{place[1]}: {was!r:.60}, {is_!r:.60}")
    return wrong


def seen_by_calamine(path: Path) -> dict[str, Cells]:
    """All sheets it can read. Raises CalamineError."""
    from python_calamine import CalamineError, WorksheetNotFound, load_workbook

    book = load_workbook(path)
    found: dict[str, Cells] = {}
    for name in book.sheet_names:
        with suppress(CalamineError, WorksheetNotFound):
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            found[name] = _filled(enumerate(enumerate(row, 1) for row in rows))
    return found


def _filled(rows: Any) -> Cells:
    return {(row + 1, col): value for row, cells in rows for col, value in cells if value not in ("", None)}


def seen_by_openpyxl(path: Path) -> dict[str, Cells]:
    """All sheets as last calculated."""
    import warnings

    import openpyxl

    warnings.simplefilter("ignore")
    book = openpyxl.load_workbook(path, data_only=True)
    return {
        sheet.title: {
            (cell.row, cell.column): cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None
        }
        for sheet in book.worksheets
    }
