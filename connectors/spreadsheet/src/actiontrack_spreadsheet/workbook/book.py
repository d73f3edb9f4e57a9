"""What every workbook offers, whatever its format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from .grid import Grid
    from .workbook import DefinedName, Sheet


class Book(Protocol):
    """A workbook in memory as it was when opened."""

    @property
    def path(self) -> Path:
        """The file."""

    @property
    def sha256(self) -> str:
        """Of the file's bytes, as hex."""

    @property
    def sheets(self) -> Sequence[Sheet]:
        """The tabs in their order."""

    @property
    def defined_names(self) -> Sequence[DefinedName]:
        """Those of the workbook and of its sheets."""

    @property
    def custom_properties(self) -> Mapping[str, str]:
        """The file's own properties, as text."""

    @property
    def signed(self) -> bool:
        """Digitally signed: any change would break the signature."""

    @property
    def sheets_read(self) -> list[str]:
        """The names of the sheets that were read."""

    def sheet(self, name: str) -> Sheet:
        """The tab of that name. Raises WorkbookRefused (``unknown-sheet``)."""

    def read(self, sheet: str | Sheet) -> Grid:
        """All cells of a sheet. Raises WorkbookRefused."""
