"""Our own small SVG drawings: each stands alone, asks for nothing from outside, and carries its title and description.

They use presentation attributes only (no style element or attribute), so that a page's content security policy need
not be loosened for them, and say every number in words: colour never carries anything by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

_INK = "#0b0c0c"
_QUIET = "#505a5f"
_LINE = "#b1b4b6"
_BARS = ("#5694ca", "#1d70b8", "#12477a", "#0b2b4a")
_MARK = "#1d70b8"
_SIGNAL = "#d4351c"


def bars(key: str, title: str, alt: str, values: Sequence[tuple[str, int]]) -> str:
    """Horizontal bars, one a (label, count), the count written at the end of each."""
    row, left, width = 38, 112, 420
    room = width - left - 44
    most = max((count for _, count in values), default=0) or 1
    height = row * len(values) + 12
    parts = [_opening(key, title, alt, width, height)]
    for index, (label, count) in enumerate(values):
        top = index * row + 6
        length = round(room * count / most, 1)
        fill = _BARS[min(index, len(_BARS) - 1)]
        parts.append(_text(left - 10, top + 20, label, anchor="end"))
        if count:
            parts.append(f'<rect x="{left}" y="{top + 2}" width="{length}" height="{row - 12}" fill="{fill}"/>')
        parts.append(_text(left + length + 8, top + 20, str(count), weight="bold"))
    bottom = height - 6
    parts.append(f'<line x1="{left}" y1="4" x2="{left}" y2="{bottom}" stroke="{_INK}" stroke-width="1.5"/>')
    return "".join([*parts, "</svg>"])


@dataclass(frozen=True, slots=True)
class Limits:
    """The mean of an XmR chart and its natural process limits."""

    mean: float
    lower: float
    upper: float


def xmr(key: str, title: str, alt: str, values: Sequence[tuple[str, int]], limits: Limits, marked: set[int]) -> str:
    """An XmR chart: the points joined, the mean and both limits drawn and named; points in `marked` are ringed."""
    width, height, left, right, top, bottom = 420, 250, 38, 78, 16, 214
    highest = max(limits.upper, *(value for _, value in values), 1.0)
    step = (width - left - right) / max(len(values) - 1, 1)

    def x(index: int) -> float:
        return round(left + index * step, 1)

    def y(value: float) -> float:
        return round(bottom - (bottom - top) * value / highest, 1)

    parts = [_opening(key, title, alt, width, height)]
    for value, name, dash in (
        (limits.upper, "upper limit", "6 4"),
        (limits.mean, "mean", ""),
        (limits.lower, "lower limit", "6 4"),
    ):
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        parts.append(
            f'<line x1="{left}" y1="{y(value)}" x2="{width - right}" y2="{y(value)}" stroke="{_QUIET}"{dashed}/>'
        )
        parts.append(_text(width - right + 5, y(value) + 4, f"{name} {value:.1f}", size=10))
    line = " ".join(f"{x(index)},{y(value)}" for index, (_, value) in enumerate(values))
    parts.append(f'<polyline points="{line}" fill="none" stroke="{_MARK}" stroke-width="2"/>')
    for index, (_, value) in enumerate(values):
        if index in marked:
            parts.append(
                f'<circle cx="{x(index)}" cy="{y(value)}" r="7" fill="none" stroke="{_SIGNAL}" stroke-width="2"/>'
            )
        parts.append(f'<circle cx="{x(index)}" cy="{y(value)}" r="3.5" fill="{_MARK}"/>')
    parts.append(f'<line x1="{left}" y1="{bottom}" x2="{width - right}" y2="{bottom}" stroke="{_INK}"/>')
    parts.append(f'<line x1="{left}" y1="{top}" x2="{left}" y2="{bottom}" stroke="{_INK}"/>')
    parts.append(_text(left - 6, bottom + 4, "0", anchor="end", size=11))
    parts.append(_text(left - 6, top + 4, f"{highest:.0f}", anchor="end", size=11))
    parts.append(_text(left, bottom + 22, values[0][0], size=11))
    parts.append(_text(width - right, bottom + 22, values[-1][0], anchor="end", size=11))
    return "".join([*parts, "</svg>"])


def _opening(key: str, title: str, alt: str, width: int, height: int) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'aria-labelledby="{key}-title {key}-desc" font-family="Arial, Helvetica, sans-serif">'
        f'<title id="{key}-title">{escape(title)}</title><desc id="{key}-desc">{escape(alt)}</desc>'
    )


def _text(x: float, y: float, words: str, *, anchor: str = "start", weight: str = "normal", size: int = 15) -> str:
    # The numbers go through round() so that no platform's last digit shows in the bytes.
    place = f'x="{round(x, 1)}" y="{round(y, 1)}" text-anchor="{anchor}"'
    return f'<text {place} font-size="{size}" font-weight="{weight}" fill="{_INK}">{escape(words)}</text>'
