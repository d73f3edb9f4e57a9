"""When a system that failed is tried again: later and later, never all at once, and by a person at any time. Pure.

Full jitter: the wait is drawn between nothing and min(15 minutes, 15 seconds · 2^failures), so that many that failed
together don't come back together. After five failures in a row the circuit is open: the whole 15 minutes pass before a
single trial. What the system says itself (`Retry-After`) is the least wait.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from datetime import datetime, timedelta

from actiontrack.domain.ledger import Instance
from actiontrack.errors import AccessRefused, ActionTrackError, RetryableError
from actiontrack.ports import InstanceSettings

FIRST = timedelta(seconds=15)
LONGEST = timedelta(minutes=15)
LONGEST_TOLD = timedelta(days=1)
"""A `Retry-After` beyond this is taken for a mistake."""
TRIES = 5
"""Failures in a row that open the circuit."""

Draw = Callable[[float, float], float]
_draw: Draw = random.SystemRandom().uniform


def after_failure(error: ActionTrackError, instance: Instance, settings: InstanceSettings, now: datetime) -> Instance:
    """The instance after a try that ended so."""
    if isinstance(error, AccessRefused):
        return stopped(instance, settings, str(error))
    if isinstance(error, RetryableError):
        return failed(instance, now, error.retry_after)
    return instance


def failed(instance: Instance, now: datetime, told: float | None = None, draw: Draw = _draw) -> Instance:
    """After one failure more; `told` is what the system said to wait, in seconds."""
    least = min(timedelta(seconds=max(told or 0.0, 0.0)), LONGEST_TOLD)
    failures = instance.failures + 1
    wait = LONGEST
    if failures < TRIES:
        wait = timedelta(seconds=draw(0.0, min(LONGEST, FIRST * 2 ** (failures - 1)).total_seconds()))
    return instance.model_copy(
        update={"failures": failures, "tried_at": now, "retry_at": now + max(wait, least)}
    )  # fmt: skip


def stopped(instance: Instance, settings: InstanceSettings, why: str) -> Instance:
    """After it refused to let us in: nothing is tried until somebody mended that."""
    return instance.model_copy(update={"stopped": _digest(settings), "stopped_why": why, "retry_at": None})


def rested(instance: Instance) -> Instance:
    """After it answered."""
    if not (instance.failures or instance.stopped or instance.retry_at):
        return instance
    still = {"failures": 0, "tried_at": None, "retry_at": None, "stopped": "", "stopped_why": ""}
    return instance.model_copy(update=still)


def why_stopped(instance: Instance, settings: InstanceSettings) -> str:
    """Why nothing is tried; "" where something is."""
    if not instance.stopped or instance.stopped != _digest(settings):
        return ""
    again = f"`actiontrack sync {instance.name}` tries again once that is mended"
    return f"{instance.stopped_why.rstrip('.')}. Nothing is tried until its configuration changes; {again}"


def waits_until(instance: Instance, now: datetime) -> datetime | None:
    """The instant it is left in peace until. A clock that was put back keeps nobody out: the wait is over then."""
    if instance.retry_at is None or instance.tried_at is None:
        return None
    return instance.retry_at if instance.tried_at <= now < instance.retry_at else None


def _digest(settings: InstanceSettings) -> str:
    return hashlib.sha256(repr(settings).encode()).hexdigest()[:16]
