"""The workbook part: sheets, defined names and the request to calculate."""

from __future__ import annotations

from .strings import unescape
from .xml import Element, Splices, attribute_text, element_text, elements, local

_BEFORE_NAMES = ("sheets", "functionGroups", "externalReferences")
_BEFORE_CALCULATION = (*_BEFORE_NAMES, "definedNames")


class BookXml:
    """``xl/workbook.xml`` with changes."""

    def __init__(self, data: bytes) -> None:
        """``data``: UTF-8. Raises XmlError."""
        self._splices = Splices(data)
        self._elements = elements(data)
        self._prefix = self._elements[0].prefix
        self._children = {e.name: e for e in self._elements if e.parent is self._elements[0]}
        self._new_names: list[str] = []
        self._new_tabs: list[str] = []

    @property
    def changed(self) -> bool:
        """Something was changed."""
        return bool(self._splices or self._new_names or self._new_tabs)

    def add_sheet(self, title: str, relation: str) -> None:
        """A tab after the others; ``relation`` is the id of its part's relationship."""
        tabs = [e for e in self._elements if e.path() == "workbook/sheets/sheet"]
        number = max(int(tab.attrs.get("sheetId", "0")) for tab in tabs) + 1 + len(self._new_tabs)
        known, name = next((tab, name) for tab in tabs for name in tab.attrs if local(name) == "id" and ":" in name)
        declared = {f"xmlns:{name.rpartition(':')[0]}"} & known.attrs.keys()  # else it is further up
        attributes = {"name": title, "sheetId": number} | {key: known.attrs[key] for key in declared} | {name: relation}
        written = "".join(attribute_text(key, value) for key, value in attributes.items())
        self._new_tabs.append(f"<{known.prefix}sheet{written}/>")

    def define(self, name: str, refers_to: str) -> None:
        """Make or move a workbook-wide name."""
        known = self._find(name, None)
        if known is None:
            tag = f"{self._prefix}definedName"
            self._new_names.append(f"<{tag}{attribute_text('name', name)}>{element_text(refers_to)}</{tag}>")
        elif self.text(known) != refers_to:
            self._set(known, refers_to)

    def local_name(self, name: str, sheet_index: int) -> str | None:
        """What a sheet-local name refers to."""
        known = self._find(name, sheet_index)
        return self.text(known) if known else None

    def move_local(self, name: str, sheet_index: int, refers_to: str) -> None:
        """Let an existing sheet-local name refer to another place."""
        known = self._find(name, sheet_index)
        if known is not None and self.text(known) != refers_to:
            self._set(known, refers_to)

    def calculate_on_load(self) -> None:
        """Have formulas calculated when the file is next opened."""
        known = self._children.get("calcPr")
        if known is None:
            after = self._last(_BEFORE_CALCULATION)
            self._splices.replace(after.end, after.end, f'<{self._prefix}calcPr fullCalcOnLoad="1"/>')
        elif known.attrs.get("fullCalcOnLoad") not in ("1", "true"):
            self._splices.set_attributes(known, {"fullCalcOnLoad": "1"})

    def result(self) -> bytes:
        """The part with all changes."""
        if self._new_tabs:
            self._splices.append_child(self._children["sheets"], "".join(self._new_tabs))
        if self._new_names:
            names = self._children.get("definedNames")
            written = "".join(self._new_names)
            if names is not None:
                self._splices.append_child(names, written)
            else:
                after, tag = self._last(_BEFORE_NAMES), f"{self._prefix}definedNames"
                self._splices.insert_first(after.end, f"<{tag}>{written}</{tag}>")
        return self._splices.result()

    def text(self, element: Element) -> str:
        """An element's text."""
        return unescape(self._splices.data[element.inner : element.close].decode())

    def _set(self, element: Element, text: str) -> None:
        self._splices.replace(element.inner, element.close, element_text(text))

    def _find(self, name: str, sheet_index: int | None) -> Element | None:
        scope = None if sheet_index is None else str(sheet_index)
        for element in self._elements:
            known = element.attrs.get("name", "").casefold() == name.casefold()
            if known and element.name == "definedName" and element.attrs.get("localSheetId") == scope:
                return element
        return None

    def _last(self, names: tuple[str, ...]) -> Element:
        return max((self._children[name] for name in names if name in self._children), key=lambda e: e.end)
