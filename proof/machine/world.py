"""A board's store, the systems around it, and the time: made in a moment from a template that was adopted once."""

from __future__ import annotations

import contextlib
import copy
import functools
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from actiontrack.adapters.calendar import load_calendar
from actiontrack.adapters.pacing import TokenBucket
from actiontrack.domain.fields import Actor
from actiontrack.domain.ledger import Link
from actiontrack.domain.nouns import Agency
from actiontrack.domain.policy import Board
from actiontrack.domain.vocabulary import Nation, Side
from actiontrack.ports import Connector, InstanceSettings, Plain
from actiontrack.services.core import Core
from actiontrack.services.records import asking
from actiontrack.services.sync.engine import sync
from actiontrack.services.sync.steps import SyncResult
from proof.machine import book
from proof.machine.book import Book
from proof.machine.places import lasting_folder, place
from proof.machine.workers import Chance, MortalStore, OurClock, Time, Workers
from proof.remotes.connector import SimConnector
from proof.remotes.faults import Weather
from proof.remotes.system import System, Traits

if TYPE_CHECKING:
    from actiontrack.adapters.store.store import SqlStore
    from actiontrack.hooks import Hooks

AGENCIES = (Agency(code="POL", name="Norchester Police"), Agency(code="HEA", name="Norchester Health Trust"))
CODE_OF = {"master": "", "police": "POL", "health": "HEA", "book": "HEA"}
"""Instance → whose it is; "" is the Board's."""
LEADS = ("POL", "HEA", "POL")
A_REQUEST = timedelta(milliseconds=400)


@dataclass
class Interlude:
    """What happens at the `after`-th such moment of a sync."""

    moment: str
    after: int
    deed: Callable[[], None]


@dataclass
class World:
    """Everything that one run lives in."""

    folder: Path
    store: SqlStore
    time: Time
    clock: OurClock
    core: Core
    systems: dict[str, System]
    weather: dict[str, Weather]
    workers: Workers = field(default_factory=Workers)
    interludes: list[Interlude] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    overtaken: set[int] = field(default_factory=set)
    """Workers whose lease passed to another while they were at work."""
    book: Book | None = None

    def connectors(self, worker: int) -> dict[str, Connector]:
        """A worker's own doors to every system."""
        doors: dict[str, Connector] = {
            name: SimConnector(
                system, self.weather[name], self._meanwhile, self._pace(name), worker, lambda: worker in self.overtaken
            )
            for name, system in self.systems.items()
        }
        return doors | {book.NAME: book.connector(self.core, self.book.path)} if self.book else doors

    def _pace(self, name: str) -> Callable[[], None]:
        """A process's own token bucket for an instance, if it declares a rate; waiting lets time pass."""
        rate = self.systems[name].traits.rate
        if rate is None:
            return lambda: None
        return TokenBucket(
            rate,
            timer=lambda: self.time.at.timestamp(),
            sleep=lambda seconds: self.time.pass_by(timedelta(seconds=seconds)),
        ).take

    def open_book(self) -> None:
        """From here on the health trust has a workbook, which the next sync makes."""
        self.book = Book(self.folder / "health.xlsx")
        instances = {**self.core.instances, book.NAME: book.settings(self.book.path)}
        self.core = replace(self.core, instances=instances)

    def sync(
        self, names: Sequence[str] = (), *, approve: Sequence[str] = (), dry_run: bool = False,
        store: MortalStore | None = None, ahead: timedelta = timedelta(),
    ) -> SyncResult:  # fmt: skip
        """One sync by a process of its own, on a machine whose clock is `ahead` of ours."""
        clock = OurClock(self.time, self.clock.off + ahead) if ahead else self.clock
        with self.workers.one_more() as worker:
            core = replace(self.core, store=store or self.store, clock=clock, connectors=self.connectors(worker))
            return sync(core, names, approve=approve, dry_run=dry_run, who="manager")

    def _meanwhile(self, moment: str) -> None:
        if "request" in moment:
            self.time.pass_by(A_REQUEST)
        for each in list(self.interludes):
            if each.moment == moment:
                each.after -= 1
                if each.after < 0:
                    self.interludes.remove(each)
                    each.deed()

    def links(self) -> list[Link]:
        """Which ticket is which action's."""
        with self.store.reading() as reader:
            return reader.find(Link)

    @contextlib.contextmanager
    def fork(self) -> Iterator[World]:
        """Another world that is the same from here on."""
        copy = self.folder / "fork.db"
        self.store.backup(copy)
        with _open(self.time, self.clock, self.systems, copy) as world:
            copy.unlink()
            yield world


@functools.cache
def _hooks() -> Hooks:
    from actiontrack.hooks import load_plugins

    return load_plugins()


@contextlib.contextmanager
def _open(time: Time, clock: OurClock, systems: dict[str, System], content: Path | None = None) -> Iterator[World]:
    time = copy.copy(time)
    own = {name: replace(_copied(system), clock=time) for name, system in systems.items()}
    instances = {
        name: InstanceSettings(name, "sim", Side.AGENCY if CODE_OF[name] else Side.BOARD, agency=CODE_OF[name])
        for name in systems
    }
    with place(OurClock(time, clock.off), content) as here:
        core = Core(
            store=here.store, clock=here.clock, calendar=load_calendar(Nation.ENG, None), hooks=_hooks(),
            board=Board(name="A board", closures_need_decision=False), agencies=AGENCIES,
            instances=instances, connectors={},
        )  # fmt: skip
        world = World(here.folder, here.store, time, here.clock, core, own, {name: Weather() for name in own})
        with world.workers.seen_by_leases():
            yield world


def _copied(system: System) -> System:
    return replace(
        system, now=dict(system.now), past=list(system.past), made=copy.deepcopy(system.made),
        by_op=dict(system.by_op), held=copy.deepcopy(system.held), typed=copy.deepcopy(system.typed),
        lagged=list(system.lagged),
        overwritten=list(system.overwritten), requests=[], late=set(system.late), late_writes=Counter(),
    )  # fmt: skip


@functools.cache
def _template(names: tuple[str, ...]) -> tuple[Path, Time, dict[str, System]]:
    """A store with four actions that every system has adopted."""
    with Chance(names).everywhere():
        time = Time()
        systems = {name: System(name, Traits(), time) for name in names}
        with _open(time, OurClock(time), systems) as world:
            board = asking.Asker("manager", Actor(Side.BOARD))
            for number, lead in enumerate(LEADS, 1):
                values = {"text": f"Do the thing numbered {number}", "lead_agency": lead, "priority": "High",
                          "current_due": f"2026-12-{number + 10}", "lead_officer": f"Post {number}"}  # fmt: skip
                if number == len(LEADS):
                    values["agencies"] = "HEA"
                asking.add_action(world.core, values, board)
            result = world.sync()
            for _ in range(3):
                result = world.sync(approve=[each.plan for each in result.connectors if each.plan])
            world.time.pass_by(timedelta(days=2))
            content = lasting_folder() / "template.db"
            world.store.backup(content)
            return content, world.time, world.systems


def some_traits(chance: random.Random) -> Traits:
    """A system of some kind."""
    return Traits(
        control=chance.choice(("strong", "strong", "compare", "weak", "none")),
        cursor=chance.random() < 0.5,
        reports_deletions=chance.random() < 0.5,
        creates=chance.choice(("marks", "idempotent", "neither")),
        whole=chance.random() < 0.5,
        skew=chance.choice((0, 0, 0, 37, -3000)),
        rate=chance.choice((None, None, 1.5)),
    )


@contextlib.contextmanager
def made_world(shape: int) -> Iterator[World]:
    """A world whose sides agree; `shape` says which systems there are, and of what kind."""
    chance = random.Random(shape)
    names = ("master", "police", "health") if shape % 6 == 0 else ("master", "police")
    content, time, systems = _template(names)
    traited = {name: replace(system, traits=some_traits(chance)) for name, system in systems.items()}
    with Chance(shape).everywhere(), _open(time, OurClock(time), traited, content) as world:
        if shape % 12 == 1:
            world.open_book()
        yield world


def as_text(value: Plain) -> str:
    """A raw value as text."""
    return "" if value is None else str(value)
