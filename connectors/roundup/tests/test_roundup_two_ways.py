"""The two-way scenario on a real Roundup."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from between import WRITES, Between, between
from two_ways import Theirs, TwoWays

pytestmark = pytest.mark.server

_STATUSES = {"not_started": ("unread",), "in_progress": ("in-progress", "chatting"), "reported_complete": ("resolved",)}
_HERE = ZoneInfo("Europe/London")


class Issues:
    """A tracker in the hands of its people."""

    adopting = 'adopt = "Safeguarding"'

    def __init__(self, tracker: Any, stand: Between) -> None:
        self._tracker = tracker
        self.stand = stand
        self.stand.writes = lambda method, path: method in WRITES
        self.secrets = {"ROUNDUP_PASSWORD": tracker.password}
        told = tracker.options(stand.url)
        self.settings = (
            f'type = "roundup"\nurl = "{told["url"]}"\norigin = "{told["origin"]}"\nuser = "{told["user"]}"\n'
            'password = { env = "ROUNDUP_PASSWORD" }\nrate = 1000\n'
        )

    def keys(self, ref: str = "") -> Sequence[str]:
        found: list[str] = self._tracker.keys(**({"action_id": ref} if ref else {}))
        return found

    def read(self, key: str) -> Mapping[str, Any]:
        issue = self._tracker.issue(key)
        (status,) = [ours for ours, theirs in _STATUSES.items() if issue["status"]["name"] in theirs]
        due = issue["due"] and datetime.strptime(issue["due"], "%Y-%m-%d.%H:%M:%S").replace(tzinfo=UTC)
        return {
            "text": issue["title"],
            "status": status,
            "due": due.astimezone(_HERE).date() if due else None,
            "progress": "\n".join(self._tracker.messages(key)),
        }

    def write(self, key: str, **changes: Any) -> None:
        properties: dict[str, Any] = {}
        if "text" in changes:
            properties["title"] = changes["text"]
        if "status" in changes:
            properties["status"] = self._tracker.statuses[_STATUSES[changes["status"]][0]]
        if "due" in changes:
            properties["due"] = changes["due"].isoformat()
        if "progress" in changes:
            properties["messages"] = f"+{self._tracker.say(changes['progress'])}"
        self._tracker.change(key, **properties)

    def make(self, text: str) -> str:
        keywords = self._tracker.ask("GET", "keyword?name:=Safeguarding")["data"]["collection"]
        if not keywords:
            self._tracker.ask("POST", "keyword", "admin", name="Safeguarding")
        made: str = self._tracker.make(title=text, keyword="Safeguarding")
        return made


class TestRoundupTwoWays(TwoWays):
    @pytest.fixture
    def theirs(self, tracker: Any) -> Iterator[Theirs]:
        with between(tracker.url) as stand:
            yield Issues(tracker, stand)
