"""Workbooks as people keep them: read fast, written in place, nothing lost.

This package knows sheets, cells, styles and merges; it knows nothing of actions or of syncing. It never loads and
saves a whole workbook through a library: only the XML of what an edit touches is changed, all else is copied as bytes.

    workbook = open_workbook("plan.xlsx")
    grid = workbook.read("Action plan")
    edits = [SetCell("Action plan", row=7, col=6, value="Complete")]
    refusals = check_edits(workbook, edits)
    result = plan_and_write("plan.xlsx", edits, expected_sha256=workbook.sha256, backup_dir="backups")
"""

from __future__ import annotations

from .cellxml import TRIGGERS
from .check import check_edits
from .comments import fitting_comments, has_comments_of_ours
from .csvfile import check_csv, read_csv, write_csv
from .digest import content_digest
from .edits import (
    AddColumn,
    AppendRow,
    Choice,
    DefineName,
    Edit,
    OwnColumn,
    OwnLink,
    PutComments,
    PutSheet,
    Refusal,
    SetCell,
    SetCustomProperty,
    Writable,
    WriteResult,
)
from .errors import StaleWorkbook, WorkbookBusy, WorkbookRefused
from .grid import Grid, Table
from .heights import height_of
from .ownsheet import OwnPlace, own_place, own_title, says_so
from .refs import MAX_COL, MAX_ROW, Area, column_number, letters, parse_area, parse_ref, ref
from .replace import replace_file
from .ring import KEEP, Kept, Ring, kept_in
from .values import NO_VALUE, BadDate, CellValue, Constant, ErrorValue, Formula
from .verify import changed_cells
from .workbook import DefinedName, Sheet, Workbook, open_workbook
from .write import edited, plan_and_write

__all__ = [
    "KEEP",
    "MAX_COL",
    "MAX_ROW",
    "NO_VALUE",
    "TRIGGERS",
    "AddColumn",
    "AppendRow",
    "Area",
    "BadDate",
    "CellValue",
    "Choice",
    "Constant",
    "DefineName",
    "DefinedName",
    "Edit",
    "ErrorValue",
    "Formula",
    "Grid",
    "Kept",
    "OwnColumn",
    "OwnLink",
    "OwnPlace",
    "PutComments",
    "PutSheet",
    "Refusal",
    "Ring",
    "SetCell",
    "SetCustomProperty",
    "Sheet",
    "StaleWorkbook",
    "Table",
    "Workbook",
    "WorkbookBusy",
    "WorkbookRefused",
    "Writable",
    "WriteResult",
    "changed_cells",
    "check_csv",
    "check_edits",
    "column_number",
    "content_digest",
    "edited",
    "fitting_comments",
    "has_comments_of_ours",
    "height_of",
    "kept_in",
    "letters",
    "open_workbook",
    "own_place",
    "own_title",
    "parse_area",
    "parse_ref",
    "plan_and_write",
    "read_csv",
    "ref",
    "replace_file",
    "says_so",
    "write_csv",
]
