"""A system as a connector shows it: rows with cells, read as they were typed, written where nobody moved them."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from actiontrack.ports import Batch, Capabilities, KeyKind, Observation, Outcome, Plain, Problem, Record, Write


@dataclass(slots=True)
class Row:
    """One row: its key as it stands there, and its cells by field."""

    key: str
    cells: dict[str, Plain]


@dataclass
class Sheet:
    """One instance's rows, in the order in which they stand (`ports.Connector`)."""

    key: KeyKind
    columns: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)
    binding: str = ""
    counter: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    refs: dict[str, str] = field(default_factory=dict)
    """Key of a row that was made here → the Action ID it was made for, where that is another."""
    sent: list[Write] = field(default_factory=list)
    """Every write that was asked for."""
    versions: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Key of a row → (a digest of what it says, its version), where a system counts versions."""

    def copy(self) -> Sheet:
        """Another that starts out the same."""
        rows = [Row(row.key, dict(row.cells)) for row in self.rows]
        return Sheet(
            self.key, self.columns, rows, self.binding, copy.copy(self.counter), dict(self.refs),
            versions=dict(self.versions),
        )  # fmt: skip

    def capabilities(self) -> Capabilities:
        """It reads and writes every column."""
        return Capabilities(frozenset(self.columns), frozenset(self.columns), concurrency="compare", marks=True)

    def observe(self, cursor: str, columns: Mapping[str, str]) -> Observation:
        """Every row, with its place."""
        records = [self._record(row, at) for at, row in enumerate(self.rows, start=2)]
        return Observation(
            records=records, proof=str(hash(tuple((each.remote_id, each.version) for each in records))),
            source="memory", key=self.key, sheet="Plan",
            columns={name: name for name in self.columns}, places=dict.fromkeys(self.columns, "C"),
            writable=frozenset(self.columns), binding=self.binding, bindable=self.key != "remote",
        )  # fmt: skip

    def apply(self, batch: Batch) -> Iterator[Outcome]:
        """Write each where its row is, and show what is there then."""
        self.binding = batch.binding
        places = dict(enumerate(self.rows, start=2))
        for write in batch.writes:
            self.sent.append(write)
            row = self._row_of(write, places)
            said = dict(write.after)
            ref = said.pop("ref", None)
            if ref and self.key == "ref":
                row.key = str(ref)
            elif ref:
                self.refs[row.key] = str(ref)
            row.cells.update({name: value for name, value in said.items() if name in self.columns})
            yield Outcome(write.op_id, "applied", self._record(row, self._place(row)))

    def _place(self, row: Row) -> int:
        return next(at for at, each in enumerate(self.rows, start=2) if each is row)

    def _row_of(self, write: Write, places: Mapping[int, Row]) -> Row:
        if write.creates:
            self.rows.append(Row(f"T{next(self.counter)}" if self.key == "remote" else "", {}))
            return self.rows[-1]
        keyed = [row for row in self.rows if write.remote_id and row.key == write.remote_id]
        return keyed[0] if len(keyed) == 1 else places[write.row]

    def _record(self, row: Row, at: int) -> Record:
        cells = {name: row.cells.get(name) for name in self.columns}
        digest = hash((row.key, *cells.values()))
        return Record(row.key, cells, self._version(row, digest), at)

    def _version(self, row: Row, digest: int) -> str:
        """A file's row is what it says; a system gives what is put back a version of its own, so that it is no echo."""
        if self.key != "remote":
            return str(digest)
        known, version = self.versions.get(row.key, (0, 0))
        if not version or known != digest:
            version += 1
            self.versions[row.key] = digest, version
        return str(version)

    def unchanged(self, mark: str) -> str:
        """It is always observed."""
        return ""

    def find(self, op_id: str) -> Record | None:
        """Nothing is ever cut off here."""
        return None

    def check(self) -> Iterable[Problem]:
        """Nothing can be wrong with it."""
        return ()
