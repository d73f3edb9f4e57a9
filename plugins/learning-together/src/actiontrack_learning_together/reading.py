"""A file from the disk, by its suffix."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from actiontrack.api import UserError
from actiontrack_learning_together.document import LARGEST, Document, Place, Trouble
from actiontrack_learning_together.texts import Unreadable, read_json, read_yaml

_TEXTS: dict[str, Callable[[str], Document]] = {".yaml": read_yaml, ".yml": read_yaml, ".json": read_json}
LARGEST_WORKBOOK = 10_000_000
"""Bytes."""
SUFFIXES = (*_TEXTS, ".xlsx")


def read(path: Path) -> Document:
    """The file's values, each with its place; what can't be read at all is a trouble. Raises UserError."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise UserError(f"{path}: a review is read from {', '.join(SUFFIXES)}.")
    largest = LARGEST_WORKBOOK if suffix == ".xlsx" else LARGEST
    try:
        with path.open("rb") as stream:
            content = stream.read(largest + 1)
    except OSError as error:
        raise UserError(f"{path}: can't be read ({error.strerror}).") from None
    if len(content) > largest:
        raise UserError(f"{path}: is larger than {largest // 1_000_000} MB; a review is a few pages of text.")
    try:
        if suffix == ".xlsx":
            from actiontrack_learning_together.workbook_in import read_workbook

            return read_workbook(content)
        return _TEXTS[suffix](content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        trouble = Trouble(Place(line=line), "", "it is not UTF-8 text", "save it as UTF-8")
    except Unreadable as error:
        trouble = error.trouble
    return Document(None, troubles=(trouble,))
