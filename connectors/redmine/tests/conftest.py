"""Redmine, started once for all tests of this folder, and its projects in the hands of its people."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
import requests
from tests.servers.house import Running, serving
from tests.servers.redmine import Redmine

REF, SYNC, TEXT = 1, 2, 3
"""The numbers of our custom fields there."""


class Project:
    """One private project, as its people read and write it: by Redmine's API, with a person's key."""

    def __init__(self, server: Running, name: str) -> None:
        self.url = server.url
        self.name = name
        self.key = server.access["connector"]
        self._keys = server.access
        self._session = requests.Session()
        modules = {"enabled_module_names": ["issue_tracking"], "is_public": False}
        self.ask("POST", "projects", "admin", project={"name": name, "identifier": name, **modules})
        users = self.ask("GET", "users", "admin")["users"]
        for user in users:
            if user["login"] in ("connector", "person"):
                member = {"user_id": user["id"], "role_ids": [3]}
                self.ask("POST", f"projects/{name}/memberships", "admin", membership=member)
        self.statuses = {each["name"]: each["id"] for each in self.ask("GET", "issue_statuses")["issue_statuses"]}

    def ask(self, method: str, path: str, who: str = "person", **body: Any) -> Any:
        headers = {"X-Redmine-API-Key": self._keys[who]}
        answer = self._session.request(
            method, f"{self.url}/{path.replace('?', '.json?') if '?' in path else path + '.json'}", headers=headers,
            json=body or None, timeout=120,
        )  # fmt: skip
        assert answer.ok, answer.text
        return answer.json() if answer.content.strip() else None

    def options(self, url: str = "") -> dict[str, Any]:
        """What a `[[connector]]` says to get here."""
        return {
            "url": url or self.url, "project": self.name, "key": {"env": "REDMINE_KEY"},
            "ref_field": REF, "sync_field": SYNC, "text_field": TEXT,
        }  # fmt: skip

    def issues(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            page = self.ask(
                "GET", f"projects/{self.name}/issues?status_id=*&sort=id&limit=100&offset={len(found)}"
            )  # fmt: skip
            found += page["issues"]
            if len(found) >= page["total_count"]:
                return found

    def issue(self, number: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ask("GET", f"issues/{number}?include=journals")["issue"]
        return found

    def change(self, number: str, **fields: Any) -> None:
        self.ask("PUT", f"issues/{number}", issue=fields)

    def make(self, **fields: Any) -> str:
        return str(self.ask("POST", "issues", issue={"project_id": self.name, **fields})["issue"]["id"])

    def delete(self, number: str) -> None:
        self.ask("DELETE", f"issues/{number}")


def custom(issue: dict[str, Any], field: int) -> str:
    """What a custom field of an issue holds."""
    return next((each["value"] for each in issue["custom_fields"] if each["id"] == field), "") or ""


@pytest.fixture(scope="session")
def redmine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(Redmine(), tmp_path_factory.mktemp("redmine")) as running:
        yield running


_numbers = count(1)


@pytest.fixture
def project(redmine: Running) -> Project:
    """A project of its own for each test."""
    return Project(redmine, f"project-{next(_numbers)}")
