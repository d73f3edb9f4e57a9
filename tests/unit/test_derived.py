"""Derived states, rating and closure."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actiontrack.adapters.calendar import NationCalendar
from actiontrack.domain.closure import missing_for_closure
from actiontrack.domain.derived import Standing, effective_due, slips, standing_of
from actiontrack.domain.nouns import Action, DateChange, Decision, Leg, Pause, Recommendation
from actiontrack.domain.policy import Board
from actiontrack.domain.rating import rating_of
from actiontrack.domain.vocabulary import Kind, Level, Nation, Rating, Response, Status

CALENDAR = NationCalendar(Nation.ENG)
BOARD = Board(name="Exampleshire")
MADE = datetime(2026, 1, 5, 9, tzinfo=UTC)
DUE = date(2026, 11, 20)  # a Friday
RUNNING = (Status.NOT_STARTED, Status.IN_PROGRESS, Status.EVIDENCE_QUERIED, Status.BLOCKED)


def action(status=Status.IN_PROGRESS, due=DUE, original=DUE):
    return Action(
        ref="AT-1", text="t", status=status, current_due=due, original_due=original, created_at=MADE, changed_at=MADE
    )


def leg(status=Status.IN_PROGRESS, agency="POL", **fields):
    return Leg(action="AT-1", agency=agency, status=status, **fields)


def stand(on, legs=(), as_at=date(2026, 11, 24), **facts):
    due = effective_due(on, legs, as_at, CALENDAR)
    return standing_of(on, legs, as_at=as_at, board=BOARD, calendar=CALENDAR, due=due, **facts)


@pytest.mark.parametrize("status", list(Status))
def test_only_what_an_agency_still_has_to_do_is_overdue(status):
    found = stand(action(status))
    assert found.overdue is (status in RUNNING)
    assert found.days_overdue == (4 if status in RUNNING else 0)
    assert found.awaiting_verification is (status is Status.REPORTED_COMPLETE)
    assert found.undated is False


def test_it_is_due_at_the_end_of_its_day():
    assert stand(action(), as_at=DUE).overdue is False
    assert stand(action(), as_at=DUE).due_soon is True
    assert stand(action(), as_at=DUE + timedelta(days=1)).days_overdue == 1


def test_due_soon_is_twenty_working_days():
    # Working days before Friday 20 November 2026 with no bank holiday between: Friday 23 October is the twentieth.
    assert stand(action(), as_at=date(2026, 10, 23)).due_soon is True
    assert stand(action(), as_at=date(2026, 10, 22)).due_soon is False


@pytest.mark.parametrize("status", list(Status))
def test_without_a_date_it_is_undated_and_nothing_else(status):
    found = stand(action(status, due=None, original=None), as_at=date(2036, 1, 1))
    assert found.undated is (status in (*RUNNING, Status.REPORTED_COMPLETE))
    assert (found.overdue, found.due_soon, found.days_overdue) == (False, False, 0)


def test_an_extension_does_not_hide_the_first_date():
    found = stand(action(due=date(2027, 3, 1), original=DUE))
    assert found.overdue is False
    assert found.overdue_against_original is True


@pytest.mark.parametrize(("last", "stale"), [("2026-09-25", True), ("2026-09-26", False), (None, True)])
def test_sixty_days_without_an_update_are_stale(last, stale):
    assert stand(action(), last_update=date.fromisoformat(last) if last else None).update_stale is stale


def test_slips_are_moves_to_a_later_date():
    def moved(to, since=DUE):
        return DateChange(ref="d", action="AT-1", from_date=since, to_date=to, requested_by="x", at=MADE)

    later, earlier = DUE + timedelta(days=7), DUE - timedelta(days=7)
    assert slips([moved(later), moved(earlier), moved(later, None), moved(None), moved(later)]) == 2


# --- pauses ---------------------------------------------------------------------------------------------------------

PAUSED = {"reason": "waits for funding", "blocked_since": date(2026, 11, 16), "look_again": date(2026, 11, 27)}


def test_a_pause_holds_the_clock_and_its_days_come_back():
    legs = [leg(Status.BLOCKED, **PAUSED)]
    during = stand(action(Status.BLOCKED), legs, as_at=date(2026, 11, 25))
    assert (during.paused, during.overdue) == (True, False)
    after = stand(action(Status.BLOCKED), legs, as_at=date(2026, 11, 30))
    assert after.paused is False
    assert after.due == date(2026, 12, 4)  # ten working days after the 20th
    assert after.overdue is False
    assert stand(action(Status.BLOCKED), legs, as_at=date(2026, 12, 7)).days_overdue == 3


def test_a_pause_that_ended_stays_added():
    legs = [leg(pauses=(Pause(start=date(2026, 11, 16), end=date(2026, 11, 20)),))]
    assert stand(action(), legs).due == date(2026, 11, 27)


@pytest.mark.parametrize("gap", [{"reason": " "}, {"look_again": None}, {"blocked_since": None}])
def test_without_reason_or_end_nothing_pauses(gap):
    legs = [leg(Status.BLOCKED, **{**PAUSED, **gap})]
    assert stand(action(Status.BLOCKED), legs).due == DUE


def test_of_several_agencies_the_longest_pause_counts():
    legs = [
        leg(pauses=(Pause(start=date(2026, 11, 16), end=date(2026, 11, 20)),)),
        leg(agency="NHS", pauses=(Pause(start=date(2026, 11, 2), end=date(2026, 11, 13)),)),
        leg(agency="OLD", active=False, pauses=(Pause(start=date(2026, 1, 5), end=date(2026, 11, 13)),)),
    ]
    assert stand(action(), legs).due == date(2026, 12, 4)


# --- rating ---------------------------------------------------------------------------------------------------------


def rated(status=Status.IN_PROGRESS, recommendations=(), due=DUE, **flags):
    flags = {"overdue": False, "due_soon": False, "slipped": 0, **flags}
    standing = Standing(ref="AT-1", status=status, as_at=DUE, current_due=due, due=due, **flags)
    return rating_of(standing, recommendations)


ELSEWHERE = Recommendation(ref="R1", response=Response.REFERRED_ELSEWHERE)
NATIONAL = Recommendation(ref="R2", level=Level.NATIONAL)
LOCAL = Recommendation(ref="R3")


@given(
    st.sampled_from([*RUNNING, Status.REPORTED_COMPLETE, Status.VERIFIED, Status.EMBEDDED]),
    st.sampled_from([(), (LOCAL,), (ELSEWHERE,), (NATIONAL, ELSEWHERE), (LOCAL, NATIONAL)]),
    st.booleans(),
    st.booleans(),
    st.integers(0, 4),
)
def test_the_first_that_fits_of_blue_white_red_amber_green(status, recommendations, overdue, due_soon, slipped):
    fits = {
        Rating.BLUE: status in (Status.VERIFIED, Status.EMBEDDED),
        Rating.WHITE: bool(recommendations) and LOCAL not in recommendations,
        Rating.RED: overdue or slipped > 1,
        Rating.AMBER: due_soon or status is Status.BLOCKED or slipped == 1,
        Rating.GREEN: True,
    }
    first = next(rating for rating, fit in fits.items() if fit)
    assert rated(status, recommendations, overdue=overdue, due_soon=due_soon, slipped=slipped) is first


@pytest.mark.parametrize("status", list(Status))
def test_an_undated_action_has_no_rating(status):
    assert rated(status, due=None) is None


@pytest.mark.parametrize("status", [Status.CLOSED_NOT_IMPLEMENTED, Status.SUPERSEDED, Status.NO_LONGER_APPLICABLE])
def test_what_is_no_longer_pursued_is_not_on_course(status):
    assert rated(status) is None


def closing(recommendation, actions=(), decisions=(), as_at=date(2026, 11, 24)):
    return missing_for_closure(recommendation, actions, decisions, as_at)


def decided(outcome, reasons="because"):
    at = datetime(2026, 11, 24, tzinfo=UTC)
    return Decision(ref="D", meeting="M-2026-11", about="R", outcome=outcome, reasons=reasons, at=at)


# --- closure --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "second"), list(product(Status, Status)))
def test_a_clear_cut_recommendation_closes_on_evidence_alone(first, second):
    done = {Status.VERIFIED, Status.EMBEDDED}
    ended = {Status.CLOSED_NOT_IMPLEMENTED, Status.SUPERSEDED, Status.NO_LONGER_APPLICABLE}
    closes = {first, second} <= done | ended and bool({first, second} & done)
    missing = closing(Recommendation(ref="R"), [action(first), action(second)])
    assert (missing == []) is closes


def test_a_recommendation_without_actions_is_not_done():
    assert closing(Recommendation(ref="R")) == ["No action for it has been verified on evidence."]


def test_competing_priorities_close_on_a_recorded_decision():
    bare = Recommendation(ref="R", kind=Kind.COMPETING_PRIORITIES)
    assert len(closing(bare)) == 3
    answer = {"response": Response.NOT_ACCEPTED, "response_reasons": "cost", "decided_at": "M-2026-11"}
    answered = bare.model_copy(update=answer)
    assert [each[:23] for each in closing(answered)] == ["The meeting that decide"]
    assert closing(answered, decisions=[decided("accepted")]) != []
    assert closing(answered, decisions=[decided("not_accepted", " ")]) != []
    assert closing(answered, decisions=[decided("not_accepted")]) == []


def test_needs_research_closes_on_a_referral_that_comes_back():
    bare = Recommendation(ref="R", kind=Kind.NEEDS_RESEARCH, response_reasons="no evidence yet")
    assert len(closing(bare)) == 2
    referred = bare.model_copy(update={"response": Response.REFERRED_ELSEWHERE, "review_by": date(2027, 6, 1)})
    assert closing(referred) == []
    assert closing(referred, as_at=date(2027, 5, 31)) == []
    assert closing(referred, as_at=date(2027, 6, 1)) == [
        "The referral came back on 2027-06-01: the Board is to answer it anew."
    ]


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("reasons", ["", " "])
def test_what_is_not_accepted_never_closes_without_reasons(kind, reasons):
    refused = Recommendation(ref="R", kind=kind, response=Response.NOT_ACCEPTED, response_reasons=reasons)
    for actions in ([], [action(Status.EMBEDDED)]):
        assert "The Board's reasons are not recorded." in closing(refused, actions, [decided("not_accepted")])


def test_what_is_not_accepted_or_referred_closes_once_nothing_is_done_for_it_any_more():
    refused = Recommendation(ref="R", response=Response.NOT_ACCEPTED, response_reasons="cost")
    assert closing(refused) == []
    assert closing(refused, [action(Status.IN_PROGRESS)]) == ["Still open: AT-1."]
    referred = Recommendation(ref="R", response=Response.REFERRED_ELSEWHERE, response_reasons="national")
    assert closing(referred) == ["There is no date on which the referral comes back."]
