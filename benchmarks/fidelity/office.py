"""LibreOffice's look at a workbook: which sheets, and what each cell holds."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.fidelity.judge import Cells

_SUPPORT = Path(__file__).resolve().parents[2] / "tests" / "support"
_SECONDS = 120


class OfficeError(Exception):
    """LibreOffice can't open a file, or does not come back."""


class Looker:
    """One LibreOffice, started when it is first asked and again when a file was too much for it."""

    def __init__(self, profile: Path) -> None:
        self._profile = profile
        self._driver: Any = None
        self._runs = 0

    def look(self, path: Path) -> dict[str, Cells]:
        """Every filled cell by sheet: a formula's text, else the value as typed. Raises OfficeError."""
        if self._driver is None:
            self._start()
        try:
            self._driver.stdin.write(f"{path}\n")
            self._driver.stdin.flush()
            answer = json.loads(self._line())
        except (OfficeError, OSError, ValueError) as error:
            self.close()
            raise OfficeError(f"{path.name}: {error}") from None
        if "error" in answer:
            raise OfficeError(f"{path.name}: {answer['error']}")
        return {name: {(row, col): text for row, col, text in cells} for name, cells in answer.items()}

    def close(self) -> None:
        if self._driver is not None:
            # The office is a child of the driver: both are in a group of their own.
            os.killpg(self._driver.pid, signal.SIGKILL)
            self._driver.communicate()
            self._driver = None

    def _line(self) -> str:
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._driver.stdout, selectors.EVENT_READ)
            if not waiting.select(_SECONDS):
                raise OfficeError(f"no answer in {_SECONDS} s")
        line: str = self._driver.stdout.readline()
        return line

    def _start(self) -> None:
        sys.path.append(str(_SUPPORT))
        from office import uno_python  # type: ignore[import-not-found]

        python = uno_python()
        if not python:
            raise OfficeError("no Python here can import uno (Debian: python3-uno)")
        self._runs += 1
        script = Path(__file__).with_name("office_look.py")
        self._driver = subprocess.Popen(
            [python, str(script), str(self._profile / str(self._runs))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": str(_SUPPORT)},
        )
