"""The trend of overdue actions: an XmR (statistical process control) chart, as the NHS's Making Data Count draws it.

The limits are mean ± 2.66 × mean moving range. Under ten points limits mean nothing, so there are words only.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from actiontrack.domain.report import Chart, Column, Table, day_in_words
from actiontrack.services.reporting.charts import Limits, xmr

LEAST_POINTS = 10
MOST_POINTS = 24
_RUN = 7
"""So many points on one side of the mean, or all rising or all falling, are no chance."""

Points = Sequence[tuple[date, int]]


def month_ends(first: date, last: date) -> list[date]:
    """The last day of every month from `first` up to `last`, the newest MOST_POINTS of them."""
    ends: list[date] = []
    day = date(first.year, first.month, 1)
    while True:
        following = (day + timedelta(days=32)).replace(day=1)
        end = following - timedelta(days=1)
        if end > last:
            return ends[-MOST_POINTS:]
        ends.append(end)
        day = following


def limits_of(values: Sequence[int]) -> Limits:
    """Mean and natural process limits; a count cannot fall below zero, so neither does the lower limit."""
    mean = sum(values) / len(values)
    moving = [abs(after - before) for before, after in pairwise(values)]
    spread = 2.66 * sum(moving) / len(moving)
    return Limits(mean, max(0.0, mean - spread), mean + spread)


def signals(values: Sequence[int], limits: Limits) -> list[tuple[str, frozenset[int]]]:
    """What is not chance, in words, each with the positions of the points that show it."""
    found = []
    outside = frozenset(i for i, value in enumerate(values) if value > limits.upper or value < limits.lower)
    if outside:
        found.append(("a month lies outside the limits", outside))
    above = _runs([value > limits.mean for value in values])
    below = _runs([value < limits.mean for value in values])
    if above or below:
        found.append((f"{_RUN} or more months in a row lie on one side of the mean", above | below))
    steps = [after - before for before, after in pairwise(values)]
    trend = _runs([step > 0 for step in steps], _RUN - 1) | _runs([step < 0 for step in steps], _RUN - 1)
    if trend:
        moving = frozenset(i for start in trend for i in (start, start + 1))
        found.append((f"{_RUN} months in a row all rise or all fall", moving))
    near = _near_a_limit(values, limits)
    if near:
        found.append(("two of three months in a row lie near a limit", near))
    return found


def trend(points: Points) -> tuple[tuple[str, ...], Table, Chart | None]:
    """The sentences, the table of points, and the chart where there are enough of them."""
    table = Table(
        key="trend",
        caption="Overdue actions at the end of each month",
        columns=(Column("month_end", "Month end", "date"), Column("overdue", "Overdue actions", "number")),
        rows=tuple(points),
        empty="No month has ended since the record began.",
    )
    if len(points) < LEAST_POINTS:
        return _in_words(points), table, None
    values = [value for _, value in points]
    limits = limits_of(values)
    found = signals(values, limits)
    what = "; ".join(words for words, _ in found)
    verdict = (
        f"This is more than chance: {what}. Ask what changed."
        if found
        else "The months vary no more than chance would make them: nothing here shows a change, for better or worse."
    )
    span = f"between {limits.lower:.1f} and {limits.upper:.1f}"
    first = (
        f"Over {len(values)} months the mean is {limits.mean:.1f} overdue actions at a month's end; "
        f"by chance alone a month would lie {span}."
    )
    says = (first, verdict)
    title = "Overdue actions at the end of each month, with limits of chance"
    labelled = [(f"{day:%m/%Y}", value) for day, value in points]
    alt = f"Line chart of {len(values)} months, from {values[0]} to {values[-1]} overdue actions. {first} {verdict}"
    marked = {position for _, positions in found for position in positions}
    return (
        says,
        table,
        Chart("trend-chart", title, alt, xmr("trend-chart", title, alt, labelled, limits, marked), table),
    )


def _in_words(points: Points) -> tuple[str, ...]:
    count = len(points)
    months = f"{count} month end" + ("" if count == 1 else "s")
    why = (
        f"A control chart needs at least {LEAST_POINTS} points; there {'is' if count == 1 else 'are'} {months} so far."
    )
    if count < 2:
        return (why, "There is nothing to compare yet.")
    (first_day, first), (last_day, last) = points[0], points[-1]
    way = "has risen" if last > first else "has fallen" if last < first else "is the same"
    ends = f"{first} on {day_in_words(first_day)}, {last} on {day_in_words(last_day)}"
    return why, f"The number of overdue actions {way}: {ends}. With so few points this may be chance."


def _runs(flags: Sequence[bool], least: int = _RUN) -> frozenset[int]:
    """The positions in every unbroken run of at least `least` true flags."""
    found: set[int] = set()
    start = 0
    for position, flag in enumerate([*flags, False]):
        if flag:
            continue
        if position - start >= least:
            found.update(range(start, position))
        start = position + 1
    return frozenset(found)


def _near_a_limit(values: Sequence[int], limits: Limits) -> frozenset[int]:
    """Positions where two of three points in a row lie in the outer third between the mean and the same limit."""
    found: set[int] = set()
    for limit in (limits.upper, limits.lower):
        edge = limits.mean + (limit - limits.mean) * 2 / 3
        if edge == limits.mean:
            continue
        outer = [value >= edge if limit > limits.mean else value <= edge for value in values]
        for start in range(len(values) - 2):
            three = [start + step for step in range(3) if outer[start + step]]
            if len(three) >= 2:
                found.update(three)
    return frozenset(found)
