"""One process run to its end: what it cost."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_KB_IN_MB = 1024


@dataclass(frozen=True, slots=True)
class Sample:
    """One run. `cpu_s` is user and system time: on a machine that others share it says more than the clock."""

    cpu_s: float
    wall_s: float
    mb: float
    """Peak resident memory. It is never less than that of the process that starts it (some 20 MB)."""


def _surroundings(env: Mapping[str, str]) -> dict[str, str]:
    """As on a user's machine: compiled modules are kept, and nobody's configuration is found."""
    left_out = ("PYTHONDONTWRITEBYTECODE", "ACTIONTRACK_CONFIG", "AT_NOW")
    return {name: value for name, value in os.environ.items() if name not in left_out} | dict(env)


class RunFailedError(RuntimeError):
    """A run ended with another exit code than 0."""


def measure(command: Sequence[str], *, cwd: str, env: Mapping[str, str]) -> Sample:
    """Run a command and everything it starts. Raises RunFailedError with what it printed."""
    with tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=cwd, env=_surroundings(env), stdout=said, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            told = said.read().decode(errors="replace")[-2000:]
            raise RunFailedError(f"{' '.join(command)} ended with {process.returncode}: {told}")
    return Sample(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / _KB_IN_MB)
