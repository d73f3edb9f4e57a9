"""How long overdue actions have been overdue."""

from __future__ import annotations

from collections.abc import Iterable

from actiontrack.domain.report import Chart, Column, Table
from actiontrack.services.reporting.charts import bars

BUCKETS = (("1-30", 1, 30), ("31-90", 31, 90), ("91-180", 91, 180), (">180", 181, None))
"""Key, first and last calendar day overdue (None: no end), as the Board's figures are kept."""

_LABELS = {"1-30": "1–30 days", "31-90": "31–90 days", "91-180": "91–180 days", ">180": "over 180 days"}


def ageing(days_overdue: Iterable[int]) -> tuple[tuple[str, int], ...]:
    """Count overdue actions by bucket, every bucket there even where it is 0. Each number of days is at least 1."""
    counts = dict.fromkeys((key for key, _, _ in BUCKETS), 0)
    for days in days_overdue:
        counts[bucket_of(days)] += 1
    return tuple(counts.items())


def bucket_of(days: int) -> str:
    """The key of the bucket that so many calendar days overdue fall in."""
    return next(key for key, _, last in BUCKETS if last is None or days <= last)


def ageing_chart(counts: tuple[tuple[str, int], ...]) -> Chart:
    """The drawing, its words and its table."""
    total = sum(count for _, count in counts)
    labelled = [(_LABELS[key], count) for key, count in counts]
    title = "Overdue actions by how long they have been overdue"
    alt = f"Bar chart of {total} overdue action{'' if total == 1 else 's'}: " + ", ".join(
        f"{count} by {label}" for label, count in labelled
    )
    table = Table(
        key="ageing",
        caption=title,
        columns=(
            Column("days", "Days overdue"),
            Column("actions", "Actions", "number"),
            Column("share", "Share of overdue actions", "rate", "–"),
        ),
        rows=tuple((label, count, count / total if total else None) for label, count in labelled),
        empty="Nothing is overdue.",
    )
    return Chart("ageing-chart", title, f"{alt}.", bars("ageing-chart", title, f"{alt}.", labelled), table)
