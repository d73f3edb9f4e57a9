"""The ladder as arithmetic: what is owed on a day, and what of it is raised."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from actiontrack.adapters.calendar import NationCalendar
from actiontrack.domain.derived import Standing
from actiontrack.domain.escalation import owed_levels, to_raise
from actiontrack.domain.policy import Board
from actiontrack.domain.vocabulary import Nation, Status

BOARD = Board(name="Exampleshire")
CALENDARS = {nation: NationCalendar(nation) for nation in Nation}
ORDER = ["R20", "R10", "R5", "L1", "L2", "L3", "L4"]

dues = st.dates(date(2020, 1, 1), date(2030, 12, 31))
offsets = st.integers(-60, 600)
nations = st.sampled_from(list(Nation))


def owed_on(nation, due, as_at, current=None):
    late = max((as_at - due).days, 0)
    standing = Standing(
        ref="AT-1",
        status=Status.IN_PROGRESS,
        as_at=as_at,
        current_due=current or due,
        due=due,
        overdue=late > 0,
        days_overdue=late,
    )
    return owed_levels(standing, BOARD, CALENDARS[nation])


@given(nations, dues, offsets)
def test_levels_come_in_order_and_only_when_reached(nation, due, offset):
    as_at = due + timedelta(days=offset)
    owed = owed_on(nation, due, as_at)
    assert [each.level for each in owed][:7] == ORDER[: min(len(owed), 7)]
    assert len(owed) <= 8
    assert [each.reached for each in owed] == sorted(each.reached for each in owed)
    assert all(each.reached <= as_at for each in owed)
    working = CALENDARS[nation].working_days_between(due, as_at)
    for level, after in (("L1", 1), ("L2", 15), ("L3", 31), ("L4", 61)):
        assert (level in [each.level for each in owed]) is (working >= after)


@given(nations, dues, offsets)
def test_each_day_owes_at_least_what_the_day_before_did(nation, due, offset):
    first, second = (owed_on(nation, due, due + timedelta(days=offset + more)) for more in (0, 1))
    kept = {(each.level, each.period) for each in second}
    repeats = [each for each in first if each.level == "L4" and each.period != due]
    assert {(each.level, each.period) for each in first if each not in repeats} <= kept


@given(nations, dues, st.integers(0, 400), st.integers(1, 60))
def test_a_pause_does_not_rename_a_period(nation, day, worked, paused):
    """A repeat's period is counted from current_due: what was raised before a pause is not raised again after."""
    calendar = CALENDARS[nation]
    current = calendar.add_working_days(day, 1)
    as_at = calendar.add_working_days(current, worked)
    before = owed_on(nation, current, as_at)
    due, later = (calendar.add_working_days(each, paused) for each in (current, as_at))
    after = owed_on(nation, due, later, current)
    assert [(each.level, each.period) for each in before] == [(each.level, each.period) for each in after]


@given(nations, dues, offsets, st.data())
def test_only_the_highest_is_raised_and_only_once(nation, due, offset, data):
    owed = owed_on(nation, due, due + timedelta(days=offset))
    keys = [(each.level, each.period) for each in owed]
    recorded = set(data.draw(st.lists(st.sampled_from(keys)))) if keys else set()
    top, passed = to_raise(owed, recorded)
    if not keys or keys[-1] in recorded:
        assert (top, passed) == (None, [])
    else:
        assert top is owed[-1]
        assert recorded | {(each.level, each.period) for each in passed} == set(keys[:-1])
        again = recorded | {(each.level, each.period) for each in (*passed, top)}
        assert to_raise(owed, again) == (None, [])
