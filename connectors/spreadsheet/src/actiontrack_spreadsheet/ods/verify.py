"""The check of a result before it replaces the file: exactly the planned cells changed, every other part identical."""

from __future__ import annotations

from actiontrack_spreadsheet.workbook.grid import Grid
from actiontrack_spreadsheet.workbook.package import Package
from actiontrack_spreadsheet.workbook.plan import Plan
from actiontrack_spreadsheet.workbook.verify import Differs, check_cells, check_failed, check_parts

from .workbook import OdsWorkbook


def verify(workbook: OdsWorkbook, plan: Plan, result: bytes) -> OdsWorkbook:
    """The result as it reads.

    Raises WorkbookRefused (``check-failed``) unless it is the workbook with the plan and nothing else.
    """
    try:
        after = OdsWorkbook(Package(workbook.path, result))
        check_parts(workbook.package, after.package, plan)
        if workbook.sheets != after.sheets:
            raise Differs("the list of sheets changed")
        for sheet in workbook.sheets:
            old, new = workbook.grid(sheet.name), after.grid(sheet.name)
            check_cells(old, new, plan.cells.get(sheet.name, {}))
            if _hidden_otherwise(old, new) or old.hidden_columns != new.hidden_columns:
                raise Differs(f"{sheet.name}: hidden rows or columns changed")
            if sheet.name not in plan.cells and old.surroundings != new.surroundings:
                raise Differs(f"{sheet.name}: it changed unplanned")
    except Differs as differs:
        raise check_failed(workbook.path, differs) from None
    return after


def _hidden_otherwise(old: Grid, new: Grid) -> bool:
    """Whether a row came into sight or went out of it; of one without any value neither grid knows."""
    return any(old.row(row) and new.row(row) for row in old.hidden_rows ^ new.hidden_rows)
