"""Reports: each computed once as one object, and written in any installed format (`write_report`)."""

from __future__ import annotations

from actiontrack.services.reporting.agency import agency_report
from actiontrack.services.reporting.annual import annual_report
from actiontrack.services.reporting.beside import Again, keep
from actiontrack.services.reporting.composing import board_report
from actiontrack.services.reporting.register import public_register
from actiontrack.services.reporting.story import review_story
from actiontrack.services.reporting.writing import write_report

__all__ = [
    "Again",
    "agency_report",
    "annual_report",
    "board_report",
    "keep",
    "public_register",
    "review_story",
    "write_report",
]
