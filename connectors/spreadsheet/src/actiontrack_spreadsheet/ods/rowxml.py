"""One row's XML: cells put in, runs of cells alike cut in pieces where one of them changes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from actiontrack_spreadsheet.workbook.refs import MAX_COL
from actiontrack_spreadsheet.workbook.xml import Element, Splices, XmlError, elements, local

from .reader import repeats
from .scan import Document
from .tags import NAMED, head_of, opened, retag, tag

ROWS_ALIKE, CELLS_ALIKE = "table:number-rows-repeated", "table:number-columns-repeated"
STYLE, CELL_STYLE, VALIDATION = "table:style-name", "table:default-cell-style-name", "table:content-validation-name"
_DEFAULT = "Default"

Put = Callable[["Run | None"], str]
"""Makes the XML of a cell from the one that stands there."""


@dataclass(frozen=True, slots=True)
class Run:
    """Cells alike as one element; ``attrs`` and ``children`` have the usual names."""

    col: int
    count: int
    attrs: Mapping[str, str]
    text: str
    children: Sequence[tuple[str, str]]
    """Name and XML of each."""
    covered: bool

    @property
    def last(self) -> int:
        """Its last column."""
        return self.col + self.count - 1


class RowXml:
    """A row element standing for one row only. Raises XmlError for what is no row."""

    def __init__(self, text: str, document: Document) -> None:
        self.text = text
        self._document = document
        self._usual = {own: usual for usual, own in document.prefixes.items()}
        data = text.encode()
        found = elements(data)
        self._row = found[0]
        self.attrs = {self._plain(name): value for name, value in self._row.attrs.items()}
        self.runs: list[Run] = []
        self._places: list[Element] = []
        children: dict[int, list[tuple[str, str]]] = {}
        for element in found:
            if element.parent is not None and element.parent.parent is self._row:
                written = data[element.start : element.end].decode()
                name = self._plain(element.prefix + element.name)
                children.setdefault(id(element.parent), []).append((name, written))
        col = 1
        for element in found:
            if element.parent is self._row and element.name in ("table-cell", "covered-table-cell"):
                attrs = {self._plain(name): value for name, value in element.attrs.items()}
                count, covered = repeats(attrs, CELLS_ALIKE), element.name != "table-cell"
                written = data[element.start : element.end].decode()
                self.runs.append(Run(col, count, attrs, written, children.get(id(element), ()), covered))
                self._places.append(element)
                col += count
        self._width = col - 1

    def run(self, col: int) -> Run | None:
        """The run a column is in."""
        at = bisect_right(self.runs, col, key=lambda run: run.col) - 1
        return self.runs[at] if at >= 0 and col <= self.runs[at].last else None

    def style(self, col: int) -> str | None:
        """The style the cell names, or its row for it; None where the column's counts."""
        run = self.run(col)
        return (run.attrs.get(STYLE) if run else None) or self.attrs.get(CELL_STYLE)

    def put(self, cells: Mapping[int, Put]) -> str:
        """The row with these cells in it. Raises XmlError for a cell that is covered by a merge."""
        splices = Splices(self.text.encode())
        for run, place in zip(self.runs, self._places, strict=True):
            within = sorted(col for col in cells if run.col <= col <= run.last)
            if within:
                splices.replace(place.start, place.end, self._pieces(run, within, cells))
        beyond, at, added = sorted(col for col in cells if col > self._width), self._width + 1, ""
        for col in beyond:
            added += self._blank(col - at, {}) + cells[col](None)
            at = col + 1
        if added:
            splices.append_child(self._row, added)
        return splices.result().decode()

    def _pieces(self, run: Run, within: Sequence[int], cells: Mapping[int, Put]) -> str:
        """A run cut at some of its columns."""
        if run.covered:
            raise XmlError("a cell that is covered by a merged one cannot be written")
        text, at = "", run.col
        for col in within:
            text += self._again(run, col - at, first=at == run.col) + cells[col](run)
            at = col + 1
        return text + self._again(run, run.last + 1 - at, first=at == run.col)

    def _again(self, run: Run, count: int, *, first: bool) -> str:
        if not count:
            return ""
        changes = {CELLS_ALIKE: str(count) if count > 1 else None}
        return retag(run.text, changes if first else {**changes, NAMED: None}, self._document)

    def like(self, model: RowXml) -> str:
        """This row, which has no values, visible and with the model's styles and validations where it has none."""
        ends = {run.col for run in (*self.runs, *model.runs)} | {run.last + 1 for run in (*self.runs, *model.runs)}
        bounds = sorted(end for end in ends if end <= MAX_COL + 1)
        pieces: list[tuple[int, Mapping[str, str], str]] = []
        for col, end in pairwise(bounds):
            here, there = self.run(col), model.run(col)
            if here is not None and (here.children or here.covered or len(here.attrs.keys() - _LOOKS)):
                first = here.col == col
                pieces.append((end - col, {}, self._again(here, end - col, first=first)))
                continue
            looks = _looks(here, there)
            if pieces and pieces[-1][1:] == (looks, ""):
                pieces[-1] = (pieces[-1][0] + end - col, looks, "")
            else:
                pieces.append((end - col, looks, ""))
        cells = "".join(text or self._blank(count, looks) for count, looks, text in pieces)
        own = {name: self.attrs.get(name) for name in (STYLE, CELL_STYLE)}
        wanted = {name: value or model.attrs.get(name) for name, value in own.items()}
        name = self._document.name("table:table-row")
        changes = {ROWS_ALIKE: None, "table:visibility": None, **wanted}
        return f"{opened(retag(head_of(self.text), changes, self._document))}{cells}</{name}>"

    def _blank(self, count: int, looks: Mapping[str, str]) -> str:
        if not count:
            return ""
        attrs = {**looks, CELLS_ALIKE: str(count)} if count > 1 else looks
        return tag("table:table-cell", attrs, self._document, empty=True)

    def _plain(self, name: str) -> str:
        prefix, _, rest = name.partition(":")
        return f"{self._usual.get(prefix, prefix)}:{rest}" if rest else local(name)


_LOOKS = frozenset({STYLE, VALIDATION, CELLS_ALIKE})


def _looks(here: Run | None, there: Run | None) -> Mapping[str, str]:
    """The style and validation of a cell of a new row: its own, else those of the row it is styled like."""
    looks = {}
    for name in (STYLE, VALIDATION):
        own = here.attrs.get(name) if here else None
        model = there.attrs.get(name) if there else None
        value = own if own and own != _DEFAULT else model
        if value:
            looks[name] = value
    return looks


def rows_alike(text: str, count: int, document: Document, *, first: bool = True) -> str:
    """A row element that stands for ``count`` rows alike."""
    changes = {ROWS_ALIKE: str(count) if count > 1 else None}
    return retag(text, changes if first else {**changes, NAMED: None}, document)
