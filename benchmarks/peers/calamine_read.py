"""Every cell of one plan or several, through python-calamine."""

import sys

from python_calamine import CalamineWorkbook

for path in sys.argv[1:]:
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    print(len(rows), sum(1 for row in rows for value in row if value != ""))
