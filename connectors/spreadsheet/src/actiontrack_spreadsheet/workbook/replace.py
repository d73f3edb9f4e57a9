"""Putting a checked result in the place of a file: compare, keep a backup, swap in one step."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path

from .beside import make_beside
from .errors import StaleWorkbook, WorkbookBusy, refuse_file
from .package import read_bytes
from .ring import Ring, sync_folder

_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


def replace_file(path: Path, data: bytes, *, expected_sha256: str, backup_dir: Path) -> Path:
    """Replace a file's content in one step; the backup's path. A symlink stays one, its target is replaced.

    Another hard link to the old content keeps that, as after a save in Excel.
    Raises StaleWorkbook when the file is not ``expected_sha256``, WorkbookRefused (``read-only``) when its owner wants
    no change, WorkbookBusy when another program holds it, the disk does not take it, or no backup could be kept.
    """
    target = path.resolve()
    try:
        before = target.stat()
        if not (before.st_mode & _WRITABLE and os.access(target, os.W_OK)):
            raise refuse_file(
                path, "read-only", "marked read-only, nothing was written; take the mark off to let it sync"
            )
        original = read_bytes(target)
        check_unchanged(path, original, expected_sha256)
        backup = Ring(backup_dir, target).keep(original)
        temporary = _write_beside(target, data)
        try:
            # What was saved while the copies were made shows in its state: reading it all again would take as long.
            if _state(target.stat()) != _state(before):
                raise _stale(path)
            os.replace(temporary, target)  # noqa: PTH105 - named after what it promises
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except PermissionError:
        raise WorkbookBusy(f"{path.name}: cannot be written now (open elsewhere, or no permission)") from None
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise WorkbookBusy(f"{path.name}: cannot be written now ({why}); it was left as it was") from None
    sync_folder(target.parent)
    return backup


def check_unchanged(path: Path, data: bytes, expected_sha256: str) -> None:
    """Raise StaleWorkbook unless the content is the one the edits were planned against."""
    if hashlib.sha256(data).hexdigest() != expected_sha256:
        raise _stale(path)


def _stale(path: Path) -> StaleWorkbook:
    return StaleWorkbook(f"{path.name}: changed since it was read; nothing was written, read it again")


def _state(state: os.stat_result) -> tuple[int, ...]:
    """What changes when a program saves over a file or puts another in its place."""
    return state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns


def _write_beside(target: Path, data: bytes) -> Path:
    """A temporary file in the same folder, on disk, with the owner, mode and access list of the target."""
    handle, made = make_beside(target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if hasattr(os, "chown"):
            state = target.stat()
            for owner, group in ((-1, state.st_gid), (state.st_uid, -1)):
                with suppress(PermissionError):  # only root may give files away
                    os.chown(made, owner, group)
        shutil.copystat(target, made)  # its access list too, which lets others in a shared folder work on
        os.utime(made)
    except BaseException:
        made.unlink(missing_ok=True)
        raise
    return made
