"""Offers the format. What it needs is imported when a report is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from actiontrack.api import hookimpl

if TYPE_CHECKING:
    from actiontrack.api import Report


@hookimpl
def register_report_formats(register: Callable[..., None]) -> None:
    """Offer PDF documents."""
    register("pdf", ".pdf", _render)


def _render(report: Report) -> bytes:
    from actiontrack_report_pdf.document import render

    return render(report)
