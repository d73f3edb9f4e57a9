"""What a cell can hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum
from typing import Final


class _NoValue(Enum):
    NO_VALUE = "no cached value"


NO_VALUE: Final = _NoValue.NO_VALUE
"""A formula nobody has calculated yet: unknown, which is not blank."""


@dataclass(frozen=True, slots=True)
class ErrorValue:
    """An error the cell shows, such as ``#N/A``; never blank."""

    code: str


@dataclass(frozen=True, slots=True)
class BadDate:
    """A number in a date style that is no date: negative, 60 (29 February 1900), or beyond the year 9999."""

    serial: float


Constant = str | int | float | bool | date | datetime | time | ErrorValue | BadDate
"""A typed-in value. A ``datetime`` has a time of day; a ``date`` has none (midnight)."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A calculated cell: what it last showed, and its text without ``=`` (empty in later members of a shared one)."""

    value: Constant | _NoValue
    text: str = ""


CellValue = Constant | Formula | None
"""What ``Grid.cell`` returns; ``None`` is blank (an empty text is blank too)."""
