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
from com.sun.star.table.CellContentType import EMPTY, FORMULA

WIDEST, DEEPEST = 60, 30
SECONDS_TO_START = 120
NULL_DATE = datetime.date(1899, 12, 30)


def prop(name, value):
    found = PropertyValue()
    found.Name, found.Value = name, value
    return found


def listed(kind, *items):
    return uno.Any(f"[]com.sun.star.{kind}", items)


class Table:
    """The plan in a sheet, found anew before each step: its headings, and its rows down to the last one filled."""

    def __init__(self, document, name):
        self.document = document
        sheets = document.Sheets
        self.sheet = sheets.getByName(name) if name and sheets.hasByName(name) else sheets.getByIndex(0)
        self.top = next(row for row in range(DEEPEST) if "Action" in self.texts(row))
        self.headings = self.texts(self.top)
        self.left = next(col for col, text in enumerate(self.headings) if text)
        self.right = max(col for col, text in enumerate(self.headings) if text)
        self.bottom = self.top
        while self.cell(self.bottom + 1, "Action").Type != EMPTY:
            self.bottom += 1

    def texts(self, row):
        return [self.sheet.getCellByPosition(col, row).String for col in range(WIDEST)]

    def col(self, heading):
        return self.headings.index(heading)

    def cell(self, row, heading):
        return self.sheet.getCellByPosition(self.col(heading), row)

    def find(self, action):
        for row in range(self.top + 1, self.bottom + 1):
            names = ["Action", "Action ID"] if "Action ID" in self.headings else ["Action"]
            if action in [self.cell(row, name).String for name in names]:
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


# --- what a manager does --------------------------------------------------------------------------------------------


def do_set(table, step):
    table.type_in(table.find(step["action"]), step["heading"], step["value"])


def do_sort(table, step):
    """The whole table, or (`to`: a heading) its columns up to that one only."""
    area = table.area(table.top, table.bottom, right=table.col(step["to"]) if "to" in step else None)
    field = TableSortField()
    field.Field, field.IsAscending = table.col(step["by"]) - table.left, step.get("ascending", True)
    area.sort((
        prop("SortFields", listed("table.TableSortField", field)), prop("ContainsHeader", True),
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
    """A row copied below the last, then typed over."""
    row = table.find(step["action"])
    target = CellAddress()
    target.Sheet, target.Column, target.Row = table.sheet.RangeAddress.Sheet, table.left, table.bottom + 1
    table.sheet.copyRange(target, table.area(row, row).RangeAddress)
    for heading, value in step["cells"].items():
        table.type_in(table.bottom + 1, heading, value)


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
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    last = cursor.RangeAddress
    cells, formats = {}, {}
    for row in range(last.EndRow + 1):
        for col in range(last.EndColumn + 1):
            cell = sheet.getCellByPosition(col, row)
            place = f"{col},{row}"
            if cell.Type != EMPTY:
                cells[place] = [cell.Formula if cell.Type == FORMULA else cell.String, cell.String]
                formats[place] = [cell.CellBackColor, cell.CharColor, cell.CharWeight, cell.NumberFormat]
    return {
        "cells": cells,
        "formats": formats,
        "charts": sheet.Charts.Count,
        "pivots": [[each.Name, each.OutputRange.StartRow, each.OutputRange.EndRow]
                   for each in map(sheet.DataPilotTables.getByIndex, range(sheet.DataPilotTables.Count))],
        "shapes": sheet.DrawPage.Count,
        "comments": sorted(
            [each.Position.Column, each.Position.Row, each.String]
            for each in map(sheet.Annotations.getByIndex, range(sheet.Annotations.Count))
        ),
        "conditions": sorted(each.Range.RangeAddressesAsString for each in sheet.ConditionalFormats.ConditionalFormats),
        "lists": lists_of(sheet, last),
        "visible": [
            [sheet.Columns.getByIndex(col).IsVisible for col in range(last.EndColumn + 1)],
            [sheet.Rows.getByIndex(row).IsVisible for row in range(last.EndRow + 1)],
        ],
        "widths": [sheet.Columns.getByIndex(col).Width for col in range(last.EndColumn + 1)],
    }  # fmt: skip


def lists_of(sheet, last):
    """By cell: where its drop-down takes its words from."""
    found = {}
    for row in range(last.EndRow + 1):
        for col in range(last.EndColumn + 1):
            rule = sheet.getCellByPosition(col, row).Validation
            if rule.Type.value == "LIST":
                found[f"{col},{row}"] = rule.getFormula1()
    return found


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
    return process, context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)


def work(desktop, job):
    # A hidden load would lose the frozen panes.
    options = [prop("Hidden", False)]
    if "read_filter" in job:
        options += [prop("FilterName", job["read_filter"]), prop("FilterOptions", job["read_options"])]
    document = desktop.loadComponentFromURL(uno.systemPathToFileUrl(job["open"]), "_blank", 0, tuple(options))
    if document is None:
        raise OSError(f"LibreOffice can't open {job['open']}")
    try:
        told = [globals()["do_" + step["do"]](Table(document, job.get("sheet", "")), step) for step in job["do"]]
        if job.get("save"):
            saving = [prop("FilterName", job["filter"]), prop("Overwrite", True)]
            saving += [prop("FilterOptions", job["options"])] if "options" in job else []
            document.storeToURL(uno.systemPathToFileUrl(job["save"]), tuple(saving))
        return told
    finally:
        document.close(True)


def main():
    process, desktop = start(sys.argv[1])
    try:
        for line in sys.stdin:
            try:
                answer = {"ok": True, "told": work(desktop, json.loads(line))}
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
