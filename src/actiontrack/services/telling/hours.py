"""When people may be told: within the board's hours, on the working days of its nation."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from actiontrack.services.core import Core

_TRIES = (1, 2, 5, 10, 20, 40, 60, 120, 240)
"""Minutes between one try that failed and the next; the last again and again."""


def is_open(core: Core) -> bool:
    """Whether people may be told now."""
    now = core.clock.now().astimezone(ZoneInfo(core.board.timezone))
    first, last = (time.fromisoformat(each) for each in (core.board.send_from, core.board.send_until))
    return first <= now.time() < last and core.calendar.is_working_day(now.date())


def day_began(core: Core) -> datetime:
    """The instant at which the board's present day began."""
    zone = ZoneInfo(core.board.timezone)
    return datetime.combine(core.clock.today(), time(), zone)


def back_off(tries: int) -> timedelta:
    """How long to leave it after so many tries that failed."""
    return timedelta(minutes=_TRIES[min(max(tries, 1), len(_TRIES)) - 1])
