"""Request Tracker's REST 2 interface, in its own terms: tickets, transactions, queues.

Pages hold 100 at the most and are read by the last id, so that nothing shifts while they are read. What RT hides from
its user is left out of a page; only an empty page, or the count it gives, tells that there is no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from actiontrack.api import AccessRefused, RetryableError, SkippableError, UserError, Web, basic_auth

PAGE = 100
"""RT gives no more at once, and doesn't say so."""
_REST = "REST/2.0"
_TICKET = "Subject,Status,Due,CustomFields"
_CHANGE = "ObjectId,Type,Field,NewValue,Creator"
_TELLING = ("Create", "Set", "Status", "CustomField")
"""The types of transactions that change what we read."""


class Moved(Exception):  # noqa: N818 - an answer, not a fault
    """The ticket is not as it was when its ETag was read."""


class Tracker:
    """One RT, signed in as one user.

    A token or password is checked by bcrypt, which costs RT a tenth of a second; so the first request fetches a
    session's cookie, and the others go by that. They carry both: where the session has ended the token counts.
    """

    def __init__(self, web: Web, *, token: str = "", user: str = "", password: str = "") -> None:
        self._web = web
        self._signed_in = False
        if token:
            web.session.headers["Authorization"] = f"token {token}"
            self._form: dict[str, str] = {}
        else:
            web.session.auth = basic_auth(user, password)
            self._form = {"user": user, "pass": password}

    # --- signing in -------------------------------------------------------------------------------------------------

    def sign_in(self) -> None:
        """Once. Raises AccessRefused; a site without REST 1 gives no session, and every request is signed then."""
        if self._signed_in:
            return
        answer = self._web.ask("POST", "REST/1.0/", data=self._form, reads=True)
        if " 401 " in answer.text.partition("\n")[0]:
            raise AccessRefused("Request Tracker does not accept our name or key; check the credentials there")
        self._signed_in = True

    # --- reading ----------------------------------------------------------------------------------------------------

    def version(self) -> str:
        """RT's version."""
        return str(self._read("rt").get("Version", ""))

    def zone(self, user: str) -> str:
        """The time zone of our user there; "" where RT does not tell it."""
        try:
            return str(self._read(f"user/{_in_path(user)}").get("Timezone") or "")
        except UserError:
            return ""

    def queue(self, name: str) -> Mapping[str, Any] | None:
        """A queue with its custom fields; None where there is none, or none for us."""
        self.sign_in()
        try:
            answer = self._web.ask("GET", f"{_REST}/queue/{_in_path(name)}")
        except AccessRefused:  # RT says the same of a queue that is not there
            return None
        if answer.status_code == 404:
            return None
        found: Mapping[str, Any] = _data(answer.status_code, answer.text, answer.json, "queue")
        return found

    def tickets(self, query: str) -> Iterator[Mapping[str, Any]]:
        """Every ticket a query of RT finds, by id. Raises RetryableError where fewer come than it says there are."""
        last = 0
        while True:
            page = self._read(
                "tickets",
                query=f"({query}) AND id > {last}",
                fields=_TICKET, orderby="id", order="ASC", per_page=PAGE,
            )  # fmt: skip
            items = page["items"]
            yield from items
            total = page.get("total")
            if not items and total:
                raise RetryableError("Request Tracker gave fewer tickets than it counts; the next sync reads it again")
            if not items or total == len(items):
                return
            last = int(items[-1]["id"])

    def some_tickets(self, ids: Iterable[str], also: str = "") -> Iterator[Mapping[str, Any]]:
        """These tickets, as far as they are there (not deleted, not merged) and fit `also`."""
        ordered = sorted(set(ids), key=int)
        for at in range(0, len(ordered), PAGE):
            wanted = " OR ".join(f"id = {each}" for each in ordered[at : at + PAGE])
            yield from self.tickets(f"({wanted}){f' AND ({also})' if also else ''}")

    def ticket(self, ticket_id: str) -> tuple[Mapping[str, Any], str]:
        """One ticket and its ETag, which is the id of its last transaction. Raises SkippableError for a hidden one."""
        self.sign_in()
        try:
            answer = self._web.ask("GET", f"{_REST}/ticket/{ticket_id}")
        except AccessRefused:  # it was moved to where we may not look; were it us, RT would not let us in at all
            self.version()
            raise SkippableError(f"Request Tracker does not show us ticket {ticket_id} (403)") from None
        found = _data(answer.status_code, answer.text, answer.json, "ticket")
        return found, answer.headers.get("ETag", "").strip('W/"')

    def newest(self, queue: str, many: int) -> list[str]:
        """The ids of the newest transactions in a queue that change what we read, newest first."""
        page = self._read(
            "transactions", query=_of_queue(queue), fields="ObjectId", orderby="id", order="DESC", per_page=many
        )
        return [str(item["id"]) for item in page["items"]]

    def transactions_since(self, queue: str, after: int) -> Iterator[Mapping[str, Any]]:
        """Those with a higher id, by id."""
        return self._transactions(_of_queue(queue), after)

    def transactions_of(self, ticket_ids: Sequence[str], after: int) -> Iterator[Mapping[str, Any]]:
        """The same of these tickets."""
        for at in range(0, len(ticket_ids), PAGE):
            wanted = " OR ".join(f"ObjectId = {each}" for each in ticket_ids[at : at + PAGE])
            yield from self._transactions(f"ObjectType = 'RT::Ticket' AND ({wanted}) AND ({_of_types()})", after)

    def _transactions(self, query: str, after: int) -> Iterator[Mapping[str, Any]]:
        while True:
            page = self._read(
                "transactions", query=f"{query} AND id > {after}", fields=_CHANGE, orderby="id", order="ASC",
                per_page=PAGE,
            )  # fmt: skip
            items = page["items"]
            yield from items
            if len(items) < PAGE:
                return
            after = int(items[-1]["id"])

    def _read(self, path: str, **params: Any) -> Any:
        self.sign_in()
        return self._web.read(f"{_REST}/{path}", params=params)

    # --- writing ----------------------------------------------------------------------------------------------------

    def update(self, ticket_id: str, changes: Mapping[str, Any], etag: str) -> list[str]:
        """Change a ticket that is as its ETag says. What RT says of it, which may be that it did not. Raises Moved."""
        self.sign_in()
        headers = {"If-Match": f'"{etag}"'} if etag else {}
        answer = self._web.ask("PUT", f"{_REST}/ticket/{ticket_id}", json=dict(changes), headers=headers)
        if answer.status_code == 412:
            raise Moved
        said = _data(answer.status_code, answer.text, answer.json, "ticket")
        return [str(each) for each in said if each]

    def create(self, tickets: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
        """Make tickets: (id, "") of each, or ("", why not)."""
        self.sign_in()
        answer = self._web.ask("POST", f"{_REST}/tickets/bulk", json=[dict(each) for each in tickets])
        said = _data(answer.status_code, answer.text, answer.json, "tickets")
        return [(str(each.get("id") or ""), str(each.get("message") or "")) for each in said]

    def has_comment(self, ticket_id: str, subject: str) -> bool:
        """Whether somebody commented on a ticket under this subject."""
        of_ticket = f"ObjectType = 'RT::Ticket' AND ObjectId = {ticket_id} AND Type = 'Comment'"
        page = self._read("transactions", query=f"{of_ticket} AND Subject = {quoted(subject)}", per_page=1)
        return bool(page["items"])

    def comment(self, ticket_id: str, subject: str, text: str) -> None:
        """Comment on a ticket. Raises UserError where RT refuses."""
        self.sign_in()
        body = {"Subject": subject, "Content": text, "ContentType": "text/plain"}
        answer = self._web.ask("POST", f"{_REST}/ticket/{ticket_id}/comment", json=body)
        _data(answer.status_code, answer.text, answer.json, "comment")


def quoted(value: str) -> str:
    """A value as a query of RT's takes it: between quotes, with a backslash before what would end it."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _of_types() -> str:
    return " OR ".join(f"Type = '{each}'" for each in _TELLING)


def _of_queue(queue: str) -> str:
    return f"ObjectType = 'RT::Ticket' AND TicketQueue = {quoted(queue)} AND ({_of_types()})"


def _in_path(name: str) -> str:
    from urllib.parse import quote

    return quote(name, safe="")


def _data(status: int, text: str, load: Any, what: str) -> Any:
    """The JSON of an answer. Raises UserError where RT refuses, or answers with something else."""
    if status >= 400:
        said = text if len(text) < 300 and "<" not in text else ""
        raise UserError(f"Request Tracker refuses the {what} ({status}){f': {said}' if said else ''}; check the queue")
    try:
        return load()
    except ValueError:
        raise UserError("Request Tracker answers with something else than data; check the url") from None
