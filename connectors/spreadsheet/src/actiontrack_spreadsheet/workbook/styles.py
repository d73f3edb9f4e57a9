"""The cell styles of a workbook: number format, lock and text prefix of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from .numberformat import BUILT_IN, BUILT_IN_DATES, has_date_part, is_date_format
from .xml import Element

_LONGEST_FORMAT = 255
"""Characters a spreadsheet program lets a number format have."""


@dataclass(frozen=True, slots=True)
class Style:
    """One entry of ``cellXfs``."""

    format_id: int = 0
    format: str = "General"
    date: bool = False
    """Numbers in this style are dates or times of day."""
    time_only: bool = False
    locked: bool = True
    quote_prefix: bool = False
    wraps: bool = False
    """A text takes as many lines as it needs."""


DEFAULT = Style()


class StyleTable(Protocol):
    """Styles by number; the default one for a number that is not there."""

    def __getitem__(self, index: int, /) -> Style: ...


class Styles:
    """The styles by index, as cells name them."""

    def __init__(self, found: list[Element]) -> None:
        self.formats = {
            int(element.attrs.get("numFmtId", "0")): element.attrs.get("formatCode", "General")
            for element in found
            if element.name == "numFmt" and _list_of(element) == "numFmts"
        }
        self.entries = [e for e in found if e.name == "xf" and _list_of(e) == "cellXfs"]
        locks = {
            id(element.parent): element.attrs.get("locked", "1") not in ("0", "false")
            for element in found
            if element.name == "protection"
        }
        wraps = {
            id(element.parent)
            for element in found
            if element.name == "alignment" and element.attrs.get("wrapText") in ("1", "true")
        }
        self._styles = [
            self._style(entry, locked=locks.get(id(entry), True), wraps=id(entry) in wraps) for entry in self.entries
        ]

    def __getitem__(self, index: int) -> Style:
        return self._styles[index] if 0 <= index < len(self._styles) else DEFAULT

    def __len__(self) -> int:
        return len(self._styles)

    def _style(self, entry: Element, *, locked: bool, wraps: bool) -> Style:
        number = int(entry.attrs.get("numFmtId", "0"))
        code = self.formats.get(number) or BUILT_IN.get(number, "General")
        if len(code) > _LONGEST_FORMAT:
            code = "General"
        known_date = number in BUILT_IN_DATES and number not in self.formats
        date = known_date or is_date_format(code)
        return Style(
            format_id=number,
            format=code,
            date=date,
            time_only=number in (18, 19, 20, 21, 45, 47) if known_date else date and not has_date_part(code),
            locked=locked,
            quote_prefix=entry.attrs.get("quotePrefix", "0") in ("1", "true"),
            wraps=wraps,
        )


def _list_of(element: Element) -> str:
    """The list an entry is in; of a choice only some programs understand (mc:AlternateContent), the others' half."""
    parent = element.parent
    if parent and parent.name == "Fallback" and parent.parent:
        parent = parent.parent.parent
    return parent.name if parent else ""
