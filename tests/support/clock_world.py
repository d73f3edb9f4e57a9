"""A board whose scheduler lives through bad days: killed at any step, slept through, overtaken, its clock put.

The store, the scheduler, the lease and the sweep are real; only the clock is moved by hand. What happened is held
against clock_oracle.py, and every fault is an AssertionError that names what differs.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, cast

import clock_oracle as oracle

from actiontrack.adapters.calendar import NationCalendar
from actiontrack.adapters.store import open_store
from actiontrack.domain.ledger import Escalation, JobRun
from actiontrack.domain.nouns import Action
from actiontrack.domain.policy import Board, Schedule
from actiontrack.domain.vocabulary import Nation
from actiontrack.errors import RetryableError
from actiontrack.hooks import Hooks, load_plugins
from actiontrack.ports import Store, Writer
from actiontrack.services.core import Core
from actiontrack.services.leading import Lead, Overtaken, take
from actiontrack.services.scheduler import name_of, run_due
from actiontrack.services.sweep import sweep

TOLERATED = timedelta(hours=2)
"""A clock put back by no more repeats nothing."""
FORGOTTEN = timedelta(days=31)
FRESH = timedelta(minutes=15)
LEASE = timedelta(minutes=5)
LAST_YEAR = 2028
CHANGES = [datetime(2026, 3, 29, 1), datetime(2026, 10, 25, 1), datetime(2027, 3, 28, 1), datetime(2027, 10, 31, 1)]
"""When the clocks of the United Kingdom change in 2026 and 2027, in UTC."""


@cache
def defaults() -> Hooks:
    """The core's own rules, loaded once."""
    return load_plugins(installed=False)


class Killed(BaseException):
    """As SIGKILL: nothing of the process runs after it."""


class Clock:
    """Moved by hand."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant

    def today(self) -> date:
        return oracle.wall(self.instant).date()


class Mortal:
    """A store whose process dies in its so manieth transaction from now: before it is committed, or after."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.left: int | None = None
        self.after = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    @contextmanager
    def writing(self, who: str, source: str) -> Iterator[Writer]:
        dies = self.left == 0
        if self.left is not None:
            self.left -= 1
        with self.store.writing(who, source) as writer:
            yield writer
            if dies and not self.after:
                raise Killed
        if dies:
            raise Killed


@dataclass
class Expected:
    """What one look at the clock has to come to, and what the rule's book says."""

    rule: Schedule
    twin: oracle.Rule
    settled: dict[datetime, datetime] = field(default_factory=dict)
    """Slot → when its settlement was dated."""
    begun: dict[datetime, datetime] = field(default_factory=dict)
    """Slot, of those that are not settled → when it was begun."""

    def owed(self, now: datetime, awake: datetime) -> list[tuple[datetime, bool]]:
        """(slot, whether it runs) of each open slot, oldest first."""
        counts = {slot for slot, at in self.settled.items() if at <= now + TOLERATED} | self.begun.keys()
        counts = {slot for slot in counts if now - FORGOTTEN <= slot <= now + TOLERATED}
        every = self.twin.slots(now - FORGOTTEN, now)
        if counts:
            every = [slot for slot in every if slot >= min(counts)]
        elif not any(slot < now - FORGOTTEN for slot in {*self.settled, *self.begun}):
            every = every[-1:]
        open_slots = [slot for slot in every if slot not in counts or slot in self.begun]
        if self.twin.catch_up == "all":
            return [(slot, True) for slot in open_slots]
        if self.twin.catch_up == "none":
            return [(slot, slot >= awake or now - slot <= FRESH) for slot in open_slots]
        return [(slot, slot == every[-1]) for slot in open_slots]


@dataclass
class Counts:
    """What a run went through."""

    looks: int = 0
    kills: int = 0
    takeovers: int = 0
    put_back: int = 0
    sleeps: int = 0
    ran: int = 0
    escalations: int = 0

    def add(self, other: Counts) -> None:
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


class World:
    """One run."""

    def __init__(self, seed: int, store: Store) -> None:
        self.dice = random.Random(seed)
        self.mortal = Mortal(store)
        start = self.dice.choice(CHANGES).replace(tzinfo=UTC) - timedelta(minutes=self.dice.randint(-600, 4_000))
        self.clock = Clock(start)
        self.core = Core(
            store=cast("Store", self.mortal), clock=self.clock, calendar=NationCalendar(Nation.ENG),
            hooks=defaults(), agencies=(), instances={}, connectors={},
            board=Board(name="B", manager="manager@board.example", chair="chair@board.example"),
        )  # fmt: skip
        self.rules = [self._rule(at) for at in range(self.dice.randint(1, 3))]
        self.dues = {f"AT-{at}": start.date() + timedelta(days=self.dice.randint(-150, 60)) for at in range(2)}
        long_ago = start - timedelta(days=400)
        with store.writing("test", "test") as writer:
            for ref, due in self.dues.items():
                held = {
                    "text": "t",
                    "lead_officer": "officer@x.example",
                    "created_at": long_ago,
                    "changed_at": long_ago,
                }
                writer.add(Action(ref=ref, current_due=due, original_due=due, **held))
        self.lead: Lead | None = None
        self.pids = 0
        self.counts = Counts()
        self.ran: list[tuple[str, datetime]] = []
        self.raised: dict[tuple[str, str, date], datetime] = {}
        self.doing = ""
        self.sleep_in_job = self.overtaken_in_job = False
        self.fault: AssertionError | None = None

    def _rule(self, at: int) -> Expected:
        clock = self.dice.choice(
            ["00:30", "01:00", "01:30", "01:59", "02:00", "06:00", f"{self.dice.randint(0, 23):02}:17"]
        )
        days = self.dice.choice(["daily", "daily", "working", "sunday", "monday"])
        policy = self.dice.choice(["all", "latest", "none"])
        rule = Schedule(job=f"job{at}", at=clock, days=days, catch_up=cast("Any", policy))
        return Expected(rule, oracle.Rule(clock, days, policy))

    # --- what happens ---------------------------------------------------------------------------------------------

    def live(self, events: int) -> None:
        """So many events, the last of which is an undisturbed look."""
        for _ in range(events):
            self.dice.choice(
                [
                    self.wait,
                    self.wait,
                    self.sleep,
                    self.jump,
                    self.look,
                    self.look,
                    self.look_and_die,
                    self.look_and_sleep,
                ]
            )()
        self.look()
        self.settle_up()

    def wait(self) -> None:
        """Up to some hours with heartbeats; now and then one fails to come."""
        for _ in range(self.dice.choice([1, 5, 20])):
            self.clock.instant += timedelta(minutes=4)
            if self.lead and self.dice.random() < 0.98:
                self.lead.beat()

    def sleep(self) -> None:
        """Nobody runs for hours, days or weeks."""
        self.counts.sleeps += 1
        self.clock.instant += timedelta(minutes=self.dice.choice([90, 500, 1_500, 9_000, 40_000, 70_000]))

    def jump(self) -> None:
        """The clock is put: back by minutes, hours or days; or ahead."""
        minutes = self.dice.choice([-30, -60, -119, -125, -600, -3_000, -15_000, 15_000, 200_000])
        if self.clock.instant.year >= LAST_YEAR:  # GOV.UK's list ends with the next
            minutes = -abs(minutes)
        self.counts.put_back += minutes < 0
        self.clock.instant += timedelta(minutes=minutes)

    def look(self) -> None:
        """A whole look at the clock by whoever leads: all that is owed is settled, and nothing else."""
        lead = self._leader()
        lead.beat()
        self.ran.clear()
        now = self.clock.instant
        owed = [(each, slot, runs) for each in self.rules for slot, runs in each.owed(now, lead.awake_since)]
        told = [(ran.job, ran.slot, ran.outcome) for ran in self._run(lead)]
        expected = [(name_of(each.rule), slot, "done" if runs else "passed") for each, slot, runs in owed]
        assert told == expected, f"at {now}: {told}, and not {expected}"
        assert self.ran == [(each.rule.job, slot) for each, slot, runs in owed if runs]
        for each, slot, _ in owed:
            each.settled[slot] = now
            each.begun.pop(slot, None)
        self.counts.looks += 1

    def look_and_die(self) -> None:
        """Killed in one of the next transactions; the next process waits until the lease is over."""
        self.clock.instant += timedelta(hours=self.dice.randint(1, 30))
        lead = self._leader()
        self.mortal.left, self.mortal.after = self.dice.randint(0, 9), self.dice.random() < 0.5
        try:
            for _ in self._run(lead):
                pass
        except Killed:
            self.counts.kills += 1
            self.lead = None
        finally:
            self.mortal.left = None
        self._read_the_book()

    def look_and_sleep(self) -> None:
        """It sleeps in the midst of a job, or between two; another takes over, may do all of it, and it wakes up."""
        self.clock.instant += timedelta(hours=self.dice.randint(1, 30))
        lead, self.sleep_in_job = self._leader(), self.dice.random() < 0.7
        between = not self.sleep_in_job
        try:
            for _ in self._run(lead):
                assert self.lead is lead, "overtaken, it settled a slot"
                if between:
                    self._overtaken()
                    between = False
                ran = self.counts.ran
        except Overtaken:
            self.counts.takeovers += 1
            assert self.lead is not lead, "nobody had overtaken it"
            assert self.overtaken_in_job or ran == self.counts.ran, "overtaken, it ran a job"
        finally:
            self.sleep_in_job = self.overtaken_in_job = False
        self._read_the_book()

    def _overtaken(self) -> None:
        self.clock.instant += timedelta(hours=self.dice.choice([1, 30]))
        self.lead = None
        self._leader()
        if self.dice.random() < 0.7:
            self._read_the_book()
            self.look()

    # --- inside ---------------------------------------------------------------------------------------------------

    def _leader(self) -> Lead:
        """Who leads; where nobody is known to, a new process that tries until it may."""
        while self.lead is None:
            self.pids += 1
            try:
                self.lead = take(self.core, f"elsewhere:{self.pids}")
            except RetryableError as error:
                if not 0 < (error.retry_after or 0) <= 2 * LEASE.total_seconds():
                    raise
                self.clock.instant += timedelta(minutes=1)
        return self.lead

    def _run(self, lead: Lead) -> Iterator[Any]:
        jobs = {each.rule.job: self._job for each in self.rules}
        for ran in run_due(lead, [each.rule for each in self.rules], jobs):
            if self.fault:
                raise self.fault
            yield ran

    def _job(self, rule: Schedule) -> None:
        with self.core.store.reading() as reader:
            [begun] = reader.find(JobRun, job=name_of(rule), started_at=self.clock.instant, ended_at=None)
        if self.sleep_in_job:
            self.sleep_in_job, self.overtaken_in_job = False, True
            self._overtaken()
        self.counts.ran += 1
        self.ran.append((rule.job, begun.slot))
        try:
            self._sweep()
        except AssertionError as error:  # the scheduler keeps a job's errors to itself
            self.fault = self.fault or error

    def _sweep(self) -> None:
        now, today = self.clock.instant, self.clock.today()
        for each in sweep(self.core, who="scheduler").raised:
            key = (each.action, each.level, each.period)
            before = self.raised.get(key)
            assert before is None or before > now + TOLERATED, f"{key} raised at {before} and again at {now}"
            self.raised[key] = now
            self.counts.escalations += 1
        with self.core.store.reading() as reader:
            known = {(e.action, e.level, e.period) for e in reader.find(Escalation) if e.at <= now + TOLERATED}
        for ref, due in self.dues.items():
            top = oracle.highest(due, today)
            assert top is None or (ref, *top) in known, f"{ref}, due {due}, owes {top} on {today}: {sorted(known)}"

    def _read_the_book(self) -> None:
        """After a look that was cut short: what is on record has to be a beginning of what was owed."""
        with self.core.store.reading() as reader:
            for each in self.rules:
                for run in reader.find(JobRun, job=name_of(each.rule)):
                    for book in (each.settled, each.begun):
                        book.pop(run.slot, None)
                    if run.ended_at is not None:
                        each.settled[run.slot] = run.ended_at
                    else:
                        each.begun[run.slot] = run.started_at

    def settle_up(self) -> None:
        """At the end: nothing is open, nothing is on record twice, and no slot is on record that there never was."""
        now = self.clock.instant
        with self.core.store.reading() as reader:
            for each in self.rules:
                runs = reader.find(JobRun, job=name_of(each.rule))
                slots = [run.slot for run in runs]
                assert len(slots) == len(set(slots))
                if slots:
                    there_are = set(each.twin.slots(min(slots) - timedelta(minutes=1), max(slots)))
                    assert set(slots) <= there_are, sorted(set(slots) - there_are)
                assert not any(run.ended_at is None for run in runs if now - FORGOTTEN <= run.slot <= now)


def lived(seed: int, events: int = 12) -> Counts:
    """One run from beginning to end. Raises AssertionError, with the seed, where anything is lost or repeated."""
    clock = Clock(datetime(2026, 1, 1, tzinfo=UTC))
    with closing(cast("Any", open_store("sqlite://", "board", clock=clock))) as store:
        world = World(seed, store)
        try:
            world.live(events)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}") from error
        return world.counts
