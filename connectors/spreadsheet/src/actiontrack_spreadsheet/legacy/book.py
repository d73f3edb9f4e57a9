"""A binary workbook as its reader told it: values and merges, nothing else."""

from __future__ import annotations

import hashlib
import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from actiontrack_spreadsheet.workbook.cells import error_value
from actiontrack_spreadsheet.workbook.columns import NO_STYLE, Column, Columns
from actiontrack_spreadsheet.workbook.errors import WorkbookRefused, refuse_file
from actiontrack_spreadsheet.workbook.facts import SheetFacts
from actiontrack_spreadsheet.workbook.grid import Grid
from actiontrack_spreadsheet.workbook.refs import MAX_COL, MAX_ROW, Area
from actiontrack_spreadsheet.workbook.values import CellValue
from actiontrack_spreadsheet.workbook.workbook import DefinedName, Sheet

SECONDS = 30
"""By the wall clock, wherever the system has no other limits."""

_CHILD = Path(__file__).with_name("child.py")
_STATES = {"visible": "visible", "hidden": "hidden", "veryhidden": "veryHidden"}
_KINDS = {"worksheet": "worksheet", "chartsheet": "chartsheet", "dialogsheet": "dialogsheet"}


@dataclass(slots=True)
class _Told:
    """What is known of a sheet while its lines are read."""

    cells: Columns = field(default_factory=Columns)
    facts: SheetFacts = field(default_factory=SheetFacts)


class OldBook:
    """A workbook that is only read; it has no styles, formulas, names or properties that could be known."""

    signed = False
    defined_names: Sequence[DefinedName] = ()

    def __init__(self, path: Path, sha256: str, lines: Iterable[str]) -> None:
        """``lines`` as ``child`` writes them. Raises WorkbookRefused."""
        self.path = path
        self.sha256 = sha256
        """Of the file's bytes, as hex."""
        self.sheets: Sequence[Sheet] = ()
        self.custom_properties: Mapping[str, str] = {}
        self._asked: set[str] = set()
        self._grids: dict[str, Grid] = {}
        told: dict[int, _Told] = {}
        current = _Told()
        complete = False
        for line in lines:
            said: Any = json.loads(line)
            if isinstance(said, list):
                _add(current.cells, said[0], said[1])
            elif "sheets" in said:
                self.sheets = [Sheet(name, _STATES.get(state, "hidden"), "", _KINDS.get(kind, "macrosheet"))
                               for name, state, kind in said["sheets"]]  # fmt: skip
            elif "sheet" in said:
                current = told[said["sheet"]] = _Told()
                current.facts.merges += [Area(*corners) for corners in said["merges"]]
            elif "refused" in said:
                raise _refused(path, said["refused"])
            complete = complete or (isinstance(said, dict) and "end" in said)
        if not complete:
            raise _refused(path, "unread")
        if not any(sheet.kind == "worksheet" for sheet in self.sheets):
            raise refuse_file(path, "no-sheets", "it has no sheets; ask for a new copy")
        if len({sheet.name.casefold() for sheet in self.sheets}) < len(self.sheets):
            raise _refused(path, "unread")
        for index, each in told.items():
            each.cells.finish()
            name = self.sheets[index].name
            self._grids[name.casefold()] = Grid(name, each.cells, facts=each.facts)

    def sheet(self, name: str) -> Sheet:
        """The tab of that name (case does not matter). Raises WorkbookRefused (``unknown-sheet``)."""
        for sheet in self.sheets:
            if sheet.name.casefold() == name.casefold():
                return sheet
        there = ", ".join(sheet.name for sheet in self.sheets)
        raise refuse_file(self.path, "unknown-sheet", f"no sheet {name!r}; it has: {there}")

    def read(self, sheet: str | Sheet) -> Grid:
        """All cells of a worksheet. Raises WorkbookRefused."""
        tab = self.sheet(sheet) if isinstance(sheet, str) else sheet
        if tab.name.casefold() not in self._grids:
            raise refuse_file(self.path, "not-a-worksheet", f"sheet {tab.name!r} is a {tab.kind}, it has no cells")
        self._asked.add(tab.name)
        return self._grids[tab.name.casefold()]

    @property
    def sheets_read(self) -> list[str]:
        """The names of the sheets that were read."""
        return sorted(self._asked)


def read_old(path: Path, data: bytes, *, seconds: float = SECONDS) -> OldBook:
    """Read the bytes of an .xls or .xlsb file. Raises WorkbookRefused: every fault is one of the file's."""
    with tempfile.TemporaryDirectory(prefix="actiontrack-") as folder:
        copy = Path(folder) / ("copy.xlsb" if data.startswith(b"PK") else "copy.xls")
        copy.write_bytes(data)  # what was hashed is what is read
        try:
            done = subprocess.run(
                [sys.executable, "-I", str(_CHILD), str(copy)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, timeout=seconds, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise _refused(path, "ended") from None
    if done.returncode:
        raise _refused(path, "ended")
    return OldBook(path, hashlib.sha256(data).hexdigest(), done.stdout.decode().splitlines())


def _refused(path: Path, why: str) -> WorkbookRefused:
    if why == "encrypted":
        return refuse_file(path, "encrypted", "protected with a password to open; ask for an unprotected copy")
    if why == "ended":
        return refuse_file(
            path, "too-large", "it cannot be read within the memory and time a plan needs; save it as .xlsx in Excel"
        )
    return refuse_file(path, "truncated", "damaged, or of a kind that cannot be read; save it as .xlsx in Excel")


def _add(cells: Columns, row: int, found: Sequence[tuple[int, object]]) -> None:
    if row > MAX_ROW or found[-1][0] > MAX_COL:
        return
    at = len(cells.rows)
    cells.rows.append(row)
    for col, said in found:
        if col not in cells.columns:
            cells.columns[col] = Column()
        cells.columns[col].extend(at, (_value(said),), (NO_STYLE,))


def _value(said: Any) -> CellValue:
    if isinstance(said, float):
        return _number(said)
    if isinstance(said, dict):
        kind, value = next(iter(said.items()))
        return _KINDS_OF_VALUE[kind](value)
    plain: str | int | bool = said
    return plain


def _number(value: float) -> CellValue:
    """Whole numbers are int, as from every other reader."""
    if not math.isfinite(value):
        return error_value("#NUM!")
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


def _moment(value: str) -> date | datetime:
    moment = datetime.fromisoformat(value)
    return moment.date() if moment.time() == time() else moment


_KINDS_OF_VALUE: Mapping[str, Callable[[Any], CellValue]] = {
    "date": _moment,
    "time": time.fromisoformat,
    "days": _number,
    "error": error_value,
}
