"""Folders and patterns of plans: which files are there, and what can be told of one before it is read.

A pattern's `*` and `?` stand for anything in one name, `**` for any folders between. Neither may be in a file's name on
Windows; square brackets may, so that they stand for themselves. Capital letters don't matter.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from actiontrack.api import Place, RetryableError, UserError
from actiontrack_spreadsheet.options import SUFFIXES, UNMARKED
from actiontrack_spreadsheet.usable import file_hash, is_lock_file, refuse_open

_WILD = re.compile(r"[*?]")


class _Pattern(NamedTuple):
    """The folder before the first wildcard, and what the paths below it must fit."""

    folder: Path
    fits: re.Pattern[str]
    deep: bool


class SpreadsheetFiles:
    """Tells of the files of spreadsheet instances (`actiontrack.api.Files`)."""

    def are_many(self, options: Mapping[str, Any], base: Path) -> bool:
        """A path that ends with a slash, has a wildcard, or is a folder."""
        path = str(options.get("path", ""))
        return path.endswith(("/", "\\")) or bool(_WILD.search(path)) or (base / path).is_dir()

    def place(self, options: Mapping[str, Any], base: Path) -> Place:
        """The folder that holds the file, or the files."""
        if not self.are_many(options, base):
            return Place((base / str(options["path"])).parent)
        pattern = _pattern(str(options["path"]), base)
        return Place(pattern.folder, pattern.deep)

    def found(self, options: Mapping[str, Any], base: Path) -> Sequence[str]:
        """The plans there now. Raises UserError where the folder is missing or can't be read."""
        pattern = _pattern(str(options["path"]), base)
        names = _walk(pattern.folder, deep=pattern.deep)
        return sorted(name for name in names if _is_plan(name) and pattern.fits.fullmatch(name.casefold()))

    def binding(self, path: Path) -> str:
        """The store's mark in a workbook; whatever is wrong with the file is told when it is synced."""
        if path.suffix.lower() in UNMARKED:
            return ""
        try:
            state = path.stat()
        except OSError:
            return ""
        return _mark(path, state.st_size, state.st_mtime_ns, state.st_ino)

    def matters(self, path: Path) -> bool:
        """A plan, or the mark a program leaves beside one that is open."""
        return is_lock_file(path) or _is_plan(path.name)

    def waits(self, path: Path) -> str:
        """Who has it open."""
        try:
            refuse_open(path)
        except RetryableError as error:
            return str(error)
        return ""

    def whole(self, path: Path) -> bool:
        """A file with something in it; of a zip, one that ends as a zip does."""
        import zipfile

        try:
            with path.open("rb") as file:
                start = file.read(4)
                return bool(start) and (start != b"PK\3\4" or zipfile.is_zipfile(file))
        except OSError:
            return False

    def proof(self, path: Path) -> str:
        """The hash of its bytes."""
        return file_hash(path)


@lru_cache(maxsize=1024)
def _mark(path: Path, *_state: int) -> str:
    """The binding of a workbook as it is now; `run` asks every few seconds."""
    from actiontrack_spreadsheet.books import open_book
    from actiontrack_spreadsheet.source import BINDING_PROPERTY

    try:
        return open_book(path).custom_properties.get(BINDING_PROPERTY, "")
    except (UserError, RetryableError, OSError):
        return ""


def _pattern(path: str, base: Path) -> _Pattern:
    parts = path.replace("\\", "/").split("/") if os.sep == "\\" else path.split("/")
    wild = next((at for at, part in enumerate(parts) if _WILD.search(part)), None)
    if wild is None:
        return _Pattern(base / path, re.compile(r"[^/]+"), deep=False)
    below = [part for part in parts[wild:] if part]
    written = "".join(_written(part) for part in below[:-1])
    last = below[-1]
    fits = written + (r".+" if last == "**" else _one(last))
    return _Pattern(base.joinpath("/".join(parts[:wild]) or "."), re.compile(fits), deep=len(below) > 1 or last == "**")


def _written(part: str) -> str:
    return r"(?:[^/]+/)*" if part == "**" else _one(part) + "/"


def _one(part: str) -> str:
    """One name of a pattern; casefolded as the names are."""
    kinds = {"*": "[^/]*", "?": "[^/]"}
    return "".join(kinds.get(letter, re.escape(letter)) for letter in part.casefold())


def _walk(folder: Path, *, deep: bool) -> Iterator[str]:
    """Every file below, by its path from there; of links, those to files only.

    Hidden folders are passed over, and those below that can't be read: what was known in them is told to be gone.
    """
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except FileNotFoundError:
        raise UserError(f"{folder}: there is no such folder; mend path, or make it (a drive that is off?)") from None
    except NotADirectoryError:
        raise UserError(f"{folder}: it is no folder; mend path") from None
    except OSError as error:
        raise UserError(f"{folder}: the folder can't be read ({error.strerror}); allow this user to") from None
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if deep and not entry.name.startswith("."):
                with suppress(UserError):
                    yield from (f"{entry.name}/{name}" for name in _walk(Path(entry.path), deep=True))
        elif _is_file(entry):
            yield entry.name


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link in a circle
        return False


def _is_plan(name: str) -> bool:
    """By its name: of our kinds, and no mark of an open file, hidden, temporary or kept copy."""
    last = name.rpartition("/")[2]
    return last.lower().endswith(SUFFIXES) and not last.startswith((".", "~"))
