"""The connector to the issues of one project."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property

from actiontrack.api import (
    Batch,
    Capabilities,
    CursorExpired,
    InstanceContext,
    Observation,
    Outcome,
    Problem,
    Record,
    Write,
)
from actiontrack_redmine import checking
from actiontrack_redmine.client import Json, RedmineClient
from actiontrack_redmine.mapping import COLUMNS, STATUS_WORDS, Fields, custom, mark_of, record_of
from actiontrack_redmine.notes import KeptNotes
from actiontrack_redmine.options import RedmineOptions
from actiontrack_redmine.writing import Writer

_OVERLAP = timedelta(seconds=10)
"""An increment begins so long before the newest change that was read: a change is dated before it is committed."""
_WRITES = frozenset(COLUMNS)


class RedmineConnector:
    """One project of a Redmine. Redmine heeds no precondition: each write is read before and after."""

    def __init__(self, options: RedmineOptions, context: InstanceContext) -> None:
        self._options = options
        self._context = context
        web = context.web(options.url, options.rate, options.ca)
        web.session.headers["X-Redmine-API-Key"] = context.secret(options.key)
        self._client = RedmineClient(web, options.project)
        self._fields = Fields(options.ref_field, options.sync_field, options.text_field)

    def __repr__(self) -> str:
        return f"RedmineConnector({self._options.url!r}, {self._options.project!r})"

    def capabilities(self) -> Capabilities:
        """Changes since a time are told, deletions are not; what a write overtook is seen after it, and put back."""
        return Capabilities(
            reads=frozenset(COLUMNS), writes=_WRITES, cursor=True, concurrency="compare", marks=True,
            rate=self._options.rate,
        )  # fmt: skip

    def observe(self, cursor: str, columns: Mapping[str, str]) -> Observation:
        """Our issues and those that are to be adopted, all or what changed since the cursor.

        A cursor is the time of the newest change that was read, what was adopted then (another choice asks for
        everything), and the statuses there were. Raises CursorExpired, AccessRefused (a wrong key), UserError (no such
        project), and as `Web.read`.
        """
        since, statuses = self._read_on(cursor)
        self._client.me()
        filters = {} if self._options.adopt else {f"cf_{self._fields.sync}": "*"}
        if cursor:
            filters |= {"updated_on": f">={since}"}
        else:
            self._refuse_unnamed_fields()
        issues = [issue for issue in self._client.issues(**filters) if self._is_meant(issue)]
        kept = KeptNotes(self._context.state_folder, self._fields.sync)
        read = list(kept.with_notes(issues, self._client, filters))
        records = [record_of(issue, self._fields, notes) for issue, notes in read]
        newest = max((str(issue["updated_on"]) for issue, _ in read), default="")
        statuses = statuses or list(self._statuses)
        versions = sorted((record.remote_id, record.version) for record in records)
        return Observation(
            records=records,
            proof=hashlib.sha256(repr(versions).encode()).hexdigest(),
            source=f"{self._options.url}/projects/{self._options.project}",
            complete=not cursor,
            cursor=json.dumps([_before(newest), self._options.adopt, statuses]) if newest else cursor,
            columns=COLUMNS,
            writable=_WRITES,
            allowed={"status": statuses},
            words={"status": STATUS_WORDS},
            setup=("Each action becomes an issue of this project; issues of its own are left alone.",),
        )

    def unchanged(self, mark: str) -> str:
        """Asking what changed takes two requests as it is."""
        return ""

    def apply(self, batch: Batch) -> Iterator[Outcome]:
        """One after the other: read, write, read again. Raises UserError where our custom fields are not there."""
        if any(write.creates for write in batch.writes):
            self._refuse_unnamed_fields()
        for write in batch.writes:
            yield self._write(write)

    def find(self, op_id: str) -> Record | None:
        """The issue that carries this write's mark."""
        for issue in self._client.issues(**{f"cf_{self._fields.sync}": f"~{op_id}"}):
            if mark_of(issue, self._fields).created == op_id:
                whole = self._client.issue(issue["id"])
                return self._writer.record(whole) if whole is not None else None
        return None

    def check(self) -> Iterable[Problem]:
        """Whether it can be reached, the key is known, the project may be written, and our fields are there."""
        return checking.check(self._client, self._options)

    @cached_property
    def _statuses(self) -> Mapping[str, int]:
        return self._client.statuses()

    @cached_property
    def _writer(self) -> Writer:
        return Writer(self._client, self._fields, self._statuses, self._options.tracker)

    def _read_on(self, cursor: str) -> tuple[str, list[str]]:
        """The time to read on from, and the statuses of then. Raises CursorExpired."""
        if not cursor:
            return "", []
        try:
            since, adopted, statuses = json.loads(cursor)
        except ValueError:
            raise CursorExpired("the cursor is of another release") from None
        if adopted != self._options.adopt:
            raise CursorExpired("other issues are adopted now")
        return since, statuses

    def _write(self, write: Write) -> Outcome:
        return self._writer.create(write) if write.creates else self._writer.update(write)

    def _refuse_unnamed_fields(self) -> None:
        """Where a number is wrong, an issue would be made without its mark, and made again by the next sync."""
        checking.refuse_missing(self._client, self._options)

    def _is_meant(self, issue: Json) -> bool:
        """Whether it is ours, or to be adopted."""
        adopt = self._options.adopt.casefold()
        adopted = adopt == "*" or adopt == str(issue["tracker"]["name"]).casefold()
        return bool(custom(issue, self._fields.sync)) or (bool(adopt) and adopted)


def _before(newest: str) -> str:
    """Where the next increment begins."""
    at = datetime.fromisoformat(newest.replace("Z", "+00:00")).astimezone(UTC) - _OVERLAP
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
