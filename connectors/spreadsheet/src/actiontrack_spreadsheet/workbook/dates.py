"""Dates as workbooks count them: days since 1899-12-30, or since 1904-01-01."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from .values import BadDate

_EPOCH_1900 = datetime(1899, 12, 30)  # noqa: DTZ001 - workbook dates have no zone
_EPOCH_1904 = datetime(1904, 1, 1)  # noqa: DTZ001
_LAST_1900 = 2_958_466  # first serial after 9999-12-31
_DAY_OFFSET_1904 = 1462


def from_serial(serial: float, *, date1904: bool = False, time_only: bool = False) -> date | datetime | time | BadDate:
    """The moment a number in a date style means, to the millisecond; BadDate when it means none."""
    if time_only and 0 <= serial < 1:
        return _time(serial)
    day = serial + _DAY_OFFSET_1904 if date1904 else serial
    first = _DAY_OFFSET_1904 if date1904 else 1
    if not first <= day < _LAST_1900 or 60 <= day < 61:
        return BadDate(serial)
    if day < 60:
        day += 1  # before the 29 February 1900 that never was
    try:
        moment = _EPOCH_1900 + timedelta(milliseconds=round(day * 86_400_000))
    except OverflowError:  # the last millisecond of 9999, rounded up
        return BadDate(serial)
    return moment.date() if moment.time() == time() else moment


def to_serial(value: date, *, date1904: bool = False) -> float:
    """The number to store for a date or datetime. Raises ValueError for one a workbook cannot hold."""
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)  # noqa: DTZ001
    if moment.tzinfo is not None:
        raise ValueError("a cell holds no time zone")
    passed = moment - (_EPOCH_1904 if date1904 else _EPOCH_1900)
    serial = passed.days + (passed.seconds + passed.microseconds / 1e6) / 86_400
    if not date1904 and serial < 61:
        serial -= 1
    if serial < (0 if date1904 else 1):
        raise ValueError("before the first day a workbook can hold")
    return int(serial) if serial == int(serial) else serial


def _time(serial: float) -> time:
    milliseconds = min(round(serial * 86_400_000), 86_399_999)
    return (_EPOCH_1900 + timedelta(milliseconds=milliseconds)).time()
