"""Working days: Monday to Friday, less the days that a nation or an override file closes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection
from datetime import date
from typing import Protocol

FIRST_YEAR, LAST_YEAR = 1950, 2150
"""Outside these years only weekends count; a mistyped year must not cost a thousand years of calendars."""

_FIRST = date(FIRST_YEAR, 1, 1).toordinal()
_LAST = date(LAST_YEAR, 12, 31).toordinal()
_END = date.max.toordinal()


class WorkingDays(Protocol):
    """What the rules ask of a calendar (the port `Calendar`). Answers never change, so they may be kept."""

    def __hash__(self) -> int:
        """By identity."""
        ...

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
        self._known = range(0)
        self._from, self._upto = _END, 0
        self._closed: list[int] = []

    def is_working_day(self, day: date) -> bool:
        """Whether people are at work on that day."""
        at = day.toordinal()
        return self._between(at - 1, at) == 1

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative where `end` is before `start`."""
        first, last = start.toordinal(), end.toordinal()
        return self._between(first, last) if first <= last else -self._between(last, first)

    def add_working_days(self, day: date, count: int) -> date:
        """The working day `count` working days after (before, where negative) `day`; 0 gives `day` itself.

        Stops at the first and last day that a date can be.
        """
        at = day.toordinal()
        if count >= 0:
            return date.fromordinal(self._ahead(at, count))
        back = at - 1
        while back > 0 and (passed := self._between(back, at - 1)) < -count:
            back = max(back - (-count - passed) * 3 // 2 - 1, 0)
        return date.fromordinal(max(self._ahead(back, self._between(back, at - 1) + count + 1), 1))

    def _ahead(self, at: int, count: int) -> int:
        """The day on which the `count`th working day after `at` falls. Steps of what is left never overshoot it."""
        while count > 0 and at < _END:
            then = min(at + count, _END)
            count -= self._between(at, then)
            at = then
        return at

    def _between(self, first: int, last: int) -> int:
        """Working days after `first` up to and including `last`. Day 1 of the calendar was a Monday."""
        if first < self._from or last > self._upto:
            self._load(first, last)
        weekdays = 5 * (last // 7 - first // 7) + min(last % 7, 5) - min(first % 7, 5)
        return weekdays - bisect_right(self._closed, last) + bisect_right(self._closed, first)

    def _load(self, first: int, last: int) -> None:
        """Know the closed days of the years these lie in, and of all between them and the known ones."""
        years = [date.fromordinal(min(max(each, _FIRST), _LAST)).year for each in (first, last)]
        known = self._known
        wanted = range(min(*years, known.start or LAST_YEAR), max(*years, known.stop - 1) + 1)
        for year in wanted:
            if year not in known:
                self._closed += [day.toordinal() for day in self._closed_in(year) if day.isoweekday() < 6]
        self._closed = sorted(set(self._closed))
        self._known = wanted
        self._from = 0 if wanted.start == FIRST_YEAR else date(wanted.start, 1, 1).toordinal()
        self._upto = _END if wanted.stop > LAST_YEAR else date(wanted.stop - 1, 12, 31).toordinal()
