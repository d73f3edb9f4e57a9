"""A document of the package as a tree with places in its bytes; the rows of its sheets are handed on, not kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from actiontrack_spreadsheet.workbook.xml import UnknownNamespaceError, XmlError, new_parser, parse_with, start_tag

from .names import NAMESPACES, usual

_MAX_DEPTH = 200
_MOST_NODES = 200_000
"""Elements outside the rows; each is kept."""
_NOTHING: Mapping[str, str] = {}
_ROW_GROUPS = ("table:table-rows", "table:table-header-rows", "table:table-row-group")


@dataclass(slots=True)
class Node:
    """An element: ``start`` <tag> ``inner`` … ``close`` </tag> ``end`` (byte offsets).

    Names have the usual prefixes.
    """

    name: str
    attrs: Mapping[str, str]
    parent: Node | None
    start: int
    inner: int
    empty: bool
    close: int = -1
    end: int = -1
    children: list[Node] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its own text, that of its children left out."""
        return "".join(self.texts)

    def named(self, name: str) -> list[Node]:
        """Its children of that name."""
        return [child for child in self.children if child.name == name]

    def first(self, *path: str) -> Node | None:
        """The first element down a path of names."""
        node: Node | None = self
        for name in path:
            node = next((child for child in node.children if child.name == name), None) if node else None
        return node

    def walk(self) -> Iterator[Node]:
        """Everything below it, in document order."""
        for child in self.children:
            yield child
            yield from child.walk()


class Rows(Protocol):
    """Told of the rows of one sheet. Names have the usual prefixes."""

    def begin(self, attrs: Mapping[str, str]) -> None:
        """A row starts."""

    def start(self, name: str, attrs: Mapping[str, str]) -> None:
        """An element inside a row starts."""

    def text(self, text: str) -> None:
        """Text inside a row."""

    def stop(self, name: str) -> None:
        """An element inside a row ends."""

    def finish(self, start: int, end: int) -> None:
        """The row ends; it lies at these bytes."""


@dataclass(slots=True)
class Document:
    """``prefixes``: usual prefix -> the file's own, of what its root element declares."""

    data: bytes
    root: Node
    prefixes: Mapping[str, str]
    declares_once: bool
    """No element below the root declares one of the namespaces anew."""

    def name(self, usual_name: str) -> str:
        """A name as this file writes it. Raises UnknownNamespaceError where its root does not declare the prefix."""
        prefix, _, local = usual_name.partition(":")
        if prefix not in self.prefixes:
            raise UnknownNamespaceError(f"the namespace of {usual_name} is not declared at its head")
        return f"{self.prefixes[prefix]}:{local}"


def scan(data: bytes, rows_of: Callable[[Node], Rows | None] = lambda _table: None) -> Document:
    """Read a UTF-8 document. ``rows_of`` says who is told of the rows of a sheet's table. Raises XmlError."""
    scanner = _Scanner(data, rows_of)
    parse_with(scanner.parser, [data])
    assert scanner.root is not None  # noqa: S101 - a document that parses has a root
    return Document(data, scanner.root, scanner.prefixes, scanner.declares_once)


class _Scanner:
    def __init__(self, data: bytes, rows_of: Callable[[Node], Rows | None]) -> None:
        self._data = data
        self._rows_of = rows_of
        self.root: Node | None = None
        self.prefixes: dict[str, str] = {}
        self.declares_once = True
        self._at: Node | None = None
        self._depth = 0
        self._nodes = 0
        self._sheet: Node | None = None
        self._rows: Rows | None = None
        self._row_start = -1
        self._row_end = -1
        self._row_depth = 0
        self.parser = parser = new_parser()
        parser.StartNamespaceDeclHandler = self._declare
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._stop
        parser.CharacterDataHandler = self._text
        parser.buffer_text = True

    def _declare(self, prefix: str | None, uri: str) -> None:
        known = next((name for name, each in NAMESPACES.items() if each == uri), None)
        if self.root is not None:
            self.declares_once = self.declares_once and known is None and prefix not in self.prefixes.values()
        elif known and prefix:
            self.prefixes[known] = prefix

    def _start(self, name: str, attrs: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise XmlError(f"elements nested {_MAX_DEPTH} deep")
        plain = usual(name)
        said = {usual(key): value for key, value in attrs.items()} if attrs else _NOTHING
        if self._row_start >= 0:
            if self._rows:
                self._rows.start(plain, said)
            return
        at = self.parser.CurrentByteIndex
        tag = start_tag(self._data, at)
        if plain == "table:table-row" and self._sheet is not None and self._is_row_place():
            self._row_start, self._row_end, self._row_depth = at, tag.end() if tag[1] else -1, self._depth
            if self._rows:
                self._rows.begin(said)
            return
        self._nodes += 1
        if self._nodes > _MOST_NODES:
            raise XmlError("more elements beside its rows than a plan needs")
        node = Node(plain, said, self._at, at, tag.end(), bool(tag[1]))
        if self._at is not None:
            self._at.children.append(node)
        else:
            self.root = node
        self._at = node
        if plain == "table:table" and node.parent is not None and node.parent.name == "office:spreadsheet":
            self._sheet, self._rows = node, self._rows_of(node)

    def _is_row_place(self) -> bool:
        node = self._at
        while node is not None and node.name in _ROW_GROUPS:
            node = node.parent
        return node is self._sheet

    def _stop(self, name: str) -> None:
        self._depth -= 1
        if self._row_start >= 0:
            if self._depth >= self._row_depth:
                if self._rows:
                    self._rows.stop(usual(name))
                return
            start, end = self._row_start, self._row_end
            self._row_start = -1
            if end < 0:
                end = self._data.index(b">", self.parser.CurrentByteIndex) + 1
            if self._rows:
                self._rows.finish(start, end)
            return
        node = self._at
        assert node is not None  # noqa: S101 - the parser matches tags
        if node.empty:
            node.close = node.end = node.inner
        else:
            node.close = self.parser.CurrentByteIndex
            node.end = self._data.index(b">", node.close) + 1
        if node is self._sheet:
            self._sheet = self._rows = None
        self._at = node.parent

    def _text(self, text: str) -> None:
        if self._row_start >= 0:
            if self._rows:
                self._rows.text(text)
        elif self._at is not None:
            self._at.texts.append(text)
