"""What LibreOffice shows of workbooks. Run by a Python that has uno, with tests/support on its path.

Its argument is the folder of a profile. A path a line on stdin; a line each on stdout:
{sheet: [[row, column, formula or text], …]}, or {"error": why}.
"""

import json
import sys

import uno
from office_driver import prop, start

TYPED, FORMULA = 1 | 2 | 4, 16  # com.sun.star.sheet.CellFlags: VALUE, DATETIME, STRING; FORMULA


def look(desktop, path):
    options = (prop("Hidden", True), prop("ReadOnly", True), prop("MacroExecutionMode", 0), prop("UpdateDocMode", 0))
    document = desktop.loadComponentFromURL(uno.systemPathToFileUrl(path), "_blank", 0, options)
    if document is None:
        raise OSError("LibreOffice can't open it")
    try:
        sheets = document.Sheets
        return {sheet.Name: cells(sheet) for sheet in map(sheets.getByIndex, range(sheets.Count))}
    finally:
        document.close(True)


def cells(sheet):
    """All filled cells, formulas as their text: what they show may be calculated anew."""
    found = []
    for kind in (TYPED, FORMULA):
        for area in sheet.queryContentCells(kind).RangeAddresses:
            block = sheet.getCellRangeByPosition(area.StartColumn, area.StartRow, area.EndColumn, area.EndRow)
            for row, line in enumerate(block.getFormulaArray(), area.StartRow + 1):
                found += [[row, col, shown(text, kind)] for col, text in enumerate(line, area.StartColumn + 1) if text]
    return found


def shown(text, kind):
    """As the input line shows it: an apostrophe before what looks like a formula and is text."""
    return f"'{text}" if kind == TYPED and text.startswith("=") else text


def main():
    process, office = start(sys.argv[1])
    desktop = office.createInstance("com.sun.star.frame.Desktop")
    try:
        for line in sys.stdin:
            try:
                answer = look(desktop, line.rstrip("\n"))
            except Exception as error:  # noqa: BLE001 - all of it is told
                answer = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps(answer), flush=True)
    finally:
        process.kill()


if __name__ == "__main__":
    main()
