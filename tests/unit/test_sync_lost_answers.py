"""The journal over systems with keys of their own: what a lost answer leaves behind."""

from __future__ import annotations

import pytest
from systems import ONE, TWO, Office, Open

from actiontrack.domain.ledger import IntentState
from actiontrack.services.sync.answers import answer_proposal


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
