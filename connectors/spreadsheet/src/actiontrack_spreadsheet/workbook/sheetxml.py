"""A sheet part as bytes: where its rows and cells lie, and putting new cells in without touching the others."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from .refs import letters, parse_ref
from .xml import (
    Element,
    RepeatedCellError,
    Splices,
    XmlError,
    attribute_text,
    elements,
    local,
    main_prefix,
    new_parser,
    parse_with,
    start_tag,
    style_number,
)

_NUMBER = re.compile(rb"""\sr\s*=\s*["']([0-9]+)["']""")
_WRAP = b"<x>"


class RowSpan(NamedTuple):
    """Where a row lies in the part; ``written``: its number is in the XML."""

    number: int
    start: int
    end: int
    written: bool


class _Rows:
    """Where the rows lie, by number: there may be a million, so that no row has an object of its own."""

    def __init__(self, places: Iterable[tuple[bytes | None, int, int]]) -> None:
        """``places``: (number as written, start, end) of each row, as they stand; one without follows the last.

        Raises RepeatedCellError: of two rows with one number, which one is written into would be anybody's guess.
        """
        self._numbers, self._starts, self._ends, self._written = array("q"), array("q"), array("q"), bytearray()
        last, ascends = 0, True
        for written, start, end in places:
            number = int(written) if written else last + 1
            ascends = ascends and number > last
            last = number
            self._numbers.append(number)
            self._starts.append(start)
            self._ends.append(end)
            self._written.append(written is not None)
        if not ascends:
            self._sort()

    def find(self, number: int) -> RowSpan | None:
        """The row of that number."""
        span = self.before(number + 1)
        return span if span and span.number == number else None

    def before(self, number: int) -> RowSpan | None:
        """The last row of a lesser number."""
        return self._at(bisect_right(self._numbers, number - 1) - 1)

    def after(self, number: int) -> RowSpan | None:
        """The first row of a greater number."""
        return self._at(bisect_right(self._numbers, number))

    def _at(self, index: int) -> RowSpan | None:
        if not 0 <= index < len(self._numbers):
            return None
        return RowSpan(self._numbers[index], self._starts[index], self._ends[index], bool(self._written[index]))

    def _sort(self) -> None:
        order = sorted(range(len(self._numbers)), key=self._numbers.__getitem__)
        self._numbers = array("q", (self._numbers[at] for at in order))
        self._starts = array("q", (self._starts[at] for at in order))
        self._ends = array("q", (self._ends[at] for at in order))
        self._written = bytearray(self._written[at] for at in order)
        twice = next((a for a, b in pairwise(self._numbers) if a == b), None)
        if twice is not None:
            raise RepeatedCellError(f"row {twice} is there twice")


@dataclass(slots=True)
class RowXml:
    """One row taken apart: its element and its cells by column, with offsets into ``data``."""

    data: bytes
    row: Element
    cells: dict[int, Element]

    def style(self, col: int) -> int | None:
        """The cell's style; None when there is no cell."""
        cell = self.cells.get(col)
        return None if cell is None else style_number(cell.attrs)

    def style_of(self, col: int) -> int | None:
        """The cell's style, or the row's own where there is no cell; None when the column's applies."""
        style = self.style(col)
        if style is None and self.row.attrs.get("customFormat") in ("1", "true"):
            style = style_number(self.row.attrs)
        return style


class SheetXml:
    """A sheet part: its outline (all but the rows), and where its rows lie."""

    def __init__(self, data: bytes) -> None:
        """``data``: UTF-8. Raises XmlError."""
        self.data = data
        self._start, self._stop = _split(data)
        self.outline = Splices(data[: self._start] + data[self._stop :])
        self.elements = elements(self.outline.data)
        self.sheet_data = next(e for e in self.elements if e.path() == "worksheet/sheetData")
        self.prefix = main_prefix(self.sheet_data)
        """Of rows and cells."""
        self._rows = _Rows(_places(data, self._start, self._stop, self.prefix))
        self._edits = Splices(data)
        self._taken: tuple[int, RowXml] | None = None

    def named(self, *names: str) -> list[Element]:
        """Outline elements by name, in document order."""
        return [element for element in self.elements if element.name in names]

    def row(self, number: int) -> RowXml | None:
        """A row taken apart, or None when it is not in the XML. The last is kept: it is looked at, then put into."""
        span = self._rows.find(number)
        if span is None:
            return None
        if self._taken is None or self._taken[0] != number:
            self._taken = (number, take_apart(self.data[span.start : span.end]))
        return self._taken[1]

    def put(
        self, number: int, cells: Mapping[int, str], *, row_attributes: str = "", height: str | None = None
    ) -> None:
        """Put whole cell elements (by column) into a row, which is made if it is not there. Once a row.

        ``row_attributes`` are a made row's; ``height`` in points: its new one, or None for the one it has.
        """
        span, parsed = self._rows.find(number), self.row(number)
        if span is None or parsed is None:
            self._insert(number, cells, row_attributes + (attribute_text("ht", height) if height else ""))
            return
        tag: dict[str, str | None] = {"ht": height} if height else {}
        edits = Splices(parsed.data)
        implicit = any("r" not in cell.attrs for cell in parsed.cells.values())
        for col, cell in parsed.cells.items():
            if col in cells:
                edits.replace(cell.start, cell.end, cells[col])
            elif implicit:
                edits.set_attributes(cell, {"r": f"{letters(col)}{number}"})
        new = sorted(col for col in cells if col not in parsed.cells)
        if parsed.row.empty and new:
            edits.open_tag(parsed.row, "".join(cells[col] for col in new), tag)
        else:
            # Behind the last cell may be an extension of the row.
            last = max((cell.end for cell in parsed.cells.values()), default=parsed.row.inner)
            for col in new:
                later = [cell.start for other, cell in parsed.cells.items() if other > col]
                at = min(later, default=last)
                edits.replace(at, at, cells[col])
            spans = _spans(parsed.row, new)
            if spans:
                tag["spans"] = spans
            if tag:
                edits.set_attributes(parsed.row, tag)
        self._edits.replace(span.start, span.end, edits.result().decode())

    def result(self) -> bytes:
        """The whole part with all changes: of the large body there is no second copy meanwhile."""
        body, after = self._pieces()
        return b"".join([*body, after])

    def halves(self) -> tuple[bytes, bytes]:
        """The whole part with all changes, cut behind its last row."""
        body, after = self._pieces()
        return b"".join(body), after

    def _pieces(self) -> tuple[list[bytes | memoryview], bytes]:
        """What comes before the rows and the rows; what comes behind them."""
        mark = self.sheet_data
        if not mark.empty:
            self.outline.replace(mark.inner, mark.inner, "\0")
        elif self._edits:
            self.outline.append_child(mark, "\0")
        before, _, after = self.outline.result().partition(b"\0")
        return [before, *self._edits.run(self._start, self._stop)], after

    def _insert(self, number: int, cells: Mapping[int, str], row_attributes: str) -> None:
        before, after = self._rows.before(number), self._rows.after(number)
        at = before.end if before else self._start
        content = "".join(cells[col] for col in sorted(cells))
        name = f"{self.prefix}row"
        self._edits.replace(at, at, f'<{name} r="{number}"{row_attributes}>{content}</{name}>')
        if after and not after.written:
            tag = start_tag(self.data, after.start)
            opened = self.data[after.start : tag.end()].decode()
            stop = -2 if tag[1] else -1
            self._edits.replace(after.start, tag.end(), f'{opened[:stop]} r="{after.number}"{opened[stop:]}')


def take_apart(data: bytes) -> RowXml:
    """The cells of one ``row`` element."""
    # A parser for one row: the prefixes need no declarations, as namespaces are not looked at.
    found = elements(data)
    cells: dict[int, Element] = {}
    col = 0
    for element in found:
        if element.name == "c" and element.parent is found[0]:
            col = parse_ref(element.attrs["r"])[1] if "r" in element.attrs else col + 1
            cells[col] = element
    return RowXml(data, found[0], cells)


def _split(data: bytes) -> tuple[int, int]:
    """Where the rows begin and end: after <sheetData>, before </sheetData>."""
    # Where a ``<`` can only begin a tag, a search will do; the declaration at the very start is no other tag.
    plain = b"<!" not in data and data.find(b"<?", 1) < 0
    at, close = _quick_span(data) if plain else _sure_span(data)
    tag = start_tag(data, at)
    if tag[1]:
        return tag.end(), tag.end()
    if close < tag.end():
        raise XmlError("rows without an end")
    return tag.end(), close


def _quick_span(data: bytes) -> tuple[int, int]:
    """Offsets of the ``sheetData`` start and end tags."""
    found = re.search(rb"<((?:[\w.-]+:)?sheetData)[\s/>]", data)
    if not found:
        raise XmlError("no rows")
    return found.start(), data.rfind(b"</" + found[1])


def _sure_span(data: bytes) -> tuple[int, int]:
    """As ``_quick_span``, through the parser."""
    found = [-1, -1]
    parser = new_parser(namespaces=False)

    def start(name: str, _attrs: dict[str, str]) -> None:
        if found[0] < 0 and local(name) == "sheetData":
            found[0] = parser.CurrentByteIndex

    def end(name: str) -> None:
        if local(name) == "sheetData":
            found[1] = parser.CurrentByteIndex

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parse_with(parser, [data])
    if found[0] < 0:
        raise XmlError("no rows")
    return found[0], found[1]


def _places(data: bytes, start: int, stop: int, prefix: str) -> Iterator[tuple[bytes | None, int, int]]:
    """(number as written, start, end) of each row: quick where a ``<`` can only begin a tag, else by parsing."""
    plain = data.find(b"<!", start, stop) < 0 and data.find(b"<?", start, stop) < 0
    return quick_rows(data, start, stop, prefix) if plain else _sure_rows(data, start, stop)


def quick_rows(data: bytes | bytearray, start: int, stop: int, prefix: str) -> Iterator[tuple[bytes | None, int, int]]:
    """(number as written, start, end) of each row; sound where a ``<`` can only begin a tag."""
    name = re.escape(prefix.encode())
    row = re.compile(rb"<" + name + rb"""row(?=[\s/>])([^<>"'/]*+(?:(?:"[^"]*"|'[^']*')[^<>"'/]*+)*+)(/?)>""")
    close = f"</{prefix}row>".encode()
    at = start
    while found := row.search(data, at, stop):
        at = found.end() if found[2] else data.index(close, found.end(), stop) + len(close)
        written = _NUMBER.search(found[1])
        yield written[1] if written else None, found.start(), at


def _sure_rows(data: bytes, start: int, stop: int) -> Iterator[tuple[bytes | None, int, int]]:
    shift = len(_WRAP) - start
    for element in elements(_WRAP + data[start:stop] + b"</x>"):
        if element.path() == "x/row":
            number = element.attrs.get("r")
            yield number.encode() if number else None, element.start - shift, element.end - shift


def _spans(row: Element, new: list[int]) -> str | None:
    """The row's ``spans`` hint widened for new columns; None when it has none or it fits."""
    written = row.attrs.get("spans", "")
    found = re.fullmatch(r"(\d+):(\d+)", written)
    if not found or not new:
        return None
    spans = f"{min(int(found[1]), *new)}:{max(int(found[2]), *new)}"
    return spans if spans != written else None
