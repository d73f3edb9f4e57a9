"""A process that takes jobs one after another, so that one bad file can't stop the run: it may hang, abort or grow."""

from __future__ import annotations

import multiprocessing
import resource
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

SECONDS = 120
BYTES = 3 << 30
_JOBS = 200
"""After so many a fresh process takes over: what libraries keep counts for no file."""


class DiedError(Exception):
    """The job took more than its time or memory, or took its process with it."""


class FailedError(Exception):
    """The job raised something nobody expects of it."""


class Child:
    """Runs functions in another process, each within SECONDS and BYTES."""

    def __init__(self) -> None:
        self._process: Any = None
        self._pipe: Any = None
        self._done = 0

    def run(self, job: Callable[..., Any], *args: Any, expected: tuple[type[Exception], ...] = ()) -> Any:
        """What the job returns. Raises what it raises of ``expected``; FailedError for all else; DiedError."""
        if self._process is None or self._done >= _JOBS:
            self._start()
        self._done += 1
        self._pipe.send((job, args, expected))
        try:
            if not self._pipe.poll(SECONDS):
                raise DiedError(f"not done in {SECONDS} s")
            kind, told = self._pipe.recv()
        except (EOFError, ConnectionError):
            self._process.join()
            code = self._process.exitcode
            self.close()
            raise DiedError(f"the process ended with {code}") from None
        except DiedError:
            self.close()
            raise
        if kind == "done":
            return told
        if kind == "expected":
            raise told
        raise FailedError(told)

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None

    def _start(self) -> None:
        self.close()
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        self._done = 0


def _serve(pipe: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    while True:
        try:
            job, args, expected = pipe.recv()
        except EOFError:
            return
        try:
            answer: tuple[str, Any] = ("done", job(*args))
        except expected as error:
            answer = ("expected", error)
        except BaseException as error:  # noqa: BLE001 - PyO3's panic is no Exception, and all is told
            answer = ("failed", f"{type(error).__name__}: {str(error)[:300]}")
        pipe.send(answer)
