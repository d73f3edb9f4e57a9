"""`actiontrack run --once` in a process that kills itself with SIGKILL in its so manieth transaction.

python clock_child.py CONFIG TRANSACTION before|after: before it is committed, or right after.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from actiontrack.adapters.store.store import SqlStore
from actiontrack.cli.front import run
from actiontrack.ports import Writer


def main(config: str, left: int, when: str) -> int:
    """Exit code of the command, where it lives to its end."""
    writing = SqlStore.writing

    @contextmanager
    def mortal(self: SqlStore, who: str, source: str) -> Iterator[Writer]:
        nonlocal left
        left -= 1
        dies = left == 0
        with writing(self, who, source) as writer:
            yield writer
            if dies and when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
        if dies:
            os.kill(os.getpid(), signal.SIGKILL)

    SqlStore.writing = mortal  # type: ignore[method-assign,assignment]
    return run(["--config", config, "--json", "run", "--once"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
