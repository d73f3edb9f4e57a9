"""Page 1: what decisions, what is overdue now and then, what is coming, what moved; and whether there is anything."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from report_hand import Hand, rows, says

from actiontrack.domain.ledger import Proposal, ProposalKind
from actiontrack.domain.nouns import DateChange, Evidence, Review
from actiontrack.domain.vocabulary import Publication, Status
from actiontrack.services.reporting import annual_report, public_register, review_story


def test_four_sentences_answer_the_four_questions(hand: Hand) -> None:
    hand.meet(date(2026, 9, 8), date(2026, 12, 8))
    hand.act("A", current_due=date(2026, 8, 1))  # overdue then and now: 115 days
    hand.act("B", current_due=date(2026, 11, 20))  # overdue since
    hand.act("C", current_due=date(2026, 12, 5))
    hand.act("D", current_due=date(2026, 12, 8))
    hand.act("E", current_due=date(2026, 12, 9))
    hand.act("F", current_due=date(2026, 10, 1))
    hand.act("G", current_due=date(2026, 10, 1), status=Status.VERIFIED)
    hand.act("F", on=date(2026, 10, 5), status=Status.REPORTED_COMPLETE)
    hand.act("G", status=Status.IN_PROGRESS)
    hand.act("G", status=Status.EVIDENCE_QUERIED, current_due=date(2027, 1, 1))
    for ref, day in (("d1", date(2026, 10, 5)), ("d2", date(2026, 12, 1))):
        moved = DateChange(ref=ref, action="G", from_date=date(2026, 10, 1), to_date=date(2027, 1, 1),
                           requested_by="POL", at=hand.now().replace(month=day.month, day=day.day))  # fmt: skip
        hand.put(moved, on=day)
    hand.put(Proposal(id="p1", kind=ProposalKind.EXTEND, action="A", to_value="2027-01-01", since=hand.now()))
    hand.put(Proposal(id="p2", kind=ProposalKind.EDIT, action="B", field="status", to_value="superseded",
                      since=hand.now()))  # fmt: skip

    report = hand.report(as_at=date(2026, 12, 2))

    decisions, overdue, coming, moved = report.sections[0].says
    assert decisions == "Decisions: 2 are asked of the Board (1 extension, 1 closure)."
    then = "1 at the last meeting (8 September 2026)"
    assert overdue == f"Overdue: 2 of 7 live actions now, {then}. The longest is 123 days late."
    assert coming == "Coming: 2 actions come due before the next meeting, on 8 December 2026."
    dates = "2 due dates were moved, 1 of them shortly before a meeting."
    assert moved == f"Moved since the last meeting (8 September 2026): 1 action was done, 1 reopened; {dates}"
    assert not report.empty


def test_without_meetings_page_1_says_that_it_cannot_compare(hand: Hand) -> None:
    hand.act("A", current_due=date(2027, 6, 1))
    report = hand.report()
    assert report.sections[0].says == (
        "Decisions: none is asked of the Board.",
        "Overdue: 0 of 1 live action now.",
        "Coming: 0 actions are due soon; no next meeting is recorded.",
        "Moved: no earlier meeting is recorded, so it can't be told.",
    )
    assert report.empty, "a live action that is on course is no news"


@pytest.mark.parametrize(
    "fields",
    [
        {"current_due": date(2026, 11, 1)},
        {"current_due": date(2026, 12, 1)},
        {"current_due": date(2027, 6, 1), "status": Status.REPORTED_COMPLETE},
    ],
)
def test_a_report_with_something_to_act_on_is_not_empty(hand: Hand, fields: dict[str, Any]) -> None:
    assert hand.report().empty
    hand.act("A", **fields)
    assert not hand.report().empty


def test_the_self_assessment_is_compared_with_the_rule(hand: Hand) -> None:
    said = {"A": "Green", "B": "red", "C": "amber", "D": "", "E": "purple", "F": " GREEN "}
    for ref, rating in said.items():
        due = date(2027, 6, 1) if ref in "BF" else date(2026, 11, 1)
        hand.act(ref, current_due=due, self_rating=rating)
    hand.put(Evidence(ref="e", action="A", position=1, shows="x", received_date=hand.day))
    report = hand.report()
    assert [(row["ref"], row["self_rating"], row["rating"]) for row in rows(report, "self_assessment")] == [
        ("A", "Green", "red"), ("B", "red", "green"), ("C", "amber", "red"), ("E", "purple", "red"),
    ]  # fmt: skip
    assert "4 actions, of which the agency rates 2 better than computed." in says(report, "record")


def test_the_public_papers_of_an_empty_record_are_empty(hand: Hand) -> None:
    year = {"first": date(2026, 4, 1), "last": date(2027, 3, 31)}
    assert annual_report(hand.core, **year).empty
    assert public_register(hand.core, as_at=date(2026, 11, 24)).empty
    hand.put(Review(ref="SAR-1", regime="SAR", publication=Publication.PUBLISHED, published=date(2026, 5, 1)))
    assert not annual_report(hand.core, **year).empty
    assert not public_register(hand.core, as_at=date(2026, 11, 24)).empty
    assert review_story(hand.core, "SAR-1", as_at=date(2026, 11, 24)).empty, "nothing is recorded of it yet"
