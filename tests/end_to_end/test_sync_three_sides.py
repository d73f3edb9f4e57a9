"""One plan on three sides: the board's workbook, the police's, and the store."""

from __future__ import annotations

import datetime

from board_suite import Suite

FIRST = "Do the thing numbered 1"
FOURTH = "Do the thing numbered 4"


def test_all_three_hold_the_same_actions(adopted: Suite) -> None:
    with adopted.edit() as plan, adopted.edit("police.xlsx") as police:
        ours = {each["ref"]: each for each in adopted.run("action", "list")}
        assert {each["Action ID"] for each in plan.rows()} == set(ours)
        mine = {ref for ref, each in ours.items() if "POL" in each["agencies"]}
        assert {each["Action ID"] for each in police.rows()} == mine
        assert len(mine) == 3
        for each in police.rows():
            assert each["Recommendation"] == ours[each["Action ID"]]["recommendation_text"]
            assert each["Priority"] == ours[each["Action ID"]]["priority"]


def test_the_next_sync_writes_nothing_and_changes_no_byte(adopted: Suite) -> None:
    before = adopted.bytes()
    entries = adopted.run("audit", "verify")["entries"]
    told = adopted.sync()
    assert adopted.bytes() == before
    assert adopted.run("audit", "verify")["entries"] == entries
    for each in told.values():
        assert [each[key] for key in ("created_here", "updated_here", "created_there", "updated_there")] == [0, 0, 0, 0]


def test_edits_to_different_fields_of_one_action_all_survive_in_one_run(adopted: Suite) -> None:
    ref = adopted.action(FIRST)["ref"]
    with adopted.edit() as plan:
        plan.set(FIRST, "Priority", "Urgent")
    with adopted.edit("police.xlsx") as police:
        police.set(FIRST, "Lead officer", "Head of Custody")
        police.set(FIRST, "Progress", "Training booked")
    adopted.run("action", "set", ref, "text=Do the first thing well")
    adopted.sync()
    action = adopted.action("Do the first thing well")
    assert (action["priority"], action["lead_officer"], action["progress"]) == (
        "Urgent", "Head of Custody", "Training booked",
    )  # fmt: skip
    with adopted.edit() as plan, adopted.edit("police.xlsx") as police:
        for sheet in (plan, police):
            at = sheet.find(ref)
            shown = [sheet.value(at, name) for name in ("Action", "Priority", "Lead officer", "Progress")]
            assert shown == ["Do the first thing well", "Urgent", "Head of Custody", "Training booked"]
    before = adopted.bytes()
    adopted.sync()
    assert adopted.bytes() == before


def test_edits_to_one_shared_field_make_exactly_one_conflict(adopted: Suite) -> None:
    ref = adopted.action(FIRST)["ref"]
    with adopted.edit() as plan:
        plan.set(FIRST, "Action", "As the board wants it")
    with adopted.edit("police.xlsx") as police:
        police.set(FIRST, "Action", "As the police want it")
    adopted.run("action", "set", ref, "text=As the store has it")
    adopted.sync(code=1)
    found = adopted.run("conflict", "list")
    assert len(found) == 1
    assert found[0]["ref"] == ref
    assert found[0]["field"] == "text"
    assert (found[0]["base"], found[0]["ours"]) == (FIRST, "As the store has it")
    assert found[0]["sides"] == {"master": "As the board wants it", "police": "As the police want it"}
    before = adopted.bytes()
    adopted.sync(code=1)
    assert adopted.bytes() == before, "the field is frozen on every side"
    assert len(adopted.run("conflict", "list")) == 1


def test_a_conflict_settled_reaches_every_side(adopted: Suite) -> None:
    with adopted.edit() as plan:
        plan.set(FIRST, "Action", "As the board wants it")
    with adopted.edit("police.xlsx") as police:
        police.set(FIRST, "Action", "As the police want it")
    adopted.sync(code=1)
    (found,) = adopted.run("conflict", "list")
    adopted.run("conflict", "resolve", found["id"], "--value", "As all agree")
    adopted.sync()
    for name in ("plan.xlsx", "police.xlsx"):
        with adopted.edit(name) as sheet:
            assert sheet.value(sheet.find(found["ref"]), "Action") == "As all agree"
    assert adopted.run("conflict", "list") == []


def test_theirs_taken_reaches_the_others(adopted: Suite) -> None:
    with adopted.edit() as plan:
        plan.set(FIRST, "Action", "As the board wants it")
    with adopted.edit("police.xlsx") as police:
        police.set(FIRST, "Action", "As the police want it")
    adopted.sync(code=1)
    (found,) = adopted.run("conflict", "list")
    adopted.run("conflict", "resolve", found["id"], "--take", "theirs")
    adopted.sync()
    assert adopted.action(found["theirs"])["ref"] == found["ref"]
    with adopted.edit() as plan, adopted.edit("police.xlsx") as police:
        assert plan.value(plan.find(found["ref"]), "Action") == found["theirs"]
        assert police.value(police.find(found["ref"]), "Action") == found["theirs"]


def test_a_conflict_closes_itself_when_the_sides_agree(adopted: Suite) -> None:
    with adopted.edit() as plan:
        plan.set(FIRST, "Action", "One way")
    with adopted.edit("police.xlsx") as police:
        police.set(FIRST, "Action", "Another way")
    adopted.sync(code=1)
    ref = adopted.run("conflict", "list")[0]["ref"]
    with adopted.edit("police.xlsx") as police:
        police.set(ref, "Action", "One way")
    adopted.sync()
    assert adopted.run("conflict", "list") == []


def test_an_edit_typed_after_the_conflict_was_settled_is_not_lost(adopted: Suite) -> None:
    with adopted.edit() as plan:
        plan.set(FIRST, "Action", "One way")
    with adopted.edit("police.xlsx") as police:
        police.set(FIRST, "Action", "Another way")
    adopted.sync(code=1)
    (found,) = adopted.run("conflict", "list")
    with adopted.edit("police.xlsx") as police:
        police.set("Another way", "Action", "A third way, typed late")
    adopted.run("conflict", "resolve", found["id"], "--take", "ours")
    adopted.sync(code=1)
    (again,) = adopted.run("conflict", "list")
    assert again["sides"] == {"police": "A third way, typed late"}


def test_an_edit_of_a_field_the_side_does_not_own_makes_one_proposal(adopted: Suite) -> None:
    ref = adopted.action(FIRST)["ref"]
    with adopted.edit("police.xlsx") as police:
        police.set(FIRST, "Priority", "Low")
    adopted.sync(code=1)
    (found,) = adopted.run("proposal", "list")
    assert (found["kind"], found["ref"], found["field"]) == ("edit", ref, "priority")
    assert (found["from"], found["to"], found["connector"]) == ("High", "Low", "police")
    before = adopted.bytes()
    adopted.sync(code=1)
    assert adopted.bytes() == before
    assert adopted.run("proposal", "list") == [found]
    assert adopted.run("conflict", "list") == []


def test_a_proposal_accepted_is_taken_and_one_refused_is_put_back(adopted: Suite) -> None:
    with adopted.edit("police.xlsx") as police:
        police.set(FIRST, "Priority", "Low")
        police.set(FOURTH, "Priority", "Very low")
    adopted.sync(code=1)
    found = {each["to"]: each["id"] for each in adopted.run("proposal", "list")}
    adopted.run("proposal", "accept", found["Low"])
    adopted.run("proposal", "refuse", found["Very low"], "--reason", "it stays as it is")
    adopted.sync()
    assert adopted.action(FIRST)["priority"] == "Low"
    assert adopted.action(FOURTH)["priority"] == "Medium"
    with adopted.edit() as plan, adopted.edit("police.xlsx") as police:
        assert plan.value(plan.find(FIRST), "Priority") == "Low"
        assert police.value(police.find(FOURTH), "Priority") == "Medium"


def test_a_later_due_date_is_a_request_that_another_person_approves(adopted: Suite) -> None:
    before = adopted.action(FIRST)
    with adopted.edit("police.xlsx") as police:
        police.set(FIRST, "Due date", datetime.datetime(2027, 6, 1))
        police.set(FOURTH, "Due date", datetime.datetime(2026, 12, 2))
    adopted.sync(code=1)
    (found,) = adopted.run("proposal", "list")
    assert (found["kind"], found["from"], found["to"]) == ("extend", before["current_due"], "2027-06-01")
    assert adopted.action(FIRST)["current_due"] == before["current_due"]
    assert adopted.action(FOURTH)["current_due"] == "2026-12-02", "an earlier date needs nobody's leave"
    adopted.run("--by", "chair", "proposal", "accept", found["id"], "--reason", "agreed at the subgroup")
    adopted.sync()
    after = adopted.action(FIRST)
    assert (after["current_due"], after["original_due"]) == ("2027-06-01", before["original_due"])
    assert after["date_changes"][0]["approved_by"] == "chair"
    with adopted.edit() as plan:
        assert plan.value(plan.find(FIRST), "Due date") == datetime.datetime(2027, 6, 1)


def test_progress_of_both_sides_is_kept_and_shown(adopted: Suite) -> None:
    with adopted.edit() as plan:
        plan.set(FIRST, "Progress", "Chased by the board")
    with adopted.edit("police.xlsx") as police:
        police.set(FIRST, "Progress", "Policy drafted")
    adopted.sync()
    texts = {each["text"] for each in adopted.action(FIRST)["updates"]}
    assert texts == {"Chased by the board", "Policy drafted"}
    for name in ("plan.xlsx", "police.xlsx"):
        with adopted.edit(name) as sheet:
            shown = sheet.value(sheet.find(FIRST), "Progress")
            assert "Chased by the board" in shown
            assert "Policy drafted" in shown
    before = adopted.bytes()
    adopted.sync()
    assert adopted.bytes() == before
    with adopted.edit("police.xlsx") as police:
        shown = police.value(police.find(FIRST), "Progress")
        police.set(FIRST, "Progress", shown + "\nPolicy signed off")
    adopted.sync()
    assert [each["text"] for each in adopted.action(FIRST)["updates"]][-1] == "Policy signed off"
    with adopted.edit("police.xlsx") as police:
        police.set(FIRST, "Progress", None)
    adopted.sync()
    assert len(adopted.action(FIRST)["updates"]) == 3, "clearing the cell clears no history"


def test_a_blank_never_erases_by_itself(adopted: Suite) -> None:
    with adopted.edit() as plan:
        plan.set(FIRST, "Priority", None)
    adopted.sync(code=1)
    (found,) = adopted.run("proposal", "list")
    assert (found["kind"], found["field"], found["to"]) == ("clear", "priority", "")
    assert adopted.action(FIRST)["priority"] == "High"
    adopted.run("proposal", "accept", found["id"])
    adopted.sync()
    assert adopted.action(FIRST)["priority"] == ""


def test_a_status_the_agency_may_not_give_is_proposed(adopted: Suite) -> None:
    with adopted.edit("police.xlsx") as police:
        police.set(FIRST, "Status", "Verified")
        police.set(FOURTH, "Status", "Complete")
    adopted.sync(code=1)
    (found,) = adopted.run("proposal", "list")
    assert (found["field"], found["to"]) == ("status", "verified")
    assert adopted.action(FOURTH)["status"] == "reported_complete"
    with adopted.edit("police.xlsx") as police:
        assert police.value(police.find(FOURTH), "Status") == "Complete", "their word stays"


def test_a_new_row_is_made_for_the_board_and_proposed_for_an_agency(adopted: Suite) -> None:
    with adopted.edit() as plan:
        plan.append({"Action": "Brand new, by the board", "Lead agency": "Norchester Police", "Status": "Not started"})
    with adopted.edit("police.xlsx") as police:
        police.append({"Action": "Brand new, by the police", "Status": "In progress"})
    told = adopted.sync(code=1)
    assert told["master"]["created_here"] == 1
    assert told["police"]["created_there"] == 1
    (found,) = adopted.run("proposal", "list")
    assert found["kind"] == "new"
    adopted.run("proposal", "accept", found["id"])
    adopted.sync()
    for name in ("plan.xlsx", "police.xlsx"):
        with adopted.edit(name) as sheet:
            rows = sheet.rows()
            texts = [each["Action"] for each in rows]
            assert texts.count("Brand new, by the board") == texts.count("Brand new, by the police") == 1
            assert all(each["Action ID"] for each in rows)
    before = adopted.bytes()
    adopted.sync()
    assert adopted.bytes() == before
    assert len(adopted.run("action", "list")) == 11
