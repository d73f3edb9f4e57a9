"""The lease: one sync at a time over one store. Its token fences off a holder that was thought dead and wakes up."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from actiontrack.domain.ledger import Lease
from actiontrack.errors import RetryableError
from actiontrack.ports import Clock, Reader, Store

NAME = "sync"
_LENGTH = timedelta(minutes=30)


@contextmanager
def hold_lease(store: Store, clock: Clock, who: str) -> Iterator[int]:
    """Hold the lease for the block; yields its token. Raises RetryableError where another sync is at work."""
    token = _acquire(store, clock, who)
    try:
        yield token
    finally:
        with suppress(RetryableError), store.writing(who, "sync") as writer:
            held = writer.get(Lease, NAME)
            if held is not None and held.token == token:
                writer.put(held.model_copy(update={"holder": ""}))


def check_token(reader: Reader, token: int) -> None:
    """Raises RetryableError where the lease has passed to somebody else: nothing more may be written."""
    held = reader.get(Lease, NAME)
    if held is None or held.token != token:
        raise RetryableError("Another sync has taken over; this one stopped. Nothing is lost: run it again.")


def _acquire(store: Store, clock: Clock, who: str) -> int:
    now = clock.now()
    with store.writing(who, "sync") as writer:
        held = writer.get(Lease, NAME)
        if held is not None and held.holder and not _dead(held.holder) and now < held.until:
            raise RetryableError("Another sync is at work on this store. Try again when it has ended.", retry_after=30)
        token = held.token + 1 if held else 1
        holder = f"{socket.gethostname()}:{os.getpid()}"
        writer.put(Lease(name=NAME, holder=holder, token=token, until=now + _LENGTH))
    return token


def _dead(holder: str) -> bool:
    """Whether the holder was a process of this machine that is gone: a killed sync need not be waited for."""
    host, _, pid = holder.rpartition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    if int(pid) == os.getpid():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
