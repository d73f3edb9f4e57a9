"""Logs in one cell, and the mass guard's thresholds."""

from __future__ import annotations

import datetime
from collections import Counter

import pytest
from systems import Office, System

from actiontrack.domain.nouns import Update
from actiontrack.services.records.projection import Entry
from actiontrack.services.sync.guard import Census, objections, plan_hash
from actiontrack.services.sync.logs import added, shown

DAY = datetime.date(2026, 11, 24)
NAMES = {"": "the Board", "POL": "Police"}


@pytest.mark.parametrize(
    ("before", "now", "typed"),
    [
        ("", "Begun", "Begun"),
        ("Begun", "Begun", ""),
        ("Begun", "Begun\nBooked", "Booked"),
        ("Begun", "Booked\nBegun", "Booked"),
        ("Begun", "Begun - booked", "booked"),
        ("Begun", "Ended", "Ended"),
        ("Begun", "", ""),
        ("Begun", "Begun ", ""),
    ],
)
def test_what_was_typed_into_a_log(before: str, now: str, typed: str) -> None:
    assert added(before, now) == typed


def test_a_cell_shows_the_newest_or_where_several_wrote_all_of_them() -> None:
    mine, later = Entry(1, "POL", DAY, "Begun"), Entry(2, "POL", DAY, "Booked")
    boards = Entry(3, "", DAY, "Chased")
    assert shown([mine, later], False, NAMES) == "Booked"
    both = shown([mine, boards], False, NAMES)
    assert both == "24 Nov 2026, the Board: Chased\n24 Nov 2026, Police: Begun"
    assert shown([mine, later], True, NAMES).count("Police") == 2


def test_i3_what_is_typed_into_a_cell_is_one_update_each_time_and_no_more() -> None:
    """Also where it says what an earlier one said, and where the record is read again for another change."""
    office = Office(System(), ("Train the staff",))
    for _ in range(2):
        office.sync()
    record = office.system.records[office.system.key("Train the staff")]
    for typed, priority in (("Begun", "Low"), ("Booked", "High"), ("Begun", "Urgent")):
        record["progress"] = typed
        office.sync()
        record["priority"] = priority
        office.sync()
    told = sorted(office.stored(Update), key=lambda update: update.position)
    assert [update.text for update in told] == ["Begun", "Booked", "Begun"]
    office.core.store.close()


def test_i5_what_arrived_beside_a_field_that_was_refused_is_not_heard_as_somebody_elses() -> None:
    office = Office(System(), ("Train the staff",))
    office.sync()
    office.system.refuses = "priority"
    office.change("Train the staff", priority="High")
    office.say("Train the staff", "The Board asks")
    for _ in range(3):
        office.sync()
    assert office.system.records[office.system.key("Train the staff")]["progress"] == "The Board asks"
    assert [update.text for update in office.stored(Update)] == ["The Board asks"]
    office.core.store.close()


def census(**counts: Counter[str]) -> Census:
    return Census(linked=Counter({"POL": 50, "HEA": 950}), **counts)


@pytest.mark.parametrize(
    ("counts", "held"),
    [
        ({"missing": Counter(HEA=20)}, True),
        ({"missing": Counter(HEA=19, POL=1)}, False),
        ({"missing": Counter(POL=10)}, False),
        ({"missing": Counter(HEA=15, POL=6)}, True),
        ({"missing": Counter(POL=11)}, True),
        ({"missing": Counter(HEA=19)}, False),
        ({"replaced": Counter(HEA=190)}, False),
        ({"replaced": Counter(HEA=191)}, True),
        ({"replaced": Counter(POL=25)}, False),
        ({"replaced": Counter(POL=26)}, True),
        ({"replaced": Counter(HEA=176, POL=25)}, True),
        ({"blanked": Counter(priority=3), "filled": Counter(priority=15)}, False),
        ({"blanked": Counter(priority=4), "filled": Counter(priority=15)}, True),
        ({"blanked": Counter(priority=2), "filled": Counter(priority=3)}, False),
        ({"vanished": ["priority"]}, True),
        ({"empty": True}, True),
    ],
)
def test_the_guards_thresholds(counts: dict[str, Counter[str]], held: bool) -> None:
    """More than max(10 rows, 2 %) missing and max(25 rows, 20 %) replaced, of all rows or of one agency's."""
    told = objections(census(**counts))
    assert bool(told) == held, told


def test_an_empty_source_without_links_is_no_accident() -> None:
    assert objections(Census(empty=True)) == []


def test_a_plans_hash_is_bound_to_what_is_seen_and_held() -> None:
    first = plan_hash("master", ["a|1"], [{"field": "text"}])
    assert first == plan_hash("master", ["a|1"], [{"field": "text"}])
    assert (
        len(
            {
                first,
                plan_hash("other", ["a|1"], [{"field": "text"}]),
                plan_hash("master", ["a|2"], [{"field": "text"}]),
                plan_hash("master", ["a|1"], []),
            }
        )
        == 4
    )
