"""Listening: when the changes since a cursor are enough to read, and what an observation says twice.

An increment is only for hearing what came in. Where anything waits to go out, or a day has passed since everything was
read, everything is read again, so that what a system forgot to tell heals within a day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

from actiontrack.domain.ledger import Instance, Intent, IntentState, Link
from actiontrack.ports import Connector, Reader, Record

WHOLE_EVERY = timedelta(days=1)
"""How often all three states are compared at the least."""


def cursor_for(reader: Reader, instance: Instance, connector: Connector, age: timedelta | None) -> str:
    """The cursor to listen from; "" where everything is to be read. `age` is that of the last complete scan."""
    recent = age is not None and timedelta(0) <= age < WHOLE_EVERY
    if not (instance.cursor and recent and instance.adopted_at and connector.capabilities().cursor):
        return ""
    waits = (
        instance.must_confirm
        or reader.head() > instance.settled
        or reader.count(Link, instance=instance.name, dirty=True)
        or any(_waits(intent) for intent in unsettled(reader, instance.name))
    )
    return "" if waits else instance.cursor


def unsettled(reader: Reader, name: str) -> list[Intent]:
    """The intents of an instance of which nobody knows yet what became of them."""
    return reader.find(Intent, instance=name, state=[IntentState.INTENDED, IntentState.UNKNOWN])


def _waits(intent: Intent) -> bool:
    """A create that none can find waits for a person, not for a scan."""
    return not (intent.creates and intent.state is IntentState.UNKNOWN)


def once(reader: Reader, name: str, records: Sequence[Record]) -> Sequence[Record]:
    """Each record once: pages shift while they are read, and increments overlap.

    Of two versions that which is not the one we know is the newer; of two that we don't know, that which came later.
    """
    counts = Counter(record.remote_id for record in records)
    twice = [key for key, count in counts.items() if key and count > 1]
    if not twice:
        return records
    known = dict(reader.pick(Link, ("remote_id", "digest"), instance=name, remote_id=twice))
    kept = {record.remote_id: record for record in records if record.version == known.get(record.remote_id)}
    kept |= {record.remote_id: record for record in records if record.version != known.get(record.remote_id)}
    return _in_order(records, kept)


def _in_order(records: Sequence[Record], kept: Mapping[str, Record]) -> list[Record]:
    return [record for record in records if not record.remote_id or kept[record.remote_id] is record]
