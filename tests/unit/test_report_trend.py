"""The trend: limits as Making Data Count draws them, what is a signal, and words where there are too few points."""

from __future__ import annotations

from datetime import date
from xml.etree import ElementTree

import pytest

from actiontrack.services.reporting.trend import limits_of, month_ends, signals, trend


def points(values: list[int]) -> list[tuple[date, int]]:
    return list(zip(month_ends(date(2024, 1, 1), date(2025, 12, 31)), values, strict=False))


def test_limits_are_the_mean_and_266_hundredths_of_the_mean_moving_range() -> None:
    limits = limits_of([10, 12, 11, 13, 12])  # moving ranges 2, 1, 2, 1: mean 1.5
    assert limits.mean == pytest.approx(11.6)
    assert limits.upper == pytest.approx(11.6 + 2.66 * 1.5)
    assert limits.lower == pytest.approx(11.6 - 2.66 * 1.5)


def test_a_count_has_no_limit_below_zero() -> None:
    assert limits_of([1, 9, 1, 9]).lower == 0


@pytest.mark.parametrize(
    ("values", "told", "where"),
    [
        ([5, 6, 5, 6, 5, 6, 5, 6, 5, 30], "outside the limits", {9}),
        ([9, 9, 9, 9, 9, 9, 9, 3, 9, 3, 9, 3], "one side of the mean", set(range(7))),
        ([1, 9, 1, 2, 3, 4, 5, 6, 7, 1, 9, 1], "all rise or all fall", set(range(2, 9))),
    ],
)
def test_signals_name_the_points_that_show_them(values: list[int], told: str, where: set[int]) -> None:
    found = signals(values, limits_of(values))
    assert [set(positions) for words, positions in found if told in words] == [where]


def test_two_of_three_near_a_limit() -> None:
    values = [10, 11, 10, 9, 10, 11, 10, 9, 10, 12, 10, 12]
    limits = limits_of(values)
    outer = limits.mean + (limits.upper - limits.mean) * 2 / 3
    assert outer < 13 < limits.upper + 1
    found = signals([*values, 13, 10, 13], limits)
    near = [positions for words, positions in found if "near a limit" in words]
    assert near == [frozenset({12, 14})]


def test_chance_alone_is_called_chance() -> None:
    says, _, chart = trend(points([5, 7, 6, 5, 7, 6, 5, 7, 6, 5]))
    assert chart is not None
    assert "no more than chance" in says[1]
    assert says[1] in chart.alt


def test_the_chart_is_one_well_formed_drawing_with_its_words() -> None:
    _, _, chart = trend(points([10, 12, 10, 12, 10, 40, 10, 12, 10, 12, 10]))
    assert chart is not None
    root = ElementTree.fromstring(chart.svg)
    spaces = {"svg": "http://www.w3.org/2000/svg"}
    assert root.get("role") == "img"
    assert [root.findtext(f"svg:{name}", namespaces=spaces) for name in ("title", "desc")] == [chart.title, chart.alt]
    dots = [circle for circle in root.findall("svg:circle", spaces) if circle.get("fill") != "none"]
    assert len(dots) == len(chart.table.rows) == 11
    rings = [circle for circle in root.findall("svg:circle", spaces) if circle.get("fill") == "none"]
    assert [ring.get("cx") for ring in rings] == [dots[5].get("cx")]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([], "nothing to compare"),
        ([3], "nothing to compare"),
        ([3, 5], "has risen: 3 on 31 January 2024, 5 on 29 February 2024"),
        ([5, 4, 3], "has fallen"),
        ([4, 9, 4], "is the same"),
    ],
)
def test_under_ten_points_there_are_words_only(values: list[int], told: str) -> None:
    says, table, chart = trend(points(values))
    assert chart is None
    assert len(table.rows) == len(values)
    assert "needs at least 10 points" in says[0]
    assert told in says[1]


def test_month_ends_are_whole_months_and_at_most_two_years_of_them() -> None:
    assert month_ends(date(2026, 1, 31), date(2026, 3, 30)) == [date(2026, 1, 31), date(2026, 2, 28)]
    assert month_ends(date(2026, 5, 2), date(2026, 5, 30)) == []
    long = month_ends(date(2000, 1, 1), date(2026, 12, 31))
    assert (len(long), long[0], long[-1]) == (24, date(2025, 1, 31), date(2026, 12, 31))
