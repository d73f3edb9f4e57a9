"""When a system that failed is tried again, whatever the clock does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from actiontrack.domain.ledger import Instance
from actiontrack.domain.vocabulary import Side
from actiontrack.errors import AccessRefused, UserError
from actiontrack.ports import InstanceSettings
from actiontrack.services.sync.patience import (
    FIRST,
    LONGEST,
    LONGEST_TOLD,
    TRIES,
    after_failure,
    failed,
    rested,
    waits_until,
    why_stopped,
)

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
SETTINGS = InstanceSettings("tickets", "memory", Side.BOARD)
TOLD = st.none() | st.floats(-10, 1e7)
JUMPS = st.integers(-(10**9), 10**9).map(lambda seconds: timedelta(seconds=seconds))


def after(failures: int, told: float | None = None) -> tuple[timedelta, list[tuple[float, float]]]:
    """The wait after so many failures, and the bounds it was drawn between."""
    drawn: list[tuple[float, float]] = []

    def highest(low: float, high: float) -> float:
        drawn.append((low, high))
        return high

    instance = failed(Instance(name="tickets", failures=failures - 1), NOW, told, highest)
    assert instance.failures == failures
    assert instance.retry_at is not None
    return instance.retry_at - NOW, drawn


def test_the_wait_is_drawn_between_nothing_and_twice_the_last() -> None:
    for failures in range(1, TRIES):
        wait, drawn = after(failures)
        assert drawn == [(0.0, wait.total_seconds())]
        assert wait == min(LONGEST, FIRST * 2 ** (failures - 1))


def test_after_five_failures_in_a_row_the_whole_wait_passes_before_a_trial() -> None:
    assert after(TRIES) == (LONGEST, [])
    assert after(TRIES + 1000) == (LONGEST, [])


@given(st.integers(1, 50), TOLD)
def test_what_the_system_says_is_the_least_wait(failures: int, told: float | None) -> None:
    wait, _ = after(failures, told)
    assert wait >= min(timedelta(seconds=max(told or 0, 0)), LONGEST_TOLD)
    assert wait <= max(LONGEST, LONGEST_TOLD)


@given(st.integers(0, 50), TOLD, st.lists(JUMPS, max_size=4))
def test_no_clock_locks_an_instance_out(failures: int, told: float | None, jumps: list[timedelta]) -> None:
    instance = failed(Instance(name="tickets", failures=failures), NOW, told)
    now = NOW
    for jump in jumps:
        now += jump
        until = waits_until(instance, now)
        assert until is None or until - now <= LONGEST_TOLD
    # However it stands now, the longest wait later it is tried.
    assert waits_until(instance, now + LONGEST_TOLD) is None or now + LONGEST_TOLD < NOW + LONGEST_TOLD
    assert waits_until(instance, now + 2 * LONGEST_TOLD) is None or now < NOW - LONGEST_TOLD


def test_who_answered_is_as_new() -> None:
    known = Instance(name="tickets", cursor="7")
    assert rested(after_failure(AccessRefused("no"), failed(known, NOW), SETTINGS, NOW)) == known
    assert rested(known) is known


def test_a_refusal_stands_until_the_configuration_changes() -> None:
    instance = after_failure(AccessRefused("Tickets: not let in (403)."), Instance(name="tickets"), SETTINGS, NOW)
    assert why_stopped(instance, SETTINGS).startswith("Tickets: not let in (403). Nothing is tried until")
    other = InstanceSettings("tickets", "memory", Side.BOARD, options={"token_env": "OTHER"})
    assert why_stopped(instance, other) == ""
    assert why_stopped(Instance(name="tickets"), SETTINGS) == ""


def test_what_a_person_must_mend_is_no_failure_of_the_system() -> None:
    assert after_failure(UserError("x"), Instance(name="tickets"), SETTINGS, NOW) == Instance(name="tickets")
