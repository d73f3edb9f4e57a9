"""A FHIR server's Task resources, in FHIR's own terms (R4: http.html, search.html)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from actiontrack.api import RetryableError, UserError, Web
from actiontrack_fhir import exact

if TYPE_CHECKING:
    import requests

Task = dict[str, Any]

_PAGE = 200
_MOST_PAGES = 10_000
_KIND = "application/fhir+json"
_NEEDED = "identifier,status,statusReason,businessStatus,description,restriction,note,output"
"""All that is asked for of a task that is only read: nothing of whom it is for."""


class TaskServer:
    """Speaks FHIR to one server, whose base address is the web's own."""

    def __init__(self, web: Web) -> None:
        self._web = web

    def search(self, *criteria: tuple[str, str]) -> list[Task]:
        """Every task that meets these criteria, page by page (each as far as a connector reads it).

        Raises UserError where that is no FHIR server, RetryableError where it gives less than there are, and as
        `Web.ask`.
        """
        asked = [*criteria, ("_sort", "_lastUpdated"), ("_count", str(_PAGE)), ("_elements", _NEEDED)]
        page = self._bundle(self._get(f"Task?{urlencode(asked)}"))
        found = _tasks(page)
        for _ in range(_MOST_PAGES):
            following = _next(page)
            if not following:
                break
            page = self._bundle(self._get(following))
            found += _tasks(page)
        else:
            raise UserError("the search for tasks goes on without an end; ask whoever runs the server")
        total, told = page.get("total"), len({each["id"] for each in found})  # a page may repeat what moved meanwhile
        if isinstance(total, int) and told < total:
            raise RetryableError(f"the server tells {told} of {total} tasks; the next sync reads them again")
        return found

    def task(self, key: str) -> Task | None:
        """All of a task, as it is now; None where it is not there. Raises as `Web.ask`."""
        answer = self._get(f"Task/{key}")
        if answer.status_code in (404, 410):
            return None
        found = self._resource(answer)
        if answer.status_code != 200 or found is None:
            raise UserError(f"Task/{key} answers {answer.status_code} and no task; check the url")
        return found

    def create(self, task: Task, unless: str) -> requests.Response:
        """Make a task, unless a search finds one (If-None-Exist); then the answer is 200 and tells of that."""
        return self._send("POST", "Task", task, {"If-None-Exist": unless})

    def update(self, task: Task) -> requests.Response:
        """Replace a task, on condition that it is of the version it says it is."""
        return self._send("PUT", f"Task/{task['id']}", task, {"If-Match": f'W/"{task["meta"]["versionId"]}"'})

    def told(self, answer: requests.Response) -> Task | None:
        """The task as stored that an answer to a write shows; None where it shows none."""
        return self._resource(answer)

    def capabilities(self) -> dict[str, Any]:
        """The server's CapabilityStatement. Raises UserError where it gives none."""
        told = _parsed(self._get("metadata"))
        if told.get("resourceType") != "CapabilityStatement":
            raise UserError("there is no FHIR server at that address; check the url")
        return told

    def _get(self, path: str) -> requests.Response:
        headers = {"Accept": _KIND, "Cache-Control": "no-cache"}  # some answer with what they found a minute ago
        return self._web.ask("GET", path, headers=headers)

    def _send(self, method: str, path: str, task: Task, condition: dict[str, str]) -> requests.Response:
        headers = {"Content-Type": f"{_KIND}; charset=utf-8", "Accept": _KIND, "Prefer": "return=representation"}
        return self._web.ask(method, path, data=exact.dumps(task).encode(), headers={**headers, **condition})

    def _bundle(self, answer: requests.Response) -> dict[str, Any]:
        told = _parsed(answer)
        if answer.status_code != 200 or told.get("resourceType") != "Bundle":
            said = outcome_of(answer)[0]
            raise UserError(f"the search for tasks answers {answer.status_code}{said and f' ({said})'}; check the url")
        return told

    def _resource(self, answer: requests.Response) -> Task | None:
        try:
            found = exact.loads(answer.content)
        except ValueError:
            return None
        is_task = isinstance(found, dict) and found.get("resourceType") == "Task" and found.get("id")
        return found if is_task else None


def outcome_of(answer: requests.Response) -> tuple[str, list[str]]:
    """What an OperationOutcome says is wrong, in codes, and with which elements: its prose may repeat what was sent."""
    try:
        issues = exact.loads(answer.content).get("issue", [])
        codes = dict.fromkeys(str(each.get("code", "")) for each in issues)
        elements = [str(path) for each in issues for path in each.get("expression", ())]
    except (ValueError, AttributeError, TypeError):
        return "", []
    return ", ".join(filter(None, codes)), elements


def _parsed(answer: requests.Response) -> dict[str, Any]:
    try:
        told = exact.loads(answer.content)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise UserError(f"there is no FHIR at that address (it answers {answer.status_code}); check the url")
    return told


def _tasks(page: dict[str, Any]) -> list[Task]:
    entries = [each.get("resource", {}) for each in page.get("entry", ())]
    return [each for each in entries if each.get("resourceType") == "Task" and each.get("id")]


def _next(page: dict[str, Any]) -> str:
    return next((str(each.get("url", "")) for each in page.get("link", ()) if each.get("relation") == "next"), "")
