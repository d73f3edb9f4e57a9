"""The built-in reminders and ladder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from actiontrack.api import hookimpl

if TYPE_CHECKING:
    from actiontrack.api import Board, Calendar, Owed, Standing


@hookimpl(trylast=True)
def decide_escalation(standing: Standing, board: Board, calendar: Calendar) -> Sequence[Owed]:
    """The board's reminders and ladder."""
    from actiontrack.domain.escalation import owed_levels

    return owed_levels(standing, board, calendar)
