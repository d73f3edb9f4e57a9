"""The journal over systems with keys of their own: what is read since when, and what a lagging read counts for."""

from __future__ import annotations

import pytest
from systems import ONE, TWO, Office, Open

from actiontrack.domain.ledger import LinkState
from actiontrack.services.sync.answers import answer_proposal

# --- cursors ----------------------------------------------------------------------------------------------------------


def test_what_changed_since_the_cursor_is_all_that_is_read(opened: Open) -> None:
    office = opened(listens=True)
    system = office.system
    system.asked.clear()
    system.records[system.key(ONE)]["priority"] = "Urgent"
    told = office.sync()
    assert (told.status, told.updated_here, told.missing) == ("ok", 1, 0)
    assert office.here()[ONE]["priority"] == "Urgent"
    assert len(system.asked) == 1
    assert system.asked[0] != ""
    assert office.instance.cursor != system.asked[0]
    assert office.sync().read == 1


def test_an_increment_that_says_again_what_is_known_does_nothing(opened: Open) -> None:
    office = opened(listens=True)
    cursor = office.instance.cursor
    told = office.sync()
    assert office.system.asked[-1] == cursor != ""
    assert (told.read, told.updated_here) == (3, 0), "the cursor is inclusive"
    assert office.sync().read == 3


def test_everything_is_read_where_something_waits_to_go_out(opened: Open) -> None:
    office = opened(listens=True)
    office.change(ONE, priority="High")
    office.system.asked.clear()
    assert office.sync().updated_there == 1
    assert office.system.asked == [""]


def test_everything_is_read_once_a_day_and_where_the_clock_was_put_back(opened: Open) -> None:
    office = opened(listens=True)
    office.sync()
    assert office.system.asked[-1] != ""
    office.pass_time(hours=24)
    office.sync()
    assert office.system.asked[-1] == ""
    office.sync()
    assert office.system.asked[-1] != ""
    office.pass_time(days=-300)
    office.sync()
    assert office.system.asked[-1] == ""


def test_an_expired_cursor_leads_to_a_complete_scan_at_once(opened: Open) -> None:
    office = opened(listens=True)
    office.system.records[office.system.key(TWO)]["priority"] = "Low"
    office.system.expire()
    office.system.asked.clear()
    assert office.sync().updated_here == 1
    assert [bool(cursor) for cursor in office.system.asked] == [True, False]


def test_a_record_the_increment_can_not_place_is_judged_by_a_complete_scan_in_the_same_run(opened: Open) -> None:
    office = opened(listens=True)
    office.system.asked.clear()
    office.system.records["r9"] = {"text": "A ticket of theirs"}
    told = office.sync()
    assert [bool(cursor) for cursor in office.system.asked] == [True, False]
    assert (told.status, told.proposals) == ("ok", 1)


def test_an_increment_with_something_to_answer_is_followed_by_a_complete_scan_in_the_same_run(opened: Open) -> None:
    office = opened(listens=True)
    key = office.system.key(ONE)
    office.system.records[key]["status"] = "In progress"
    office.system.records[office.system.key(TWO)]["status"] = "In progress"
    office.sync()
    office.system.asked.clear()
    # Refused: a blank never erases, and the question is the manager's; refusing it writes the value back.
    office.system.records[key]["priority"] = "High"
    office.sync()
    assert len(office.system.asked) == 1
    office.system.records[key]["priority"] = None
    office.sync()
    (asked,) = office.open_proposals
    answer_proposal(office.core, asked.id, accept=False, who="manager")
    office.sync()
    assert office.system.records[key]["priority"] == "High"


def test_what_is_said_to_be_deleted_counts_as_at_the_first_scan(opened: Open) -> None:
    office = opened(listens=True)
    del office.system.records[office.system.key(ONE)]
    told = office.sync()
    assert (told.missing, told.proposals) == (1, 0)
    assert office.link(ONE).state is LinkState.MISSING
    office.pass_time(hours=2)
    office.sync()
    assert office.open_proposals == [], "the system only said the same once more"
    office.pass_time(hours=24)
    assert office.sync().proposals == 1


def test_many_deleted_at_once_wait_for_a_person(opened: Open) -> None:
    office = opened(listens=True)
    for number in range(20):
        office.make(f"Action {number}")
    office.sync()
    office.sync()
    for number in range(15):
        del office.system.records[office.system.key(f"Action {number}")]
    told = office.sync()
    assert told.status == "guard"
    assert told.plan
    assert office.stored(type(office.link(ONE)), state=LinkState.MISSING) == []


def test_i9_a_record_that_is_gone_is_asked_about_when_it_stays_away_for_a_while(opened: Open) -> None:
    """Two scans in a row may both fall into the moment in which somebody moves it."""
    office = opened()
    del office.system.records[office.system.key(ONE)]
    for _ in range(3):
        told = office.sync()
        office.pass_time(minutes=1)
        assert (told.missing, told.proposals) == (1, 0)
    office.pass_time(hours=2)
    assert office.sync().proposals == 1


# --- stale reads ------------------------------------------------------------------------------------------------------


def lagging(office: Office) -> str:
    """We write, and a replica still shows what stood there before."""
    key = office.system.key(ONE)
    before = dict(office.system.records[key])
    office.change(ONE, priority="High")
    office.sync()
    assert office.system.records[key]["priority"] == "High"
    office.system.shows[key] = before
    return key


@pytest.mark.parametrize("listens", [False, True])
def test_a_read_from_before_our_write_is_no_edit(opened: Open, listens: bool) -> None:
    office = opened(listens=listens)
    key = lagging(office)
    told = office.sync()
    assert (told.updated_here, told.updated_there, told.missing, told.proposals) == (0, 0, 0, 0)
    office.system.shows.clear()
    office.system.records[key]["status"] = "In progress"
    assert office.sync().updated_here == 1
    assert office.here()[ONE]["priority"] == "High"


def test_after_a_quarter_of_an_hour_it_is_an_edit(opened: Open) -> None:
    office = opened()
    lagging(office)
    office.pass_time(minutes=15)
    office.change(TWO, priority="Low")
    told = office.sync()
    assert told.proposals == 1, "a cleared priority is asked about"


def test_i14_a_read_from_before_the_write_of_a_machine_whose_clock_is_ahead_is_no_edit(opened: Open) -> None:
    """Walk ef79a391/2848: half an hour ahead, that write seemed too long ago for any replica to lag behind."""
    office = opened()
    lagging(office)
    office.pass_time(minutes=-31)
    office.change(TWO, priority="Low")
    told = office.sync("tickets")
    assert (told.updated_here, told.proposals, told.conflicts) == (0, 0, 0)


@pytest.mark.parametrize("jump", [{"days": -4000}, {"days": 4000}, {}])
def test_no_clock_hides_an_edit_for_ever(opened: Open, jump: dict[str, float]) -> None:
    office = opened()
    lagging(office)
    office.pass_time(**jump)
    for _ in range(6):
        told = office.sync("tickets")
    assert told.proposals == 1


def test_what_changed_here_while_a_stale_record_was_shown_goes_out_later(opened: Open) -> None:
    office = opened()
    key = lagging(office)
    office.change(ONE, status="in_progress")
    office.sync()
    office.system.shows.clear()
    office.sync()
    assert office.system.records[key]["status"] == "In progress"
    assert office.system.records[key]["priority"] == "High"
