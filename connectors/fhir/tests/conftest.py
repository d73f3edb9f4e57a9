"""Medplum's FHIR router, started once for all tests of this folder, and its tasks in the hands of another program."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
import requests
from tests.servers.house import Running, serving
from tests.servers.medplum import Medplum


class Clinic:
    """A server's tasks as another program reads and writes them. `system` is the identifier system of this test."""

    def __init__(self, server: Running, system: str) -> None:
        self.url = server.url
        self.token = server.access["token"]
        self.system = system

    def ask(self, method: str, path: str, **asked: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/fhir+json"}
        answer = requests.request(method, f"{self.url}/{path}", headers=headers, timeout=60, **asked)
        answer.raise_for_status()
        return answer.json()

    def options(self, url: str = "") -> dict[str, Any]:
        """What a `[[connector]]` says to get here."""
        return {"url": url or self.url, "token": {"env": "FHIR_TOKEN"}, "system": self.system}

    def tasks(self, **criteria: str) -> list[dict[str, Any]]:
        asked = {"identifier": f"{self.system}|", **criteria}
        return [each["resource"] for each in self.ask("GET", "Task", params=asked).get("entry", ())]

    def task(self, key: str) -> dict[str, Any]:
        return dict(self.ask("GET", f"Task/{key}"))

    def change(self, key: str, edit: Callable[[dict[str, Any]], Any]) -> None:
        """Read a task, change it, and write all of it."""
        task = self.task(key)
        edit(task)
        self.ask("PUT", f"Task/{key}", json=task)

    def make(self, **elements: Any) -> str:
        """A task of their own; its id."""
        task = {"resourceType": "Task", "status": "requested", "intent": "order", **elements}
        return str(self.ask("POST", "Task", json=task)["id"])


@pytest.fixture(scope="session")
def medplum(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(Medplum(), tmp_path_factory.mktemp("medplum")) as running:
        yield running


_numbers = count(1)


@pytest.fixture
def clinic(medplum: Running) -> Clinic:
    """Identifiers of its own for each test."""
    return Clinic(medplum, f"https://board.example.org/action/{next(_numbers)}")
