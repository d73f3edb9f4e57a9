"""How cells of a sheet of ours look, as entries of the styles part: those that are there are used again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .xml import Element, attribute_text


class Plain(NamedTuple):
    """An element without what does not count for its meaning: prefix, place, order of its attributes."""

    name: str
    attributes: tuple[tuple[str, str], ...] = ()
    children: tuple[Plain, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """What differs from the workbook's usual cell. Texts stand at the top and wrap, unless ``wrap`` is off."""

    bold: bool = False
    ink: str = ""
    """Colour of the text, RRGGBB."""
    fill: str = ""
    """Colour behind it."""
    lined: bool = False
    """A thin line below."""
    wrap: bool = True
    locked: bool = True
    format_id: int = 0
    quoted: bool = False
    """What follows is text, whatever it begins with."""


def font_of(look: Look, usual: Plain) -> Plain:
    """The usual font, bold or coloured."""
    ours = {"b": Plain("b")} if look.bold else {}
    if look.ink:
        ours["color"] = Plain("color", (("rgb", f"FF{look.ink}"),))
    kept = [child for child in usual.children if child.name not in ours]
    at = next((index + 1 for index, child in enumerate(kept) if child.name == "sz"), len(kept))
    kept[at:at] = [ours["color"]] if look.ink else []  # after the size, as the format has it
    return Plain("font", usual.attributes, (*([ours["b"]] if look.bold else []), *kept))


def fill_of(look: Look) -> Plain:
    """A solid fill."""
    colours = (Plain("fgColor", (("rgb", f"FF{look.fill}"),)), Plain("bgColor", (("indexed", "64"),)))
    return Plain("fill", (), (Plain("patternFill", (("patternType", "solid"),), colours),))


def border_of() -> Plain:
    """A thin grey line below."""
    grey = Plain("color", (("rgb", "FFBFBFBF"),))
    sides = {name: Plain(name) for name in ("left", "right", "top", "bottom", "diagonal")}
    sides["bottom"] = Plain("bottom", (("style", "thin"),), (grey,))
    return Plain("border", (), tuple(sides.values()))


def entry_of(look: Look, font: int, fill: int, border: int) -> Plain:
    """The entry of ``cellXfs``."""
    numbers = {"numFmtId": look.format_id, "fontId": font, "fillId": fill, "borderId": border, "xfId": 0}
    applied = {
        "quotePrefix": look.quoted, "applyNumberFormat": look.format_id, "applyFont": look.bold or look.ink,
        "applyFill": look.fill, "applyBorder": look.lined, "applyAlignment": True, "applyProtection": not look.locked,
    }  # fmt: skip
    attributes = {name: str(number) for name, number in numbers.items()}
    attributes |= {name: "1" for name, on in applied.items() if on}
    alignment = {"vertical": "top"} | ({"wrapText": "1"} if look.wrap else {})
    protection = () if look.locked else (Plain("protection", (("locked", "0"),)),)
    return Plain("xf", _sorted(attributes), (Plain("alignment", _sorted(alignment)), *protection))


def plain(element: Element, children: Mapping[int, Sequence[Element]]) -> Plain:
    """An element of a part; ``children``: id() of an element -> those in it."""
    inside = tuple(plain(child, children) for child in children.get(id(element), ()))
    return Plain(element.name, _sorted(element.attrs), inside)


def written(what: Plain, prefix: str) -> str:
    """As XML."""
    start = f"<{prefix}{what.name}" + "".join(attribute_text(name, value) for name, value in what.attributes)
    inside = "".join(written(child, prefix) for child in what.children)
    return f"{start}>{inside}</{prefix}{what.name}>" if inside else f"{start}/>"


def _sorted(attributes: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(attributes.items()))
