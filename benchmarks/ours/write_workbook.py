"""One row in a hundred edited in place, by what the row says: the workbook is read, written and checked."""

import sys
from pathlib import Path

from actiontrack_spreadsheet.workbook import SetCell, open_workbook, plan_and_write

path = Path(sys.argv[1])
book = open_workbook(path)
sheet = book.sheets[0]
grid = book.read(sheet)
officer = next(col for col in grid.columns if grid.text(1, col) == "Lead officer")
edits = [SetCell(sheet.name, row, officer, f"Edited {row}") for row in grid.rows if row % 100 == 0]
plan_and_write(path, edits, expected_sha256=book.sha256, backup_dir=path.parent / "backups", opened=book)
