"""Every cell of a plan, through our reader."""

import sys

from actiontrack_spreadsheet.workbook import open_workbook

book = open_workbook(sys.argv[1])
grid = book.read(book.sheets[0])
values = [grid.column(col) for col in grid.columns]
print(len(grid.rows), sum(1 for column in values for value in column if value is not None))
