"""The scheduler: one slot a day whatever the clocks do, none repeated, none skipped, each job apart."""

from __future__ import annotations

import itertools
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
from actiontrack.domain.ledger import JobRun, Lease
from actiontrack.domain.policy import Board, Schedule
from actiontrack.domain.vocabulary import Nation
from actiontrack.errors import RetryableError, UserError
from actiontrack.services.core import Core
from actiontrack.services.scheduler import Jobs, Ran, due, leading, loop, name_of, run_due, slots

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
    ran: list[str] = field(default_factory=list)

    def jobs(self, **more: Any) -> Jobs:
        return {"sync": lambda rule: self.ran.append(rule.at), **more}

    def run(self, *rules: Schedule, **more: Any) -> list[tuple[str, str]]:
        return [(f"{ran.slot:%d %H:%M}", ran.outcome) for ran in run_due(self.core, rules, self.jobs(**more))]


@pytest.fixture
def bench() -> Iterator[Bench]:
    clock = Hands()
    store = open_store("sqlite://", "board", clock=clock)
    core = SimpleNamespace(store=store, clock=clock, calendar=load_calendar(Nation.ENG), board=Board(name="B"))
    yield Bench(cast("Core", core), clock)
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


def test_only_one_process_leads(bench: Bench) -> None:
    with leading(bench.core), bench.core.store.writing("x", "x") as writer:
        held = writer.get(Lease, "scheduler")
        assert held is not None
        writer.put(held.model_copy(update={"holder": "elsewhere:1", "token": held.token + 1}))
    with pytest.raises(RetryableError, match="elsewhere:1"), leading(bench.core):
        pytest.fail("two led")
    bench.clock.instant += timedelta(minutes=5)
    with leading(bench.core), bench.core.store.reading() as reader:
        taken = reader.get(Lease, "scheduler")
        assert taken is not None
        assert taken.token == 3


def test_the_loop_looks_at_once_and_each_time_it_is_woken(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    import schedule

    heard: list[Ran] = []

    def sleep(_: float) -> None:
        if len(heard) == 2:
            raise KeyboardInterrupt
        bench.clock.instant += timedelta(days=1)
        for job in waker.jobs:
            job.next_run = datetime.min  # noqa: DTZ901 - the package keeps naive times

    class Waker(schedule.Scheduler):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            nonlocal waker
            waker = self

    waker: Any = None
    monkeypatch.setattr(schedule, "Scheduler", Waker)
    monkeypatch.setattr(sys.modules["time"], "sleep", sleep)
    with pytest.raises(KeyboardInterrupt):
        loop(bench.core, [DAILY], bench.jobs(), heard.append)
    assert [ran.outcome for ran in heard] == ["done", "done"]
