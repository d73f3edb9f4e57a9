"""The audit chain: check it, hand it out, rebuild records from it, see a past state, erase what must not be kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypedDict, TypeVar

from actiontrack.domain import chain
from actiontrack.domain.catalogue import NOUNS, SEPARATOR, key_of, noun_name, ref_of, split_ref
from actiontrack.domain.ledger import KEPT_BESIDE, Setting
from actiontrack.domain.nouns import Noun
from actiontrack.errors import UserError
from actiontrack.ports import AuditEntry, Reader, SealedEntry, Store

N = TypeVar("N", bound=Noun)
Fields = dict[str, Any]
Named = tuple[str, str]
"""(noun, ref)."""


# --- checking -------------------------------------------------------------------------------------------------------


class Verdict(TypedDict):
    """What checking the chain found, as `audit verify --json` prints it.

    `entries` and `head` tell how far it holds; `broken_at` is the first entry that was changed, removed or moved (None
    in a whole chain), and `why` says what is wrong with it. `erased` entries were blanked as an erasure entry tells.
    """

    entries: int
    head: str
    broken_at: int | None
    why: str
    erased: int


def verify(store: Store) -> Verdict:
    """Check every entry of the chain against its hash, its neighbours and the head kept beside the chain."""
    with store.reading() as reader:
        board, count, head = reader.seal()
        checked = _Checked(board)
        try:
            for entry in reader.sealed():
                if not checked.takes(entry):
                    return checked.verdict()
        except ValueError:  # a value that isn't even of its column's type
            checked.breaks("the entry can't be read")
            return checked.verdict()
    checked.ends(count, head)
    return checked.verdict()


class _Checked:
    """How far the chain was found to hold."""

    def __init__(self, board: str) -> None:
        self._board = board
        self._position = 0
        self._head = chain.START
        self._broken_at: int | None = None
        self._why = ""
        self._erased = 0
        self._blanked: dict[Named, int] = {}
        """The first blank entry of each record, until an erasure entry tells of it."""

    def takes(self, entry: SealedEntry) -> bool:
        """Whether the next entry fits on."""
        why = _fault(entry, self._board, self._head, self._position + 1)
        if why:
            self.breaks(why)
            return False
        self._position, self._head = entry.position, entry.hash
        if entry.payload is None:
            self._erased += 1
            self._blanked.setdefault((entry.noun, entry.ref), entry.position)
        elif entry.noun == chain.ERASURE:
            noun, _, ref = entry.ref.partition(SEPARATOR)
            self._blanked.pop((noun, ref), None)
        return True

    def ends(self, count: int, head: str) -> None:
        """The chain ends here, where its board says that it ends there."""
        if (self._position, self._head) != (count, head):
            self.breaks("the newest entries are missing, or the head was changed")
        elif self._blanked:
            self._broken_at = min(self._blanked.values())
            self._why = "the entry was blanked, and no entry tells of an erasure"

    def breaks(self, why: str) -> None:
        self._broken_at, self._why = self._position + 1, why

    def verdict(self) -> Verdict:
        return Verdict(
            entries=self._position, head=self._head, broken_at=self._broken_at, why=self._why, erased=self._erased
        )


def _fault(entry: SealedEntry, board: str, previous: str, expected: int) -> str:
    if entry.position != expected:
        return f"entry {expected} is missing"
    meta = (entry.at, entry.who, entry.source, entry.noun, entry.ref)
    if entry.hash != chain.entry_hash(previous, board, entry.position, *meta, entry.digest):
        return "the entry was changed or moved"
    if (entry.payload is None) != (entry.salt is None):
        return "half of what the entry sealed is gone"
    if entry.payload is not None and chain.digest(entry.salt or "", entry.payload) != entry.digest:
        return "what changed was altered afterwards"
    return ""


# --- handing out ----------------------------------------------------------------------------------------------------


def export(store: Store) -> Iterator[dict[str, Any]]:
    """One JSON-able object an entry, in order, with all that is needed to check the chain elsewhere.

    `payload` is the sealed text itself; `before` and `after` say the same for people. All are None where erased.
    """
    with store.reading() as reader:
        for entry in reader.sealed():
            held = json.loads(entry.payload) if entry.payload is not None else {}
            yield {
                "position": entry.position,
                "at": entry.at.isoformat(),
                "who": entry.who,
                "source": entry.source,
                "noun": entry.noun,
                "ref": entry.ref,
                "before": held.get("before"),
                "after": held.get("after"),
                "salt": entry.salt,
                "payload": entry.payload,
                "digest": entry.digest,
                "hash": entry.hash,
            }


# --- rebuilding -----------------------------------------------------------------------------------------------------


def replay(entries: Iterable[AuditEntry]) -> dict[Named, Fields]:
    """(noun, ref) → the record's fields as JSON, rebuilt from nothing but the chain.

    A record whose past was erased enters with the state it had then: nothing of what came before can be rebuilt.
    """
    state: dict[Named, Fields] = {}
    for entry in entries:
        if entry.noun == chain.ERASURE or entry.after is None:
            continue
        if entry.before is None:
            state[entry.noun, entry.ref] = dict(entry.after)
        else:
            state[entry.noun, entry.ref].update(entry.after)
    return state


class Snapshot:
    """The records of one moment. Read it while the reader it was made from is open."""

    def __init__(self, reader: Reader, position: int, then: Mapping[Named, Fields | None]) -> None:
        self._reader = reader
        self._then = then
        self.position = position
        """The newest audit entry it includes."""

    def all(self, noun: type[N]) -> list[N]:
        """Every record of that class, ordered by key."""
        name = noun_name(noun)
        past = {ref: fields for (of, ref), fields in self._then.items() if of == name}
        live = self._reader.find(noun)
        if not past:
            return live
        found = [item for item in live if ref_of(item) not in past]
        found += [noun.model_validate(fields) for fields in past.values() if fields is not None]
        return sorted(found, key=key_of)

    def get(self, noun: type[N], *key: str) -> N | None:
        """The record of that key, or None."""
        named = (noun_name(noun), SEPARATOR.join(key))
        if named not in self._then:
            return self._reader.get(noun, *key)
        fields = self._then[named]
        return None if fields is None else noun.model_validate(fields)


def live(reader: Reader) -> Snapshot:
    """The present state, read from the tables."""
    return Snapshot(reader, reader.head(), {})


def state_at(reader: Reader, *, entry: int | None = None, instant: datetime | None = None) -> Snapshot:
    """The state after that audit entry, or after the last one made at or before that instant; neither: the present.

    Taken from the present by undoing what came after, so that a recent past costs little however long the chain is.
    Raises UserError where there is no such entry.
    """
    head = reader.head()
    if entry is None:
        entry = head if instant is None else reader.position_at(instant)
    if not 0 <= entry <= head:
        raise UserError(f"There is no audit entry {entry}: the newest is {head}")
    return Snapshot(reader, entry, _undone(reader, entry))


def _undone(reader: Reader, position: int) -> dict[Named, Fields | None]:
    """For each record changed after the position, its fields then (None: it did not exist, or its past was erased).

    Going forward, a record's first entry after the position tells each field it changed as it was; of later entries
    only fields not met yet count.
    """
    changes: dict[Named, Fields] = {}
    unknown: set[Named] = set()
    for entry in reader.entries(after=position):
        named = (entry.noun, entry.ref)
        if entry.noun == chain.ERASURE or named in unknown:
            continue
        if entry.before is None:
            unknown.add(named)
        else:
            changes[named] = {**entry.before, **changes.get(named, {})}
    past: dict[Named, Fields | None] = dict.fromkeys(unknown)
    for noun, kind in NOUNS.items():
        past.update(_as_they_were(reader, kind, {ref: was for (of, ref), was in changes.items() if of == noun}))
    return past | dict.fromkeys(unknown)


def _as_they_were(reader: Reader, noun: type[Noun], changes: Mapping[str, Fields]) -> dict[Named, Fields | None]:
    keys = [split_ref(noun, ref) for ref in changes]
    first = noun.key[0]
    items = reader.find(noun, **{first: {key[0] for key in keys}}) if keys else []
    present = {ref_of(item): item for item in items}
    name = noun_name(noun)
    return {(name, ref): present[ref].model_dump(mode="json") | was for ref, was in changes.items()}


# --- erasing --------------------------------------------------------------------------------------------------------


def erase(store: Store, noun: str, ref: str, *, who: str) -> int:
    """Blank the chain's memory of one record, after its present state was mended; how many entries were blanked.

    The erasure is an entry itself; the record stays, and its present state enters the chain as a new beginning. What
    reports kept beside the chain of an action (services/reporting/beside.py) is forgotten with it.
    Raises UserError where there is no such noun, NotFound where there is no such record.
    """
    kind = NOUNS.get(noun)
    if kind is None:
        raise UserError(f"There is no kind of record {noun}: choose among {', '.join(NOUNS)}")
    with store.writing(who, "erase") as writer:
        kept = [each for each in writer.find(Setting) if each.name.startswith(KEPT_BESIDE)]
        writer.remove(*(each for each in kept if json.dumps(ref) in each.value))
        return writer.erase(kind, *split_ref(kind, ref))
