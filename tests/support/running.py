"""`actiontrack run` as a process of its own. Waits are generous: they end as soon as what is waited for is printed."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from board_suite import Suite

PATIENCE = 90.0
"""Seconds that a step may take on a busy machine."""


@dataclass
class Running:
    """The process, and what it has printed so far."""

    suite: Suite
    process: subprocess.Popen[str]
    out: Path
    read: int = 0

    def text(self) -> str:
        return self.out.read_text()

    def wait_for(self, pattern: str) -> str:
        """A line after those waited for before; gives everything printed since."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            found = re.search(pattern, self.text()[self.read :])
            if found:
                before = self.read
                self.read += found.end()
                return self.text()[before : self.read]
            assert self.process.poll() is None, self.text()
            time.sleep(0.1)
        raise AssertionError(f"{pattern!r} was not printed:\n{self.text()}")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@contextmanager
def starting(suite: Suite) -> Iterator[Callable[..., Running]]:
    """Starts the process when asked, with these options; none is left over at the end."""
    processes: list[subprocess.Popen[str]] = []

    def begin(*options: str) -> Running:
        out = suite.folder / "printed.txt"
        command = [sys.executable, "-m", "actiontrack", "--config", str(suite.folder / "actiontrack.toml"), "run"]
        with out.open("w") as file:
            process = subprocess.Popen([*command, *options], stdout=file, stderr=subprocess.STDOUT, text=True)
        processes.append(process)
        return Running(suite, process, out)

    try:
        yield begin
    finally:
        for process in processes:
            if process.poll() is None:
                process.kill()
                process.wait()
