"""django-helpdesk's API, in its own terms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from actiontrack.api import RetryableError, UserError, Web

Ticket = Mapping[str, Any]
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Refusal:
    """What it does not take, in its words; `field` is its own name of the field, "" where it names none."""

    why: str
    field: str = ""


class Helpdesk:
    """Every method may raise what `Web.ask` raises."""

    def __init__(self, web: Web) -> None:
        self._web = web

    def form(self) -> Mapping[str, Any]:
        """What a new ticket takes, field by field; {} for one who may make none."""
        told = _object(self._web.ask("OPTIONS", "/api/tickets/"), "name")
        found: Mapping[str, Any] = told.get("actions", {}).get("POST", {})
        return found

    def tickets(self) -> Iterator[Ticket]:
        """Every ticket the user may see, of all queues: it can be asked for no fewer.

        Raises RetryableError where the list moved while its pages were read.
        """
        page, read, count = 1, 0, 0
        while page == 1 or read < count:
            told = _object(self._web.ask("GET", "/api/tickets/", params={"page": page, "page_size": _PAGE}), "results")
            if (page > 1 and told["count"] != count) or not (told["results"] or told["count"] == 0):
                raise RetryableError("its list of tickets moved while it was read; it is read again later")
            count, page = told["count"], page + 1
            read += len(told["results"])
            yield from told["results"]

    def ticket(self, key: str) -> Ticket | None:
        """One ticket; None where there is none by that number."""
        answer = self._web.ask("GET", f"/api/tickets/{key}/")
        return None if answer.status_code == 404 else _object(answer, "id")

    def make(self, fields: Mapping[str, Any]) -> Ticket | Refusal:
        """A new ticket. It is opened whatever its status is said to be."""
        answer = self._web.ask("POST", "/api/tickets/", json=fields)
        return _refusal(answer) or _object(answer, "id")

    def change(self, key: str, fields: Mapping[str, Any]) -> Refusal | None:
        """Change these fields of a ticket, whatever they are now: there is no precondition."""
        answer = self._web.ask("PATCH", f"/api/tickets/{key}/", json=fields)
        refused = _refusal(answer)
        if refused is None:
            _object(answer, "id")
        return refused

    def comment(self, key: str, text: str) -> Refusal | None:
        """Add a comment that staff see. On a ticket that is resolved it becomes the resolution, too."""
        fields = {"ticket": int(key), "comment": text, "public": False}
        answer = self._web.ask("POST", "/api/followups/", json=fields)
        refused = _refusal(answer)
        if refused is None:
            _object(answer, "id")
        return refused


def _refusal(answer: Any) -> Refusal | None:
    if answer.status_code != 400:
        return None
    said = _object(answer, "", good=400)
    field, why = next(iter(said.items()), ("", "it was refused"))
    return Refusal(" ".join(why) if isinstance(why, list) else str(why), str(field))


def _object(answer: Any, key: str, good: int = 200) -> Mapping[str, Any]:
    """The JSON object of an answer, with this key: a page that asks to sign in is no success."""
    if answer.status_code >= 400 and answer.status_code != good:
        raise UserError(f"the helpdesk answers {answer.status_code} {answer.reason}; check the url and the settings")
    try:
        said = answer.json()
    except ValueError:
        said = None
    if not isinstance(said, dict) or (key and key not in said):
        raise UserError("the helpdesk answers with something else than tickets; check the url")
    return said
