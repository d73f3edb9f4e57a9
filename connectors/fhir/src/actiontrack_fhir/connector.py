"""The connector to the tasks of one FHIR server."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from actiontrack.api import (
    Batch,
    Capabilities,
    CursorExpired,
    InstanceContext,
    Observation,
    Outcome,
    Plain,
    Problem,
    Record,
    Write,
    basic_auth,
    same_value,
)
from actiontrack_fhir import checking
from actiontrack_fhir.mapping import COLUMNS, OP, WRITES, has_noted, new_task, op_id_of, record_of, ref_of, write
from actiontrack_fhir.options import FhirOptions
from actiontrack_fhir.server import Task, TaskServer, outcome_of
from actiontrack_fhir.words import ENTERED_IN_ERROR, STATUS_WORDS

if TYPE_CHECKING:
    import requests

_OVERLAP = timedelta(seconds=10)
"""How far back an increment reaches: what was stamped earlier may have been stored later."""


class FhirConnector:
    """The tasks that carry our identifier. Each write is one PUT on condition of the version read just before."""

    def __init__(self, options: FhirOptions, context: InstanceContext) -> None:
        self._options = options
        self._context = context
        web = context.web(options.url, options.rate, options.ca)
        if options.token:
            web.session.headers["Authorization"] = f"Bearer {context.secret(options.token)}"
        elif options.user:
            web.session.auth = basic_auth(options.user, context.secret(options.password))
        self._server = TaskServer(web)

    def __repr__(self) -> str:
        return f"FhirConnector({self._options.url!r})"

    def capabilities(self) -> Capabilities:
        """_lastUpdated tells what changed, not what was deleted; If-Match and If-None-Exist keep writes apart."""
        return Capabilities(
            reads=frozenset(COLUMNS), writes=WRITES, cursor=True, concurrency="strong", marks=True, idempotent=True,
            rate=self._options.rate,
        )  # fmt: skip

    def observe(self, cursor: str, columns: Mapping[str, str]) -> Observation:
        """Our tasks and those that are to be adopted, all or what was last updated at the cursor or since.

        A cursor is the newest such moment, and what was adopted when it was given: another choice asks for everything.
        Raises CursorExpired, and as `TaskServer.search`.
        """
        adopted, _, newest = cursor.rpartition(" ")
        if cursor and adopted != self._options.adopt:
            raise CursorExpired("other tasks are adopted now")
        since = [("_lastUpdated", f"ge{_earlier(newest)}")] if cursor else []
        tasks = self._server.search(("identifier", f"{self._options.system}|"), *since)
        if self._options.adopt:
            tasks += self._server.search(*parse_qsl(self._options.adopt), *since)
        read = {str(task["id"]): task for task in tasks}
        records = [
            replace(record_of(task), lacks_ref=not ref_of(task, self._options.system))
            for task in read.values()
            if task.get("status") != ENTERED_IN_ERROR
        ]
        newest = max([newest, *(_updated(task) for task in read.values())])
        return Observation(
            records=records,
            proof=hashlib.sha256(repr(sorted((each.remote_id, each.version) for each in records)).encode()).hexdigest(),
            source=self._options.url,
            complete=not cursor,
            cursor=f"{self._options.adopt} {newest}" if newest else "",
            gone=[key for key, task in read.items() if task.get("status") == ENTERED_IN_ERROR],
            columns=COLUMNS,
            writable=WRITES,
            allowed={"status": tuple(STATUS_WORDS)},
            words={"status": STATUS_WORDS},
            setup=("Each action becomes a Task there; others are left alone.",),
        )

    def unchanged(self, mark: str) -> str:
        """Asking what was updated since takes one request as it is."""
        return ""

    def apply(self, batch: Batch) -> Iterator[Outcome]:
        """One after another: read, write on the version read, compare with what was stored."""
        for each in batch.writes:
            yield self._create(each) if each.creates else self._update(each)

    def find(self, op_id: str) -> Record | None:
        """The task that carries the mark of this write."""
        found = self._server.search(("identifier", f"{OP}|{op_id}"))
        return next((record_of(task) for task in found if op_id_of(task) == op_id), None)

    def check(self) -> Iterable[Problem]:
        """Whether it can be reached, is FHIR R4, lets us in, and can do what we need of it."""
        return checking.check(self._server, self._options.url)

    # --- writing ------------------------------------------------------------------------------------------------------

    def _create(self, each: Write) -> Outcome:
        ref = str(each.after["ref"])
        task = new_task(
            each.op_id, each.after, system=self._options.system, owner=self._options.owner, author=self._author,
            now=self._context.clock.now(),
        )  # fmt: skip
        answer = self._server.create(task, urlencode({"identifier": f"{self._options.system}|{ref}"}))
        if answer.status_code == 412:
            return Outcome(each.op_id, "refused", why=f"several tasks there carry the Action ID {ref}")
        if answer.status_code >= 400:
            return _refused(each, answer)
        stored = self._server.told(answer) or self._made(each.op_id)
        if stored is None:
            return Outcome(each.op_id, "unknown", why="the server does not show what it made")
        if op_id_of(stored) != each.op_id or ref_of(stored, self._options.system) != ref:
            return Outcome(each.op_id, "refused", why=f"a task there carries the Action ID {ref} already")
        if answer.status_code == 200 and _told(each, stored).state == "refused":
            return Outcome(each.op_id, "unknown", why="it was made before, and says something else by now")
        return Outcome(each.op_id, "applied", record_of(stored))  # what it did not take is sent, and judged, by itself

    def _update(self, each: Write) -> Outcome:
        task = self._server.task(each.remote_id)
        if task is None:
            return Outcome(each.op_id, "stale", why="the task is not there any more")
        now = record_of(task)
        after = {name: value for name, value in each.after.items() if name in WRITES and not _shows(task, name, value)}
        if any(not same_value(now.fields.get(name), each.before.get(name)) for name in after):
            return Outcome(each.op_id, "stale", why="somebody edited it in the meantime")
        ref = "" if ref_of(task, self._options.system) else str(each.after.get("ref") or "")
        if not after and not ref:
            return Outcome(each.op_id, "applied", now)
        if not task.get("meta", {}).get("versionId"):
            return Outcome(each.op_id, "refused", why="the server gives it no version, so that nobody's edit is safe")
        write(task, each.op_id, after, author=self._author, now=self._context.clock.now())
        if ref:
            task["identifier"] = [*task.get("identifier", ()), {"system": self._options.system, "value": ref}]
        answer = self._server.update(task)
        if answer.status_code in (404, 409, 410, 412):
            return Outcome(each.op_id, "stale", why="somebody edited it in the meantime")
        if answer.status_code >= 400:
            refused = _refused(each, answer)
            if refused.field in after and len(after) > 1:  # the rest goes
                self._update(replace(each, after={name: after[name] for name in after if name != refused.field}))
            return refused
        stored = self._server.told(answer)
        return _told(each, stored) if stored is not None else self._looked_at(each, task)

    def _looked_at(self, each: Write, before: Task) -> Outcome:
        """What became of a write by what is there now, where the answer did not show it."""
        stored = self._server.task(each.remote_id)
        if stored is None:
            return Outcome(each.op_id, "stale", why="the task is not there any more")
        told = _told(each, stored)
        if told.state == "applied" or stored.get("meta") == before.get("meta"):
            return told
        return Outcome(each.op_id, "stale", why="somebody edited it in the meantime")

    def _made(self, op_id: str) -> Task | None:
        found = self.find(op_id)
        return self._server.task(found.remote_id) if found is not None else None

    @property
    def _author(self) -> str:
        return self._context.board_name or "actiontrack"


def _earlier(moment: str) -> str:
    """The moment to ask from. Raises CursorExpired for one that is none."""
    try:
        return (datetime.fromisoformat(moment) - _OVERLAP).astimezone(UTC).isoformat().replace("+00:00", "Z")
    except ValueError:
        raise CursorExpired("the cursor is no moment") from None


def _updated(task: Task) -> str:
    """When it was last updated, in one form for comparing; "" where it does not say."""
    try:
        moment = datetime.fromisoformat(str(task.get("meta", {}).get("lastUpdated", "")))
    except ValueError:
        return ""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _told(each: Write, stored: Task) -> Outcome:
    """Applied where all of it is there, else refused by the first field that is not."""
    now = record_of(stored)
    for name, value in each.after.items():
        if name in COLUMNS and not _shows(stored, name, value):
            why = "the server did not take it as it was sent"
            return Outcome(each.op_id, "refused", now, why=why, field=name)
    return Outcome(each.op_id, "applied", now)


def _refused(each: Write, answer: requests.Response) -> Outcome:
    """In the server's words, by the field that it names where it names one."""
    said, elements = outcome_of(answer)
    named = [
        name for path in elements for name, element in COLUMNS.items()
        if f"{path}.".startswith(f"Task.{element.partition('.')[0]}.") and name in each.after
    ]  # fmt: skip
    why = f"the server answers {answer.status_code}{said and f' ({said})'}"
    return Outcome(each.op_id, "refused", why=why, field=next(iter(named), ""))


def _shows(task: Task, name: str, value: Plain) -> bool:
    """Whether a task says a value: our progress in our newest note."""
    if name == "progress":
        return has_noted(task, value) or same_value(record_of(task).fields["progress"], value)
    return same_value(record_of(task).fields.get(name), value)
