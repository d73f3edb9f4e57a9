"""The backup ring: earlier versions of one file, beside the store and never where a connector reads.

A version is a file named after the file it is of, the moment it was replaced (UTC) and its content:
``plan-20261124T090000000000Z-3f9a21c0b7de.xlsx``.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from .beside import make_beside
from .errors import WorkbookBusy

KEEP = 20
"""The newest versions of a file that are kept, whatever their age."""

DAYS = 30
"""Beside them: the last version of each of so many days on which there was one."""

_MOMENT = "%Y%m%dT%H%M%S%fZ"
_NAME = re.compile(r"(.+)-(\d{8}T\d{12}Z)-([0-9a-f]{12})(\.[^.]*)?", re.DOTALL)
_LONGEST = 180
"""Bytes of the file's own name in that of its versions: a system takes 255 in all."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One version. `of` is the name of the file it is of; `at` when it was replaced; `id` how its SHA-256 begins."""

    path: Path
    of: str
    at: datetime
    id: str


class Ring:
    """The versions kept of one file."""

    def __init__(self, folder: Path, file: Path) -> None:
        self.folder = folder
        self.file = file
        self._stem = _short(file.stem)

    def versions(self) -> list[Kept]:
        """Those of this file, the oldest first."""
        return [each for each in kept_in(self.folder) if each.of == self._stem + self.file.suffix]

    def keep(self, data: bytes) -> Path:
        """Keep a version, on disk when this returns. One that is there already becomes the newest.

        Raises WorkbookBusy where it can't be kept: then nothing may be replaced.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            return self._keep(data)
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise WorkbookBusy(
                f"{self.file.name}: no backup could be kept in {self.folder} ({why}), so nothing was written; make "
                "room there, or allow this user to write"
            ) from None

    def thin(self, newest: int = KEEP) -> None:
        """Drop what need not be kept."""
        versions = self.versions()
        stay = {versions[at].path for at in worth_keeping([each.at for each in versions], newest)}
        for each in versions:
            if each.path not in stay:
                with suppress(OSError):  # housekeeping: the next time will do
                    each.path.unlink()

    def _keep(self, data: bytes) -> Path:
        digest = hashlib.sha256(data).hexdigest()
        versions = self.versions()
        now = datetime.now(UTC)
        if versions and versions[-1].at >= now:  # a clock that was set back puts nothing before what is older
            now = versions[-1].at + timedelta(microseconds=1)
        place = self.folder / f"{self._stem}-{now.strftime(_MOMENT)}-{digest[:12]}{self.file.suffix}"
        for each in versions:
            if digest.startswith(each.id) and hashlib.sha256(each.path.read_bytes()).hexdigest() == digest:
                each.path.replace(place)
                return place
        # For its owner only: what the file's own folder keeps from others is not to be read here.
        handle, made = make_beside(self.folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            made.replace(place)
        except BaseException:
            made.unlink(missing_ok=True)
            raise
        sync_folder(self.folder)
        return place


def kept_in(folder: Path) -> list[Kept]:
    """Every version in a folder, whatever file it is of, the oldest first."""
    if not folder.is_dir():
        return []
    found = []
    for entry in folder.iterdir():
        name = _NAME.fullmatch(entry.name)
        moment = _moment(name[2]) if name else None
        if name and moment and entry.is_file():
            found.append(Kept(entry, name[1] + (name[4] or ""), moment, name[3]))
    return sorted(found, key=lambda each: (each.at, each.path.name))


def worth_keeping(moments: Sequence[datetime], newest: int) -> set[int]:
    """Places of the moments (the oldest first) to keep: the newest, and the last of each of the last days."""
    last_of_day = {moment.date(): at for at, moment in enumerate(moments)}
    days = sorted(last_of_day)[-DAYS:]
    return {last_of_day[day] for day in days} | set(range(max(0, len(moments) - newest), len(moments)))


def sync_folder(folder: Path) -> None:
    """Make a rename itself durable, where the system lets a folder be synced."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, _MOMENT).replace(tzinfo=UTC)
    except ValueError:
        return None


def _short(stem: str) -> str:
    """A file's stem as its versions carry it: cut where a system could not take so long a name."""
    data = os.fsencode(stem)
    if len(data) <= _LONGEST:
        return stem
    return f"{data[:_LONGEST].decode('utf-8', 'ignore')}~{hashlib.sha256(data).hexdigest()[:8]}"
