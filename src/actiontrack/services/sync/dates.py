"""Dates typed as text: read where there is one way to read them, asked about where there are two."""

from __future__ import annotations

import re
from datetime import date

EARLIEST, LATEST = date(1990, 1, 1), date(2079, 12, 31)
"""A due date outside these years is a slip of the finger."""

_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: at for at, name in enumerate(_NAMES, start=1)}
_NUMERIC = re.compile(r"(\d{1,4})[./\- ](\d{1,2})[./\- ](\d{1,4})")
_NAMED = re.compile(
    r"(?:[a-z]{3,9}\.?,? )?(\d{1,2})(?:st|nd|rd|th)?(?: of)?[ \-/.]*([a-z]{3,9})\.?,?[ \-/.]*(\d{4}|\d{2})"
)
_NAMED_US = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")


class Unclear(Exception):  # noqa: N818 - a question, not an error
    """The text can't be taken for one date; `why` and `do` go to the person."""

    def __init__(self, why: str, do: str) -> None:
        super().__init__(why)
        self.why, self.do = why, do


def read_date(text: str, order: str) -> date:
    """The one date this text means. `order` is "dmy", "mdy", "ymd" or "" (not configured). Raises Unclear."""
    words = re.sub(r"\s+", " ", text.strip().casefold())
    words = re.sub(r"[t ]00:00(:00(\.0+)?)?z?$", "", words)
    numeric = _NUMERIC.fullmatch(words)
    if numeric:
        return plausible(_numeric(numeric, order, text))
    named = _NAMED.fullmatch(words)
    if named:
        return plausible(_build(named[3], _month(named[2], text), named[1], text))
    named = _NAMED_US.fullmatch(words)
    if named:
        return plausible(_build(named[3], _month(named[1], text), named[2], text))
    raise Unclear("it is not a date", "type a date such as 3 April 2026, or leave the cell empty")


def plausible(day: date) -> date:
    """The date itself. Raises Unclear where its year can't be meant."""
    if not EARLIEST <= day <= LATEST:
        raise Unclear(f"the year {day.year} can't be right", "type the date with its full year")
    return day


def _numeric(match: re.Match[str], order: str, text: str) -> date:
    first, second, third = match.groups()
    if len(first) == 4:
        return _build(first, second, third, text)
    if len(first) > 2 or len(third) not in (2, 4):
        raise Unclear("it is not a date", "type a date such as 3 April 2026")
    if order == "ymd":
        return _build(first, second, third, text)
    if order in ("dmy", "mdy"):
        day, month = (first, second) if order == "dmy" else (second, first)
        return _build(third, month, day, text)
    if int(first) <= 12 and int(second) <= 12 and first != second:
        raise Unclear(
            "it can be read as two dates",
            'say how dates are written with dates = "dmy" (or "mdy") for the connector, or type the month by name',
        )
    day, month = (first, second) if int(second) <= 12 else (second, first)
    return _build(third, month, day, text)


def _month(name: str, text: str) -> str:
    if name[:3] not in _MONTHS:
        raise Unclear("it is not a date", "type a date such as 3 April 2026, or leave the cell empty")
    return str(_MONTHS[name[:3]])


def _build(year: str, month: str, day: str, text: str) -> date:
    full = int(year) + 2000 if len(year) == 2 else int(year)
    try:
        return date(full, int(month), int(day))
    except ValueError:
        raise Unclear("there is no such day", "correct the date") from None
