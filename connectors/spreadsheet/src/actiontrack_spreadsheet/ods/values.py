"""What a cell says by its attributes and its text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from actiontrack_spreadsheet.workbook.cells import error_value, number
from actiontrack_spreadsheet.workbook.values import NO_VALUE, CellValue, Constant, Formula
from actiontrack_spreadsheet.workbook.xml import XmlError

_DURATION = re.compile(r"(-?)P(?:(\d{1,6})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,7})M)?(?:(\d{1,7}(?:\.\d{1,20})?)S)?)?\Z")
_ERROR = re.compile(r"#(?:N/A|DIV/0!|VALUE!|REF!|NAME\?|NUM!|NULL!)\Z|Err:\d{3}\Z")
_LANGUAGE = re.compile(r"[A-Za-z][\w.-]*:(?==)")
_NUMBERS = ("float", "percentage", "currency")


def cell_value(attrs: Mapping[str, str], text: str) -> CellValue:
    """The value of a cell. ``attrs`` have the usual prefixes; ``text`` is that of its paragraphs."""
    formula = attrs.get("table:formula")
    if formula is None:
        return _constant(attrs, text)
    written = _LANGUAGE.sub("", formula, count=1).removeprefix("=")
    if "office:value-type" not in attrs and not text:
        return Formula(NO_VALUE, written)
    if _ERROR.match(text) and attrs.get("office:value", "0") == "0":
        return Formula(error_value(text), written)
    value = _constant(attrs, text)
    return Formula("" if value is None else value, written)


def _constant(attrs: Mapping[str, str], text: str) -> Constant | None:
    kind = attrs.get("office:value-type", "")
    if attrs.get("calcext:value-type") == "error":
        return error_value(text or "#N/A")
    if kind in _NUMBERS and "office:value" in attrs:
        try:
            return number(attrs["office:value"])
        except XmlError:
            return error_value("#NUM!")
    if kind == "boolean":
        return attrs.get("office:boolean-value", text).strip().lower() in ("true", "1")
    if kind == "date" and "office:date-value" in attrs:
        return _moment(attrs["office:date-value"].strip())
    if kind == "time" and "office:time-value" in attrs:
        return _duration(attrs["office:time-value"].strip())
    return attrs.get("office:string-value", text) or None


def _moment(raw: str) -> Constant | None:
    """A date, or a datetime to the millisecond; what is neither stays text."""
    try:
        moment = datetime.fromisoformat(raw).replace(tzinfo=None)
        thousandths = round(moment.microsecond / 1000)
        moment = moment.replace(microsecond=0) + timedelta(milliseconds=thousandths)
    except (ValueError, OverflowError):
        return raw or None
    return moment.date() if moment.time() == time() else moment


def _duration(raw: str) -> Constant | None:
    """A time of day; a duration that is none in days; what is neither stays text."""
    found = _DURATION.match(raw)
    if not found or not any(found.groups()[1:]):
        return raw or None
    days, hours, minutes = (int(found[group] or 0) for group in (2, 3, 4))
    seconds = ((days * 24 + hours) * 60 + minutes) * 60 + round(float(found[5] or 0), 3)
    if found[1] or seconds >= 86_400:
        return (-seconds if found[1] else seconds) / 86_400
    return (datetime.combine(date.min, time()) + timedelta(seconds=seconds)).time()
