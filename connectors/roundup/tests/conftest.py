"""Roundup, started once for all tests of this folder, and its tracker in the hands of its people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from tests.servers.house import Running, serving
from tests.servers.roundup import Roundup


class Tracker:
    """The tracker, as its people read and write it: by its REST interface, with a person's name."""

    def __init__(self, server: Running) -> None:
        self.url = server.url
        self.password = server.access["password"]
        self._session = requests.Session()
        self._session.headers.update({"X-Requested-With": "rest", "Origin": self.url, "Accept": "application/json"})
        for number in self.keys():
            self.retire(number)
        self.statuses = {
            each["name"]: each["id"] for each in self.ask("GET", "status?@fields=name")["data"]["collection"]
        }

    def ask(self, method: str, path: str, who: str = "person", etag: str = "", **body: Any) -> Any:
        headers = {"If-Match": etag} if etag else {}
        answer = self._session.request(
            method, f"{self.url}/rest/data/{path}", auth=(who, self.password), headers=headers, json=body or None,
            timeout=120,
        )  # fmt: skip
        assert answer.ok, answer.text
        return answer.json()

    def options(self, url: str = "") -> dict[str, Any]:
        """What a `[[connector]]` says to get here."""
        return {
            "url": url or self.url, "user": "connector", "password": {"env": "ROUNDUP_PASSWORD"}, "origin": self.url,
        }  # fmt: skip

    def keys(self, **filters: str) -> list[str]:
        asked = "".join(f"&{name}={value}" for name, value in filters.items())
        return [each["id"] for each in self.ask("GET", f"issue?@sort=id{asked}")["data"]["collection"]]

    def issue(self, number: str) -> dict[str, Any]:
        data = self.ask("GET", f"issue/{number}?@verbose=2")["data"]
        return {**data["attributes"], "@etag": data["@etag"]}

    def messages(self, number: str) -> list[str]:
        ids = [each["id"] for each in self.issue(number)["messages"]]
        return [
            self.ask("GET", f"msg/{each}?@fields=content&@verbose=3")["data"]["attributes"]["content"] for each in ids
        ]

    def change(self, number: str, **properties: Any) -> None:
        self.ask("PUT", f"issue/{number}", etag=self.issue(number)["@etag"], **properties)

    def say(self, text: str) -> str:
        """A new message; its number."""
        made: str = self.ask("POST", "msg", content=text, author="person", date=".")["data"]["id"]
        return made

    def make(self, **properties: Any) -> str:
        made: str = self.ask("POST", "issue", **properties)["data"]["id"]
        return made

    def retire(self, number: str) -> None:
        etag = self.ask("GET", f"issue/{number}")["data"]["@etag"]
        self.ask("DELETE", f"issue/{number}", "admin", etag)


@pytest.fixture(scope="session")
def roundup(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(Roundup(), tmp_path_factory.mktemp("roundup")) as running:
        yield running


@pytest.fixture
def tracker(roundup: Running) -> Tracker:
    """The tracker with nothing in it."""
    return Tracker(roundup)
