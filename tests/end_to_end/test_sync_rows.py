"""Rows in people's hands: sorted, copied, removed, cleared, restored. Identity is an id, never a position."""

from __future__ import annotations

import shutil

import pytest
from board_suite import BOARD, Sheet, Suite, row

LATER = "2026-11-24T10:30:00Z"


def _resort(sheet: Sheet, headings: list[str]) -> None:
    """Reverse these columns of all rows: a sort of a part of the table."""
    rows = [at for at in range(sheet.header + 1, sheet.sheet.max_row + 1) if sheet.value(at, "Action")]
    for heading in headings:
        values = [sheet.value(at, heading) for at in rows]
        for at, value in zip(rows, reversed(values), strict=True):
            sheet.sheet.cell(at, sheet.columns[heading]).value = value


def test_a_full_sort_changes_nothing(adopted: Suite) -> None:
    before = adopted.run("action", "list")
    with adopted.edit() as plan:
        _resort(plan, list(plan.columns))
    told = adopted.sync()
    assert told["master"]["updated_here"] == told["master"]["updated_there"] == 0
    assert adopted.run("action", "list") == before


def test_a_sort_that_leaves_the_ids_behind_applies_nothing_and_is_repaired_on_request(adopted: Suite) -> None:
    before = adopted.run("action", "list")
    with adopted.edit() as plan:
        right = {each["Action"]: each["Action ID"] for each in plan.rows()}
        _resort(plan, [heading for heading in plan.columns if heading != "Action ID"])
    told = adopted.sync(code=1)["master"]
    assert told["updated_here"] == told["updated_there"] == 0
    assert told["quarantined"] == 8, "the row in the middle kept its id"
    assert adopted.run("action", "list") == before
    (found,) = adopted.run("proposal", "list")
    assert found["kind"] == "repair"
    adopted.run("proposal", "accept", found["id"])
    adopted.sync()
    with adopted.edit() as plan:
        assert {each["Action"]: each["Action ID"] for each in plan.rows()} == right
    assert adopted.run("action", "list") == before


def test_an_id_left_beside_another_rows_words_holds_both_rows(adopted: Suite) -> None:
    before = adopted.run("action", "list")
    with adopted.edit() as plan:
        one, two = plan.find("Do the thing numbered 2"), plan.find("Do the thing numbered 3")
        taken = plan.value(one, "Action ID")
        plan.sheet.cell(two, plan.columns["Action ID"]).value = taken
        plan.sheet.cell(one, plan.columns["Action ID"]).value = None
        plan.sheet.cell(two, plan.columns["Action"]).value = "Typed over as well"
    told = adopted.sync(code=1)["master"]
    assert (told["updated_here"], told["created_here"], told["quarantined"]) == (0, 0, 2)
    assert adopted.run("action", "list") == before
    with adopted.edit() as plan:
        plan.sheet.cell(one, plan.columns["Action ID"]).value = taken
        plan.sheet.cell(two, plan.columns["Action ID"]).value = None
    adopted.sync(code=None)
    assert adopted.run("action", "show", taken)["text"] == "Do the thing numbered 2"


def test_a_copied_and_retyped_row_becomes_a_question(adopted: Suite) -> None:
    with adopted.edit() as plan:
        cells = next(each for each in plan.rows() if each["Action"] == "Do the thing numbered 2")
        plan.append({**cells, "Action": "Copied, then typed over"})
    told = adopted.sync(code=1)["master"]
    assert told["created_here"] == 0
    assert adopted.action("Do the thing numbered 2")["ref"] == cells["Action ID"]
    (found,) = adopted.run("proposal", "list")
    assert (found["kind"], found["to"]["text"]) == ("new", "Copied, then typed over")
    adopted.run("proposal", "accept", found["id"])
    adopted.sync()
    with adopted.edit() as plan:
        ids = [each["Action ID"] for each in plan.rows()]
    assert len(set(ids)) == len(ids) == 10


def test_a_deleted_row_closes_nothing_and_is_never_put_back_by_itself(adopted: Suite) -> None:
    ref = adopted.action("Do the thing numbered 5")["ref"]
    with adopted.edit() as plan:
        plan.sheet.delete_rows(plan.find("Do the thing numbered 5"))
    assert adopted.sync()["master"]["missing"] == 1
    assert adopted.run("proposal", "list") == []
    assert adopted.run("action", "show", ref)["status"] == adopted.action("Do the thing numbered 3")["status"]
    adopted.sync(code=1, now=LATER)
    (found,) = adopted.run("proposal", "list")
    assert (found["kind"], found["ref"]) == ("remove", ref)
    with adopted.edit() as plan, pytest.raises(LookupError):
        plan.find(ref)
    adopted.run("proposal", "refuse", found["id"])
    told = adopted.sync()["master"]
    assert (told["created_there"], told["missing"]) == (1, 0)
    with adopted.edit() as plan:
        assert plan.value(plan.find(ref), "Action") == "Do the thing numbered 5"


def test_a_removal_accepted_leaves_the_row_out_for_good(adopted: Suite) -> None:
    ref = adopted.action("Do the thing numbered 5")["ref"]
    with adopted.edit() as plan:
        plan.sheet.delete_rows(plan.find(ref))
    adopted.sync()
    adopted.sync(code=1, now=LATER)
    (found,) = adopted.run("proposal", "list")
    adopted.run("proposal", "accept", found["id"])
    assert adopted.sync()["master"]["missing"] == 0
    adopted.run("action", "set", ref, "priority=Urgent")
    adopted.sync()
    with adopted.edit() as plan, pytest.raises(LookupError):
        plan.find(ref)


def test_a_removal_accepted_with_a_reason_closes_its_action_by_decision(adopted: Suite) -> None:
    ref = adopted.action("Do the thing numbered 5")["ref"]
    with adopted.edit() as plan:
        plan.sheet.delete_rows(plan.find(ref))
    adopted.sync()
    adopted.sync(code=1, now=LATER)
    (found,) = adopted.run("proposal", "list")
    adopted.run("proposal", "accept", found["id"], "--reason", "The unit was closed")
    action = adopted.run("action", "show", ref)
    assert (action["status"], action["status_reason"]) == ("closed_not_implemented", "The unit was closed")
    assert [(each["outcome"], each["reasons"]) for each in action["decisions"]] == [
        ("closed_not_implemented", "The unit was closed"),
    ]


def test_an_edit_against_a_deleted_row_is_a_conflict(adopted: Suite) -> None:
    ref = adopted.action("Do the thing numbered 5")["ref"]
    with adopted.edit() as plan:
        plan.sheet.delete_rows(plan.find(ref))
    adopted.sync()
    adopted.run("action", "set", ref, "priority=Urgent")
    adopted.sync(code=1, now=LATER)
    (found,) = adopted.run("conflict", "list")
    assert (found["ref"], found["field"]) == (ref, "row")
    adopted.run("conflict", "resolve", found["id"], "--take", "ours")
    adopted.sync()
    with adopted.edit() as plan:
        assert plan.value(plan.find(ref), "Priority") == "Urgent"


def test_a_row_that_comes_back_is_the_same_action(adopted: Suite) -> None:
    kept = adopted.plan.read_bytes()
    with adopted.edit() as plan:
        plan.sheet.delete_rows(plan.find("Do the thing numbered 5"))
    adopted.sync()
    adopted.plan.write_bytes(kept)
    told = adopted.sync()["master"]
    assert (told["missing"], told["created_here"]) == (0, 0)
    assert len(adopted.run("action", "list")) == 9


def test_a_cleared_id_is_written_again(adopted: Suite) -> None:
    ref = adopted.action("Do the thing numbered 5")["ref"]
    with adopted.edit() as plan:
        plan.set(ref, "Action ID", None)
    adopted.sync()
    with adopted.edit() as plan:
        assert plan.value(plan.find("Do the thing numbered 5"), "Action ID") == ref
    assert len(adopted.run("action", "list")) == 9


@pytest.mark.parametrize("typed", ["AT-0000-0000-0001", "rubbish", "AT-96CB-4STQ-Z1VA"])
def test_an_id_that_is_none_of_ours_holds_that_row_only(adopted: Suite, typed: str) -> None:
    with adopted.edit() as plan:
        plan.set("Do the thing numbered 5", "Action ID", typed)
        plan.set("Do the thing numbered 2", "Priority", "Urgent")
    told = adopted.sync(code=1)["master"]
    assert told["quarantined"] == 1
    assert told["created_here"] == 0
    assert any(typed in each["value"] for each in told["problems"])
    assert adopted.action("Do the thing numbered 2")["priority"] == "Urgent"
    assert len(adopted.run("action", "list")) == 9


def test_many_missing_rows_wait_for_an_approval_bound_to_the_plan(suite: Suite) -> None:
    suite.configure(BOARD)
    suite.make_plan(row(number) for number in range(1, 41))
    suite.adopt()
    with suite.edit() as plan:
        plan.sheet.delete_rows(plan.header + 3, 15)
        plan.set("Do the thing numbered 1", "Priority", "Urgent")
    before = suite.bytes()
    told = suite.sync(code=1)["master"]
    assert (told["status"], told["missing"]) == ("guard", 0)
    assert "15 of 40" in told["why"]
    assert suite.action("Do the thing numbered 1")["priority"] == "High"
    assert suite.bytes() == before
    assert suite.sync("--approve", "0123456789abcdef", code=1)["master"]["status"] == "guard"
    told = suite.sync("--approve", told["plan"])["master"]
    assert (told["status"], told["missing"]) == ("ok", 15)
    assert suite.action("Do the thing numbered 1")["priority"] == "Urgent"


@pytest.mark.parametrize("what", ["column gone", "column blank", "replaced", "empty"])
def test_what_looks_like_an_accident_is_held(suite: Suite, what: str) -> None:
    suite.configure(BOARD)
    suite.make_plan(row(number) for number in range(1, 41))
    suite.adopt()
    before = suite.run("action", "list")
    with suite.edit() as plan:
        if what == "column gone":
            plan.sheet.delete_cols(plan.columns["Priority"])
        elif what == "empty":
            plan.sheet.delete_rows(plan.header + 1, 40)
        else:
            for at in range(plan.header + 1, plan.header + 33):
                plan.sheet.cell(at, plan.columns["Priority"]).value = None if what == "column blank" else "Low"
    told = suite.sync(code=1)["master"]
    assert told["status"] == "guard"
    assert suite.run("action", "list") == before


def test_a_copy_of_a_bound_workbook_is_not_adopted_unasked(adopted: Suite) -> None:
    shutil.copy(adopted.plan, adopted.folder / "copy.xlsx")
    second = BOARD.replace('"master"', '"second"').replace("plan.xlsx", "copy.xlsx")
    adopted.configure(BOARD, second)
    told = adopted.sync(code=1)
    assert told["second"]["status"] == "guard"
    assert told["master"]["status"] == "ok"


def test_a_file_seen_and_gone_is_a_failure_and_is_not_made_anew(adopted: Suite) -> None:
    (adopted.folder / "police.xlsx").unlink()
    told = adopted.sync(code=4)
    assert told["police"]["status"] == "failed"
    assert told["master"]["status"] == "ok"
    assert not (adopted.folder / "police.xlsx").exists()


def test_import_then_sync_creates_nothing_twice(suite: Suite) -> None:
    suite.make_plan(row(number) for number in range(1, 10))
    before = suite.plan.read_bytes()
    told = suite.run("import", str(suite.plan), "--review", "SAR-2026-01")
    assert told["created"] == {"reviews": 1, "recommendations": 3, "actions": 9}
    assert told["rows"] == 9
    assert suite.plan.read_bytes() == before
    again = suite.run("import", str(suite.plan), "--review", "SAR-2026-01")
    assert set(again["created"].values()) == {0}
    with suite.edit() as plan:
        plan.set("Do the thing numbered 2", "Priority", "Urgent")
    suite.adopt()
    assert len(suite.run("action", "list")) == 9
    assert suite.action("Do the thing numbered 2")["priority"] == "Urgent"
    assert suite.run("conflict", "list") == []
    with suite.edit() as plan:
        assert all(each["Action ID"] for each in plan.rows())
    before = suite.bytes()
    suite.sync()
    assert suite.bytes() == before


def test_adoption_of_rows_equal_to_imported_ones_under_another_path(suite: Suite) -> None:
    source = suite.make_plan((row(number) for number in range(1, 10)), suite.folder / "mailed.xlsx")
    suite.run("import", str(source), "--review", "SAR-2026-01")
    source.rename(suite.plan)
    suite.adopt()
    assert len(suite.run("action", "list")) == 9


def test_one_row_of_a_recommendation_changed_changes_the_others(adopted: Suite) -> None:
    with adopted.edit() as plan:
        plan.set("Do the thing numbered 2", "Recommendation", "A better recommendation")
    adopted.sync()
    with adopted.edit() as plan:
        for number in (1, 2, 3):
            at = plan.find(f"Do the thing numbered {number}")
            assert plan.value(at, "Recommendation") == "A better recommendation"
    (found,) = [each for each in adopted.run("recommendation", "list") if each["number"] == "1"]
    assert found["text"] == "A better recommendation"


def test_two_rows_of_a_recommendation_changed_differently_are_one_conflict(adopted: Suite) -> None:
    with adopted.edit() as plan:
        plan.set("Do the thing numbered 2", "Recommendation", "One way")
        plan.set("Do the thing numbered 3", "Recommendation", "Another way")
    adopted.sync(code=1)
    (found,) = adopted.run("conflict", "list")
    assert found["field"] == "recommendation_text"
    adopted.run("conflict", "resolve", found["id"], "--value", "Both ways")
    adopted.sync()
    with adopted.edit() as plan:
        shown = {plan.value(plan.find(f"Do the thing numbered {number}"), "Recommendation") for number in (1, 2, 3)}
    assert shown == {"Both ways"}
