"""The two-way scenario on a real Redmine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pytest
from between import Between, between
from two_ways import Theirs, TwoWays

pytestmark = pytest.mark.server

_REF, _TEXT = 1, 3
_STATUSES = {"not_started": "New", "in_progress": "In Progress", "reported_complete": "Resolved"}


class Issues:
    """A project in the hands of its people."""

    adopting = 'adopt = "Support"'

    def __init__(self, project: Any, stand: Between) -> None:
        self._project = project
        self.stand = stand
        self.secrets = {"REDMINE_KEY": project.key}
        told = project.options(stand.url)
        self.settings = (
            f'type = "redmine"\nurl = "{told["url"]}"\nproject = "{told["project"]}"\nkey = {{ env = "REDMINE_KEY" }}\n'
            f"ref_field = {told['ref_field']}\nsync_field = {told['sync_field']}\ntext_field = {told['text_field']}\n"
            "rate = 1000\n"
        )

    def keys(self, ref: str = "") -> Sequence[str]:
        return [str(each["id"]) for each in self._project.issues() if not ref or _custom(each, _REF) == ref]

    def read(self, key: str) -> Mapping[str, Any]:
        issue = self._project.issue(key)
        (status,) = [ours for ours, theirs in _STATUSES.items() if theirs == issue["status"]["name"]]
        return {
            "text": _custom(issue, _TEXT) or issue["subject"],
            "status": status,
            "due": date.fromisoformat(issue["due_date"]) if issue["due_date"] else None,
            "progress": "\n".join(each["notes"] for each in issue["journals"] if each["notes"]),
        }

    def write(self, key: str, **changes: Any) -> None:
        fields: dict[str, Any] = {}
        if "text" in changes and len(changes["text"]) > 255:
            fields["custom_fields"] = [{"id": _TEXT, "value": changes["text"]}]
        elif "text" in changes:
            fields["subject"] = changes["text"]
            fields["custom_fields"] = [{"id": _TEXT, "value": ""}]
        if "status" in changes:
            fields["status_id"] = self._project.statuses[_STATUSES[changes["status"]]]
        if "due" in changes:
            fields["due_date"] = changes["due"].isoformat()
        if "progress" in changes:
            fields["notes"] = changes["progress"]
        self._project.change(key, **fields)

    def make(self, text: str) -> str:
        made: str = self._project.make(subject=text, tracker_id=3)
        return made


def _custom(issue: Mapping[str, Any], field: int) -> str:
    return next((each["value"] for each in issue["custom_fields"] if each["id"] == field), "") or ""


class TestRedmineTwoWays(TwoWays):
    @pytest.fixture
    def theirs(self, project: Any) -> Iterator[Theirs]:
        with between(project.url) as stand:
            yield Issues(project, stand)
