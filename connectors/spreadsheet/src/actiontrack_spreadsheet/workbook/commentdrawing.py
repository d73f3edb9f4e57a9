"""The drawing (VML) that shows comments: shapes added and taken away as text, because programs write it as such."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping

from .refs import MAX_COL, MAX_ROW
from .sheetxml import SheetXml
from .workbook import Workbook

Cell = tuple[int, int]

_END = re.compile(rb"</(?:[\w.-]+:)?xml\s*>\s*\Z")
_SHAPE = re.compile(rb"<(?:[\w.-]+:)?shape\s[^>]*(?<!/)>.*?</(?:[\w.-]+:)?shape\s*>\s*", re.DOTALL)
_NOTE = re.compile(rb"""ObjectType\s*=\s*["']Note["']""")
_ROW = re.compile(rb"<(?:[\w.-]+:)?Row>\s*(\d+)\s*</")
_COLUMN = re.compile(rb"<(?:[\w.-]+:)?Column>\s*(\d+)\s*</")
_ID = re.compile(rb"""\bid\s*=\s*["'][^"']*?_s(\d{1,9})["']""")
_BLOCKS = re.compile(rb"""idmap[^>]*?\bdata\s*=\s*["']([\d,\s]+)["']""")
_BLOCK = 1024

_SPACES = (
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"'
)
_TYPE = "_x0000_t202"
_SHAPE_TYPE = (
    f'<v:shapetype {_SPACES} id="{_TYPE}" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_WIDTH, _LINE, _LINE_LENGTH = 280, 18, 40
"""Of a comment: pixels, pixels a line, characters a line."""
_COLUMN_WIDTH, _ROW_HEIGHT = 64.0, 20.0
"""Pixels, where the sheet says nothing."""


def is_drawing(data: bytes) -> bool:
    """Whether shapes can be added: it ends as such a drawing does."""
    return _END.search(data) is not None


def new_drawing(workbook: Workbook) -> bytes:
    """A drawing without shapes, in a block of shape numbers that no other has."""
    package = workbook.package
    parts = [member.name for member in package.members if member.name.lower().endswith(".vml")]
    found = [blocks for part in parts for blocks in _BLOCKS.findall(package.read(part))]
    block = max((int(number) for blocks in found for number in blocks.split(b",") if number.strip()), default=0) + 1
    layout = f'<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{block}"/></o:shapelayout>'
    return f"<xml {_SPACES}>{layout}</xml>".encode()


def added_shapes(data: bytes, texts: Mapping[Cell, str], sheet: SheetXml) -> bytes:
    """The drawing with a hidden shape for each comment."""
    end = _END.search(data)
    if not texts or end is None:
        return data
    number = max(map(int, _ID.findall(data)), default=_first_number(data) - 1)
    shapes = "" if f'"{_TYPE}"'.encode() in data else _SHAPE_TYPE
    for cell, text in texts.items():
        number += 1
        shapes += _shape(number, cell, text, sheet)
    return data[: end.start()] + shapes.encode() + data[end.start() :]


def without_shapes(data: bytes, cells: Collection[Cell]) -> bytes:
    """The drawing without the shapes of the comments at these cells."""
    return _SHAPE.sub(lambda found: b"" if _cell_of(found[0]) in cells else found[0], data) if cells else data


def _cell_of(shape: bytes) -> Cell | None:
    row, column = _ROW.search(shape), _COLUMN.search(shape)
    if not _NOTE.search(shape) or row is None or column is None:
        return None
    return int(row[1]) + 1, int(column[1]) + 1


def _first_number(data: bytes) -> int:
    blocks = _BLOCKS.search(data)
    return int(blocks[1].split(b",")[0]) * _BLOCK + 1 if blocks else _BLOCK + 1


def _shape(number: int, cell: Cell, text: str, sheet: SheetXml) -> str:
    row, col = cell
    height = _LINE * (1 + sum(max(1, math.ceil(len(line) / _LINE_LENGTH)) for line in text.split("\n")))
    style = f"position:absolute;width:{_WIDTH}px;height:{height}px;z-index:{number % _BLOCK};visibility:hidden"
    left, top = min(col, MAX_COL - 6), min(max(row - 2, 0), MAX_ROW - 40)
    right, across = _reach(left + 1, _WIDTH + 12, lambda at: _column_width(sheet, at))
    bottom, down = _reach(top + 1, height + 6, lambda at: _row_height(sheet, at))
    anchor = f"{left}, 12, {top}, 6, {right - 1}, {across}, {bottom - 1}, {down}"
    return (
        f'<v:shape {_SPACES} id="_x0000_s{number}" type="#{_TYPE}" style="{style}" fillcolor="#ffffe1" '
        'o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow color="black" obscured="t"/>'
        '<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div>'
        '</v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
        f"<x:Anchor>{anchor}</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>{row - 1}</x:Row>"
        f"<x:Column>{col - 1}</x:Column></x:ClientData></v:shape>"
    )


def _reach(first: int, size: float, measure: Callable[[int], float]) -> tuple[int, int]:
    """The column or row in which so many pixels from the start of the first end, and how far into it."""
    at = first
    while size > measure(at) and at < first + 60:
        size -= measure(at)
        at += 1
    return at, round(min(size, measure(at)))


def _column_width(sheet: SheetXml, col: int) -> float:
    for element in sheet.named("col"):
        if int(element.attrs.get("min", "0")) <= col <= int(element.attrs.get("max", "0")):
            hidden = element.attrs.get("hidden") in ("1", "true")
            return 0.0 if hidden else float(element.attrs.get("width", "8.43")) * 7 + 5
    return _COLUMN_WIDTH


def _row_height(sheet: SheetXml, row: int) -> float:
    parsed = sheet.row(row)
    if parsed is None:
        return _ROW_HEIGHT
    hidden = parsed.row.attrs.get("hidden") in ("1", "true")
    return 0.0 if hidden else float(parsed.row.attrs.get("ht", "15")) * 4 / 3
