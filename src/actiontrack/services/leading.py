"""One scheduler leads, by a lease in the store that a heartbeat renews.

Whoever leads has a token, one higher than whoever led before. It is looked at in the very transaction in which a slot
is claimed or settled (`Lead.renew`): a leader that was thought dead, slept or was cut off, and wakes up, finds a later
token there, and does no more. So clocks decide only when another may take over, never who may write.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from actiontrack.domain.ledger import Lease
from actiontrack.errors import ActionTrackError, RetryableError
from actiontrack.ports import Reader, Writer
from actiontrack.services.core import Core
from actiontrack.services.sync.lease import is_gone

NAME = "scheduler"
LEASE = timedelta(minutes=5)
BEAT = 60.0
"""Seconds between two heartbeats."""


class Overtaken(RetryableError):  # noqa: N818 - what happened
    """Another scheduler leads: this one does no more. Nothing is lost, for that one goes on where this one stopped."""


@dataclass(slots=True)
class Lead:
    """The lease in hand."""

    core: Core
    holder: str
    token: int
    awake_since: datetime
    """Since when there was a heartbeat without a gap: before it, nobody may have been at work."""

    def renew(self, writer: Writer) -> None:
        """Look at it and renew it in this transaction. Raises Overtaken where it has passed to another."""
        held, now = writer.get(Lease, NAME), self.core.clock.now()
        if held is None or held.token != self.token:
            raise Overtaken(f"another scheduler has taken over{_called(held)}; this one stopped. Nothing is lost.")
        if not _runs(held, now):  # this machine slept, or its clock was put
            self.awake_since = now
        writer.put(held.model_copy(update={"until": now + LEASE}))

    def beat(self) -> None:
        """One heartbeat. Raises Overtaken, and RetryableError where the store is busy."""
        with self.core.store.writing(NAME, "run") as writer:
            self.renew(writer)

    def release(self) -> None:
        """Let it go, if it is ours still: the next one need not wait."""
        with contextlib.suppress(RetryableError), self.core.store.writing(NAME, "run") as writer:
            held = writer.get(Lease, NAME)
            if held is not None and held.token == self.token:
                writer.put(held.model_copy(update={"holder": "", "until": self.core.clock.now()}))


@contextlib.contextmanager
def leading(core: Core) -> Iterator[Lead]:
    """Lead for the block, with a heartbeat. Raises RetryableError while another process does."""
    lead = take(core, f"{socket.gethostname()}:{os.getpid()}")
    stopped = threading.Event()
    beats = threading.Thread(target=_beat, args=(lead, stopped), daemon=True)
    beats.start()
    try:
        yield lead
    finally:
        stopped.set()
        beats.join()
        lead.release()


def take(core: Core, holder: str) -> Lead:
    """Take the lease, where it is free, or whoever had it is gone. Raises RetryableError where neither is so."""
    now = core.clock.now()
    with core.store.writing(NAME, "run") as writer:
        held = writer.get(Lease, NAME)
        if held is not None and held.holder and _runs(held, now) and not is_gone(held.holder):
            wait = (held.until - now).total_seconds()
            raise RetryableError(
                f"another scheduler leads{_called(held)}; where it is gone, its place is free in {wait:.0f} s",
                retry_after=wait,
            )
        token = held.token + 1 if held else 1
        writer.put(Lease(name=NAME, holder=holder, token=token, until=now + LEASE))
    return Lead(core, holder, token, awake_since=now)


def last_beat(reader: Reader) -> tuple[str, datetime] | None:
    """(who leads, its last heartbeat); None where the last one stopped as it should, or there never was one."""
    held = reader.get(Lease, NAME)
    return (held.holder, held.until - LEASE) if held is not None and held.holder else None


def _called(held: Lease | None) -> str:
    return f" ({held.holder})" if held is not None and held.holder else ""


def _runs(held: Lease, now: datetime) -> bool:
    """A lease that ends far later than any can was taken before the clock was put back: it is over."""
    return now < held.until <= now + 2 * LEASE


def _beat(lead: Lead, stopped: threading.Event) -> None:
    while not stopped.wait(BEAT):
        try:
            lead.beat()
        except Overtaken:
            return
        except ActionTrackError:  # the store is busy: a lease outlasts some beats, and the next look tells of worse
            continue
