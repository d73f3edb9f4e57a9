"""Working days, day by day, against the holidays GOV.UK publishes (as the package `govuk-bank-holidays` keeps them)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from govuk_bank_holidays.bank_holidays import BankHolidays

from actiontrack.adapters.calendar import NationCalendar
from actiontrack.domain.vocabulary import Nation

FIRST, LAST = date(2012, 1, 1), date(2028, 12, 31)
WORLD_CUP = date(2026, 6, 15)
"""Scotland's bank holiday by royal proclamation; the package's copy of GOV.UK's list was made before it."""

DIVISIONS = {
    Nation.ENG: BankHolidays.ENGLAND_AND_WALES,
    Nation.WLS: BankHolidays.ENGLAND_AND_WALES,
    Nation.SCT: BankHolidays.SCOTLAND,
    Nation.NIR: BankHolidays.NORTHERN_IRELAND,
}
LACKING = {Nation.SCT: {WORLD_CUP}}


def published(nation: Nation) -> set[date]:
    """GOV.UK's holidays of the nation, without a look at the network."""
    events = BankHolidays.load_backup_data()[DIVISIONS[nation]]["events"]
    return {date.fromisoformat(event["date"]) for event in events}


@pytest.mark.parametrize("nation", list(Nation))
def test_every_day_is_a_working_day_exactly_where_gov_uk_says_so(nation: Nation) -> None:
    closed, calendar = published(nation), NationCalendar(nation)
    every = [FIRST + timedelta(days=at) for at in range((LAST - FIRST).days + 1)]
    assert min(closed).year == FIRST.year
    assert max(closed).year == LAST.year, "the package's data no longer end where this test does"
    differing = {day for day in every if calendar.is_working_day(day) != (day.weekday() < 5 and day not in closed)}
    assert differing == LACKING.get(nation, set())


@pytest.mark.parametrize("nation", list(Nation))
def test_counts_and_sums_of_working_days_follow_from_gov_uk_s_list(nation: Nation) -> None:
    """Each day of those years, counted one by one: between it and the first, and back by as many."""
    closed, calendar, worked = published(nation) | LACKING.get(nation, set()), NationCalendar(nation), 0
    day = FIRST
    while day < LAST:
        day += timedelta(days=1)
        worked += day.weekday() < 5 and day not in closed
        assert calendar.working_days_between(FIRST, day) == worked
        if calendar.is_working_day(day):
            assert calendar.add_working_days(FIRST, worked) == day


def test_scotland_is_closed_on_15_june_2026() -> None:
    assert not NationCalendar(Nation.SCT).is_working_day(WORLD_CUP)
    assert all(NationCalendar(nation).is_working_day(WORLD_CUP) for nation in Nation if nation is not Nation.SCT)
