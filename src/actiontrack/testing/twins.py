"""In-memory twins of the ports: a clock moved by hand, a store that is gone when closed, a system with records."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

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
    """A whole system in memory (`ports.Connector`): records by key, each with its fields."""

    def __init__(self, records: Mapping[str, Mapping[str, Plain]] | None = None) -> None:
        self.records: dict[str, dict[str, Plain]] = {key: dict(fields) for key, fields in (records or {}).items()}
        self.created: dict[str, str] = {}
        """op_id → key of what it created."""

    def capabilities(self) -> Capabilities:
        """It reads and writes every field, and compares before it writes."""
        return Capabilities(reads=FIELDS, writes=FIELDS, concurrency="compare")

    def observe(self, cursor: str, columns: Mapping[str, str]) -> Observation:
        """Every record."""
        records = [self._record(key) for key in sorted(self.records)]
        names = {name: name for name in sorted(FIELDS)}
        return Observation(records=records, proof=self._proof(), columns=names, writable=FIELDS)

    def apply(self, batch: Batch) -> Iterator[Outcome]:
        """All writes at once, or every one stale where anything moved since the observation."""
        if batch.proof != self._proof():
            for write in batch.writes:
                yield Outcome(write.op_id, "stale", why="somebody edited in the meantime")
            return
        for write in batch.writes:
            yield Outcome(write.op_id, "applied", self._record(self._write(write)))

    def unchanged(self, mark: str) -> str:
        """It never says so: every run observes."""
        return ""

    def find(self, op_id: str) -> Record | None:
        """What that write created."""
        key = self.created.get(op_id)
        return self._record(key) if key else None

    def check(self) -> Iterable[Problem]:
        """Nothing can be wrong with it."""
        return ()

    def _write(self, write: Write) -> str:
        key = write.remote_id or f"r{len(self.records) + 1}"
        if write.creates:
            self.created[write.op_id] = key
        self.records.setdefault(key, {}).update({name: value for name, value in write.after.items() if name in FIELDS})
        return key

    def _record(self, key: str) -> Record:
        fields: dict[str, Any] = {name: self.records[key].get(name) for name in sorted(FIELDS)}
        return Record(remote_id=key, fields=fields, version=_digest(fields))

    def _proof(self) -> str:
        return _digest(self.records)


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()
