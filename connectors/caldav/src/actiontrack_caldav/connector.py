"""The connector to one list of tasks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from actiontrack.api import (
    ActionTrackError,
    Batch,
    Capabilities,
    CursorExpired,
    InstanceContext,
    Observation,
    Outcome,
    Problem,
    Record,
    Write,
    basic_auth,
    same_value,
)
from actiontrack_caldav import checking
from actiontrack_caldav.collection import CollectionClient, Member
from actiontrack_caldav.lines import Task
from actiontrack_caldav.mapping import COLUMNS, WRITES, href_of, new_task, op_id_of, record_of, uncarriable, write
from actiontrack_caldav.options import CalDavOptions
from actiontrack_caldav.words import PRIORITIES, STATUS_WORDS

_AT_ONCE = 50
"""Writes between two looks at what is there."""


@dataclass(frozen=True, slots=True)
class _Sent:
    """A write that went out: where to, and the tag it got ("" where the server gave none)."""

    write: Write
    href: str
    etag: str


class CalDavConnector:
    """One collection of tasks. Each write is one PUT on condition of the tag of what was read just before."""

    def __init__(self, options: CalDavOptions, context: InstanceContext) -> None:
        self._options = options
        self._context = context
        web = context.web(options.url, options.rate, options.ca)
        if options.token:
            web.session.headers["Authorization"] = f"Bearer {context.secret(options.token)}"
        elif options.user:
            web.session.auth = basic_auth(options.user, context.secret(options.password))
        self._client = CollectionClient(web, options.url)

    def __repr__(self) -> str:
        return f"CalDavConnector({self._options.url!r})"

    def capabilities(self) -> Capabilities:
        """A sync-token tells what changed and is gone; writes are conditional; a create has an address of its own."""
        return Capabilities(
            reads=frozenset(COLUMNS), writes=WRITES, cursor=True, reports_deletions=True, concurrency="strong",
            marks=True, idempotent=True, rate=self._options.rate,
        )  # fmt: skip

    def observe(self, cursor: str, columns: Mapping[str, str]) -> Observation:
        """Our tasks and those that are to be adopted, all or what changed since the cursor.

        A cursor is the server's token, and what was adopted when it was given: another choice asks for everything.
        Raises CursorExpired, UserError (no such list), and as `Web.ask`.
        """
        adopted, _, token = cursor.rpartition(" ")
        if cursor and adopted != self._options.adopt:
            raise CursorExpired("other tasks are adopted now")
        changes = self._client.changes(token)
        records = [record for member in changes.members if (record := self._read(member)) is not None]
        versions = sorted((record.remote_id, record.version) for record in records)
        return Observation(
            records=records,
            proof=hashlib.sha256(repr((versions, sorted(changes.gone))).encode()).hexdigest(),
            source=self._options.url,
            complete=not cursor,
            cursor=f"{self._options.adopt} {changes.token}",
            gone=changes.gone,
            columns=COLUMNS,
            writable=WRITES,
            allowed={"status": tuple(STATUS_WORDS), "priority": tuple(PRIORITIES)},
            words={"status": STATUS_WORDS},
            setup=("Each action becomes a task in this list; tasks of its own are left alone.",),
        )

    def unchanged(self, mark: str) -> str:
        """Asking what changed since a token takes one request as it is."""
        return ""

    def apply(self, batch: Batch) -> Iterator[Outcome]:
        """Fifty at a time: read what is there, write each on its tag, read what is there now."""
        for start in range(0, len(batch.writes), _AT_ONCE):
            yield from self._apply(batch.writes[start : start + _AT_ONCE])

    def find(self, op_id: str) -> Record | None:
        """The task at the address that this write creates."""
        member = self._client.member(href_of(op_id))
        record = self._read(member) if member is not None else None
        return record if record is not None and record.op_id == op_id else None

    def check(self) -> Iterable[Problem]:
        """Whether it can be reached, is a list of tasks, may be written, and tells what changed."""
        return checking.check(self._client, self._options.url)

    def _read(self, member: Member) -> Record | None:
        """Its record; None for what is no task, or none of this instance's."""
        task = _task(member)
        if task is None or not (op_id_of(task) or self._adopts(task)):
            return None
        return record_of(member.href, task)

    def _adopts(self, task: Task) -> bool:
        wanted = self._options.adopt.casefold()
        return bool(wanted) and (wanted == "*" or wanted in map(str.casefold, task.items("CATEGORIES")))

    # --- writing ------------------------------------------------------------------------------------------------------

    def _apply(self, writes: Sequence[Write]) -> Iterator[Outcome]:
        there = self._members([each.remote_id for each in writes if not each.creates])
        sent: list[_Sent] = []
        trouble: ActionTrackError | None = None
        for each in writes:
            try:
                done = self._create(each) if each.creates else self._update(each, there.get(each.remote_id))
            except ActionTrackError as error:  # what went out before is told all the same
                trouble = error
                break
            if isinstance(done, Outcome):
                yield done
            else:
                sent.append(done)
        shown = self._members([each.href for each in sent])
        for each_sent in sent:
            yield _became(each_sent, shown.get(each_sent.href))
        if trouble is not None:
            raise trouble

    def _members(self, hrefs: Sequence[str]) -> Mapping[str, Member]:
        return {member.href: member for member in self._client.members(hrefs)} if hrefs else {}

    def _create(self, each: Write) -> _Sent | Outcome:
        refused = next(((name, why) for name, value in each.after.items() if (why := uncarriable(value))), None)
        if refused is not None:
            return Outcome(each.op_id, "refused", why=refused[1], field=refused[0])
        href = href_of(each.op_id)
        answer = self._client.put(href, new_task(each.op_id, each.after, self._context.clock.now()), "")
        if answer.status_code == 412:
            return _Sent(each, href, "")  # made by an earlier try
        if answer.status_code >= 400:
            return Outcome(each.op_id, "refused", why=f"the server answers {answer.status_code} {answer.reason}")
        return _Sent(each, href, answer.headers.get("ETag", ""))

    def _update(self, each: Write, member: Member | None) -> _Sent | Outcome:
        task = _task(member) if member is not None else None
        if member is None or task is None:
            return Outcome(each.op_id, "stale", why="the task is not there any more")
        now = record_of(member.href, task)
        after = {name: value for name, value in each.after.items() if not same_value(now.fields.get(name), value)}
        if any(not same_value(now.fields.get(name), each.before.get(name)) for name in after):
            return Outcome(each.op_id, "stale", why="somebody edited it in the meantime")
        able = WRITES | {"ref"}
        carried = {name: value for name, value in after.items() if name in able and not uncarriable(value)}
        if not carried:
            return _told(each, now)
        if not member.etag:
            return Outcome(each.op_id, "refused", why="the server gives it no tag, so that nobody's edit is safe")
        write(task, carried, self._context.clock.now())
        answer = self._client.put(member.href, str(task), member.etag)
        if answer.status_code in (404, 412):
            return Outcome(each.op_id, "stale", why="somebody edited it in the meantime")
        if answer.status_code >= 400:
            return Outcome(each.op_id, "refused", why=f"the server answers {answer.status_code} {answer.reason}")
        return _Sent(each, member.href, answer.headers.get("ETag", ""))


def _task(member: Member) -> Task | None:
    try:
        return Task(member.data)
    except ValueError:
        return None


def _became(sent: _Sent, member: Member | None) -> Outcome:
    """What became of a write, by what is there now."""
    each = sent.write
    task = _task(member) if member is not None else None
    if member is None or task is None:
        return Outcome(each.op_id, "stale", why="the task is not there any more")
    told = _told(each, record_of(member.href, task))
    ours_still = bool(sent.etag) and sent.etag == member.etag
    if told.state == "applied" or (each.creates and ours_still):
        return replace(told, state="applied", why="", field="")  # what a new task lacks is sent, and judged, by itself
    if each.creates:  # somebody edited it since it was made: the next sync merges that
        return Outcome(each.op_id, "unknown", why="it was made, and says something else by now")
    ours = told.record is not None and told.record.fields.get(told.field)
    if ours_still or same_value(ours or None, each.before.get(told.field)) or uncarriable(_after(told, each)):
        return told
    return Outcome(each.op_id, "stale", why="somebody edited it in the meantime")


def _told(each: Write, now: Record) -> Outcome:
    """Applied where all of it is there, else refused by the first field that is not."""
    for name, value in each.after.items():
        if name in COLUMNS and not same_value(now.fields.get(name), value):
            why = uncarriable(value) or "the server did not take it as it was sent"
            return Outcome(each.op_id, "refused", now, why=why, field=name)
    return Outcome(each.op_id, "applied", now)


def _after(told: Outcome, each: Write) -> str:
    return str(each.after.get(told.field) or "")
