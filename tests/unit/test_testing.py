"""What is shipped to authors keeps its own rules."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from actiontrack.domain.nouns import Review
from actiontrack.ports import Batch, Connector, Observation, Outcome, Write
from actiontrack.testing import ConnectorTests, HandClock, MemoryConnector, Remote, memory_store


class InMemory:
    field = "text"

    def __init__(self, make: type[MemoryConnector] = MemoryConnector) -> None:
        self._connector = make({"a": {"text": "One"}, "b": {"text": "Two"}})

    def connector(self) -> Connector:
        return self._connector

    def edit(self, remote_id: str, text: str) -> None:
        self._connector.records[remote_id]["text"] = text


class TestMemoryConnector(ConnectorTests):
    def remote(self, tmp_path: Path) -> Remote:
        return InMemory()


class Careless(MemoryConnector):
    """Writes whatever happened in the meantime."""

    def apply(self, batch: Batch) -> Any:
        return super().apply(Batch(batch.writes, self._proof(), batch.binding, batch.columns))


class Forgetful(MemoryConnector):
    """Says that it wrote, and did not."""

    def apply(self, batch: Batch) -> Any:
        return [Outcome(write.op_id, "applied", self._record(write.remote_id)) for write in batch.writes]


class Restless(MemoryConnector):
    """Gives every record a new version each time."""

    count = 0

    def observe(self, cursor: str, columns: Any) -> Observation:
        seen = super().observe(cursor, columns)
        for record in seen.records:
            Restless.count += 1
            record.version = str(Restless.count)
        return seen


@pytest.mark.parametrize(
    ("broken", "test"),
    [
        (Careless, "test_what_a_person_edited_since_is_never_overwritten"),
        (Forgetful, "test_a_write_arrives_and_returns_what_is_there"),
        (Restless, "test_observing_twice_gives_the_same"),
    ],
)
def test_the_suite_catches_a_connector_that_breaks_the_rules(
    broken: type[MemoryConnector], test: str, tmp_path: Path
) -> None:
    class Broken(ConnectorTests):
        def remote(self, tmp_path: Path) -> Remote:
            return InMemory(broken)

    with pytest.raises(AssertionError):
        getattr(Broken(), test)(tmp_path)


def test_what_was_created_is_found_by_its_write() -> None:
    connector = MemoryConnector()
    seen = connector.observe("", {})
    write = Write("op", "", 0, True, {}, {"text": "New"})
    (outcome,) = connector.apply(Batch([write], seen.proof, "", {}))
    assert outcome.record is not None
    found = connector.find("op")
    assert found is not None
    assert (found.remote_id, found.fields["text"]) == (outcome.record.remote_id, "New")
    assert connector.find("other") is None


def test_the_clock_stands_until_it_is_moved_and_the_store_keeps_until_closed() -> None:
    clock = HandClock()
    before = clock.now()
    assert clock.now() == before
    clock.move(timedelta(days=1))
    assert clock.today() == before.date() + timedelta(days=1)
    store = memory_store(clock)
    with store.writing("x", "x") as writer:
        writer.put(Review(ref="S1"))
    with store.reading() as reader:
        assert reader.get(Review, "S1") == Review(ref="S1")
    store.close()
