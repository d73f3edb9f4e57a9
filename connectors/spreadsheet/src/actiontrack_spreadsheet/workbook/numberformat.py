"""Number formats: which are dates, and what a number looks like in one.

Covers what matters for reading a plan: digits, decimals, thousands, percent, exponent, literals, sections by sign, and
text around them. Fractions, conditions in brackets and colours fall back to the general form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

BUILT_IN = {
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    37: "#,##0 ;(#,##0)",
    38: "#,##0 ;(#,##0)",
    39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;(#,##0.00)",
    48: "##0.0E+0",
    49: "@",
}
"""The formats a file may use by number alone, dates aside."""

BUILT_IN_DATES = {14, 15, 16, 17, 18, 19, 20, 21, 22, 45, 47} | set(range(27, 37)) | set(range(50, 59))
"""14-22 and the East Asian ones; 46 ([h]:mm:ss) is a duration, which is a number."""
ISO_DATE = "yyyy-mm-dd"
ISO_DATETIME = "yyyy-mm-dd hh:mm:ss"

_ASIDE = re.compile(r'"[^"]*"|\\.|_.|\*.')
_BRACKETS = re.compile(r"\[[^\]]*\]")
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_DIGITS = re.compile(r"[0#?][0#?,]*(?:\.[0#?]*)?|\.[0#?]+")
_EXPONENT = re.compile(r"[eE][+-]([0#?]+)")


@lru_cache(maxsize=4096)
def is_date_format(code: str) -> bool:
    """Whether a number in this format shows as a date or time of day (a duration such as [h]:mm does not)."""
    bare = _ASIDE.sub("", code.partition(";")[0])
    if _ELAPSED.search(bare):
        return False
    bare = _BRACKETS.sub("", bare).lower()
    if bare.strip() in ("general", "@"):
        return False
    return any(char in bare for char in "ymdhsg") and not re.search(r"[0#?]", re.sub(r"\.0+", "", bare))


@lru_cache(maxsize=4096)
def has_date_part(code: str) -> bool:
    """Whether a date format shows the day, month or year, and not a time of day only."""
    bare = _BRACKETS.sub("", _ASIDE.sub("", code)).lower()
    return any(char in bare for char in "ydg") or ("m" in bare and not any(char in bare for char in "hs"))


def general(number: float) -> str:
    """The shortest text that reads back as the same number: 1.1000000000000001 -> '1.1', 5.0 -> '5'."""
    if isinstance(number, float) and number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    return repr(number)


def shown(number: float, code: str) -> str:
    """The number in a format, '1.10' for 1.1 in '0.00'."""
    if code == "General":
        return general(number)
    sections = _split(code)
    index = _section(number, len(sections))
    layout = _layout(sections[index])
    if layout is None:
        return general(number)
    value = Decimal(repr(number))
    if index == 1 or (index == 0 and len(sections) > 1):
        value = abs(value)
    return layout.show(value)


@dataclass(frozen=True, slots=True)
class _Layout:
    before: str
    after: str
    whole: int
    """Least number of digits before the point."""
    places: int
    optional_places: int
    thousands: bool
    scale: int
    """Power of ten to multiply with: 2 for percent, -3 for a trailing comma."""
    exponent: int
    """Least number of exponent digits, 0 for none."""

    def show(self, value: Decimal) -> str:
        """The value laid out."""
        value = value.scaleb(self.scale)
        suffix = ""
        if self.exponent:
            power = value.adjusted() if value else 0
            value = value.scaleb(-power)
            suffix = f"E{'-' if power < 0 else '+'}{abs(power):0{self.exponent}d}"
        rounded = value.quantize(Decimal(1).scaleb(-self.places), rounding=ROUND_HALF_UP)
        sign = "-" if rounded < 0 else ""
        whole, _, places = f"{abs(rounded):f}".partition(".")
        least = self.places - self.optional_places
        places = places[:least] + places[least:].rstrip("0")
        whole = whole.lstrip("0").rjust(self.whole, "0")
        if self.thousands:
            whole = re.sub(r"(?<=\d)(?=(\d{3})+$)", ",", whole)
        point = "." if places else ""
        return f"{sign}{self.before}{whole}{point}{places}{suffix}{self.after}"


def _section(number: float, count: int) -> int:
    if count > 2 and number == 0:
        return 2
    return 1 if number < 0 and count > 1 else 0


@lru_cache(maxsize=1024)
def _split(code: str) -> list[str]:
    """The sections, split at semicolons that are not quoted."""
    return re.findall(r'((?:"[^"]*"|\\.|[^;"\\])*)(?:;|$)', code)[:4] or [code]


@lru_cache(maxsize=1024)
def _layout(section: str) -> _Layout | None:
    """How to show a number in a section; None when only the general form will do."""
    plain = _BRACKETS.sub("", section)
    holes = _ASIDE.sub(lambda found: "\0" * len(found[0]), plain)
    digits = _DIGITS.search(holes)
    if "general" in holes.lower() or "@" in holes or "/" in holes or not digits:
        return None
    exponent = _EXPONENT.match(holes, digits.end())
    end = exponent.end() if exponent else digits.end()
    before, after = _literal(plain[: digits.start()]), _literal(plain[end:])
    if before is None or after is None:
        return None
    pattern = digits[0]
    whole, _, places = pattern.rstrip(",").partition(".")
    return _Layout(
        before=before,
        after=after,
        whole=whole.count("0"),
        places=len(places),
        optional_places=len(places) - len(places.rstrip("#?")),
        thousands="," in whole,
        scale=2 * holes.count("%") - 3 * (len(pattern) - len(pattern.rstrip(","))),
        exponent=len(exponent[1]) if exponent else 0,
    )


def _literal(text: str) -> str | None:
    """The text around the digits without its quoting; None when more digits follow there."""
    out = re.sub(r'"([^"]*)"|\\(.)|_.|\*.', lambda found: found[1] or found[2] or "", text)
    return None if re.search(r"[0#?]", _ASIDE.sub("", text)) else out
