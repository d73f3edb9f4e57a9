"""What a schedule and a ladder owe, worked out without the suite, one day after the other, in the plainest way.

From the law on summer time, GOV.UK's list of holidays, and what docs/how-to/run-every-day.md promises.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from govuk_bank_holidays.bank_holidays import BankHolidays

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
CLOSED = {
    date.fromisoformat(event["date"])
    for event in BankHolidays.load_backup_data()[BankHolidays.ENGLAND_AND_WALES]["events"]
}


def is_working(day: date) -> bool:
    """Whether people in England are at work on that day."""
    return day.weekday() < 5 and day not in CLOSED


def summer(instant: datetime) -> bool:
    """Summer Time Order 2002: from 01:00 UTC of March's last Sunday to 01:00 UTC of October's."""
    return _last_sunday(instant.year, 3) <= instant < _last_sunday(instant.year, 10)


@cache
def _last_sunday(year: int, month: int) -> datetime:
    """At one o'clock UTC."""
    return datetime.combine(max(day for day in _days(year, month) if day.weekday() == 6), time(1), UTC)


def wall(instant: datetime) -> datetime:
    """What a clock on a wall in London shows then, without a zone."""
    return instant.replace(tzinfo=None) + (HOUR if summer(instant) else 0 * HOUR)


@cache
def instant_of(day: date, at: str) -> datetime:
    """When a wall shows that time on that day: first, where it does so twice; by winter time, where it never does."""
    shown = datetime.combine(day, time.fromisoformat(at))
    utc = shown.replace(tzinfo=UTC)
    return next((each for each in (utc - HOUR, utc) if wall(each) == shown), utc)


def _days(year: int, month: int) -> Iterator[date]:
    day = date(year, month, 1)
    while day.month == month:
        yield day
        day += DAY


@dataclass(frozen=True)
class Rule:
    """One line of a schedule."""

    at: str
    days: str
    catch_up: str

    def slots(self, after: datetime, upto: datetime) -> list[datetime]:
        """Every slot after the one instant, up to the other."""
        day, found = after.date() - 2 * DAY, []
        while day <= upto.date() + DAY:
            named = self.days in ("daily", f"{day:%A}".lower()) or (self.days == "working" and is_working(day))
            if named and after < (slot := instant_of(day, self.at)) <= upto:
                found.append(slot)
            day += DAY
        return found


@dataclass(frozen=True)
class Level:
    """A step that is reached so many working days after (before, where negative) the due date."""

    name: str
    after: int


LADDER = (
    Level("R20", -20), Level("R10", -10), Level("R5", -5), Level("L1", 1), Level("L2", 15), Level("L3", 31),
    Level("L4", 61),
)  # fmt: skip
REPEAT = 20


def reached_on(due: date, after: int) -> date:
    """The day that lies so many working days after the due date, counted one by one."""
    day, step = due, DAY if after > 0 else -DAY
    for _ in range(abs(after)):
        day += step
        while not is_working(day):
            day += step
    return day


@cache
def highest(due: date, today: date) -> tuple[str, date] | None:
    """(level, period) of the highest step reached by the end of that day."""
    top: tuple[str, date] | None = None
    for level in LADDER:
        if reached_on(due, level.after) <= today:
            top = level.name, due
    after = LADDER[-1].after + REPEAT
    while (again := reached_on(due, after)) <= today:
        top = LADDER[-1].name, again
        after += REPEAT
    return top
