"""The store: readers, writers and the entries of the audit chain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

from actiontrack.domain.nouns import Noun, Stored

S = TypeVar("S", bound=Stored)


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
    """A consistent view of the store.

    `where` takes a field's value, a collection of values, or FIELD__gt, __ge, __lt, __le or __ne.
    """

    def get(self, noun: type[S], *key: str) -> S | None:
        """The record of that key, or None."""
        ...

    def find(self, noun: type[S], **where: Any) -> list[S]:
        """Every record that fits, ordered by key."""
        ...

    def pick(self, noun: type[S], fields: Sequence[str], **where: Any) -> list[tuple[Any, ...]]:
        """Just these fields of every record that fits, ordered by key: the quick way over many rows."""
        ...

    def pick_without(
        self, noun: type[S], fields: Sequence[str], other: type[Stored], named: Mapping[str, Any], **where: Any
    ) -> list[tuple[Any, ...]]:
        """As `pick`, in any order, but for those of which there is a record of `other` that fits `named`.

        `other` tells by the first field of its key which record it is about.
        """
        ...

    def count(self, noun: type[S], **where: Any) -> int:
        """How many fit."""
        ...

    def tally(self, noun: type[S], field: str, **where: Any) -> dict[Any, int]:
        """How many of those that fit have each value of the field, in the order of the values."""
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

    def add_rows(self, noun: type[Stored], rows: Sequence[tuple[Any, ...]]) -> None:
        """Store new bookkeeping records, each as the values of its class's fields in their order: the quick way.

        Values are as the database holds them (an enum's value, not its member). Raises PreconditionFailed where a key
        exists; an audited noun can't be stored so (TypeError).
        """
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
        """A transaction on behalf of WHO; `source` says by which way it came ("cli", "sync:master-plan")."""
        ...

    def backup(self, target: Path) -> tuple[int, str]:
        """Write a consistent copy while others go on working; gives the position and hash of its chain's head.

        Raises UserError where this store can't.
        """
        ...

    def candidate(self, source: Path) -> AbstractContextManager[Store]:
        """A private copy of a backup, checked and opened as a store of this board. Raises UserError for another's."""
        ...

    def replace_with(self, candidate: Store, at: datetime) -> Path:
        """Put the candidate's content in this store's place, at once or not at all. Gives where the old is kept."""
        ...
