"""Places for a run to live in: a folder in memory and a store, opened once a process and filled anew for every run.

Opening a store and learning its queries by heart takes longer than a whole sync; what a run left there is thrown away.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from actiontrack.adapters.store import open_store
from proof.machine.workers import OurClock

if TYPE_CHECKING:
    from actiontrack.adapters.store.store import SqlStore

MEMORY = Path("/dev/shm")
_open = ExitStack()
atexit.register(_open.close)


@dataclass
class Place:
    """A folder, the store in it, and the clock that the store goes by."""

    folder: Path
    clock: OurClock
    store: SqlStore


_free: list[Place] = []


@contextmanager
def place(clock: OurClock, content: Path | None = None) -> Iterator[Place]:
    """One that nobody else is in, whose store is as in the file `content`, or empty; its clock goes as `clock` does."""
    one = _free.pop() if content and _free else _made(clock)
    one.clock.time, one.clock.off = clock.time, clock.off
    if content:
        _fill(one, content)
    try:
        yield one
    finally:
        _free.append(one)


def _made(clock: OurClock) -> Place:
    folder = lasting_folder() / "place"
    own = OurClock(clock.time)
    store = open_store(f"sqlite:///{folder}/store.db", "board", clock=own)
    return Place(folder, own, _open.enter_context(closing(store)))


def _fill(one: Place, content: Path) -> None:
    one.store.engine.dispose()  # it connects again by itself
    shutil.rmtree(one.folder)
    one.folder.mkdir()
    shutil.copyfile(content, one.folder / "store.db")


def lasting_folder() -> Path:
    """A folder that lasts as long as the process does; in memory, where there is such a thing."""
    made = tempfile.TemporaryDirectory(prefix="machine-", dir=MEMORY if MEMORY.is_dir() else None)
    return Path(_open.enter_context(made))
