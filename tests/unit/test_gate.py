"""From reported complete to embedded practice, as a board types it: each forbidden step says what is missing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from board_office import BoardOffice


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BoardOffice:
    made = BoardOffice(tmp_path, monkeypatch)
    made.ask("review", "add", "ref=S1")
    made.ask("meeting", "add", "body=SAB", "date=2026-11-20")
    return made


MEETING = "M-2026-11-20"


def recommendation(office: BoardOffice, *fields: str) -> str:
    return str(office.ask("recommendation", "add", "review=S1", "text=T", *fields)["ref"])


def table(office: BoardOffice, day: str, section: str, name: str) -> list[dict[str, Any]]:
    """The rows of a table in the board report of that day."""
    told = office.ask("report", "board", "--as-at", day, "--format", "json", "--out", str(office.folder / "out"))
    sections = json.loads(Path(told["files"][0]).read_text("utf-8"))["sections"]
    tables = next(each["tables"] for each in sections if each["key"] == section)
    return list(next(each["rows"] for each in tables if each["key"] == name))


def asked_of_the_board(office: BoardOffice, day: str) -> list[dict[str, Any]]:
    return table(office, day, "decisions", "referrals")


# --- decisions ------------------------------------------------------------------------------------------------------


def test_a_decision_is_recorded_with_its_meeting_and_reasons_and_shown_where_it_matters(office: BoardOffice) -> None:
    ref = office.action("number=1.1")
    made = office.ask("decision", "add", MEETING, "1.1", "Not pursued", "--reasons", "Funding went elsewhere")
    assert (made["ref"], made["about"], made["outcome"], made["by"]) == (f"{MEETING}-D1", ref, "not_pursued", "manager")
    assert office.ask("decision", "show", made["ref"]) == made
    for listed in (
        office.ask("decision", "list"),
        office.ask("decision", "list", "--about", "1.1"),
        office.ask("decision", "list", "--meeting", MEETING),
        office.ask("meeting", "show", MEETING)["decisions"],
        office.show(ref)["decisions"],
    ):
        assert listed == [made]
    assert office.ask("decision", "list", "--meeting", "M-other") == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("M-2020-01-01", "1.1", "x", "--reasons", "r"), "There is no meeting M-2020-01-01 here"),
        ((MEETING, "1.1", "x"), "needs the Board's reasons"),
        ((MEETING, "1.1", "x", "--reasons", "  "), "needs the Board's reasons"),
        ((MEETING, "1.1", " ", "--reasons", "r"), "needs its outcome"),
        ((MEETING, "9.9", "x", "--reasons", "r"), "There is no recommendation or action 9.9"),
    ],
)
def test_a_decision_without_a_part_is_refused(office: BoardOffice, words: tuple[str, ...], says: str) -> None:
    office.action("number=1.1")
    assert says in office.refused("decision", "add", *words)
    assert office.ask("decision", "list") == []


def test_an_agency_records_no_decision(office: BoardOffice) -> None:
    office.action("number=1.1")
    assert "leave --agency out" in office.refused(
        "--agency", "POL", "decision", "add", MEETING, "1.1", "x", "--reasons", "r"
    )


# --- closure by kind ------------------------------------------------------------------------------------------------


def test_a_clear_cut_recommendation_closes_once_its_action_is_verified(office: BoardOffice) -> None:
    ref = recommendation(office)
    assert office.ask("recommendation", "show", ref)["to_close"] == ["No action for it has been verified on evidence."]
    action = office.action(f"recommendations={ref}")
    assert office.ask("recommendation", "show", ref)["to_close"] == [f"Still open: {action}."]
    office.verified(f"recommendations={ref}")
    close = ("status=no_longer_applicable", "status_reason=The team was closed", "--meeting", MEETING)
    office.ask("action", "set", action, *close)
    assert office.ask("recommendation", "show", ref)["to_close"] == []
    assert [each["ref"] for each in office.ask("recommendation", "list", "--closed")] == [ref]
    assert office.ask("recommendation", "list", "--open") == []


def test_competing_priorities_close_on_a_recorded_decision_and_not_on_the_field(office: BoardOffice) -> None:
    ref = recommendation(office, "kind=competing_priorities")
    office.ask("recommendation", "set", ref, "response=not_accepted", "response_reasons=Cost", f"decided_at={MEETING}")
    [missing] = office.ask("recommendation", "show", ref)["to_close"]
    assert "is not recorded" in missing
    assert "answered not_accepted, not accepted" in office.refused(
        "decision", "add", MEETING, ref, "accepted", "--reasons", "r"
    )
    office.ask("decision", "add", MEETING, ref, "not accepted", "--reasons", "Two duties pull apart")
    assert office.ask("recommendation", "show", ref)["to_close"] == []


def test_an_answer_records_its_decision_at_once(office: BoardOffice) -> None:
    ref = recommendation(office, "kind=competing_priorities")
    said = (
        "--reasons",
        "Agreed in part",
        "--meeting",
        MEETING,
        "--monitoring",
        "Audit",
        "--national",
        "Law on sharing",
    )
    planned = office.ask("recommendation", "respond", ref, "--response", "accepted_in_part", *said, "--dry-run")
    assert planned["response"] == "accepted_in_part"
    assert office.ask("recommendation", "show", ref)["response"] == "awaiting"
    assert office.ask("decision", "list") == []
    after = office.ask("recommendation", "respond", ref, "--response", "accepted_in_part", *said)
    assert (after["response"], after["response_reasons"], after["decided_at"]) == (
        "accepted_in_part", "Agreed in part", MEETING,
    )  # fmt: skip
    assert (after["monitoring"], after["national_issue"], after["to_close"]) == ("Audit", "Law on sharing", [])
    assert [(each["outcome"], each["about"]) for each in after["decisions"]] == [("accepted_in_part", ref)]


@pytest.mark.parametrize("response", ["accepted", "accepted_in_part", "not_accepted", "referred_elsewhere"])
def test_no_answer_is_taken_without_reasons_or_a_meeting(office: BoardOffice, response: str) -> None:
    ref = recommendation(office)
    answer = ("recommendation", "respond", ref, "--response", response)
    assert "needs the Board's reasons" in office.refused(*answer, "--meeting", MEETING)
    assert "needs the Board's reasons" in office.refused(*answer, "--meeting", MEETING, "--reasons", " ")
    assert "no meeting" in office.refused(*answer, "--reasons", "r")
    assert office.ask("recommendation", "show", ref)["response"] == "awaiting"


def test_a_referral_comes_back_by_itself_until_it_is_answered_anew(office: BoardOffice) -> None:
    ref = recommendation(office, "kind=needs_research")
    office.configure('manager = "m@example.org"')
    refer = (
        "recommendation",
        "respond",
        ref,
        "--response",
        "referred_elsewhere",
        "--meeting",
        MEETING,
        "--reasons",
        "?",
    )
    assert "comes back" in office.refused(*refer)
    assert "back already" in office.refused(*refer, "--review-by", "2026-11-24")
    accept = ("recommendation", "respond", ref, "--response", "accepted", "--meeting", MEETING, "--reasons", "r")
    assert "only a referral comes back" in office.refused(*accept, "--review-by", "2027-01-01")
    assert office.ask(*refer, "--review-by", "2027-06-01")["to_close"] == []

    office.on("2027-05-31")
    assert office.ask("recommendation", "list", "--open") == []
    assert (office.ask("sweep")["referrals_due"], office.ask("status")["referrals_due"]) == (0, 0)
    assert asked_of_the_board(office, "2027-05-31") == []
    office.on("2027-06-01")
    swept = office.ask("sweep")
    assert (swept["referrals_due"], office.ask("status")["referrals_due"]) == (1, 1)
    assert swept["back"] == [{"kind": "referral", "ref": ref, "number": "", "due": "2027-06-01"}]
    assert [(each["ref"], each["level"], each["to"]) for each in swept["raised"]] == [
        (ref, "referral", "m@example.org")
    ]
    assert (office.ask("sweep")["raised"], office.ask("sweep")["referrals_due"]) == ([], 1)
    assert "Referrals come back to the Board: 1" in office.type("status").out
    [asked] = asked_of_the_board(office, "2027-06-01")
    assert (asked["in_plan"], asked["reason"]) == (ref, "?")
    [listed] = office.ask("recommendation", "list", "--open")
    assert listed["to_close"] == ["The referral came back on 2027-06-01: the Board is to answer it anew."]

    assert office.ask(*refer, "--review-by", "2028-06-01")["to_close"] == []
    assert len(office.ask("recommendation", "show", ref)["decisions"]) == 2
    assert (office.ask("sweep")["referrals_due"], asked_of_the_board(office, "2027-06-01")) == (0, [])


@pytest.mark.parametrize(
    ("kind", "fields", "says"),
    [
        ("clear_cut", ("response=not_accepted",), "needs the Board's reasons (Care Act 2014, Sch 2 para 4(1)(g))"),
        ("clear_cut", ("response=not_accepted", "response_reasons= "), "needs the Board's reasons"),
        ("needs_research", ("response=referred_elsewhere", "response_reasons=r"), "review_by=DATE."),
        ("needs_research", ("response=referred_elsewhere", "response_reasons=r", "review_by=2026-11-24"),
         "the referral would be back already; review_by has to be after 2026-11-24."),
        ("clear_cut", ("response=accepted", "review_by=2027-06-01"), "only a referral comes back"),
    ],
)  # fmt: skip
def test_an_answer_binds_the_same_rules_however_it_is_given(
    office: BoardOffice, kind: str, fields: tuple[str, ...], says: str
) -> None:
    ref = recommendation(office, f"kind={kind}")
    action = office.action("review=S1", f"recommendations={ref}")
    assert says in office.refused("recommendation", "set", ref, *fields)
    assert says in office.refused("recommendation", "add", "review=S1", "text=T", f"kind={kind}", *fields)
    if not any(field.startswith("review_by") for field in fields):  # which a plan has no column for
        assert says in office.refused("action", "set", action, *fields)
    assert office.ask("recommendation", "show", ref)["response"] == "awaiting"
    assert len(office.ask("recommendation", "list")) == 1


def test_a_referral_that_came_back_may_be_changed_but_not_referred_to_the_past(office: BoardOffice) -> None:
    ref = recommendation(office, "kind=needs_research")
    refer = ("response=referred_elsewhere", "response_reasons=Nobody knows", "review_by=2027-06-01")
    office.ask("recommendation", "set", ref, *refer)
    office.on("2027-06-02")
    assert office.ask("recommendation", "set", ref, "impact_measure=m")["review_by"] == "2027-06-01"
    assert "back already" in office.refused("recommendation", "set", ref, "review_by=2027-06-02")
    office.ask("recommendation", "set", ref, "response=accepted")
    assert "back already" in office.refused("recommendation", "set", ref, "response=referred_elsewhere")


def test_an_answer_found_without_its_reasons_is_accepted_and_marked_until_they_are_said(office: BoardOffice) -> None:
    plan = office.folder / "plan.csv"
    plan.write_text(
        "Ref,Rec no,Recommendation,Action,Lead agency,Due date,Status,Board's response\n"
        "1,1,Show earlier calls,Change the screen,Police,01/12/2026,In progress,Not accepted\n"
        "2,1,Show earlier calls,Train the teams,Police,01/12/2026,In progress,Not accepted\n"
        "3,2,Ask the family,Buy a system,Police,01/12/2026,No longer applicable,Accepted\n"
    )
    office.ask("import", str(plan), "--review", "S1")
    one, two, three = (each["ref"] for each in office.ask("action", "list"))
    gap = "S1-R1: the answer not_accepted needs the Board's reasons (Care Act 2014, Sch 2 para 4(1)(g))."
    assert [office.show(ref)["found"] for ref in (one, two)] == [[gap], [gap]]
    assert [each["incomplete"] for each in office.ask("action", "list")] == [True, True, True]
    assert office.ask("recommendation", "set", "S1-R1", "impact_measure=m")["response"] == "not_accepted"
    said = ("--response", "not_accepted", "--reasons", "No means", "--meeting", MEETING)
    office.ask("recommendation", "respond", "S1-R1", *said)
    assert [office.show(ref)["incomplete"] for ref in (one, two)] == [False, False]

    without, undecided = office.show(three)["found"]
    assert without == "A reason is missing for no longer applicable."
    assert "decision that it is no longer applicable is not recorded" in undecided
    office.ask("decision", "add", MEETING, three, "no longer applicable", "--reasons", "The unit was closed")
    assert office.show(three)["found"] == [without]


# --- the gate -------------------------------------------------------------------------------------------------------


def test_a_quorum_is_of_distinct_agencies_outside_the_lead(office: BoardOffice) -> None:
    office.configure("sign_offs = 2")
    ref = office.action("status=reported_complete")
    office.ask("action", "evidence", ref, "--link", "https://example.org/1")
    assert "0 of 2 agencies outside POL have signed it off." in office.refused("action", "set", ref, "status=verified")
    office.ask("action", "sign-off", ref, "--agency", "NHS")
    office.ask("action", "sign-off", ref, "--agency", "NHS")
    refused = office.refused("action", "set", ref, "status=verified")
    assert "1 of 2 agencies outside POL have signed it off (NHS)." in refused
    office.ask("action", "evidence", ref, "--link", "https://example.org/2")
    office.ask("action", "sign-off", ref, "--agency", "COU")
    refused = office.refused("action", "set", ref, "status=verified")
    assert "1 of 2 agencies outside POL have signed it off (COU)." in refused
    assert "NHS's sign-off fell: the evidence has changed since" in refused
    office.ask("action", "sign-off", ref, "--agency", "NHS")
    assert office.ask("action", "set", ref, "status=verified")["status"] == "verified"


def test_a_sign_off_that_fell_says_which_part_changed(office: BoardOffice) -> None:
    ref = office.action("status=reported_complete")
    office.ask("action", "evidence", ref, "--link", "https://example.org/1")
    office.ask("action", "sign-off", ref, "--agency", "NHS")
    assert [each["stands"] for each in office.show(ref)["sign_offs"]] == [True]
    office.ask("action", "set", ref, "text=Do it well")
    [missing] = office.show(ref)["missing"]
    assert missing == "The sign-off fell: the text has changed since; it is needed anew."
    office.ask("action", "evidence", ref, "--link", "https://example.org/2")
    assert "the text and the evidence have changed since" in office.refused("action", "set", ref, "status=verified")
    assert office.show(ref)["sign_offs"][0]["fell"] == "the text and the evidence have changed since"


def test_embedded_needs_a_passed_check_of_this_verification(office: BoardOffice) -> None:
    ask = recommendation(office, "impact_measure=9 of 10 checked")
    ref = office.verified(f"recommendations={ask}")
    assert office.show(ref)["impact_check_due"] == "2027-05-23"
    refused = office.refused("action", "set", ref, "status=embedded")
    assert "No impact check has been passed since it was verified; one is due on 2027-05-23." in refused
    office.on("2027-05-22")
    assert (office.ask("sweep")["impact_checks_due"], office.ask("action", "list", "--impact-due")) == (0, [])
    office.on("2027-05-23")
    assert office.ask("sweep")["back"] == [{"kind": "impact_check", "ref": ref, "number": "", "due": "2027-05-23"}]
    assert office.ask("status")["impact_checks_due"] == 1
    assert [each["ref"] for each in table(office, "2027-05-23", "done", "impact_due")] == [ref]
    assert [each["ref"] for each in office.ask("action", "list", "--impact-due")] == [ref]
    after = office.ask("action", "impact-check", ref, "--failed", "--note", "5 of 10")
    assert (after["status"], after["status_reason"]) == (
        "in_progress", "The impact check of 2027-05-23 failed: 5 of 10",
    )  # fmt: skip
    assert office.ask("action", "list", "--impact-due") == []

    office.ask("--agency", "POL", "action", "set", ref, "status=reported_complete")
    assert office.ask("action", "sign-off", ref, "--agency", "NHS")["missing"] == []
    office.ask("action", "set", ref, "status=verified")
    after = office.ask("action", "impact-check", ref, "--passed", "--note", "10 of 10")
    assert [(each["measure"], each["passed"]) for each in after["impact_checks"]] == [
        ("9 of 10 checked", False), ("9 of 10 checked", True),
    ]  # fmt: skip
    assert office.ask("action", "set", ref, "status=embedded")["status"] == "embedded"


def test_a_pass_of_an_earlier_verification_counts_no_more(office: BoardOffice) -> None:
    ref = office.verified()
    office.ask("action", "impact-check", ref, "--passed", "--note", "yes", "--measure", "m")
    office.ask("action", "set", ref, "status=in_progress", "status_reason=It was not so")
    office.ask("action", "set", ref, "status=reported_complete")
    office.ask("action", "set", ref, "status=verified")
    assert "since it was verified" in office.refused("action", "set", ref, "status=embedded")


def test_a_check_that_fails_later_reopens_what_was_embedded(office: BoardOffice) -> None:
    ref = office.verified()
    office.ask("action", "impact-check", ref, "--passed", "--note", "yes", "--measure", "m")
    office.ask("action", "set", ref, "status=embedded")
    office.on("2028-01-10")
    after = office.ask("action", "impact-check", ref, "--failed", "--note", "it wore off")
    assert (after["status"], after["legs"][0]["status"]) == ("in_progress", "in_progress")


def test_an_impact_check_that_cannot_be_is_refused(office: BoardOffice) -> None:
    ask = recommendation(office)
    early = office.action("status=reported_complete")
    check = ("action", "impact-check")
    assert "once the Board has verified it" in office.refused(*check, early, "--passed", "--note", "n")
    ref = office.verified(f"recommendations={ask}")
    assert f"none of the recommendations it answers ({ask}) states" in office.refused(
        *check, ref, "--passed", "--note", "n"
    )
    passed = (*check, ref, "--passed", "--measure", "9 of 10")
    assert "--note" in office.refused(*passed)
    assert "lies in the future" in office.refused(*passed, "--note", "n", "--on", "2026-11-25")
    assert "was verified on 2026-11-24" in office.refused(*passed, "--note", "n", "--on", "2026-11-23")
    assert "leave --agency out" in office.refused("--agency", "POL", *passed, "--note", "n")
    assert office.refused(*check, ref, "--note", "n").startswith("say either --passed or --failed")
    assert office.show(ref)["impact_checks"][0]["checked"] is None

    office.ask(*passed, "--note", "n")
    assert office.ask("recommendation", "show", ask)["impact_measure"] == "9 of 10"


def test_the_board_may_name_another_day_for_the_impact_check(office: BoardOffice) -> None:
    office.configure("impact_check_days = 30")
    ref = office.verified()
    assert office.show(ref)["impact_check_due"] == "2026-12-24"
    after = office.ask("action", "set", ref, "impact_check_due=2027-02-01")
    assert (after["impact_check_due"], after["impact_checks"][0]["due"]) == ("2027-02-01", "2027-02-01")
    assert "is no date" in office.refused("action", "set", ref, "impact_check_due=soon")
    assert "give another day" in office.refused("action", "set", ref, "impact_check_due=")


@pytest.mark.parametrize("status", ["closed_not_implemented", "no_longer_applicable", "superseded"])
def test_each_closure_needs_its_reasons_and_a_decision(office: BoardOffice, status: str) -> None:
    by = ["superseded_by=a new way"] if status == "superseded" else []
    why = (f"status={status}", "status_reason=Agreed", *by)
    ref, other = office.action(), office.action()
    said = f"The Board's decision that it is {status.replace('_', ' ')} is not recorded"
    assert said in office.refused("action", "set", ref, *why)
    missing = office.refused("action", "set", ref, f"status={status}", *by)
    assert f"A reason is missing for {status.replace('_', ' ')}. {said}" in missing
    assert "needs the Board's reasons" in office.refused("action", "set", ref, f"status={status}", "--meeting", MEETING)
    office.ask("decision", "add", MEETING, other, status, "--reasons", "r")
    assert "decision" in office.refused("action", "set", ref, *why)
    assert office.ask("action", "set", other, *why)["status"] == status
    after = office.ask("action", "set", ref, *why, "--meeting", MEETING)
    assert [each["outcome"] for each in after["decisions"]] == [status]


def test_what_was_closed_and_reopened_needs_a_decision_of_its_own_to_be_closed_again(office: BoardOffice) -> None:
    ref = office.action()
    close = ("action", "set", ref, "status=closed_not_implemented", "status_reason=No money")
    office.ask(*close, "--meeting", MEETING)
    office.ask("action", "set", ref, "status=in_progress", "status_reason=A grant came")
    assert "is not recorded" in office.refused(*close)
    office.ask("decision", "add", MEETING, ref, "closed_not_implemented", "--reasons", "The grant went")
    after = office.ask(*close)
    assert (after["status"], len(after["decisions"]), after["found"]) == ("closed_not_implemented", 2, [])
    assert office.ask("action", "comment", ref, "A pity")["incomplete"] is False


def test_a_board_may_close_without_a_decision_and_never_without_reasons(office: BoardOffice) -> None:
    office.configure("closures_need_decision = false")
    ref = office.action()
    superseded = ("action", "set", ref, "status=superseded", "superseded_by=a new way")
    assert office.refused(*superseded) == f"{ref}: A reason is missing for superseded."
    assert office.ask(*superseded, "status_reason=Agreed")["status"] == "superseded"


def test_a_meeting_goes_with_a_closure_only(office: BoardOffice) -> None:
    ref = office.action()
    assert "goes with a closure" in office.refused("action", "set", ref, "priority=High", "--meeting", MEETING)


def test_the_board_closes_and_reopens_what_several_agencies_share(office: BoardOffice) -> None:
    ref = office.action("agencies=NHS")
    close = ("action", "set", ref, "status=closed_not_implemented")
    assert "A reason is missing" in office.refused(*close)
    after = office.ask(*close, "status_reason=No money", "--meeting", MEETING)
    assert (after["status"], after["status_reason"], after["proposals"]) == (
        "closed_not_implemented", "No money", [],
    )  # fmt: skip
    after = office.ask("action", "set", ref, "status=in_progress", "status_reason=A grant came")
    assert (after["status"], after["proposals"]) == ("not_started", [])


# --- dates ----------------------------------------------------------------------------------------------------------


def test_a_second_extension_is_the_boards_decision(office: BoardOffice) -> None:
    ref = office.action("current_due=2026-12-01")

    def ask_for(day: str) -> str:
        return str(office.ask("action", "extend", ref, "--to", day, "--reason", "Late")["proposals"][0]["id"])

    accept = ("--by", "chair", "proposal", "accept")
    first = ask_for("2027-01-01")
    assert office.ask(*accept, first)["how"] == "accepted"
    second = ask_for("2027-02-01")
    assert "is the Board's decision" in office.refused(*accept, second)
    assert "is the Board's decision" in office.refused(*accept, second, "--reason", "r")
    assert "reasons" in office.refused(*accept, second, "--meeting", MEETING)
    assert "no meeting M-1" in office.refused(*accept, second, "--meeting", "M-1", "--reason", "r")
    assert office.show(ref)["current_due"] == "2027-01-01"
    office.ask(*accept, second, "--meeting", MEETING, "--reason", "The supplier failed")
    after = office.show(ref)
    assert (after["current_due"], after["original_due"]) == ("2027-02-01", "2026-12-01")
    assert [(each["outcome"], each["reasons"]) for each in after["decisions"]] == [("extended", "The supplier failed")]
    third = ask_for("2027-03-01")
    assert "moved later 2 times already" in office.refused(*accept, third)
    assert office.ask("--by", "chair", "proposal", "refuse", third)["how"] == "refused"


def test_a_meeting_is_named_for_what_a_board_decides(office: BoardOffice) -> None:
    ref = office.action("agencies=NHS", "priority=High")
    asked = office.ask("--agency", "NHS", "action", "set", ref, "priority=Low")["proposals"][0]["id"]
    assert "leave --meeting out" in office.refused("proposal", "accept", asked, "--meeting", MEETING, "--reason", "r")


# --- dependencies ---------------------------------------------------------------------------------------------------


def test_an_action_waits_for_those_it_depends_on(office: BoardOffice) -> None:
    one, two = office.action("number=1.1", "review=S1"), office.action("number=1.2", "review=S1")
    after = office.ask("action", "set", "1.1", "depends_on=1.2")
    assert (after["depends_on"], after["waits_for"], after["ready"]) == ([two], [two], False)
    assert after["missing"] == ["It waits for 1.2 (not started)."]
    assert [each["ref"] for each in office.ask("action", "list", "--ready")] == [two]
    assert "1.2" in office.type("action", "list").out.split("Waits for")[1]
    assert after["current_due"] is None
    office.ask("action", "set", "1.1", "current_due=2026-12-01")
    [row] = table(office, "2026-11-24", "coming_due", "coming_due")
    assert row["status"] == "not started, waits for 1.2"
    office.ask("action", "set", "1.2", "status=reported_complete")
    assert office.show(one)["waits_for"] == []
    assert office.ask("action", "set", "1.1", "depends_on=")["depends_on"] == []


def test_a_circle_is_refused_and_named(office: BoardOffice) -> None:
    for number in ("1.1", "1.2", "1.3"):
        office.action(f"number={number}", "review=S1")
    office.ask("action", "set", "1.1", "depends_on=1.2")
    office.ask("action", "set", "1.2", "depends_on=1.3")
    assert "in a circle: 1.3 → 1.1 → 1.2 → 1.3." in office.refused("action", "set", "1.3", "depends_on=1.1")
    assert "in a circle: 1.3 → 1.3." in office.refused("action", "set", "1.3", "depends_on=1.3")
    assert "There is no action 9.9" in office.refused("action", "set", "1.3", "depends_on=9.9")
    assert "leave --agency out" in office.refused("--agency", "POL", "action", "set", "1.3", "depends_on=1.1")


# --- legs -----------------------------------------------------------------------------------------------------------


def test_police_done_and_health_overdue_on_one_action_are_both_seen(office: BoardOffice) -> None:
    ref = office.action("agencies=NHS", "current_due=2026-11-20")
    office.ask("--agency", "POL", "action", "set", ref, "status=reported_complete")
    [listed] = office.ask("action", "list")
    legs = [(each["agency"], each["status"], each["days_overdue"]) for each in listed["legs"]]
    assert legs == [("POL", "reported_complete", 0), ("NHS", "not_started", 4)]
    assert (listed["status"], listed["overdue"]) == ("not_started", True)
    assert "POL reported complete; NHS not started, 4 days over" in " ".join(office.type("action", "list").out.split())


def test_a_part_that_is_paused_is_not_late_and_the_others_are(office: BoardOffice) -> None:
    ref = office.action("agencies=NHS", "current_due=2026-11-20")
    office.on("2026-11-20")
    block = ("status=blocked", "status_reason=No supplier", "look_again=2027-01-08")
    office.ask("--agency", "NHS", "action", "set", ref, *block)
    office.on("2026-11-24")
    shown = office.show(ref)
    assert [(each["agency"], each["overdue"]) for each in shown["legs"]] == [("POL", True), ("NHS", False)]
    assert (shown["status"], shown["overdue"]) == ("blocked", False)
