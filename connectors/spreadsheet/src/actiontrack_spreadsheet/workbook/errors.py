"""Typed refusals of the workbook layer. Every message is one line: file, sheet, cell, what is wrong, what to do."""

from __future__ import annotations

from pathlib import Path

from actiontrack.errors import PreconditionFailed, RetryableError, UserError


class WorkbookRefused(UserError):  # noqa: N818 - it says what happened, as its siblings in actiontrack.errors do
    """This file, or this change to it, is not safe to handle; nothing was changed.

    ``reason`` is a short stable code. For files: ``missing``, ``encrypted``, ``old-xls``, ``xlsb``, ``html``,
    ``truncated``, ``not-a-workbook``, ``too-large``, ``dtd``, ``duplicate-part``, ``no-sheets``, ``bad-xml``,
    ``unknown-namespace``, ``repeated-rows``. For changes: those of ``Refusal``. For a result that did not pass the
    check before the replace: ``check-failed``.
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
