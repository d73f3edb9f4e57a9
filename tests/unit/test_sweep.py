"""The sweep over a real store: each reminder and escalation owed, once, to whom, and why."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sweep_place import CHAIR, DUE, EXECUTIVE, LEAD, MANAGER, OFFICER, POLICE, Place, action, told

from actiontrack.domain.ledger import Escalation, Send, SendState
from actiontrack.domain.nouns import Agency, Leg
from actiontrack.domain.policy import Board, LadderStep
from actiontrack.domain.vocabulary import Status


@pytest.fixture
def place():
    made = Place()
    yield made
    made.store.close()


# --- the ladder -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "level", "to"),
    [
        ("2026-08-05", None, None),
        ("2026-08-06", "R20", OFFICER),  # 31 August is a bank holiday
        ("2026-08-20", "R10", OFFICER),
        ("2026-08-26", "R10", OFFICER),
        ("2026-08-27", "R5", OFFICER),
        ("2026-09-04", "R5", OFFICER),
        ("2026-09-06", "R5", OFFICER),  # overdue on the Saturday; a working day after is Monday
        ("2026-09-07", "L1", OFFICER),
        ("2026-09-24", "L1", OFFICER),
        ("2026-09-25", "L2", LEAD),
        ("2026-10-18", "L2", LEAD),
        ("2026-10-19", "L3", EXECUTIVE),
        ("2026-11-29", "L3", EXECUTIVE),
        ("2026-11-30", "L4", CHAIR),
    ],
)
def test_the_first_sweep_raises_the_highest_level_reached_alone(place, day, level, to):
    place.have(action())
    result = place.sweep(date.fromisoformat(day))
    assert told(result) == ([("AT-1", level, to)] if level else [])
    assert result.to_json()["sent"] == (1 if level else 0)
    assert place.sweep().raised == []


def test_the_whole_ladder_is_climbed_level_by_level(place):
    place.have(action())
    climbed = []
    for days in range(200):
        for each in place.sweep(date(2026, 7, 27) + timedelta(days=days)).raised:
            climbed.append((place.clock.day.isoformat(), each.level, each.period.isoformat()))
    assert climbed == [
        ("2026-08-06", "R20", "2026-09-04"),
        ("2026-08-20", "R10", "2026-09-04"),
        ("2026-08-27", "R5", "2026-09-04"),
        ("2026-09-07", "L1", "2026-09-04"),
        ("2026-09-25", "L2", "2026-09-04"),
        ("2026-10-19", "L3", "2026-09-04"),
        ("2026-11-30", "L4", "2026-09-04"),
        ("2026-12-30", "L4", "2026-12-30"),  # each further twenty working days is a period of its own
        ("2027-01-28", "L4", "2027-01-28"),
    ]
    assert all(each.state == "raised" for each in place.all(Escalation))


def test_what_a_sweep_missed_is_recorded_as_passed(place):
    place.have(action())
    place.sweep(date(2026, 10, 19))
    states = {each.level: each.state for each in place.all(Escalation)}
    assert states == {"R20": "passed", "R10": "passed", "R5": "passed", "L1": "passed", "L2": "passed", "L3": "raised"}


def test_each_says_why_in_a_sentence(place):
    place.have(action())
    assert place.sweep(date(2026, 9, 25)).raised[0].why == (
        "21 days overdue (due 2026-09-04); L2 goes to the agency lead 15 working days after the due date."
    )


def test_a_reminder_says_when_it_is_due(place):
    place.have(action())
    assert place.sweep(date(2026, 8, 20)).raised[0].why == (
        "Due on 2026-09-04; a reminder goes 10 working days before."
    )


def test_a_new_due_date_is_a_new_period(place):
    place.have(action())
    place.sweep(date(2026, 9, 7))
    place.have(action(due=date(2026, 10, 2)))
    result = place.sweep(date(2026, 10, 5))
    assert [(each.level, each.period) for each in result.raised] == [("L1", date(2026, 10, 2))]


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.NOT_STARTED, Status.IN_PROGRESS}))
def test_only_running_clocks_are_raised(place, status):
    place.have(action(status=status))
    running = status in (Status.BLOCKED, Status.EVIDENCE_QUERIED)
    assert bool(place.sweep(date(2026, 9, 25)).raised) is running


def test_a_pause_is_waited_out(place):
    paused = {"reason": "funding", "blocked_since": date(2026, 9, 1), "look_again": date(2026, 9, 30)}
    place.have(action(status=Status.BLOCKED), Leg(action="AT-1", agency="POL", status=Status.BLOCKED, **paused))
    during = place.sweep(date(2026, 9, 25))
    assert (during.overdue, during.raised) == (0, [])
    after = place.sweep(date(2026, 10, 6))  # 4 September and the 22 working days of the pause
    assert (after.overdue, [each.level for each in after.raised]) == (0, ["R5"])
    late = place.sweep(date(2026, 10, 7))
    assert [(each.level, each.period, each.days_overdue) for each in late.raised] == [("L1", DUE, 1)]


def test_the_counts(place):
    place.have(
        action("AT-1", due=date(2026, 9, 1)),
        action("AT-2", due=date(2026, 9, 14)),
        action("AT-3", due=date(2027, 9, 1)),
        action("AT-4", due=None),
        action("AT-5", due=date(2026, 9, 1), status=Status.REPORTED_COMPLETE),
        action("AT-6", due=None, status=Status.REPORTED_COMPLETE),
        action("AT-7", due=None, status=Status.EMBEDDED),
        action("AT-8", due=date(2026, 9, 1), status=Status.VERIFIED),
    )
    found = place.sweep(DUE).to_json()
    assert {name: found[name] for name in ("overdue", "due_soon", "awaiting_verification", "undated")} == {
        "overdue": 1, "due_soon": 1, "awaiting_verification": 2, "undated": 2,
    }  # fmt: skip
    assert {"ref", "level", "days_overdue", "to", "why"} <= set(found["raised"][0])


# --- whom -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "officer", "agency", "expected", "said"),
    [
        ("2026-09-07", "Detective Inspector", POLICE, LEAD, "No address is known for the lead officer"),
        ("2026-09-07", "", Agency(code="POL", name="P"), MANAGER, "it goes to the safeguarding manager"),
        ("2026-09-07", "", None, MANAGER, "it goes to the safeguarding manager"),
        ("2026-09-25", OFFICER, Agency(code="POL", name="P"), MANAGER, "No address is known for the agency lead"),
        ("2026-10-19", OFFICER, Agency(code="POL", name="P", lead=LEAD), LEAD, "it goes to the agency lead"),
        ("2026-11-30", OFFICER, POLICE, CHAIR, "chair and Board"),
    ],
)
def test_who_has_no_address_is_stood_in_for(day, officer, agency, expected, said):
    place = Place(agencies=[agency] if agency else [])
    place.have(action(lead_officer=officer))
    [raised] = place.sweep(date.fromisoformat(day)).raised
    assert raised.to == expected
    assert said in raised.why


def test_where_nobody_has_an_address_it_is_raised_all_the_same():
    place = Place(board=Board(name="Exampleshire"), agencies=[])
    place.have(action(lead_officer=""))
    result = place.sweep(date(2026, 11, 30))
    assert told(result) == [("AT-1", "L4", "")]
    assert "No address is known" in result.raised[0].why
    assert result.to_json()["sent"] == 0
    assert place.all(Send) == []


def test_a_board_may_have_a_ladder_of_its_own():
    ladder = (LadderStep(level="SHOUT", after=3, to="manager"),)
    place = Place(board=Board(name="E", manager=MANAGER, reminder_days=(), ladder=ladder))
    place.have(action())
    assert place.sweep(date(2026, 9, 8)).raised == []
    assert told(place.sweep(date(2026, 9, 9))) == [("AT-1", "SHOUT", MANAGER)]


# --- digests --------------------------------------------------------------------------------------------------------


def test_one_digest_a_person_a_day(place):
    place.have(*(action(f"AT-{at}") for at in range(5)))
    assert place.sweep(date(2026, 9, 7)).to_json()["sent"] == 1
    place.have(action("AT-9"))
    place.sweep()
    [digest] = place.all(Send)
    assert (digest.person, digest.period, digest.sent_at) == (OFFICER, date(2026, 9, 7), None)
    assert digest.refs == ("AT-0", "AT-1", "AT-2", "AT-3", "AT-4", "AT-9")


def test_a_digest_that_has_gone_is_not_added_to(place):
    place.have(action("AT-1"))
    place.sweep(date(2026, 9, 7))
    [gone] = place.all(Send)
    place.have(gone.model_copy(update={"sent_at": place.clock.now(), "state": SendState.SENT}), action("AT-2"))
    place.sweep()
    assert [(each.period.isoformat(), each.refs) for each in place.all(Send)] == [
        ("2026-09-07", ("AT-1",)),
        ("2026-09-08", ("AT-2",)),
    ]


def test_a_digest_made_at_the_weekend_waits_for_monday(place):
    place.have(action())
    place.sweep(date(2026, 9, 5))
    assert [each.period for each in place.all(Send)] == [date(2026, 9, 7)]


# --- adoption -------------------------------------------------------------------------------------------------------


def test_what_was_passed_at_adoption_is_told_once_in_one_digest(place):
    adopted = datetime(2026, 11, 24, 10, tzinfo=UTC)
    place.have(*(action(f"AT-{at}", due=DUE + timedelta(days=at), created_at=adopted) for at in range(30)))
    first = place.sweep(date(2026, 11, 24))
    assert len(first.raised) == 30
    assert {each.to for each in first.raised} == {MANAGER}
    assert "before it entered the suite on 2026-11-24: told once" in first.raised[0].why
    assert {each.state for each in place.all(Escalation)} == {"baseline"}
    [digest] = place.all(Send)
    assert (digest.person, len(digest.refs), first.to_json()["sent"]) == (MANAGER, 30, 1)
    assert place.sweep().raised == []
    later = told(place.sweep(date(2026, 11, 30)))  # 4 September was a Friday: three are due by the same Monday
    assert later == [("AT-0", "L4", CHAIR), ("AT-1", "L4", CHAIR), ("AT-2", "L4", CHAIR)]


def test_a_level_reached_on_the_day_of_adoption_is_raised(place):
    place.have(action(created_at=datetime(2026, 9, 7, 8, tzinfo=UTC)))
    assert told(place.sweep(date(2026, 9, 7))) == [("AT-1", "L1", OFFICER)]
    states = {each.level: each.state for each in place.all(Escalation)}
    assert states == {"R20": "baseline", "R10": "baseline", "R5": "baseline", "L1": "raised"}
