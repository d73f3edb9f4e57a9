"""When people may be told: within the board's hours, on the working days of its nation."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from actiontrack.services.clocks import AHEAD
from actiontrack.services.core import Core

LONGEST = timedelta(hours=24)
"""Nothing is left for longer than this, whatever the other side asks for."""
_TRIES = (1, 2, 5, 10, 20, 40, 60, 120, 240)
"""Minutes between one try that failed and the next; the last again and again."""


def is_open(core: Core) -> bool:
    """Whether people may be told now."""
    now = core.clock.now().astimezone(ZoneInfo(core.board.timezone))
    first, last = (time.fromisoformat(each) for each in (core.board.send_from, core.board.send_until))
    return first <= now.time() < last and core.calendar.is_working_day(now.date())


def day_of(core: Core) -> tuple[datetime, datetime]:
    """The instants at which the board's present day began and the next one begins."""
    zone = ZoneInfo(core.board.timezone)
    first, after = (datetime.combine(core.clock.today() + timedelta(days=days), time(), zone) for days in (0, 1))
    return first, after


def is_over(until: datetime | None, now: datetime) -> bool:
    """Whether there is nothing to wait for any more."""
    return until is None or not now < until <= now + LONGEST + AHEAD


def back_off(tries: int) -> timedelta:
    """How long to leave it after so many tries that failed."""
    return timedelta(minutes=_TRIES[min(max(tries, 1), len(_TRIES)) - 1])
