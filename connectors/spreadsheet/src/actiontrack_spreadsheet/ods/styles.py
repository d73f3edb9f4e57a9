"""The cell styles of an OpenDocument sheet, by number, as the grid knows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from actiontrack_spreadsheet.workbook.styles import DEFAULT, Style

from .scan import Node

_DATA_STYLES = frozenset(
    f"number:{kind}-style" for kind in ("number", "date", "time", "percentage", "currency", "boolean", "text")
)
_DATE_PARTS = {
    "number:year": ("yy", "yyyy"), "number:month": ("m", "mm"), "number:day": ("d", "dd"),
    "number:day-of-week": ("ddd", "dddd"), "number:hours": ("h", "hh"), "number:minutes": ("m", "mm"),
    "number:seconds": ("s", "ss"), "number:am-pm": ("AM/PM", "AM/PM"), "number:era": ("g", "ggg"),
    "number:quarter": ("q", "q"), "number:week-of-year": ("w", "w"),
}  # fmt: skip
_DAYS = frozenset({"number:year", "number:month", "number:day", "number:day-of-week", "number:era"})


class OdsStyles:
    """``content`` and ``common`` are the roots of content.xml and styles.xml; either may be missing."""

    def __init__(self, content: Node, common: Node | None) -> None:
        shared = common.first("office:styles") if common else None
        own = content.first("office:automatic-styles")
        self.cells = {**_named(shared, "table-cell"), **_named(own, "table-cell")}
        """The styles of cells by name."""
        self.tables = _named(own, "table")
        shared_data, own_data = _data_styles(shared), _data_styles(own)
        self._of_shared, self._of_own = shared_data, {**shared_data, **own_data}
        self.own_data = own_data
        """The data styles that an automatic style may name, by name."""
        self.own_cells = _named(own, "table-cell")
        """The automatic ones."""
        default = (
            next((n for n in shared.named("style:default-style") if _family(n) == "table-cell"), None)
            if (shared)
            else None
        )
        self._default = self._with(DEFAULT, default, self._of_shared) if default else DEFAULT
        self.names = ["Default", *(name for name in self.cells if name != "Default")]
        """By number; 0 is that of a cell that names none."""
        self._numbers = {name: number for number, name in enumerate(self.names)}
        self._styles: list[Style] = [self._resolved(name, 0) for name in self.names]

    def number(self, name: str) -> int:
        """The number of a style's name; 0 for one that is not there."""
        return self._numbers.get(name, 0)

    def data_style(self, name: str) -> str | None:
        """The name of the data style a cell style has, its own or its parents'."""
        for _ in range(20):
            node = self.cells.get(name)
            if node is None:
                return None
            if "style:data-style-name" in node.attrs:
                return node.attrs["style:data-style-name"]
            name = node.attrs.get("style:parent-style-name", "")
        return None

    def __getitem__(self, number: int) -> Style:
        return self._styles[number] if 0 <= number < len(self._styles) else self._default

    def _resolved(self, name: str, depth: int) -> Style:
        node = self.cells.get(name)
        if node is None or depth > 20:
            return self._default
        parent = node.attrs.get("style:parent-style-name")
        base = self._resolved(parent, depth + 1) if parent and parent != name else self._default
        return self._with(base, node, self._of_own if name in self.own_cells else self._of_shared)

    @staticmethod
    def _with(base: Style, node: Node, data: Mapping[str, Node]) -> Style:
        properties = node.first("style:table-cell-properties")
        protect = properties.attrs.get("style:cell-protect") if properties else None
        locked = base.locked if protect is None else "protected" in protect.replace("-and-", " ").split()
        found = data.get(node.attrs.get("style:data-style-name", ""))
        if found is None:
            return Style(0, base.format, base.date, base.time_only, locked)
        date = found.name in ("number:date-style", "number:time-style")
        is_duration = found.attrs.get("number:truncate-on-overflow") == "false"
        days = any(child.name in _DAYS for child in found.children)
        return Style(0, format_code(found, data), date and not is_duration, date and not days, locked)


def format_code(style: Node, data: Mapping[str, Node], *, mapped: bool = True) -> str:
    """A data style as the format code a workbook of Excel would have."""
    if style.name == "number:text-style":
        return "@"
    if style.name == "number:boolean-style":
        return "General"
    percent = style.name == "number:percentage-style"
    code = "".join(_piece(child, percent=percent) for child in style.children) or "General"
    if mapped:
        for condition in style.named("style:map"):
            other = data.get(condition.attrs.get("style:apply-style-name", ""))
            if other is not None and condition.attrs.get("style:condition", "").replace(" ", "") == "value()>=0":
                return f"{format_code(other, data, mapped=False)};{code}"
    return code


def _piece(node: Node, *, percent: bool) -> str:
    if node.name in _DATE_PARTS:
        if node.name == "number:month" and node.attrs.get("number:textual") == "true":
            return "mmmm" if node.attrs.get("number:style") == "long" else "mmm"
        return _DATE_PARTS[node.name][node.attrs.get("number:style") == "long"]
    if node.name in ("number:text", "number:currency-symbol"):
        return "".join(char if percent and char == "%" else _literal(char) for char in node.text)
    if node.name == "number:number":
        return _digits(node)
    if node.name == "number:scientific-number":
        return f"{_digits(node)}E+{'0' * _count(node, 'number:min-exponent-digits', 2)}"
    return "?/?" if node.name == "number:fraction" else ""


def _digits(node: Node) -> str:
    if "number:decimal-places" not in node.attrs:
        return "General"
    places = _count(node, "number:decimal-places", 0)
    least = _count(node, "number:min-decimal-places", places)
    whole = "0" * _count(node, "number:min-integer-digits", 1)
    if node.attrs.get("number:grouping") == "true":
        whole = f"#,{whole.rjust(3, '#')}"
    after = "0" * min(least, places) + "#" * max(places - least, 0)
    thousands = {"1000": ",", "1000000": ",,"}.get(node.attrs.get("number:display-factor", ""), "")
    return (whole or "#") + (f".{after}" if after else "") + thousands


def _count(node: Node, name: str, default: int) -> int:
    raw = node.attrs.get(name, "")
    return min(int(raw), 20) if raw.isdecimal() and len(raw) < 4 else default


def _literal(char: str) -> str:
    return char if char in " -:" else f"\\{char}"


def _named(parent: Node | None, family: str) -> dict[str, Node]:
    found: Sequence[Node] = parent.named("style:style") if parent else ()
    return {node.attrs.get("style:name", ""): node for node in found if _family(node) == family}


def _family(node: Node) -> str:
    return node.attrs.get("style:family", "")


def _data_styles(parent: Node | None) -> dict[str, Node]:
    found: Sequence[Node] = parent.children if parent else ()
    return {node.attrs.get("style:name", ""): node for node in found if node.name in _DATA_STYLES}
