"""The XmR chart against the NHS's published rules, written down here a second time and in another way.

The rules are those of NHS England's Making Data Count programme, as its own community publishes them for everybody
(NHSRplotthedots, https://github.com/nhs-r-community/NHSRplotthedots, MIT: the README, the vignettes and the cases of
its tests; read, not copied): a point outside the process limits; seven points on one side of the mean; seven points
all increasing or all decreasing; two of three points close to a limit, all three on the same side of the mean.

Here every point is asked for itself whether some window of its neighbours makes it one, and everything is in whole
numbers: with n points of sum s and moving ranges of sum m, a distance from the mean is (n·x - s) / n, the limits lie
266·m / (100·(n - 1)) away.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actiontrack.services.reporting.trend import process_of, signals

RULES = ("above the upper", "below the lower", "above the mean", "below the mean", "rise", "fall", "near the upper",
         "near the lower")  # fmt: skip


def published(values: Sequence[int]) -> dict[str, set[int]]:
    """For each rule, the points that break it."""
    n, places = len(values), range(len(values))
    off = [(n * x - sum(values)) * 100 * (n - 1) for x in values]
    limit = 266 * sum(abs(a - b) for a, b in pairwise(values)) * n

    def windows(at: int, width: int) -> list[range]:
        return [range(start, start + width) for start in range(at - width + 1, at + 1) if 0 <= start <= n - width]

    def near(at: int, side: int) -> bool:
        return 2 * limit < 3 * side * off[at] <= 3 * limit

    def two_of_three(at: int, side: int) -> bool:
        return near(at, side) and any(
            sum(near(each, side) for each in three) >= 2 and min(side * off[each] for each in three) > 0
            for three in windows(at, 3)
        )

    def seven(at: int, fits: Sequence[bool]) -> bool:
        return any(all(fits[each] for each in window) for window in windows(at, 7))

    def moving(at: int, side: int) -> bool:
        return any(all(side * (values[b] - values[a]) > 0 for a, b in pairwise(window)) for window in windows(at, 7))

    return {
        "above the upper": {at for at in places if off[at] > limit},
        "below the lower": {at for at in places if -off[at] > limit},
        "above the mean": {at for at in places if seven(at, [each > 0 for each in off])},
        "below the mean": {at for at in places if seven(at, [each < 0 for each in off])},
        "rise": {at for at in places if moving(at, 1)},
        "fall": {at for at in places if moving(at, -1)},
        "near the upper": {at for at in places if two_of_three(at, 1)},
        "near the lower": {at for at in places if two_of_three(at, -1)},
    }  # fmt: skip


def ours(values: Sequence[int]) -> dict[str, set[int]]:
    found = {rule: set[int]() for rule in RULES}
    for signal in signals(values, process_of(values)):
        [rule] = [rule for rule in RULES if rule in signal.words]
        found[rule] |= signal.at
    return found


def a_series(seed: int) -> list[int]:
    """Made-up months: noise, and in turn a drift, a step, a spike, a flat stretch or a sawtooth."""
    dice = random.Random(seed)
    length, level, noise = dice.randint(10, 24), dice.randint(0, 40), dice.choice([0, 1, 2, 5, 15])
    drift, step, spike = dice.choice([0, 0, 1, -1, 3]), dice.choice([0, 0, 8, -8]), dice.choice([0, 0, 40])
    middle = length // 2
    months = [
        level
        + drift * at
        + (step if at >= middle else 0)
        + (spike if at == middle else 0)
        + dice.randint(-noise, noise)
        for at in range(length)
    ]
    return [max(0, month) for month in months]


def test_a_thousand_series_show_what_the_published_rules_find() -> None:
    seen = dict.fromkeys(RULES, 0)
    for seed in range(1000):
        values = a_series(seed)
        wanted = published(values)
        assert ours(values) == wanted, (seed, values)
        for rule in RULES:
            seen[rule] += bool(wanted[rule])
    assert all(count >= 10 for count in seen.values()), f"each rule was tried: {seen}"


@settings(max_examples=500)
@given(st.lists(st.integers(0, 60), min_size=10, max_size=24) | st.lists(st.integers(0, 3), min_size=10, max_size=24))
def test_any_series_shows_what_the_published_rules_find(values: list[int]) -> None:
    assert ours(values) == published(values)


def test_the_published_example_of_the_limits() -> None:
    """The vignette "Deviations from Excel defaults": the workbook's figures are 6.95, 1.94 and -3.06."""
    values = [1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]
    process = process_of(values)
    assert [round(float(each), 2) for each in (process.upper, process.mean, process.lower)] == [6.95, 1.94, -3.06]
    assert process.drawn().lower == 0, "a count has no limit below zero"
    assert {at for signal in signals(values, process) for at in signal.at} == {4}, "one point is special, 17 are not"


@pytest.mark.parametrize(
    ("values", "rise", "fall"),
    [
        ([1, 2, 3, 4, 5, 6], set(), set()),
        ([1, 2, 3, 3, 4, 5, 6], set(), set()),
        ([1, 2, 3, 4, 5, 6, 7], set(range(7)), set()),
        ([2, 1, 2, 3, 4, 5, 6, 7, 3], set(range(1, 8)), set()),
        ([7, 6, 5, 4, 3, 2, 1], set(), set(range(7))),
        ([2, 7, 6, 5, 4, 3, 2, 1, 3], set(), set(range(1, 8))),
    ],
)
def test_the_published_cases_of_a_trend(values: list[int], rise: set[int], fall: set[int]) -> None:
    found = ours(values)
    assert (found["rise"], found["fall"]) == (rise, fall)


FAR, LIMIT, CLOSE, EDGE, ABOVE, BELOW = 30, 24, 20, 16, 1, -1
"""Distances from a mean whose limits lie 24 away: outside, on the limit, in the outer third, on its edge, on a side."""


@pytest.mark.parametrize(
    ("off", "flagged"),
    [
        ([CLOSE, ABOVE, CLOSE], {0, 2}),
        ([ABOVE, CLOSE, CLOSE], {1, 2}),
        ([CLOSE, CLOSE, ABOVE], {0, 1}),
        ([CLOSE, ABOVE, ABOVE, CLOSE], set()),
        ([CLOSE, ABOVE, ABOVE, CLOSE, CLOSE], {3, 4}),
        ([ABOVE, ABOVE, CLOSE, CLOSE, ABOVE, ABOVE], {2, 3}),
        ([CLOSE, BELOW, CLOSE], set()),
        ([BELOW, CLOSE, CLOSE], set()),
        ([CLOSE, CLOSE, BELOW], set()),
        ([CLOSE, 0, CLOSE], set()),
        ([CLOSE, FAR, ABOVE], set()),
        ([EDGE, ABOVE, EDGE], set()),
        ([LIMIT, ABOVE, LIMIT], {0, 2}),
    ],
)
def test_the_published_cases_of_two_in_three(off: list[int], flagged: set[int]) -> None:
    from fractions import Fraction

    from actiontrack.services.reporting.trend import Process

    process = Process(Fraction(100), Fraction(24))
    for side, words in ((1, "near the upper"), (-1, "near the lower")):
        found = signals([100 + side * each for each in off], process)
        assert {at for signal in found if words in signal.words for at in signal.at} == flagged
