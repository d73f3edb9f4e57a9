"""LibreOffice opens what was edited in place and sees exactly the planned edits."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from benchmarks.fidelity import judge
from benchmarks.fidelity.edit import edit_in_place
from benchmarks.fidelity.office import Looker

from actiontrack_spreadsheet.workbook import AddColumn, AppendRow, Edit, SetCell, open_workbook, plan_and_write

pytestmark = pytest.mark.office

ODD = Path(__file__).parents[1] / "data" / "odd"
FILES = (
    "calamine__date_1904.xlsx",
    "calamine__inlineStr_cdata.xlsx",
    "calamine__pivots.xlsx",
    "calamine__rph.xlsx",
    "calamine__table_with_absolute_paths.xlsx",
    "closedxml__DialogSheet.xlsx",
    "closedxml__FileWithButton.xlsm",
    "closedxml__MultiplePartsHaveNonUniqueRelId-input.xlsx",
    "closedxml__ValidationWithSheetReference.xlsx",
    "poi__59746_NoRowNums.xlsx",
    "poi__SampleSS.strict.xlsx",
    "poi__WithEmbeded.xlsx",
    "poi__dataValidationTableRange.xlsx",
    "xlsxwriter__checkbox01.xlsx",
)


@pytest.fixture(scope="module")
def looker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Looker]:
    office = Looker(tmp_path_factory.mktemp("profile"))
    yield office
    office.close()


@pytest.mark.parametrize("name", FILES)
def test_one_cell_of_an_odd_workbook(name: str, looker: Looker, tmp_path: Path) -> None:
    path = tmp_path / name
    shutil.copyfile(ODD / name, path)
    before = looker.look(path)
    edit = edit_in_place(path, tmp_path / "backups")
    assert judge.wrong_cells(before, looker.look(path), edit) == []


def changes(before: dict[str, judge.Cells], after: dict[str, judge.Cells]) -> dict[tuple[str, int, int], object]:
    assert list(before) == list(after)
    return {
        (name, *place): after[name].get(place)
        for name in before
        for place in before[name].keys() | after[name].keys()
        if before[name].get(place) != after[name].get(place)
    }


def edited(path: Path, looker: Looker, edits: list[Edit]) -> dict[tuple[str, int, int], object]:
    before = looker.look(path)
    backups = path.parent / "backups"
    plan_and_write(path, edits, expected_sha256=open_workbook(path).sha256, backup_dir=backups)
    return changes(before, looker.look(path))


def test_rows_and_a_column_of_a_manager_s_plan(rich: Path, looker: Looker) -> None:
    edits: list[Edit] = [
        SetCell("Action plan", 5, 6, "Complete"),
        SetCell("Action plan", 6, 8, "=1+1"),
        SetCell("Action plan", 7, 5, date(2026, 5, 1)),
        AddColumn("Action plan", 4, 11, "Action ID"),
        AppendRow("Action plan", 17, {1: "R5.1", 3: "New action", 5: date(2026, 6, 1), 7: 0.5, 11: "AT-17"}, 16),
        AppendRow("Action plan", 18, {1: "R5.2"}, 16),
    ]
    assert edited(rich, looker, edits) == {
        ("Action plan", 5, 6): "Complete",
        ("Action plan", 6, 8): "'=1+1",  # the apostrophe says that it is text
        ("Action plan", 7, 5): "46143",
        ("Action plan", 4, 11): "Action ID",
        ("Action plan", 17, 1): "R5.1",
        ("Action plan", 17, 3): "New action",
        ("Action plan", 17, 5): "46174",
        ("Action plan", 17, 7): "0.5",
        ("Action plan", 17, 11): "AT-17",
        ("Action plan", 18, 1): "R5.2",
    }


def test_a_row_and_a_column_of_a_table(rich: Path, looker: Looker) -> None:
    edits: list[Edit] = [
        AddColumn("Tracker", 3, 5, "Action ID"),
        *(SetCell("Tracker", row, 5, f"AT-{row}") for row in range(4, 7)),
        AppendRow("Tracker", 7, {2: "A4", 3: "Do 4", 5: "AT-7"}, 6),
    ]
    assert edited(rich, looker, edits) == {
        ("Tracker", 3, 5): "Action ID",
        **{("Tracker", row, 5): f"AT-{row}" for row in range(4, 8)},
        ("Tracker", 7, 2): "A4",
        ("Tracker", 7, 3): "Do 4",
    }
