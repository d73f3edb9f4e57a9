"""The two-way scenario on a real Request Tracker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from between import Between, between
from two_ways import Theirs, TwoWays

pytestmark = pytest.mark.server

STATUSES = {
    "not_started": "not started",
    "in_progress": "in progress",
    "blocked": "blocked",
    "reported_complete": "reported complete",
}


class Tickets:
    """A queue in the hands of the agency's people."""

    adopting = "adopt = \"Status = 'not started'\""

    def __init__(self, queue: Any, stand: Between) -> None:
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


class TestRequestTrackerTwoWays(TwoWays):
    @pytest.fixture
    def theirs(self, queue: Any) -> Iterator[Theirs]:
        with between(queue.server.url) as stand:
            yield Tickets(queue, stand)
