"""`ports.EvidenceFiles` as a folder: `ab/abcdef…`, each file named by the SHA-256 of its content."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from actiontrack.errors import UserError

_CHUNK = 1 << 20


class EvidenceFolder:
    """Files written beside their place under another name and moved there: one is whole, or is not there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def folder(self) -> Path:
        """Made when the first file is kept."""
        return self._folder

    def keep(self, path: Path, most: int, *, dry_run: bool = False) -> str:
        """Copy, hashing on the way; one that is there already is written anew, which heals it."""
        with _reading(path) as source:
            if dry_run:
                return _pour(source, None, path, most)
            try:
                return self._store(source, path, most)
            except OSError as error:
                raise UserError(f"{path}: it can't be kept in {self._folder} ({error.strerror}).") from None

    def give(self, sha256: str, target: Path) -> None:
        """Hash it on the way out: what is altered is never passed on."""
        if target.exists() or target.is_symlink():
            raise UserError(f"{target} is there already; name another file.")
        if found := self.fault(sha256):
            raise UserError(f"The evidence file {sha256[:12]}… can't be given back: {found}; look for it in a backup.")
        try:
            with self._place(sha256).open("rb") as source, _beside(target) as (sink, written):
                poured = _pour(source, sink, target, None)
                if poured != sha256:
                    raise UserError(f"The evidence file {sha256[:12]}… was altered while it was read.")
                written.replace(target)
        except OSError as error:
            raise UserError(f"{target}: it can't be written ({error.strerror}).") from None

    def fault(self, sha256: str) -> str:
        """By reading all of it."""
        try:
            with self._place(sha256).open("rb") as stream:
                found = hashlib.file_digest(stream, "sha256").hexdigest()
        except FileNotFoundError:
            return "it is missing"
        except OSError as error:
            return f"it can't be read ({error.strerror})"
        return "" if found == sha256 else "it was altered"

    def _place(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256

    def _store(self, source: BinaryIO, path: Path, most: int) -> str:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _beside(self._folder / "new") as (sink, written):
            sha256 = _pour(source, sink, path, most)
            target = self._place(sha256)
            target.parent.mkdir(exist_ok=True, mode=0o700)
            written.replace(target)
        for folder in (target.parent, self._folder):
            _settle(folder)
        return sha256


@contextmanager
def _reading(path: Path) -> Iterator[BinaryIO]:
    """An ordinary file, opened without following a link. Raises UserError."""
    try:
        found = path.lstat()
        if stat.S_ISLNK(found.st_mode):
            raise UserError(f"{path} is a link to another place; name the file itself.")
        if not stat.S_ISREG(found.st_mode):
            raise UserError(f"{path} is no file; evidence is one file, or a link with --link.")
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise UserError(f"{path}: the evidence can't be read ({error.strerror}).") from None
    with os.fdopen(handle, "rb") as stream:
        yield stream


@contextmanager
def _beside(target: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """A new file in the folder of the target, for its owner only; gone at the end unless it was moved."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    written = Path(name)
    try:
        with os.fdopen(handle, "wb") as sink:
            yield sink, written
    finally:
        written.unlink(missing_ok=True)


def _pour(source: BinaryIO, sink: BinaryIO | None, path: Path, most: int | None) -> str:
    """Copy to the disk itself, and give the hash of what was copied. Raises UserError for an empty or too large one."""
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(_CHUNK):
        size += len(chunk)
        if most is not None and size > most:
            raise UserError(f"{path} is larger than {most >> 20} MB ([board] evidence_megabytes); give a link instead.")
        digest.update(chunk)
        if sink is not None:
            sink.write(chunk)
    if not size:
        raise UserError(f"{path} is empty; it can show nothing.")
    if sink is not None:
        sink.flush()
        os.fsync(sink.fileno())
    return digest.hexdigest()


def _settle(folder: Path) -> None:
    """Have the folder's entries on the disk, where a folder can be opened for that."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
