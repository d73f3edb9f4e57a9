"""The board report's figures and lists, on hand-made stores with known answers."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from report_hand import AS_AT, Hand, refs, rows, says

from actiontrack.domain.ledger import Conflict, Instance, Proposal, ProposalKind, Setting, StoredIssue
from actiontrack.domain.nouns import (
    Action,
    DateChange,
    Evidence,
    Leg,
    Recommendation,
    SignOff,
)
from actiontrack.domain.vocabulary import Response, Status
from actiontrack.errors import UserError
from actiontrack.services.audit import erase
from actiontrack.services.reporting import Again, board_report, write_report


def test_every_figure_of_a_small_plan(hand: Hand) -> None:
    hand.meet(date(2026, 9, 8), date(2026, 12, 8))
    hand.act("A", current_due=date(2026, 11, 1))  # 23 days overdue
    hand.act("B", current_due=date(2026, 8, 1), lead_agency="HLT")  # 115, overdue in September too
    hand.act("C", current_due=date(2026, 1, 31))  # 297, the same
    hand.act("D", current_due=date(2026, 12, 1), lead_agency="HLT")  # due soon
    hand.act("E", current_due=date(2027, 6, 1))
    hand.act("F", current_due=None)
    hand.act("G", current_due=date(2026, 7, 1))  # overdue then, done in October
    hand.act("H", current_due=date(2026, 3, 1), status=Status.VERIFIED)
    hand.act("I", current_due=date(2026, 3, 1), status=Status.SUPERSEDED, superseded_by="A")
    hand.act("G", on=date(2026, 10, 5), status=Status.REPORTED_COMPLETE)
    change = DateChange(
        ref="d1", action="E", from_date=date(2027, 5, 1), to_date=date(2027, 6, 1), requested_by="POL", at=hand.now()
    )
    ask = Proposal(id="p1", kind=ProposalKind.EXTEND, action="A", to_value="2027-01-01", since=hand.now())
    hand.put(change, ask)

    figures = hand.report().figures.to_json()

    assert figures == {
        "live": 7,
        "overdue": 3,
        "overdue_last": 3,
        "due_soon": 1,
        "undated": 1,
        "awaiting_verification": 1,
        "done_since": 1,
        "closed_without_evidence": 1,
        "reopened": 0,
        "incomplete": 0,
        "extensions_requested": 1,
        "decisions": 1,
        "ageing": {"1-30": 1, "31-90": 0, "91-180": 1, ">180": 1},
        "by_agency": {"POL": {"live": 5, "overdue": 2}, "HLT": {"live": 2, "overdue": 1}},
        "dates_moved": 1,
        "excluded": 2,
        "coming_due": 1,
        "moved_near_meeting": 0,
    }


def test_sections_come_in_the_order_the_board_receives_them(hand: Hand) -> None:
    assert [section.key for section in hand.report().sections] == [
        "in_short", "decisions", "overdue", "coming_due", "done", "closed", "ageing", "agencies", "dates", "trend",
        "not_implemented", "record", "provenance",
    ]  # fmt: skip


def test_an_empty_store_makes_a_sane_report(hand: Hand) -> None:
    report = hand.report()
    assert report.figures.live == 0
    assert report.figures.overdue_last is None
    assert report.figures.done_since is None
    assert report.headlines == ()
    assert "nothing is compared" in report.period
    assert "there are 0 month ends" in says(report, "trend")


@pytest.mark.parametrize(("days", "overdue"), [(0, False), (1, True)])
def test_an_action_is_overdue_only_after_the_end_of_its_day(hand: Hand, days: int, overdue: bool) -> None:
    hand.act("A", current_due=date(2026, 11, 24 - days))
    assert bool(refs(hand.report(), "overdue")) is overdue


def test_overdue_is_compared_with_what_was_recorded_at_the_last_meeting(hand: Hand) -> None:
    hand.meet(date(2026, 9, 8))
    hand.act("STAYS", current_due=date(2026, 6, 1))
    hand.act("MOVED", current_due=date(2026, 6, 1))
    hand.act("NEW", current_due=date(2026, 10, 1))
    hand.act("MOVED", on=date(2026, 10, 1), current_due=date(2027, 6, 1))

    report = hand.report()

    assert {row["ref"]: row["then"] for row in rows(report, "overdue")} == {"STAYS": "yes", "NEW": "no"}
    assert [(row["ref"], row["became"]) for row in rows(report, "no_longer_overdue")] == [
        ("MOVED", "now due 1 June 2027")
    ]
    assert (
        "It was 2 at the last meeting (8 September 2026): 1 became overdue since then, and 1 of those 2 is no longer"
        in says(report, "overdue")
    )


def test_a_plan_adopted_today_still_says_what_was_overdue_at_the_last_meeting(hand: Hand) -> None:
    hand.day = AS_AT
    hand.meet(date(2026, 9, 8))
    hand.act("A", current_due=date(2026, 8, 1))
    hand.act("B", current_due=date(2026, 10, 1), status=Status.IN_PROGRESS)
    hand.act("B", status=Status.REPORTED_COMPLETE)

    report = hand.report()

    assert report.figures.overdue_last == 1
    assert refs(report, "done_since") == ["B"]
    assert "2 actions entered the record after 8 September 2026" in says(report, "provenance")


def test_a_past_day_is_told_as_it_was_then(hand: Hand) -> None:
    hand.act("A", on=date(2026, 3, 2), current_due=date(2026, 4, 1))
    hand.act("A", on=date(2026, 10, 1), status=Status.VERIFIED)
    hand.act("LATER", on=date(2026, 11, 1), current_due=date(2026, 4, 15))

    then = hand.report(as_at=date(2026, 5, 1))

    assert refs(then, "overdue") == ["A", "LATER"]
    assert "1 action entered the record after 1 May 2026 and is shown as first recorded." in says(then, "provenance")
    assert hand.report().figures.overdue == 1


def test_at_entry_makes_the_same_report_again(hand: Hand) -> None:
    hand.meet(date(2026, 9, 8))
    hand.act("A", current_due=date(2026, 10, 1))
    hand.put(Evidence(ref="e", action="A", position=1, shows="Minutes", received_date=hand.day))
    asked = Proposal(id="p", kind=ProposalKind.EXTEND, action="A", since=first_of_november())
    hand.put(asked, on=date(2026, 11, 1))
    hand.act("A", on=date(2026, 11, 20), status=Status.IN_PROGRESS)
    first = hand.report()

    hand.day = date(2026, 12, 1)
    hand.act("A", status=Status.VERIFIED)
    hand.act("B", current_due=date(2026, 2, 1))
    hand.put(asked.model_copy(update={"closed_at": hand.now()}))

    assert hand.report(at_entry=first.position) == first
    assert hand.report() != first


def test_a_clock_put_back_moves_no_past_day(hand: Hand) -> None:
    """What is recorded later, with an earlier time on it, is no part of what a report told before."""
    hand.act("A", on=date(2026, 10, 5), current_due=date(2026, 10, 1))
    hand.act("B", on=date(2026, 10, 10), current_due=date(2026, 10, 2))
    first = hand.report(as_at=date(2026, 10, 7))
    assert refs(first, "overdue") == ["A", "B"], "B was adopted later, with the date it had"
    hand.act("B", on=date(2026, 10, 6), status=Status.REPORTED_COMPLETE)
    assert refs(hand.report(as_at=date(2026, 10, 7)), "overdue") == ["A"]
    assert hand.report(as_at=date(2026, 10, 7), at_entry=first.position) == first


def first_of_november() -> datetime:
    return datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"since": AS_AT}, "not before"),
        ({"at_entry": 99}, "the chain ends at 0"),
        ({"at_entry": -1}, "the chain ends at 0"),
    ],
)
def test_days_and_entries_that_make_no_sense_are_refused(hand: Hand, options: dict[str, Any], told: str) -> None:
    with pytest.raises(UserError, match=told):
        hand.report(**options)


def test_coming_due_reaches_to_the_next_meeting(hand: Hand) -> None:
    hand.meet(date(2027, 3, 9))
    hand.act("BEFORE", current_due=date(2027, 3, 9))
    hand.act("AFTER", current_due=date(2027, 3, 10))
    hand.act("PAST", current_due=date(2026, 11, 23))
    hand.act("SAID", current_due=date(2027, 1, 1), status=Status.REPORTED_COMPLETE)
    assert refs(hand.report(), "coming_due") == ["BEFORE"]


def test_without_a_next_meeting_coming_due_is_what_is_due_soon(hand: Hand) -> None:
    hand.act("SOON", current_due=date(2026, 12, 1))
    hand.act("FAR", current_due=date(2027, 3, 1))
    report = hand.report()
    assert refs(report, "coming_due") == ["SOON"]
    assert "No next meeting is recorded" in says(report, "coming_due")


def test_done_since_tells_the_evidence_and_who_signed_it_off(hand: Hand) -> None:
    hand.meet(date(2026, 9, 8))
    hand.act("A", current_due=date(2026, 10, 1))
    hand.act("BARE", current_due=date(2026, 10, 1))
    hand.act("OLD", current_due=date(2026, 10, 1), status=Status.REPORTED_COMPLETE)
    hand.day = date(2026, 10, 2)
    pieces = ["Audit of twelve cases", "Minutes", "Photograph"]
    hand.put(
        *(
            Evidence(ref=f"e{at}", action="A", position=at, shows=text, effective_date=hand.day, received_date=hand.day)
            for at, text in enumerate(pieces)
        ),
        SignOff(ref="s", action="A", agency="HLT", by="lee", at=hand.now(), seen="00"),
    )
    hand.act("A", status=Status.VERIFIED)
    hand.act("BARE", status=Status.EMBEDDED)
    hand.act("OLD", status=Status.VERIFIED)

    report = hand.report()

    done = {row["ref"]: row for row in rows(report, "done_since")}
    assert set(done) == {"A", "BARE"}
    told = "Audit of twelve cases (of 2 October 2026); Minutes (of 2 October 2026); and 1 more"
    assert (done["A"]["on"], done["A"]["evidence"]) == (date(2026, 10, 2), told)
    assert done["A"]["signed_off"] == "Health trust, 2 October 2026"
    assert done["BARE"]["evidence"] == ""
    assert refs(report, "closed_without_evidence") == ["BARE", "OLD"]
    assert "2 actions were done since the last meeting (8 September 2026), 1 of them without any evidence." in says(
        report, "done"
    )


def test_awaiting_verification_is_listed_apart_and_never_overdue(hand: Hand) -> None:
    hand.act("A", current_due=date(2026, 1, 6))
    hand.act("A", on=date(2026, 10, 1), status=Status.REPORTED_COMPLETE)
    report = hand.report()
    assert [(row["ref"], row["on"]) for row in rows(report, "awaiting_verification")] == [("A", date(2026, 10, 1))]
    assert report.figures.overdue == 0


def test_reopened_counts_only_moves_of_the_period(hand: Hand) -> None:
    hand.meet(date(2026, 9, 8))
    for ref in ("EARLY", "LATE", "QUERIED"):
        status = Status.REPORTED_COMPLETE if ref == "QUERIED" else Status.VERIFIED
        hand.act(ref, current_due=date(2026, 2, 1), status=status)
    hand.act("EARLY", on=date(2026, 8, 1), status=Status.IN_PROGRESS)
    hand.act("LATE", on=date(2026, 10, 1), status=Status.IN_PROGRESS)
    hand.act("QUERIED", status=Status.EVIDENCE_QUERIED)
    report = hand.report()
    assert [(row["ref"], row["was"], row["now"], row["on"]) for row in rows(report, "reopened")] == [
        ("LATE", "verified", "in progress", date(2026, 10, 1))
    ]
    assert report.figures.reopened == 1


def move(
    ref: str, at: date, *, first: date | None = date(2026, 1, 1), to: date | None = date(2027, 1, 1)
) -> DateChange:
    instant = datetime(at.year, at.month, at.day, 12, tzinfo=UTC)
    return DateChange(ref=ref, action="A", from_date=first, to_date=to, requested_by="POL", at=instant)


def test_dates_moved_shortly_before_a_meeting_are_shown_as_such(hand: Hand) -> None:
    hand.meet(date(2026, 9, 8), date(2026, 12, 8))
    hand.act("A", current_due=date(2027, 1, 1))
    for day in (date(2026, 9, 8), date(2026, 9, 9), date(2026, 11, 27), date(2026, 11, 28), date(2026, 11, 30)):
        hand.put(move(f"d{day}", day), on=day)
    hand.put(move("first", date(2026, 11, 29), first=None))
    hand.day = date(2026, 12, 3)

    before = board_report(hand.core, as_at=date(2026, 11, 29))
    day_of = board_report(hand.core, as_at=date(2026, 12, 8))

    assert [(row["on"], row["near"]) for row in rows(before, "dates_moved")] == [
        (date(2026, 9, 9), None),
        (date(2026, 11, 27), None),
        (date(2026, 11, 28), date(2026, 12, 8)),
    ]
    # No meeting is recorded after the day itself, which then stands for one.
    assert [row["near"] for row in rows(day_of, "dates_moved")] == [None, None, *[date(2026, 12, 8)] * 2]


def test_a_second_extension_stands_before_a_first_and_says_so(hand: Hand) -> None:
    hand.act("A", current_due=date(2026, 12, 1), text="Train the custody sergeants")
    hand.act("B", current_due=date(2026, 12, 1))
    hand.put(move("d", date(2026, 2, 1), first=date(2026, 2, 1), to=date(2026, 12, 1)), on=date(2026, 2, 1))
    ask = {"kind": ProposalKind.EXTEND, "from_value": "2026-12-01", "to_value": "2027-03-01", "by": "pat"}
    hand.put(Proposal(id="1", action="B", since=hand.now(), **ask))
    hand.put(Proposal(id="2", action="A", since=hand.now(), reason="Procurement", **ask), on=date(2026, 3, 1))

    report = hand.report()

    assert [row["ref"] for row in rows(report, "extensions")] == ["A", "B"]
    first = report.headlines[0]
    assert (first.label, first.ref, first.section) == ("Second extension", "A", "decisions")
    assert first.text == (
        "Police, A: Train the custody sergeants. Move the due date from 1 December 2026 to 1 March 2027 "
        "(second extension). Reason given: Procurement."
    )


def test_closures_and_refusals_are_asked_but_plain_edits_are_not(hand: Hand) -> None:
    hand.act("A", current_due=date(2027, 1, 1))
    kinds: list[dict[str, Any]] = [
        {"kind": ProposalKind.EDIT, "field": "status", "to_value": "closed_not_implemented"},
        {"kind": ProposalKind.EDIT, "field": "status", "to_value": "in_progress"},
        {"kind": ProposalKind.EDIT, "field": "text", "to_value": "verified"},
        {"kind": ProposalKind.EDIT, "field": "response", "to_value": "not_accepted"},
        {"kind": ProposalKind.REMOVE},
        {"kind": ProposalKind.NEW},
    ]
    hand.put(*(Proposal(id=str(at), action="A", since=hand.now(), **kind) for at, kind in enumerate(kinds)))
    hand.put(Recommendation(ref="R1", review="S", number="1", text="Co-locate", response=Response.NOT_ACCEPTED))
    hand.put(
        Recommendation(ref="R2", review="S", number="2", response=Response.NOT_ACCEPTED, response_reasons="Costs.")
    )

    report = hand.report()

    asked = [row["asked"] for row in rows(report, "closures")]
    assert len(asked) == 2
    assert "Record it as closed not implemented" in asked
    assert [row["in_plan"] for row in rows(report, "refusals")] == ["A", "S · 1"]
    assert report.figures.decisions == 4
    waiting = {row["what"]: row["open"] for row in rows(report, "waiting")}
    assert waiting["New actions proposed by an agency, not yet accepted"] == 1
    assert waiting["Other proposals for the record's owner"] == 2
    assert [(row["in_plan"], row["why"]) for row in rows(report, "not_accepted")] == [
        ("S · 1", ""),
        ("S · 2", "Costs."),
    ]


def test_fewer_than_five_decisions_are_followed_by_what_is_longest_overdue(hand: Hand) -> None:
    for at in range(1, 9):
        hand.act(f"A{at}", current_due=date(2026, at, 1))
    hand.put(Proposal(id="1", kind=ProposalKind.EXTEND, action="A1", since=hand.now()))
    headlines = hand.report().headlines
    assert [one.ref for one in headlines] == ["A1", "A2", "A3", "A4", "A5"]
    assert headlines[1].label == "Overdue by 296 days"


def test_what_is_not_implemented_says_why(hand: Hand) -> None:
    hand.act("A", status=Status.CLOSED_NOT_IMPLEMENTED, status_reason="No funding.")
    hand.act("B", status=Status.SUPERSEDED, superseded_by="C")
    hand.act("C", status=Status.NO_LONGER_APPLICABLE)
    report = hand.report()
    assert [row["why"] for row in rows(report, "ended")] == ["No funding.", "Superseded by C.", ""]
    left = {row["status"]: row["actions"] for row in rows(report, "left_out")}
    assert left == {"closed not implemented": 1, "superseded": 1, "no longer applicable": 1}
    assert report.figures.excluded == 3


def test_the_record_s_gaps_are_listed(hand: Hand) -> None:
    hand.act("A", current_due=None)
    hand.act("B", current_due=date(2027, 6, 1), found=("Blocked without a reason.",))
    hand.act("C", current_due=date(2026, 2, 1), self_rating="green")
    hand.act("D", current_due=date(2027, 6, 1), self_rating="Green")
    report = hand.report()
    assert refs(report, "undated") == ["A"]
    assert [(row["ref"], row["lacks"]) for row in rows(report, "incomplete")] == [("B", "Blocked without a reason.")]
    assert [(row["ref"], row["self_rating"], row["rating"]) for row in rows(report, "self_assessment")] == [
        ("C", "green", "red")
    ]


def test_provenance_names_the_entry_the_sources_and_what_waits(hand: Hand) -> None:
    hand.act("A", current_due=None)
    seen = hand.now()
    hand.put(
        Instance(name="master-plan", proof="ab12", adopted_at=seen, seen_at=seen),
        Conflict(id="c", target="A", action="A", field="text", since=seen),
        StoredIssue(source="master-plan", id="x", severity="error", text="?", quarantines=True, since=seen),
    )
    report = hand.report()
    assert report.position == hand.core_head()
    assert report.head in says(report, "provenance")
    assert len(report.head) == 64
    assert rows(report, "sources") == [{"name": "master-plan", "read": date(2026, 1, 5), "hash": "ab12"}]
    waiting = [row["what"] for row in rows(report, "waiting")]
    assert waiting == [
        "Rows or values that could not be read, and are held back",
        "Conflicts between two sides' edits",
    ]
    earlier = hand.report(as_at=date(2026, 1, 4))
    assert rows(earlier, "sources") == [{"name": "master-plan", "read": None, "hash": ""}]
    assert rows(earlier, "waiting") == []


def test_the_trend_counts_only_what_was_recorded_by_each_month_s_end(hand: Hand) -> None:
    hand.act("A", on=date(2026, 8, 10), current_due=date(2026, 8, 20))
    hand.act("B", on=date(2026, 10, 10), current_due=date(2026, 1, 1))
    hand.act("A", on=date(2026, 10, 12), status=Status.VERIFIED)
    assert [(row["month_end"], row["overdue"]) for row in rows(hand.report(), "trend")] == [
        (date(2026, 8, 31), 1),
        (date(2026, 9, 30), 1),
        (date(2026, 10, 31), 1),
    ]


def test_a_replaced_rule_of_due_dates_moves_every_figure(hand: Hand) -> None:
    from actiontrack.api import hookimpl

    class Lenient:
        @hookimpl
        def decide_due_date(self, action: Action) -> date | None:
            return date(2030, 1, 1)

    hand.act("A", current_due=date(2026, 1, 6))
    assert hand.report().figures.overdue == 1
    hand.core.hooks.register(Lenient(), "lenient")
    assert hand.report().figures.overdue == 0


def test_a_long_text_is_cut_at_a_word_and_put_on_one_line(hand: Hand) -> None:
    hand.act("A", current_due=None, text="Train\n every\x07 team " * 40)
    (row,) = rows(hand.report(), "undated")
    assert row["action"].startswith("Train every team Train every team")
    assert row["action"].endswith(("Train …", "every …", "team …"))
    assert len(row["action"]) <= 222


def test_a_pause_of_one_of_several_legs_stops_the_clock(hand: Hand) -> None:
    hand.act("A", current_due=date(2026, 11, 2), status=Status.BLOCKED)
    blocked = Leg(
        action="A", agency="HLT", position=1, status=Status.BLOCKED, reason="Awaits the court",
        look_again=date(2026, 12, 1), blocked_since=date(2026, 10, 20),
    )  # fmt: skip
    hand.put(blocked)
    hand.meet(date(2026, 11, 10))
    assert (hand.report().figures.overdue, hand.report().figures.overdue_last) == (0, 0)


def test_an_erased_past_is_told_from_the_state_it_left(hand: Hand) -> None:
    hand.meet(date(2026, 9, 8))
    hand.act("A", current_due=date(2026, 6, 1), text="names somebody")
    hand.act("A", on=date(2026, 10, 1), text="names nobody")
    erase(hand.store, "action", "A", who="kim")

    report = hand.report()

    assert (report.figures.overdue, report.figures.overdue_last) == (1, 1)
    assert "somebody" not in str(report)
    assert hand.report(as_at=date(2026, 9, 1)).figures.overdue == 1


def test_what_became_of_the_formerly_overdue_is_told(hand: Hand) -> None:
    hand.meet(date(2026, 9, 8))
    for ref in ("UNDATED", "PAUSED", "DONE"):
        hand.act(ref, current_due=date(2026, 6, 1))
    hand.day = date(2026, 10, 1)
    hand.act("UNDATED", current_due=None)
    hand.act("PAUSED", status=Status.BLOCKED)
    pause = {"reason": "Awaits the court", "look_again": date(2026, 12, 1), "blocked_since": date(2026, 10, 1)}
    hand.put(Leg(action="PAUSED", agency="POL", status=Status.BLOCKED, **pause))
    hand.act("DONE", status=Status.REPORTED_COMPLETE)
    assert {row["ref"]: row["became"] for row in rows(hand.report(), "no_longer_overdue")} == {
        "UNDATED": "no due date any more",
        "PAUSED": "blocked, and paused with a reason",
        "DONE": "reported complete",
    }


def test_an_entry_with_its_key_makes_what_was_told_and_without_it_what_was_told_last(
    hand: Hand, tmp_path: Path
) -> None:
    """Between two reports of one day, of one entry, an extension was answered, and its reason written over."""
    hand.act("A", current_due=date(2026, 11, 1))
    ask = Proposal(
        id="p", kind=ProposalKind.EXTEND, action="A", to_value="2027-01-01", reason="Staff", since=hand.now()
    )
    hand.put(ask)
    first = hand.report()
    write_report(hand.core, first, ["json"], tmp_path)
    hand.put(ask.model_copy(update={"closed_at": hand.now(), "reason": "Refused", "how": "refused"}))
    second = hand.report()
    write_report(hand.core, second, ["json"], tmp_path)

    entry, key = first.again.split("/")
    assert second.position == first.position == int(entry)
    assert second != first
    assert hand.report(at_entry=Again(int(entry), key)) == first
    assert hand.report(at_entry=int(entry)) == second
    assert f"--at-entry {first.again} makes the same report again" in says(first, "provenance")
    with pytest.raises(UserError, match=r"No report is known that was made from \d+/00000000"):
        hand.report(at_entry=Again(int(entry), "00000000"))


def test_a_dry_run_keeps_nothing(hand: Hand, tmp_path: Path) -> None:
    hand.act("A", current_due=date(2026, 11, 1))
    made = hand.report()
    write_report(hand.core, made, ["json"], tmp_path, dry_run=True)
    with pytest.raises(UserError, match="No report is known"):
        hand.report(at_entry=Again(made.position, made.again.partition("/")[2]))


def test_what_is_erased_of_an_action_no_report_keeps(hand: Hand, tmp_path: Path) -> None:
    hand.act("A", current_due=date(2026, 11, 1))
    hand.act("B", current_due=date(2026, 11, 1))
    for ref in "AB":
        ask = Proposal(id=ref, kind=ProposalKind.EXTEND, action=ref, reason=f"Because of {ref}", since=hand.now())
        hand.put(ask)
        write_report(hand.core, hand.report(), ["json"], tmp_path)
        hand.put(ask.model_copy(update={"closed_at": hand.now(), "reason": "No"}))
    assert kept(hand) == ["Because of A", "Because of B"]
    erase(hand.store, "action", "A", who="kim")
    assert kept(hand) == ["Because of B"]


def kept(hand: Hand) -> list[str]:
    """The reasons that reports keep."""
    with hand.store.reading() as reader:
        texts = [each.value for each in reader.find(Setting)]
    return sorted(re.findall("Because of .", " ".join(texts)))
