"""An opened workbook: what is in it, and reading its sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .grid import Grid


@dataclass(frozen=True, slots=True)
class Sheet:
    """A tab. ``state``: visible, hidden or veryHidden; ``kind``: worksheet, chartsheet, dialogsheet or macrosheet."""

    name: str
    state: str
    part: str
    kind: str = "worksheet"


@dataclass(frozen=True, slots=True)
class DefinedName:
    """A defined name; ``scope`` is the sheet's name for a sheet-local one, None for the whole workbook."""

    name: str
    refers_to: str
    scope: str | None = None
    hidden: bool = False


class Workbook:
    """A workbook in memory as it was when opened; the file is not held open."""

    path: Path
    sha256: str
    """Of the file's bytes, as hex."""
    sheets: Sequence[Sheet]
    defined_names: Sequence[DefinedName]
    custom_properties: Mapping[str, str]
    date1904: bool
    signed: bool
    """Digitally signed: any change would break the signature, so every edit is refused."""
    has_macros: bool

    def sheet(self, name: str) -> Sheet:
        """The tab of that name (as Excel: case does not matter). Raises WorkbookRefused (``unknown-sheet``)."""
        raise NotImplementedError

    def read(self, sheet: str | Sheet) -> Grid:
        """All cells of a worksheet. Raises WorkbookRefused; a second call gives the same Grid."""
        raise NotImplementedError


def open_workbook(path: Path | str) -> Workbook:
    """Open an .xlsx or .xlsm safely. Raises WorkbookRefused (one line, typed) or WorkbookBusy."""
    raise NotImplementedError
