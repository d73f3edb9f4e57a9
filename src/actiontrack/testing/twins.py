"""In-memory twins of the ports: a clock moved by hand, a store that is gone when closed, a system with records."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from actiontrack.errors import CursorExpired, RetryableError
from actiontrack.ports import Batch, Capabilities, Observation, Outcome, Plain, Problem, Record, Write

if TYPE_CHECKING:
    from actiontrack.adapters.store.store import SqlStore
    from actiontrack.ports import Clock

FIELDS = frozenset({"text", "status", "progress", "priority", "current_due"})


class HandClock:
    """A clock that stands until it is moved (`ports.Clock`)."""

    def __init__(self, now: datetime = datetime(2026, 11, 24, 9, tzinfo=UTC)) -> None:
        self._now = now

    def now(self) -> datetime:
        """The instant it was last moved to."""
        return self._now

    def today(self) -> date:
        """Its date in UTC."""
        return self._now.date()

    def move(self, by: timedelta) -> None:
        """Let time pass."""
        self._now += by


def memory_store(clock: Clock | None = None, board: str = "board") -> SqlStore:
    """A store in memory, empty: close it when done."""
    from actiontrack.adapters.store import open_store

    return open_store("sqlite://", board, clock=clock or HandClock())


class MemoryConnector:
    """A whole system in memory (`ports.Connector`): records by key, each with its fields.

    `listens`: it gives cursors, and tells what changed since one and what was deleted. `marks`: a created record
    carries its write's op_id. `idempotent`: a create sent twice makes one record. `cut_off()` and `expire()` are its
    faults.
    """

    def __init__(
        self,
        records: Mapping[str, Mapping[str, Plain]] | None = None,
        *,
        listens: bool = False,
        marks: bool = True,
        idempotent: bool = False,
    ) -> None:
        self.records: dict[str, dict[str, Plain]] = {key: dict(fields) for key, fields in (records or {}).items()}
        self.created: dict[str, str] = {}
        """op_id → key of what it created."""
        self._able = Capabilities(
            reads=FIELDS, writes=FIELDS, cursor=listens, reports_deletions=listens, concurrency="compare", marks=marks,
            idempotent=idempotent,
        )  # fmt: skip
        self._answers = True
        self._told: dict[str, tuple[int, str]] = {}
        """key → when it last changed, and its version then ("" once it is deleted)."""
        self._moment = 0
        self._epoch = 0

    def capabilities(self) -> Capabilities:
        """It reads and writes every field, and compares before it writes."""
        return self._able

    def cut_off(self) -> None:
        """The next write reaches it, and its answer is lost."""
        self._answers = False

    def expire(self) -> None:
        """It knows none of the cursors any more that it gave."""
        self._epoch += 1

    def observe(self, cursor: str, columns: Mapping[str, str]) -> Observation:
        """Every record; or those that changed at the cursor or since."""
        self._note_changes()
        epoch, _, since = cursor.partition(":")
        if cursor and (epoch != str(self._epoch) or not self._able.cursor):
            raise CursorExpired("this cursor is not known any more")
        changed = {key for key, (moment, _) in self._told.items() if moment >= int(since or 0)}
        return Observation(
            records=[self._record(key) for key in sorted(changed & set(self.records))],
            proof=self._proof(),
            complete=not cursor,
            cursor=f"{self._epoch}:{self._moment}" if self._able.cursor else "",
            gone=sorted(changed - set(self.records)) if cursor else (),
            columns={name: name for name in sorted(FIELDS)},
            writable=FIELDS,
        )

    def apply(self, batch: Batch) -> Iterator[Outcome]:
        """All writes at once, or every one stale where anything moved since the observation."""
        if batch.proof != self._proof():
            for write in batch.writes:
                yield Outcome(write.op_id, "stale", why="somebody edited in the meantime")
            return
        for write in batch.writes:
            key, answers, self._answers = self._write(write), self._answers, True
            if not answers:
                raise RetryableError("The system did not answer.")
            yield Outcome(write.op_id, "applied", self._record(key), proof=self._proof())

    def unchanged(self, mark: str) -> str:
        """It never says so: every run observes."""
        return ""

    def find(self, op_id: str) -> Record | None:
        """What that write created, where it marks it and it is there still."""
        key = self.created.get(op_id, "") if self._able.marks else ""
        return self._record(key) if key in self.records else None

    def check(self) -> Iterable[Problem]:
        """Nothing can be wrong with it."""
        return ()

    def _write(self, write: Write) -> str:
        key = write.remote_id
        if write.creates:
            key = self.created.get(write.op_id, "") if self._able.idempotent else ""
            if key in self.records:
                return key
            used = {*self.records, *self._told, *self.created.values()}
            key = next(key for at in count(1) if (key := f"r{at}") not in used)
            self.created[write.op_id] = key
        self.records.setdefault(key, {}).update({name: value for name, value in write.after.items() if name in FIELDS})
        return key

    def _note_changes(self) -> None:
        """People edit `records` as they like: what changed since the last look changed now."""
        now = {key: self._record(key).version for key in self.records}
        before = {key: version for key, (_, version) in self._told.items()}
        changed = {key for key in {*now, *before} if now.get(key, "") != before.get(key)}
        self._moment += bool(changed)
        self._told |= {key: (self._moment, now.get(key, "")) for key in changed}

    def _record(self, key: str) -> Record:
        fields: dict[str, Any] = {name: self.records[key].get(name) for name in sorted(FIELDS)}
        marks = {key: op_id for op_id, key in self.created.items()} if self._able.marks else {}
        return Record(remote_id=key, fields=fields, version=_digest(fields), op_id=marks.get(key, ""))

    def _proof(self) -> str:
        return _digest(self.records)


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()
