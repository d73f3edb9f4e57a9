"""The journal over systems with keys of their own: cursors, stale reads, and what a lost answer leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from systems import Office, System

from actiontrack.domain.ledger import IntentState, LinkState
from actiontrack.errors import AccessRefused, RetryableError, SkippableError
from actiontrack.services.sync.answers import answer_proposal

ONE, TWO, THREE = "Train the staff", "Review the policy", "Audit the files"
Open = Callable[..., Office]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Opens offices whose plan was synced once; they are closed at the end."""
    offices: list[Office] = []

    def make(**able: bool) -> Office:
        office = Office(System(**able), (ONE, TWO, THREE))
        offices.append(office)
        office.sync()
        office.sync()
        return office

    yield make
    for office in offices:
        office.core.store.close()


# --- cursors --------------------------------------------------------------------------------------------------------


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


# --- stale reads ----------------------------------------------------------------------------------------------------


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


# --- a lost answer --------------------------------------------------------------------------------------------------


def test_a_write_that_landed_is_acknowledged_by_the_next_read(opened: Open) -> None:
    office = opened()
    office.change(ONE, priority="High")
    office.system.cut_off()
    assert office.sync().status == "deferred"
    assert office.sync("tickets").updated_there == 0
    assert office.last_intent(ONE).state is IntentState.ACKNOWLEDGED
    assert office.link(ONE).base["priority"] == "High"


def test_of_a_write_that_landed_in_part_the_rest_is_sent_again(opened: Open) -> None:
    office = opened()
    key = office.system.key(ONE)
    office.change(ONE, priority="High", status="in_progress")
    office.system.partial = frozenset({"priority"})
    office.sync()
    assert office.system.records[key].get("status") != "In progress"
    office.sync("tickets")
    assert office.system.records[key]["status"] == "In progress"
    assert (office.here()[ONE]["priority"], office.here()[ONE]["status"].value) == ("High", "in_progress")
    assert office.open_conflicts == []


def test_what_did_not_land_is_sent_again_under_the_same_key(opened: Open) -> None:
    office = opened()
    office.change(ONE, priority="High")
    office.system.partial = frozenset()
    office.sync()
    office.sync("tickets")
    first, second = [write for write in office.system.sent if write.after.get("priority") == "High"]
    assert first.op_id == second.op_id
    assert office.system.records[office.system.key(ONE)]["priority"] == "High"


def test_a_person_who_edits_after_a_lost_answer_loses_nothing(opened: Open) -> None:
    office = opened()
    key = office.system.key(ONE)
    office.change(ONE, priority="High", status="in_progress")
    office.system.cut_off()
    office.sync()
    office.system.records[key]["priority"] = "Urgent"
    office.sync("tickets")
    values = {str(office.here()[ONE]["priority"]), *(str(each.sides["tickets"]) for each in office.open_conflicts)}
    assert "Urgent" in values
    assert office.here()[ONE]["status"].value == "in_progress"


@pytest.mark.parametrize("lost", ["before", "after"])
@pytest.mark.parametrize("able", [{"marks": True}, {"marks": False, "idempotent": True}])
def test_a_create_without_an_answer_makes_one_record(opened: Open, able: dict[str, bool], lost: str) -> None:
    office = opened(**able)
    office.make("A new one")
    if lost == "before":
        office.system.writing["A new one"] = TimeoutError()
    else:
        office.system.cut_off()
    office.sync()
    office.system.writing.clear()
    for _ in range(2):
        told = office.sync("tickets")
    assert (told.status, told.proposals, told.missing) == ("ok", 0, 0)
    assert sorted(fields["text"] for fields in office.system.records.values()).count("A new one") == 1
    assert (
        len({write.op_id for write in office.system.sent if write.creates and write.after["text"] == "A new one"}) == 1
    )
    office.change("A new one", priority="High")
    office.sync()
    assert office.system.records[office.system.key("A new one")]["priority"] == "High"


def unknown(opened: Open) -> Office:
    """A create that was cut off before it landed, in a system that can't tell."""
    office = opened(marks=False)
    office.make("A new one")
    office.system.writing["A new one"] = TimeoutError()
    office.sync()
    office.system.writing.clear()
    office.sync()
    return office


def test_a_create_that_none_can_find_is_asked_about_and_never_made_unasked(opened: Open) -> None:
    office = unknown(opened)
    for _ in range(3):
        told = office.sync()
        office.pass_time(hours=3)
    assert (told.proposals, told.missing, len(office.system.records)) == (1, 0, 3)
    assert office.last_intent("A new one").state is IntentState.UNKNOWN
    (asked,) = office.open_proposals
    assert (asked.kind, asked.field) == ("repair", "create")
    assert "Accept to make it (again)" in asked.why


def test_accepted_it_is_made(opened: Open) -> None:
    office = unknown(opened)
    answer_proposal(office.core, office.open_proposals[0].id, accept=True, who="manager")
    assert office.sync().created_there == 1
    told = office.sync()
    assert (told.proposals, len(office.system.records)) == (0, 4)


def test_refused_it_stays_away_and_is_linked_once_it_is_shown(opened: Open) -> None:
    office = unknown(opened)
    answer_proposal(office.core, office.open_proposals[0].id, accept=False, who="manager")
    office.pass_time(hours=3)
    for _ in range(2):
        told = office.sync()
    assert (told.proposals, told.missing, len(office.system.records)) == (0, 0, 3)
    office.system.records["r77"] = {"text": "A new one", "priority": "Low"}
    told = office.sync()
    assert (told.proposals, office.link("A new one").remote_id) == (0, "r77")
    assert office.last_intent("A new one").state is IntentState.ACKNOWLEDGED


def test_it_is_no_question_any_more_once_it_is_shown(opened: Open) -> None:
    office = opened(marks=False)
    office.make("A new one")
    office.system.cut_off()
    office.sync()
    told = office.sync("tickets")
    assert (told.proposals, len(office.system.records)) == (0, 4)
    office.system.records[office.system.key("A new one")]["priority"] = "High"
    office.sync()
    assert office.here()["A new one"]["priority"] == "High"


def test_a_ticket_of_theirs_that_was_accepted_is_linked_by_its_id(opened: Open) -> None:
    office = opened()
    office.system.records["r9"] = {"text": "A ticket of theirs"}
    office.sync()
    answer_proposal(office.core, office.open_proposals[0].id, accept=True, who="manager")
    office.system.records["r9"]["text"] = "A ticket of theirs, reworded"
    office.pass_time(hours=2)
    for _ in range(2):
        told = office.sync()
    assert (told.missing, told.proposals) == (0, 0)
    assert "A ticket of theirs, reworded" in office.here()


def test_two_tickets_may_swap_their_words(opened: Open) -> None:
    office = opened()
    one, two = office.system.key(ONE), office.system.key(TWO)
    office.system.records[one]["text"], office.system.records[two]["text"] = TWO, ONE
    told = office.sync()
    assert (told.quarantined, told.updated_here) == (0, 2)
    assert office.link(TWO).remote_id == one


# --- what the system answers --------------------------------------------------------------------------------------


def test_the_base_is_what_the_system_made_of_it(opened: Open) -> None:
    """I5: it cut the words short, and that is what both sides are compared with from now on."""
    office = opened()
    office.change(ONE, priority="High, and higher in winter")
    office.system.meanwhile = {"priority": "High, and"}
    office.sync()
    assert office.link(ONE).base["priority"] == "High, and"


def test_what_somebody_changed_while_we_wrote_is_looked_at(opened: Open) -> None:
    """I1: the answer shows it, and it is no part of what was agreed."""
    office = opened()
    office.change(ONE, priority="High")
    office.system.meanwhile = {"status": "In progress"}
    office.sync()
    office.sync()
    assert office.here()[ONE]["status"].value == "in_progress"
    assert office.system.records[office.system.key(ONE)]["status"] == "In progress"


# --- what fails -----------------------------------------------------------------------------------------------------


def test_a_system_that_does_not_answer_is_left_in_peace_unless_somebody_names_it(opened: Open) -> None:
    office = opened()
    system = office.system
    system.reading = RetryableError("The server is busy (503).", retry_after=60)
    assert office.sync().status == "deferred"
    system.asked.clear()
    system.reading = None
    told = office.sync()
    assert (told.status, system.asked) == ("deferred", [])
    assert "tried again at 09:01 UTC" in told.why
    assert office.sync("tickets").status == "ok"
    system.asked.clear()
    assert office.sync().status == "ok"
    assert (office.instance.failures, office.instance.retry_at) == (0, None)


def test_a_clock_that_was_put_back_locks_nobody_out(opened: Open) -> None:
    office = opened()
    office.system.reading = RetryableError("The server is busy (503).", retry_after=60)
    office.sync()
    office.system.reading = None
    office.pass_time(days=-400)
    assert office.sync().status == "ok"


def test_failures_are_counted_over_writes_too_and_forgotten_once_all_is_well(opened: Open) -> None:
    office = opened()
    office.change(ONE, priority="High")
    for failures in range(1, 7):
        office.system.writing[ONE] = RetryableError("The server is busy (429).")
        assert office.sync("tickets").status == "deferred"
        assert office.instance.failures == failures
    office.system.writing.clear()
    office.pass_time(minutes=14, seconds=59)
    assert office.sync().status == "deferred", "the circuit is open: the whole wait passes"
    office.pass_time(seconds=1)
    assert office.sync().status == "ok"
    assert office.instance.failures == 0


@pytest.mark.parametrize("at", ["reading", "writing"])
def test_a_system_that_lets_nobody_in_is_stopped_and_says_so(opened: Open, at: str) -> None:
    office = opened()
    system = office.system
    office.change(ONE, priority="High")
    refusal = AccessRefused("Tickets: the token is not accepted (401); give a new one")
    if at == "reading":
        system.reading = refusal
    else:
        system.writing[ONE] = refusal
    assert office.sync().status == "failed"
    system.reading = None
    system.writing.clear()
    system.asked.clear()
    office.pass_time(days=30)
    told = office.sync()
    assert (told.status, system.asked) == ("failed", [])
    assert "(401)" in told.why
    assert "`actiontrack sync tickets`" in told.why
    office.reconfigure(dates="dmy")
    assert office.sync().status == "ok"
    assert office.sync().status == "ok"
    assert system.records[system.key(ONE)]["priority"] == "High"


def test_somebody_who_names_a_stopped_system_has_it_tried(opened: Open) -> None:
    office = opened()
    office.system.reading = AccessRefused("no")
    office.sync()
    office.system.reading = None
    assert office.sync("tickets").status == "ok"
    assert office.sync().status == "ok"


def test_a_record_that_can_not_go_holds_nothing_else_back(opened: Open) -> None:
    office = opened()
    system = office.system
    system.writing[TWO] = SkippableError("Its type takes no priority.")
    for text in (ONE, TWO, THREE):
        office.change(text, priority="High")
    for _ in range(4):
        told = office.sync()
        assert (told.status, told.quarantined) == ("ok", 0)
    assert {system.records[system.key(text)]["priority"] for text in (ONE, THREE)} == {"High"}
    assert office.sync().quarantined == 1
    system.writing.clear()
    told = office.sync()
    assert (told.quarantined, told.updated_there) == (1, 0), "it is tried no more until a side changes"
    assert "takes no priority" in told.problems[0]["why"]
    office.change(TWO, priority="Urgent")
    told = office.sync()
    assert (told.quarantined, told.updated_there) == (0, 1)
    assert office.link(TWO).failures == 0


def test_a_create_that_can_not_go_is_neither_missing_nor_tried_for_ever(opened: Open) -> None:
    office = opened()
    office.make("A new one")
    office.system.writing["A new one"] = SkippableError("The queue takes no new tickets.")
    for _ in range(7):
        told = office.sync()
        office.pass_time(hours=2)
    assert (told.status, told.quarantined, told.missing, told.proposals) == ("ok", 1, 0, 0)
    office.system.writing.clear()
    assert office.sync().created_there == 0
    office.change("A new one", priority="High")
    assert office.sync().created_there == 1
    told = office.sync()
    assert (told.quarantined, len(office.system.records)) == (0, 4)


def test_a_create_answered_with_anothers_record_leaves_that_one_alone(opened: Open) -> None:
    office = opened(marks=False, idempotent=True)
    office.make("A new one")
    known = office.system.key(ONE)

    class Confused(dict[str, str]):
        def get(self, op_id: str, default: str = "") -> str:  # type: ignore[override]
            return known

    office.system.created = Confused()
    told = office.sync()
    assert (told.status, office.link(ONE).remote_id, len(office.system.records)) == ("ok", known, 3)
    assert "the record of another action" in told.problems[0]["why"]
    office.pass_time(hours=3)
    told = office.sync()
    assert (told.missing, told.proposals) == (0, 0)
