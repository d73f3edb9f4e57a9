"""The few doors through which anything lasting leaves a sync: each is a step, told before and after it is passed.

A step is named after its door and the code that came through it, such as "commit services.sync.engine._plan": the
innermost function of ours that is no mere carrier of other people's writes.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

CARRIERS = ("actiontrack.adapters.store.store", "actiontrack.cli")
"""Modules that open a transaction for whoever asks: the step belongs to who asked."""

FILE_DOORS = ("replace", "rename", "link", "unlink", "fsync", "truncate")
"""Functions of `os`; pathlib's come down to them. An empty folder holds nothing, so that making one is no step."""

Told = Callable[[str, str], None]


@dataclass
class Killer:
    """Ends this process by SIGKILL at one moment of one step; counts and names the steps passed until then."""

    at: int = -1
    """Which step (from 0); -1 lets every one pass."""
    when: str = "before"
    passed: list[str] = field(default_factory=list)

    def __call__(self, name: str, when: str) -> None:
        """A step is about to be made, or was made."""
        if when == "before":
            self.passed.append(name)
        if len(self.passed) - 1 == self.at and when == self.when:
            os.kill(os.getpid(), signal.SIGKILL)


_told: Told = lambda name, when: None  # noqa: E731 - nobody listens yet


def told(name: str, when: str) -> None:
    """A door of a simulated system says that it is passed."""
    _told(name, when)


@contextmanager
def listening(listener: Told) -> Iterator[None]:
    """For the block every door of this process tells the listener; what it raises before a step, the step raises."""
    import sqlalchemy.engine.base as base

    global _told
    doors: list[tuple[Any, str, Any]] = [(os, name, getattr(os, name)) for name in FILE_DOORS]
    doors.append((base.RootTransaction, "commit", base.RootTransaction.commit))
    _told, before = listener, _told
    try:
        for owner, name, real in doors:
            setattr(owner, name, _door(real, name, only=_writes if name == "commit" else None))
        yield
    finally:
        for owner, name, real in doors:
            setattr(owner, name, real)
        _told = before


def _writes(transaction: Any, *_: object) -> bool:
    """Whether a transaction was begun to write; the end of one that only read leaves nothing behind."""
    return "sqlite_begin" in transaction.connection.get_execution_options()


def _door(real: Any, door: str, only: Callable[..., bool] | None = None) -> Callable[..., Any]:
    def passed(*args: Any, **kwargs: Any) -> Any:
        who = _who()
        if not who or (only is not None and not only(*args)):
            return real(*args, **kwargs)
        _told(f"{door} {who}", "before")
        result = real(*args, **kwargs)
        _told(f"{door} {who}", "after")
        return result

    return passed


def _who() -> str:
    """The innermost function of ours on the stack, carriers left out; "" where none of ours is at work."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if module.startswith("proof.kills.remote"):
            return ""  # a simulated system's own file: what it does is told as its one step
        if module.startswith(("actiontrack.", "actiontrack_")) and not module.startswith(CARRIERS):
            return f"{module.removeprefix('actiontrack.')}.{frame.f_code.co_qualname}"
        frame = frame.f_back
    return ""
