"""What is shipped to authors keeps its own rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from actiontrack.domain.nouns import Review
from actiontrack.errors import CursorExpired, RetryableError
from actiontrack.ports import Batch, Connector, Observation, Outcome, Write
from actiontrack.testing import ConnectorTests, HandClock, MemoryConnector, Remote, memory_store


class InMemory:
    field = "text"
    secret: str

    def __init__(self, make: type[MemoryConnector] = MemoryConnector, **able: bool) -> None:
        self._connector = make({"a": {"text": "One"}, "b": {"text": "Two"}}, **able)
        self.cut_off = self._connector.cut_off
        self.expire = self._connector.expire

    def connector(self) -> Connector:
        return self._connector

    def edit(self, remote_id: str, text: str) -> None:
        self._connector.records[remote_id]["text"] = text

    def delete(self, remote_id: str) -> None:
        del self._connector.records[remote_id]


class TestMemoryConnector(ConnectorTests):
    def remote(self, tmp_path: Path) -> Remote:
        return InMemory()


class TestAMemoryConnectorThatListens(ConnectorTests):
    def remote(self, tmp_path: Path) -> Remote:
        return InMemory(listens=True, marks=False, idempotent=True)


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


class Exclusive(MemoryConnector):
    """Tells only what changed after the cursor: what was written in the same moment is missed."""

    def observe(self, cursor: str, columns: Any) -> Observation:
        epoch, _, since = cursor.partition(":")
        return super().observe(f"{epoch}:{int(since) + 2}" if cursor else "", columns)


class Twice(MemoryConnector):
    """Says that it makes a create once, and doesn't."""

    def _write(self, write: Write) -> str:
        self.created.pop(write.op_id, None)
        return super()._write(write)


class Unmarked(MemoryConnector):
    """Says that it marks what it creates, and doesn't."""

    def find(self, op_id: str) -> None:
        return None


class Cutting(MemoryConnector):
    """Takes 255 characters, and says nothing of it."""

    def _write(self, write: Write) -> str:
        cut = {name: str(value)[:255] for name, value in write.after.items()}
        return super()._write(replace(write, after=cut))


class Confident(MemoryConnector):
    """Takes a lost answer for a success."""

    def apply(self, batch: Batch) -> Any:
        try:
            yield from super().apply(batch)
        except RetryableError:
            for write in batch.writes:
                yield Outcome(write.op_id, "applied")


class Timeless(MemoryConnector):
    """Takes a cursor that expired for an empty one."""

    def observe(self, cursor: str, columns: Any) -> Observation:
        try:
            return super().observe(cursor, columns)
        except CursorExpired:
            return super().observe("", columns)


class Talkative(MemoryConnector):
    """Shows what it gets in with."""

    def __repr__(self) -> str:
        return "Talkative(token=s3cret)"


@pytest.mark.parametrize(
    ("broken", "test"),
    [
        (Exclusive, "test_a_cursor_misses_nothing_and_may_say_things_twice"),
        (Twice, "test_a_create_sent_twice_makes_one_record"),
        (Twice, "test_after_a_lost_answer_a_create_is_found_or_can_be_sent_again"),
        (Unmarked, "test_what_a_write_created_is_found_by_it"),
        (Unmarked, "test_after_a_lost_answer_a_create_is_found_or_can_be_sent_again"),
        (Cutting, "test_what_is_odd_or_long_arrives_as_it_is_or_is_refused"),
        (Confident, "test_after_a_lost_answer_reading_tells_that_the_write_arrived"),
        (Timeless, "test_a_cursor_that_expired_is_said_to_be"),
        (Talkative, "test_secrets_are_never_shown"),
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
            made = InMemory(broken, listens=True, marks=True, idempotent=True)
            made.secret = "s3cret"
            return made

    with pytest.raises((AssertionError, pytest.fail.Exception)):
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
