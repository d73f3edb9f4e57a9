"""Connectors: one system's door each.

They speak in few nouns: a `Record` is one row or ticket as read, an `Observation` is everything read at once with the
proof that it is complete, a `Write` is an intent, an `Outcome` is what became of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, Protocol

from actiontrack.domain.vocabulary import Side
from actiontrack.errors import UserError
from actiontrack.ports.questions import Answer, Question


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
    lacks_ref: bool = False
    """It could carry our Action ID beside its own key, and has none: once it is linked, one is written to it."""


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


class Unanswered(UserError):  # noqa: N818 - questions, more than errors
    """Questions to be answered before anything of a source can be taken in: all of them, not only the first.

    `where` names the source. `seen` is what could be read in spite of them, for telling what else is to be mended.
    """

    def __init__(self, where: str, problems: Sequence[Problem], seen: Observation | None = None) -> None:
        told = [f"{f'sheet “{each.sheet}”: ' if each.sheet else ''}{each.text}; {each.do}" for each in problems]
        numbered = "; ".join(f"({at}) {each}" for at, each in enumerate(told, 1))
        super().__init__(f"{where}: {told[0] if len(told) == 1 else f'{len(told)} questions: {numbered}'}")
        self.problems = tuple(problems)
        self.seen = seen


KeyKind = Literal["ref", "number", "remote"]


@dataclass(slots=True)
class Observation:
    """Everything read at once.

    `proof` is the hash or end token that shows the scan was complete and unmoved. `complete` False is an increment: at
    the least what changed since the cursor; absence from it says nothing, `gone` names what the system says it deleted.
    `key` says what a remote_id is: our Action ID written there, the plan's own number, or the system's id.
    `columns` maps each field to the heading or remote field it was read from; `places` to its column letter.
    `allowed` maps a field to the words its validation or system accepts; `limits` to the longest text it takes; `words`
    to what the system's own words mean (word → canonical value), where the configuration doesn't say otherwise.
    `setup` tells in sentences what adoption will do there; `binding` is the store's mark, "" where there is none.
    `exists` is False where the file has not been made yet. `source` is the resolved path or URL that was read.
    """

    records: Sequence[Record]
    proof: str
    source: str = ""
    complete: bool = True
    cursor: str = ""
    gone: Collection[str] = ()
    key: KeyKind = "remote"
    exists: bool = True
    sheet: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    writable: Collection[str] = frozenset()
    allowed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    problems: Sequence[Problem] = ()
    setup: Sequence[str] = ()
    binding: str = ""
    bindable: bool = False
    """Whether the source can carry the store's mark at all (a csv file can't)."""
    mark: Callable[[], str] = str
    """Gives what `unchanged` is given the next time; "" where it can't tell. It is asked for where it will be kept."""
    wrote: str = ""
    """The op_id of the first write of the batch it last took, where all of a batch lands at once and it can say so."""
    answers: Sequence[Answer] | None = None
    """What was typed beside the questions shown there; None where none are to be shown."""

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
    """What became of a write. `record` is what the remote returned or showed afterwards.

    Also where it was refused: what arrived beside the refused field is agreed by it, and a create with one was made.
    """

    op_id: str
    state: Literal["applied", "stale", "refused", "unknown"]
    record: Record | None = None
    why: str = ""
    field: str = ""
    """The field a refusal is about, where it is about one."""
    proof: str = ""
    """The source's proof as this left it; "" where the connector can't tell."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Every write of one instance in one run. `proof` is the observation's; a workbook that moved since is stale."""

    writes: Sequence[Write]
    proof: str
    binding: str
    columns: Mapping[str, str]
    questions: Sequence[Question] | None = None
    """All there are to show now, instead of those shown before; None where the source shows none."""
    unapplied: Mapping[int, str] = field(default_factory=dict)
    """Row of an answer → why it was not applied: what was typed there stays. All other answers were."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a connector declares: fields, change feed, deletions, strength of concurrency control, requests a second.

    `marks`: a created record carries the op_id of its write, and `find` finds it. `idempotent`: a create sent twice
    with one op_id makes one record. With neither, a create without an answer is a question for a person.
    """

    reads: frozenset[str]
    writes: frozenset[str]
    cursor: bool = False
    reports_deletions: bool = False
    concurrency: Literal["strong", "compare", "weak"] = "weak"
    creates: bool = True
    marks: bool = False
    idempotent: bool = False
    rate: float | None = None


class Connector(Protocol):
    """One system's door. It holds no state: base, cursor and journal belong to the engine. There is no delete."""

    def capabilities(self) -> Capabilities:
        """What it declares; no I/O."""
        ...

    def observe(self, cursor: str, columns: Mapping[str, str]) -> Observation:
        """Read everything, or what changed since `cursor`. `columns` is the mapping agreed at adoption ({} before).

        Raises UserError (their input needs mending; Unanswered with every question of it), AccessRefused (401, 403),
        CursorExpired, RetryableError (open elsewhere, unreachable).
        """
        ...

    def unchanged(self, mark: str) -> str:
        """The mark of what is there now, where observing it would give just what it gave at `mark`; else "".

        It may take a fraction of the time that observing takes, and may say "" whenever it can't tell. May raise as
        `observe`.
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
    `files` says whose the files of a folder are: a name or pattern → an agency's code, or "" for one to leave alone.

    A file of a folder is an instance too (services/folders.py): `formerly` is the instance it was under the name it had
    before, and `fault` says why it is not synced.
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
    files: Mapping[str, str] = field(default_factory=dict)
    watch: Literal["auto", "poll", "off"] = "auto"
    formerly: str = ""
    fault: str = ""
    platform: bool = False
    """It is `[platform]`, the board's host."""
