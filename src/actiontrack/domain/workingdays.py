"""Working days: Monday to Friday, less the days that a nation or an override file closes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection
from datetime import date
from typing import Protocol

FIRST_YEAR, LAST_YEAR = 1950, 2150
"""Outside these years only weekends count; a mistyped year must not cost a thousand years of calendars."""

_LAST = date.max.toordinal()


class WorkingDays(Protocol):
    """What the rules ask of a calendar (the port `Calendar`)."""

    def is_working_day(self, day: date) -> bool:
        """Whether people are at work on that day."""
        ...

    def add_working_days(self, day: date, count: int) -> date:
        """The working day `count` working days after (before, where negative) `day`; 0 gives `day` itself."""
        ...

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative where `end` is before `start`."""
        ...


class WorkingCalendar:
    """Counts by arithmetic: weekdays by formula, closed days by bisection; a million questions take a second or two.

    `closed_in` gives the closed days of a year, weekends among them or not; it is asked once a year.
    """

    def __init__(self, closed_in: Callable[[int], Collection[date]]) -> None:
        self._closed_in = closed_in
        self._from = self._upto = 0
        self._closed: list[int] = []
        self._set: frozenset[int] = frozenset()

    def is_working_day(self, day: date) -> bool:
        """Whether people are at work on that day."""
        self._load(day.year, day.year)
        return day.isoweekday() < 6 and day.toordinal() not in self._set

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative where `end` is before `start`."""
        self._load(min(start.year, end.year), max(start.year, end.year))
        return self._count(end.toordinal()) - self._count(start.toordinal())

    def add_working_days(self, day: date, count: int) -> date:
        """The working day `count` working days after (before, where negative) `day`; 0 gives `day` itself.

        Stops at the first and last day that a date can be.
        """
        if count == 0:
            return day
        at = day.toordinal()
        span = abs(count) * 3 // 2 + 30  # more calendar days than `count` working days ever take
        self._load(max(day.year - span // 365 - 1, 1), min(day.year + span // 365 + 1, date.max.year))
        if count > 0:
            return date.fromordinal(self._ahead(at, self._count(at) + count))
        target = self._count(at - 1) + count + 1
        back = at - span
        while back > 1 and self._count(back) >= target:
            back -= span
        return date.fromordinal(1) if back <= 1 else date.fromordinal(self._ahead(back, target))

    def _ahead(self, at: int, target: int) -> int:
        """The first day on which the count reaches `target`, which it has not on `at`."""
        while (left := target - self._count(at)) > 0:
            at += left
            if at >= _LAST:
                return _LAST
        return at

    def _count(self, ordinal: int) -> int:
        """Working days up to and including that day, from an arbitrary origin. Day 1 of the calendar was a Monday."""
        return 5 * (ordinal // 7) + min(ordinal % 7, 5) - bisect_right(self._closed, ordinal)

    def _load(self, first: int, last: int) -> None:
        """Know the closed days of these years and all between them and the known."""
        first, last = (min(max(year, FIRST_YEAR), LAST_YEAR) for year in (first, last))
        if self._upto and self._from <= first and last <= self._upto:
            return
        known = range(self._from, self._upto + 1) if self._upto else range(0)
        first, last = min(first, self._from or first), max(last, self._upto)
        new = [day for year in range(first, last + 1) if year not in known for day in self._closed_in(year)]
        weekdays = {day.toordinal() for day in new if day.isoweekday() < 6}
        self._set |= weekdays
        self._closed = sorted(self._set)
        self._from, self._upto = first, last
