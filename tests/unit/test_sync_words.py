"""An instance's tongue: words and dates read, and said in its own words."""

from __future__ import annotations

import datetime

import pytest

from actiontrack.domain.nouns import Agency
from actiontrack.domain.vocabulary import Side
from actiontrack.ports import Fixed, InstanceSettings, Observation, Record, Unread
from actiontrack.services.sync.tongue import Tongue, Unclearness, Unsayable, clean

AGENCIES = (
    Agency(code="POL", name="Norchester Police", aliases=("Norchester Constabulary",)),
    Agency(code="HEA", name="Health and Care Trust"),
)


def tongue(dates: str = "", **values: dict[str, str]) -> Tongue:
    return Tongue(
        InstanceSettings("plan", "spreadsheet", Side.BOARD, dates=dates, values=values), AGENCIES, "Europe/London"
    )


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-04-03", "2026-04-03"),
        ("2026-04-03 00:00:00", "2026-04-03"),
        ("3 April 2026", "2026-04-03"),
        ("3rd Apr 26", "2026-04-03"),
        ("Fri 3 April, 2026", "2026-04-03"),
        ("03-Apr-2026", "2026-04-03"),
        ("April 3, 2026", "2026-04-03"),
        ("25/04/2026", "2026-04-25"),
        ("04/25/2026", "2026-04-25"),
        ("04.04.2026", "2026-04-04"),
        (datetime.date(2026, 4, 3), "2026-04-03"),
        (datetime.datetime(2026, 4, 3, 12, 30), "2026-04-03"),
        (datetime.datetime(2026, 7, 2, 23, 30, tzinfo=datetime.UTC), "2026-07-03"),
        (None, ""),
        ("  ", ""),
        (Fixed(datetime.date(2026, 4, 3), "it holds a formula"), "2026-04-03"),
    ],
)
def test_dates_that_can_be_read_one_way(typed: object, meant: str) -> None:
    assert tongue().read("current_due", typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "03/04/2026",
        "31/02/2026",
        "TBC",
        "ongoing",
        "March 2026",
        "3 Smarch 2026",
        "2026",
        46023,
        "1/2/3",
        "03/04/1926",
        True,
    ],
)
def test_dates_that_can_not(typed: object) -> None:
    read = tongue().read("current_due", typed)
    assert isinstance(read, Unclearness)
    assert read.why
    assert read.do


@pytest.mark.parametrize(("order", "meant"), [("dmy", "2026-04-03"), ("mdy", "2026-03-04")])
def test_a_configured_order_settles_it(order: str, meant: str) -> None:
    assert tongue(order).read("current_due", "03/04/2026") == meant
    assert tongue(order).read("current_due", "03/04/26") == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("In progress", "in_progress"),
        ("IN-PROGRESS.", "in_progress"),
        ("in_progress", "in_progress"),
        (" done ", "reported_complete"),
        ("Completed", "reported_complete"),
        ("On hold", "blocked"),
        ("N/A", "no_longer_applicable"),
        ("", ""),
    ],
)
def test_words_for_a_status(typed: str, meant: str) -> None:
    assert tongue().read("status", typed) == meant


def test_the_instances_own_words_come_first() -> None:
    own = tongue(status={"Done": "verified"})
    assert own.read("status", "done") == "verified"
    assert own.say("status", "verified", Observation((), "")) == "Done"


@pytest.mark.parametrize("typed", ["Overdue", "Nearly", Unread("#N/A", "it holds an error", "mend it")])
def test_words_that_are_no_status(typed: object) -> None:
    assert isinstance(tongue().read("status", typed), Unclearness)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("norchester police", "POL"),
        ("POL", "POL"),
        ("Norchester Constabulary", "POL"),
        ("Health and Care Trust", "HEA"),
        ("Norchester Police / HEA", "POL, HEA"),
        ("HEA; POL", "HEA, POL"),
        ("POL\nHEA", "POL, HEA"),
    ],
)
def test_agencies_by_any_of_their_names(typed: str, meant: str) -> None:
    assert tongue().read("lead_agency", typed) == meant


def test_an_unknown_agency_is_asked_about_with_the_nearest() -> None:
    read = tongue().read("lead_agency", "Norchester Polise")
    assert isinstance(read, Unclearness)
    assert "Norchester Police" in read.do


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("1, 3", "1, 3"), ("1 & 3", "1, 3"), ("R1", "R1"), ("Improve it, now", "Improve it, now"), (2, "2"), (2.0, "2")],
)
def test_numbers_of_recommendations(typed: object, meant: str) -> None:
    assert tongue().read("recommendation", typed) == meant


def test_text_is_compared_clean() -> None:
    assert clean(" cafe\u0301\u00a0x \r\n") == "caf\u00e9 x"
    assert tongue().read("text", True) == "Yes"


def test_agencies_are_said_as_the_instance_says_them() -> None:
    seen = Observation([Record("1", {"lead_agency": "Norchester Constabulary"}, "v")], "")
    assert tongue().say("lead_agency", "POL", seen) == "Norchester Constabulary"
    assert tongue().say("lead_agency", "HEA", seen) == "Health and Care Trust"


def test_what_a_list_does_not_offer_is_not_said() -> None:
    seen = Observation((), "", allowed={"status": ("Open", "Closed"), "priority": ("High", "Low")}, limits={"text": 5})
    assert tongue().say("status", "not_started", seen) == "Open"
    with pytest.raises(Unsayable):
        tongue().say("status", "blocked", seen)
    with pytest.raises(Unsayable):
        tongue().say("priority", "Medium", seen)
    with pytest.raises(Unsayable):
        tongue().say("text", "too long", seen)
    assert tongue().say("current_due", "2026-04-03", seen) == datetime.date(2026, 4, 3)
    assert tongue().say("text", "", seen) is None


def test_a_systems_usual_words_are_known_and_the_configurations_come_first() -> None:
    usual = {"status": {"open": "in_progress", "stalled": "blocked", "resolved": "reported_complete"}}
    settings = InstanceSettings("rt", "rt", Side.AGENCY, values={"status": {"open": "not_started"}})
    spoken = Tongue(settings, AGENCIES, "Europe/London", usual)
    seen = Observation(records=[], proof="", words=usual)
    assert [spoken.read("status", word) for word in ("Open", "stalled")] == ["not_started", "blocked"]
    assert spoken.say("status", "reported_complete", seen) == "resolved"
    assert spoken.say("status", "not_started", seen) == "open"
    assert spoken.fingerprint() != Tongue(settings, AGENCIES, "Europe/London").fingerprint()
