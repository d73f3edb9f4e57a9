"""Reading the long parts (rows, shared strings) in blocks: a fast reader takes what is plain, expat all the rest.

A block ends right after an item's end tag and starts right after another. As long as no comment, CDATA, processing
instruction or namespace declaration has been met, a ``<`` can only begin a tag, so patterns on the text are sound.
From the first block that has one, everything goes to expat. Expat sees the head, what the fast reader leaves, and the
tail: a well-formed document with fewer items.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from xml.parsers import expat

from .xml import XmlError, as_utf8, local, new_parser, parse_with, start_tag

Slow = Callable[[str], None]
Fast = Callable[[str, Slow], None]

_MAX_ITEM = 32 << 20
"""Bytes. What is longer goes to the parser as it comes, so that nothing is copied again and again."""
_SLICE = 4096
"""Bytes the search for the container is fed at a time, so that it does not run through the items."""
_NOT_PLAIN = ((b"!", b"<!"), (b"?", b"<?"), (b"mlns", b"xmlns"))
"""A rare byte to look for first, and what would then make the block one for the parser."""


def read_items(
    pieces: Iterable[bytes],
    parser: expat.XMLParserType,
    container: str,
    item: str,
    make_fast: Callable[[str], Fast] | None,
) -> None:
    """Read a part: ``make_fast(prefix)`` gives the fast reader of the container's items. Raises XmlError."""
    with _no_collection():
        parse_with(parser, _left_over(_utf8(pieces), parser, container, item, make_fast))


@contextmanager
def _no_collection() -> Iterator[None]:
    """Nothing here is in a cycle, and most is kept: to search it for garbage took a tenth of the time."""
    wanted = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if wanted:
            gc.enable()


def _left_over(
    pieces: Iterator[bytes],
    parser: expat.XMLParserType,
    container: str,
    item: str,
    make_fast: Callable[[str], Fast] | None,
) -> Iterator[bytes]:
    """What the parser must see, in order; plain blocks go to the fast reader in between."""
    head, rest, prefix = _head(pieces, container)
    yield head
    if make_fast is not None and prefix is not None:
        fast = make_fast(prefix)
        end = f"</{prefix}{item}>".encode()

        def slow(text: str) -> None:
            parser.Parse(text.encode(), False)

        for block, follows in _blocks(rest, pieces, end):
            rest = follows
            if block and not any(rare in block and sign in block for rare, sign in _NOT_PLAIN):
                fast(_text(block), slow)
            else:
                yield block + rest
                rest = b""
                break
    yield rest
    yield from pieces


def _blocks(rest: bytes, pieces: Iterator[bytes], end: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(block, what follows it so far): blocks as long as there are items; ends when the pieces do."""
    for piece in chain([b""], pieces):
        rest += piece
        cut = rest.rfind(end)
        if cut >= 0:
            cut += len(end)
            block, rest = rest[:cut], rest[cut:]
            yield block, rest
        elif len(rest) > _MAX_ITEM:
            break
    yield b"", rest


def _head(pieces: Iterator[bytes], container: str) -> tuple[bytes, bytes, str | None]:
    """(through the container's start tag, what follows, its prefix); prefix None when there is no such element."""
    parser = new_parser(namespaces=False)
    found: list[tuple[int, str]] = []

    def start(name: str, _attrs: dict[str, str]) -> None:
        if not found and local(name) == container:
            found.append((parser.CurrentByteIndex, name[: -len(container)]))

    parser.StartElementHandler = start
    buffer = b""
    for piece in pieces:
        fed, buffer = len(buffer), buffer + piece
        if len(buffer) > _MAX_ITEM:
            raise XmlError(f"nothing of use in the first {_MAX_ITEM >> 20} MiB")
        while fed < len(buffer) and not found:
            try:
                parser.Parse(buffer[fed : fed + _SLICE], False)
            except expat.ExpatError as error:
                raise XmlError(str(error)) from None
            fed += _SLICE
        if found:
            at, prefix = found[0]
            tag = start_tag(buffer, at)
            return buffer[: tag.end()], buffer[tag.end() :], None if tag[1] else prefix
    return buffer, b"", None


def _utf8(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces in UTF-8; another encoding is converted as a whole."""
    source = iter(pieces)
    first = next(source, b"")
    if as_utf8(first) is first:
        return chain([first], source)
    return iter([as_utf8(first + b"".join(source))])


def _text(block: bytes) -> str:
    try:
        return block.decode()
    except UnicodeDecodeError as error:
        raise XmlError(str(error)) from None
