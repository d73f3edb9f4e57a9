"""Which characters a page shows: those of the font that is carried here, and a few signs of one that typst carries.

The machine's own fonts are not asked: the same report would look otherwise on another machine, and what sets a page
has been seen to break down over letters that several fonts share.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from functools import cache
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
"""Where the carried font lies."""
FONT = "Liberation Sans"
SIGNS_FONT = "DejaVu Sans Mono"
SIGNS = "⇐⇒✓✔✗✘☐☑☒☆★☎⚠◆◇△▽"
"""What people tick and point with, and the carried font has not."""
REPLACED = "\N{WHITE SQUARE}"
"""Stands for what neither font shows."""
_BREAKS = re.compile("\r\n|[\t\n\v\f\r\x1c-\x1e\x85\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}]")
_UNSEEN = re.compile("[\xad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]")
"""No sign, and refused by the standard as one: breaks within words, marks of direction and of variants."""


def legible(text: str) -> str:
    """The text as a page can show it: breaks of a line become blanks, and what no font shows the sign REPLACED."""
    if text.isascii() and text.isprintable():
        return text
    seen = _UNSEEN.sub("", _BREAKS.sub(" ", text))
    letters = _letters()
    shown = seen if letters.issuperset(seen) else "".join(each if each in letters else REPLACED for each in seen)
    return _marks_on_signs().sub("", shown)


def heading(text: str) -> str:
    """The text as a heading; the standard refuses one that is blank."""
    return legible(text).strip() or "–"


def without_signs(text: str) -> str:
    """The text in the carried font alone."""
    return text.translate(dict.fromkeys(map(ord, SIGNS), REPLACED))


@cache
def _marks_on_signs() -> re.Pattern[str]:
    """Accents that follow a sign, which no font sets upon it."""
    accents = "".join(sorted(each for each in _letters() if unicodedata.category(each) in ("Mn", "Me")))
    return re.compile(f"(?<=[{SIGNS}])[{accents}]+")


@cache
def _letters() -> frozenset[str]:
    """Those that both weights of the carried font show, and the signs."""
    regular, bold = (_shown_by((FONTS / f"LiberationSans-{weight}.ttf").read_bytes()) for weight in ("Regular", "Bold"))
    return frozenset(map(chr, regular & bold)) | set(SIGNS)


def _shown_by(font: bytes) -> set[int]:
    """The code points of a TrueType font's Windows Unicode table (OpenType specification, `cmap`, format 4)."""
    (count,) = struct.unpack_from(">H", font, 4)
    tables = {
        tag: start for tag, _, start, _ in (struct.unpack_from(">4s3I", font, 12 + 16 * at) for at in range(count))
    }
    base = tables[b"cmap"]
    (count,) = struct.unpack_from(">H", font, base + 2)
    maps = (struct.unpack_from(">HHI", font, base + 4 + 8 * at) for at in range(count))
    start = base + next(offset for platform, encoding, offset in maps if (platform, encoding) == (3, 1))
    (doubled,) = struct.unpack_from(">H", font, start + 6)
    segments = doubled // 2
    lasts = struct.unpack_from(f">{segments}H", font, start + 14)
    firsts, deltas, ranges = (
        struct.unpack_from(f">{segments}H", font, start + 16 + doubled * part) for part in (1, 2, 3)
    )
    shown = set()
    for segment, (first, last, delta, offset) in enumerate(zip(firsts, lasts, deltas, ranges, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if offset:
                place = start + 16 + doubled * 3 + 2 * segment + offset + 2 * (code - first)
                (glyph,) = struct.unpack_from(">H", font, place)
                if not glyph:
                    continue
            if (glyph + delta) & 0xFFFF:
                shown.add(code)
    return shown
