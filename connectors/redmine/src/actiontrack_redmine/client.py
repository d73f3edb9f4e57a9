"""The issues of one project, in Redmine's own terms (its REST API)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from actiontrack.api import AccessRefused, RetryableError, UserError, Web

if TYPE_CHECKING:
    import requests

Json = Mapping[str, Any]
_PAGE = 100
"""Issues a page; Redmine gives no more, whatever is asked for."""
_SCANS = 3


class RedmineClient:
    """Speaks to one Redmine, about the issues of one project."""

    def __init__(self, web: Web, project: str) -> None:
        self._web = web
        self._project = project

    def me(self) -> Json:
        """Whose key it is. With a wrong key a Redmine that lets anybody read answers 200, and no issues.

        Raises AccessRefused, and as `Web.read`.
        """
        user: Json = _part(self._web.read("users/current.json"), "user", dict)
        if not user.get("id"):
            raise AccessRefused("Redmine does not know our key; check it")
        return user

    def project(self) -> Json:
        """The project with its trackers. Raises UserError where it is none of ours, and as `Web.read`."""
        answer = self._web.read(f"projects/{self._project}.json", params={"include": "trackers"})
        project: Json = _part(answer, "project", dict)
        return project

    def statuses(self) -> Mapping[str, int]:
        """The statuses there are: name → number."""
        return {each["name"]: each["id"] for each in self._listed("issue_statuses")}

    def issues(self, **filters: str) -> list[Json]:
        """Every issue that these filters select, closed ones too; without their notes.

        Raises RetryableError where the pages shift each time they are read, and as `Web.read`.
        """
        for _ in range(_SCANS):
            found = self._scan(filters)
            if found is not None:
                return found
        raise RetryableError("the issues change while they are read; it is tried again later")

    def issue(self, number: str | int) -> Json | None:
        """One issue with its notes; None where it is not there, or not any more for us to see."""
        try:
            answer = self._web.ask("GET", f"issues/{number}.json", params={"include": "journals"})
        except AccessRefused:  # it was moved where we may not look; were it the key, all else would say so
            self.me()
            return None
        if answer.status_code == 404:
            return None
        found: Json = _part(_json(answer), "issue", dict)
        return found

    def create(self, fields: Json) -> tuple[Json | None, Sequence[str]]:
        """A new issue, or why not; neither where the answer is no answer."""
        answer = self._web.ask("POST", "issues.json", json={"issue": {"project_id": self._project, **fields}})
        if answer.status_code >= 400:
            return None, _errors(answer)
        try:
            return _part(_json(answer), "issue", dict), ()
        except UserError:
            return None, ()

    def update(self, number: str | int, fields: Json) -> Sequence[str]:
        """Why it was refused; nothing where it was taken, or so it says: what it does not know it leaves out."""
        answer = self._web.ask("PUT", f"issues/{number}.json", json={"issue": dict(fields)})
        return _errors(answer) if answer.status_code >= 400 else ()

    def names(self, *fields: int) -> Sequence[str]:
        """The names of these custom fields, of those that the project has and that can be filtered by.

        Nobody but an administrator may ask for them. But who filters by one and says nothing is told its name.
        """
        asked = {f"cf_{field}": "~" for field in fields}
        answer = self._web.ask("GET", f"projects/{self._project}/issues.json", params={**asked, "limit": "1"})
        return [each.removesuffix(" cannot be blank") for each in _errors(answer)] if answer.status_code == 422 else ()

    def _scan(self, filters: Mapping[str, str]) -> list[Json] | None:
        """All pages; None where they shifted in between."""
        found: dict[int, Json] = {}
        total = 1
        while len(found) < total:
            params = {"status_id": "*", "sort": "id", **filters, "limit": str(_PAGE), "offset": str(len(found))}
            page = self._web.read(f"projects/{self._project}/issues.json", params=params)
            new = {each["id"]: each for each in _part(page, "issues", list)}
            total = int(page.get("total_count", 0))
            if (not new and total > len(found)) or new.keys() & found.keys():
                return None
            found |= new
        return list(found.values()) if len(found) == total else None

    def _listed(self, name: str) -> Sequence[Json]:
        found: Sequence[Json] = _part(self._web.read(f"{name}.json"), name, list)
        return found


def _json(answer: requests.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


def _part(document: Any, name: str, kind: type) -> Any:
    """A part of an answer. Raises UserError where it is none of Redmine's."""
    found = document.get(name) if isinstance(document, dict) else None
    if not isinstance(found, kind):
        raise UserError(f"Redmine answers without {name}; check that url names a Redmine whose REST API is on")
    return found


def _errors(answer: requests.Response) -> Sequence[str]:
    said = _json(answer)
    errors = said.get("errors") if isinstance(said, dict) else None
    return [str(each) for each in errors] if errors else [f"Redmine answers {answer.status_code} {answer.reason}"]
