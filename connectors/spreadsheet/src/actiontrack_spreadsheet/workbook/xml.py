"""Small XML tools: where elements lie in a part's bytes, so that edits are splices and all else stays as it is."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol
from xml.parsers import expat

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
MAIN_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"

_START_TAG = re.compile(rb"""<[^\s/>]+(?:\s+[^\s=]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*(/?)>""")
_ATTRIBUTE = re.compile(r"""\s+([^\s=]+)\s*=\s*(?:"[^"]*"|'[^']*')""")
_TAG_END = re.compile(r"\s*/?>\Z")
_DECLARED = re.compile(rb"""^<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_UTF16 = (
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"),
)  # fmt: skip


MOST_ELEMENTS = 500_000
"""Of a part that is read as a whole, or of a sheet around its rows."""
_DEEPEST = 200
"""Elements inside one another; no part a spreadsheet program writes comes near."""


class XmlError(ValueError):
    """The XML is not well-formed, or has what a workbook may not have."""

    reason = "bad-xml"


class UnknownNamespaceError(XmlError):
    """The part is in a dialect this package does not know."""

    reason = "unknown-namespace"


class RepeatedCellError(XmlError):
    """A row or cell is there twice, or not where it says: which one a program shows is anybody's guess."""

    reason = "repeated-rows"


class TooMuchError(XmlError):
    """More than any plan needs; reading on would take more time or memory than a workbook is given."""

    reason = "too-large"


@dataclass(slots=True)
class Element:
    """An element and where it lies: ``start`` <tag> ``inner`` ... ``close`` </tag> ``end`` (byte offsets).

    ``name`` is without prefix; ``prefix`` is what stood before it, with the colon. For <tag/> inner = close = end.
    """

    name: str
    prefix: str
    attrs: dict[str, str]
    parent: Element | None
    start: int
    inner: int
    empty: bool
    close: int = -1
    end: int = -1

    def path(self) -> str:
        """'worksheet/mergeCells/mergeCell'."""
        return f"{self.parent.path()}/{self.name}" if self.parent else self.name


def local(name: str) -> str:
    """'x:row' -> 'row'."""
    return name.rpartition(":")[2]


def elements(data: bytes) -> list[Element]:
    """All elements of a UTF-8 document in document order. Raises XmlError (also for a DTD, or for depth)."""
    found: list[Element] = []
    stack: list[Element] = []
    parser = new_parser(namespaces=False)

    def start(name: str, attrs: dict[str, str]) -> None:
        at = parser.CurrentByteIndex
        if len(found) >= MOST_ELEMENTS:
            raise TooMuchError("far more in it than any plan")
        if len(stack) >= _DEEPEST:
            raise XmlError(f"elements more than {_DEEPEST} deep")
        tag = start_tag(data, at)
        prefix, colon, bare = name.rpartition(":")
        element = Element(bare, prefix + colon, attrs, stack[-1] if stack else None, at, tag.end(), bool(tag[1]))
        found.append(element)
        stack.append(element)

    def end(_name: str) -> None:
        element = stack.pop()
        if element.empty:
            element.close = element.end = element.inner
        else:
            element.close = parser.CurrentByteIndex
            element.end = data.index(b">", element.close) + 1

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parse_with(parser, [data])
    return found


def start_tag(data: bytes, at: int) -> re.Match[bytes]:
    """The start tag at an offset; group 1 is '/' for an empty element."""
    tag = _START_TAG.match(data, at)
    if not tag:
        raise XmlError("a tag that cannot be read")
    return tag


def new_parser(*, namespaces: bool = True) -> expat.XMLParserType:
    """A parser that refuses a DTD and calls its handlers at once; names are 'namespace local'."""
    parser = expat.ParserCreate("utf-8", " " if namespaces else None)
    parser.StartDoctypeDeclHandler = _no_doctype
    if hasattr(parser, "SetReparseDeferralEnabled"):
        parser.SetReparseDeferralEnabled(False)
    return parser


def parse_with(parser: expat.XMLParserType, pieces: Iterable[bytes]) -> None:
    """Feed a parser; every fault becomes an XmlError."""
    try:
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise XmlError(str(error)) from None


def _no_doctype(*_: object) -> None:
    raise XmlError("a document type (DTD) is not allowed")


def as_utf8(data: bytes) -> bytes:
    """The document in UTF-8 without a BOM, its declaration corrected; the same bytes when it was that already."""
    if data.startswith(codecs.BOM_UTF8):
        data = data[3:]
    encoding = next((name for start, name in _UTF16 if data.startswith(start)), None)
    declared = _DECLARED.match(data)
    if encoding is None and declared and declared[1].lower() not in (b"utf-8", b"us-ascii", b"ascii"):
        encoding = declared[1].decode("ascii")
    if encoding is None:
        return data
    try:
        text = data.decode(encoding)
    except (LookupError, UnicodeError) as error:
        raise XmlError(str(error)) from None
    return re.sub(r"""^(<\?xml[^>]*?encoding\s*=\s*["'])[^"']*""", r"\1UTF-8", text).encode()


def main_prefix(element: Element) -> str:
    """The prefix (with colon, or '') of an element of the spreadsheet namespace. Raises UnknownNamespaceError."""
    key = "xmlns:" + element.prefix[:-1] if element.prefix else "xmlns"
    scope: Element | None = element
    while scope and key not in scope.attrs:
        scope = scope.parent
    namespace = scope.attrs[key] if scope else ""
    if namespace not in (MAIN, MAIN_STRICT):
        raise UnknownNamespaceError(f"unknown namespace {namespace!r}")
    return element.prefix


# As xml.sax.saxutils, which takes 40 ms to import: it brings a web client with it.
_IN_ELEMENT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_IN_ATTRIBUTE = {**_IN_ELEMENT, **str.maketrans({'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})}


def style_number(attrs: Mapping[str, str]) -> int:
    """The style that a cell or row names; what is no number is no style."""
    written = attrs.get("s", "")
    return int(written) if written.isascii() and written.isdecimal() else 0


def attribute_text(name: str, value: object) -> str:
    """' name="value"', escaped."""
    return f' {name}="{str(value).translate(_IN_ATTRIBUTE)}"'


def attribute_place(tag: str, name: str) -> tuple[int, int] | None:
    """Where a start tag has an attribute, with the blank before it; the value of another may read like it."""
    return next((found.span() for found in _ATTRIBUTE.finditer(tag) if found[1] == name), None)


def element_text(text: str) -> str:
    """Escaped for element content."""
    return text.translate(_IN_ELEMENT)


class Tagged(Protocol):
    """Whatever knows where its start tag lies."""

    @property
    def start(self) -> int:
        """Its first byte."""

    @property
    def inner(self) -> int:
        """The first byte behind it."""


class Splices:
    """Replacements of byte ranges of one document, made all at once."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._edits: list[tuple[int, int, int, bytes]] = []

    def __bool__(self) -> bool:
        return bool(self._edits)

    def replace(self, start: int, end: int, text: str) -> None:
        """Replace a range; ``start == end`` inserts. Inserts at one place keep the order they were given in."""
        self._edits.append((start, end, len(self._edits), text.encode()))

    def insert_first(self, at: int, text: str) -> None:
        """Insert before whatever else is inserted at that place."""
        self._edits.append((at, at, -1, text.encode()))

    def set_attributes(self, element: Tagged, values: dict[str, str | None]) -> None:
        """Set attributes in an element's start tag (None removes), leaving the others as they are written."""
        self.replace(element.start, element.inner, self._tag(element, values))

    def append_child(self, element: Element, text: str) -> None:
        """Add inside an element, as its last child. An empty tag is opened."""
        if element.empty:
            self.open_tag(element, text, {})
        else:
            self.replace(element.close, element.close, text)

    def open_tag(self, element: Element, text: str, values: dict[str, str | None]) -> None:
        """Give an empty element content, and attributes as ``set_attributes`` does."""
        tag, name = self._tag(element, values), element.prefix + element.name
        self.replace(element.start, element.inner, f"{tag[:-2].rstrip()}>{text}</{name}>")

    def _tag(self, element: Tagged, values: dict[str, str | None]) -> str:
        tag = self.data[element.start : element.inner].decode()
        for name, value in values.items():
            written = attribute_text(name, value) if value is not None else ""
            at, rest = attribute_place(tag, name) or (len(tag) - len(_TAG_END.findall(tag)[-1]),) * 2
            tag = tag[:at] + written + tag[rest:]
        return tag

    def result(self) -> bytes:
        """The document with all replacements made."""
        return b"".join(self.run())

    def run(self, start: int = 0, stop: int | None = None) -> Iterator[bytes | memoryview]:
        """The document from ``start`` to ``stop``, in which all replacements are, with these made; in pieces."""
        at, data = start, memoryview(self.data)[:stop]
        for start, end, _, text in sorted(self._edits, key=lambda edit: edit[:3]):
            if start < at:
                raise XmlError("two edits of the same place")
            yield data[at:start]
            yield text
            at = end
        yield data[at:]
