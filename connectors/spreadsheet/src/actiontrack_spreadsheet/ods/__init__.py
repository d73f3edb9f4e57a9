"""OpenDocument workbooks (.ods): read, and written in place by cutting and splicing content.xml.

Offers the same doors as ``actiontrack_spreadsheet.workbook`` does for Excel's, and shares its package, grid, edits,
checks and replace.
"""

from __future__ import annotations

from collections.abc import Sequence

from actiontrack_spreadsheet.workbook.edits import Edit, Refusal
from actiontrack_spreadsheet.workbook.write import Format

from .check import check_ods
from .plan import make_plan
from .verify import verify
from .workbook import OdsWorkbook, open_ods

__all__ = ["ODS", "OdsWorkbook", "check_ods", "open_ods"]


def _check(workbook: OdsWorkbook, edits: Sequence[Edit], own_sheet: str) -> list[Refusal]:
    return check_ods(workbook, edits, own_sheet=own_sheet)


ODS = Format(OdsWorkbook, _check, make_plan, verify)
"""For ``write_in_place``."""
