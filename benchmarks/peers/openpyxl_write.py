"""One row in a hundred edited: load, set the cells, save."""

import sys

import openpyxl

book = openpyxl.load_workbook(sys.argv[1])
sheet = book.worksheets[0]
officer = next(cell.column for cell in sheet[1] if cell.value == "Lead officer")
for row in range(100, sheet.max_row + 1, 100):
    sheet.cell(row, officer).value = f"Edited {row}"
book.save(sys.argv[1])
