"""Working days, against days looked up by hand on gov.uk, mygov.scot and nidirect."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actiontrack.adapters.calendar import NationCalendar, load_calendar
from actiontrack.adapters.clock import SystemClock
from actiontrack.domain.vocabulary import Nation
from actiontrack.domain.workingdays import WorkingCalendar
from actiontrack.errors import ConfigurationError, UserError

CALENDARS = {nation: NationCalendar(nation) for nation in Nation}


@pytest.mark.parametrize(
    ("day", "at_work"),
    [
        ("2024-03-29", ""),  # Good Friday
        ("2024-04-01", "SCT"),  # Easter Monday is none in Scotland
        ("2026-01-01", ""),
        ("2026-01-02", "ENG WLS NIR"),  # 2 January is Scotland's
        ("2027-01-04", "ENG WLS NIR"),  # ... given on the Monday where it falls on a Saturday
        ("2026-03-17", "ENG WLS SCT"),  # St Patrick's Day
        ("2024-03-18", "ENG WLS SCT"),  # ... given on the Monday where it falls on a Sunday
        ("2024-07-12", "ENG WLS SCT"),  # the Boyne
        ("2026-07-13", "ENG WLS SCT"),  # ... given on the Monday where it falls on a Sunday
        ("2026-08-03", "ENG WLS NIR"),  # Scotland's summer holiday is the first Monday of August
        ("2026-08-31", "SCT"),  # the others' is the last
        ("2026-11-30", "ENG WLS NIR"),  # St Andrew's Day
        ("2024-12-02", "ENG WLS NIR"),  # ... given on the Monday where it falls on a Saturday
        ("2026-12-25", ""),
        ("2026-12-28", ""),  # Boxing Day falls on a Saturday
        ("2022-12-27", ""),  # Christmas falls on a Sunday
        ("2020-05-04", "ENG WLS SCT NIR"),  # the early May holiday was moved ...
        ("2020-05-08", ""),  # ... to VE Day
        ("2022-06-03", ""),  # Platinum Jubilee
        ("2022-09-19", ""),  # the state funeral
        ("2023-05-08", ""),  # the coronation
        ("2026-11-24", "ENG WLS SCT NIR"),
        ("2026-11-28", ""),  # a Saturday
    ],
)
def test_the_bank_holidays_of_each_nation(day, at_work):
    found = {nation.value for nation, calendar in CALENDARS.items() if calendar.is_working_day(date.fromisoformat(day))}
    assert found == set(at_work.split())


@pytest.mark.parametrize(
    ("nation", "day", "count", "expected"),
    [
        (Nation.ENG, "2026-12-24", 1, "2026-12-29"),
        (Nation.SCT, "2026-12-31", 1, "2027-01-05"),
        (Nation.ENG, "2026-12-31", 1, "2027-01-04"),
        (Nation.NIR, "2026-07-10", 1, "2026-07-14"),
        (Nation.ENG, "2026-07-10", 1, "2026-07-13"),
        (Nation.ENG, "2026-11-27", 1, "2026-11-30"),
        (Nation.ENG, "2026-11-28", 1, "2026-11-30"),
        (Nation.ENG, "2026-11-28", -1, "2026-11-27"),
        (Nation.ENG, "2026-11-30", -1, "2026-11-27"),
        (Nation.ENG, "2026-12-29", -1, "2026-12-24"),
        (Nation.ENG, "2026-11-28", 0, "2026-11-28"),
        (Nation.ENG, "2026-01-30", 20, "2026-02-27"),
        (Nation.ENG, "2026-01-02", 61, "2026-03-30"),
    ],
)
def test_adding_working_days(nation, day, count, expected):
    assert CALENDARS[nation].add_working_days(date.fromisoformat(day), count).isoformat() == expected


days = st.dates(date(1990, 1, 1), date(2060, 12, 31))
nations = st.sampled_from(list(Nation))


@given(nations, days, st.integers(-700, 700))
def test_adding_agrees_with_counting_one_day_at_a_time(nation, day, count):
    calendar = CALENDARS[nation]
    at, left, step = day, abs(count), timedelta(days=1 if count > 0 else -1)
    while left:
        at += step
        left -= calendar.is_working_day(at)
    assert calendar.add_working_days(day, count) == at
    if count > 0:
        assert calendar.working_days_between(day, at) == count


@given(nations, days, days, days)
def test_counts_add_up(nation, first, second, third):
    between = CALENDARS[nation].working_days_between
    assert between(first, second) + between(second, third) == between(first, third)
    assert between(first, second) == -between(second, first)
    assert between(first, first) == 0


def test_the_clock_change_takes_no_day():
    calendar = CALENDARS[Nation.ENG]
    assert calendar.working_days_between(date(2026, 3, 27), date(2026, 3, 30)) == 1
    assert calendar.working_days_between(date(2026, 10, 23), date(2026, 10, 26)) == 1


def test_a_mistyped_year_costs_nothing_and_breaks_nothing():
    asked = []

    def closed_in(year):
        asked.append(year)
        return ()

    calendar = WorkingCalendar(closed_in)
    assert calendar.add_working_days(date.max, 61) == date.max
    assert calendar.add_working_days(date.min, -61) == date.min
    assert calendar.is_working_day(date(205, 1, 1)) is True
    assert calendar.working_days_between(date(2026, 11, 24), date(9999, 12, 31)) > 2_000_000
    assert len(asked) == len(set(asked)) <= 201


def test_a_whole_year_off_is_stepped_over():
    closed = {date(2026, 1, 1) + timedelta(days=at) for at in range(365)}
    calendar = WorkingCalendar(lambda year: closed if year == 2026 else ())
    assert calendar.add_working_days(date(2025, 12, 31), 1) == date(2027, 1, 1)
    assert calendar.add_working_days(date(2027, 1, 1), -1) == date(2025, 12, 31)
    assert calendar.add_working_days(date(2027, 1, 1), -2) == date(2025, 12, 30)
    assert calendar.working_days_between(date(2025, 12, 31), date(2027, 1, 1)) == 1


def test_each_year_is_asked_for_once():
    asked = []

    def closed_in(year):
        asked.append(year)
        return {date(year, 12, 25)}

    calendar = WorkingCalendar(closed_in)
    for day in (date(2026, 12, 24), date(2020, 5, 1), date(2026, 12, 24), date(2031, 5, 1)):
        calendar.is_working_day(day)
    assert sorted(asked) == list(range(2020, 2032))
    assert calendar.is_working_day(date(2020, 12, 25)) is False


# --- the override file ----------------------------------------------------------------------------------------------


def test_an_override_file_closes_and_opens_days(tmp_path):
    path = tmp_path / "holidays.toml"
    path.write_text('closed = [2026-12-24, "2026-12-29"]\nopen = ["2026-05-04"]\n')
    calendar = load_calendar(Nation.ENG, path)
    assert not calendar.is_working_day(date(2026, 12, 24))
    assert calendar.is_working_day(date(2026, 5, 4))
    assert calendar.add_working_days(date(2026, 12, 23), 1) == date(2026, 12, 30)


def test_the_example_of_an_override_file_is_read(pytestconfig):
    calendar = load_calendar(Nation.ENG, pytestconfig.rootpath / "config" / "holidays.toml")
    assert not calendar.is_working_day(date(2026, 12, 24))
    assert calendar.is_working_day(date(2026, 5, 4))


def test_a_nation_without_a_file_has_its_bank_holidays():
    assert load_calendar(Nation.NIR).is_working_day(date(2026, 3, 17)) is False


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("closed = [2026-12-24 2026-12-29]", "line 1"),
        ("shut = []", "unknown key 'shut'"),
        ('closed = "2026-12-24"', "must be a list"),
        ('closed = ["24/12/2026"]', "'24/12/2026', which is no date"),
        ("open = [2026-12-24T09:00:00]", "no date"),
        ("closed = [2026-05-04]\nopen = [2026-05-04]", "2026-05-04 is both"),
    ],
)
def test_a_faulty_override_file_is_told_by_name(tmp_path, text, told):
    path = tmp_path / "holidays.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError) as raised:
        load_calendar(Nation.ENG, path)
    assert told in str(raised.value)
    assert "holidays.toml" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_missing_override_file_is_told_by_name(tmp_path):
    with pytest.raises(ConfigurationError, match=r"absent\.toml.*does not exist"):
        load_calendar(Nation.ENG, tmp_path / "absent.toml")


# --- the clock ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fixed", "instant", "today"),
    [
        ("2026-11-24T09:00:00Z", datetime(2026, 11, 24, 9, tzinfo=UTC), date(2026, 11, 24)),
        ("2026-07-01T23:30:00+00:00", datetime(2026, 7, 1, 23, 30, tzinfo=UTC), date(2026, 7, 2)),  # summer time
        ("2026-07-01T09:00:00", datetime(2026, 7, 1, 8, tzinfo=UTC), date(2026, 7, 1)),  # the board's wall clock
        ("2026-07-01", datetime(2026, 6, 30, 23, tzinfo=UTC), date(2026, 7, 1)),
        ("2026-10-25T01:30:00+01:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC), date(2026, 10, 25)),
    ],
)
def test_at_now_fixes_the_clock(fixed, instant, today):
    clock = SystemClock("Europe/London", {"AT_NOW": fixed})
    assert clock.now() == instant
    assert clock.now().tzinfo is UTC
    assert clock.today() == today


def test_without_it_the_clock_goes():
    before = datetime.now(UTC)
    now = SystemClock("Europe/London", {}).now()
    assert before <= now <= datetime.now(UTC)


@pytest.mark.parametrize("text", ["tomorrow", "2026-13-01", "24/11/2026", "9999-12-31T23:59:59-14:00"])
def test_an_instant_that_is_none_is_refused(text):
    with pytest.raises(UserError, match="AT_NOW"):
        SystemClock("Europe/London", {"AT_NOW": text})


@pytest.mark.parametrize("zone", ["Europe/Londom", "", "../etc/passwd"])
def test_an_unknown_time_zone_is_refused(zone):
    with pytest.raises(ConfigurationError, match="timezone"):
        SystemClock(zone, {})
