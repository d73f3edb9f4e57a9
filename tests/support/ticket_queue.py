"""A queue of Request Tracker in the hands of people: read and changed by RT's own means, never by the connector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import requests
from between import Between
from tests.servers.house import Running
from tests.servers.rt import PASSWORD, PERSON

_LONDON, _UTC = ZoneInfo("Europe/London"), ZoneInfo("UTC")
STATUSES = {
    "not_started": "not started",
    "in_progress": "in progress",
    "blocked": "blocked",
    "reported_complete": "reported complete",
}


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
        name = self.name.replace("'", "\\'")
        query = f"Queue = '{name}'" + (f" AND CF.{{Action Id}} = '{ref}'" if ref else "")
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


class Tickets:
    """A queue in the hands of the agency's people."""

    adopting = "adopt = \"Status = 'not started'\""

    def __init__(self, queue: TicketQueue, stand: Between) -> None:
        self._queue = queue
        self.stand = stand
        stand.writes = lambda method, path: method in ("PUT", "POST") and "/REST/2.0/" in path
        self.secrets = {"RT_TOKEN": queue.token}
        self.settings = (
            f'type = "request-tracker"\nurl = "{stand.url}"\nqueue = "{queue.name}"\n'
            'token = { env = "RT_TOKEN" }\nrate = 1000\n'
        )

    def keys(self, ref: str = "") -> Sequence[str]:
        return list(self._queue.ids(ref))

    def read(self, key: str) -> Mapping[str, Any]:
        ticket = self._queue.ticket(key)
        (status,) = [ours for ours, theirs in STATUSES.items() if theirs == ticket["Status"]]
        return {
            "text": self._queue.text(key),
            "status": status,
            "due": self._queue.due(ticket),
            "progress": ticket["CustomFields"]["Progress"],
        }

    def write(self, key: str, **changes: Any) -> None:
        if "text" in changes:
            self._queue.set_text(key, changes["text"])
        if "status" in changes:
            self._queue.change(key, Status=STATUSES[changes["status"]])
        if "due" in changes:
            self._queue.set_due(key, changes["due"])
        if "progress" in changes:
            self._queue.comment(key, changes["progress"])

    def make(self, text: str) -> str:
        return str(self._queue.make(text))
