"""Comments of ours: put beside those of people in any workbook, as other programs see them, and taken away again."""

from __future__ import annotations

import shutil
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment

from actiontrack_spreadsheet.workbook import (
    PutComments,
    SetCell,
    WorkbookRefused,
    WriteResult,
    check_edits,
    has_comments_of_ours,
    open_workbook,
    plan_and_write,
)
from actiontrack_spreadsheet.workbook.comments import read_comments, signed
from actiontrack_spreadsheet.workbook.edits import Edit

Build = Callable[..., Path]
DATA = Path(__file__).parents[1] / "data"
FILES = sorted(path for folder in ("odd", "real") for path in (DATA / folder).glob("*.xls*"))
UNREADABLE = {
    "poi__60320-protected.xlsx", "poi__poc-xmlbomb.xlsx", "poi__sample-beta.xlsx", "poi__xlsx-corrupted.xlsx",
}  # fmt: skip
PLACE = (3, 700)
"""A cell where no workbook of the tests has anything."""
TEXT = "=1+1 is “no” status & <here>\nWhat to do: correct it"


def write(path: Path, *edits: Edit) -> WriteResult:
    sha256 = open_workbook(path).sha256
    return plan_and_write(path, edits, expected_sha256=sha256, backup_dir=path.parent / "backups")


def plan_sheet(path: Path) -> str:
    return next(sheet.name for sheet in open_workbook(path).sheets if sheet.kind == "worksheet")


def seen_elsewhere(path: Path, sheet: str) -> dict[str, tuple[str, str]]:
    """cell -> (author, text), as another program reads them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        page = openpyxl.load_workbook(path)[sheet]
    return {
        cell.coordinate: (cell.comment.author, cell.comment.text)
        for row in page.iter_rows()
        for cell in row
        if cell.comment
    }


def theirs(path: Path, sheet: str) -> list[tuple[object, ...]]:
    workbook = open_workbook(path)
    return [each[:3] for each in read_comments(workbook, workbook.sheet(sheet)) if not each.is_ours]


@pytest.mark.parametrize("source", FILES, ids=lambda path: path.name)
def test_in_every_odd_workbook(source: Path, tmp_path: Path) -> None:
    path = tmp_path / source.name
    shutil.copy(source, path)
    if source.name in UNREADABLE:
        with pytest.raises(WorkbookRefused):
            theirs(path, plan_sheet(path))
        return
    sheet = plan_sheet(path)
    before = theirs(path, sheet)
    write(path, PutComments(sheet, {PLACE: TEXT, (4, 700): "Another"}))
    assert has_comments_of_ours(open_workbook(path), open_workbook(path).sheet(sheet))
    assert theirs(path, sheet) == before
    own = {"comments", "vmldrawing", "sheet1.xml.rels", "sheet", "[content_types].xml"}
    assert all(any(word in part for word in own) for part in _parts_that_differ(source, path))

    assert write(path, PutComments(sheet, {PLACE: TEXT, (4, 700): "Another"})).changed_parts == ()
    write(path, PutComments(sheet, {(5, 700): "A third"}))
    assert theirs(path, sheet) == before
    write(path, PutComments(sheet, {}))
    assert not has_comments_of_ours(open_workbook(path), open_workbook(path).sheet(sheet))
    assert theirs(path, sheet) == before
    with zipfile.ZipFile(path) as archive:
        drawings = [archive.read(name) for name in archive.namelist() if name.endswith(".vml")]
    assert not any(b"<x:Column>699</x:Column>" in each for each in drawings)


def _parts_that_differ(before: Path, after: Path) -> set[str]:
    with zipfile.ZipFile(before) as old, zipfile.ZipFile(after) as new:
        same = {name for name in old.namelist() if name in new.namelist() and old.read(name) == new.read(name)}
        return {name.lower() for name in new.namelist() if name not in same}


def test_as_another_program_sees_them(rich: Path) -> None:
    before = seen_elsewhere(rich, "Action plan")
    assert before, "people have commented on this plan"
    write(rich, PutComments("Action plan", {(5, 6): TEXT}), SetCell("Action plan", 6, 2, "Changed in the same go"))
    after = seen_elsewhere(rich, "Action plan")
    assert after.pop("F5") == ("actiontrack", signed(TEXT))
    assert after == before
    assert open_workbook(rich).read("Action plan").cell(6, 2) == "Changed in the same go"


def test_a_comment_that_somebody_wrote_in_is_theirs_from_then_on(build: Build) -> None:
    path = build()
    write(path, PutComments("Plan", {(2, 2): "Mend this", (3, 2): "And this"}))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        book = openpyxl.load_workbook(path)
    said = book["Plan"]["B2"].comment
    assert said is not None
    book["Plan"]["B2"].comment = Comment(f"{said.text}\nAsked Jo, 3 March", said.author)
    book.save(path)
    write(path, PutComments("Plan", {}))
    ((cell, author, text),) = theirs(path, "Plan")
    assert (cell, author) == ((2, 2), "actiontrack")
    assert str(text).endswith("Asked Jo, 3 March")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_it_says_it_reads_so_and_is_ours(build: Build, text: str) -> None:
    path = build()
    write(path, PutComments("Plan", {(2, 2): text}))
    workbook = open_workbook(path)
    (comment,) = read_comments(workbook, workbook.sheet("Plan"))
    assert comment.text == signed(text)
    assert comment.is_ours
    assert write(path, PutComments("Plan", {(2, 2): text})).changed_parts == ()


def test_a_cell_with_a_comment_is_left_as_it_is(rich: Path) -> None:
    cell = next(iter(read_comments(open_workbook(rich), open_workbook(rich).sheet("Action plan")))).cell
    (refusal,) = check_edits(open_workbook(rich), [PutComments("Action plan", {cell: "Mend this"})])
    assert refusal.reason == "commented"


def test_what_can_not_be(build: Build) -> None:
    workbook = open_workbook(build())

    def reason(edit: PutComments) -> str:
        return check_edits(workbook, [edit])[0].reason

    assert reason(PutComments("Nowhere", {})) == "unknown-sheet"
    assert reason(PutComments("Plan", {(0, 1): "x"})) == "outside-sheet"
    assert reason(PutComments("Plan", {(1, 1): "x" * 40_000})) == "too-long"
    assert reason(PutComments("Plan", {(row, 1): "x" for row in range(1, 1002)})) == "no-comments"
    twice = check_edits(workbook, [PutComments("Plan", {(2, 2): "x"}), PutComments("plan", {(2, 2): "y"})])
    assert [each.reason for each in twice] == ["twice"]
