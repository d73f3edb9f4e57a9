"""The lease: one sync at a time, kept by a long run, and lost for good."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from actiontrack.adapters.store.store import SqlStore
from actiontrack.domain.ledger import Lease
from actiontrack.errors import RetryableError
from actiontrack.services.sync.lease import NAME, hold_lease
from actiontrack.testing import HandClock, memory_store


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def store(clock: HandClock) -> Iterator[SqlStore]:
    with closing(memory_store(clock)) as opened:
        yield opened


def elsewhere(store: SqlStore) -> None:
    """The holder is a process of another machine: nobody can tell whether it lives."""
    with store.writing("x", "sync") as writer:
        held = writer.get(Lease, NAME)
        assert held is not None
        writer.put(held.model_copy(update={"holder": "another-machine:17"}))


def test_a_long_run_keeps_it(store: SqlStore, clock: HandClock) -> None:
    with hold_lease(store, clock, "a") as hold:
        elsewhere(store)
        for _ in range(10):
            clock.move(timedelta(minutes=16))
            hold.keep()
            with pytest.raises(RetryableError, match="Another sync is at work"), hold_lease(store, clock, "b"):
                pass


def test_who_lost_it_stops(store: SqlStore, clock: HandClock) -> None:
    with hold_lease(store, clock, "a") as first:
        elsewhere(store)
        clock.move(timedelta(minutes=31))
        with hold_lease(store, clock, "b") as second:
            assert second.token > first.token
            with pytest.raises(RetryableError, match="has taken over"):
                first.keep()
            with pytest.raises(RetryableError, match="has taken over"), store.writing("a", "sync") as writer:
                first.renew(writer)
            second.keep()


@pytest.mark.parametrize("days", [-4000, 4000])
def test_no_clock_locks_everybody_out(store: SqlStore, clock: HandClock, days: int) -> None:
    with hold_lease(store, clock, "a") as hold:
        elsewhere(store)
        clock.move(timedelta(days=days))
        with hold_lease(store, clock, "b"), pytest.raises(RetryableError, match="has taken over"):
            hold.keep()
