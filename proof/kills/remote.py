"""A case system with keys of its own, kept in one file of its own: what it was told stays told when we are killed.

One request changes one record, as with most of them: what a run sends can land in part. `kind` says what it can do
against a create that is sent twice: "marks" (a record carries the op_id that made it), "idempotent", or "neither".
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel

from actiontrack.api import (
    Batch,
    Capabilities,
    Connector,
    InstanceContext,
    InstanceSettings,
    Observation,
    Outcome,
    Problem,
    Record,
    Write,
    hookimpl,
)
from proof.kills import doors

FIELDS = frozenset({"text", "status", "progress", "priority", "lead_officer"})


class Options(BaseModel):
    """`file` is where the system keeps its records."""

    file: str
    kind: Literal["marks", "idempotent", "neither"]


class FileSystem:
    """The system's own side: records by key, each write one atomic replace of its file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> dict[str, Any]:
        """Everything it knows: `records` by key, and `done`: op_id → key."""
        return json.loads(self.path.read_text()) if self.path.exists() else {"records": {}, "done": {}}

    def save(self, state: dict[str, Any]) -> None:
        """Keep it."""
        handle = os.open(f"{self.path}.new", os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(json.dumps(state))
        Path(f"{self.path}.new").replace(self.path)

    def edit(self, key: str, **values: str) -> None:
        """Somebody there types."""
        state = self.load()
        state["records"][key].update(values)
        self.save(state)


class CaseSystem:
    """The connector to it (`ports.Connector`)."""

    def __init__(self, options: Options, context: InstanceContext) -> None:
        self._kind = options.kind
        self._system = FileSystem(Path(context.folder) / options.file)

    def capabilities(self) -> Capabilities:
        """It compares versions before it writes."""
        marks, idempotent = self._kind == "marks", self._kind == "idempotent"
        return Capabilities(FIELDS, FIELDS, concurrency="strong", marks=marks, idempotent=idempotent)

    def observe(self, cursor: str, columns: Mapping[str, str]) -> Observation:
        """Every record."""
        state = self._system.load()
        records = [self._record(state, key) for key in sorted(state["records"])]
        names = {name: name for name in sorted(FIELDS)}
        return Observation(records, _digest(state["records"]), str(self._system.path), columns=names, writable=FIELDS)

    def unchanged(self, mark: str) -> str:
        """It can't tell."""
        return ""

    def apply(self, batch: Batch) -> Iterator[Outcome]:
        """One request a write."""
        for write in batch.writes:
            doors.told("send proof.kills.remote.CaseSystem.apply", "before")
            outcome = self._send(write)
            doors.told("send proof.kills.remote.CaseSystem.apply", "after")
            yield outcome

    def _send(self, write: Write) -> Outcome:
        state = self._system.load()
        key = write.remote_id
        if write.creates:
            known = state["done"].get(write.op_id) if self._kind == "idempotent" else None
            key = known or f"T-{len(state['records']) + 1}"
            if known:
                return Outcome(write.op_id, "applied", self._record(state, key))
        elif self._record(state, key).version != write.version:
            return Outcome(write.op_id, "stale", why="somebody edited it in the meantime")
        state["records"].setdefault(key, {}).update({k: v for k, v in write.after.items() if k in FIELDS})
        if write.creates:
            state["done"][write.op_id] = key
        self._system.save(state)
        return Outcome(write.op_id, "applied", self._record(state, key))

    def find(self, op_id: str) -> Record | None:
        """The record that carries the mark, where it can carry one."""
        state = self._system.load()
        key = state["done"].get(op_id) if self._kind == "marks" else None
        return self._record(state, key) if key else None

    def check(self) -> Iterable[Problem]:
        """Nothing can be wrong with it."""
        return ()

    def _record(self, state: dict[str, Any], key: str) -> Record:
        fields = {name: state["records"][key].get(name) for name in sorted(FIELDS)}
        mark = next((op for op, made in state["done"].items() if made == key), "") if self._kind == "marks" else ""
        return Record(key, fields, _digest(fields), op_id=mark)


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def _make(settings: InstanceSettings, context: InstanceContext) -> Connector:
    return CaseSystem(Options.model_validate(dict(settings.options)), context)


@hookimpl
def register_connectors(register: Callable[..., None]) -> None:
    """Offer the type "casesystem"."""
    register("casesystem", Options, _make)
