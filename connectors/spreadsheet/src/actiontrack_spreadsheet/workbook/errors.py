"""Typed refusals of the workbook layer. Every message is one line: file, sheet, cell, what is wrong, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from actiontrack.errors import PreconditionFailed, RetryableError, UserError

from .xml import TooMuchError, XmlError

_LONGEST = 500
"""Characters of a message."""


class WorkbookRefused(UserError):  # noqa: N818 - it says what happened, as its siblings in actiontrack.errors do
    """This file, or this change to it, is not safe to handle; nothing was changed.

    ``reason`` is a short stable code. For files: ``missing``, ``encrypted``, ``old-xls``, ``xlsb``, ``html``,
    ``truncated``, ``not-a-workbook``, ``too-large``, ``dtd``, ``duplicate-part``, ``no-sheets``, ``bad-xml``,
    ``unknown-namespace``, ``repeated-rows``. For changes: those of ``Refusal``, ``read-only`` for a file that is so
    marked or of a format that is only read, ``check-failed`` for a result that did not pass the check before the
    replace, ``ambiguous`` for one of which a CSV file's delimiter or encoding could no longer be told.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class StaleWorkbook(PreconditionFailed):
    """The file is not the one the edits were planned against; nothing was changed. Read it again and plan again."""


class WorkbookBusy(RetryableError):  # noqa: N818 - as above
    """Another program holds the file; nothing was changed."""


def refuse_file(path: Path | str, reason: str, message: str) -> WorkbookRefused:
    """A refusal of a whole file, named in front."""
    return WorkbookRefused(reason, one_line(f"{Path(path).name}: {message}"))


def one_line(message: str) -> str:
    """The message without what a file may have put into it: line ends, other control characters, no end of text."""
    shown = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in message[:_LONGEST])
    return shown if len(message) <= _LONGEST else f"{shown}…"


@contextmanager
def xml_faults(path: Path, part: str) -> Iterator[None]:
    """Turn what is wrong with a part's XML into a refusal of the file that names the part."""
    try:
        yield
    except TooMuchError as error:
        raise refuse_file(path, error.reason, f"{part} has {error}; keep the plan in a workbook of its own") from None
    except XmlError as error:
        raise refuse_file(path, error.reason, _unread(path, part, error)) from None
    except (ValueError, LookupError, OverflowError) as error:
        raise refuse_file(path, "bad-xml", _unread(path, part, error)) from None


def _unread(path: Path, part: str, error: Exception) -> str:
    program = "LibreOffice" if path.suffix.lower() == ".ods" else "Excel"
    return f"cannot be read at {part}: {error}; save it anew in {program}"
