"""django-helpdesk, started once for all tests of this folder, and its tickets in the hands of its own people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

import pytest
import requests
from tests.servers.helpdesk import Helpdesk, clear
from tests.servers.house import Running, serving


class Queue:
    """One queue, by the API, as another program of its people's."""

    def __init__(self, number: int, server: Running) -> None:
        self.number = number
        self.url = server.url
        self.password = server.access["password"]
        self.user = server.access["user"]

    def ask(self, method: str, path: str, **asked: Any) -> Any:
        answer = requests.request(
            method, f"{self.url}/api/{path}", auth=(self.user, self.password), timeout=120, **asked
        )
        assert answer.status_code < 400, answer.text
        return answer.json() if answer.content else None

    def tickets(self) -> list[Mapping[str, Any]]:
        """All of the queue."""
        told = self.ask("GET", "tickets/", params={"page_size": 5000})
        return [each for each in told["results"] if each["queue"] == self.number]

    def ticket(self, key: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.ask("GET", f"tickets/{key}/")
        return found

    def change(self, key: str, **fields: Any) -> None:
        self.ask("PATCH", f"tickets/{key}/", json=fields)

    def comment(self, key: str, text: str) -> None:
        self.ask("POST", "followups/", json={"ticket": int(key), "comment": text, "public": True})

    def move(self, key: str, status: int) -> None:
        """Choose another status in the helpdesk's own form, which keeps a history of that."""
        self.ask("POST", "followups/", json={"ticket": int(key), "comment": "", "new_status": status, "public": True})

    def make(self, **fields: Any) -> str:
        told = self.ask("POST", "tickets/", json={"queue": self.number, "priority": 3, "description": "…", **fields})
        return str(told["id"])


@pytest.fixture(scope="session")
def helpdesk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(Helpdesk(), tmp_path_factory.mktemp("helpdesk")) as running:
        yield running


_numbers = count(1)
_MANY = 20


@pytest.fixture
def queue(helpdesk: Running) -> Iterator[Queue]:
    """An empty one for each test."""
    queue = Queue(next(_numbers), helpdesk)
    yield queue
    if len(queue.tickets()) > _MANY:
        clear(helpdesk, queue.number)
