"""Request Tracker, started once for all tests of this folder, and its queues in the hands of people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest
from tests.servers.house import Running, serving
from tests.servers.rt import STRICT, RequestTracker, prepare
from ticket_queue import TicketQueue


@pytest.fixture(scope="session")
def tracker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(RequestTracker(), tmp_path_factory.mktemp("rt")) as running:
        yield running


_numbers = count(1)


@pytest.fixture
def queue(tracker: Running) -> TicketQueue:
    """A queue of its own for each test."""
    name = f"Safeguarding {next(_numbers)}"
    prepare(tracker.folder, name)
    return TicketQueue(tracker, name)


@pytest.fixture
def named_queue(tracker: Running) -> Callable[[str], TicketQueue]:
    """Any queue, in somebody's hands."""
    return lambda name: TicketQueue(tracker, name)


@pytest.fixture
def strict(tracker: Running) -> TicketQueue:
    """A queue whose lifecycle lets few statuses follow one another."""
    return TicketQueue(tracker, STRICT)
