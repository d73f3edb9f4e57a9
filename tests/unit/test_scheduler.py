"""The scheduler: one slot a day whatever the clocks do, none repeated, none skipped, each job apart."""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actiontrack.adapters.calendar import load_calendar
from actiontrack.adapters.store import open_store
from actiontrack.domain.ledger import JobRun
from actiontrack.domain.policy import Board, Schedule
from actiontrack.domain.vocabulary import Nation
from actiontrack.errors import RetryableError, UserError
from actiontrack.services.core import Core
from actiontrack.services.leading import LEASE, Lead, Overtaken, leading, take
from actiontrack.services.scheduler import Jobs, Ran, due, loop, name_of, run_due, slots

LONDON = "Europe/London"
DAILY = Schedule(job="sync", at="06:00")


@dataclass
class Hands:
    """A clock moved by hand."""

    instant: datetime = datetime(2026, 11, 24, 9, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant

    def today(self) -> date:
        return self.instant.date()


@dataclass
class Bench:
    """A store in memory, a clock by hand, and jobs that note when they ran."""

    core: Core
    clock: Hands
    lead: Lead
    ran: list[str] = field(default_factory=list)

    def jobs(self, **more: Any) -> Jobs:
        return {"sync": lambda rule: self.ran.append(rule.at), **more}

    def run(self, *rules: Schedule, **more: Any) -> list[tuple[str, str]]:
        return [(f"{ran.slot:%d %H:%M}", ran.outcome) for ran in run_due(self.lead, rules, self.jobs(**more))]


@pytest.fixture
def bench() -> Iterator[Bench]:
    clock = Hands()
    store = open_store("sqlite://", "board", clock=clock)
    core = SimpleNamespace(store=store, clock=clock, calendar=load_calendar(Nation.ENG), board=Board(name="B"))
    yield Bench(cast("Core", core), clock, take(cast("Core", core), "here:1"))
    store.close()


def between(rule: Schedule, start: str, end: str) -> list[str]:
    found = slots(rule, datetime.fromisoformat(start), datetime.fromisoformat(end), LONDON, load_calendar(Nation.ENG))
    return [f"{slot:%m-%d %H:%M}" for slot in found]


def test_a_slot_is_the_boards_wall_clock_in_utc() -> None:
    assert between(DAILY, "2026-06-30T00:00Z", "2026-07-02T00:00Z") == ["06-30 05:00", "07-01 05:00"]
    assert between(DAILY, "2026-12-01T00:00Z", "2026-12-03T00:00Z") == ["12-01 06:00", "12-02 06:00"]


def test_each_day_of_a_clock_change_has_one_slot() -> None:
    night = Schedule(job="sync", at="01:30")
    assert between(night, "2026-03-28T12:00Z", "2026-03-30T12:00Z") == ["03-29 01:30", "03-30 00:30"]
    assert between(night, "2026-10-24T12:00Z", "2026-10-26T12:00Z") == ["10-25 00:30", "10-26 01:30"]


FORWARD = {"00:59": "00:59", "01:00": "01:00", "01:30": "01:30", "01:59": "01:59", "02:00": "01:00", "06:00": "05:00"}
"""Wall → UTC on the day the clocks go forward: what they leap over runs as if they had not moved yet."""
BACK = {"00:59": "23:59", "01:00": "00:00", "01:30": "00:30", "01:59": "00:59", "02:00": "02:00", "06:00": "06:00"}
"""Wall → UTC on the day they go back: what comes twice runs the first time. (00:59 is the day before in UTC.)"""


def through(bench: Bench, day: date, at: str) -> list[str]:
    """When a rule ran from noon to noon around that night, looked at every quarter of an hour."""
    bench.clock.instant = datetime(day.year, day.month, day.day, 12, tzinfo=UTC) - timedelta(days=1)
    rule, ran = Schedule(job="sync", at=at, catch_up="all"), []
    bench.run(rule)  # the newest before it
    for _ in range(24 * 4):
        bench.clock.instant += timedelta(minutes=15)
        ran += [slot for slot, outcome in bench.run(rule) if outcome == "done"]
    return ran


@pytest.mark.parametrize(("wall", "utc"), FORWARD.items())
def test_the_clocks_go_forward_on_29_march_2026(bench: Bench, wall: str, utc: str) -> None:
    assert through(bench, date(2026, 3, 29), wall) == [f"29 {utc}"]


@pytest.mark.parametrize(("wall", "utc"), BACK.items())
def test_the_clocks_go_back_on_25_october_2026(bench: Bench, wall: str, utc: str) -> None:
    assert through(bench, date(2026, 10, 25), wall) == [f"{24 if utc == '23:59' else 25} {utc}"]


@pytest.mark.parametrize(("wall", "utc"), FORWARD.items())
def test_the_clocks_go_forward_on_28_march_2027(bench: Bench, wall: str, utc: str) -> None:
    assert through(bench, date(2027, 3, 28), wall) == [f"28 {utc}"]


@pytest.mark.parametrize(("wall", "utc"), BACK.items())
def test_the_clocks_go_back_on_31_october_2027(bench: Bench, wall: str, utc: str) -> None:
    assert through(bench, date(2027, 10, 31), wall) == [f"{30 if utc == '23:59' else 31} {utc}"]


def test_working_days_leave_out_weekends_and_bank_holidays() -> None:
    rule = Schedule(job="sync", at="06:00", days="working")
    assert between(rule, "2026-12-24T00:00Z", "2026-12-30T00:00Z") == ["12-24 06:00", "12-29 06:00"]
    assert between(Schedule(job="sync", at="06:00", days="monday"), "2026-12-01T00:00Z", "2026-12-15T00:00Z") == [
        "12-07 06:00",
        "12-14 06:00",
    ]


@given(
    start=st.integers(0, 4 * 365 * 24).map(lambda hours: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=hours)),
    cuts=st.lists(st.integers(1, 60), min_size=1, max_size=6),
    hour=st.integers(0, 23),
    minute=st.sampled_from([0, 30, 59]),
)
def test_windows_laid_end_to_end_hold_each_days_slot_once(
    start: datetime, cuts: list[int], hour: int, minute: int
) -> None:
    rule = Schedule(job="sync", at=f"{hour:02}:{minute:02}")
    calendar = load_calendar(Nation.ENG)
    found, at = [], start
    for hours in cuts:
        found += slots(rule, at, at + timedelta(hours=hours), LONDON, calendar)
        at += timedelta(hours=hours)
    assert found == list(slots(rule, start, at, LONDON, calendar))
    assert found == sorted(set(found))
    assert all(
        timedelta(hours=23) <= later - earlier <= timedelta(hours=25) for earlier, later in itertools.pairwise(found)
    )


def test_the_newest_slot_runs_once_and_a_restart_repeats_nothing(bench: Bench) -> None:
    assert bench.run(DAILY) == [("24 06:00", "done")]
    assert bench.run(DAILY) == []
    bench.clock.instant += timedelta(days=1)
    assert bench.run(DAILY) == [("25 06:00", "done")]
    assert bench.ran == ["06:00", "06:00"]


@pytest.mark.parametrize(
    ("policy", "outcomes"),
    [
        ("all", ["done", "done", "done"]),
        ("latest", ["passed", "passed", "done"]),
        ("none", ["passed", "passed", "passed"]),
    ],
)
def test_what_becomes_of_missed_slots(bench: Bench, policy: Any, outcomes: list[str]) -> None:
    rule = Schedule(job="sync", at="06:00", catch_up=policy)
    bench.run(rule)
    bench.clock.instant += timedelta(days=3)
    assert bench.run(rule) == list(zip(["25 06:00", "26 06:00", "27 06:00"], outcomes, strict=True))
    assert bench.run(rule) == []


def test_what_was_cut_short_is_open_also_where_a_clock_that_ran_ahead_began_it_once_more(bench: Bench) -> None:
    slot, ahead = datetime(2026, 11, 23, 6, tzinfo=UTC), datetime(2026, 12, 5, 9, tzinfo=UTC)
    rule = Schedule(job="sync", at="06:00", catch_up="all")
    with bench.core.store.writing("scheduler", "run") as writer:
        writer.put(JobRun(job=name_of(rule), slot=slot, started_at=ahead))
    assert bench.run(rule) == [("23 06:00", "done"), ("24 06:00", "done")]


def test_a_slot_that_is_on_time_is_no_missed_one(bench: Bench) -> None:
    rule = Schedule(job="sync", at="06:00", catch_up="none")
    bench.clock.instant = datetime(2026, 11, 24, 6, 5, tzinfo=UTC)
    assert bench.run(rule) == [("24 06:00", "done")]


def test_a_job_that_fails_stops_no_other_and_tells_no_persons_words(bench: Bench) -> None:
    def broken(_: Schedule) -> None:
        raise ValueError("Jane Doe")

    def refused(_: Schedule) -> None:
        raise UserError("plan.xlsx: no header was found")

    rules = [Schedule(job="broken", at="05:00"), Schedule(job="refused", at="05:30"), DAILY]
    assert bench.run(*rules, broken=broken, refused=refused) == [
        ("24 05:00", "failed: ValueError"),
        ("24 05:30", "failed: plan.xlsx: no header was found"),
        ("24 06:00", "done"),
    ]
    assert bench.run(*rules, broken=broken, refused=refused) == []


def test_two_rules_of_one_job_are_settled_apart(bench: Bench) -> None:
    evening = Schedule(job="sync", at="18:00")
    assert bench.run(DAILY, evening) == [("24 06:00", "done"), ("23 18:00", "done")]
    bench.clock.instant += timedelta(hours=10)
    assert bench.run(DAILY, evening) == [("24 18:00", "done")]


def test_a_slot_cut_short_by_a_crash_is_run_again(bench: Bench) -> None:
    def crash(_: Schedule) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bench.run(DAILY, sync=crash)
    assert [runs for _, runs in due(bench.core, DAILY)] == [True]
    assert bench.run(DAILY) == [("24 06:00", "done")]


def test_a_slot_settled_by_another_process_in_the_meantime_is_left_alone(bench: Bench) -> None:
    def meanwhile(_: Schedule) -> None:
        now = bench.clock.now()
        slot = now.replace(hour=6)
        with bench.core.store.writing("x", "x") as writer:
            writer.put(JobRun(job=name_of(DAILY), slot=slot, started_at=now, ended_at=now, outcome="done"))

    first = Schedule(job="other", at="05:00")
    assert bench.run(first, DAILY, other=meanwhile) == [("24 05:00", "done")]
    assert bench.ran == []


# --- one leader -----------------------------------------------------------------------------------------------------


def test_only_one_process_leads(bench: Bench) -> None:
    with pytest.raises(RetryableError, match=r"here:1.*in 300 s"):
        take(bench.core, "there:2")
    bench.clock.instant += LEASE
    assert take(bench.core, "there:2").token == bench.lead.token + 1
    with pytest.raises(RetryableError, match="there:2"):
        take(bench.core, "here:1")


def test_whoever_stopped_as_it_should_need_not_be_waited_for(bench: Bench) -> None:
    bench.lead.release()
    assert take(bench.core, "there:2").token == bench.lead.token + 1


def test_a_killed_process_of_this_machine_need_not_be_waited_for(bench: Bench) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    bench.lead.release()
    host = socket.gethostname()
    take(bench.core, f"{host}:{gone.pid}")
    assert take(bench.core, f"{host}:{os.getppid()}").token == bench.lead.token + 2
    with pytest.raises(RetryableError, match=str(os.getppid())), leading(bench.core):
        pytest.fail("two led")


def test_a_lease_from_before_the_clock_was_put_back_is_over(bench: Bench) -> None:
    bench.clock.instant -= timedelta(days=1)
    assert take(bench.core, "there:2").token == bench.lead.token + 1


def test_a_leader_that_was_overtaken_claims_nothing(bench: Bench) -> None:
    bench.clock.instant += LEASE
    other = take(bench.core, "there:2")
    with pytest.raises(Overtaken, match="there:2"):
        bench.run(DAILY)
    assert bench.ran == []
    assert [ran.outcome for ran in run_due(other, [DAILY], bench.jobs())] == ["done"]


def test_a_leader_that_was_overtaken_in_a_job_settles_nothing_and_runs_no_more(bench: Bench) -> None:
    """It slept in the midst of the job; whoever leads then does the job again, for it can't know how far it came."""

    def sleeps(_: Schedule) -> None:
        bench.clock.instant += timedelta(hours=1)
        others.append(take(bench.core, "there:2"))

    others: list[Lead] = []
    first = Schedule(job="slow", at="05:00")
    with pytest.raises(Overtaken):
        bench.run(first, DAILY, slow=sleeps)
    assert bench.ran == []
    [open_slot] = due(bench.core, first)
    assert open_slot[1], "the slot is open still"
    again = run_due(others[0], [first, DAILY], bench.jobs(slow=lambda rule: bench.ran.append(rule.at)))
    assert [ran.outcome for ran in again] == ["done", "done"]
    assert bench.ran == ["05:00", "06:00"]


def test_a_leader_whose_lease_ran_out_goes_on_where_nobody_took_it(bench: Bench) -> None:
    bench.run(DAILY)
    bench.clock.instant += timedelta(days=1)
    assert bench.run(DAILY) == [("25 06:00", "done")]
    with pytest.raises(RetryableError):
        take(bench.core, "there:2")


def test_a_leader_lets_go_of_its_own_lease_only(bench: Bench) -> None:
    bench.clock.instant += LEASE
    take(bench.core, "there:2")
    bench.lead.release()
    with pytest.raises(RetryableError, match="there:2"):
        take(bench.core, "here:1")


# --- clocks that jump, machines that sleep --------------------------------------------------------------------------


def test_a_slot_that_had_to_wait_for_another_job_was_not_missed(bench: Bench) -> None:
    """With `catch_up = "none"` it was passed over, though the scheduler was at work all the time."""
    bench.run(DAILY)

    def slow(_: Schedule) -> None:
        for _minutes in range(14):
            bench.clock.instant += timedelta(minutes=3)
            bench.lead.beat()

    bench.clock.instant = datetime(2026, 11, 25, 5, 50, tzinfo=UTC)
    rules = [Schedule(job="slow", at="05:45"), Schedule(job="sync", at="06:00", catch_up="none")]
    bench.lead.beat()
    assert bench.run(*rules, slow=slow) == [("25 05:45", "done"), ("25 06:00", "done")]


def test_a_machine_that_slept_missed_what_came_meanwhile(bench: Bench) -> None:
    rule = Schedule(job="sync", at="06:00", catch_up="none")
    bench.clock.instant = datetime(2026, 11, 24, 6, 5, tzinfo=UTC)
    assert bench.run(rule) == [("24 06:00", "done")]
    bench.clock.instant += timedelta(days=1, hours=1)
    assert bench.run(rule) == [("25 06:00", "passed")]


@pytest.mark.parametrize("policy", ["all", "latest", "none"])
def test_a_clock_that_ran_ahead_takes_no_slot_away(bench: Bench, policy: Any) -> None:
    """The newest settled slot lay in the future: until then nothing ran."""
    rule = Schedule(job="sync", at="09:00", catch_up=policy)
    assert bench.run(rule) == [("24 09:00", "done")]
    right = bench.clock.instant
    bench.clock.instant += timedelta(days=10)
    bench.run(rule)
    bench.clock.instant = right
    assert bench.run(rule) == []
    for day in range(25, 29):
        bench.clock.instant += timedelta(days=1)
        assert bench.run(rule) == [(f"{day} 09:00", "done")]


def test_a_clock_that_is_put_back_a_little_repeats_no_slot(bench: Bench) -> None:
    bench.clock.instant = datetime(2026, 11, 24, 6, 1, tzinfo=UTC)
    assert bench.run(DAILY) == [("24 06:00", "done")]
    bench.clock.instant -= timedelta(hours=1)
    for _quarter in range(8):
        assert bench.run(DAILY) == []
        bench.clock.instant += timedelta(minutes=15)


def test_after_a_year_in_the_past_the_slots_go_on(bench: Bench) -> None:
    bench.run(DAILY)
    right = bench.clock.instant
    bench.clock.instant = datetime(2000, 1, 1, 12, tzinfo=UTC)
    bench.run(DAILY)
    bench.clock.instant = right + timedelta(days=1)
    assert bench.run(DAILY) == [("25 06:00", "done")]


def test_a_rule_that_rested_longer_than_is_looked_back_is_none_that_never_ran(bench: Bench) -> None:
    rule = Schedule(job="sync", at="06:00", catch_up="all")
    bench.run(rule)
    bench.clock.instant += timedelta(days=40)
    assert len(bench.run(rule)) == 31


# --- the loop -------------------------------------------------------------------------------------------------------


@dataclass
class Pauses:
    """A day goes by in each pause; the waker sees its time come, or the wall clock put back by an hour."""

    bench: Bench
    left: int
    put_back: bool = False
    asked: list[float] = field(default_factory=list)
    waker: Any = None

    def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)
        if not self.left:
            raise KeyboardInterrupt
        self.left -= 1
        self.bench.clock.instant += timedelta(days=1)
        for job in self.waker.jobs:
            job.next_run = datetime.now() + timedelta(hours=1) if self.put_back else datetime.min  # noqa: DTZ005, DTZ901


@pytest.fixture
def pauses(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Pauses:
    import schedule

    made = Pauses(bench, 2)

    class Waker(schedule.Scheduler):
        def __init__(self) -> None:
            super().__init__()
            made.waker = self

    monkeypatch.setattr(schedule, "Scheduler", Waker)
    return made


@pytest.mark.parametrize("put_back", [False, True])
def test_the_loop_looks_at_once_and_each_time_it_is_woken(bench: Bench, pauses: Pauses, put_back: bool) -> None:
    """Where the wall clock is put back, as each autumn, the package alone would sleep an hour."""
    pauses.put_back = put_back
    heard: list[Ran] = []
    with pytest.raises(KeyboardInterrupt):
        loop(bench.lead, [DAILY], bench.jobs(), heard.append, pytest.fail, pauses)
    assert [ran.outcome for ran in heard] == ["done", "done", "done"]
    assert max(pauses.asked) <= 15


def test_it_can_be_stopped_between_two_jobs_and_what_is_left_is_due_still(bench: Bench) -> None:
    def stop(ran: Ran) -> None:
        raise KeyboardInterrupt

    evening = Schedule(job="sync", at="18:00")
    with pytest.raises(KeyboardInterrupt):
        loop(bench.lead, [DAILY, evening], bench.jobs(), stop, pytest.fail, pytest.fail)
    assert bench.ran == ["06:00"]
    assert bench.run(DAILY, evening) == [("23 18:00", "done")]


def test_a_store_that_can_t_be_used_ends_no_loop_but_a_new_leader_does(bench: Bench, pauses: Pauses) -> None:
    told: list[str] = []
    beat = bench.lead.beat
    answers = iter([RetryableError("the disk is full"), None, Overtaken("another leads")])

    def beats() -> None:
        if answer := next(answers):
            raise answer
        beat()

    heard: list[Ran] = []
    loop_of = cast("Lead", SimpleNamespace(core=bench.core, beat=beats, renew=bench.lead.renew, awake_since=None))
    with pytest.raises(Overtaken):
        loop(loop_of, [DAILY], bench.jobs(), heard.append, told.append, pauses)
    assert told == ["the disk is full"]
    assert [ran.outcome for ran in heard] == ["done"]
