"""Texts as workbooks store them: escapes, rich text, and the table of shared strings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from xml.parsers import expat

from .items import Slow, read_items
from .xml import TooMuchError, XmlError, new_parser

MAX_TEXT = 32_767
"""Characters (UTF-16 units) a cell can hold."""

BAD_XML = "\\x00-\\x08\\x0b-\\x1f"
"""Inside a regex class: control characters XML forbids, and CR, which a parser would change."""

_MOST_STRINGS = 2_000_000
_MOST_PARSED = 1_000_000
"""Texts the parser is given: rich ones, and those of unusual programs."""
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NEEDS_ESCAPE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_ENTITY = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|(amp|lt|gt|quot|apos));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


def decode_escapes(text: str) -> str:
    """'_x000D_' -> CR and so on, as Excel shows it; '_x005F_x000D_' is the text '_x000D_'."""
    if "_x" not in text:
        return text
    text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def encode_escapes(text: str) -> str:
    """The inverse of ``decode_escapes``, for what XML cannot hold as it is."""
    return _NEEDS_ESCAPE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def unescape(text: str) -> str:
    """XML entities of element content replaced. Raises XmlError for any but the predefined ones."""
    if "&" not in text:
        return text
    replaced, count = _ENTITY.subn(_entity, text)
    if count != text.count("&"):
        raise XmlError("an entity that is not defined")
    return replaced


def _entity(found: re.Match[str]) -> str:
    if found[3]:
        return _NAMED[found[3]]
    code = int(found[1], 16) if found[1] else int(found[2])
    if (
        code > 0x10FFFF
        or code in (0xFFFE, 0xFFFF)
        or 0xD800 <= code < 0xE000
        or (code < 32 and code not in (9, 10, 13))
    ):
        raise XmlError("a character that XML does not allow")
    return chr(code)


class RichText:
    """Collects the text of an ``si`` or ``is`` from expat events: runs joined, phonetic hints dropped."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._phonetic = 0
        self._in_text = False

    def start(self, name: str) -> None:
        """A start tag (name without prefix or namespace)."""
        if name == "rPh":
            self._phonetic += 1
        self._in_text = name == "t" and not self._phonetic

    def end(self, name: str) -> None:
        """An end tag."""
        if name == "rPh":
            self._phonetic -= 1
        self._in_text = False

    def characters(self, data: str) -> None:
        """Character data."""
        if self._in_text:
            self._parts.append(data)

    def text(self) -> str:
        """The text, escapes decoded."""
        return decode_escapes("".join(self._parts))


class _SharedStrings:
    """Collects the items of the shared string table; an empty one is None."""

    def __init__(self) -> None:
        self.strings: list[str | None] = []
        self._parsed = 0
        self._item: RichText | None = None

    def parser(self) -> expat.XMLParserType:
        """A parser that fills ``strings``."""
        parser = new_parser()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        return parser

    def fast(self, prefix: str) -> Callable[[str, Slow], None]:
        """A reader of blocks of items: plain ones by one pattern, rich ones through the parser."""
        name = re.escape(prefix)
        item = re.compile(rf'<{name}si><{name}t(?: xml:space="preserve")?>([^<{BAD_XML}]*+)</{name}t></{name}si>\s*')
        end = f"</{prefix}si>"

        def read(block: str, slow: Slow) -> None:
            if len(self.strings) > _MOST_STRINGS:
                raise TooMuchError("more texts than any plan has")
            texts = item.findall(block)
            if 4 * len(texts) == block.count("<"):  # nothing but plain items: <si><t></t></si>
                self.strings += _decoded(texts, block)
                return
            at = 0
            while at < len(block):
                found = item.match(block, at)
                if found:
                    self.strings += _decoded([found[1]], found[1])
                    at = found.end()
                else:
                    cut = block.index(end, at) + len(end)
                    slow(block[at:cut])
                    at = cut

        return read

    def _start(self, name: str, _attrs: dict[str, str]) -> None:
        bare = name.rpartition(" ")[2]
        if bare == "si":
            self._parsed += 1
            if self._parsed > _MOST_PARSED:
                raise TooMuchError("more texts than any plan has")
            self._item = RichText()
        elif self._item:
            self._item.start(bare)

    def _end(self, name: str) -> None:
        bare = name.rpartition(" ")[2]
        if bare == "si" and self._item:
            self.strings.append(self._item.text() or None)
            self._item = None
        elif self._item:
            self._item.end(bare)

    def _characters(self, data: str) -> None:
        if self._item:
            self._item.characters(data)


def _decoded(texts: list[str], block: str) -> list[str | None]:
    """Entities and escapes decoded, where the block they came from has any; empty ones are None."""
    if "&" in block or "_x" in block:
        texts = [decode_escapes(unescape(text)) if "&" in text or "_x" in text else text for text in texts]
    return [text or None for text in texts]


def read_strings(pieces: Iterable[bytes], *, fast: bool = True) -> list[str | None]:
    """All shared strings, in order; ``fast=False`` reads through the parser alone. Raises XmlError."""
    table = _SharedStrings()
    read_items(pieces, table.parser(), "sst", "si", table.fast if fast else None)
    return table.strings
