"""Time and working days."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol

from actiontrack.domain.workingdays import WorkingDays


class Clock(Protocol):
    """Time is a port too, so that a rule that needs two scans an hour apart can be tried in a second."""

    def now(self) -> datetime:
        """The instant, aware and in UTC."""
        ...

    def today(self) -> date:
        """The calendar date in the board's time zone."""
        ...


class Calendar(WorkingDays, Protocol):
    """Working days of the board's nation: Monday to Friday less its bank holidays and the override file's days."""
