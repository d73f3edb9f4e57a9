"""Taking a review in: once, again, and after things moved on either side."""

from __future__ import annotations

from typing import Any

from learning_board import REVIEW, LearningBoard, document, nothing_done, one


def recommendation(board: LearningBoard, ref: str) -> dict[str, Any]:
    found: dict[str, Any] = board.run("recommendation", "show", f"{REVIEW}-{ref}")
    return found


def test_a_whole_review_is_taken_in(board: LearningBoard) -> None:
    told = board.take()
    assert told["created"] == {
        "review": 1, "meeting": 2, "key_practice_episode": 4, "finding": 4, "recommendation": 5, "action": 6,
    }  # fmt: skip
    assert told["problems"] == told["warnings"] == told["left"] == []
    review = board.run("review", "show", REVIEW)
    assert (review["regime"], review["format"], review["publication"]) == ("SAR", "mid-range", "embargoed")
    assert review["board"] == "Exampleshire Safeguarding Adults Board"
    assert {"agency": "NHS", "role": "Community nurse", "count": 5} in review["case_group"]
    finding = board.run("finding", "show", f"{REVIEW}-F3")
    assert (finding["effect"], finding["kpe_refs"]) == ("supports", [f"{REVIEW}-K2"])
    assert recommendation(board, "R4")["national_issue"].startswith("The national carers")
    refused = recommendation(board, "R5")
    assert (refused["response"], refused["decided_at"]) == ("not_accepted", "M-2026-09-14")


def test_its_actions_have_legs_recommendations_and_what_comes_first(board: LearningBoard) -> None:
    numbers = {each["number"]: each["ref"] for each in board.take()["actions"]}
    shown = board.run("action", "show", numbers["3.2"])
    assert [leg["agency"] for leg in shown["legs"]] == ["HOU", "NHS", "POL"]
    assert shown["recommendations"] == [f"{REVIEW}-R1", f"{REVIEW}-R3"]
    assert (shown["original_due"], shown["current_due"]) == ("2027-01-15", "2027-01-15")
    assert one(board.run("action", "list"), numbers["1.2"])["status"] == "not_started"
    exported = board.export("again.yaml").decode()
    assert "depends_on:\n      - '3.1'" in exported


def test_again_changes_nothing_at_all(board: LearningBoard) -> None:
    board.take()
    before = board.head()
    assert nothing_done(board.take())
    assert board.head() == before


def test_a_dry_run_says_what_would_be_done_and_stores_nothing(board: LearningBoard) -> None:
    before = board.head()
    assert board.take(None, "--dry-run")["created"]["action"] == 6
    assert board.run("review", "list") == []
    assert board.head() == before


def test_of_a_changed_file_only_what_changed_is_taken(board: LearningBoard) -> None:
    board.take()
    changed = document()
    one(changed["findings"], "F2")["confidence"] = "indicative"
    one(changed["actions"], "1.3", "number")["priority"] = "High"
    changed["actions"].append({"number": "4.1", "text": "Ask the seven boards.", "depends_on": ["1.1"]})
    before = board.head()
    told = board.take(changed)
    assert [(each["ref"], each["field"], each["after"]) for each in told["changed"]] == [
        (f"{REVIEW}-F2", "confidence", "indicative"),
        (one(board.run("action", "list"), "1.3", "number")["ref"], "priority", "High"),
    ]
    assert told["created"]["action"] == 1
    assert board.head() <= before + 6
    assert nothing_done(board.take(changed))


def test_what_the_file_leaves_out_or_blank_stays(board: LearningBoard) -> None:
    board.take()
    thin = document()
    thin["review"] = {"ref": REVIEW, "title": ""}
    one(thin["recommendations"], "R1")["intended_outcome"] = ""
    one(thin["recommendations"], "R1").pop("monitoring")
    del thin["meetings"]
    told = board.take(thin)
    assert nothing_done(told)
    assert board.run("review", "show", REVIEW)["title"] == "Adult K"
    assert recommendation(board, "R1")["intended_outcome"].startswith("A pattern")


def test_the_order_of_the_episodes_is_the_narratives(board: LearningBoard) -> None:
    board.take()
    moved = document()
    episodes = moved["key_practice_episodes"]
    episodes.insert(0, episodes.pop())
    told = board.take(moved)
    assert [(each["field"], each["after"]) for each in told["changed"]] == [("position", at) for at in (1, 2, 3, 4)]
    assert nothing_done(board.take(moved))
    out = board.export("out.yaml").decode()
    assert out.index("ref: K4") < out.index("ref: K1") < out.index("ref: K2") < out.index("ref: K3")


def test_a_record_the_file_no_longer_has_is_kept_and_told(board: LearningBoard) -> None:
    board.take()
    shorter = document()
    shorter["actions"] = [each for each in shorter["actions"] if each["number"] != "2.1"]
    gone = one(board.run("action", "list"), "2.1", "number")["ref"]
    assert board.take(shorter)["kept"] == [gone]
    assert board.run("action", "show", gone)["text"].startswith("Ask a second agency")


def test_what_was_changed_here_since_is_left_and_told(board: LearningBoard) -> None:
    board.take()
    board.run("recommendation", "set", f"{REVIEW}-R1", "monitoring=Monthly.")
    changed = document()
    one(changed["recommendations"], "R1")["impact_measure"] = "Another."
    told = board.take(changed)
    assert [each["field"] for each in told["changed"]] == ["impact_measure"]
    [left] = told["left"]
    assert (left["field"], left["here"], left["asks"]) == ("monitoring", "Monthly.", False)
    assert recommendation(board, "R1")["monitoring"] == "Monthly."


def test_what_both_sides_changed_asks_a_person_until_it_is_settled(board: LearningBoard) -> None:
    board.take()
    board.run("finding", "set", f"{REVIEW}-F1", "text=As the Board worded it.")
    changed = document()
    one(changed["findings"], "F1")["text"] = "As the reviewers worded it anew."
    for _ in range(2):
        told = board.take(changed, code=1)
        assert [(each["field"], each["asks"]) for each in told["left"]] == [("text", True)]
        assert told["changed"] == []
    board.run("finding", "set", f"{REVIEW}-F1", "text=As the reviewers worded it anew.")
    assert nothing_done(board.take(changed))


def test_a_response_moves_as_one_with_its_reasons_and_meeting(board: LearningBoard) -> None:
    board.take()
    board.run("recommendation", "set", f"{REVIEW}-R2", "response_reasons=As the minutes say.")
    changed = document()
    one(changed["recommendations"], "R2")["response"] = "accepted"
    told = board.take(changed, code=1)
    assert {each["field"] for each in told["left"]} == {"response", "response_reasons"}
    assert recommendation(board, "R2")["response"] == "accepted_in_part"


def test_progress_and_status_are_never_touched(board: LearningBoard) -> None:
    numbers = {each["number"]: each["ref"] for each in board.take()["actions"]}
    board.run("action", "set", numbers["1.3"], "status=in_progress")
    board.run("action", "progress", numbers["1.3"], "The form is being tried by two crews.")
    changed = document()
    one(changed["actions"], "1.3", "number")["text"] = "Put what was sent before on the crews' form."
    board.take(changed)
    shown = board.run("action", "show", numbers["1.3"])
    assert (shown["status"], shown["progress"]) == ("in_progress", "The form is being tried by two crews.")
    assert shown["text"].endswith("the crews' form.")


def test_a_date_that_moved_since_stays_and_is_told(board: LearningBoard) -> None:
    numbers = {each["number"]: each["ref"] for each in board.take()["actions"]}
    board.run("action", "set", numbers["1.1"], "current_due=2027-01-08")
    [left] = board.take()["left"]
    assert (left["field"], left["file"], left["here"]) == ("due", "2027-01-29", "2027-01-08")
    changed = document()
    one(changed["actions"], "1.1", "number")["due"] = "2027-02-26"
    assert [each["field"] for each in board.take(changed, code=1)["left"]] == ["due"]
    shown = board.run("action", "show", numbers["1.1"])
    assert (shown["current_due"], shown["original_due"]) == ("2027-01-08", "2027-01-29")


def test_a_later_date_in_the_file_is_a_request_filed_once(board: LearningBoard) -> None:
    numbers = {each["number"]: each["ref"] for each in board.take()["actions"]}
    changed = document()
    one(changed["actions"], "3.1", "number")["due"] = "2027-02-26"
    told = board.take(changed, code=1)
    assert [(each["ref"], each["field"], each["to"]) for each in told["filed"]] == [
        (numbers["3.1"], "current_due", "2027-02-26")
    ]
    assert told["changed"] == []
    [proposal] = board.run("proposal", "list", code=None)
    before = board.head()
    assert nothing_done(board.take(changed))
    assert [each["id"] for each in board.run("proposal", "list", code=None)] == [proposal["id"]]
    assert board.head() == before
    shown = board.run("action", "show", numbers["3.1"])
    assert (shown["current_due"], shown["original_due"]) == ("2026-12-11", "2026-12-11")


def test_a_review_that_a_workbook_began_is_found_by_number(board: LearningBoard) -> None:
    board.run("review", "add", f"ref={REVIEW}")
    board.run("recommendation", "add", "ref=R-abc", f"review={REVIEW}", "number=1", "text=See the pattern.")
    board.run("action", "add", f"review={REVIEW}", "number=1.1", "text=Show them.", "lead_agency=ASC")
    known = one(board.run("action", "list"), "1.1", "number")["ref"]
    told = board.take()
    assert told["created"]["recommendation"] == 4
    assert told["created"]["action"] == 5
    shown = board.run("action", "show", known)
    assert shown["recommendations"] == ["R-abc"]
    assert [leg["agency"] for leg in shown["legs"]] == ["ASC", "POL", "NHS", "AMB"]
    assert board.run("recommendation", "show", "R-abc")["response"] == "accepted"
    assert nothing_done(board.take())


def test_a_decision_of_the_store_is_not_overwritten_by_a_file_never_taken_in(board: LearningBoard) -> None:
    board.run("review", "add", f"ref={REVIEW}", "publication=published")
    board.run(
        "recommendation", "add", f"ref={REVIEW}-R1", f"review={REVIEW}", "text=See it.", "response=not_accepted",
        "response_reasons=No means.",
    )  # fmt: skip
    told = board.take(code=1)
    asked = {(each["ref"], each["field"]) for each in told["left"] if each["asks"]}
    assert {(REVIEW, "publication"), (f"{REVIEW}-R1", "response"), (f"{REVIEW}-R1", "decided_at")} <= asked
    assert recommendation(board, "R1")["response"] == "not_accepted"
    assert board.run("review", "show", REVIEW)["publication"] == "published"


def test_nothing_is_stored_where_one_record_has_a_problem(board: LearningBoard) -> None:
    board.run("review", "add", "ref=SAR-2025-01")
    board.run("finding", "add", f"ref={REVIEW}-F4", "review=SAR-2025-01", "text=Another's.")
    before = board.head()
    told = board.take(code=2)
    [problem] = told["problems"]
    assert problem["why"] == f"{REVIEW}-F4 is a finding of SAR-2025-01"
    assert board.run("action", "list") == []
    assert board.head() == before


def test_names_of_agencies_will_do_and_codes_are_kept(board: LearningBoard) -> None:
    named = document()
    named["actions"][2]["lead_agency"] = "Exampleshire Ambulance Service"
    board.take(named)
    assert one(board.run("action", "list"), "1.3", "number")["lead_agency"] == "AMB"


def test_the_board_alone_brings_reviews(board: LearningBoard) -> None:
    told = board.run("--agency", "POL", "learning", "import", "review.yaml", code=2)
    assert "leave --agency out" in told["error"]


def test_a_decision_is_recorded_once_for_each_answer_of_a_meeting(board: LearningBoard) -> None:
    board.take()
    board.take()
    entries = [each for each in _audit(board) if each["noun"] == "decision"]
    assert len(entries) == 5
    assert {each["source"] for each in _audit(board)} == {"learning-together"}


def _audit(board: LearningBoard) -> list[dict[str, Any]]:
    from actiontrack.adapters.store import open_store
    from actiontrack.testing import HandClock

    store = open_store(f"sqlite:///{board.folder / 'at.db'}", "board", clock=HandClock())
    try:
        with store.reading() as reader:
            return [{"noun": each.noun, "source": each.source} for each in reader.entries()]
    finally:
        store.close()


def test_an_answer_in_a_file_binds_the_rules_of_one_given_by_hand(board: LearningBoard) -> None:
    lacking = document()
    one(lacking["recommendations"], "R4").pop("review_by")
    told = board.take(lacking, code=2)
    assert [each["why"] for each in told["problems"]] == [
        f"{REVIEW}-R4: a referral needs the day on which it comes back to the Board: review_by=DATE",
    ]
    assert board.run("recommendation", "list") == []


def test_a_referral_that_is_back_already_is_taken_in_and_is_back(board: LearningBoard) -> None:
    board.monkeypatch.setenv("AT_NOW", "2028-01-10T09:00:00Z")
    board.take()
    assert "came back on 2027-03-15" in " ".join(recommendation(board, "R4")["to_close"])
