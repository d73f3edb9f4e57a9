"""What can go wrong between us and a system. Each is drawn by the machine, so that a failing run shrinks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from actiontrack.errors import AccessRefused, ActionTrackError, CursorExpired, RetryableError, SkippableError

Phase = Literal["read", "write"]

ANSWERS = ("401", "403", "423", "429", "500", "503", "time-out before", "crash")
"""Faults of either phase that have no effect there."""
READING = ("lost page", "short page", "page twice", "reordered", "empty", "behind", "behind", "field gone", "expired")
WRITING = ("400", "409", "412", "422", "time-out after", "time-out after", "no answer", "half", "half")


class Killed(BaseException):
    """The worker is dead: nothing of it runs on, nothing is acknowledged."""


@dataclass
class Fault:
    """One fault that waits for the `after`-th request of its phase; `how` says how bad it is."""

    kind: str
    after: int
    how: int

    @property
    def phases(self) -> tuple[Phase, ...]:
        """When it can strike."""
        if self.kind in READING:
            return ("read",)
        return ("write",) if self.kind in WRITING else ("read", "write")


@dataclass
class Weather:
    """The faults that wait for one system, and those that struck."""

    waiting: list[Fault] = field(default_factory=list)
    struck: Counter[str] = field(default_factory=Counter)

    def strikes(self, phase: Phase) -> Fault | None:
        """The fault of this request, if there is one; it is used up."""
        for fault in self.waiting:
            if phase in fault.phases:
                fault.after -= 1
                if fault.after < 0:
                    self.waiting.remove(fault)
                    self.struck[fault.kind] += 1
                    return fault
        return None

    def clear(self) -> None:
        """Faults cease."""
        self.waiting.clear()


def refusal(fault: Fault) -> ActionTrackError | None:
    """What surfaces of a fault that is an answer of the server, or none at all."""
    if fault.kind in ("401", "403"):
        return AccessRefused(f"The system answered {fault.kind}: renew the token.")
    if fault.kind in ("423", "429", "503"):
        return RetryableError(f"The system answered {fault.kind}.", retry_after=float(fault.how % 120))
    if fault.kind in ("500", "time-out before", "lost page"):
        return RetryableError("The system does not answer.")
    if fault.kind == "400":
        return SkippableError("The system can't take this record.")
    if fault.kind == "expired":
        return CursorExpired("The cursor is too old.")
    return None
