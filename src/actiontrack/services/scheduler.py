"""The scheduler: the truth is in the store, so that a restart neither repeats nor skips a slot.

**Slots.** A slot is one wall-clock time of the board as an instant in UTC. Around clock changes each day still has
exactly one: a time that does not exist runs as if the clocks had not moved yet, one that comes twice the first time.

**Once.** A job is claimed by storing its slot, which is unique, and settled when it has ended, both by whoever leads
(services/leading.py). A settled slot never runs again. One that was begun and not settled, because its process was
killed, is begun again by whoever leads next: a job has to be one that takes up its own half-done work.

**Clocks.** A machine that slept catches up by the rule's policy. What was settled when the clock showed more than AHEAD
past what it shows now does not count: it was put back, and those slots come in their time.

Each job runs apart from the others' faults. The package `schedule` only wakes the loop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from actiontrack.domain.ledger import JobRun
from actiontrack.domain.policy import Schedule
from actiontrack.errors import ActionTrackError, RetryableError
from actiontrack.ports import Calendar
from actiontrack.services.clocks import AHEAD
from actiontrack.services.core import Core
from actiontrack.services.leading import NAME, Lead, Overtaken

LOOK_BACK = timedelta(days=31)
"""Slots missed longer ago than this are not caught up, whatever the policy."""
ON_TIME = timedelta(minutes=15)
"""A slot this young is not a missed one."""
WAKE = 15
"""Seconds between two looks at the clock."""

DONE, PASSED, FAILED = "done", "passed", "failed"
"""How the outcome of a slot begins: its job ended, a later slot ran instead, or its job ended in an error, with why."""
Jobs = Mapping[str, Callable[[Schedule], None]]
"""What each job does; the scheduler knows only when."""


@dataclass(frozen=True, slots=True)
class Ran:
    """One slot that was settled, and how."""

    job: str
    slot: datetime
    outcome: str

    @property
    def failed(self) -> bool:
        """Whether the job ended in an error."""
        return self.outcome.startswith(FAILED)


def name_of(schedule: Schedule) -> str:
    """A rule's own name: two rules may run the same job, and two reports at the same time go to different places."""
    return " ".join(filter(None, (schedule.job, schedule.days, schedule.at, schedule.out)))


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


def run_due(lead: Lead, schedules: Sequence[Schedule], jobs: Jobs) -> Iterator[Ran]:
    """Run every slot that is due, once, and tell of each as soon as it is settled.

    Never raises for what a job does. Raises Overtaken where another leads now, and RetryableError where the store can't
    be used: then the next look goes on.
    """
    lead.beat()
    for schedule in schedules:
        for slot, run in due(lead.core, schedule, lead.awake_since):
            ran = _run(lead, schedule, slot, jobs) if run else _settle(lead, schedule, slot, PASSED)
            if ran:
                yield ran


def due(core: Core, schedule: Schedule, awake_since: datetime | None = None) -> list[tuple[datetime, bool]]:
    """The slots not settled yet, oldest first, each with whether it runs or is passed over.

    A rule that never ran starts with its newest slot. A slot whose run was cut short by a crash is run again. One that
    came while a scheduler was at work (`awake_since`), and had to wait for another job, was not missed.
    """
    now = core.clock.now()
    name, oldest = name_of(schedule), now - LOOK_BACK
    with core.store.reading() as reader:
        found = reader.find(JobRun, job=name, slot__ge=oldest, slot__le=now + AHEAD)
        ran_before = reader.count(JobRun, job=name, slot__lt=oldest) > 0
    # One that was begun and cut short is open still, also where a clock that ran ahead began it once more.
    known = [run for run in found if run.ended_at is None or run.ended_at <= now + AHEAD]
    settled = {run.slot for run in known if run.ended_at is not None}
    every = list(slots(schedule, oldest, now, core.board.timezone, core.calendar))
    if known:
        every = [slot for slot in every if slot >= known[0].slot]
    elif not ran_before:
        every = every[-1:]
    return [(slot, _runs(schedule, slot, every[-1], now, awake_since)) for slot in every if slot not in settled]


def _runs(schedule: Schedule, slot: datetime, newest: datetime, now: datetime, awake_since: datetime | None) -> bool:
    """Whether an open slot runs, by the rule's policy."""
    if schedule.catch_up == "none":
        return slot >= min(awake_since or now, now - ON_TIME)
    return schedule.catch_up == "all" or slot == newest


def _run(lead: Lead, schedule: Schedule, slot: datetime, jobs: Jobs) -> Ran | None:
    """None where somebody else settled the slot in the meantime."""
    started = lead.core.clock.now()
    claim = JobRun(job=name_of(schedule), slot=slot, started_at=started)
    with lead.core.store.writing(NAME, "run") as writer:
        lead.renew(writer)
        held = writer.find(JobRun, job=claim.job, slot=slot)
        if any(run.ended_at and run.ended_at <= started + AHEAD for run in held):
            return None
        writer.put(claim)
    try:
        jobs[schedule.job](schedule)
        outcome = DONE
    except ActionTrackError as error:
        outcome = f"{FAILED}: {error}"
    except Exception as error:  # noqa: BLE001 - each job apart from the others' faults; what it held is not repeated
        outcome = f"{FAILED}: {type(error).__name__}"
    return _settle(lead, schedule, slot, outcome, started)


def _settle(lead: Lead, schedule: Schedule, slot: datetime, outcome: str, started: datetime | None = None) -> Ran:
    now = lead.core.clock.now()
    done = JobRun(job=name_of(schedule), slot=slot, started_at=started or now, ended_at=now, outcome=outcome)
    with lead.core.store.writing(NAME, "run") as writer:
        lead.renew(writer)
        writer.put(done)
    return Ran(done.job, slot, outcome)


def loop(
    lead: Lead,
    schedules: Sequence[Schedule],
    jobs: Jobs,
    heard: Callable[[Ran], None],
    trouble: Callable[[str], None],
    pause: Callable[[float], None],
) -> None:
    """Run what is due, for ever (until KeyboardInterrupt); `heard` is told of each slot.

    `pause` lets seconds pass between two looks at the clock, and may do something useful meanwhile. `trouble` is told
    why a look came to nothing; the next one tries again. Raises Overtaken where another leads.
    """
    import schedule as waker

    def look() -> None:
        try:
            for ran in run_due(lead, schedules, jobs):
                heard(ran)
        except Overtaken:
            raise
        except RetryableError as error:
            trouble(str(error))

    def armed() -> waker.Scheduler:
        look()
        alarm = waker.Scheduler()
        alarm.every(WAKE).seconds.do(look)
        return alarm

    alarm = armed()
    while True:
        idle = alarm.idle_seconds or 0.0
        if idle > WAKE:  # the wall clock was put back, as it is each autumn: the package would sleep through that
            alarm = armed()
            continue
        pause(max(idle, 0.1))
        alarm.run_pending()
