"""Works a real LibreOffice through UNO as a manager would. Run by the system's Python (python3-uno), not by ours.

Started with the folder of a profile; then one JSON job a line on stdin: `{"open", "save", "filter", "sheet", "do":
[{"do": NAME, …}]}`. Each is answered by a line: `{"ok": true, "told": [what each step says]}`, or `{"ok": false,
"why"}`.
"""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.sheet import TableFilterField
from com.sun.star.sheet.CellInsertMode import DOWN
from com.sun.star.sheet.FilterOperator import EQUAL
from com.sun.star.table import CellAddress, TableSortField
from com.sun.star.table.CellContentType import FORMULA

DEEPEST = 30
SECONDS_TO_START = 120
CONTENT = 1 | 2 | 4 | 16
"""Numbers, dates, texts and formulas (com.sun.star.sheet.CellFlags)."""
NULL_DATE = datetime.date(1899, 12, 30)


def prop(name, value):
    found = PropertyValue()
    found.Name, found.Value = name, value
    return found


def listed(kind, *items):
    return uno.Any(f"[]com.sun.star.{kind}", items)


class Table:
    """The plan in a sheet, found anew before each step: its headings, and its rows down to a gap of two.

    Cells are read all at once: each call to LibreOffice goes from one process to another.
    """

    def __init__(self, office, document, name):
        self.office, self.document = office, document
        sheets = document.Sheets
        self.sheet = sheets.getByName(name) if name and sheets.hasByName(name) else sheets.getByIndex(0)
        self.texts = texts_of(self.sheet)
        self.top = next(row for row, texts in enumerate(self.texts[:DEEPEST]) if "Action" in texts)
        self.headings = self.texts[self.top]
        self.left = next(col for col, text in enumerate(self.headings) if text)
        self.right = max(col for col, text in enumerate(self.headings) if text)
        self.bottom = self.top
        for row in range(self.top + 1, len(self.texts)):
            if any(self.texts[row][self.left : self.right + 1]):
                self.bottom = row
            elif row > self.bottom + 1:
                break

    def col(self, heading):
        if heading not in self.headings:
            raise LookupError(heading)
        return self.headings.index(heading)

    def cell(self, row, heading):
        return self.sheet.getCellByPosition(self.col(heading), row)

    def find(self, action):
        named = [self.col(name) for name in ("Action", "Action ID") if name in self.headings]
        for row in range(self.top + 1, self.bottom + 1):
            if action in [self.texts[row][col] for col in named]:
                return row
        raise LookupError(action)

    def type_in(self, row, heading, value):
        """As typed by hand: a date as a date, a number as a number, all else as text."""
        cell = self.cell(row, heading)
        if isinstance(value, dict):
            cell.setValue((datetime.date.fromisoformat(value["date"]) - NULL_DATE).days)
        elif isinstance(value, (int, float)):
            cell.setValue(value)
        else:
            cell.setString(value or "")

    def area(self, top, bottom, left=None, right=None):
        left = self.left if left is None else left
        return self.sheet.getCellRangeByPosition(left, top, self.right if right is None else right, bottom)

    def part(self, top, bottom, step):
        """Rows of the table, all of them or (`from`, `to`: headings) these columns only."""
        left = self.col(step["from"]) if "from" in step else None
        return self.area(top, bottom, left, self.col(step["to"]) if "to" in step else None)

    def place(self, row, step):
        """Where a row, or that part of it, begins."""
        found = CellAddress()
        found.Sheet, found.Row = self.sheet.RangeAddress.Sheet, row
        found.Column = self.col(step["from"]) if "from" in step else self.left
        return found


def used(sheet):
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    last = cursor.RangeAddress
    return sheet.getCellRangeByPosition(0, 0, last.EndColumn, last.EndRow)


def texts_of(sheet):
    """Every row down to the last used one: texts as they stand there, numbers as numbers print."""
    return [[value if isinstance(value, str) else f"{value:g}" for value in row] for row in used(sheet).getDataArray()]


# --- what a manager does --------------------------------------------------------------------------------------------


def do_set(table, step):
    table.type_in(table.find(step["action"]), step["heading"], step["value"])


def do_retype_key(table, step):
    """The key of a row typed in another way."""
    cell = table.cell(table.find(step["action"]), step["heading"])
    key = cell.String
    if not key:
        raise LookupError("there is no key to type in another way")
    cell.setString(
        {"lower": key.lower(), "blanks": f" {key}  ", "wrong": key[:-1] + ("2" if key[-1] != "2" else "3")}[step["how"]]
    )


def do_type(table, step):
    """Typed at the keyboard: what is typed is read as the program reads it, checked, and kept out of locked cells."""
    cell = table.cell(table.find(step["action"]), step["heading"])
    frame = table.document.CurrentController.Frame
    dispatcher = table.office.createInstance("com.sun.star.frame.DispatchHelper")
    table.document.CurrentController.setActiveSheet(table.sheet)
    place = cell.AbsoluteName.split(".")[-1]
    dispatcher.executeDispatch(frame, ".uno:GoToCell", "", 0, (prop("ToPoint", place),))
    dispatcher.executeDispatch(frame, ".uno:EnterString", "", 0, (prop("StringName", step["text"]),))
    return cell.String


def do_choose(table, step):
    """A word chosen from the drop-down of the cell: the one that is named, which must be among them."""
    cell = table.cell(table.find(step["action"]), step["heading"])
    words = words_of(table, cell)
    assert step["word"] in words, f"the list has {words}"
    return do_type(table, {**step, "text": step["word"]})


def words_of(table, cell):
    """What a cell's drop-down offers: words in the rule itself, or on another sheet."""
    rule = cell.Validation
    assert rule.Type.value == "LIST", rule.Type.value
    source = rule.getFormula1()
    if source.startswith('"'):
        return [word.strip('"') for word in source.split(";")]
    sheet, _, area = source.replace("$", "").rpartition(".")
    return [row[0] for row in table.document.Sheets.getByName(sheet).getCellRangeByName(area).getDataArray()]


def do_overtype(table, step):
    """At the keyboard somebody types over each cell of a row; by heading, whether the program let them."""
    taken = {}
    for heading in filter(None, table.headings):
        before = table.cell(table.find(step["action"]), heading).String
        shown = do_type(table, {**step, "heading": heading, "text": step["text"]})
        taken[heading] = shown != before
        if taken[heading]:
            table.document.UndoManager.undo()
    return taken


def do_sort(table, step):
    """The whole table, or (`from`, `to`: headings) these columns, or (`first`, `last`: in the table) these rows."""
    # Headings are above the rows; what is sorted without them starts right below.
    headed = "first" not in step
    area = table.part(table.top + step.get("first", 0), table.top + step.get("last", table.bottom - table.top), step)
    field = TableSortField()
    field.Field, field.IsAscending = table.col(step["by"]) - area.RangeAddress.StartColumn, step.get("ascending", True)
    area.sort((
        prop("SortFields", listed("table.TableSortField", field)), prop("ContainsHeader", headed),
        prop("BindFormatsToContent", True),
    ))  # fmt: skip


def do_insert(table, step):
    """A new row above the `above`th of the table."""
    row = table.top + step["above"]
    table.sheet.Rows.insertByIndex(row, 1)
    for heading, value in step["cells"].items():
        table.type_in(row, heading, value)


def do_append(table, step):
    for heading, value in step["cells"].items():
        table.type_in(table.bottom + 1, heading, value)


def do_delete(table, step):
    table.sheet.Rows.removeByIndex(table.find(step["action"]), 1)


def do_delete_cells(table, step):
    """The table's cells of a row, what is below moves up; what stands beside the table stays."""
    row = table.find(step["action"])
    address = table.area(row, row).RangeAddress
    table.sheet.removeRange(address, uno.Enum("com.sun.star.sheet.CellDeleteMode", "UP"))


def do_copy(table, step):
    """A row, or part of it, copied below the last, or over another (`onto`), then typed over."""
    row = table.find(step["action"])
    to = table.find(step["onto"]) if "onto" in step else table.bottom + 1
    table.sheet.copyRange(table.place(to, step), table.part(row, row, step).RangeAddress)
    for heading, value in step.get("cells", {}).items():
        table.type_in(to, heading, value)


def do_cut(table, step):
    """A row, or part of it, cut out and pasted below the last, or over another (`onto`): an empty row stays."""
    row = table.find(step["action"])
    to = table.find(step["onto"]) if "onto" in step else table.bottom + 1
    table.sheet.moveRange(table.place(to, step), table.part(row, row, step).RangeAddress)


def do_swap(table, step):
    """Two rows, or those columns of them, put in each other's place by way of some empty cells further down."""
    one, other, aside = table.find(step["action"]), table.find(step["with"]), table.bottom + 20
    for start, end in ((one, aside), (other, one), (aside, other)):
        table.sheet.moveRange(table.place(end, step), table.part(start, start, step).RangeAddress)


def do_clear(table, step):
    """What stands in a row, or in those columns of it."""
    row = table.find(step["action"])
    table.part(row, row, step).clearContents(CONTENT)


def do_delete_cell(table, step):
    """One cell taken out; all below it in the column move up."""
    cell = table.cell(table.find(step["action"]), step["heading"])
    address = cell.RangeAddress
    address.EndRow = address.StartRow
    table.sheet.removeRange(address, uno.Enum("com.sun.star.sheet.CellDeleteMode", "UP"))


def do_insert_cell(table, step):
    """One cell put in; all from there on in the column move down."""
    table.sheet.insertCells(table.cell(table.find(step["action"]), step["heading"]).RangeAddress, DOWN)


def do_move(table, step):
    """A row cut out and put in above the `above`th."""
    to = table.top + step["above"]
    row = table.find(step["action"])
    table.sheet.insertCells(table.area(to, to).RangeAddress, DOWN)
    row += row >= to
    target = CellAddress()
    target.Sheet, target.Column, target.Row = table.sheet.RangeAddress.Sheet, table.left, to
    table.sheet.moveRange(target, table.area(row, row).RangeAddress)
    table.sheet.removeRange(table.area(row, row).RangeAddress, uno.Enum("com.sun.star.sheet.CellDeleteMode", "UP"))


def do_insert_column(table, step):
    col = table.col(step["left_of"])
    table.sheet.Columns.insertByIndex(col, 1)
    table.sheet.getCellByPosition(col, table.top).setString(step["heading"])
    for row in range(table.top + 1, table.bottom + 1):
        table.sheet.getCellByPosition(col, row).setString(f"{step['heading']} {row}")


def do_delete_column(table, step):
    table.sheet.Columns.removeByIndex(table.col(step["heading"]), 1)


def do_move_column(table, step):
    """A column cut out and put in left of another."""
    to, source = table.col(step["left_of"]), table.col(step["heading"])
    table.sheet.Columns.insertByIndex(to, 1)
    source += source >= to
    target = CellAddress()
    target.Sheet, target.Column, target.Row = table.sheet.RangeAddress.Sheet, to, 0
    depth = len(table.texts)
    table.sheet.moveRange(target, table.sheet.getCellRangeByPosition(source, 0, source, depth).RangeAddress)
    table.sheet.Columns.removeByIndex(source, 1)


def do_head(table, step):
    """A heading typed over."""
    table.cell(table.top, step["heading"]).setString(step["value"])


def do_merge_headings(table, step):
    table.part(table.top, table.top, step).merge(True)


def do_table_below(table, step):
    """Another small table under a gap."""
    for down, cells in enumerate(step["rows"]):
        for right, value in enumerate(cells):
            table.sheet.getCellByPosition(table.left + right, table.bottom + 4 + down).setString(value)


def do_rename_sheet(table, step):
    table.sheet.Name = step["value"]


def do_copy_sheet(table, step):
    table.document.Sheets.copyByName(table.sheet.Name, step["name"], step.get("at", 1))


def do_remove_sheet(table, step):
    table.document.Sheets.removeByName(table.sheet.Name)


def do_unprotect(table, step):
    """Locks without a password are taken off by whoever wants to."""
    table.sheet.unprotect("")


def do_undo(table, step):
    for _ in range(step.get("times", 1)):
        table.document.UndoManager.undo()


def do_insert_lines(table, step):
    """Empty rows above the headings."""
    table.sheet.Rows.insertByIndex(table.top, step["count"])


def do_hide_column(table, step):
    table.sheet.Columns.getByIndex(table.col(step["heading"])).IsVisible = False


def do_hide_row(table, step):
    table.sheet.Rows.getByIndex(table.find(step["action"])).IsVisible = False


def do_filter(table, step):
    wanted = TableFilterField()
    wanted.Field, wanted.IsNumeric, wanted.Operator = table.col(step["heading"]) - table.left, False, EQUAL
    wanted.StringValue = step["value"]
    area = table.area(table.top, table.bottom)
    description = area.createFilterDescriptor(True)
    description.setFilterFields((wanted,))
    description.ContainsHeader = True
    area.filter(description)


def do_comment(table, step):
    address = CellAddress()
    address.Sheet, address.Column = table.sheet.RangeAddress.Sheet, table.col(step["heading"])
    address.Row = table.find(step["action"])
    table.sheet.Annotations.insertNew(address, step["text"])


def do_colour(table, step):
    table.cell(table.find(step["action"]), step["heading"]).CellBackColor = step["rgb"]


# --- what it sees ---------------------------------------------------------------------------------------------------


def do_look(table, step):
    """Everything a person sees of the workbook: each sheet's cells, and what stands on it."""
    return {
        sheet.Name: look_at(sheet)
        for sheet in map(table.document.Sheets.getByIndex, range(table.document.Sheets.Count))
    }


def look_at(sheet):
    area = used(sheet)
    last = area.RangeAddress
    cells = {}
    for row, (values, formulas) in enumerate(zip(area.getDataArray(), area.getFormulaArray(), strict=True)):
        for col, (value, formula) in enumerate(zip(values, formulas, strict=True)):
            if isinstance(value, str) and value == formula:
                shown = [value, value] if value else []
            else:
                cell = sheet.getCellByPosition(col, row)
                shown = [cell.Formula if cell.Type == FORMULA else cell.String, cell.String]
            if shown:
                cells[f"{col},{row}"] = shown
    formats, lists = styles_of(area)
    return {
        "cells": cells,
        "formats": {place: formats[place] for place in cells},
        "charts": sheet.Charts.Count,
        "pivots": [[each.Name, each.OutputRange.StartRow, each.OutputRange.EndRow]
                   for each in map(sheet.DataPilotTables.getByIndex, range(sheet.DataPilotTables.Count))],
        "shapes": sheet.DrawPage.Count,
        "comments": sorted(
            [each.Position.Column, each.Position.Row, each.String]
            for each in map(sheet.Annotations.getByIndex, range(sheet.Annotations.Count))
        ),
        "conditions": sorted(each.Range.RangeAddressesAsString for each in sheet.ConditionalFormats.ConditionalFormats),
        "lists": lists,
        "protected": sheet.isProtected(),
        "visible": [
            [sheet.Columns.getByIndex(col).IsVisible for col in range(last.EndColumn + 1)],
            [sheet.Rows.getByIndex(row).IsVisible for row in range(last.EndRow + 1)],
        ],
        "widths": [sheet.Columns.getByIndex(col).Width for col in range(last.EndColumn + 1)],
    }  # fmt: skip


def styles_of(area):
    """By cell: its colours, weight and number format; and, where it has a drop-down, where the words come from."""
    formats, lists = {}, {}
    for alike in area.CellFormatRanges:
        shown = [alike.CellBackColor, alike.CharColor, alike.CharWeight, alike.NumberFormat]
        rule = alike.Validation
        words = rule.getFormula1() if rule.Type.value == "LIST" else ""
        at = alike.RangeAddress
        for row in range(at.StartRow, at.EndRow + 1):
            for col in range(at.StartColumn, at.EndColumn + 1):
                formats[f"{col},{row}"] = shown
                if words:
                    lists[f"{col},{row}"] = words
    return formats, lists


# --- the office -----------------------------------------------------------------------------------------------------


def start(profile):
    pipe = f"actiontrack{os.getpid()}"  # of its own: another run may be at work on this machine
    process = subprocess.Popen(
        ["soffice", f"-env:UserInstallation={Path(profile).as_uri()}", "--headless", "--norestore", "--nologo",
         f"--accept=pipe,name={pipe};urp;"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    here = uno.getComponentContext()
    resolver = here.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", here)
    until = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            break
        except Exception:
            if time.monotonic() > until:
                process.kill()
                raise
            time.sleep(0.2)
    return process, context.ServiceManager


def work(office, desktop, job):
    # A hidden load would lose the frozen panes.
    options = [prop("Hidden", False)]
    if "read_filter" in job:
        options += [prop("FilterName", job["read_filter"]), prop("FilterOptions", job["read_options"])]
    document = desktop.loadComponentFromURL(uno.systemPathToFileUrl(job["open"]), "_blank", 0, tuple(options))
    if document is None:
        raise OSError(f"LibreOffice can't open {job['open']}")
    try:
        told = [
            globals()["do_" + step["do"]](Table(office, document, step.get("sheet", job.get("sheet", ""))), step)
            for step in job["do"]
        ]
        if job.get("save"):
            saving = [prop("FilterName", job["filter"]), prop("Overwrite", True)]
            saving += [prop("FilterOptions", job["options"])] if "options" in job else []
            document.storeToURL(uno.systemPathToFileUrl(job["save"]), tuple(saving))
        return told
    finally:
        document.close(True)


def main():
    process, office = start(sys.argv[1])
    desktop = office.createInstance("com.sun.star.frame.Desktop")
    try:
        for line in sys.stdin:
            try:
                answer = {"ok": True, "told": work(office, desktop, json.loads(line))}
            except Exception as error:  # noqa: BLE001 - whatever fails in the office fails the test that asked
                answer = {"ok": False, "why": f"{type(error).__name__}: {error}"}
            print(json.dumps(answer), flush=True)
    finally:
        try:
            desktop.terminate()
        except Exception:  # noqa: BLE001 - it is gone, or as good as
            process.kill()
        process.wait(30)


if __name__ == "__main__":
    main()
