"""Ending a command that runs for ever: what is at hand is finished first."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from actiontrack.ports import Place, Watcher


class Stop:
    """Whether a signal has said to stop. What is at hand is finished first; a second signal cuts it short."""

    def __init__(self) -> None:
        self._asked = False
        self._is_waiting = False

    @property
    def is_asked(self) -> bool:
        """Whether a signal has come."""
        return self._asked

    def ask(self, _number: int, _frame: FrameType | None) -> None:
        """The signal's handler. Raises KeyboardInterrupt where nothing is at hand, or it is the second."""
        if self._asked or self._is_waiting:
            raise KeyboardInterrupt
        self._asked = True

    def heed(self) -> None:
        """Between two jobs. Raises KeyboardInterrupt where a signal has come."""
        if self._asked:
            raise KeyboardInterrupt

    def wait(self, wait: Callable[[float], None], seconds: float) -> None:
        """Let time pass. Raises KeyboardInterrupt as soon as a signal has come."""
        self._is_waiting = True
        try:
            self.heed()
            wait(seconds)
        finally:
            self._is_waiting = False

    def pause(self, seconds: float) -> None:
        """Sleep."""
        import time

        self.wait(time.sleep, seconds)


@contextlib.contextmanager
def stopping() -> Iterator[Stop]:
    """Listen to SIGINT and SIGTERM for the block."""
    stop = Stop()
    before = {number: signal.signal(number, stop.ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Stoppable:
    """A watcher whose waits a signal ends."""

    def __init__(self, watcher: Watcher, stop: Stop) -> None:
        self._watcher = watcher
        self._stop = stop

    def watch(self, places: Collection[Place]) -> bool:
        """As the watcher."""
        return self._watcher.watch(places)

    def wait(self, seconds: float) -> None:
        """As the watcher. Raises KeyboardInterrupt."""
        self._stop.wait(self._watcher.wait, seconds)
