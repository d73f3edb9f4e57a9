"""The two-way scenario on a real Radicale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from between import Between, between
from two_ways import Theirs, TwoWays, World

pytestmark = pytest.mark.server

_STATES = {
    "not_started": "NEEDS-ACTION",
    "in_progress": "IN-PROCESS",
    "reported_complete": "COMPLETED",
    "closed_not_implemented": "CANCELLED",
}


class Tasks:
    """A list in another program's hands."""

    adopting = 'adopt = "Safeguarding"'

    def __init__(self, tasks: Any, stand: Between) -> None:
        self._tasks = tasks
        self.stand = stand
        self.secrets = {"LIST_PASSWORD": tasks.password}
        told = tasks.options(stand.url)
        self.settings = (
            f'type = "caldav"\nurl = "{told["url"]}"\nuser = "{told["user"]}"\npassword = {{ env = "LIST_PASSWORD" }}\n'
            "rate = 1000\n"
        )

    def keys(self, ref: str = "") -> Sequence[str]:
        texts: Mapping[str, str] = self._tasks.all()
        return [
            href for href, text in texts.items() if not ref or f"X-ACTIONTRACK-REF:{ref}\n" in text.replace("\r", "")
        ]

    def read(self, key: str) -> Mapping[str, Any]:
        task = self._tasks.todo(key)
        (status,) = [ours for ours, theirs in _STATES.items() if theirs == task["STATUS"]]
        return {
            "text": str(task["SUMMARY"]),
            "status": status,
            "due": task.decoded("DUE") if "DUE" in task else None,
            "progress": str(task.get("DESCRIPTION", "")),
        }

    def write(self, key: str, **changes: Any) -> None:
        names = {"text": "summary", "status": "status", "due": "due", "progress": "description"}
        if "status" in changes:
            changes["status"] = _STATES[changes["status"]]
        if "progress" in changes:
            changes["progress"] = f"{self.read(key)['progress']}\n{changes['progress']}"
        self._tasks.set(key, **{names[name]: value for name, value in changes.items()})

    def make(self, text: str) -> str:
        self._tasks.make(
            "their-own.ics", summary=text, status="NEEDS-ACTION", categories=["Safeguarding"],
            dtstamp=datetime(2026, 11, 1, tzinfo=UTC),
        )  # fmt: skip
        return "their-own.ics"


class TestCalDavTwoWays(TwoWays):
    @pytest.fixture
    def theirs(self, task_list: Any) -> Iterator[Theirs]:
        with between(task_list.url) as stand:
            yield Tasks(task_list, stand)

    def test_blocked_is_a_category_that_people_see_and_take_away(self, world: World, task_list: Any) -> None:
        world.suite.monkeypatch.setenv("AT_NOW", "2026-11-24T09:00:00+00:00")
        ref = world.add("Train every team")
        world.set(ref, status="blocked", status_reason="Waits for funding", look_again="2026-12-24")
        world.settle()
        href = world.record(ref)
        assert task_list.todo(href)["CATEGORIES"].cats == ["Blocked"]
        task_list.set(href, categories=None, status="IN-PROCESS")
        world.settle()
        assert world.show(ref)["status"] == "in_progress"
        task_list.set(href, categories=["blocked", "Teams"])
        world.settle()
        (proposal,) = world.suite.run("proposal", "list")
        assert "blocked" in str(proposal)
        assert world.show(ref)["status"] == "in_progress", "it needs a reason and a day first"

    def test_what_is_attached_there_is_evidence_here(self, world: World, task_list: Any) -> None:
        ref = world.add("Train every team")
        world.sync()
        for link in ("https://example.org/minutes", "https://example.org/list"):
            task_list.change(world.record(ref), lambda task, link=link: task.add("attach", link))
            world.settle()
        assert [each["link"] for each in world.show(ref)["evidence"]] == [
            "https://example.org/minutes", "https://example.org/list",
        ]  # fmt: skip
