"""The board report: computed once (`board_report`), written in any installed format (`write_report`)."""

from __future__ import annotations

from actiontrack.services.reporting.composing import board_report
from actiontrack.services.reporting.writing import write_report

__all__ = ["board_report", "write_report"]
