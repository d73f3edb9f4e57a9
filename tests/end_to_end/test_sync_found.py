"""What people who edit anything anywhere found: each was a value lost, moved or kept from whoever had to know."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from board_suite import AGENCIES, BOARD, HEADINGS, POLICE, Suite, row

HEALTH = POLICE.replace("police", "health").replace("POL", "HEA")
PUBLISHED = ("review", "set", "SAR-2026-01", "publication=published")
POLICES_HAND = ("--agency", "POL", "action", "set")
FIRST, SECOND, FOURTH = (f"Do the thing numbered {number}" for number in (1, 2, 4))
DAY = datetime.date(2027, 1, 31)


@pytest.fixture
def joint(suite: Suite) -> Suite:
    """The first action is the police's and the health trust's; both have a workbook."""
    suite.configure(BOARD, POLICE, HEALTH)
    both = f"{AGENCIES['POL']} / {AGENCIES['HEA']}"
    suite.make_plan([row(1, **{"Lead agency": both}), *(row(number) for number in range(2, 7))])
    suite.adopt()
    suite.run(*PUBLISHED)
    suite.sync()
    return suite


# --- a status with its reason and its date --------------------------------------------------------------------------


def test_a_date_to_look_again_beside_a_status_that_waits_for_nothing_is_asked_about(adopted: Suite) -> None:
    with adopted.edit("police.xlsx") as police:
        police.set(FIRST, "Look again on", DAY)
    told = adopted.sync(code=1)["police"]
    assert [each["value"] for each in told["problems"]] == ["2027-01-31"]
    with adopted.edit("police.xlsx") as police:
        at = police.find(FIRST)
        assert police.value(at, "Look again on") == datetime.datetime(2027, 1, 31), "what was typed stands"
        police.set(FIRST, "Status", "Blocked")
        police.set(FIRST, "Reason (if blocked)", "No room")
    assert adopted.sync()["police"]["problems"] == []
    assert adopted.action(FIRST)["status"] == "blocked"


def test_a_status_that_lacked_its_date_is_taken_once_the_date_is_typed(adopted: Suite) -> None:
    with adopted.edit("police.xlsx") as police:
        police.set(FIRST, "Status", "Blocked")
        police.set(FIRST, "Reason (if blocked)", "No room")
    adopted.sync(code=1)
    (found,) = adopted.run("proposal", "list")
    assert (found["field"], found["to"]) == ("status", "blocked")
    with adopted.edit("police.xlsx") as police:
        police.set(FIRST, "Look again on", DAY)
    adopted.sync()
    assert adopted.run("proposal", "list") == []
    assert adopted.action(FIRST)["status"] == "blocked"


def test_a_conflict_about_a_reason_is_about_the_reason(adopted: Suite) -> None:
    ref = adopted.action(FIRST)["ref"]
    adopted.run(*POLICES_HAND, ref, "status=blocked", "status_reason=No money", f"look_again={DAY}")
    adopted.sync()
    adopted.run(*POLICES_HAND, ref, "status_reason=Still no money")
    with adopted.edit("police.xlsx") as police:
        police.set(FIRST, "Reason (if blocked)", "No trainer")
    adopted.sync(code=1)
    (found,) = adopted.run("conflict", "list")
    assert (found["field"], found["ours"], found["theirs"]) == ("status_reason", "Still no money", "No trainer")
    adopted.run("conflict", "resolve", found["id"], "--take", "theirs")
    adopted.sync()
    assert adopted.action(FIRST)["status"] == "blocked"
    with adopted.edit("police.xlsx") as police:
        assert police.value(police.find(FIRST), "Reason (if blocked)") == "No trainer"


def test_theirs_taken_of_a_status_brings_its_reason_and_date(adopted: Suite) -> None:
    ref = adopted.action(FOURTH)["ref"]
    with adopted.edit("police.xlsx") as police:
        police.set(FOURTH, "Status", "Blocked")
        police.set(FOURTH, "Reason (if blocked)", "No trainer")
        police.set(FOURTH, "Look again on", DAY)
    adopted.run(*POLICES_HAND, ref, "status=reported_complete")
    adopted.sync(code=1)
    (found,) = adopted.run("conflict", "list")
    adopted.run("conflict", "resolve", found["id"], "--take", "theirs")
    adopted.sync()
    action = adopted.action(FOURTH)
    assert action["status"] == "blocked"
    before = adopted.bytes()
    adopted.sync()
    assert adopted.bytes() == before


def test_the_boards_status_for_several_agencies_can_be_accepted(joint: Suite) -> None:
    with joint.edit() as plan:
        plan.set(FIRST, "Status", "Complete")
    joint.sync(code=1)
    (found,) = joint.run("proposal", "list")
    joint.run("proposal", "accept", found["id"])
    joint.sync()
    assert {leg["agency"]: leg["status"] for leg in joint.action(FIRST)["legs"]} == {
        "POL": "reported_complete",
        "HEA": "reported_complete",
    }


# --- agencies, recommendations, responses ---------------------------------------------------------------------------


def test_a_lead_column_that_names_fewer_agencies_is_obeyed(joint: Suite) -> None:
    with joint.edit() as plan:
        plan.set(FIRST, "Lead agency", AGENCIES["POL"])
    joint.sync()
    assert joint.action(FIRST)["agencies"] == ["POL"]
    with joint.edit() as plan:
        assert plan.value(plan.find(FIRST), "Lead agency") == AGENCIES["POL"]


def test_a_row_given_to_another_recommendation_leaves_the_first_ones_text_alone(suite: Suite) -> None:
    suite.configure(BOARD)
    headings = ("Ref", "Recommendation", "Rec no", *HEADINGS[3:])
    suite.make_plan([row(number) for number in range(1, 7)], headings=headings)
    suite.adopt()
    with suite.edit() as plan:
        plan.set(FIRST, "Rec no", "2")
        plan.set(FIRST, "Recommendation", "Agencies should do better at matter 2")
        plan.set(FOURTH, "Rec no", "9")
    suite.sync()
    assert suite.action(SECOND)["recommendation_text"] == "Agencies should do better at matter 1"
    assert suite.action(FIRST)["recommendation_text"] == "Agencies should do better at matter 2"
    with suite.edit() as plan:
        at = plan.find(FOURTH)
        assert plan.value(at, "Recommendation") == "Agencies should do better at matter 2", "never blanked by itself"


def test_a_response_to_no_recommendation_is_asked_about_and_stands(suite: Suite) -> None:
    suite.configure(BOARD)
    blank = {"Rec no": None, "Recommendation": None}
    suite.make_plan([row(1, **blank), row(2), row(3)], headings=(*HEADINGS, "Board's response"))
    suite.adopt()
    with suite.edit() as plan:
        plan.set(FIRST, "Board's response", "Accepted")
    told = suite.sync(code=1)["master"]
    assert ["no recommendation" in each["why"] for each in told["problems"]] == [True]
    with suite.edit() as plan:
        assert plan.value(plan.find(FIRST), "Board's response") == "Accepted"


def test_a_row_of_the_same_recommendation_that_agrees_leaves_the_others_conflict_as_it_is(adopted: Suite) -> None:
    with adopted.edit() as plan:
        plan.set(FIRST, "Recommendation", "One way")
        plan.set(SECOND, "Recommendation", "Another way")
    adopted.sync(code=1)
    (found,) = adopted.run("conflict", "list")
    with adopted.edit() as plan:
        plan.set("Do the thing numbered 3", "Recommendation", found["ours"])
    adopted.sync(code=1)
    assert [each["id"] for each in adopted.run("conflict", "list")] == [found["id"]]


def test_an_edit_put_back_ends_the_conflict_and_the_others_value_goes_out(adopted: Suite) -> None:
    with adopted.edit() as plan:
        plan.set(FIRST, "Action", "As the board wants it")
    with adopted.edit("police.xlsx") as police:
        police.set(FIRST, "Action", "As the police want it")
    adopted.sync(code=1)
    ref = adopted.run("conflict", "list")[0]["ref"]
    with adopted.edit("police.xlsx") as police:
        police.set(ref, "Action", FIRST)
    adopted.sync()
    assert adopted.run("conflict", "list") == []
    with adopted.edit("police.xlsx") as police:
        assert police.find("As the board wants it")


def test_an_edit_that_is_not_theirs_to_make_has_no_side_in_a_conflict(adopted: Suite) -> None:
    with adopted.edit() as plan:
        plan.set(FIRST, "Recommendation", "One way")
        plan.set(SECOND, "Recommendation", "Another way")
    with adopted.edit("police.xlsx") as police:
        police.set(FIRST, "Recommendation", "The police's way")
    adopted.sync(code=1)
    (found,) = adopted.run("conflict", "list")
    assert set(found["sides"]) == {"master"}
    assert [(each["field"], each["to"]) for each in adopted.run("proposal", "list")] == [
        ("recommendation_text", "The police's way")
    ]


# --- rows and logs --------------------------------------------------------------------------------------------------


def test_rows_shuffled_and_one_typed_over_are_all_held_until_a_person_answers(adopted: Suite) -> None:
    with adopted.edit() as plan:
        rows = [plan.find(f"Do the thing numbered {number}") for number in (1, 2, 3)]
        ids = [plan.value(at, "Action ID") for at in rows]
        for at, known in zip(rows, (ids[1], ids[2], ids[0]), strict=True):
            plan.sheet.cell(at, plan.columns["Action ID"]).value = known
        plan.set(FIRST, "Action", "Typed over")
    adopted.sync(code=1)
    before = adopted.run("audit", "verify")
    adopted.sync(code=1)
    assert adopted.run("audit", "verify") == before, "nothing of a shuffled row is applied, however often it is read"
    (found,) = adopted.run("proposal", "list")
    adopted.run("proposal", "accept", found["id"])
    adopted.sync()
    texts = {each["ref"]: each["text"] for each in adopted.run("action", "list")}
    assert [texts[ref] for ref in ids] == ["Typed over", SECOND, "Do the thing numbered 3"]


def test_a_comment_typed_while_the_review_is_embargoed_reaches_the_board(suite: Suite) -> None:
    suite.make_plan(row(number) for number in range(1, 4))
    suite.adopt()
    suite.sync()
    with suite.edit("police.xlsx") as police:
        police.set(FIRST, "Critical friend's comments", "This was never agreed")
    suite.sync(code=1)
    (found,) = suite.run("proposal", "list")
    assert (found["field"], found["to"]) == ("comments", "This was never agreed")
    suite.run("proposal", "accept", found["id"])
    suite.sync()
    assert [each["text"] for each in suite.action(FIRST)["comments"]] == ["This was never agreed"]


def test_a_word_that_grew_is_a_new_update_and_not_its_ending(adopted: Suite) -> None:
    for words in ("Meeting", "Meetings held"):
        with adopted.edit("police.xlsx") as police:
            police.set(FIRST, "Progress", words)
        adopted.sync()
    assert [each["text"] for each in adopted.action(FIRST)["updates"]] == ["Meeting", "Meetings held"]


def test_a_refused_comment_gives_way_to_what_stood_there(suite: Suite) -> None:
    heading = "Critical friend's comments"
    suite.make_plan([row(number) for number in range(1, 7)], headings=(*HEADINGS, heading))
    suite.adopt()
    suite.run(*PUBLISHED)
    with suite.edit() as plan:
        plan.set(FIRST, heading, "The board's own")
    suite.sync()
    with suite.edit("police.xlsx") as police:
        police.set(FIRST, heading, "The board's own\nThe police's too")
        police.set(FOURTH, heading, "The police's alone")
    suite.sync(code=1)
    for each in suite.run("proposal", "list"):
        suite.run("proposal", "refuse", each["id"])
    suite.sync()
    with suite.edit("police.xlsx") as police:
        assert police.value(police.find(FIRST), heading) == "The board's own"
        assert police.value(police.find(FOURTH), heading) is None
    before = suite.bytes()
    suite.sync()
    assert suite.bytes() == before


def test_a_new_row_typed_over_after_it_was_accepted_is_still_that_row(adopted: Suite) -> None:
    with adopted.edit("police.xlsx") as police:
        police.append({"Action": "Fresh", "Status": "In progress", "Progress": "Begun"})
    adopted.sync(code=1)
    (found,) = adopted.run("proposal", "list")
    adopted.run("proposal", "accept", found["id"])
    with adopted.edit("police.xlsx") as police:
        police.set("Fresh", "Action", "Fresh, better")
    adopted.sync()
    assert adopted.run("proposal", "list") == []
    assert [each["text"] for each in adopted.run("action", "list")].count("Fresh, better") == 1


def test_an_instance_renamed_takes_no_cell_for_news(adopted: Suite) -> None:
    ref = adopted.action(FIRST)["ref"]
    with adopted.edit("police.xlsx") as police:
        police.set(FIRST, "Progress", "Said by the police")
    adopted.run("action", "progress", ref, "Said by the board")
    adopted.sync()
    adopted.configure(BOARD, POLICE.replace('name = "police"', 'name = "constabulary"'))
    assert adopted.sync()["constabulary"]["updated_here"] == 0, "the file is known by its mark"
    assert {each["text"] for each in adopted.action(FIRST)["updates"]} == {"Said by the police", "Said by the board"}


def test_a_problem_is_told_where_its_row_stands_now(adopted: Suite) -> None:
    with adopted.edit() as plan:
        plan.set(FIRST, "Status", "Overdue")
    first = adopted.sync(code=1)["master"]["problems"]
    with adopted.edit() as plan:
        rows = sorted(plan.rows(), key=lambda each: -int(each["Ref"]))
        for at, cells in enumerate(rows, start=plan.header + 1):
            for heading, value in cells.items():
                plan.sheet.cell(at, plan.columns[heading]).value = value
        place = plan.sheet.cell(plan.find(FIRST), plan.columns["Status"]).coordinate
    told = adopted.sync(code=1)["master"]["problems"]
    assert [each["cell"] for each in told] == [place]
    assert told != first


def test_a_removal_that_was_asked_about_stays_that_question(adopted: Suite) -> None:
    with adopted.edit("police.xlsx") as police:
        police.sheet.delete_rows(police.find(FIRST))
    adopted.sync(code=0)
    adopted.sync(code=1, now="2026-11-25T09:00:00Z")
    (found,) = adopted.run("proposal", "list")
    assert found["kind"] == "remove"
    adopted.run("action", "set", found["ref"], "priority=Urgent")
    adopted.sync(code=1)
    assert adopted.run("proposal", "list") == [found]
    assert adopted.run("conflict", "list") == []


def test_the_same_words_from_three_sides_are_three_updates(joint: Suite) -> None:
    for name in ("plan.xlsx", "police.xlsx", "health.xlsx"):
        with joint.edit(name) as sheet:
            sheet.set(FIRST, "Progress", "No change")
    joint.sync()
    told = [(each["agency"], each["text"]) for each in joint.action(FIRST)["updates"]]
    assert sorted(told) == [("", "No change"), ("HEA", "No change"), ("POL", "No change")]
    before = joint.bytes()
    joint.sync()
    assert joint.bytes() == before


def test_a_date_to_look_again_that_is_none_is_told_as_such_beside_a_new_status(adopted: Suite) -> None:
    with adopted.edit("police.xlsx") as police:
        police.set(FIRST, "Status", "Reported complete")
        police.set(FIRST, "Look again on", "soon")
    (told,) = adopted.sync(code=1)["police"]["problems"]
    assert (told["value"], "not a date" in told["why"]) == ("soon", True)


def test_a_repair_finds_the_row_that_was_left_without_an_id(adopted: Suite) -> None:
    with adopted.edit() as plan:
        first, second, ids = plan.find(FIRST), plan.find(SECOND), plan.columns["Action ID"]
        kept = [plan.value(at, "Action ID") for at in (first, second)]
        plan.sheet.cell(second, ids).value = kept[0]
        plan.sheet.cell(first, ids).value = None
    adopted.sync(code=1)
    (found,) = [each for each in adopted.run("proposal", "list") if each["kind"] == "repair"]
    adopted.run("proposal", "accept", found["id"])
    adopted.sync()
    with adopted.edit() as plan:
        assert [plan.value(plan.find(text), "Action ID") for text in (FIRST, SECOND)] == kept
    before = adopted.bytes()
    adopted.sync()
    assert adopted.bytes() == before


def _swap(suite: Suite, heading: str) -> list[Any]:
    """Exchange what stands under a heading in two rows; returns what stood there."""
    with suite.edit() as plan:
        first, second = plan.find(FIRST), plan.find(SECOND)
        kept = [plan.value(at, heading) for at in (first, second)]
        for at, value in zip((second, first), kept, strict=True):
            plan.sheet.cell(at, plan.columns[heading]).value = value
    return kept


def _repairs(suite: Suite) -> list[dict[str, Any]]:
    return [each for each in suite.run("proposal", "list") if each["kind"] == "repair"]


def test_a_repair_shows_each_cell_and_is_good_for_once(adopted: Suite) -> None:
    kept = _swap(adopted, "Action ID")
    planned = adopted.run("sync", "--dry-run", code=1)["steps"]
    assert _repairs(adopted) == []
    adopted.sync(code=1)
    (asked,) = _repairs(adopted)
    with adopted.edit() as plan:
        cells = [f"L{plan.find(text)}" for text in (FIRST, SECOND)]
    assert asked["to"] == [
        {"sheet": "Action plan", "cell": cells[0], "text": FIRST, "from": kept[1], "to": kept[0]},
        {"sheet": "Action plan", "cell": cells[1], "text": SECOND, "from": kept[0], "to": kept[1]},
    ]
    shown = [(step["cell"], step["theirs"], step["ours"]) for step in planned if step["does"] == "propose"]
    assert shown == [(each["cell"], each["from"], each["to"]) for each in asked["to"]]
    adopted.run("proposal", "accept", asked["id"])
    assert adopted.sync()["master"]["quarantined"] == 0
    _swap(adopted, "Action ID")
    adopted.sync(code=1)
    assert len(_repairs(adopted)) == 1, "what was accepted once is asked again"


def test_a_repair_nobody_needs_any_more_is_withdrawn_and_a_refused_one_leaves_the_rows_alone(adopted: Suite) -> None:
    kept = _swap(adopted, "Action ID")
    adopted.sync(code=1)
    (asked,) = _repairs(adopted)
    adopted.run("proposal", "refuse", asked["id"])
    told = adopted.sync(code=1)["master"]
    assert (told["quarantined"], told["proposals"]) == (2, 0)
    assert sorted(each["do"] for each in told["problems"]) == sorted(f"Type {ref} in that cell." for ref in kept)
    _swap(adopted, "Action ID")
    assert adopted.sync()["master"]["quarantined"] == 0
    _swap(adopted, "Action ID")
    adopted.sync(code=1)
    assert len(_repairs(adopted)) == 1
    _swap(adopted, "Action ID")
    adopted.sync()
    assert _repairs(adopted) == []


def test_a_repair_of_a_plan_known_by_its_own_numbers_puts_the_numbers_back(suite: Suite) -> None:
    suite.configure(BOARD)
    suite.make_plan(row(number, Ref=number * 10 + 3) for number in range(1, 7))
    suite.adopt()
    suite.sync()
    kept = _swap(suite, "Ref")
    suite.sync(code=1)
    (asked,) = _repairs(suite)
    suite.run("proposal", "accept", asked["id"])
    suite.sync()
    with suite.edit() as plan:
        assert [plan.value(plan.find(text), "Ref") for text in (FIRST, SECOND)] == kept
    before = suite.bytes()
    suite.sync()
    assert suite.bytes() == before


def test_a_copy_without_an_id_is_asked_about_and_made_when_it_is_accepted(adopted: Suite) -> None:
    with adopted.edit() as plan:
        cells = {heading: plan.value(plan.find(FIRST), heading) for heading in plan.columns if heading != "Action ID"}
        at = plan.append(cells)
    assert adopted.sync(code=1)["master"]["created_here"] == 0
    (asked,) = [each for each in adopted.run("proposal", "list") if each["kind"] == "new"]
    made = adopted.run("proposal", "accept", asked["id"])["ref"]
    adopted.sync()
    with adopted.edit() as plan:
        assert plan.value(at, "Action ID") == made


def test_an_id_typed_over_with_anothers_is_asked_about_and_nobody_is_missing(adopted: Suite) -> None:
    with adopted.edit() as plan:
        first, second = plan.find(FIRST), plan.find(SECOND)
        plan.sheet.cell(first, plan.columns["Action ID"]).value = plan.value(second, "Action ID")
        plan.set(SECOND, "Priority", "Urgent")
    told = adopted.sync(code=1)["master"]
    assert (told["quarantined"], told["missing"], told["proposals"]) == (1, 0, 0)
    assert adopted.action(SECOND)["priority"] == "Urgent"
    with adopted.edit() as plan:
        plan.set(FIRST, "Action ID", None)
    assert adopted.sync()["master"]["quarantined"] == 0
    with adopted.edit() as plan:
        assert plan.value(plan.find(FIRST), "Action ID") == adopted.action(FIRST)["ref"]


# --- reviews --------------------------------------------------------------------------------------------------------


@pytest.fixture
def two_reviews(suite: Suite) -> Suite:
    """A plan whose column names a second review in two of its rows; the configuration names the others'."""
    suite.configure(BOARD)
    rows = [row(number, Review="SAR-2026-02" if number in (4, 5) else None) for number in range(1, 7)]
    suite.make_plan(rows, headings=(*HEADINGS, "Review"))
    suite.adopt()
    return suite


def test_rows_that_name_another_review_are_the_boards_as_well(two_reviews: Suite) -> None:
    assert two_reviews.action(FOURTH)["review"] == "SAR-2026-02"
    with two_reviews.edit() as plan:
        plan.set(FOURTH, "Priority", "Urgent")
    two_reviews.run("action", "set", two_reviews.action("Do the thing numbered 5")["ref"], "priority=Low")
    two_reviews.sync()
    assert two_reviews.action(FOURTH)["priority"] == "Urgent"
    with two_reviews.edit() as plan:
        assert plan.value(plan.find("Do the thing numbered 5"), "Priority") == "Low"


def test_a_row_moved_to_another_review_answers_that_ones_recommendation(two_reviews: Suite) -> None:
    with two_reviews.edit() as plan:
        plan.set(FOURTH, "Review", "SAR-2026-01")
        plan.set(FOURTH, "Recommendation", "Said anew")
    two_reviews.sync()
    action = two_reviews.action(FOURTH)
    assert (action["review"], action["recommendation_text"]) == ("SAR-2026-01", "Said anew")
    texts = [two_reviews.action(f"Do the thing numbered {number}")["recommendation_text"] for number in (5, 6)]
    assert texts == ["Agencies should do better at matter 2", "Said anew"]


def test_the_original_of_an_accepted_copy_is_written_in_the_same_run(adopted: Suite) -> None:
    """While both rows still carry one id, each is found by its row."""
    text = "Do the thing numbered 2"
    with adopted.edit() as plan:
        cells = next(each for each in plan.rows() if each["Action"] == text)
        plan.append({**cells, "Action": "Copied, then typed over"})
    adopted.sync(code=1)
    (found,) = adopted.run("proposal", "list")
    adopted.run("proposal", "accept", found["id"])
    adopted.run("action", "set", cells["Action ID"], "priority=Urgent")
    adopted.sync()
    with adopted.edit() as plan:
        assert plan.value(plan.find(text), "Priority") == "Urgent"
        assert plan.value(plan.find("Copied, then typed over"), "Action ID") not in (None, cells["Action ID"])
