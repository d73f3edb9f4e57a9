"""The rules others learned the hard way: keys, embargo, legs, vocabularies, scope, restores."""

from __future__ import annotations

import datetime

import openpyxl
import pytest
from board_suite import AGENCIES, BOARD, HEADINGS, POLICE, Suite, row
from openpyxl.worksheet.datavalidation import DataValidation

HEALTH = POLICE.replace("police", "health").replace("POL", "HEA")
REVIEW_PUBLISHED = ("review", "set", "SAR-2026-01", "publication=published")


def numbered(number: int, **cells: object) -> dict[str, object]:
    """A row whose Ref is the plan's own: 1.1, 1.2 …"""
    return row(number, Ref=f"{(number - 1) // 3 + 1}.{(number - 1) % 3 + 1}", **cells)


# --- a plan with numbers of its own ---------------------------------------------------------------------------------


@pytest.fixture
def keyed(suite: Suite) -> Suite:
    """A plan keyed by its own numbers, adopted."""
    suite.configure(BOARD)
    suite.make_plan(numbered(number) for number in range(1, 10))
    suite.adopt()
    return suite


def test_a_plans_own_numbers_are_its_keys_and_no_column_is_added(keyed: Suite) -> None:
    with keyed.edit() as plan:
        assert "Action ID" not in plan.columns
    keyed.run("action", "set", "2.1", "priority=Urgent")
    assert keyed.sync()["master"]["updated_there"] == 1
    with keyed.edit() as plan:
        assert plan.value(plan.find("Do the thing numbered 4"), "Priority") == "Urgent"
    before = keyed.bytes()
    keyed.sync()
    assert keyed.bytes() == before


def test_a_renumbered_row_is_the_same_action(keyed: Suite) -> None:
    ref = keyed.action("Do the thing numbered 5")["ref"]
    with keyed.edit() as plan:
        plan.set("Do the thing numbered 5", "Ref", "9.9")
    keyed.sync()
    action = keyed.action("Do the thing numbered 5")
    assert (action["ref"], action["number"]) == (ref, "9.9")
    assert len(keyed.run("action", "list")) == 9
    keyed.run("action", "set", ref, "priority=Urgent")
    keyed.sync()
    with keyed.edit() as plan:
        assert plan.value(plan.find("Do the thing numbered 5"), "Priority") == "Urgent"


def test_new_rows_with_and_without_a_number_are_made_once(keyed: Suite) -> None:
    with keyed.edit() as plan:
        plan.append({"Ref": "4.1", "Action": "With a number", "Lead agency": AGENCIES["POL"]})
        plan.append({"Action": "Without a number", "Lead agency": AGENCIES["HEA"]})
    told = keyed.sync()["master"]
    assert told["created_here"] == 2
    before = keyed.bytes()
    assert keyed.sync()["master"]["created_here"] == 0
    assert keyed.bytes() == before
    assert keyed.action("With a number")["number"] == "4.1"
    ref = keyed.action("Without a number")["ref"]
    with keyed.edit() as plan:
        assert plan.value(plan.find("Without a number"), "Ref") == ref
        plan.set("Without a number", "Ref", "4.2")
    keyed.sync()
    assert keyed.action("Without a number")["number"] == "4.2"
    assert len(keyed.run("action", "list")) == 11


def test_an_action_added_here_is_appended_below(keyed: Suite) -> None:
    keyed.run("action", "add", "text=Added by hand", "review=SAR-2026-01", "lead_agency=POL", "number=7.1")
    assert keyed.sync()["master"]["created_there"] == 1
    with keyed.edit() as plan:
        assert plan.value(plan.find("Added by hand"), "Ref") == "7.1"
    before = keyed.bytes()
    told = keyed.sync()["master"]
    assert (told["created_here"], told["created_there"]) == (0, 0)
    assert keyed.bytes() == before


# --- embargo --------------------------------------------------------------------------------------------------------


def test_an_embargoed_review_is_kept_from_agencies(suite: Suite) -> None:
    suite.make_plan(row(number, Progress="Said by the board" if number == 1 else None) for number in range(1, 10))
    suite.adopt()
    suite.sync()
    with suite.edit("police.xlsx") as police:
        held = [str(value) for each in police.rows() for value in each.values() if value is not None]
        assert not [value for value in held if "Agencies should do better" in value or "Said by the board" in value]
        assert "Do the thing numbered 1" in held
        police.set("Do the thing numbered 1", "Progress", "Begun")
        police.set("Do the thing numbered 1", "Priority", "Low")
    suite.sync(code=1)
    assert suite.action("Do the thing numbered 1")["progress"] == "Begun"
    (found,) = suite.run("proposal", "list")
    assert (found["field"], found["to"]) == ("priority", "Low")
    suite.run("proposal", "refuse", found["id"])
    suite.sync(code=None)
    suite.run(*REVIEW_PUBLISHED)
    suite.sync()
    with suite.edit("police.xlsx") as police:
        shown = next(each for each in police.rows() if each["Action"] == "Do the thing numbered 1")
    assert shown["Recommendation"] == "Agencies should do better at matter 1"
    assert shown["Priority"] == "High"


def test_refs_only_gives_refs_and_dates(suite: Suite) -> None:
    suite.configure(BOARD, POLICE + 'embargo = "refs"\n')
    suite.make_plan(row(number) for number in range(1, 4))
    suite.adopt()
    suite.sync()
    book = openpyxl.load_workbook(suite.folder / "police.xlsx")
    sheet = book.worksheets[0]
    held = {cell.value for cells in sheet.iter_rows(min_row=2) for cell in cells if cell.value is not None}
    assert suite.action("Do the thing numbered 1")["ref"] in held
    assert not [value for value in held if "thing" in str(value) or "Agencies" in str(value)]
    before = suite.bytes()
    suite.sync()
    assert suite.bytes() == before


# --- legs -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def joint(suite: Suite) -> Suite:
    """One action of two agencies, each with a workbook of its own."""
    suite.configure(BOARD, POLICE, HEALTH)
    both = f"{AGENCIES['POL']} / {AGENCIES['HEA']}"
    suite.make_plan([row(1, **{"Lead agency": both, "Status": "Not started"}), row(2), row(3)])
    suite.adopt()
    suite.run(*REVIEW_PUBLISHED)
    suite.sync()
    return suite


def test_each_agency_moves_its_own_leg(joint: Suite) -> None:
    text = "Do the thing numbered 1"
    with joint.edit("police.xlsx") as police:
        police.set(text, "Status", "Reported complete")
    with joint.edit("health.xlsx") as health:
        health.set(text, "Status", "In progress")
    joint.sync()
    action = joint.action(text)
    assert {leg["agency"]: leg["status"] for leg in action["legs"]} == {
        "POL": "reported_complete",
        "HEA": "in_progress",
    }
    assert action["status"] == "in_progress"
    with joint.edit() as plan:
        assert plan.value(plan.find(text), "Status") == "In progress"
        plan.set(text, "Status", "Complete")
    joint.sync(code=1)
    (found,) = joint.run("proposal", "list")
    assert (found["field"], found["connector"]) == ("status", "master"), "of several legs the Board moves none itself"


def test_neither_agency_sees_the_others_progress(joint: Suite) -> None:
    text = "Do the thing numbered 1"
    with joint.edit("police.xlsx") as police:
        police.set(text, "Progress", "Police progress")
    with joint.edit() as plan:
        plan.set(text, "Progress", "Board's word")
    joint.sync()
    with joint.edit("health.xlsx") as health:
        assert health.value(health.find(text), "Progress") == "Board's word"
    with joint.edit() as plan:
        assert "Police progress" in plan.value(plan.find(text), "Progress")


def test_an_action_that_leaves_an_agencys_scope_stays_unwritten(joint: Suite) -> None:
    text = "Do the thing numbered 1"
    ref = joint.action(text)["ref"]
    joint.run("action", "set", ref, f"lead_agency={AGENCIES['POL']}", "agencies=")
    joint.sync(code=None)
    answered = joint.run("proposal", "list")
    for each in answered:
        joint.run("proposal", "accept", each["id"])
    joint.sync(code=None)
    assert joint.action(text)["agencies"] == ["POL"]
    joint.run("action", "set", ref, "priority=Urgent")
    joint.sync(code=None)
    with joint.edit("health.xlsx") as health:
        assert health.value(health.find(text), "Priority") != "Urgent"
        health.set(text, "Lead officer", "Somebody else")
    joint.sync(code=1)
    found = [each for each in joint.run("proposal", "list") if each["connector"] == "health"]
    assert [each["field"] for each in found] == ["lead_officer"]


# --- vocabularies ---------------------------------------------------------------------------------------------------


def test_a_word_the_list_does_not_offer_is_never_written(suite: Suite) -> None:
    suite.configure(BOARD)
    suite.make_plan(row(number, Status="Open") for number in range(1, 4))
    book = openpyxl.load_workbook(suite.plan)
    offered = DataValidation(type="list", formula1='"Open,Underway,Complete,Cancelled"')
    offered.add("I5:I60")
    book["Action plan"].add_data_validation(offered)
    book.save(suite.plan)
    suite.adopt()
    suite.run("action", "set", "1", "status=in_progress")
    suite.run("action", "set", "2", "status=blocked", "status_reason=No money", "look_again=2027-01-31")
    told = suite.sync(code=None)["master"]
    with suite.edit() as plan:
        assert plan.value(plan.find("Do the thing numbered 1"), "Status") == "Underway"
        assert plan.value(plan.find("Do the thing numbered 2"), "Status") == "Open"
    assert len(told["problems"]) == 1
    assert "I6" in str(told["problems"][0])
    before = suite.bytes()
    again = suite.sync(code=None)["master"]
    assert suite.bytes() == before
    assert again["problems"] == told["problems"], "one issue, told once"
    assert suite.action("Do the thing numbered 2")["status"] == "blocked"
    assert suite.run("proposal", "list") == []


def test_the_configurations_words_are_read_and_written(suite: Suite) -> None:
    suite.configure(BOARD + '[connector.values.status]\n"On the way" = "in_progress"\n')
    suite.make_plan(row(number, Status="On the way" if number == 1 else "Open") for number in range(1, 4))
    suite.adopt()
    assert suite.action("Do the thing numbered 1")["status"] == "in_progress"
    suite.run("action", "set", "2", "status=in_progress")
    suite.sync()
    with suite.edit() as plan:
        assert plan.value(plan.find("Do the thing numbered 2"), "Status") == "On the way"
        assert plan.value(plan.find("Do the thing numbered 3"), "Status") == "Open", "their word stays"


def test_found_history_is_accepted_and_told(suite: Suite) -> None:
    suite.configure(BOARD)
    states = {1: "On hold", 2: "Done", 3: "Verified"}
    suite.make_plan(row(number, Status=states[number]) for number in range(1, 4))
    suite.adopt()
    found = {number: suite.run("action", "show", str(number)) for number in states}
    assert {number: each["status"] for number, each in found.items()} == {
        1: "blocked", 2: "reported_complete", 3: "verified",
    }  # fmt: skip
    assert [bool(each["incomplete"]) for each in found.values()] == [True, False, True]
    with suite.edit() as plan:
        assert {plan.value(plan.find(f"Do the thing numbered {n}"), "Status") for n in states} == set(states.values())
        plan.set("Do the thing numbered 2", "Status", "On hold")
    suite.sync(code=1)
    assert suite.action("Do the thing numbered 2")["status"] == "reported_complete", "a move made now needs its reason"
    (proposal,) = suite.run("proposal", "list")
    assert "reason" in proposal["why"]


# --- an agency's own workbook ---------------------------------------------------------------------------------------


def test_an_agencys_own_workbook_is_linked_where_it_says_the_same_and_proposed_where_not(suite: Suite) -> None:
    suite.make_plan(row(number) for number in range(1, 10))
    suite.make_plan(
        [row(1), row(4, **{"Lead officer": "Their own post"}), row(70, Action="Something of their own")],
        suite.folder / "police.xlsx",
    )
    waiting = suite.sync(code=1)
    assert {each["status"] for each in waiting.values()} == {"guard"}
    suite.sync("--approve", waiting["master"]["plan"], code=None)
    again = suite.sync(code=1)
    assert again["police"]["plan"] == waiting["police"]["plan"], "approving one leaves the other's hash alone"
    suite.run(*REVIEW_PUBLISHED)
    suite.sync("--approve", waiting["police"]["plan"], code=1)
    assert len(suite.run("action", "list")) == 9
    kinds = [(each["kind"], each["to"]["text"]) for each in suite.run("proposal", "list") if each["kind"] == "new"]
    assert kinds == [("new", "Something of their own")]
    with suite.edit("police.xlsx") as police:
        assert [each["Ref"] for each in police.rows()] == [1, 4, 70, 7], "what it lacked was appended"
    before = suite.bytes()
    suite.sync(code=None)
    assert suite.bytes() == before


def test_an_agencys_accepted_new_row_starts_in_a_state_that_an_agency_may_give(suite: Suite) -> None:
    suite.make_plan([row(1)])
    waiting = suite.sync(code=1)
    suite.sync("--approve", waiting["master"]["plan"], "--approve", waiting["police"]["plan"], code=None)
    suite.run(*REVIEW_PUBLISHED)
    suite.sync(code=None)
    with suite.edit("police.xlsx") as police:
        police.append({"Action": "Ended by themselves", "Status": "Closed not implemented"})
    suite.sync(code=1)
    (found,) = suite.run("proposal", "list")
    made = suite.run("proposal", "accept", found["id"])["ref"]
    assert suite.run("action", "show", made)["status"] == "not_started"
    suite.sync(code=1)
    (found,) = suite.run("proposal", "list")
    assert (found["ref"], found["field"], found["to"]) == (made, "status", "closed_not_implemented")


# --- restores and dry runs ------------------------------------------------------------------------------------------


def test_after_a_restore_every_instance_waits(adopted: Suite) -> None:
    copy = adopted.folder / "copy.backup"
    adopted.run("backup", str(copy))
    with adopted.edit() as plan:
        plan.set("Do the thing numbered 1", "Priority", "Urgent")
    adopted.sync()
    adopted.run("restore", str(copy))
    told = adopted.sync(code=1)
    assert {each["status"] for each in told.values()} == {"guard"}
    adopted.sync(*[part for each in told.values() for part in ("--approve", each["plan"])])
    assert adopted.action("Do the thing numbered 1")["priority"] == "Urgent"


def test_a_dry_run_shows_the_steps_and_changes_nothing(adopted: Suite) -> None:
    with adopted.edit() as plan:
        plan.set("Do the thing numbered 1", "Priority", "Urgent")
        plan.append({"Action": "Brand new", "Lead agency": AGENCIES["POL"]})
    before, entries = adopted.bytes(), adopted.run("audit", "verify")
    told = adopted.run("sync", "--dry-run")
    steps = {(each["connector"], each["field"], each["does"]): each for each in told["steps"]}
    taken = steps["master", "priority", "take"]
    assert (taken["base"], taken["theirs"], taken["sheet"], taken["cell"]) == ("High", "Urgent", "Action plan", "G5")
    assert ("police", "priority", "write") in steps
    assert adopted.bytes() == before
    assert adopted.run("audit", "verify") == entries
    assert adopted.action("Do the thing numbered 1")["priority"] == "High"


def test_the_order_of_the_configuration_changes_nothing(suite: Suite) -> None:
    ends = []
    for order in ((BOARD, POLICE), (POLICE, BOARD)):
        suite.configure(*order)
        for path in suite.folder.glob("*"):
            if path.suffix in (".xlsx", ".db") or "at.db" in path.name:
                path.unlink() if path.is_file() else None
        suite.make_plan(row(number) for number in range(1, 4))
        suite.adopt()
        suite.run(*REVIEW_PUBLISHED)
        suite.sync()
        with suite.edit() as plan:
            plan.set("Do the thing numbered 1", "Action", "As the board wants it")
        with suite.edit("police.xlsx") as police:
            police.set("Do the thing numbered 1", "Action", "As the police want it")
        suite.sync(code=1)
        (found,) = suite.run("conflict", "list")
        ends.append((found["ours"], found["theirs"], found["base"]))
    assert ends[0] == ends[1]


def test_columns_moved_and_added_by_a_person_are_followed(adopted: Suite) -> None:
    with adopted.edit() as plan:
        plan.sheet.insert_cols(3)
        plan.sheet.cell(plan.header, 3).value = "My own column"
        plan.sheet.title = "Plan 2026"
    with adopted.edit() as plan:
        plan.set("Do the thing numbered 1", "Priority", "Urgent")
        plan.set("Do the thing numbered 1", "My own column", "mine")
    told = adopted.sync()["master"]
    assert (told["status"], told["updated_here"]) == ("ok", 1)
    assert adopted.action("Do the thing numbered 1")["priority"] == "Urgent"
    adopted.run("action", "set", "2", "priority=Low")
    adopted.sync()
    with adopted.edit() as plan:
        assert plan.value(plan.find("Do the thing numbered 2"), "Priority") == "Low"
        assert plan.value(plan.find("Do the thing numbered 1"), "My own column") == "mine"


def test_dates_written_stay_dates(adopted: Suite) -> None:
    adopted.run("action", "set", "1", "current_due=2026-11-30")
    adopted.sync()
    with adopted.edit() as plan:
        cell = plan.sheet.cell(plan.find("Do the thing numbered 1"), plan.columns["Due date"])
        assert cell.value == datetime.datetime(2026, 11, 30)
        assert cell.number_format == "dd/mm/yyyy"


def test_headings_named_by_the_configuration_win(suite: Suite) -> None:
    suite.configure(BOARD + '[connector.columns]\npriority = "Evidence"\n')
    suite.make_plan(row(number, Evidence="Odd") for number in range(1, 4))
    told = suite.sync(code=1)["master"]
    assert told["mapping"]["priority"] == "Evidence"
    assert set(HEADINGS) >= set(told["mapping"].values())


def test_a_cleared_text_is_a_question_and_its_row_is_not_missing(adopted: Suite) -> None:
    with adopted.edit() as plan:
        plan.set("Do the thing numbered 1", "Action", None)
    told = adopted.sync(code=1)["master"]
    assert told["missing"] == 0
    (found,) = adopted.run("proposal", "list")
    assert (found["kind"], found["field"], found["from"]) == ("clear", "text", "Do the thing numbered 1")
    adopted.run("proposal", "refuse", found["id"])
    adopted.sync()
    with adopted.edit() as plan:
        assert plan.find("Do the thing numbered 1")
