"""A tracker's issues and messages, in Roundup's own terms (its REST interface)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from actiontrack.api import RetryableError, UserError, Web

if TYPE_CHECKING:
    import requests

Json = Mapping[str, Any]
_PAGE = 500
_AT_ONCE = 80
"""Messages asked for in one request: their numbers have to fit into an address."""
_SCANS = 3
_FIELDS = "title,status,due,action_id,action_sync,messages,activity,actor"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a write was not taken; `moved` where that is because of what somebody else did."""

    why: str
    moved: bool = False


class RoundupClient:
    """Speaks to one tracker."""

    def __init__(self, web: Web) -> None:
        self._web = web

    def issues(self, **filters: str | Sequence[str]) -> list[Json]:
        """Every issue that these filters select.

        Raises RetryableError where the pages shift each time they are read, and as `Web.read`.
        """
        for _ in range(_SCANS):
            found = self._scan(filters)
            if found is not None:
                return found
        raise RetryableError("the issues change while they are read; it is tried again later")

    def issue(self, number: str) -> tuple[Json, str] | None:
        """One issue with its ETag; None where it is not there. One that was retired is shown as if it were."""
        params = {"@fields": _FIELDS, "@verbose": "2", "@protected": "true"}
        answer = self._web.ask("GET", f"rest/data/issue/{number}", params=params)
        if answer.status_code == 404:
            return None
        data = _data(_json(answer))
        attributes, etag = data.get("attributes"), data.get("@etag")
        if not isinstance(attributes, dict) or not etag:
            raise UserError(
                "Roundup answers without an issue; check that url names a tracker whose REST interface is on"
            )
        return {**attributes, "id": str(number)}, str(etag)

    def messages(self, numbers: Iterable[str]) -> Mapping[str, str]:
        """What messages say, by their numbers; those that we may see."""
        wanted = sorted(set(numbers), key=int)
        found: dict[str, str] = {}
        for start in range(0, len(wanted), _AT_ONCE):
            params = {"@fields": "content", "@verbose": "3", "id": wanted[start : start + _AT_ONCE]}
            for each in _collection(self._web.read("rest/data/msg", params=params)):
                found[str(each["id"])] = str(each.get("content") or "")
        return found

    def names(self, kind: str) -> Mapping[str, str]:
        """The items of a class: name → number."""
        found = _collection(self._web.read(f"rest/data/{kind}", params={"@fields": "name", "@sort": "order"}))
        return {str(each["name"]): str(each["id"]) for each in found}

    def zone(self, user: str) -> str:
        """The time zone that a user chose; "" where it is the tracker's own, which it tells nobody."""
        found = _collection(self._web.read("rest/data/user", params={"@fields": "timezone", "username:": user}))
        return str(found[0].get("timezone") or "") if found else ""

    def create(self, kind: str, properties: Json) -> str | Refusal | None:
        """The number of a new item, or why not; None where the answer is no answer."""
        answer = self._web.ask("POST", f"rest/data/{kind}", json=dict(properties))
        if answer.status_code >= 400:
            return _refusal(answer)
        try:
            return str(_data(_json(answer))["id"])
        except (UserError, KeyError):
            return None

    def update(self, number: str, etag: str, properties: Json) -> Refusal | None:
        """Why it was not taken; None where it was, or so it says."""
        headers = {"If-Match": etag}
        answer = self._web.ask("PUT", f"rest/data/issue/{number}", json=dict(properties), headers=headers)
        return _refusal(answer) if answer.status_code >= 400 else None

    def options(self) -> requests.Response:
        """What may be done with issues."""
        return self._web.ask("OPTIONS", "rest/data/issue")

    def _scan(self, filters: Mapping[str, str | Sequence[str]]) -> list[Json] | None:
        """All pages; None where they shifted in between."""
        found: dict[str, Json] = {}
        for page in range(1, 100_000):
            params = {
                "@fields": _FIELDS, "@verbose": "2", "@sort": "id", "@page_size": str(_PAGE), "@page_index": str(page),
                **filters,
            }  # fmt: skip
            document = self._web.read("rest/data/issue", params=params)
            new = {str(each["id"]): each for each in _collection(document)}
            if new.keys() & found.keys():
                return None
            found |= new
            total = int(document["data"].get("@total_size", -1))
            if len(new) < _PAGE:
                return list(found.values()) if total in (-1, len(found)) else None
        return None


def _json(answer: requests.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


def _data(document: Any) -> dict[str, Any]:
    found = document.get("data") if isinstance(document, dict) else None
    if not isinstance(found, dict):
        raise UserError("Roundup answers without data; check that url names a tracker whose REST interface is on")
    return found


def _collection(document: Any) -> Sequence[Json]:
    found = _data(document).get("collection")
    if not isinstance(found, list):
        raise UserError("Roundup answers without a collection; check that url names a tracker")
    return found


def _refusal(answer: requests.Response) -> Refusal:
    said = _json(answer)
    error = said.get("error") if isinstance(said, dict) else None
    why = error.get("msg") if isinstance(error, dict) else None
    told = f"Roundup answers {answer.status_code}: {why or answer.reason}"
    return Refusal(told, moved=answer.status_code in (404, 412))
