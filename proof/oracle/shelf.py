"""A store on plain dicts: as much of `ports.Store` as a sync needs, with none of the cost of a database.

Histories by the hundred thousand are planned over it. Records are frozen, so that a transaction taken back is the
dicts as they were. It keeps (noun, ref) of every change, as the audit chain's index does, and no payloads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, TypeVar

from actiontrack.domain.catalogue import key_of, noun_name, ref_of
from actiontrack.domain.nouns import Noun, Stored

S = TypeVar("S", bound=Stored)
Tables = dict[type[Stored], dict[tuple[str, ...], Stored]]


class Shelf:
    """Records by class and key (`ports.Store`, `ports.Reader` and `ports.Writer` in one)."""

    def __init__(self) -> None:
        self.tables: Tables = {}
        self.entries_made: list[tuple[str, str]] = []
        """(noun, ref) of each change of a noun, in order."""
        self._unsorted: set[type[Stored]] = set()
        """The tables that something was added to since they were last in order of key."""
        self._undo: list[tuple[type[Stored], tuple[str, ...], Stored | None]] = []
        """What each change of this transaction took the place of."""

    def copy(self) -> Shelf:
        """Another that starts out the same."""
        other = Shelf()
        other.tables = {kind: dict(table) for kind, table in self.tables.items()}
        other.entries_made = list(self.entries_made)
        other._unsorted = set(self._unsorted)
        return other

    # --- a store ------------------------------------------------------------------------------------------------------

    def reading(self) -> AbstractContextManager[Shelf]:
        """What is there."""
        return nullcontext(self)

    @contextmanager
    def writing(self, who: str, source: str) -> Iterator[Shelf]:
        """All or nothing: what was there before is put back where the block fails."""
        self._undo, head = [], len(self.entries_made)
        try:
            yield self
        except BaseException:
            for kind, key, before in reversed(self._undo):
                if before is None:
                    self.tables[kind].pop(key, None)
                else:
                    self._set(kind, key, before)
            del self.entries_made[head:]
            raise

    # --- a reader -----------------------------------------------------------------------------------------------------

    def get(self, noun: type[S], *key: str) -> S | None:
        """The record of that key."""
        return self.tables.get(noun, {}).get(key)  # type: ignore[return-value]

    def find(self, noun: type[S], **where: Any) -> list[S]:
        """Every record that fits, in order of key."""
        if not self.tables.get(noun):
            return []
        if noun in self._unsorted:
            self.tables[noun] = dict(sorted(self.tables[noun].items()))
            self._unsorted.remove(noun)
        found = list(self.tables[noun].values())
        for name, wanted in where.items():
            if name.endswith("__ne"):
                found = [each for each in found if getattr(each, name.removesuffix("__ne")) != wanted]
            elif wanted is None or isinstance(wanted, str | int):
                found = [each for each in found if getattr(each, name) == wanted]
            else:
                found = [each for each in found if getattr(each, name) in wanted]
        return found  # type: ignore[return-value]

    def pick(self, noun: type[S], fields: Sequence[str], **where: Any) -> list[tuple[Any, ...]]:
        """Some fields of each."""
        return [tuple(getattr(each, name) for name in fields) for each in self.find(noun, **where)]

    def count(self, noun: type[S], **where: Any) -> int:
        """How many fit."""
        return len(self.find(noun, **where))

    def head(self) -> int:
        """How many changes there were."""
        return len(self.entries_made)

    def changed_since(self, position: int) -> set[tuple[str, str]]:
        """What changed since then."""
        return set(self.entries_made[position:])

    # --- a writer -----------------------------------------------------------------------------------------------------

    def put(self, *items: Stored) -> None:
        """Store anew; one that equals what is there leaves no trace."""
        for item in items:
            kind, key = type(item), key_of(item)
            before = self.tables.setdefault(kind, {}).get(key)
            if before is not item and before != item:
                self._undo.append((kind, key, before))
                self._set(kind, key, item)
                if isinstance(item, Noun):
                    self.entries_made.append((noun_name(kind), ref_of(item)))

    add = put

    def remove(self, *items: Stored) -> None:
        """Forget."""
        for item in items:
            kind, key = type(item), key_of(item)
            self._undo.append((kind, key, self.tables.setdefault(kind, {}).pop(key, None)))

    def _set(self, kind: type[Stored], key: tuple[str, ...], item: Stored) -> None:
        if key not in self.tables[kind]:
            self._unsorted.add(kind)
        self.tables[kind][key] = item

    def attribute(self, source: str) -> None:
        """Nobody asks by which way a change came."""
