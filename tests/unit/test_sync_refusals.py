"""The journal over systems with keys of their own: what the system answers, and what fails."""

from __future__ import annotations

import pytest
from systems import ONE, THREE, TWO, Open

from actiontrack.errors import AccessRefused, RetryableError, SkippableError

# --- what the system answers ------------------------------------------------------------------------------------------


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


# --- what fails -------------------------------------------------------------------------------------------------------


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
    told = office.sync("tickets")
    assert (told.quarantined, told.updated_there) == (0, 1), "unless somebody names the system"
    assert office.link(TWO).failures == 0


def test_a_change_has_what_can_not_go_tried_again(opened: Open) -> None:
    office = opened()
    office.system.writing[TWO] = SkippableError("Its type takes no priority.")
    office.change(TWO, priority="High")
    for _ in range(6):
        office.sync()
    office.system.writing.clear()
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


def test_a_create_of_which_one_field_is_refused_made_its_record(opened: Open) -> None:
    """I4: it is linked, and what it does not take is told."""
    office = opened()
    office.system.refuses = "priority"
    office.make("A new one")
    office.change("A new one", priority="High")
    for _ in range(3):
        told = office.sync()
    assert len(office.system.records) == 4
    assert office.link("A new one").remote_id == office.system.key("A new one")
    assert (told.proposals, told.missing) == (0, 0)
    assert "takes no priority" in told.problems[0]["why"]
    sent = len(office.system.sent)
    office.sync()
    assert len(office.system.sent) == sent


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
