"""A token bucket: a connector takes a token before each request, so that the rate it declares is never exceeded."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class TokenBucket:
    """Never more than `rate`·t + `burst` tokens in any t seconds, whatever the clock does short of running ahead.

    It is empty at first: the process before this one may have asked just now.
    Time counts as it is slept, and beyond that as the timer passes what it showed before: one that is put back, or
    stands, lets nothing more through, and nobody waits longer than the rate asks. (`time.monotonic` never runs ahead.)
    """

    def __init__(
        self,
        rate: float,
        burst: int = 1,
        *,
        timer: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if rate <= 0 or burst < 1:
            raise ValueError("a bucket needs a rate above 0 tokens a second, and room for one")
        self._rate = rate
        self._burst = burst
        self._timer = timer
        self._sleep = sleep
        self._tokens = 0.0
        self._known = timer()
        """Up to where time has been counted."""
        self._one_at_a_time = threading.Lock()

    def take(self) -> None:
        """Return once one request more may be sent."""
        with self._one_at_a_time:
            self._count(self._timer() - self._known)
            while self._tokens < 1:
                wait = (1 - self._tokens) / self._rate
                self._sleep(wait)
                self._count(wait)
                self._known = max(self._known, self._timer())
            self._tokens -= 1

    def _count(self, seconds: float) -> None:
        if seconds > 0:
            self._tokens = min(self._burst, self._tokens + seconds * self._rate)
            self._known += seconds
