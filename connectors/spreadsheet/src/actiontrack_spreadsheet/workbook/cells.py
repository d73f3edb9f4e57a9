"""From what the XML of a cell says to its value; the one place both readers of rows go through."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from functools import lru_cache

from .dates import from_serial
from .strings import decode_escapes, unescape
from .styles import Styles
from .values import NO_VALUE, BadDate, Constant, ErrorValue, Formula
from .xml import XmlError

_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_POOL = 50_000


class CellDecoder:
    """Turns raw texts into values. ``kind`` is the cell's ``t`` attribute ('' when absent), ``style`` its ``s``."""

    def __init__(self, strings: Sequence[str | None], styles: Styles, *, date1904: bool) -> None:
        self._strings = strings
        self._styles = styles
        self.met_formula = False
        """A cell that is calculated was among those read."""
        self._dates = [_Dates(date1904=date1904, time_only=time_only) for time_only in (False, True)]
        self._pool: dict[str, str] = {}
        self._readers: dict[str, Callable[[str], Constant | None]] = {
            "s": self._shared,
            "str": lambda raw: self.text(decode_escapes(raw)),
            "inlineStr": lambda raw: self.text(decode_escapes(raw)),
            "b": lambda raw: raw.strip() in ("1", "true"),
            "e": lambda raw: error_value(raw),
            "d": lambda raw: _iso(raw.strip()),
        }

    def reader(self, kind: str, style: int) -> Callable[[str], Constant | None]:
        """What turns the text of a ``v`` into a constant, for cells of one kind and style. Empty is blank: None.

        The text has its entities decoded. Raises XmlError, also when called.
        """
        if kind in ("", "n"):
            look = self._styles[style]
            return self._dates[look.time_only].__getitem__ if look.date else number
        try:
            return self._readers[kind]
        except KeyError:
            raise XmlError(f"a cell of unknown type {kind!r}") from None

    def formula(self, kind: str, style: int, raw: str | None, text: str) -> Formula:
        """A calculated cell from its ``v`` (None when it has none) and formula text, entities decoded in both."""
        self.met_formula = True
        if raw is None or (not raw and kind != "str"):
            return Formula(NO_VALUE, text)
        value = self.reader(kind, style)(raw)
        return Formula("" if value is None else value, text)

    def text(self, text: str) -> str | None:
        """A text; equal ones are kept once."""
        if not text:
            return None
        if len(self._pool) > _POOL:
            self._pool.clear()
        return self._pool.setdefault(text, text)

    def texts(self, raws: Sequence[str]) -> list[str | None]:
        """Many texts as XML holds them, entities and escapes in them; quicker than one by one."""
        everything = "\n".join(raws)
        if "&" in everything or "_x" in everything or "" in raws or len(self._pool) + len(raws) > _POOL:
            return [self.text(decode_escapes(unescape(raw))) for raw in raws]
        return list(map(self._pool.setdefault, raws, raws))

    @staticmethod
    def numbers(raws: Sequence[str]) -> list[int | float | None]:
        """Many numbers; quicker than one by one where all are short whole ones."""
        everything = "".join(raws)
        if everything.isascii() and everything.isdecimal() and max(map(len, raws)) < 16 and "" not in raws:
            return list(map(int, raws))
        return list(map(number, raws))

    def shared(self, raws: Sequence[str]) -> list[str | None]:
        """Many shared strings by their indices; quicker than one by one."""
        if "" in raws:
            return list(map(self._shared, raws))
        try:
            indices = list(map(int, raws))
        except ValueError:
            return list(map(self._shared, raws))
        if min(indices) < 0 or max(indices) >= len(self._strings):
            raise XmlError("a shared string that is not there")
        return list(map(self._strings.__getitem__, indices))

    def _shared(self, raw: str) -> str | None:
        if not raw:
            return None
        index = int(unescape(raw)) if "&" in raw else int(raw)
        if 0 <= index < len(self._strings):
            return self._strings[index]
        raise XmlError("a shared string that is not there")


class _Dates(dict[str, "date | datetime | time | BadDate | None"]):
    """Raw number -> moment, worked out once each."""

    def __init__(self, *, date1904: bool, time_only: bool) -> None:
        self._date1904 = date1904
        self._time_only = time_only

    def __missing__(self, raw: str) -> date | datetime | time | BadDate | None:
        serial = number(raw)
        if serial is None:
            return None
        if len(self) > _POOL:
            self.clear()
        self[raw] = moment = from_serial(serial, date1904=self._date1904, time_only=self._time_only)
        return moment


def number(raw: str) -> int | float | None:
    """A number as stored; whole ones up to 15 digits are int, all others the nearest double. Empty is None."""
    if raw.isdecimal() and len(raw) < 16:
        return int(raw)
    raw = raw.strip()
    if not raw:
        return None
    if "&" in raw:
        return number(unescape(raw))
    value = float(raw) if _NUMBER.fullmatch(raw) else math.inf
    if math.isinf(value):
        raise XmlError(f"{raw[:40]!r} is not a number")
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


@lru_cache(maxsize=64)
def error_value(code: str) -> ErrorValue:
    """The error of that code, one object each."""
    return ErrorValue(code)


def _iso(raw: str) -> Constant | None:
    """An ISO 8601 date cell (``t="d"``); what is none stays text."""
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError:
        return raw or None
    moment = moment.replace(tzinfo=None)
    return moment.date() if moment.time() == time() else moment
