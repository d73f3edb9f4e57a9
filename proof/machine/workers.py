"""Workers that can be killed, a clock that can jump, and a store that a dead worker writes to no more."""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from unittest import mock

from actiontrack.domain.refs import new_ref
from actiontrack.ports import Reader, Store, Writer
from actiontrack.services.records import changing, creating
from actiontrack.services.sync import lease, patience
from proof.remotes.faults import Killed


@dataclass
class Time:
    """Time as it passes (`ports.Clock`), for the systems' own clocks."""

    at: datetime = datetime(2026, 11, 24, 9, tzinfo=UTC)

    def now(self) -> datetime:
        """The instant."""
        return self.at

    def today(self) -> date:
        """Its date."""
        return self.at.date()

    def pass_by(self, by: timedelta) -> None:
        """Let time pass."""
        self.at += by


@dataclass
class OurClock:
    """The clock of the machine we run on (`ports.Clock`): it goes with time, and somebody may set it."""

    time: Time
    off: timedelta = timedelta()

    def now(self) -> datetime:
        """What it says."""
        return self.time.at + self.off

    def today(self) -> date:
        """The date it says."""
        return self.now().date()


class Chance:
    """Randomness that comes again, in the place of `secrets`: so that a run can be lived again."""

    def __init__(self, seed: object) -> None:
        self._chance = random.Random(str(seed))

    def randbelow(self, bound: int) -> int:
        """As `secrets.randbelow`."""
        return self._chance.randrange(bound)

    def token_hex(self, count: int) -> str:
        """As `secrets.token_hex`."""
        return self._chance.randbytes(count).hex()

    @contextmanager
    def everywhere(self) -> Iterator[None]:
        """Refs, ids and waits are drawn from it."""
        with (
            mock.patch.object(changing, "secrets", self),
            mock.patch.object(creating, "new_ref", functools.partial(new_ref, self)),
            mock.patch.object(patience.failed, "__defaults__", (None, self._chance.uniform)),
        ):
            yield


@dataclass
class Workers:
    """Processes, as far as the lease can tell: each sync is one of its own."""

    alive: set[int] = field(default_factory=set)
    working: int = 100
    newest: int = 100

    def getpid(self) -> int:
        """The number of the one at work."""
        return self.working

    def kill(self, pid: int, signal: int) -> None:
        """As `os.kill(pid, 0)`: raises ProcessLookupError where it is dead."""
        if pid not in self.alive:
            raise ProcessLookupError(pid)

    @contextmanager
    def one_more(self) -> Iterator[int]:
        """A new process at work for the block; it is dead at the end, in whatever way."""
        before, pid = self.working, self.newest + 1
        self.alive.add(pid)
        self.working = self.newest = pid
        try:
            yield pid
        finally:
            self.alive.discard(pid)
            self.working = before

    @contextmanager
    def seen_by_leases(self) -> Iterator[None]:
        """The lease asks us, not the system, who is alive."""
        with mock.patch.object(lease, "os", self):
            yield


@dataclass
class MortalStore:
    """The store as one worker holds it (`ports.Store`): once dead, it writes nothing and releases nothing."""

    store: Store
    commits_left: int | None = None
    """How many commits it lives to see; None is for ever."""
    after: bool = False
    """Whether it dies right after the next one, not before."""
    dead: bool = False
    commits: int = 0

    def die(self) -> None:
        """The worker is killed now."""
        self.dead = True
        raise Killed

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """As the store's."""
        if self.dead:
            raise Killed
        with self.store.reading() as reader:
            yield reader

    @contextmanager
    def writing(self, who: str, source: str) -> Iterator[Writer]:
        """As the store's; at the appointed commit the worker dies, before or after it."""
        if self.dead:
            raise Killed
        with self.store.writing(who, source) as writer:
            yield writer
            last = self.commits_left is not None and self.commits == self.commits_left
            if last and not self.after:
                self.die()
        self.commits += 1
        if last:
            self.die()

    def backup(self, target: Path) -> tuple[int, str]:
        """As the store's."""
        return self.store.backup(target)

    def candidate(self, source: Path) -> AbstractContextManager[Store]:
        """As the store's."""
        return self.store.candidate(source)

    def replace_with(self, candidate: Store, at: datetime) -> Path:
        """As the store's."""
        return self.store.replace_with(candidate, at)
