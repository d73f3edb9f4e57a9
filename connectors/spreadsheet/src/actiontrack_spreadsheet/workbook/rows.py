"""Reading the rows of a sheet: a pattern that takes a whole row at once, and expat for what does not fit it."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import NamedTuple

from .cells import CellDecoder, number
from .columns import MOST_CELLS, NO_STYLE, Columns, check_column
from .items import Slow, read_items
from .refs import column_number, letters
from .rowparser import Cells, OtherHandler, RowParser
from .strings import BAD_XML, decode_escapes, unescape
from .values import CellValue
from .xml import XmlError

_BATCH = 1024
_KINDS_TRIED = 4
"""How many kinds of cells a column may turn out to have before it is taken for mixed: headings are of another."""
_MOST_COMPILED = 4_000
"""Columns compiled into patterns in all; rows that are unlike to the last go to the parser."""
_MAX_PATTERN = 400
"""Columns one pattern may have; rows with more go to the parser."""
_STYLE = re.compile(r' s="([0-9]+)"')
_KIND = re.compile(r' t="([a-zA-Z]+)"')
_DIGITS = b"0123456789"
_MANY = 64
"""Rows from which a block of blank ones is worth a look as a whole."""
_HIDDEN = re.compile(r' hidden="(?:1|true)"')


class _Alike(NamedTuple):
    """What cells alike have: their attributes, and their body: "v" or "is" where it is a plain one."""

    attrs: str
    body: str

    @property
    def is_plain(self) -> bool:
        """Whether one group of a pattern says all there is to say of such a cell."""
        return self.body == "v" or (self.body == "is" and ' t="inlineStr"' in self.attrs)


_Kind = tuple[int, str, Callable[[str], CellValue]]
"""A cell's style, type, and what reads its text."""


def read_rows(
    pieces: Iterable[bytes],
    decoder: CellDecoder,
    handler: OtherHandler | None = None,
    *,
    fast: bool = True,
    room: int = MOST_CELLS,
) -> Columns:
    """All cells of a sheet part. ``handler`` is told of the elements outside the rows. Raises XmlError.

    ``fast=False`` reads through the parser alone: slower, and the measure of what is right. ``room``: as ``Columns``.
    """
    reader = RowParser(decoder, handler, room)
    read_items(pieces, reader.parser(), "sheetData", "row", _RowPatterns(reader).fast if fast else None)
    reader.columns.finish()
    return reader.columns


class _RowPatterns:
    """The fast reader of rows.

    One pattern has all columns met so far, each optional. A column of cells alike has one group, the text of their
    ``v`` or of their plain ``is``; any other has three: a cell's attributes, the text of a lone ``v``, and any other
    body. A batch of matches is turned on its side, so that values are made by column.
    """

    def __init__(self, reader: RowParser) -> None:
        self._reader = reader
        self._prefix = ""
        self._known: list[int] = []
        self._alike: dict[int, _Alike] = {}
        """Columns whose cells are alike."""
        self._unlike: Counter[int] = Counter()
        """How often a column's cells turned out to be of another kind than those above."""
        self._kinds: dict[str, _Kind] = {}
        self._compiled = 0

    def fast(self, prefix: str) -> Callable[[str, Slow], None]:
        """The reader of blocks for a sheet whose elements have this prefix."""
        self._prefix = name = re.escape(prefix)
        self._end = f"</{prefix}row>"
        self._cell = re.compile(
            rf'<{name}c r="([A-Z]{{1,3}})[0-9]+"([^<>/]*)(?:><{name}(v)>[^<]*</{name}v><'
            rf'|><{name}(is)><{name}t(?: xml:space="preserve")?>[^<]*</{name}t></{name}is><|[/>])'
        )
        self._body = re.compile(
            rf"(?:<{name}f((?:\s[^<>]*)?)(?:/>|>([^<]*)</{name}f>))?(?:<{name}v>([^<]*)</{name}v>)?"
            rf"|<{name}is><{name}t(?: xml:space=\"preserve\")?>([^<]*)</{name}t></{name}is>"
        )
        empty = rf'<{name}row r="([0-9]{{1,7}})"[^<>]*(?:/>|(?<!/)>(?:<{name}c\b[^<>]*/>)*+</{name}row>)\s*'
        self._empty_row = re.compile(empty, re.ASCII)
        self._empty_rows = re.compile(rf"(?:{empty})++", re.ASCII)
        self._row = self._compile()
        return self._read

    def _compile(self) -> re.Pattern[str]:
        name, text = self._prefix, f"[^<{BAD_XML}]*+"
        formula = rf"<{name}f(?:\s[^<>]*+)?(?:(?<=/)>|(?<!/)>{text}</{name}f>)(?:<{name}v>{text}</{name}v>)?"
        inline = rf'<{name}is><{name}t(?: xml:space="preserve")?>{text}</{name}t></{name}is>'
        bodies = {"v": rf"<{name}v>({text})</{name}v>", "is": inline.replace(text, f"({text})")}
        cells = "".join(
            rf'(?:<{name}c r="{letters(col)}\1"{re.escape(self._alike[col].attrs)}>'
            rf"{bodies[self._alike[col].body]}</{name}c>)?+"
            if col in self._alike
            else rf'(?:<{name}c r="{letters(col)}\1"([^<>/]*+)'
            rf"(?:/>|>(?:<{name}v>({text})</{name}v>|({formula}|{inline}))</{name}c>))?+"
            for col in self._known
        )
        return re.compile(rf'<{name}row r="([0-9]{{1,7}})"([^<>/]*+)>{cells}</{name}row>\s*')

    def _read(self, block: str, slow: Slow) -> None:
        at, size = 0, len(block)
        if self._all_blank(block):
            return
        while at < size:
            blank = self._empty_rows.match(block, at)
            if blank:
                at = blank.end()
                self._reader.columns.last_row = int(blank[1])
                continue
            # As many rows as follow one another in this shape, each matched where the last one ended.
            rows = list(islice(iter(self._row.scanner(block, at).match, None), _BATCH))  # type: ignore[attr-defined]
            if rows:
                self._take([row.groups() for row in rows])
                at = rows[-1].end()
                continue
            cut = block.find(self._end, at) + len(self._end)
            if not self._learn(block[at:cut]):
                slow(block[at:cut])
                at = cut

    def _all_blank(self, block: str) -> bool:
        """Pass over a block of nothing but blank rows that are alike to the digit; False where it may be another.

        A column styled down to the last row has a million of them.
        """
        first = self._empty_row.match(block)
        if first is None or len(block) < _MANY * first.end():
            return False
        written = block.encode()
        row, rows = (each.translate(None, _DIGITS) for each in (first[0].encode(), written))
        if b'=""' in written or rows != row * (len(rows) // len(row)):
            return False
        last = self._empty_row.match(block, block.rindex(first[0][: first[0].index(" ") + 1]))
        if last is None:
            return False
        self._reader.columns.last_row = int(last[1])
        return True

    def _learn(self, row: str) -> bool:
        """Take what is new in a row into the pattern, if there is anything."""
        before = (self._known, dict(self._alike))
        cells = [(column_number(name), _Alike(attrs, v or text)) for name, attrs, v, text in self._cell.findall(row)]
        if len({col for col, _ in cells}.union(self._known)) > _MAX_PATTERN:
            return False
        for col, cell in cells:
            if col not in self._known:
                self._known = sorted([*self._known, col])
            elif col not in self._alike or self._alike[col] == cell:
                continue
            self._unlike[col] += 1
            if cell.is_plain and self._unlike[col] <= _KINDS_TRIED:
                self._alike[col] = cell
            else:
                self._alike.pop(col, None)
        if before == (self._known, self._alike):
            return False
        self._compiled += len(self._known)
        if self._compiled > _MOST_COMPILED:
            self._known, self._alike = before
            return False
        self._row = self._compile()
        return True

    def _take(self, batch: list[tuple[str | None, ...]]) -> None:
        sides = iter(zip(*batch, strict=True))
        numbers, attributes = next(sides), next(sides)
        rows = [int(number) for number in numbers if number]
        hidden = [row for row, attrs in zip(rows, attributes, strict=True) if attrs and _HIDDEN.search(attrs)]
        cells: Cells = {}
        for col in self._known:
            alike = self._alike.get(col)
            if alike is None:
                taken = self._column(next(sides), next(sides), next(sides))
            else:
                taken = self._column_alike(alike.attrs, next(sides))
            if taken:
                cells[check_column(col)] = taken
        self._reader.columns.add(rows, cells, hidden)

    def _column_alike(self, attrs: str, raws: Sequence[str | None]) -> tuple[Sequence[CellValue], Sequence[int]] | None:
        """(values, styles) of a column whose cells all have these attributes; None when it has no cell at all."""
        style, kind, read = self._kind(attrs)
        blanks = raws.count(None)
        if blanks == len(raws):
            return None
        if not blanks:
            return self._all(kind, read, raws), array("i", [style]) * len(raws)  # type: ignore[arg-type]
        there = iter(self._all(kind, read, [raw for raw in raws if raw is not None]))
        values: list[CellValue] = [None if raw is None else next(there) for raw in raws]
        return values, array("i", [NO_STYLE if raw is None else style for raw in raws])

    def _all(self, kind: str, read: Callable[[str], CellValue], raws: Sequence[str]) -> Sequence[CellValue]:
        """The values of many cells of one kind and style."""
        if kind == "s":
            return self._reader.decoder.shared(raws)
        if kind == "inlineStr":
            return self._reader.decoder.texts(raws)
        return self._reader.decoder.numbers(raws) if read is number else list(map(read, raws))

    def _column(
        self, attrs: Sequence[str | None], raws: Sequence[str | None], others: Sequence[str | None]
    ) -> tuple[Sequence[CellValue], Sequence[int]] | None:
        """(values, styles) of one column of a batch; None when it has no cell at all."""
        kinds = {written: self._kind(written) for written in set(attrs)}
        values: list[CellValue]
        styles: Sequence[int]
        if len(kinds) == 1:
            style, kind, read = kinds[attrs[0]]
            if style == NO_STYLE:
                return None
            styles = array("i", [style]) * len(attrs)
            if None not in raws:
                return self._all(kind, read, raws), styles  # type: ignore[arg-type]
            values = [None if raw is None else read(raw) for raw in raws]
        else:
            styles = [kinds[written][0] for written in attrs]
            values = [None if raw is None else kinds[written][2](raw) for written, raw in zip(attrs, raws, strict=True)]
        for index, other in enumerate(others):
            if other is not None:
                style, kind, _ = kinds[attrs[index]]
                values[index] = self._other(kind, style, other)
        return values, styles

    def _other(self, kind: str, style: int, body: str) -> CellValue:
        """A cell whose body is a formula or an inline text."""
        found = self._body.fullmatch(body)
        if not found:
            raise XmlError("a cell that cannot be read")
        attrs, text, raw, inline = found.groups()
        if inline is not None:
            return self._reader.inline(kind, decode_escapes(unescape(inline)))
        self._reader.note_array(dict(re.findall(r'\s(t|ref)="([^"]*)"', attrs or "")))
        value = None if raw is None else unescape(raw)
        return self._reader.decoder.formula(kind, style, value, unescape(text or ""))

    def _kind(self, attrs: str | None) -> _Kind:
        """What a cell's attributes say."""
        if attrs is None:
            return NO_STYLE, "", number
        if attrs not in self._kinds:
            styled, typed = _STYLE.search(attrs), _KIND.search(attrs)
            style, kind = int(styled[1]) if styled else 0, typed[1] if typed else ""
            read = self._reader.decoder.reader(kind, style)
            plain = kind in ("", "n", "s")  # what is no number is looked at again there
            self._kinds[attrs] = (style, kind, read if plain else lambda raw: read(unescape(raw)))
        return self._kinds[attrs]
