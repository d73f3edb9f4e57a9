"""The two-way scenario on Medplum's FHIR router."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pytest
from between import Between, between
from two_ways import Theirs, TwoWays, World

pytestmark = pytest.mark.server

_STATES = {
    "not_started": "requested",
    "in_progress": "in-progress",
    "blocked": "on-hold",
    "reported_complete": "completed",
    "closed_not_implemented": "cancelled",
}


class Tasks:
    """A server's tasks in another program's hands."""

    def __init__(self, clinic: Any, stand: Between) -> None:
        self._clinic = clinic
        self.stand = stand
        self.secrets = {"FHIR_TOKEN": clinic.token}
        self._made: list[str] = []
        told = clinic.options(stand.url)
        self.adopting = f'adopt = "group-identifier={clinic.system}|theirs"'
        self.settings = (
            f'type = "fhir"\nurl = "{told["url"]}"\nsystem = "{told["system"]}"\ntoken = {{ env = "FHIR_TOKEN" }}\n'
            "rate = 1000\n"
        )

    def keys(self, ref: str = "") -> Sequence[str]:
        found = self._clinic.tasks(identifier=f"{self._clinic.system}|{ref}")
        return list(dict.fromkeys([*(each["id"] for each in found), *([] if ref else self._made)]))

    def read(self, key: str) -> Mapping[str, Any]:
        task = self._clinic.task(key)
        (status,) = [ours for ours, theirs in _STATES.items() if theirs == task["status"]]
        end = task.get("restriction", {}).get("period", {}).get("end")
        return {
            "text": task.get("description", ""),
            "status": status,
            "due": date.fromisoformat(end) if end else None,
            "progress": "\n".join(note["text"] for note in task.get("note", ())),
        }

    def write(self, key: str, **changes: Any) -> None:
        def edit(task: dict[str, Any]) -> None:
            if "text" in changes:
                task["description"] = changes["text"]
            if "status" in changes:
                task["status"] = _STATES[changes["status"]]
            if "due" in changes:
                task["restriction"] = {"period": {"end": changes["due"].isoformat()}}
            if "progress" in changes:
                task["note"] = [*task.get("note", ()), {"text": changes["progress"]}]

        self._clinic.change(key, edit)

    def make(self, text: str) -> str:
        group = {"system": self._clinic.system, "value": "theirs"}
        self._made.append(self._clinic.make(description=text, groupIdentifier=group))
        return self._made[-1]


class TestFhirTwoWays(TwoWays):
    @pytest.fixture
    def theirs(self, clinic: Any) -> Iterator[Theirs]:
        with between(clinic.url) as stand:
            yield Tasks(clinic, stand)

    def test_on_hold_is_blocked_with_its_reason(self, world: World, clinic: Any) -> None:
        world.suite.monkeypatch.setenv("AT_NOW", "2026-11-24T09:00:00+00:00")
        ref = world.add("Train every team")
        world.set(ref, status="blocked", status_reason="Waits for funding", look_again="2026-12-24")
        world.settle()
        task = clinic.task(world.record(ref))
        assert (task["status"], task["statusReason"]) == ("on-hold", {"text": "Waits for funding"})
        world.theirs.write(world.record(ref), status="in_progress")
        world.settle()
        assert world.show(ref)["status"] == "in_progress"

    def test_what_is_put_out_there_is_evidence_here(self, world: World, clinic: Any) -> None:
        ref = world.add("Train every team")
        world.sync()
        for link in ("https://example.org/minutes", "https://example.org/list"):
            output = {"type": {"text": "link"}, "valueUrl": link}
            clinic.change(
                world.record(ref), lambda task, each=output: task.update(output=[*task.get("output", ()), each])
            )
            world.settle()
        assert [each["link"] for each in world.show(ref)["evidence"]] == [
            "https://example.org/minutes", "https://example.org/list",
        ]  # fmt: skip
