"""The ports: what the core needs of the outside, and what a plugin is handed.

A connector speaks in few nouns: a `Record` is one row or ticket as read, an `Observation` is everything read at once
with the proof that it is complete, a `Write` is an intent, an `Outcome` is what became of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar, runtime_checkable

from actiontrack.domain.nouns import Noun, Stored
from actiontrack.domain.vocabulary import Side
from actiontrack.domain.workingdays import WorkingDays

S = TypeVar("S", bound=Stored)

# --- time -----------------------------------------------------------------------------------------------------------


class Clock(Protocol):
    """Time is a port too, so that a rule that needs two scans an hour apart can be tried in a second."""

    def now(self) -> datetime:
        """The instant, aware and in UTC."""
        ...

    def today(self) -> date:
        """The calendar date in the board's time zone."""
        ...


class Calendar(WorkingDays, Protocol):
    """Working days of the board's nation: Monday to Friday less its bank holidays and the override file's days."""


# --- the store ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry of the chain. `before` and `after` hold only the fields that changed.

    `before` None: the record is new. Both None: what changed was erased. `noun` and `ref` are domain/catalogue.py's
    (a leg's ref is "ACTION/AGENCY"); an erasure is itself an entry, of the noun "erasure".
    """

    position: int
    at: datetime
    who: str
    source: str
    noun: str
    ref: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class SealedEntry:
    """One entry as it is chained (domain/chain.py). `salt` and `payload` are None once they were erased."""

    position: int
    at: datetime
    who: str
    source: str
    noun: str
    ref: str
    salt: str | None
    payload: str | None
    digest: str
    hash: str


class Reader(Protocol):
    """A consistent view of the store. `where` takes a field's value, a collection of values, or FIELD__gt/__ge/__lt/__le/__ne."""

    def get(self, noun: type[S], *key: str) -> S | None:
        """The record of that key, or None."""
        ...

    def find(self, noun: type[S], **where: Any) -> list[S]:
        """Every record that fits, ordered by key."""
        ...

    def pick(self, noun: type[S], fields: Sequence[str], **where: Any) -> list[tuple[Any, ...]]:
        """Just these fields of every record that fits, ordered by key: the quick way over many rows."""
        ...

    def count(self, noun: type[S], **where: Any) -> int:
        """How many fit."""
        ...

    def head(self) -> int:
        """The position of the newest audit entry; 0 in an empty chain."""
        ...

    def entries(
        self, *, after: int = 0, upto: int | None = None, noun: str | None = None, ref: str | None = None
    ) -> Iterator[AuditEntry]:
        """Audit entries in order of position."""
        ...

    def changed_since(self, position: int) -> set[tuple[str, str]]:
        """(noun, ref) of every record with an audit entry above that position: a quick index-only read."""
        ...

    def position_at(self, instant: datetime) -> int:
        """The position of the newest entry made at or before that instant; 0 where there is none."""
        ...

    def seal(self) -> tuple[str, int, str]:
        """(board, position, hash) of the chain's head as the board keeps it beside the chain."""
        ...

    def sealed(self) -> Iterator[SealedEntry]:
        """The whole chain as stored, in order, for checking and exporting."""
        ...


class Writer(Reader, Protocol):
    """One transaction. All of it is committed at the end of the `with` block, or none; nobody sees half."""

    def add(self, *items: Stored) -> None:
        """Store new records; an audited noun gets its entry. Raises PreconditionFailed where the key exists."""
        ...

    def put(self, *items: Stored) -> None:
        """Store records anew (added where new); an audited noun whose fields differ gets its entry."""
        ...

    def attribute(self, source: str) -> None:
        """From here on changes came this way: entries of the chain name it as their source."""
        ...

    def remove(self, *items: Stored) -> None:
        """Forget bookkeeping records; an audited noun can't be removed (TypeError)."""
        ...

    def erase(self, noun: type[Noun], *key: str) -> int:
        """Blank what the chain holds of one record, as an entry of its own; how many entries were blanked.

        The record itself stays, and its present state enters the chain anew: mend it first, then erase its past.
        """
        ...


class Store(Protocol):
    """The canonical records, the ledgers and the audit chain of one board."""

    def reading(self) -> AbstractContextManager[Reader]:
        """A read-only transaction."""
        ...

    def writing(self, who: str, source: str) -> AbstractContextManager[Writer]:
        """A transaction on behalf of WHO; `source` says by which way it came ("cli", "sync:master-plan", "import:plan.xlsx")."""
        ...

    def backup(self, target: Path) -> tuple[int, str]:
        """Write a consistent copy while others go on working; gives the position and hash of its chain's head.

        Raises UserError where this store can't.
        """
        ...

    def candidate(self, source: Path) -> AbstractContextManager[Store]:
        """A private copy of a backup, checked and opened as a store of this board. Raises UserError where it is none."""
        ...

    def replace_with(self, candidate: Store, at: datetime) -> Path:
        """Put the candidate's content in this store's place, at once or not at all. Gives where the old is kept."""
        ...


# --- connectors -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fixed:
    """A value that can be read but not written: `why` says so in a phrase ("it holds a formula")."""

    value: Plain
    why: str


@dataclass(frozen=True, slots=True)
class Unread:
    """Something is there that is no value: what it shows, why it can't be read, what to do."""

    shown: str
    why: str
    do: str


Plain = str | int | float | bool | date | datetime | None
Raw = Plain | Fixed | Unread
"""What a connector hands over: as typed there, not yet canonical."""


@dataclass(slots=True)
class Record:
    """One row, ticket or task as read.

    `remote_id` is its permanent key there ("" while it has none). `version` changes if and only if a mapped value or
    the key does: a digest, an ETag. `row` is its position for messages and for writes within this observation only.
    """

    remote_id: str
    fields: Mapping[str, Raw]
    version: str
    row: int = 0
    op_id: str = ""
    """The marker of the write that created it, where the system can carry one."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a person can mend, with its place. `quarantines` where a value or row is held back because of it."""

    text: str
    do: str
    sheet: str = ""
    cell: str = ""
    value: str = ""
    field: str = ""
    quarantines: bool = False


KeyKind = Literal["ref", "number", "remote"]


@dataclass(slots=True)
class Observation:
    """Everything read at once.

    `proof` is the hash or end token that shows the scan was complete and unmoved; `complete` False is an increment.
    `key` says what a remote_id is: our Action ID written there, the plan's own number, or the system's id.
    `columns` maps each field to the heading or remote field it was read from; `places` to its column letter.
    `allowed` maps a field to the words its validation or system accepts; `limits` to the longest text it takes.
    `setup` tells in sentences what adoption will do there; `binding` is the store's mark, "" where there is none.
    `exists` is False where the file has not been made yet. `source` is the resolved path or URL that was read.
    """

    records: Sequence[Record]
    proof: str
    source: str = ""
    complete: bool = True
    cursor: str = ""
    key: KeyKind = "remote"
    exists: bool = True
    sheet: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    writable: Collection[str] = frozenset()
    allowed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    problems: Sequence[Problem] = ()
    setup: Sequence[str] = ()
    binding: str = ""
    bindable: bool = False
    """Whether the source can carry the store's mark at all (a csv file can't)."""

    def place(self, name: str, row: int) -> str:
        """The cell of a field in a row ("F12"); "" where there are no cells."""
        column = self.places.get(name, "")
        return f"{column}{row}" if column and row else ""


@dataclass(frozen=True, slots=True)
class Write:
    """An intent: what shall hold in one record. `before` is what was read, `after` what to write (remote words).

    `remote_id` is "" for a record that has no key yet: then `row` finds it, within the observation only. A create has
    neither. The pseudo-field "ref" in `after` asks for the Action ID to be written.
    """

    op_id: str
    remote_id: str
    row: int
    creates: bool
    before: Mapping[str, Plain]
    after: Mapping[str, Plain]
    version: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a write. `record` is what the remote returned or showed afterwards."""

    op_id: str
    state: Literal["applied", "stale", "refused", "unknown"]
    record: Record | None = None
    why: str = ""
    field: str = ""
    """The field a refusal is about, where it is about one."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Every write of one instance in one run. `proof` is the observation's; a workbook that moved since is stale."""

    writes: Sequence[Write]
    proof: str
    binding: str
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a connector declares: fields, change feed, deletions, strength of concurrency control, rate (requests a second)."""

    reads: frozenset[str]
    writes: frozenset[str]
    cursor: bool = False
    reports_deletions: bool = False
    concurrency: Literal["strong", "compare", "weak"] = "weak"
    creates: bool = True
    rate: float | None = None


class Connector(Protocol):
    """One system's door. It holds no state: base, cursor and journal belong to the engine. There is no delete."""

    def capabilities(self) -> Capabilities:
        """What it declares; no I/O."""
        ...

    def observe(self, cursor: str, columns: Mapping[str, str]) -> Observation:
        """Read everything, or what changed since `cursor`. `columns` is the mapping agreed at adoption ({} before).

        Raises UserError (their input needs mending), RetryableError (open elsewhere, unreachable).
        """
        ...

    def apply(self, batch: Batch) -> Iterator[Outcome]:
        """Send the writes (none: just set the binding up); one outcome a write. May raise as `observe`."""
        ...

    def find(self, op_id: str) -> Record | None:
        """The record that this write created, for recovery."""
        ...

    def check(self) -> Iterable[Problem]:
        """For the doctor: can it be reached, read and written."""
        ...


@dataclass(frozen=True, slots=True)
class InstanceSettings:
    """One `[[connector]]` of the configuration. `options` holds the keys of its type, validated by its options model.

    `values` maps a field to the instance's own words: {"status": {"On course": "in_progress"}}.
    """

    name: str
    type: str
    side: Side
    agency: str = ""
    review: str = ""
    dates: str = ""
    """How dates typed as text are read: "dmy", "mdy", "ymd"; "" asks where it is ambiguous."""
    embargo: Literal["", "refs"] = ""
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)


# --- what the runtime hands in --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InstanceContext:
    """What a connector's factory is given beside its own settings."""

    name: str
    folder: str
    """The folder that relative paths in the configuration are relative to."""
    state_folder: str
    """A folder beside the store for backups and the like; never one a connector reads."""
    clock: Clock
    agencies: Sequence[str] = ()
    """Words for drop-downs: the agencies' names."""
    statuses: Sequence[str] = ()
    board_name: str = ""


@runtime_checkable
class Notifier(Protocol):
    """Tells people. (E-mail enters here.)"""

    def send(self, to: str, subject: str, body: str, key: str) -> None:
        """Deliver once for each `key`. Raises RetryableError."""
        ...


class Queue(Protocol):
    """Work handed to other processes, in batches."""

    def put(self, job: str, batch: Mapping[str, Any]) -> None:
        """Enqueue one batch."""
        ...


class App(Protocol):
    """The use cases a plugin may call, handed in by the runtime: no plugin sees SQL."""

    @property
    def store(self) -> Store:
        """Find records."""
        ...

    @property
    def clock(self) -> Clock:
        """The time."""
        ...

    @property
    def calendar(self) -> Calendar:
        """Working days."""
        ...
