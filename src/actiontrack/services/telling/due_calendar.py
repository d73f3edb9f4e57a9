"""A calendar file (RFC 5545): a to-do for each due date, an event for each coming meeting; refs and dates only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from actiontrack.domain.ledger import Setting
from actiontrack.domain.nouns import Meeting
from actiontrack.ports import Reader
from actiontrack.services.core import Core


def due_calendar(core: Core, reader: Reader, dated: Iterable[tuple[str, date]], at: datetime) -> str:
    """The file's text: the same for the same facts and instant. A later file moves what an earlier one brought in."""
    from icalendar import Calendar, Event, Todo

    store = reader.get(Setting, "store_id")
    board = store.value if store else ""
    stamp = at.astimezone(UTC).replace(microsecond=0)
    calendar = Calendar()
    calendar.add("prodid", "-//actiontrack//action plan//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for ref, due in dated:
        todo = Todo()
        todo.add("uid", _uid(board, "due", ref))
        todo.add("dtstamp", stamp)
        todo.add("summary", f"{ref} is due")
        todo.add("due", due)
        todo.add("status", "NEEDS-ACTION")
        calendar.add_component(todo)
    for meeting in sorted(reader.find(Meeting, date__ge=core.clock.today()), key=lambda each: (each.date, each.ref)):
        event = Event()
        event.add("uid", _uid(board, "meeting", meeting.ref))
        event.add("dtstamp", stamp)
        event.add("summary", "Meeting of the Board")
        event.add("dtstart", meeting.date)
        event.add("dtend", meeting.date + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return str(calendar.to_ical(), "utf-8")


def _uid(board: str, kind: str, ref: str) -> str:
    return f"{hashlib.sha256(f'{board}/{kind}/{ref}'.encode()).hexdigest()[:32]}@actiontrack"
