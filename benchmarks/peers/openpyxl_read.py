"""Every cell of a plan, through openpyxl's read-only mode."""

import sys

import openpyxl

sheet = openpyxl.load_workbook(sys.argv[1], read_only=True, data_only=True).worksheets[0]
rows = list(sheet.iter_rows(values_only=True))
print(len(rows), sum(1 for row in rows for value in row if value is not None))
