"""The trend: limits as Making Data Count draws them, what is a signal, and words where there are too few points."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from xml.etree import ElementTree

import pytest

from actiontrack.services.reporting.trend import month_ends, process_of, signals, trend


def points(values: list[int]) -> list[tuple[date, int]]:
    return list(zip(month_ends(date(2024, 1, 1), date(2025, 12, 31)), values, strict=False))


def test_limits_are_the_mean_and_266_hundredths_of_the_mean_moving_range() -> None:
    process = process_of([10, 12, 11, 13, 12])  # moving ranges 2, 1, 2, 1: mean 1.5
    assert process.mean == Fraction("11.6")
    assert process.upper == Fraction("11.6") + Fraction("3.99")
    assert process.lower == Fraction("11.6") - Fraction("3.99")


def test_a_count_is_drawn_with_no_limit_below_zero_and_judged_by_the_one_that_lies_there() -> None:
    """Two months of none lie far from a limit of -12, however near they are to the zero where the chart ends."""
    values = [9, 1, 9, 0, 0, 9, 1, 9, 1, 9]
    process = process_of(values)
    assert process.lower < -10
    assert process.drawn().lower == 0
    assert signals(values, process) == []


def test_the_words_tell_which_way_it_goes_and_whether_the_newest_month_is_one_of_them() -> None:
    says, _, _ = trend(points([5, 6, 5, 6, 5, 6, 5, 6, 5, 30]))
    assert says[1].startswith("This is more than chance: a month lies above the upper limit; ")
    assert "The newest month is one of them." in says[1]
    says, _, _ = trend(points([30, 26, 30, 26, 30, 26, 30, 1, 26, 30, 26, 30]))
    assert "a month lies below the lower limit. The newest month is not one of them." in says[1]


@pytest.mark.parametrize(
    ("values", "told", "where"),
    [
        ([5, 6, 5, 6, 5, 6, 5, 6, 5, 30], "above the upper limit", {9}),
        ([9, 9, 9, 9, 9, 9, 9, 3, 9, 3, 9, 3], "above the mean", set(range(7))),
        ([1, 9, 1, 2, 3, 4, 5, 6, 7, 1, 9, 1], "in a row rise", set(range(2, 9))),
    ],
)
def test_signals_name_the_points_that_show_them(values: list[int], told: str, where: set[int]) -> None:
    found = signals(values, process_of(values))
    assert [set(signal.at) for signal in found if told in signal.words] == [where]


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
    assert [row[2] for row in chart.table.rows] == [
        "above the upper limit" if at == 5 else "" for at in range(len(chart.table.rows))
    ]
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
