"""An agency's own pack: its own parts, judged by themselves, and what an embargo withholds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from report_hand import AS_AT, Hand, refs, rows

from actiontrack.domain.ledger import Proposal, ProposalKind
from actiontrack.domain.nouns import DateChange, Evidence, Leg, Pause, Recommendation, Review, Update
from actiontrack.domain.report import Report
from actiontrack.domain.vocabulary import Publication, Side, Status
from actiontrack.errors import UserError
from actiontrack.ports import InstanceSettings
from actiontrack.services.reporting import agency_report

MARKER = "Quillfeather"


def pack(hand: Hand, code: str = "POL", **options: Any) -> Report:
    hand.day = max(hand.day, AS_AT)
    return agency_report(hand.core, code, as_at=AS_AT, **options)


def also(hand: Hand, ref: str, agency: str, status: Status, **fields: Any) -> None:
    """Another agency's part in an action."""
    hand.put(Leg(action=ref, agency=agency, position=1, status=status, **fields))


def test_the_figures_of_a_small_plan(hand: Hand) -> None:
    hand.meet(date(2026, 9, 8), date(2026, 12, 8))
    hand.act("LATE", current_due=date(2026, 8, 1))
    hand.act("SOON", current_due=date(2026, 12, 1))
    hand.act("SAID", current_due=date(2026, 10, 1))
    hand.act("DONE", current_due=date(2026, 10, 1), status=Status.VERIFIED)
    hand.act("QUERIED", current_due=date(2026, 11, 1), status=Status.EVIDENCE_QUERIED)
    hand.act("OTHERS", current_due=date(2026, 8, 1), lead_agency="HLT")
    hand.act("SHARED", current_due=date(2026, 8, 1), lead_agency="HLT", status=Status.IN_PROGRESS)
    also(hand, "SHARED", "POL", Status.REPORTED_COMPLETE)
    hand.act("SAID", on=date(2026, 10, 5), status=Status.REPORTED_COMPLETE)

    hand.act("LATE", self_rating="green")

    report = pack(hand)

    assert dict(report.counts) == {
        "live": 3, "overdue": 2, "overdue_last": 1, "coming_due": 1, "evidence_wanted": 3, "awaiting_verification": 2,
        "done_since": 1, "dates_moved": 0, "under_embargo": 0,
    }  # fmt: skip
    assert [(row["ref"], row["days_overdue"], row["then"]) for row in rows(report, "overdue")] == [
        ("LATE", 115, "yes"), ("QUERIED", 23, "no"),
    ]  # fmt: skip
    assert refs(report, "coming_due") == ["SOON"]
    assert refs(report, "evidence") == ["QUERIED", "SAID", "SHARED"]
    assert refs(report, "awaiting_verification") == ["SAID", "SHARED"]
    assert refs(report, "done_since") == ["SAID"]
    assert [(row["ref"], row["self_rating"], row["rating"]) for row in rows(report, "all")] == [
        ("LATE", "green", "red"), ("QUERIED", "", "red"), ("SOON", "", "amber"),
    ]  # fmt: skip
    assert report.title == "Safeguarding actions: Police"
    assert "OTHERS" not in json.dumps(report.to_json())
    assert "Overdue: 2 of them now. It was 1 at the last meeting (8 September 2026)." in report.sections[0].says[1]


def test_a_part_is_judged_by_itself(hand: Hand) -> None:
    """One agency reported long ago, the other is late: each pack tells its own."""
    hand.meet(date(2026, 9, 8))
    hand.act("A", current_due=date(2026, 8, 1), status=Status.IN_PROGRESS)
    also(hand, "A", "HLT", Status.REPORTED_COMPLETE)
    assert dict(pack(hand).counts) | {"overdue": 1, "overdue_last": 1} == dict(pack(hand).counts)
    assert dict(pack(hand, "HLT").counts) | {"overdue": 0, "overdue_last": 0} == dict(pack(hand, "HLT").counts)
    late = rows(hand.report(), "parts")
    assert [(row["part_of"], row["days_overdue"]) for row in late] == [("Police", 115), ("Health trust", None)]


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["POL", "HLT"]), st.sampled_from(list(Status)),
            st.none() | st.dates(date(2026, 6, 1), date(2027, 2, 1)),
        ),
        max_size=8,
    )
)  # fmt: skip
def test_where_each_action_is_one_agencys_the_packs_sum_to_the_boards_figures(
    plan: list[tuple[str, Status, date | None]],
) -> None:
    hand = Hand()
    with closing(hand.store):
        hand.meet(date(2026, 9, 8), date(2026, 12, 8))
        for number, (lead, status, due) in enumerate(plan):
            hand.act(f"A{number}", lead_agency=lead, status=status, current_due=due)
        board, packs = hand.report().figures, [dict(pack(hand, code).counts) for code in ("POL", "HLT")]

    def both(name: str) -> int:
        return sum(counts[name] for counts in packs)

    assert both("overdue") == board.overdue
    assert both("overdue_last") == board.overdue_last
    assert both("coming_due") == board.coming_due
    assert both("awaiting_verification") == board.awaiting_verification
    assert both("live") + both("awaiting_verification") == board.live
    for one in board.by_agency:
        counts = packs[0] if one.code == "POL" else packs[1]
        assert counts["overdue"] == one.overdue
        assert counts["live"] + counts["awaiting_verification"] == one.live


def test_what_paused_another_part_moves_no_day_of_ones_own(hand: Hand) -> None:
    hand.act("A", current_due=date(2026, 12, 1), status=Status.IN_PROGRESS)
    paused = (Pause(start=date(2026, 9, 1), end=date(2026, 9, 30)),)
    also(hand, "A", "HLT", Status.IN_PROGRESS, pauses=paused)
    assert [row["due"] for row in rows(pack(hand), "coming_due")] == [date(2026, 12, 1)]
    [due] = [row["due"] for row in rows(pack(hand, "HLT"), "all")]
    assert due > date(2026, 12, 1)


def test_a_review_of_which_nothing_is_recorded_is_under_embargo(hand: Hand) -> None:
    hand.act("A", current_due=date(2026, 12, 1), review="SAR-1")
    assert rows(pack(hand), "all")[0]["in_plan"] == "under embargo"


def test_evidence_and_updates_count_where_they_are_the_agencys_own(hand: Hand) -> None:
    hand.act("A", current_due=date(2026, 8, 1), status=Status.IN_PROGRESS)
    also(hand, "A", "HLT", Status.REPORTED_COMPLETE)
    hand.put(Evidence(ref="e", action="A", position=1, agency="POL", shows="x", received_date=hand.day))
    for position, agency in enumerate(["POL", "HLT", "", "HLT"], start=1):
        day = date(2026, 10, position)
        hand.put(Update(ref=f"u{position}", action="A", position=position, agency=agency, text="x",
                        at=hand.now().replace(month=10, day=position)), on=day)  # fmt: skip
    assert refs(pack(hand, "HLT"), "evidence") == ["A"]
    assert [row["heard"] for row in rows(pack(hand), "all")] == [date(2026, 10, 1)]
    later = Update(ref="u9", action="A", position=9, agency="POL", text="x", at=hand.now().replace(month=12))
    hand.put(later, on=date(2026, 12, 5))
    assert [row["heard"] for row in rows(pack(hand), "all")] == [date(2026, 10, 1)], "as at the day"


def embargoed_plan(hand: Hand) -> None:
    """One action of a review under embargo, in which both agencies have a part, with a marker wherever one may be."""
    hand.meet(date(2026, 9, 8), date(2026, 12, 8))
    hand.put(Review(ref=MARKER, title=MARKER, publication=Publication.EMBARGOED),
             Recommendation(ref="R", review=MARKER, number=MARKER, text=MARKER))  # fmt: skip
    hand.act("A", current_due=date(2026, 8, 1), status=Status.IN_PROGRESS, review=MARKER, number=MARKER,
             recommendations=("R",), lead_officer=MARKER, lead_agency="HLT", priority=MARKER, text="Do the thing",
             status_reason=MARKER, self_rating=MARKER)  # fmt: skip
    also(hand, "A", "POL", Status.BLOCKED, reason=MARKER, look_again=date(2026, 9, 20), blocked_since=date(2026, 9, 1))
    hand.put(
        DateChange(ref="d", action="A", from_date=date(2026, 7, 1), to_date=date(2026, 8, 1), requested_by=MARKER,
                   reason=MARKER, at=hand.now().replace(month=10)),
        Update(ref="u", action="A", position=1, agency="HLT", text=MARKER, at=hand.now()),
        Evidence(ref="e", action="A", position=1, agency="HLT", shows=MARKER, received_date=hand.day),
        Proposal(id="p", kind=ProposalKind.EXTEND, action="A", from_value="2026-08-01", to_value="2027-01-01",
                 by=MARKER, reason=MARKER, since=hand.now()),
    )  # fmt: skip


def formats(hand: Hand, report: Report) -> Sequence[bytes]:
    return [hand.core.hooks.render_report(report, name) for name in ("html", "json")]


def test_under_embargo_an_agency_is_told_the_text_its_own_part_and_dates(hand: Hand) -> None:
    embargoed_plan(hand)
    report = pack(hand)
    assert not any(MARKER.encode() in content for content in formats(hand, report))
    [row] = rows(report, "overdue")
    assert (row["in_plan"], row["action"], row["part"]) == ("under embargo", "Do the thing", "blocked")
    assert rows(report, "dates_moved")[0]["to"] == date(2026, 8, 1)
    assert refs(report, "extensions") == [], "somebody else asked for it"
    assert "1 action belongs to a review under embargo" in report.sections[-1].says[1]

    published = Review(ref=MARKER, title=MARKER, publication=Publication.PUBLISHED)
    hand.put(published)
    [row] = rows(pack(hand), "overdue")
    assert row["in_plan"] == f"{MARKER} · {MARKER}"
    assert refs(pack(hand), "extensions") == ["A"]


def test_with_refs_only_an_agency_is_told_the_ref_and_dates(hand: Hand) -> None:
    embargoed_plan(hand)
    settings = InstanceSettings(name="pol", type="spreadsheet", side=Side.AGENCY, agency="POL", embargo="refs")
    hand.core = replace(hand.core, instances={"pol": settings})
    hand.put(Proposal(id="own", kind=ProposalKind.EXTEND, instance="pol", action="A", from_value="2026-08-01",
                      to_value="2027-02-01", by="pol", since=hand.now()))  # fmt: skip
    report = pack(hand)
    [row] = rows(report, "overdue")
    assert (row["ref"], row["action"], row["part"], row["due"]) == (
        "A", "under embargo", "under embargo", row["due"],
    )  # fmt: skip
    assert b"Do the thing" not in b"".join(formats(hand, report))
    assert [row["to"] for row in rows(report, "extensions")] == ["1 February 2027"], "it asked for that itself"
    assert rows(pack(hand, "HLT"), "all")[0]["action"] == "Do the thing", "the other's instance has no such rule"


def test_a_pack_with_nothing_to_act_on_is_empty_and_an_unknown_agency_is_refused(hand: Hand) -> None:
    assert pack(hand).empty
    hand.act("A", current_due=date(2027, 6, 1))
    assert pack(hand).empty
    hand.act("B", current_due=date(2026, 11, 1))
    assert not pack(hand).empty
    assert pack(hand, "HLT").empty
    with pytest.raises(UserError, match="no agency XYZ: choose among HLT, POL"):
        pack(hand, "XYZ")


def test_the_same_record_makes_an_equal_pack_and_the_entry_makes_it_again(hand: Hand) -> None:
    embargoed_plan(hand)
    first, entry = pack(hand), hand.core_head()
    assert pack(hand) == first
    hand.put(Review(ref=MARKER, title=MARKER, publication=Publication.PUBLISHED))
    hand.act("A", text="Something else")
    assert pack(hand) != first
    assert pack(hand, at_entry=entry) == first
