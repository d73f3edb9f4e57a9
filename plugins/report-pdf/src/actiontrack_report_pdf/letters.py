"""Which characters a page can show: those of the font that is carried here, or of this machine's fonts beside it."""

from __future__ import annotations

import re
import struct
from functools import cache
from importlib.resources import files

FONT = "Liberation Sans"
REPLACED = "\N{REPLACEMENT CHARACTER}"
"""Stands for what no font shows."""
_BREAKS = re.compile("\r\n|[\n\v\f\r\x1c-\x1e\x85\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}]")
_UNSEEN = re.compile("[\xad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]")
"""No sign, and refused by the standard as one: breaks within words, marks of direction and of variants."""
_NO_LETTERS = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufff9-\ufffc\ufffe\uffff]")


def font_folder() -> str:
    """Where the carried fonts lie."""
    return str(files("actiontrack_report_pdf").joinpath("fonts"))


def legible(text: str) -> str:
    """The text without what is no letter: breaks of a line become blanks, control characters the sign REPLACED."""
    return _NO_LETTERS.sub(REPLACED, _UNSEEN.sub("", _BREAKS.sub(" ", text.replace("\t", " "))))


def carried(text: str) -> bool:
    """Whether the carried font shows all of it."""
    return text.isascii() or _letters().issuperset(text)


def only_carried(text: str) -> str:
    """The text with the sign REPLACED for each character that the carried font does not show."""
    return text if carried(text) else "".join(each if each in _letters() else REPLACED for each in text)


@cache
def _letters() -> frozenset[str]:
    """Those that both weights of the carried font show."""
    regular, bold = (
        _shown_by(files("actiontrack_report_pdf").joinpath("fonts", f"LiberationSans-{weight}.ttf").read_bytes())
        for weight in ("Regular", "Bold")
    )
    return frozenset(map(chr, regular & bold))


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
