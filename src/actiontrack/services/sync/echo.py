"""Echo: a read that shows the very version that we know to be older than our acknowledged write is stale, not an edit.

A system with replicas, or a cache, answers for a while from before the write. For a quarter of an hour, and five reads
at the most (clocks decide nothing: one that stands still must not hide an edit for ever), such a record is passed over;
what still stands there after that was put back by a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from actiontrack.domain.ledger import Link
from actiontrack.ports import Record
from actiontrack.services.sync.lane import Lane

LONGEST = timedelta(minutes=15)
READS = 5
_AND = "\n"
_THEN = "\n\n"
"""Between versions, and between those before each of several writes and those before each of several reads: a replica
may lag by more than one."""
_READ_KEPT = 3


def after_write(lane: Lane, link: Link, version: str) -> dict[str, Any]:
    """What to remember of a link whose record was written and has this version now."""
    before = link.digest
    if lane.seen.key != "remote" or before in ("", version):
        return {}
    recent = link.outdated_at is not None and lane.desk.now - link.outdated_at < LONGEST
    written, read = _versions(link)
    older = [each for each in (*(written if recent else ()), *read) if each not in (before, version)]
    return {"outdated": _AND.join([*older, before]), "outdated_at": lane.desk.now, "outdated_reads": 0}


def after_read(lane: Lane, link: Link, version: str) -> dict[str, Any]:
    """What to remember of a link whose record was read and has this version now: the one before may be met again.

    By itself that is no echo (somebody may have put it back); it is one once we have written on top of it.
    """
    if lane.seen.key != "remote" or link.digest in ("", version):
        return {}
    written, read = _versions(link)
    kept = [each for each in read if each not in (link.digest, version)]
    return {"outdated": _AND.join(written) + _THEN + _AND.join([*kept, link.digest][-_READ_KEPT:])}


def _versions(link: Link) -> tuple[list[str], list[str]]:
    """Those that are older than what we wrote, and those that are older than what was read since."""
    written, _, read = link.outdated.partition(_THEN)
    return [each for each in written.split(_AND) if each], [each for each in read.split(_AND) if each]


def pass_over_stale(lane: Lane, records: Sequence[Record], links: dict[str, Link]) -> list[Record]:
    """The records less those that are older than what we wrote. `links` are renewed in place."""
    if lane.seen.key != "remote":
        return list(records)
    doubtful = {link.remote_id: link for link in links.values() if link.outdated and link.remote_id}
    fresh: list[Record] = []
    for record in records:
        link = doubtful.get(record.remote_id)
        if link is None or not _is_stale(link, record, lane.desk.now):
            fresh.append(record)
        else:
            lane.stale.add(link.action)
            links[link.action] = link.model_copy(update={"outdated_reads": link.outdated_reads + 1})
    return fresh


def _is_stale(link: Link, record: Record, now: datetime) -> bool:
    if record.version not in _versions(link)[0] or record.version == link.digest or link.outdated_at is None:
        return False
    # A write in the future was another machine's, whose clock is ahead: the reads alone count then.
    return now - link.outdated_at < LONGEST and link.outdated_reads < READS
