"""The trend of overdue actions: an XmR (statistical process control) chart, as the NHS's Making Data Count draws it.

The limits are mean ± 2.66 × mean moving range, of all points (its workbooks screen no outliers). What is not chance:
a point outside them; seven in a row on one side of the mean; seven in a row that all rise or all fall; two of three
in a row, all three on one side of the mean, in the outer third between the mean and the limit. Everything is compared
in exact fractions, so that a point on a limit is never outside it by a rounding. Under ten points limits mean nothing:
there are words only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
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


@dataclass(frozen=True, slots=True)
class Process:
    """The mean, and how far chance alone reaches on either side of it."""

    mean: Fraction
    reach: Fraction

    @property
    def upper(self) -> Fraction:
        """The upper process limit."""
        return self.mean + self.reach

    @property
    def lower(self) -> Fraction:
        """The lower process limit. It may lie below zero, where no count can."""
        return self.mean - self.reach

    def drawn(self) -> Limits:
        """As it is drawn and told: a count cannot fall below zero, so neither does its lower limit."""
        return Limits(float(self.mean), max(0.0, float(self.lower)), float(self.upper))


@dataclass(frozen=True, slots=True)
class Signal:
    """Something that is not chance, in a clause; in a word or two, of one of its points; and where those are."""

    words: str
    short: str
    at: frozenset[int]


def process_of(values: Sequence[int]) -> Process:
    """The process that two or more points come from."""
    moving = [abs(after - before) for before, after in pairwise(values)]
    return Process(Fraction(sum(values), len(values)), Fraction(266, 100) * Fraction(sum(moving), len(moving)))


def signals(values: Sequence[int], process: Process) -> list[Signal]:
    """What is not chance. A rise of overdue actions is for the worse, so each way has its own words."""
    off = [value - process.mean for value in values]
    steps = [after - before for before, after in pairwise(values)]
    found = []
    for side, way, limit, moves in ((1, "above", "upper", "rise"), (-1, "below", "lower", "fall")):
        out = [side * each for each in off]
        outside = frozenset(at for at, each in enumerate(out) if each > process.reach)
        run = _runs([each > 0 for each in out])
        trend = _ends(_runs([side * step > 0 for step in steps], _RUN - 1))
        near = _near(out, process.reach)
        found += [
            Signal(f"a month lies {way} the {limit} limit", f"{way} the {limit} limit", outside),
            Signal(f"{_RUN} or more months in a row lie {way} the mean", f"in a run {way} the mean", run),
            Signal(f"{_RUN} or more months in a row {moves}", f"in a run that {moves}s", trend),
            Signal(f"two of three months in a row lie near the {limit} limit", f"near the {limit} limit", near),
        ]
    return [signal for signal in found if signal.at]


def trend(points: Points) -> tuple[tuple[str, ...], Table, Chart | None]:
    """The sentences, the table of points, and the chart where there are enough of them."""
    if len(points) < LEAST_POINTS:
        return _in_words(points), _table(points, ()), None
    values = [value for _, value in points]
    process = process_of(values)
    limits = process.drawn()
    found = signals(values, process)
    table = _table(points, found)
    verdict = _verdict(found, len(values) - 1)
    span = f"between {limits.lower:.1f} and {limits.upper:.1f}"
    first = (
        f"Over {len(values)} months the mean is {limits.mean:.1f} overdue actions at a month's end; "
        f"by chance alone a month would lie {span}."
    )
    title = "Overdue actions at the end of each month, with limits of chance"
    labelled = [(f"{day:%m/%Y}", value) for day, value in points]
    alt = f"Line chart of {len(values)} months, from {values[0]} to {values[-1]} overdue actions. {first} {verdict}"
    marked = {position for signal in found for position in signal.at}
    drawing = xmr("trend-chart", title, alt, labelled, limits, marked)
    return (first, verdict), table, Chart("trend-chart", title, alt, drawing, table)


def _table(points: Points, found: Sequence[Signal]) -> Table:
    """Beside each month what it is a signal of, so that the rings of the drawing are told as well."""
    columns = (
        Column("month_end", "Month end", "date"),
        Column("overdue", "Overdue actions", "number"),
        Column("signal", "More than chance", missing="–"),
    )
    return Table(
        key="trend",
        caption="Overdue actions at the end of each month",
        columns=columns,
        rows=tuple(
            (day, value, "; ".join(signal.short for signal in found if at in signal.at))
            for at, (day, value) in enumerate(points)
        ),
        empty="No month has ended since the record began.",
    )


def _verdict(found: Sequence[Signal], newest: int) -> str:
    if not found:
        return "The months vary no more than chance would make them: nothing here shows a change, for better or worse."
    what = "; ".join(signal.words for signal in found)
    now = any(newest in signal.at for signal in found)
    when = "The newest month is one of them." if now else "The newest month is not one of them."
    return f"This is more than chance: {what}. {when} Ask what changed."


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


def _ends(steps: frozenset[int]) -> frozenset[int]:
    """The points between which the steps lie."""
    return frozenset(at for step in steps for at in (step, step + 1))


def _near(out: Sequence[Fraction], reach: Fraction) -> frozenset[int]:
    """Points in the outer third up to the limit, where two of three in a row are so and all three on this side.

    `out` are distances from the mean, positive on the side of the limit.
    """
    close = [reach * Fraction(2, 3) < each <= reach for each in out]
    found: set[int] = set()
    for start in range(len(out) - 2):
        three = range(start, start + 3)
        if sum(close[at] for at in three) >= 2 and all(out[at] > 0 for at in three):
            found.update(at for at in three if close[at])
    return frozenset(found)
