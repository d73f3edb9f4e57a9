"""A workbook made from nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from actiontrack.api import Batch, Outcome, UserError, Write, new_ref
from actiontrack_spreadsheet.headings import FIELDS

if TYPE_CHECKING:
    from conftest import Connect

    from actiontrack_spreadsheet.connector import SpreadsheetConnector

REFS = [new_ref(), new_ref()]


def make(
    connector: SpreadsheetConnector, texts: tuple[str, ...] = ("Train the staff", "=cmd|'/c calc'!A0")
) -> list[Outcome]:
    seen = connector.observe("", {})
    writes = [
        Write(
            f"op-{i}",
            "",
            0,
            True,
            {},
            {
                "text": text,
                "lead_agency": "Police",
                "status": "In progress",
                "current_due": date(2027, 1, 31),
                "ref": ref,
            },
        )
        for i, (text, ref) in enumerate(zip(texts, REFS, strict=False))
    ]
    return list(connector.apply(Batch(writes, seen.proof, "bound", seen.columns)))


def test_it_is_only_made_where_the_configuration_says_so(tmp_path: Path, connect: Connect) -> None:
    path = tmp_path / "new.xlsx"
    seen = connect(path, create=True).observe("", {})
    assert (seen.exists, list(seen.records), seen.key, seen.sheet) == (False, [], "ref", "Actions")
    assert set(seen.columns) == set(FIELDS) - {"ref"}
    assert seen.setup == ["The workbook new.xlsx is made, with a sheet “Actions” and the actions in its scope."]
    assert not path.exists()
    with pytest.raises(UserError, match="create = true"):
        connect(path).observe("", {})


def test_what_was_made_reads_back_as_it_was_written(tmp_path: Path, connect: Connect) -> None:
    path = tmp_path / "plans" / "new.xlsx"
    path.parent.mkdir()
    connector = connect(path, create=True)
    before = connector.observe("", {})
    done = make(connector)
    assert [outcome.state for outcome in done] == ["applied", "applied"]
    seen = connect(path, create=True).observe("", before.columns)
    assert [record.remote_id for record in seen.records] == REFS
    assert [outcome.record.version for outcome in done if outcome.record] == [r.version for r in seen.records]
    assert (seen.binding, seen.key, seen.setup, seen.problems) == ("bound", "ref", [], [])
    assert dict(seen.columns) == dict(before.columns)
    assert dict(seen.places) == dict(before.places)
    assert seen.records[0].fields["current_due"] == date(2027, 1, 31)
    assert seen.records[1].fields["text"] == "=cmd|'/c calc'!A0"
    assert seen.allowed["status"] == ("Not started", "In progress", "Blocked", "Reported complete")
    assert set(seen.allowed["lead_agency"]) == {"Police", "Health Trust", "Council"}
    assert connect(path).observe("", {}).columns == seen.columns


def test_people_find_a_workbook_they_can_use(tmp_path: Path, connect: Connect) -> None:
    path = tmp_path / "new.xlsx"
    make(connect(path, create=True))
    book = openpyxl.load_workbook(path)
    sheet = book["Actions"]
    assert sheet["A1"].value == "Action ID"
    assert sheet.freeze_panes == "B2"
    table = sheet.tables["ActionPlan"]
    assert (table.ref, table.autoFilter.ref) == ("A1:U3", "A1:U3")
    assert not sheet.protection.sheet
    due = next(cell for cell in sheet[2] if cell.value is not None and cell.is_date)
    assert due.number_format == "dd mmm yyyy"
    text = next(cell for cell in sheet[3] if cell.value == "=cmd|'/c calc'!A0")
    assert (text.data_type, text.quotePrefix) == ("s", True)
    kinds = sorted(check.type for check in sheet.data_validations.dataValidation)
    assert kinds == ["date", "list", "list", "list"]
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_the_same_actions_make_the_same_bytes(tmp_path: Path, connect: Connect) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        make(connect(tmp_path / name / "new.xlsx", create=True))
    assert (tmp_path / "a" / "new.xlsx").read_bytes() == (tmp_path / "b" / "new.xlsx").read_bytes()


def test_an_empty_one_can_be_filled_later(tmp_path: Path, connect: Connect) -> None:
    path = tmp_path / "new.xlsx"
    connector = connect(path, create=True)
    assert make(connector, ()) == []
    seen = connector.observe("", {})
    assert list(seen.records) == []
    (done,) = make(connector, ("Train the staff",))
    assert done.state == "applied"
    assert done.record is not None
    assert done.record.row == 2
    sheet = openpyxl.load_workbook(path)["Actions"]
    assert not sheet["H2"].font.bold
    assert sheet["H2"].alignment.wrap_text
    assert next(cell for cell in sheet[2] if cell.is_date).number_format == "dd mmm yyyy"


def test_long_lists_of_agencies_get_a_sheet_of_their_own(tmp_path: Path, connect: Connect) -> None:
    path = tmp_path / "new.xlsx"
    names = tuple(f"Agency number {i}, north" for i in range(30))
    make(connect(path, agencies=names, create=True))
    seen = connect(path).observe("", {})
    assert seen.allowed["lead_agency"] == names
    assert openpyxl.load_workbook(path)["Lists"].sheet_state == "hidden"


def test_a_file_that_came_up_meanwhile_is_never_written_over(tmp_path: Path, connect: Connect) -> None:
    path = tmp_path / "new.xlsx"
    connector = connect(path, create=True)
    seen = connector.observe("", {})
    path.write_bytes(b"somebody's")
    write = Write("a", "", 0, True, {}, {"text": "Train", "ref": REFS[0]})
    assert [outcome.state for outcome in connector.apply(Batch([write], seen.proof, "bound", seen.columns))] == [
        "stale"
    ]
    assert path.read_bytes() == b"somebody's"
    assert [each.name for each in tmp_path.iterdir()] == ["new.xlsx"]
