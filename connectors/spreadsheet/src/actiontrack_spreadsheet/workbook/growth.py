"""Letting what surrounds a table grow with it: tables, filters, validations, formats, the used range."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from .edits import AddColumn, AppendRow
from .refs import Area, parse_area, parse_areas
from .sheetxml import SheetXml
from .strings import unescape
from .xml import Element, Splices, attribute_text, elements

Grow = Callable[[Area], Area]

_RULES = ("dataValidation", "conditionalFormatting")


def grow_down(rows: set[int]) -> Grow:
    """An area that ends right above an appended row takes it in, and the ones that follow."""

    def grow(area: Area) -> Area:
        bottom = area.bottom
        while bottom + 1 in rows:
            bottom += 1
        return replace(area, bottom=bottom)

    return grow


def grow_right(edit: AddColumn) -> Grow:
    """An area whose heading row the new heading continues takes the column in."""

    def grow(area: Area) -> Area:
        fits = area.right == edit.col - 1 and area.top == edit.header_row
        return replace(area, right=edit.col) if fits else area

    return grow


def grow_lists(sheet: SheetXml, grow: Grow) -> None:
    """Validations and conditional formats, in either dialect of the sheet.

    A validation does not grow over cells that another one has: Excel allows one a cell.
    """
    listed = [(element, *place) for element in sheet.elements for place in _sqref(sheet, element)]
    validated = [area for element, sqref, _ in listed if _is_validation(element) for area in parse_areas(sqref)]
    for element, sqref, set_to in listed:
        others = validated if _is_validation(element) else parse_areas(sqref)
        grown = _grown(sqref, lambda area, others=others: _grown_if_free(area, grow, others))  # type: ignore[misc]
        if grown:
            set_to(grown)


def _sqref(sheet: SheetXml, element: Element) -> Iterator[tuple[str, Callable[[str], None]]]:
    """What a rule is for, and how to change it; nothing for what is no rule (a sparkline has a place too)."""
    outline = sheet.outline
    if element.name in _RULES and "sqref" in element.attrs:
        yield element.attrs["sqref"], lambda grown: outline.set_attributes(element, {"sqref": grown})
    elif element.name == "sqref" and element.parent and element.parent.name in _RULES:
        written = unescape(outline.data[element.inner : element.close].decode())
        yield written, lambda grown: outline.replace(element.inner, element.close, grown)


def _is_validation(element: Element) -> bool:
    """A rule of its own, or where the rule says what it is for."""
    return "dataValidation" in (element.name, element.parent.name if element.parent else "")


def _grown_if_free(area: Area, grow: Grow, others: list[Area]) -> Area:
    grown = grow(area)
    below = replace(grown, top=area.bottom + 1)
    return area if any(below.meets(other) for other in others) else grown


def grow_filter(sheet: SheetXml, grow: Grow) -> tuple[Area, Area] | None:
    """The sheet's own autofilter; (before, after) when it changed."""
    for element in sheet.named("autoFilter"):
        if element.path() == "worksheet/autoFilter" and "ref" in element.attrs:
            before = parse_area(element.attrs["ref"])
            after = grow(before)
            if after != before:
                sheet.outline.set_attributes(element, {"ref": str(after)})
                return before, after
    return None


def grow_dimension(sheet: SheetXml, cells: set[tuple[int, int]]) -> None:
    """The used range, if the sheet says one and the cells are outside it."""
    for element in sheet.named("dimension"):
        try:
            area = parse_area(element.attrs.get("ref", ""))
        except ValueError:  # it is but a hint
            return
        rows, cols = {row for row, _ in cells}, {col for _, col in cells}
        grown = Area(min(area.top, *rows), min(area.left, *cols), max(area.bottom, *rows), max(area.right, *cols))
        if grown != area:
            sheet.outline.set_attributes(element, {"ref": str(grown)})


def widen(sheet: SheetXml, col: int, width: float) -> None:
    """Give a column a width if it has none of its own."""
    prefix = sheet.elements[0].prefix
    name = f"{prefix}col"
    written = f'<{name} min="{col}" max="{col}" width="{width:g}" customWidth="1"/>'
    known = [e for e in sheet.named("col") if e.path() == "worksheet/cols/col"]
    if any(int(e.attrs["min"]) <= col <= int(e.attrs["max"]) for e in known):
        return
    before = [e for e in known if int(e.attrs["max"]) < col]
    if before:
        sheet.outline.replace(before[-1].end, before[-1].end, written)
    elif known:
        sheet.outline.replace(known[0].start, known[0].start, written)
    else:
        start = sheet.sheet_data.start
        sheet.outline.replace(start, start, f"<{prefix}cols>{written}</{prefix}cols>")


def grown_table(data: bytes, appended: list[AppendRow], added: list[AddColumn]) -> bytes | None:
    """A table part grown by columns and by the rows that have a value in its columns; None when nothing changes.

    A calculated column stays one: its cell in a new row is blank, as formulas are never written.
    """
    found = elements(data)
    root, splices = found[0], Splices(data)
    area = parse_area(root.attrs["ref"])
    columns = next(e for e in found if e.name == "tableColumns")
    ids = [int(e.attrs.get("id", "0")) for e in found if e.name == "tableColumn"]
    written = ""
    rows = {edit.row for edit in appended if meets_columns(area, edit)}
    grown = grow_down(rows)(area)
    for edit in sorted(added, key=lambda edit: edit.col):
        wider = grow_right(edit)(grown)
        if wider != grown and root.attrs.get("headerRowCount", "1") != "0":
            grown = wider
            ids.append(max(ids) + 1)
            name = attribute_text("name", edit.heading.replace("\n", "_x000a_"))
            written += f'<{root.prefix}tableColumn id="{ids[-1]}"{name}/>'
    # The empty line Excel shows in a table without rows is one of its rows once something is in it.
    first = "insertRow" in root.attrs and any(area.top <= row <= grown.bottom for row in rows)
    if grown == area and not first:
        return None
    splices.set_attributes(root, {"ref": str(grown), **({"insertRow": None} if first else {})})
    for element in found:
        if element.name == "autoFilter" and element.parent is root:
            splices.set_attributes(element, {"ref": str(_filter_of(parse_area(element.attrs["ref"]), area, grown))})
    if written:
        splices.append_child(columns, written)
        splices.set_attributes(columns, {"count": str(len(ids))})
    return splices.result()


def meets_columns(area: Area, edit: AppendRow) -> bool:
    """Whether a new row has a value in the area's columns: a table beside the list has no part in it."""
    return any(area.left <= col <= area.right for col in edit.values)


def _filter_of(area: Area, table: Area, grown: Area) -> Area:
    """The table's filter after the growth of the table (it leaves out a totals row)."""
    return replace(area, right=grown.right, bottom=area.bottom + grown.bottom - table.bottom)


def _grown(sqref: str, grow: Grow) -> str | None:
    areas = parse_areas(sqref)
    grown = [grow(area) for area in areas]
    if grown == areas or len(areas) != len(sqref.split()):
        return None
    return " ".join(map(str, grown))
