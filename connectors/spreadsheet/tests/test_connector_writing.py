"""What is written: adoption, edits, new rows, refusals, and files that moved meanwhile."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from actiontrack.api import Batch, Observation, Outcome, Plain, RetryableError, UserError, Write, new_ref

if TYPE_CHECKING:
    from conftest import Connect, MakePlan

    from actiontrack_spreadsheet.connector import SpreadsheetConnector

BINDING = json.dumps({"instance": "plan", "store": "9f3c"})
ROWS: list[list[Any]] = [
    ["Ref", "Recommendation", "Action", "Lead agency", "Target date", "Status"],
    ["1", "Share", "Agree", "Police", date(2026, 9, 1), "Open"],
    ["2", "Share", "Train", "Council", date(2026, 10, 1), "Open"],
]


def change(row: int, after: dict[str, Plain], remote_id: str = "") -> Write:
    return Write(f"op-{row}", remote_id, row, creates=False, before={}, after=after)


def new(name: str, after: dict[str, Plain]) -> Write:
    return Write(name, "", 0, creates=True, before={}, after=after)


def send(connector: SpreadsheetConnector, seen: Observation, writes: Sequence[Write]) -> list[Outcome]:
    return list(connector.apply(Batch(writes, seen.proof, BINDING, seen.columns)))


def adopt(connector: SpreadsheetConnector) -> tuple[Observation, list[str]]:
    """Give every row its Action ID; the observation after it, and the ids."""
    seen = connector.observe("", {})
    refs = [new_ref() for _ in seen.records]
    done = send(connector, seen, [change(r.row, {"ref": ref}) for r, ref in zip(seen.records, refs, strict=True)])
    assert {outcome.state for outcome in done} == {"applied"}
    return connector.observe("", seen.columns), refs


def cells(path: Path, sheet: str = "Action plan") -> dict[str, Any]:
    book = openpyxl.load_workbook(path)
    return {cell.coordinate: cell.value for row in book[sheet].iter_rows() for cell in row if cell.value is not None}


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name) for name in book.namelist()}


def test_adoption_adds_the_key_column_and_the_binding(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan(ROWS)
    before = cells(plan)
    seen, refs = adopt(connect(plan))
    assert cells(plan) == {**before, "G1": "Action ID", "G2": refs[0], "G3": refs[1]}
    assert [record.remote_id for record in seen.records] == refs
    assert (seen.key, seen.binding, seen.setup, seen.problems) == ("ref", BINDING, [], [])
    assert openpyxl.load_workbook(plan).defined_names["_actiontrack_key"].attr_text == "'Action plan'!$G$1"


def test_an_adopted_workbook_goes_by_its_binding_wherever_the_column_moves(
    make_plan: MakePlan, connect: Connect
) -> None:
    plan = make_plan(ROWS)
    connector = connect(plan)
    seen, refs = adopt(connector)
    book = openpyxl.load_workbook(plan)
    sheet = book["Action plan"]
    sheet["G1"] = "Do not touch"
    sheet.title = "Plan 2027"
    book.defined_names["_actiontrack_key"].attr_text = "'Plan 2027'!$G$1"
    book.save(plan)
    again = connector.observe("", seen.columns)
    assert again.sheet == "Plan 2027"
    assert again.binding == BINDING
    assert [record.remote_id for record in again.records] == refs


def test_a_copied_sheets_own_name_does_not_count(make_plan: MakePlan, connect: Connect) -> None:
    from openpyxl.workbook.defined_name import DefinedName

    def also(book: Any, sheet: Any) -> None:
        sheet["A9"] = "x"
        other = book.create_sheet("Copy")
        other.append(["Action", "Notes"])
        other.defined_names["_actiontrack_key"] = DefinedName("_actiontrack_key", attr_text="Copy!$A$1")

    seen = connect(make_plan(ROWS, also=also)).observe("", {})
    assert (seen.sheet, seen.binding) == ("Action plan", "")


def test_a_key_column_that_somebody_removed_is_made_anew(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan([["Ref", "Action"], ["1.1", "Train"], ["2.5", "Audit"]])
    connector = connect(plan, key="ref")
    seen, _ = adopt(connector)
    book = openpyxl.load_workbook(plan)
    book["Action plan"].delete_cols(3)
    del book.defined_names["_actiontrack_key"]
    book.save(plan)
    again = connector.observe("", seen.columns)
    assert again.key == "ref"
    assert {record.remote_id for record in again.records} == {""}
    ref = new_ref()
    (outcome,) = send(connector, again, [change(2, {"ref": ref})])
    assert outcome.state == "applied"
    shown = connector.observe("", seen.columns)
    assert [record.remote_id for record in shown.records] == [ref, ""]
    assert openpyxl.load_workbook(plan).defined_names["_actiontrack_key"].attr_text == "'Action plan'!$C$1"


def test_an_id_column_is_known_by_its_ids_whatever_heads_it(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan([["Ref", "Action"], ["1.1", "Train"], ["2.5", "Audit"]])
    connector = connect(plan, key="ref")
    seen, _ = adopt(connector)
    before = [record.remote_id for record in connector.observe("", seen.columns).records]
    book = openpyxl.load_workbook(plan)
    book["Action plan"]["C1"] = "Our own name for it"
    del book.defined_names["_actiontrack_key"]
    book.save(plan)
    assert [record.remote_id for record in connector.observe("", seen.columns).records] == before


def test_rows_known_by_the_plans_numbers_need_no_column(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan([["Ref", "Action", "Status"], ["1.1", "Train", "Open"], ["2.5", "Audit", "Open"]])
    connector = connect(plan)
    seen = connector.observe("", {})
    before = cells(plan)
    assert send(connector, seen, []) == []
    bound = connector.observe("", seen.columns)
    assert (bound.key, bound.binding, cells(plan)) == ("number", BINDING, before)
    ref = new_ref()
    (made,) = send(connector, bound, [new("a", {"text": "Write", "ref": ref})])
    assert made.record is not None
    assert (made.record.remote_id, made.record.fields["number"]) == (ref, None)
    # A number that is typed in twice later does not make it a workbook of another kind.
    book = openpyxl.load_workbook(plan)
    book["Action plan"]["A3"] = "1.1"
    book.save(plan)
    doubled = connector.observe("", seen.columns)
    assert (doubled.key, [record.remote_id for record in doubled.records]) == ("number", ["1.1", "1.1", ref])
    (outcome,) = send(connector, doubled, [change(2, {"status": "Closed"}, "1.1")])
    assert (outcome.state, outcome.why) == ("refused", "2 rows have the key 1.1; give each its own")
    (taken,) = send(connector, doubled, [change(2, {"ref": new_ref()})])
    assert (taken.state, taken.field) == ("refused", "ref")


def test_a_number_column_under_another_heading_is_still_the_key(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan([["Ref", "Action"], ["1.1", "Train"], ["2.5", "Audit"]])
    connector = connect(plan)
    seen = connector.observe("", {})
    send(connector, seen, [])
    book = openpyxl.load_workbook(plan)
    book["Action plan"]["A1"] = "Our numbering"
    book.save(plan)
    again = connector.observe("", seen.columns)
    assert [record.remote_id for record in again.records] == ["1.1", "2.5"]
    assert again.columns == {"text": "Action", "number": "Our numbering"}


def test_a_plans_own_action_ids_are_never_taken_for_ours(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan([["Ref", "Action", "Action ID"], ["1.1", "Train", "SAB-1"], ["2.5", "Audit", "SAB-2"]])
    connector = connect(plan)
    seen = connector.observe("", {})
    send(connector, seen, [])
    bound = connector.observe("", seen.columns)
    assert (bound.key, [record.remote_id for record in bound.records]) == ("number", ["1.1", "2.5"])
    other = connect(plan, key="ref")
    assert other.observe("", seen.columns).key == "number", "what adoption settled stays"


def test_an_edit_changes_its_cell_and_no_other_part_but_our_own_note(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan(ROWS)
    connector = connect(plan)
    seen, refs = adopt(connector)
    before, old = parts(plan), cells(plan)
    (done,) = send(
        connector,
        seen,
        [change(0, {"status": "Complete", "current_due": date(2027, 1, 31), "text": "Agree "}, refs[0])],
    )
    assert done.state == "applied"
    assert done.record is not None
    assert done.record.fields["status"] == "Complete"
    assert done.record.fields["current_due"] == date(2027, 1, 31)
    changed = {name for name, content in parts(plan).items() if before[name] != content}
    assert changed == {"xl/worksheets/sheet1.xml", "docProps/custom.xml"}, "the note of which batch was written last"
    assert connect(plan).observe("", seen.columns).wrote == done.op_id
    now = cells(plan)
    assert {cell for cell in now if now[cell] != old[cell]} == {"E2", "F2"}
    again = connect(plan).observe("", seen.columns)
    assert next(record for record in again.records if record.row == 2).version == done.record.version


def test_what_stands_there_already_is_not_written(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan(ROWS)
    connector = connect(plan)
    seen, refs = adopt(connector)
    before = plan.read_bytes()
    done = send(
        connector,
        seen,
        [change(0, {"status": " Open", "current_due": date(2026, 9, 1), "ref": refs[0]}, refs[0])],
    )
    assert [(outcome.state, outcome.record) for outcome in done] == [("applied", seen.records[0])]
    assert plan.read_bytes() == before
    assert sorted(path.name for path in plan.parent.iterdir()) == ["plan.xlsx", "state"]


def test_a_blank_clears_the_cell(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan(ROWS)
    connector = connect(plan)
    seen, refs = adopt(connector)
    (done,) = send(connector, seen, [change(0, {"current_due": None, "status": ""}, refs[0])])
    assert done.record is not None
    assert (done.record.fields["current_due"], done.record.fields["status"]) == (None, None)


def test_new_rows_go_below_the_last(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan(ROWS)
    connector = connect(plan)
    seen, _ = adopt(connector)
    refs = [new_ref(), new_ref()]
    done = send(
        connector,
        seen,
        [
            new("a", {"text": "=Write", "status": "Open", "current_due": date(2027, 1, 31), "ref": refs[0]}),
            new("b", {"text": "Audit", "progress": "begun", "priority": "", "ref": refs[1]}),
        ],
    )
    assert [(outcome.op_id, outcome.state, outcome.field) for outcome in done] == [
        ("a", "applied", ""),
        ("b", "refused", "progress"),
        ("b", "applied", ""),
    ]
    now = connector.observe("", seen.columns)
    assert [(record.row, record.remote_id) for record in now.records[2:]] == [(4, refs[0]), (5, refs[1])]
    assert now.records[2].fields["text"] == "=Write"
    assert now.records[2].fields["current_due"] == date(2027, 1, 31)
    sheet = openpyxl.load_workbook(plan)["Action plan"]
    assert sheet["C4"].data_type == "s"
    assert sheet["E4"].number_format == sheet["E3"].number_format


def test_new_rows_leave_what_stands_below_the_plan(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan([*ROWS, [], ["Key:", "Open means begun"]])
    connector = connect(plan)
    seen, _ = adopt(connector)
    refs = [new_ref() for _ in range(2)]
    send(connector, seen, [new("a", {"text": "Write", "ref": refs[0]}), new("b", {"text": "Audit", "ref": refs[1]})])
    now = connector.observe("", seen.columns)
    assert [record.row for record in now.records] == [2, 3, 6, 7]
    assert cells(plan)["A5"] == "Key:"


def test_a_new_row_in_a_table_makes_the_table_grow(make_plan: MakePlan, connect: Connect) -> None:
    def also(_: Any, sheet: Any) -> None:
        from openpyxl.worksheet.table import Table

        sheet.add_table(Table(displayName="Plan", ref="A1:F3"))

    plan = make_plan(ROWS, also=also)
    connector = connect(plan)
    seen, _ = adopt(connector)
    send(connector, seen, [new("a", {"text": "Write", "ref": new_ref()})])
    table = openpyxl.load_workbook(plan)["Action plan"].tables["Plan"]
    assert table.ref == "A1:G4"
    assert [column.name for column in table.tableColumns][-1] == "Action ID"


def test_the_first_row_of_an_empty_plan(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan([["Action", "Status"]])
    connector = connect(plan)
    seen = connector.observe("", {})
    assert (seen.records, seen.key) == ([], "ref")
    (done,) = send(connector, seen, [new("a", {"text": "Write", "ref": new_ref()})])
    assert done.state == "applied"
    assert not openpyxl.load_workbook(plan)["Action plan"]["A2"].font.bold


def test_cells_that_cannot_be_written_are_refused_one_by_one(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan([*ROWS[:1], ["1", "Share", "Agree", "Police", date(2026, 9, 1), '=IF(1,"Open","")']])
    connector = connect(plan)
    seen, refs = adopt(connector)
    done = send(
        connector,
        seen,
        [
            change(0, {"status": "Closed", "text": "x" * 40_000, "lead_agency": "Council", "priority": "1"}, refs[0]),
            new("a", {"text": "Write", "recommendation_text": "y" * 40_000, "ref": new_ref()}),
        ],
    )
    assert sorted((outcome.op_id, outcome.state, outcome.field) for outcome in done) == [
        ("a", "applied", ""),
        ("a", "refused", "recommendation_text"),
        ("op-0", "applied", ""),
        ("op-0", "refused", "priority"),
        ("op-0", "refused", "status"),
        ("op-0", "refused", "text"),
    ]
    assert [outcome.state for outcome in done if outcome.op_id == "op-0"][-1] == "applied"
    assert all("\n" not in outcome.why for outcome in done)
    now = cells(plan)
    assert (now["D2"], now["C2"], now["F2"]) == ("Council", "Agree", '=IF(1,"Open","")')
    (refused, *_) = [outcome for outcome in done if outcome.field == "status"]
    assert "F2" in refused.why


def test_a_write_of_which_nothing_can_go_is_refused_and_no_more(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan(ROWS)
    connector = connect(plan)
    seen, refs = adopt(connector)
    before = plan.read_bytes()
    done = send(connector, seen, [change(0, {"priority": "High"}, refs[0])])
    assert [(outcome.state, outcome.field, outcome.why) for outcome in done] == [
        ("refused", "priority", "no column holds it")
    ]
    assert plan.read_bytes() == before


@pytest.mark.parametrize("at_once", [True, False])
def test_a_cell_merged_over_several_actions(at_once: bool, make_plan: MakePlan, connect: Connect) -> None:
    rows = [ROWS[0], ROWS[1], ["2", None, "Train", None, date(2026, 10, 1), "Open"]]
    plan = make_plan(rows, merges=["B2:B3", "D2:D3"])
    connector = connect(plan)
    seen, refs = adopt(connector)
    writes = [change(0, {"recommendation_text": "Share more", "lead_agency": "Council"}, refs[1])]
    if at_once:
        writes.insert(0, Write("op-1", refs[0], 0, False, {}, {"lead_agency": "Council"}))
    done = send(connector, seen, writes)
    now = connector.observe("", seen.columns)
    assert [record.fields["recommendation_text"] for record in now.records] == ["Share more"] * 2
    if at_once:
        assert {outcome.state for outcome in done} == {"applied"}
        assert [record.fields["lead_agency"] for record in now.records] == ["Council"] * 2
    else:
        (refused, applied) = done
        assert (refused.state, refused.field, applied.state) == ("refused", "lead_agency", "applied")
        assert "D2:D3: the cell is merged over 2 actions" in refused.why
        assert [record.fields["lead_agency"] for record in now.records] == ["Police"] * 2


def test_a_file_that_moved_is_stale_and_stays_as_it_is(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan(ROWS)
    connector = connect(plan)
    seen, refs = adopt(connector)
    book = openpyxl.load_workbook(plan)
    book["Action plan"]["C2"] = "Agree at once"
    book.save(plan)
    before = plan.read_bytes()
    done = send(connector, seen, [change(0, {"status": "Closed"}, refs[0]), new("a", {"text": "Write"})])
    assert [outcome.state for outcome in done] == ["stale", "stale"]
    assert plan.read_bytes() == before
    plan.unlink()
    assert [outcome.state for outcome in send(connector, seen, [new("a", {"text": "Write"})])] == ["stale"]
    assert not plan.exists()


def test_a_row_that_is_not_there_is_stale(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan(ROWS)
    connector = connect(plan)
    seen, _ = adopt(connector)
    done = send(connector, seen, [change(0, {"status": "Closed"}, new_ref()), change(77, {"status": "Closed"})])
    assert [outcome.state for outcome in done] == ["stale", "stale"]


def test_a_file_that_is_open_is_not_written(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan(ROWS)
    connector = connect(plan)
    seen = connector.observe("", {})
    before = plan.read_bytes()
    (plan.parent / ".~lock.plan.xlsx#").write_bytes(b",J Smith,desk,01.01.2026 09:00,file:///x;")
    with pytest.raises(RetryableError):
        send(connector, seen, [change(2, {"ref": new_ref()})])
    assert plan.read_bytes() == before


def test_a_workbook_that_cannot_take_the_key_column_is_left_alone(make_plan: MakePlan, connect: Connect) -> None:
    def also(_: Any, sheet: Any) -> None:
        sheet.protection.sheet = True

    plan = make_plan(ROWS, also=also)
    connector = connect(plan)
    seen = connector.observe("", {})
    before = plan.read_bytes()
    with pytest.raises(UserError, match=r"plan\.xlsx"):
        send(connector, seen, [change(2, {"ref": new_ref()})])
    assert plan.read_bytes() == before


def test_a_copy_of_the_file_before_each_write_is_kept(make_plan: MakePlan, connect: Connect, tmp_path: Path) -> None:
    plan = make_plan(ROWS)
    before = plan.read_bytes()
    adopt(connect(plan))
    backups = [path for path in (tmp_path / "state" / "backups").rglob("*") if path.is_file()]
    assert before in [path.read_bytes() for path in backups]
