"""The two-way scenario on a real Request Tracker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from between import between
from ticket_queue import TicketQueue, Tickets
from two_ways import KILLS, Theirs, TwoWays, World, _sync_and_die

pytestmark = pytest.mark.server


class TestRequestTrackerTwoWays(TwoWays):
    @pytest.fixture
    def theirs(self, queue: TicketQueue) -> Iterator[Theirs]:
        with between(queue.server.url) as stand:
            yield Tickets(queue, stand)

    def test_killed_between_sending_and_its_answer(self, world: World) -> None:
        """Tickets are made several by one request: so one a sync here, and then many at once."""
        refs = []
        for number in range(KILLS):
            refs.append(world.add(f"Number {number}"))
            if number == 0:
                world.sync()
            else:
                _sync_and_die(world)
        refs += [world.add(f"Number {number}") for number in range(KILLS, KILLS + 5)]
        _sync_and_die(world)
        world.settle()
        assert {ref: len(world.theirs.keys(ref)) for ref in refs} == dict.fromkeys(refs, 1)
        assert len(world.theirs.keys()) == len(refs)
        assert [world.there(ref)["text"] for ref in refs] == [f"Number {number}" for number in range(len(refs))]
