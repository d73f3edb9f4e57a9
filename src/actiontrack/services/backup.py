"""Backups, and going back to one: checked before it replaces anything, and never mistaken for the present after."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TypedDict

from actiontrack.domain.ledger import Instance, Setting
from actiontrack.domain.nouns import Action
from actiontrack.errors import UserError
from actiontrack.ports import Reader, Store
from actiontrack.services.audit import verify

_WHY = "the store was restored from a backup: see what differs before anything is written"


class BackupMade(TypedDict):
    """What `backup --json` prints; `entries` and `head` are the chain's, for a person to keep elsewhere."""

    file: str
    bytes: int
    entries: int
    head: str


class Restored(TypedDict):
    """What `restore --json` prints; `kept` is where the replaced store is, "" where nothing was replaced."""

    file: str
    store_id: str
    actions: int
    entries: int
    head: str
    same_store: bool
    kept: str


def backup(store: Store, file: Path) -> BackupMade:
    """Write a copy of the store, readable by its owner only. Raises UserError, RetryableError."""
    entries, head = store.backup(file)
    return BackupMade(file=str(file), bytes=file.stat().st_size, entries=entries, head=head)


def restore(store: Store, file: Path, *, at: datetime, dry_run: bool = False) -> Restored:
    """Put a backup in the store's place. Raises UserError where it is not whole, and then changes nothing.

    Every instance must confirm its next sync: workbooks and systems have moved on since the backup was made, and what
    they hold must not be taken for edits unseen.
    """
    with store.candidate(file) as copy:
        chain = verify(copy)
        if chain["broken_at"] is not None:
            raise UserError(
                f"The backup {file} was altered: {chain['why']} (entry {chain['broken_at']}); choose another"
            )
        with copy.reading() as theirs, store.reading() as ours:
            told = Restored(
                file=str(file),
                store_id=_store_id(theirs),
                actions=theirs.count(Action),
                entries=chain["entries"],
                head=chain["head"],
                same_store=_store_id(theirs) == _store_id(ours),
                kept="",
            )
        if not dry_run:
            _mark(copy, at)
            told["kept"] = str(store.replace_with(copy, at))
    return told


def _mark(copy: Store, at: datetime) -> None:
    """Write into the copy, before it takes the store's place, that it is one."""
    with copy.writing("", "restore") as writer:
        writer.put(Setting(name="restored_at", value=at.isoformat()))
        writer.put(*(each.model_copy(update={"must_confirm": _WHY}) for each in writer.find(Instance)))


def _store_id(reader: Reader) -> str:
    setting = reader.get(Setting, "store_id")
    return setting.value if setting else ""
