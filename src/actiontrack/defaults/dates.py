"""The built-in clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from actiontrack.api import hookimpl

if TYPE_CHECKING:
    from actiontrack.api import Calendar, DueAction, Leg


@hookimpl(trylast=True)
def decide_due_date(action: DueAction, legs: Sequence[Leg], as_at: date, calendar: Calendar) -> date | None:
    """The current due date and the working days it was paused."""
    from actiontrack.domain.derived import effective_due

    return effective_due(action, legs, as_at, calendar)
