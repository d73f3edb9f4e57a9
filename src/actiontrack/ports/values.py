"""What a connector compares: values as they were read and as they are to be written."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from actiontrack.ports.connectors import Raw


def same_value(one: Raw, other: Raw) -> bool:
    """Whether two values of texts and days are one: line ends, space around and the hour of a day don't count."""
    return _plain(one) == _plain(other)


def _plain(value: Raw) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    text = value if isinstance(value, str) else ""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
