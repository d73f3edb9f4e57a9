"""Every transition there is, with every fact a guard asks for present and absent."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actiontrack.domain.lifecycle import (
    content_hash,
    found_gaps,
    missing_for_move,
    moved_leg,
    standing_sign_offs,
    status_of,
)
from actiontrack.domain.nouns import Action, Evidence, ImpactCheck, Leg, Pause, SignOff
from actiontrack.domain.vocabulary import LEG_STATUSES, Status

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
TODAY = date(2026, 11, 24)
LATER = date(2027, 1, 8)

OPEN = {
    Status.NOT_STARTED,
    Status.IN_PROGRESS,
    Status.BLOCKED,
    Status.REPORTED_COMPLETE,
    Status.EVIDENCE_QUERIED,
    Status.VERIFIED,
}
ENDED = {Status.CLOSED_NOT_IMPLEMENTED, Status.SUPERSEDED, Status.NO_LONGER_APPLICABLE}
BOARDS_WAYS = {
    (Status.REPORTED_COMPLETE, Status.EVIDENCE_QUERIED),
    (Status.REPORTED_COMPLETE, Status.VERIFIED),
    (Status.EVIDENCE_QUERIED, Status.VERIFIED),
    (Status.EVIDENCE_QUERIED, Status.IN_PROGRESS),
    (Status.EVIDENCE_QUERIED, Status.REPORTED_COMPLETE),
    (Status.VERIFIED, Status.EMBEDDED),
    (Status.VERIFIED, Status.IN_PROGRESS),
    (Status.EMBEDDED, Status.IN_PROGRESS),
    *((at, Status.IN_PROGRESS) for at in ENDED),
    *((at, to) for at in OPEN for to in ENDED),
}


def action_at(status, **fields):
    held = {"ref": "AT-1", "text": "Train", "lead_agency": "POL", "created_at": AT, "changed_at": AT}
    return Action(**{**held, "status": status, **fields})


def leg_at(status, agency="POL", **fields):
    return Leg(action="AT-1", agency=agency, status=status, **fields)


def legs_for(status):
    """One leg as it stands under an action of that status."""
    return [leg_at(status if status in LEG_STATUSES else Status.REPORTED_COMPLETE)]


EVIDENCE = [Evidence(ref="e1", position=1, action="AT-1", shows="register", received_date=TODAY)]


def sign_offs(kind, action, legs, evidence):
    seen = content_hash(action, legs, evidence)
    made = {
        "none": None,
        "lead's own": ("POL", seen),
        "fallen": ("NHS", "0" * 64),
        "standing": ("NHS", seen),
    }[kind]
    return [SignOff(ref="s", action="AT-1", agency=made[0], by="x", at=AT, seen=made[1])] if made else []


def checks(passed):
    if passed is None:
        return []
    return [ImpactCheck(ref="i", action="AT-1", due=TODAY, checked=TODAY, passed=passed)]


@pytest.mark.parametrize(("at", "to"), list(product(Status, Status)))
def test_the_board_moves_an_action_exactly_as_the_rules_say(at, to):
    action, legs = action_at(at), legs_for(at)
    every = product(
        (False, True), ("none", "lead's own", "fallen", "standing"), (None, False, True), *[(False, True)] * 3
    )
    for has_evidence, signed, passed, has_reason, has_date, has_successor in every:
        evidence = EVIDENCE if has_evidence else []
        missing = missing_for_move(
            action, legs, evidence, sign_offs(signed, action, legs, evidence), checks(passed),
            to=to, reason="because" if has_reason else " ", look_again=LATER if has_date else None,
            superseded_by="AT-2" if has_successor else "",
        )  # fmt: skip
        if at in LEG_STATUSES and to in LEG_STATUSES:  # the board's cell moves a single leg
            allowed = to is not Status.BLOCKED or (has_reason and has_date)
        elif at is to:
            allowed = True
        else:
            facts = {
                Status.VERIFIED: has_evidence and signed == "standing",
                Status.EMBEDDED: passed is True,
                Status.CLOSED_NOT_IMPLEMENTED: has_reason,
                Status.NO_LONGER_APPLICABLE: has_reason,
                Status.SUPERSEDED: has_successor and has_reason,
            }
            allowed = (at, to) in BOARDS_WAYS and facts.get(to, True) and (at not in ENDED or has_reason)
        assert (missing == []) is allowed, (missing, has_evidence, signed, passed, has_reason, has_date, has_successor)
        assert all(sentence.endswith(".") for sentence in missing)


@pytest.mark.parametrize(("at", "to"), list(product(Status, Status)))
def test_an_agency_moves_its_own_leg_and_nothing_else(at, to):
    action, legs = action_at(at), legs_for(at)
    held = OPEN - LEG_STATUSES - {Status.EVIDENCE_QUERIED} | ENDED | {Status.EMBEDDED}
    for has_reason, has_date in product((False, True), repeat=2):
        missing = missing_for_move(
            action, legs, to=to, agency="POL", reason="r" if has_reason else "", look_again=LATER if has_date else None
        )
        allowed = to in LEG_STATUSES and at not in held and (to is not Status.BLOCKED or (has_reason and has_date))
        assert (missing == []) is allowed, missing
        assert missing_for_move(action, legs, to=to, agency="NHS", reason="r", look_again=LATER) == [
            "NHS has no part in this action."
        ]


def test_the_board_does_not_move_one_of_several_legs():
    legs = [leg_at(Status.IN_PROGRESS), leg_at(Status.NOT_STARTED, "NHS")]
    [said] = missing_for_move(action_at(Status.NOT_STARTED), legs, to=Status.REPORTED_COMPLETE)
    assert "POL" in said
    assert "NHS" in said


leg_statuses = st.sampled_from(sorted(LEG_STATUSES))


@given(st.lists(leg_statuses, min_size=1, max_size=5), st.sampled_from(list(Status)))
def test_the_action_is_its_least_advanced_leg_until_the_board_speaks(statuses, board):
    legs = [leg_at(status, agency=str(at)) for at, status in enumerate(statuses)]
    found = status_of(legs, board)
    if board in ENDED or board in (Status.VERIFIED, Status.EMBEDDED):
        assert found is board
    elif Status.BLOCKED in statuses:
        assert found is Status.BLOCKED
    elif Status.NOT_STARTED in statuses:
        assert found is Status.NOT_STARTED
    elif Status.IN_PROGRESS in statuses:
        assert found is Status.IN_PROGRESS
    else:
        assert found is (board if board is Status.EVIDENCE_QUERIED else Status.REPORTED_COMPLETE)
    assert status_of(legs, found) is found
    assert status_of(legs[::-1], board) is found


def test_a_sign_off_falls_when_what_was_seen_changes():
    action, legs = action_at(Status.REPORTED_COMPLETE), legs_for(Status.REPORTED_COMPLETE)
    signed = sign_offs("standing", action, legs, EVIDENCE)
    more = [*EVIDENCE, Evidence(ref="e2", position=2, action="AT-1", link="https://example.org", received_date=TODAY)]
    assert standing_sign_offs(action, legs, EVIDENCE, signed) == signed
    assert standing_sign_offs(action, legs, more, signed) == []
    assert standing_sign_offs(action.model_copy(update={"text": "Train all"}), legs, EVIDENCE, signed) == []
    assert standing_sign_offs(action, legs_for(Status.IN_PROGRESS), EVIDENCE, signed) == []
    [said] = missing_for_move(action, legs, more, signed, to=Status.VERIFIED)
    assert said.startswith("The sign-off fell")


def test_a_sign_off_stands_through_what_it_did_not_see():
    action, legs = action_at(Status.REPORTED_COMPLETE), legs_for(Status.REPORTED_COMPLETE)
    signed = sign_offs("standing", action, legs, EVIDENCE)
    verified = action.model_copy(update={"status": Status.VERIFIED, "current_due": TODAY, "found": ("x",)})
    reviewed = [EVIDENCE[0].model_copy(update={"reviewed_by": "chair"})]
    assert standing_sign_offs(verified, legs, reviewed, signed) == signed


def test_the_newest_impact_check_counts():
    action = action_at(Status.VERIFIED)
    old = ImpactCheck(ref="a", action="AT-1", due=TODAY, checked=date(2026, 1, 1), passed=True)
    new = ImpactCheck(ref="b", action="AT-1", due=TODAY, checked=date(2026, 6, 1), passed=False)
    planned = ImpactCheck(ref="c", action="AT-1", due=LATER)
    legs = legs_for(Status.VERIFIED)
    assert missing_for_move(action, legs, checks=[old, planned], to=Status.EMBEDDED) == []
    assert missing_for_move(action, legs, checks=[old, new], to=Status.EMBEDDED) == ["No impact check has been passed."]


@pytest.mark.parametrize("status", list(Status))
def test_what_is_found_is_accepted_and_its_gaps_are_named(status):
    bare = found_gaps(action_at(status), legs_for(status))
    needs = {Status.BLOCKED: 2, Status.VERIFIED: 2, Status.EMBEDDED: 3, **dict.fromkeys(ENDED, 1), Status.SUPERSEDED: 2}
    assert len(bare) == needs.get(status, 0), bare
    undecided = found_gaps(action_at(status), legs_for(status), decisions=[])
    assert len(undecided) == len(bare) + (status in ENDED), "a closure rests on a decision"

    action = action_at(status, status_reason="because", superseded_by="AT-2")
    legs = [leg.model_copy(update={"reason": "because", "look_again": LATER}) for leg in legs_for(status)]
    signed = sign_offs("standing", action, legs, EVIDENCE)
    assert found_gaps(action, legs, EVIDENCE, signed, checks(True)) == ()


def test_an_action_found_verified_before_its_agency_reported_says_so():
    gaps = found_gaps(action_at(Status.VERIFIED), [leg_at(Status.IN_PROGRESS)], EVIDENCE)
    assert "POL has not reported completion." in gaps


def test_a_pause_that_ends_is_kept():
    leg = moved_leg(leg_at(Status.IN_PROGRESS), to=Status.BLOCKED, today=TODAY, reason="funding", look_again=LATER)
    assert (leg.blocked_since, leg.look_again, leg.pauses) == (TODAY, LATER, ())
    again = moved_leg(leg, to=Status.BLOCKED, today=date(2026, 12, 1), reason="funding", look_again=date(2027, 2, 1))
    assert again.blocked_since == TODAY
    on = moved_leg(again, to=Status.IN_PROGRESS, today=date(2026, 12, 8))
    assert on.pauses == (Pause(start=TODAY, end=date(2026, 12, 7)),)
    assert (on.blocked_since, on.look_again, on.reason) == (None, None, "")


def test_a_pause_never_outlasts_what_was_agreed():
    leg = moved_leg(leg_at(Status.IN_PROGRESS), to=Status.BLOCKED, today=TODAY, reason="funding", look_again=LATER)
    late = moved_leg(leg, to=Status.IN_PROGRESS, today=date(2027, 6, 1))
    assert late.pauses[0].end == LATER


def test_a_pause_agreed_after_another_had_passed_takes_no_day_back():
    """The days between, in which the clock had run and people were told, were made a pause afterwards."""
    leg = moved_leg(leg_at(Status.IN_PROGRESS), to=Status.BLOCKED, today=TODAY, reason="funding", look_again=LATER)
    again = moved_leg(leg, to=Status.BLOCKED, today=date(2027, 6, 1), reason="court", look_again=date(2027, 7, 1))
    assert (again.blocked_since, again.pauses) == (date(2027, 6, 1), (Pause(start=TODAY, end=LATER),))
    day_after = moved_leg(
        leg, to=Status.BLOCKED, today=LATER + timedelta(days=1), reason="r", look_again=date(2027, 7, 1)
    )
    assert (day_after.blocked_since, day_after.pauses) == (TODAY, ())


def test_a_pause_begins_when_its_reason_is_given():
    leg = leg_at(Status.BLOCKED, reason="", look_again=None, blocked_since=TODAY)
    agreed = moved_leg(leg, to=Status.BLOCKED, today=LATER, reason="r", look_again=date(2027, 7, 1))
    assert (agreed.blocked_since, agreed.pauses) == (LATER, ())


@pytest.mark.parametrize("gap", [{"reason": ""}, {"look_again": None}])
def test_a_block_without_reason_or_end_is_no_pause(gap):
    leg = leg_at(Status.BLOCKED, **{"reason": "r", "look_again": LATER, "blocked_since": TODAY, **gap})
    assert moved_leg(leg, to=Status.IN_PROGRESS, today=date(2026, 12, 8)).pauses == ()


def test_blocked_and_on_again_within_a_day_pauses_nothing():
    leg = moved_leg(leg_at(Status.IN_PROGRESS), to=Status.BLOCKED, today=TODAY, reason="r", look_again=LATER)
    assert moved_leg(leg, to=Status.IN_PROGRESS, today=TODAY).pauses == ()


def test_a_query_stands_while_every_agency_still_says_complete():
    legs = [leg_at(Status.REPORTED_COMPLETE), leg_at(Status.REPORTED_COMPLETE, "NHS")]
    assert status_of(legs, Status.EVIDENCE_QUERIED) is Status.EVIDENCE_QUERIED
    assert status_of([legs[0], leg_at(Status.IN_PROGRESS, "NHS")], Status.EVIDENCE_QUERIED) is Status.IN_PROGRESS


def test_saying_again_what_already_stands_asks_for_nothing():
    legs = [leg_at(Status.IN_PROGRESS), leg_at(Status.NOT_STARTED, "NHS")]
    assert missing_for_move(action_at(Status.NOT_STARTED), legs, to=Status.NOT_STARTED) == []
