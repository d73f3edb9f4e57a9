"""Typed refusals of the workbook layer. Every message is one line: file, sheet, cell, what is wrong, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from actiontrack.errors import PreconditionFailed, RetryableError, UserError

from .xml import XmlError


class WorkbookRefused(UserError):  # noqa: N818 - it says what happened, as its siblings in actiontrack.errors do
    """This file, or this change to it, is not safe to handle; nothing was changed.

    ``reason`` is a short stable code. For files: ``missing``, ``encrypted``, ``old-xls``, ``xlsb``, ``html``,
    ``truncated``, ``not-a-workbook``, ``too-large``, ``dtd``, ``duplicate-part``, ``no-sheets``, ``bad-xml``,
    ``unknown-namespace``, ``repeated-rows``, ``read-only``. For changes: those of ``Refusal``. For a result that
    did not pass the check before the replace: ``check-failed``.
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
    return WorkbookRefused(reason, f"{Path(path).name}: {message}")


@contextmanager
def xml_faults(path: Path, part: str) -> Iterator[None]:
    """Turn what is wrong with a part's XML into a refusal of the file that names the part."""
    try:
        yield
    except XmlError as error:
        raise refuse_file(path, error.reason, _unread(path, part, error)) from None
    except (ValueError, LookupError, OverflowError) as error:
        raise refuse_file(path, "bad-xml", _unread(path, part, error)) from None


def _unread(path: Path, part: str, error: Exception) -> str:
    program = "LibreOffice" if path.suffix.lower() == ".ods" else "Excel"
    return f"cannot be read at {part}: {error}; save it anew in {program}"
