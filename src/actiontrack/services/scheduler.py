"""The scheduler: the truth is in the store, so that a restart neither repeats nor skips a slot.

A slot is one wall-clock time of the board as an instant in UTC. Around clock changes each day still has exactly one: a
time that does not exist runs as if the clocks had not moved yet, one that comes twice runs the first time.
A job is claimed by storing its slot, which is unique; each runs apart from the others' faults; one process leads, by a
lease. The package `schedule` only wakes the loop.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from actiontrack.domain.ledger import JobRun, Lease
from actiontrack.domain.policy import Schedule
from actiontrack.errors import ActionTrackError, RetryableError
from actiontrack.ports import Calendar
from actiontrack.services.core import Core

LOOK_BACK = timedelta(days=31)
"""Slots missed longer ago than this are not caught up, whatever the policy."""
ON_TIME = timedelta(minutes=15)
"""A slot this young is not a missed one."""
LEASE = timedelta(seconds=90)
BEAT = 20.0
"""Seconds between two heartbeats of the lease."""
WAKE = 15
"""Seconds between two looks at the clock."""

Jobs = Mapping[str, Callable[[Schedule], None]]
"""What each job does; the scheduler knows only when."""


@dataclass(frozen=True, slots=True)
class Ran:
    """One slot that was claimed: `outcome` is done, passed (a later slot ran instead) or failed with why."""

    job: str
    slot: datetime
    outcome: str

    @property
    def failed(self) -> bool:
        """Whether the job ended in an error."""
        return self.outcome.startswith("failed")


def name_of(schedule: Schedule) -> str:
    """A rule's own name: two rules may run the same job."""
    return f"{schedule.job} {schedule.days} {schedule.at}"


def slots(schedule: Schedule, after: datetime, upto: datetime, timezone: str, calendar: Calendar) -> Iterator[datetime]:
    """The rule's slots in (after, upto], oldest first, in UTC."""
    zone = ZoneInfo(timezone)
    clock = time.fromisoformat(schedule.at)
    day = after.astimezone(zone).date() - timedelta(days=1)
    last = upto.astimezone(zone).date() + timedelta(days=1)
    while day <= last:
        if _runs_on(schedule, day, calendar):
            slot = datetime.combine(day, clock, zone).astimezone(UTC)
            if after < slot <= upto:
                yield slot
        day += timedelta(days=1)


def _runs_on(schedule: Schedule, day: date, calendar: Calendar) -> bool:
    if schedule.days == "daily":
        return True
    if schedule.days == "working":
        return calendar.is_working_day(day)
    return f"{day:%A}".lower() == schedule.days


def run_due(core: Core, schedules: Sequence[Schedule], jobs: Jobs) -> list[Ran]:
    """Run every slot that is due, once: the caller holds the lease. Never raises for what a job does."""
    ran = []
    for schedule in schedules:
        for slot, run in due(core, schedule):
            if not run:
                ran.append(_settle(core, schedule, slot, "passed"))
                continue
            done = _run(core, schedule, slot, jobs)
            if done:
                ran.append(done)
    return ran


def due(core: Core, schedule: Schedule) -> list[tuple[datetime, bool]]:
    """The slots not settled yet, oldest first, each with whether it runs or is passed over.

    A rule that never ran starts with its newest slot. A slot whose run was cut short by a crash is run again.
    """
    now = core.clock.now()
    with core.store.reading() as reader:
        known = reader.find(JobRun, job=name_of(schedule), slot__ge=now - LOOK_BACK)
    settled = [run.slot for run in known if run.ended_at is not None]
    begun = min((run.slot for run in known), default=now - LOOK_BACK) - timedelta(microseconds=1)
    open_slots = list(slots(schedule, max(settled, default=begun), now, core.board.timezone, core.calendar))
    if not known:
        open_slots = open_slots[-1:]
    if schedule.catch_up == "all":
        return [(slot, True) for slot in open_slots]
    if schedule.catch_up == "none":
        return [(slot, now - slot <= ON_TIME) for slot in open_slots]
    return [(slot, slot == open_slots[-1]) for slot in open_slots]


def _run(core: Core, schedule: Schedule, slot: datetime, jobs: Jobs) -> Ran | None:
    """None where somebody else settled the slot in the meantime."""
    started = core.clock.now()
    with core.store.writing("scheduler", "run") as writer:
        if any(run.ended_at for run in writer.find(JobRun, job=name_of(schedule), slot=slot)):
            return None
        writer.put(JobRun(job=name_of(schedule), slot=slot, started_at=started))
    try:
        jobs[schedule.job](schedule)
        outcome = "done"
    except ActionTrackError as error:
        outcome = f"failed: {error}"
    except Exception as error:  # noqa: BLE001 - each job apart from the others' faults; what it held is not repeated
        outcome = f"failed: {type(error).__name__}"
    return _settle(core, schedule, slot, outcome, started)


def _settle(core: Core, schedule: Schedule, slot: datetime, outcome: str, started: datetime | None = None) -> Ran:
    now = core.clock.now()
    done = JobRun(job=name_of(schedule), slot=slot, started_at=started or now, ended_at=now, outcome=outcome)
    with core.store.writing("scheduler", "run") as writer:
        writer.put(done)
    return Ran(done.job, slot, outcome)


# --- one leader -----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def leading(core: Core) -> Iterator[None]:
    """Hold the scheduler's lease, renewed by a heartbeat. Raises RetryableError while another process holds it."""
    holder = f"{socket.gethostname()}:{os.getpid()}"
    token = _take(core, holder)
    stopped = threading.Event()
    beat = threading.Thread(target=_beat, args=(core, holder, token, stopped), daemon=True)
    beat.start()
    try:
        yield
    finally:
        stopped.set()
        beat.join()
        _renew(core, holder, token, timedelta(0))


def _take(core: Core, holder: str) -> int:
    now = core.clock.now()
    with core.store.writing("scheduler", "run") as writer:
        held = writer.get(Lease, "scheduler")
        if held and held.holder != holder and held.until > now:
            wait = (held.until - now).total_seconds()
            raise RetryableError(
                f"another scheduler leads ({held.holder}); try again in {wait:.0f} s", retry_after=wait
            )
        token = held.token + 1 if held else 1
        writer.put(Lease(name="scheduler", holder=holder, token=token, until=now + LEASE))
    return token


def _renew(core: Core, holder: str, token: int, length: timedelta) -> bool:
    """Extend (or, with no length, end) our lease; False where a later token has fenced us off."""
    with core.store.writing("scheduler", "run") as writer:
        held = writer.get(Lease, "scheduler")
        if held is None or held.token != token:
            return False
        writer.put(held.model_copy(update={"holder": holder, "until": core.clock.now() + length}))
    return True


def _beat(core: Core, holder: str, token: int, stopped: threading.Event) -> None:
    while not stopped.wait(BEAT):
        with contextlib.suppress(RetryableError):
            if not _renew(core, holder, token, LEASE):
                return


def loop(
    core: Core,
    schedules: Sequence[Schedule],
    jobs: Jobs,
    heard: Callable[[Ran], None],
    pause: Callable[[float], None] | None = None,
) -> None:
    """Run what is due, for ever (until KeyboardInterrupt); `heard` is told of each slot.

    `pause` lets seconds pass between two looks at the clock, and may do something useful meanwhile.
    """
    import time as clock

    import schedule as waker

    def tick() -> None:
        for ran in run_due(core, schedules, jobs):
            heard(ran)

    alarm = waker.Scheduler()
    alarm.every(WAKE).seconds.do(tick)
    tick()
    while True:
        (pause or clock.sleep)(max(alarm.idle_seconds or 0.0, 0.1))
        alarm.run_pending()
