"""The lease: one sync at a time over one store. Its token fences off a holder that was thought dead and wakes up."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from actiontrack.domain.ledger import Lease
from actiontrack.errors import RetryableError
from actiontrack.ports import Clock, Reader, Store, Writer

NAME = "sync"
_LENGTH = timedelta(minutes=30)


@dataclass(slots=True)
class Hold:
    """The lease in hand."""

    store: Store
    clock: Clock
    who: str
    token: int
    since: datetime
    """When it was taken or last renewed."""

    def renew(self, writer: Writer) -> None:
        """Check and renew it in this transaction.

        Raises RetryableError where it has passed to somebody else: nothing more may be written.
        """
        held = self._held(writer)
        self.since = self.clock.now()
        writer.put(held.model_copy(update={"until": self.since + _LENGTH}))

    def keep(self) -> None:
        """Check it, whatever our clock says: another's may be ahead. Renew it where half of it has passed, for a long
        run goes on. Raises as `renew`.
        """
        if self.since <= self.clock.now() < self.since + _LENGTH / 2:
            with self.store.reading() as reader:
                self._held(reader)
        else:
            with self.store.writing(self.who, "sync") as writer:
                self.renew(writer)

    def _held(self, reader: Reader) -> Lease:
        held = reader.get(Lease, NAME)
        if held is None or held.token != self.token:
            raise RetryableError("Another sync has taken over; this one stopped. Nothing is lost: run it again.")
        return held


@contextmanager
def hold_lease(store: Store, clock: Clock, who: str) -> Iterator[Hold]:
    """Hold the lease for the block. Raises RetryableError where another sync is at work."""
    hold = _acquire(store, clock, who)
    try:
        yield hold
    finally:
        with suppress(RetryableError), store.writing(who, "sync") as writer:
            held = writer.get(Lease, NAME)
            if held is not None and held.token == hold.token:
                writer.put(held.model_copy(update={"holder": ""}))


def _acquire(store: Store, clock: Clock, who: str) -> Hold:
    now = clock.now()
    with store.writing(who, "sync") as writer:
        held = writer.get(Lease, NAME)
        if held is not None and held.holder and not is_gone(held.holder) and _runs(held, now):
            raise RetryableError("Another sync is at work on this store. Try again when it has ended.", retry_after=30)
        token = held.token + 1 if held else 1
        holder = f"{socket.gethostname()}:{os.getpid()}"
        writer.put(Lease(name=NAME, holder=holder, token=token, until=now + _LENGTH))
    return Hold(store, clock, who, token, now)


def _runs(held: Lease, now: datetime) -> bool:
    """A lease that ends far later than any can was taken before the clock was put back: it is over."""
    return now < held.until <= now + 2 * _LENGTH


def is_gone(holder: str) -> bool:
    """Whether the holder was a process of this machine that is no more: one that was killed need not be waited for."""
    host, _, pid = holder.rpartition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    if int(pid) == os.getpid():
        return True
    if sys.platform == "win32":  # there, signal 0 is Ctrl-C
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
