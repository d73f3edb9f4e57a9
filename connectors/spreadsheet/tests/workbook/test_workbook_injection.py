"""No text that anybody typed becomes a formula, in a workbook written in place."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import python_calamine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actiontrack_spreadsheet.workbook import AddColumn, SetCell, open_workbook, plan_and_write

STARTS = st.sampled_from(["=", "+", "-", "@", "＝", "\t=", "\n=", " =", "'=", '"=', "=cmd|'/c calc'!A0", "{=", "<f>"])
REST = st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), max_size=9)
TYPED = st.builds(str.__add__, STARTS, REST)


@pytest.mark.filterwarnings("ignore:Workbook contains no default style")
@given(texts=st.lists(TYPED, min_size=1, max_size=8), heading=TYPED)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_typed_is_text_for_every_reader(build: Callable[..., Path], texts: list[str], heading: str) -> None:
    path = build()
    edits = [AddColumn("Plan", 1, 5, heading), *(SetCell("Plan", row, 5, text) for row, text in enumerate(texts, 2))]
    with tempfile.TemporaryDirectory() as backups:
        plan_and_write(path, edits, expected_sha256=open_workbook(path).sha256, backup_dir=backups)
    grid = open_workbook(path).read("Plan")
    assert [grid.cell(row, 5) for row in range(1, len(texts) + 2)] == [heading, *texts]
    assert b"<f" not in open_workbook(path).package.read("xl/worksheets/sheet1.xml")
    read = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Plan").to_python()
    assert [str(row[4]) for row in read] == [heading, *texts]
    sheet = openpyxl.load_workbook(path)["Plan"]
    risky = [cell for (cell,) in sheet["E1:E9"] if str(cell.value or "").startswith(("=", "+", "-", "@", "＝"))]
    assert all(cell.quotePrefix for cell in risky), "so that it stays text when somebody edits the cell"
