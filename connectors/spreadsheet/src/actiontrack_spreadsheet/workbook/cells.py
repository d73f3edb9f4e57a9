"""From what the XML of a cell says to its value; the one place both readers of rows go through."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from functools import lru_cache

from .dates import from_serial
from .strings import decode_escapes, unescape
from .styles import Styles
from .values import NO_VALUE, BadDate, CellValue, Constant, ErrorValue, Formula
from .xml import XmlError

_POOL = 50_000


class CellDecoder:
    """Turns raw texts into values. ``kind`` is the cell's ``t`` attribute ('' when absent), ``style`` its ``s``."""

    def __init__(self, strings: Sequence[str | None], styles: Styles, *, date1904: bool) -> None:
        self._strings = strings
        self._styles = styles
        self._date1904 = date1904
        self._dates: dict[tuple[str, bool], date | datetime | time | BadDate] = {}
        self._pool: dict[str, str] = {}

    def many(self, kind: str, style: int, raws: Sequence[str | None]) -> list[Constant | None]:
        """The constants of cells of one kind and style; None stays None."""
        if kind == "s" and None not in raws:
            indices = list(map(int, raws))  # type: ignore[arg-type]
            if min(indices) < 0 or max(indices) >= len(self._strings):
                raise XmlError("a shared string that is not there")
            return list(map(self._strings.__getitem__, indices))
        one = self.one
        return [None if raw is None else one(kind, style, raw) for raw in raws]

    def one(self, kind: str, style: int, raw: str) -> Constant | None:
        """One constant from the text of its ``v``; entities may still be in it. Empty is blank: None."""
        if kind in ("", "n"):
            return self._number(style, raw)
        if kind == "s":
            index = int(raw)
            if not 0 <= index < len(self._strings):
                raise XmlError("a shared string that is not there")
            return self._strings[index]
        raw = unescape(raw)
        if kind in ("str", "inlineStr"):
            return self.text(decode_escapes(raw))
        if kind == "b":
            return raw.strip() in ("1", "true")
        if kind == "e":
            return error_value(raw)
        if kind == "d":
            return _iso(raw.strip())
        raise XmlError(f"a cell of unknown type {kind!r}")

    def formula(self, kind: str, style: int, raw: str | None, text: str) -> Formula:
        """A calculated cell from its ``v`` (None when it has none) and formula text (entities decoded)."""
        if raw is None or (not raw and kind != "str"):
            return Formula(NO_VALUE, text)
        value = self.one(kind, style, raw)
        return Formula("" if value is None else value, text)

    def text(self, text: str) -> str | None:
        """A text; equal ones are kept once."""
        if not text:
            return None
        if len(self._pool) > _POOL:
            self._pool.clear()
        return self._pool.setdefault(text, text)

    def _number(self, style: int, raw: str) -> Constant | None:
        look = self._styles[style]
        if not look.date:
            return number(raw)
        key = (raw, look.time_only)
        if key not in self._dates:
            serial = number(raw)
            if serial is None:
                return None
            if len(self._dates) > _POOL:
                self._dates.clear()
            self._dates[key] = from_serial(serial, date1904=self._date1904, time_only=look.time_only)
        return self._dates[key]


def number(raw: str) -> int | float | None:
    """A number as stored; whole ones up to 15 digits are int, all others the nearest double. Empty is None."""
    if raw.isdecimal() and len(raw) < 16:
        return int(raw)
    raw = raw.strip()
    if not raw:
        return None
    try:
        value = float(raw)
    except ValueError:
        raise XmlError(f"{raw[:40]!r} is not a number") from None
    if value != value or value in (float("inf"), float("-inf")):
        raise XmlError(f"{raw[:40]!r} is not a number")
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


@lru_cache(maxsize=64)
def error_value(code: str) -> ErrorValue:
    """The error of that code, one object each."""
    return ErrorValue(code)


def _iso(raw: str) -> CellValue:
    """An ISO 8601 date cell (``t="d"``); what is none stays text."""
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError:
        return raw or None
    moment = moment.replace(tzinfo=None)
    return moment.date() if moment.time() == time() else moment
