"""An opened workbook: what is in it, and reading its sheets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from .cells import CellDecoder
from .columns import MOST_CELLS
from .errors import WorkbookRefused, refuse_file, xml_faults
from .facts import SheetFacts
from .grid import Grid, Table
from .package import Package, part_key
from .refs import parse_area
from .relations import Relation, content_type, package_elements, relations
from .rows import read_rows
from .strings import decode_escapes, read_strings, unescape
from .styles import Styles
from .words import list_words
from .xml import MAIN_STRICT, Element, as_utf8, elements, main_prefix

_FORMULA = re.compile(rb"<(?:[\w.-]+:)?f[\s>/]")
_KINDS = {"worksheet": "worksheet", "chartsheet": "chartsheet", "dialogsheet": "dialogsheet"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A tab. ``state``: visible, hidden or veryHidden; ``kind``: worksheet, chartsheet, dialogsheet or macrosheet."""

    name: str
    state: str
    part: str
    kind: str = "worksheet"


@dataclass(frozen=True, slots=True)
class DefinedName:
    """A defined name; ``scope`` is the sheet's name for a sheet-local one, None for the whole workbook."""

    name: str
    refers_to: str
    scope: str | None = None
    hidden: bool = False


class Workbook:
    """A workbook in memory as it was when opened; the file is not held open."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.path: Path = package.path
        self.sha256: str = package.sha256
        """Of the file's bytes, as hex."""
        self.part = _main_part(package)
        data = as_utf8_part(package, self.part)
        with xml_faults(self.path, self.part):
            found = elements(data)
            main_prefix(found[0])
            self._read_workbook(data, found)
        if not self.sheets:
            raise refuse_file(self.path, "no-sheets", "it has no sheets; ask for a new copy")
        self.signed = any(r.kind == "origin" for r in relations(package)) or any(
            part_key(member.name).startswith("_xmlsignatures/") for member in package.members
        )
        """Digitally signed: any change would break the signature, so every edit is refused."""
        self.has_macros = any(r.kind == "vbaProject" for r in self.relations)
        self._grids: dict[str, Grid] = {}
        self._calculates: dict[str, bool] = {}
        """Of the sheets read, by part: whether a cell is calculated."""
        self._room = MOST_CELLS

    def _read_workbook(self, data: bytes, found: list[Element]) -> None:
        self.relations = relations(self.package, self.part)
        by_id = {relation.id: relation for relation in self.relations}
        self.date1904 = any(
            element.name == "workbookPr" and element.attrs.get("date1904") in ("1", "true") for element in found
        )
        self.structure_locked = any(
            element.path() == "workbook/workbookProtection" and element.attrs.get("lockStructure") in ("1", "true")
            for element in found
        )
        """Sheets can be neither added nor taken away."""
        self.strict = MAIN_STRICT in found[0].attrs.values()
        """In the Strict variant of the format, which has namespaces of its own."""
        self.sheets: Sequence[Sheet] = [
            _sheet(element, by_id) for element in found if element.path() == "workbook/sheets/sheet"
        ]
        self.defined_names: Sequence[DefinedName] = [
            self._name(element, data) for element in found if element.path() == "workbook/definedNames/definedName"
        ]

    def sheet(self, name: str) -> Sheet:
        """The tab of that name (as Excel: case does not matter). Raises WorkbookRefused (``unknown-sheet``)."""
        for sheet in self.sheets:
            if sheet.name.casefold() == name.casefold():
                return sheet
        there = ", ".join(sheet.name for sheet in self.sheets)
        raise refuse_file(self.path, "unknown-sheet", f"no sheet {name!r}; it has: {there}")

    def read(self, sheet: str | Sheet, *, fast: bool = True) -> Grid:
        """All cells of a worksheet. Raises WorkbookRefused; a second call gives the same Grid."""
        tab = self.sheet(sheet) if isinstance(sheet, str) else sheet
        if tab.name not in self._grids:
            grid = self._grids[tab.name] = self.read_sheet(tab, fast=fast, room=self._room)
            self._room -= len(grid.rows) * len(grid.cells.columns)
        return self._grids[tab.name]

    def read_sheet(self, tab: Sheet, *, fast: bool = True, room: int = MOST_CELLS) -> Grid:
        """``read`` without the cache; ``fast=False`` reads through the XML parser alone (slower, same result).

        ``room``: how many rows times columns it may have.
        """
        if tab.kind != "worksheet":
            raise refuse_file(self.path, "not-a-worksheet", f"sheet {tab.name!r} is a {tab.kind}, it has no cells")
        facts = SheetFacts()
        decoder = CellDecoder(self._strings(fast=fast), self.styles, date1904=self.date1904)
        with xml_faults(self.path, tab.part):
            cells = read_rows(self.package.pieces(tab.part), decoder, facts.handle, fast=fast, room=room)
        self._calculates[tab.part] = decoder.met_formula
        by_id = {relation.id: relation for relation in relations(self.package, tab.part)}
        return Grid(
            tab.name,
            cells,
            facts=facts,
            styles=self.styles,
            tables=[self._table(by_id[id_].target) for id_ in facts.table_relations if id_ in by_id],
            targets={id_: relation.target for id_, relation in by_id.items()},
            words=lambda formula: list_words(formula, tab.name, self._other, lambda name: self._refers_to(name, tab)),
        )

    @property
    def sheets_read(self) -> list[str]:
        """The names of the sheets that were read."""
        return sorted(self._grids)

    @property
    def has_formulas(self) -> bool:
        """A cell of any sheet is calculated. Sheets that were not read are searched for it."""
        if any(relation.kind == "calcChain" for relation in self.relations) or any(self._calculates.values()):
            return True
        parts = {part_key(sheet.part) for sheet in self.sheets if sheet.part and sheet.part not in self._calculates}
        return any(_formula_in(self.package.pieces(part)) for part in sorted(parts) if part in self.package)

    @cached_property
    def custom_properties(self) -> Mapping[str, str]:
        """The file's own properties, as text."""
        part = self.custom_part
        if part is None:
            return {}
        data = as_utf8_part(self.package, part)
        with xml_faults(self.path, part):
            return {
                e.parent.attrs.get("name", ""): decode_escapes(unescape(data[e.inner : e.close].decode()))
                for e in elements(data)
                if e.parent and e.parent.name == "property" and not e.empty
            }

    @cached_property
    def custom_part(self) -> str | None:
        """The part the custom properties are in."""
        return next(
            (r.target for r in relations(self.package) if r.kind in ("custom-properties", "customProperties")), None
        )

    @cached_property
    def styles(self) -> Styles:
        """The cell styles."""
        part = self.styles_part
        if part is None:
            return Styles([])
        with xml_faults(self.path, part):
            return Styles(package_elements(self.package, part))

    @cached_property
    def styles_part(self) -> str | None:
        """The part the styles are in."""
        return self._related("styles")

    def _strings(self, *, fast: bool) -> Sequence[str | None]:
        return self._shared_strings if fast else self._read_strings(fast=False)

    def share_strings(self, other: Workbook) -> None:
        """Take over the shared strings read from ``other``, if they are the same bytes here."""
        part = self._related("sharedStrings")
        if part and part in other.package:
            here, there = self.package.member(part), other.package.member(part)
            if here.crc == there.crc and self.package.packed(here) == other.package.packed(there):
                self._shared_strings = other._shared_strings

    @cached_property
    def _shared_strings(self) -> Sequence[str | None]:
        return self._read_strings(fast=True)

    def _read_strings(self, *, fast: bool) -> Sequence[str | None]:
        part = self._related("sharedStrings")
        if part is None:
            return []
        with xml_faults(self.path, part):
            return read_strings(self.package.pieces(part), fast=fast)

    def _related(self, kind: str) -> str | None:
        parts = (relation.target for relation in self.relations if relation.kind == kind)
        return next((part for part in parts if part in self.package), None)

    def _table(self, part: str) -> Table:
        with xml_faults(self.path, part):
            found = package_elements(self.package, part)
            attrs = found[0].attrs
            return Table(
                name=attrs.get("displayName", attrs.get("name", "")),
                area=parse_area(attrs["ref"]),
                columns=tuple(e.attrs.get("name", "") for e in found if e.name == "tableColumn"),
                header_rows=int(attrs.get("headerRowCount", "1")),
                totals_rows=int(attrs.get("totalsRowCount", "0")),
                part=part,
                linked=attrs.get("tableType", "worksheet") != "worksheet",
            )

    def _name(self, element: Element, data: bytes) -> DefinedName:
        local_to = element.attrs.get("localSheetId")
        in_range = local_to is not None and int(local_to) < len(self.sheets)
        return DefinedName(
            name=element.attrs.get("name", ""),
            refers_to=unescape(data[element.inner : element.close].decode()),
            scope=self.sheets[int(local_to)].name if local_to is not None and in_range else None,
            hidden=element.attrs.get("hidden") in ("1", "true"),
        )

    def _refers_to(self, name: str, tab: Sheet) -> str | None:
        """What a defined name means on a sheet: its own first, then the workbook's."""
        for scope in (tab.name, None):
            for known in self.defined_names:
                if known.name.casefold() == name.casefold() and known.scope == scope:
                    return known.refers_to
        return None

    def _other(self, name: str) -> Grid | None:
        try:
            return self.read(name)
        except WorkbookRefused:
            return None


def open_workbook(path: Path | str) -> Workbook:
    """Open an .xlsx or .xlsm safely. Raises WorkbookRefused (one line, typed) or WorkbookBusy."""
    return Workbook(Package.open(path))


def as_utf8_part(package: Package, part: str) -> bytes:
    """A part's document in UTF-8. Raises WorkbookRefused."""
    data = package.read(part)
    with xml_faults(package.path, part):
        return as_utf8(data)


def _formula_in(pieces: Iterator[bytes]) -> bool:
    last = b""
    for piece in pieces:
        block = last + piece
        if (b"<f" in block or b":f" in block) and _FORMULA.search(block):
            return True
        last = piece[-64:]
    return False


def _main_part(package: Package) -> str:
    part = next((r.target for r in relations(package) if r.kind == "officeDocument"), None)
    if part is None:
        if "mimetype" in package:
            raise refuse_file(package.path, "not-a-workbook", "an OpenDocument file; save it as .xlsx")
        raise refuse_file(package.path, "not-a-workbook", "a zip file, not an Excel workbook")
    media = content_type(package, part)
    if "sheet.binary" in media:
        raise refuse_file(package.path, "xlsb", "a binary workbook (.xlsb); save it as .xlsx")
    if "wordprocessing" in media or "presentation" in media:
        raise refuse_file(package.path, "not-a-workbook", "not an Excel workbook; ask for the .xlsx file")
    return part


def _sheet(element: Element, by_id: dict[str, Relation]) -> Sheet:
    attrs = {name.rpartition(":")[2]: value for name, value in element.attrs.items()}
    relation = by_id.get(attrs.get("id", ""))
    return Sheet(
        name=attrs.get("name", ""),
        state=attrs.get("state", "visible"),
        part=relation.target if relation else "",
        kind=_KINDS.get(relation.kind, "macrosheet") if relation else "missing",
    )
