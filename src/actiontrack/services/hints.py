"""Hints: a system says that something changed there, so its instance is synced soon and not when the schedule comes.

A hint carries nothing but the instance's name: what counts is what the system says when it is asked. So one that is
lost, comes twice or is forged does no harm.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

QUIET = 2.0
"""Seconds from a first hint until its instance is synced: a change there is often told of several times."""
AGAIN = 10.0
"""Seconds between two syncs of one instance, however often it hints."""


@dataclass(slots=True)
class Hints:
    """What was told and is not yet synced. `timer` gives seconds that only grow; `tell` may be called by any thread."""

    timer: Callable[[], float]
    _due_at: dict[str, float] = field(default_factory=dict)
    _taken_at: dict[str, float] = field(default_factory=dict)

    def tell(self, name: str) -> None:
        """Something changed at that instance."""
        now = self.timer()
        self._due_at.setdefault(name, max(now + QUIET, self._taken_at.get(name, now - AGAIN) + AGAIN))

    def take(self) -> list[str]:
        """The instances to sync now. What is told from here on is a new hint, so that none is lost in a sync."""
        now = self.timer()
        due = sorted(name for name, at in list(self._due_at.items()) if at <= now)
        for name in due:
            del self._due_at[name]
            self._taken_at[name] = now
        return due

    def put_off(self, name: str, seconds: float) -> None:
        """Sync it after all, but later."""
        self._due_at[name] = self.timer() + seconds

    def next_at(self) -> float:
        """When the next one is due; never (infinity) where nothing is."""
        return min(list(self._due_at.values()), default=math.inf)
