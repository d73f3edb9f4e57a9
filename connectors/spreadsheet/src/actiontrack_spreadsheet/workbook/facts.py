"""What a sheet part says outside its rows: merges, links, validations, column widths, protection."""

from __future__ import annotations

from dataclasses import dataclass, field

from .refs import MAX_COL, Area, parse_area, parse_areas
from .xml import TooMuchError

_MOST_AREAS = 1 << 20
"""Characters of all areas that have lists."""


@dataclass(frozen=True, slots=True)
class Link:
    """A hyperlink over an area: an id of a relationship, a place in the workbook, or both."""

    area: Area
    relation: str
    location: str


@dataclass(frozen=True, slots=True)
class ListValidation:
    """A validation that lets cells hold the words of a list only; ``formula`` says which."""

    areas: tuple[Area, ...]
    formula: str


@dataclass(slots=True)
class SheetFacts:
    """Filled by ``read_rows`` through ``handle``."""

    merges: list[Area] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    lists: list[ListValidation] = field(default_factory=list)
    hidden_columns: set[int] = field(default_factory=set)
    column_styles: dict[int, int] = field(default_factory=dict)
    table_relations: list[str] = field(default_factory=list)
    autofilter: Area | None = None
    protected: bool = False
    password: bool = False
    """The protection asks for a password to be taken off."""
    _path: list[str] = field(default_factory=list)
    _columns_said: int = 0
    _areas_said: int = 0
    _is_list: bool = False
    _formula: str = ""
    _areas: str = ""

    def handle(self, name: str, attrs: dict[str, str] | None, text: str) -> None:
        """A start tag (attributes given) or an end tag (text given) outside the rows."""
        if attrs is not None:
            self._path.append(name)
            self._start(name, {key.rpartition(" ")[2]: value for key, value in attrs.items()})
        else:
            self._path.pop()
            self._end(name, text)

    def _start(self, name: str, attrs: dict[str, str]) -> None:
        if name == "mergeCell":
            self.merges.append(parse_area(attrs["ref"]))
        elif name == "col" and "cols" in self._path:
            self._column(attrs)
        elif name == "hyperlink":
            for area in parse_areas(attrs.get("ref", "")):  # some programs leave links that are nowhere
                self.links.append(Link(area, attrs.get("id", ""), attrs.get("location", "")))
        elif name == "dataValidation":
            self._is_list = attrs.get("type") == "list"
            self._areas, self._formula = attrs.get("sqref", ""), ""
        elif name == "autoFilter" and len(self._path) == 2 and "ref" in attrs:
            self.autofilter = parse_area(attrs["ref"])
        elif name == "sheetProtection":
            self.protected = attrs.get("sheet") in ("1", "true")
            self.password = bool(attrs.get("password") or attrs.get("hashValue"))
        elif name == "tablePart":
            self.table_relations.append(attrs.get("id", ""))

    def _end(self, name: str, text: str) -> None:
        if (name == "formula1" and text.strip()) or (name == "f" and self._path[-1:] == ["formula1"]):
            self._formula = text
        elif name == "sqref" and "dataValidation" in self._path:
            self._areas = text
        elif name == "dataValidation" and self._is_list:
            self._areas_said += len(self._areas)
            if self._areas_said > _MOST_AREAS:
                raise TooMuchError("more areas with drop-downs than any plan")
            self.lists.append(ListValidation(tuple(parse_areas(self._areas)), self._formula.strip()))

    def _column(self, attrs: dict[str, str]) -> None:
        first, last = int(attrs["min"]), min(int(attrs["max"]), MAX_COL)
        self._columns_said += max(last - first, 0)
        if self._columns_said > 2 * MAX_COL:
            raise TooMuchError("its columns described again and again")
        if attrs.get("hidden") in ("1", "true"):
            self.hidden_columns.update(range(first, last + 1))
        if attrs.get("style", "0") != "0":
            self.column_styles.update(dict.fromkeys(range(first, last + 1), int(attrs["style"])))
