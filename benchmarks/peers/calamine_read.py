"""Every cell of a plan, through python-calamine."""

import sys

from python_calamine import CalamineWorkbook

rows = CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0).to_python()
print(len(rows), sum(1 for row in rows for value in row if value != ""))
