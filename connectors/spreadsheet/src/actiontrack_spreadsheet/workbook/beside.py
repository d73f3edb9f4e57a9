"""New content beside what it is to replace, under a name nobody reads; what a writer that died left so is cleared."""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path

_PREFIX, _SUFFIX = ".actiontrack-", ".tmp"
_NAME = re.compile(rf"{re.escape(_PREFIX)}[a-z0-9_]{{8}}{re.escape(_SUFFIX)}")

LEFT = 3600
"""Seconds after which such a file is nobody's any more: writing one takes far less."""


def make_beside(folder: Path) -> tuple[int, Path]:
    """A new file in a folder, open for writing (its handle, its path). Those left there long ago are cleared away.

    Raises OSError where none can be made.
    """
    handle, name = tempfile.mkstemp(prefix=_PREFIX, suffix=_SUFFIX, dir=folder)
    # By the new file's own time: a file server's clock need not agree with ours.
    _clear(folder, os.fstat(handle).st_mtime - LEFT)
    return handle, Path(name)


def _clear(folder: Path, before: float) -> None:
    with suppress(OSError):  # housekeeping: the next time will do
        for entry in list(os.scandir(folder)):
            if _NAME.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                with suppress(OSError):
                    if entry.stat(follow_symlinks=False).st_mtime < before:
                        Path(entry.path).unlink()
