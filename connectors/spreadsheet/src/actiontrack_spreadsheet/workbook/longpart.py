"""A sheet that is very long, of which only rows near the top change: what lies behind them is passed on as it is.

A column styled down to the last row the format has makes a part of 150 MB. It need not be held, nor taken apart: the
part without the rows behind the last changed one is a sound sheet of its own; they are put back when it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .package import Package
from .sheetxml import quick_rows
from .xml import as_utf8

LONG = 16 << 20
"""Bytes from which a part is long."""
_PIECE = 1 << 20
_ROWS = re.compile(rb"<((?:[\w.-]+:)?)sheetData(?=[\s>])[^<>]*(?<!/)>")


@dataclass(frozen=True, slots=True)
class Gap:
    """The bytes of an old part from ``start`` to ``stop``, which stay as they are."""

    package: Package
    part: str
    start: int
    stop: int

    def pieces(self) -> Iterator[bytes]:
        """The bytes, some at a time. Raises WorkbookRefused as ``Package.pieces``."""
        at = 0
        for piece in self.package.pieces(self.part):
            inside = piece[max(self.start - at, 0) : max(self.stop - at, 0)]
            if inside:
                yield inside
            at += len(piece)


@dataclass(frozen=True, slots=True)
class LongPart:
    """A part of new bytes, a gap that is filled with old ones, and new bytes again."""

    before: bytes
    gap: Gap
    after: bytes


Part = bytes | LongPart
"""What a part is to hold."""


def pieces_of(part: Part) -> Iterator[bytes]:
    """All of it, some at a time."""
    if isinstance(part, LongPart):
        yield from _sliced(part.before)
        yield from part.gap.pieces()
        yield from _sliced(part.after)
    else:
        yield from _sliced(part)


def changed_pieces(part: Part) -> Iterator[bytes]:
    """All of it but what fills its gap: a sound document, too."""
    yield from (part.before, part.after) if isinstance(part, LongPart) else _sliced(part)


def shortened(package: Package, part: str, rows: set[int]) -> tuple[bytes, Gap] | None:
    """A sheet without the rows behind the last of these, and where they lie.

    None where that would leave out little, or cannot be told from the bytes alone.
    """
    if package.member(part).size < LONG:
        return None
    pieces = package.pieces(part)
    head = bytearray()
    cut = _cut(head, pieces, rows)
    if cut is None or package.member(part).size - cut < LONG // 2:
        return None
    name = _ROWS.search(head)
    tail = _tail(bytes(head[cut:]), pieces, b"</%ssheetData" % name[1]) if name else None
    if tail is None or _hides_tags(head[1:cut]) or as_utf8(start := bytes(head[:cut])) is not start:
        return None
    return start + tail, Gap(package, part, cut, package.member(part).size - len(tail))


def _cut(head: bytearray, pieces: Iterator[bytes], rows: set[int]) -> int | None:
    """Where the last of the rows ends, in ``head``, which takes up pieces until it is there."""
    wanted, at, prefix, last = set(rows), 0, None, 0
    for piece in pieces:
        head += piece
        if prefix is None:
            opened = _ROWS.search(head)
            if opened is None:
                continue
            at, prefix = opened.end(), opened[1].decode()
        close = f"</{prefix}row>".encode()
        for number, _, end in quick_rows(head, at, head.rfind(close) + len(close), prefix):
            at, last = end, int(number) if number else last + 1
            wanted.discard(last)
            if not wanted:
                return at
    return None


def _tail(first: bytes, pieces: Iterator[bytes], close: bytes) -> bytes | None:
    """The end of the part from the end tag of its rows; None if it is not there, or something might hide it."""
    tail, seen = b"", first
    while True:
        if _hides_tags(seen):
            return None
        at = seen.rfind(close)
        if at >= 0:
            tail = seen[at:]
        piece = next(pieces, None)
        if piece is None:
            return tail or None
        tail, seen = tail and tail + piece, seen[1 - len(close) :] + piece


def _hides_tags(data: bytes | bytearray) -> bool:
    """Whether there is a comment, CDATA or the like, in which a ``<`` begins no tag."""
    return (b"!" in data or b"?" in data) and (b"<!" in data or b"<?" in data)


def _sliced(data: bytes) -> Iterator[bytes]:
    yield from (data[at : at + _PIECE] for at in range(0, len(data), _PIECE))
