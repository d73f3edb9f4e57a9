"""Values as the XML of a cell."""

from __future__ import annotations

import math
from datetime import date

from .dates import to_serial
from .edits import Writable
from .strings import MAX_TEXT, encode_escapes
from .xml import element_text

TRIGGERS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""A text that begins with one of these would become a formula if typed; the cell gets a quote prefix.

The wide ones are taken for their narrow likes where East Asian languages are written.
"""


class NotWritableError(ValueError):
    """A value a cell cannot hold; ``reason`` as in ``Refusal``."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def check_value(value: Writable, *, date1904: bool = False) -> None:
    """Raise NotWritableError for what a cell cannot hold."""
    if isinstance(value, str):
        try:
            length = len(value.encode("utf-16-le")) // 2
        except UnicodeEncodeError:
            raise NotWritableError("bad-text", "the text has half a character (a lone surrogate)") from None
        if length > MAX_TEXT:
            raise NotWritableError("too-long", f"{length} characters, a cell holds {MAX_TEXT}; shorten it")
    elif isinstance(value, date):
        try:
            to_serial(value, date1904=date1904)
        except ValueError as error:
            raise NotWritableError("bad-date", f"{value.isoformat()} cannot be written: {error}") from None
    elif value is not None and not (isinstance(value, int | float) and math.isfinite(value)):
        raise NotWritableError("bad-value", f"a cell cannot hold {value!r}")


def cell_xml(prefix: str, ref: str, style: int, value: Writable, *, date1904: bool) -> str:
    """A whole ``c`` element. A text is written in place, never through the shared strings."""
    style_text = f' s="{style}"' if style else ""
    start = f'<{prefix}c r="{ref}"{style_text}'
    if value is None or value == "":
        return f"{start}/>"
    if isinstance(value, str):
        text = element_text(encode_escapes(value))
        body = f'<{prefix}is><{prefix}t xml:space="preserve">{text}</{prefix}t></{prefix}is>'
        return f'{start} t="inlineStr">{body}</{prefix}c>'
    if isinstance(value, bool):
        return f'{start} t="b"><{prefix}v>{int(value)}</{prefix}v></{prefix}c>'
    number = to_serial(value, date1904=date1904) if isinstance(value, date) else value
    return f"{start}><{prefix}v>{number!r}</{prefix}v></{prefix}c>"
