"""An opened OpenDocument workbook, with the same doors as an Excel one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from actiontrack_spreadsheet.workbook.errors import refuse_file, xml_faults
from actiontrack_spreadsheet.workbook.grid import Grid
from actiontrack_spreadsheet.workbook.package import RATIO_FREE, Package
from actiontrack_spreadsheet.workbook.refs import Area
from actiontrack_spreadsheet.workbook.words import list_words
from actiontrack_spreadsheet.workbook.workbook import DefinedName, Sheet, as_utf8_part
from actiontrack_spreadsheet.workbook.xml import XmlError

from .addresses import parse_place
from .reader import Budget, SheetRows
from .scan import Node, Rows, scan
from .styles import OdsStyles

CONTENT, META, COMMON, MANIFEST = "content.xml", "meta.xml", "styles.xml", "META-INF/manifest.xml"
_KIND = "application/vnd.oasis.opendocument.spreadsheet"
SPREADSHEETS = (_KIND, f"{_KIND}-template")
_SIGNATURES = "META-INF/documentsignatures.xml"
_MAX_CONTENT = 256 << 20
_MAX_ASIDE = 32 << 20
"""Of styles.xml and meta.xml."""
_MAX_RATIO = 60
"""Lower than for other packages: rows alike are one element here, so that content.xml repeats itself less."""
_LIST = re.compile(r"(?:[A-Za-z][\w.-]*:)?cell-content-is-in-list\((.*)\)\s*\Z", re.DOTALL)
_WORD = re.compile(r'"((?:[^"]|"")*)"')


class OdsWorkbook:
    """A workbook in memory as it was when opened; the file is not held open. All sheets are read at once."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.path: Path = package.path
        self.sha256: str = package.sha256
        """Of the file's bytes, as hex."""
        self._check_kind()
        self.signed = _SIGNATURES in package
        """Digitally signed: any change would break the signature, so every edit is refused."""
        self._read()
        if not self.sheets:
            raise refuse_file(self.path, "no-sheets", "it has no sheets; ask for a new copy")
        self._asked: set[str] = set()

    def _check_kind(self) -> None:
        mimetype = self.package.member("mimetype")
        kind = self.package.read("mimetype").decode("latin-1").strip() if mimetype.size < 200 else ""
        if kind not in SPREADSHEETS:
            raise refuse_file(self.path, "not-a-workbook", f"not a spreadsheet but {kind[:80] or 'unknown'}")
        content = self.package.member(CONTENT)
        dense = content.size > RATIO_FREE and content.size > _MAX_RATIO * max(content.packed, 1)
        if content.size > _MAX_CONTENT or dense:
            raise refuse_file(self.path, "too-large", f"{CONTENT} unpacks to far more than a workbook should; refused")

    def _read(self) -> None:
        common = self._root(COMMON)
        budget, tables, taken = Budget(), [], []
        found: list[OdsStyles] = []

        def rows_of(table: Node) -> Rows:
            if not found:
                found.append(OdsStyles(_top(table), common))
            tables.append(table)
            taken.append(SheetRows(table, found[0], budget))
            return taken[-1]

        data = as_utf8_part(self.package, CONTENT)
        self.has_formulas = b":formula=" in data
        """Whether any cell is calculated."""
        with xml_faults(self.path, CONTENT):
            root = scan(data, rows_of).root
            book = root.first("office:body", "office:spreadsheet")
            if book is None:
                raise refuse_file(self.path, "not-a-workbook", "not an OpenDocument spreadsheet")
            self.styles = found[0] if found else OdsStyles(root, common)
            self.sheets: Sequence[Sheet] = [self._sheet(table) for table in tables]
            self.defined_names: Sequence[DefinedName] = [
                *_names(book, None), *(name for table in tables for name in _names(table, _name(table)))
            ]  # fmt: skip
            conditions = {
                node.attrs.get("table:name", ""): node.attrs.get("table:condition", "")
                for node in book.walk()
                if node.name == "table:content-validation"
            }
            self.linked = frozenset(_name(table) for table in tables if table.first("table:table-source"))
            """Names of the sheets that another file fills."""
            self.pivots = _areas(book, "table:data-pilot-table")
            filters = _areas(book, "table:database-range", **{"table:display-filter-buttons": "true"})
            self._grids: dict[str, Grid] = {}
            if len({sheet.name.casefold() for sheet in self.sheets}) < len(self.sheets):
                raise XmlError("two sheets have one name")
            for sheet, rows in zip(self.sheets, taken, strict=True):
                rows.complete(conditions)
                rows.facts.autofilter = next(iter(filters.get(sheet.name, ())), None)
                self._grids[sheet.name.casefold()] = self._grid(sheet.name, rows)

    def _grid(self, name: str, rows: SheetRows) -> Grid:
        return Grid(
            name,
            rows.cells,
            facts=rows.facts,
            styles=self.styles,
            targets={link.relation: link.relation for link in rows.facts.links},
            words=lambda condition: self._words(condition, name),
        )

    def sheet(self, name: str) -> Sheet:
        """The tab of that name (case does not matter). Raises WorkbookRefused (``unknown-sheet``)."""
        for sheet in self.sheets:
            if sheet.name.casefold() == name.casefold():
                return sheet
        there = ", ".join(sheet.name for sheet in self.sheets)
        raise refuse_file(self.path, "unknown-sheet", f"no sheet {name!r}; it has: {there}")

    def read(self, sheet: str | Sheet) -> Grid:
        """All cells of a sheet. Raises WorkbookRefused."""
        tab = self.sheet(sheet) if isinstance(sheet, str) else sheet
        self._asked.add(tab.name)
        return self.grid(tab.name)

    def grid(self, name: str) -> Grid:
        """``read`` that is not taken down in ``sheets_read``."""
        return self._grids[name.casefold()]

    @property
    def sheets_read(self) -> list[str]:
        """The names of the sheets that were asked for."""
        return sorted(self._asked)

    @cached_property
    def custom_properties(self) -> Mapping[str, str]:
        """The file's own properties, as text."""
        root = self._root(META)
        known = root.first("office:meta") if root else None
        return {n.attrs.get("meta:name", ""): n.text for n in (known.named("meta:user-defined") if known else ())}

    def _root(self, part: str) -> Node | None:
        if part not in self.package:
            return None
        if self.package.member(part).size > _MAX_ASIDE:
            raise refuse_file(self.path, "too-large", f"{part} unpacks to far more than a workbook should; refused")
        data = as_utf8_part(self.package, part)
        with xml_faults(self.path, part):
            return scan(data).root

    def _sheet(self, table: Node) -> Sheet:
        style = self.styles.tables.get(table.attrs.get("table:style-name", ""))
        properties = style.first("style:table-properties") if style else None
        shown = properties.attrs.get("table:display", "true") if properties else "true"
        return Sheet(_name(table), "visible" if shown == "true" else "hidden", CONTENT)

    def _words(self, condition: str, home: str) -> tuple[str, ...] | None:
        """The words a list validation allows; None when it is none, or its range moves with the cell."""
        found = _LIST.match(condition)
        if not found:
            return None
        inner = found[1].strip()
        if inner.startswith('"'):
            return tuple(dict.fromkeys(word.replace('""', '"') for word in _WORD.findall(inner)))
        place = parse_place(inner)
        if place and not place.fixed:
            return None
        return list_words(place.reference() if place else inner, home, self._other, self._refers_to)

    def _other(self, name: str) -> Grid | None:
        return self._grids.get(name.casefold())

    def _refers_to(self, name: str) -> str | None:
        return next((n.refers_to for n in self.defined_names if n.name.casefold() == name.casefold()), None)


def open_ods(path: Path | str) -> OdsWorkbook:
    """Open an .ods safely. Raises WorkbookRefused (one line, typed) or WorkbookBusy."""
    return OdsWorkbook(Package.open(path))


def _top(node: Node) -> Node:
    while node.parent is not None:
        node = node.parent
    return node


def _name(table: Node) -> str:
    return table.attrs.get("table:name", "")


def _names(parent: Node, scope: str | None) -> list[DefinedName]:
    group = parent.first("table:named-expressions")
    found = []
    for node in group.children if group else ():
        written = node.attrs.get("table:cell-range-address", node.attrs.get("table:expression", ""))
        place = parse_place(written)
        found.append(DefinedName(_name(node), place.reference() if place else written, scope))
    return found


def _areas(book: Node, name: str, **wanted: str) -> dict[str, list[Area]]:
    """The target ranges of elements of a kind, by sheet."""
    found: dict[str, list[Area]] = {}
    for node in book.walk():
        if node.name == name and wanted.items() <= dict(node.attrs).items():
            place = parse_place(node.attrs.get("table:target-range-address", ""))
            if place:
                found.setdefault(place.sheet, []).append(place.area)
    return found
