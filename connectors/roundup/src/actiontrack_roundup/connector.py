"""The connector to the issues of one tracker."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from urllib.parse import urlsplit

from actiontrack.api import (
    Batch,
    Capabilities,
    CursorExpired,
    InstanceContext,
    Observation,
    Outcome,
    Problem,
    Record,
    basic_auth,
)
from actiontrack_roundup import checking
from actiontrack_roundup.client import Json, RoundupClient
from actiontrack_roundup.mapping import COLUMNS, MARK, STATUS_WORDS, mark_of, record_of, told_by
from actiontrack_roundup.options import RoundupOptions
from actiontrack_roundup.writing import Writer

_OVERLAP = timedelta(seconds=10)
"""An increment begins so long before the newest change that was read: a change is dated before it is committed."""
_ANY_ZONE = timedelta(hours=15)
"""Roundup takes a time in the user's zone, which nobody tells us: we ask for more, and leave out what is older."""
_FORMAT = "%Y-%m-%d.%H:%M:%S"
_WRITES = frozenset(COLUMNS)
_AT_ONCE = 50


class RoundupConnector:
    """One tracker. A write first claims the issue by its ETag, then writes on the claimed one's."""

    def __init__(self, options: RoundupOptions, context: InstanceContext) -> None:
        self._options = options
        web = context.web(options.url, options.rate, options.ca)
        if options.token:
            web.session.headers["Authorization"] = f"Bearer {context.secret(options.token)}"
        else:
            web.session.auth = basic_auth(options.user, context.secret(options.password))
        web.session.headers["X-Requested-With"] = "rest"
        web.session.headers["Origin"] = _origin(options.origin or options.url)
        web.session.headers["Accept"] = "application/json"
        self._client = RoundupClient(web)
        self._context = context

    def __repr__(self) -> str:
        return f"RoundupConnector({self._options.url!r})"

    def capabilities(self) -> Capabilities:
        """Changes since a time are told, retired issues are not."""
        return Capabilities(
            reads=frozenset(COLUMNS), writes=_WRITES, cursor=True, concurrency="compare", marks=True,
            rate=self._options.rate,
        )  # fmt: skip

    def observe(self, cursor: str, columns: Mapping[str, str]) -> Observation:
        """Our issues and those that are to be adopted, all or what changed since the cursor.

        A cursor is the time of the newest change that was read, what was adopted then (another choice asks for
        everything), and the statuses there were. Raises CursorExpired, AccessRefused, UserError (no such tracker, no
        such property), and as `Web.read`.
        """
        since, statuses = self._read_on(cursor)
        issues = self._issues(since)
        messages = self._client.messages(number for issue in issues for number in told_by(issue))
        records = [record_of(issue, messages) for issue in issues]
        versions = sorted((record.remote_id, record.version) for record in records)
        newest = max((str(issue["activity"]) for issue in issues), default="")
        statuses = statuses or list(self._statuses)
        return Observation(
            records=records,
            proof=hashlib.sha256(repr(versions).encode()).hexdigest(),
            source=self._options.url,
            complete=not cursor,
            cursor=json.dumps([_earlier(newest, _OVERLAP), self._options.adopt, statuses]) if newest else cursor,
            columns=COLUMNS,
            writable=_WRITES,
            allowed={"status": statuses},
            words={"status": STATUS_WORDS},
            setup=("Each action becomes an issue of this tracker; issues of its own are left alone.",),
        )

    def unchanged(self, mark: str) -> str:
        """Asking what changed takes two requests as it is."""
        return ""

    def apply(self, batch: Batch) -> Iterator[Outcome]:
        """One after the other: read, claim, write, read again."""
        for start in range(0, len(batch.writes), _AT_ONCE):
            writes = batch.writes[start : start + _AT_ONCE]
            known = [write.remote_id for write in writes if not write.creates]
            there = {str(issue["id"]) for issue in self._client.issues(id=known)} if known else set()
            for write in writes:
                if write.creates:
                    yield self._writer.create(write)
                elif write.remote_id not in there:
                    yield Outcome(write.op_id, "stale", why="the issue is not there any more")
                else:
                    yield self._writer.update(write)

    def find(self, op_id: str) -> Record | None:
        """The issue that carries this write's mark."""
        made = [issue for issue in self._client.issues(action_sync=op_id) if mark_of(issue).created == op_id]
        return record_of(made[0], self._client.messages(told_by(made[0]))) if made else None

    def check(self) -> Iterable[Problem]:
        """Whether it can be reached and written, has our properties, and reckons days as we do."""
        return checking.check(self._client, self._options, self._context.timezone)

    @cached_property
    def _statuses(self) -> Mapping[str, str]:
        return self._client.names("status")

    @cached_property
    def _writer(self) -> Writer:
        return Writer(self._client, self._statuses, self._options.user)

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

    def _issues(self, since: str) -> list[Json]:
        """Each once."""
        times = {"activity": f"from {_earlier(since, _ANY_ZONE)}"} if since else {}
        adopt = self._options.adopt
        ours = [] if adopt == "*" else self._client.issues(action_sync=MARK, **times)
        theirs = self._client.issues(**({} if adopt == "*" else {"keyword": adopt}), **times) if adopt else []
        found = {str(issue["id"]): issue for issue in (*ours, *theirs)}
        # Should Roundup not heed the time, it tells of all issues; that is no harm.
        return [issue for issue in found.values() if not since or str(issue["activity"]) >= since]


def _earlier(said: str, by: timedelta) -> str:
    return f"{datetime.strptime(said, _FORMAT).replace(tzinfo=UTC) - by:{_FORMAT}}"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
