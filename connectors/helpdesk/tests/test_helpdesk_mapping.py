"""What a ticket says, and what is sent to make it say something: without a server."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from actiontrack.api import Unread
from actiontrack_helpdesk.mapping import TicketMapping, comments, same, signed, title_of

STATUSES = {1: "Open", 2: "Reopened", 3: "Resolved", 4: "Closed", 5: "Duplicate"}
MAPPING = TicketMapping(STATUSES)
LONG = "Ж" * 300


def ticket(**fields: Any) -> dict[str, Any]:
    empty = {
        "id": 1, "queue": 1, "title": "", "description": "d", "status": 1, "on_hold": False, "priority": 3,
        "due_date": None, "followup_set": [], "custom_action_id": "AT-1", "custom_action_mark": None,
        "custom_action_text": None,
    }  # fmt: skip
    return empty | fields


def written(text: str) -> dict[str, Any]:
    return ticket(**MAPPING.changes({"text": text, "ref": "AT-1"}, "AT-1", "op-1"))


def test_a_long_text_stands_whole_and_its_title_is_its_beginning() -> None:
    made = written(LONG)
    assert (len(made["title"]), made["custom_action_text"]) == (200, LONG)
    assert MAPPING.record(made).fields["text"] == LONG


def test_a_title_typed_over_is_the_text_where_it_held_all_of_it() -> None:
    assert MAPPING.record(written("Train") | {"title": "Train twice"}).fields["text"] == "Train twice"
    assert isinstance(MAPPING.record(written(LONG) | {"title": "Train twice"}).fields["text"], Unread)


def test_the_whole_text_typed_over_is_the_text() -> None:
    assert MAPPING.record(written("Train") | {"custom_action_text": LONG}).fields["text"] == LONG


def test_both_typed_over_is_asked_about() -> None:
    both = written("Train") | {"title": "One", "custom_action_text": "Another"}
    assert isinstance(MAPPING.record(both).fields["text"], Unread)


def test_a_text_that_may_not_be_told_is_the_action_id() -> None:
    made = ticket(**MAPPING.changes({"text": None, "ref": "AT-1"}, "AT-1", "op-1"))
    assert made["title"] == "AT-1"
    assert MAPPING.record(made).fields["text"] is None


def test_on_hold_is_a_word_of_its_own_until_it_is_done() -> None:
    assert MAPPING.record(ticket(on_hold=True)).fields["status"] == "On hold"
    assert MAPPING.record(ticket(on_hold=True, status=3)).fields["status"] == "Resolved"
    assert MAPPING.changes({"status": "On hold"}, "", "") == {"on_hold": True, "status": 1}
    assert MAPPING.changes({"status": "Resolved"}, "", "") == {"on_hold": False, "status": 3}


def test_a_day_is_its_noon() -> None:
    assert MAPPING.changes({"current_due": date(2026, 3, 29)}, "", "") == {"due_date": "2026-03-29T12:00:00+00:00"}
    shown = MAPPING.record(ticket(due_date="2026-03-29T13:00:00+01:00")).fields["current_due"]
    assert isinstance(shown, datetime)
    assert same(shown, date(2026, 3, 29))


def test_what_was_said_since_ours_is_heard_and_the_opening_is_not() -> None:
    said = [("Ticket Opened", "d"), ("", "First"), ("", "Unread"), ("", "Ours"), ("", "No change"), ("Resolved", "")]
    follow_ups: list[dict[str, Any]] = [
        {"id": at, "title": title, "comment": comment} for at, (title, comment) in enumerate(said)
    ]
    follow_ups[3]["comment"] = signed("Ours", ticket(followup_set=follow_ups[:2]))
    assert comments(ticket(followup_set=follow_ups[:2])) == "First"
    assert comments(ticket(followup_set=follow_ups)) == "Ours\nUnread\nNo change"
    assert comments(ticket()) is None


def test_a_title_is_one_line_of_200_characters() -> None:
    assert title_of("One\n two") == "One two"
    assert title_of(LONG) == "Ж" * 199 + "…"
