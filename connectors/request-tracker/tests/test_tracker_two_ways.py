"""The two-way scenario on a real Request Tracker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from between import between
from ticket_queue import TicketQueue, Tickets
from two_ways import Theirs, TwoWays

pytestmark = pytest.mark.server


class TestRequestTrackerTwoWays(TwoWays):
    @pytest.fixture
    def theirs(self, queue: TicketQueue) -> Iterator[Theirs]:
        with between(queue.server.url) as stand:
            yield Tickets(queue, stand)
