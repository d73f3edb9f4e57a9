"""Request Tracker, started once for all tests of this folder, and its queues in the hands of an agency's people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests
from tests.servers.house import Running, serving
from tests.servers.rt import PASSWORD, PERSON, STRICT, RequestTracker, prepare

_LONDON, _UTC = ZoneInfo("Europe/London"), ZoneInfo("UTC")


class TicketQueue:
    """One queue, as somebody with a browser reads and changes it: through RT, one field at a time."""

    def __init__(self, server: Running, name: str) -> None:
        self.server = server
        self.name = name
        self.token = server.access["token"]
        self._session = requests.Session()
        self._session.auth = (PERSON, PASSWORD)
        self._session.post(f"{server.url}/REST/1.0/", data={"user": PERSON, "pass": PASSWORD}, timeout=60)

    def options(self, url: str = "") -> dict[str, Any]:
        """What a `[[connector]]` says to get here."""
        return {"url": url or self.server.url, "queue": self.name, "token": {"env": "RT_TOKEN"}, "rate": 1000}

    def ask(self, method: str, path: str, **asked: Any) -> Any:
        answer = self._session.request(method, f"{self.server.url}/REST/2.0/{path}", timeout=120, **asked)
        answer.raise_for_status()
        return answer.json()

    def ids(self, ref: str = "") -> list[str]:
        """The tickets, or those that carry this Action ID."""
        query = f"Queue = '{self.name}'" + (f" AND CF.{{Action Id}} = '{ref}'" if ref else "")
        found: list[str] = []
        while True:
            page = self.ask("GET", "tickets", params={"query": query, "per_page": 100, "page": len(found) // 100 + 1})
            found += [str(each["id"]) for each in page["items"]]
            if len(page["items"]) < 100:
                return found

    def ticket(self, ticket_id: str) -> dict[str, Any]:
        """All of a ticket; its custom fields by name."""
        ticket = dict(self.ask("GET", f"ticket/{ticket_id}"))
        given = {each["name"]: filter(None, each["values"]) for each in ticket["CustomFields"]}
        ticket["CustomFields"] = {name: "\n".join(map(str, values)) for name, values in given.items()}
        return ticket

    def text(self, ticket_id: str) -> str:
        ticket = self.ticket(ticket_id)
        return str(ticket["CustomFields"]["Action text"] or ticket["Subject"])

    def change(self, ticket_id: str, **fields: Any) -> list[str]:
        """Change fields; what RT says of it."""
        return list(self.ask("PUT", f"ticket/{ticket_id}", json=fields))

    def set_text(self, ticket_id: str, text: str) -> None:
        """The subject, or the whole text where it has no room for it."""
        if len(text) <= 200 and "\n" not in text:
            self.change(ticket_id, Subject=text, CustomFields={"Action text": ""})
        else:
            self.change(ticket_id, CustomFields={"Action text": text})

    def set_due(self, ticket_id: str, day: date) -> None:
        """As the date picker does for somebody in London: that day's first moment."""
        self.change(ticket_id, Due=f"{datetime(day.year, day.month, day.day, tzinfo=_LONDON).astimezone(_UTC):%F %T}")

    def due(self, ticket: Mapping[str, Any]) -> date | None:
        """The day RT shows to somebody in London."""
        at = datetime.fromisoformat(ticket["Due"].replace("Z", "+00:00"))
        return at.astimezone(_LONDON).date() if at.year > 1970 else None

    def comment(self, ticket_id: str, text: str) -> None:
        self.ask("POST", f"ticket/{ticket_id}/comment", json={"Content": text, "ContentType": "text/plain"})

    def make(self, text: str) -> str:
        return str(self.ask("POST", "ticket", json={"Queue": self.name, "Subject": text})["id"])

    def delete(self, ticket_id: str) -> None:
        self.change(ticket_id, Status="deleted")


@pytest.fixture(scope="session")
def tracker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(RequestTracker(), tmp_path_factory.mktemp("rt")) as running:
        yield running


_numbers = count(1)


@pytest.fixture
def queue(tracker: Running) -> TicketQueue:
    """A queue of its own for each test."""
    name = f"Safeguarding {next(_numbers)}"
    prepare(tracker.folder, name)
    return TicketQueue(tracker, name)


@pytest.fixture
def strict(tracker: Running) -> TicketQueue:
    """A queue whose lifecycle lets few statuses follow one another."""
    return TicketQueue(tracker, STRICT)
