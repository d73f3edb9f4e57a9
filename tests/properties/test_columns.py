"""Columns on paper: never wider than the page together, and as wide as what they hold where there is room."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actiontrack.domain.columns import column_widths, fits
from actiontrack.domain.report import Column, Table

ROOM, HEIGHT = 267.0, 3.2
kinds = st.sampled_from(["text", "code", "number", "rate", "date"])
columns = st.lists(st.tuples(kinds, st.text(max_size=30), st.lists(st.text(max_size=200), min_size=3, max_size=3)))


def widths(*told: tuple[str, str, list[str]], room: float = ROOM) -> list[float]:
    """Of columns told as kind, title and the texts of three rows."""
    table = Table("t", "?", tuple(Column(f"c{at}", title, kind) for at, (kind, title, _) in enumerate(told)), (), "")
    return column_widths(table, list(zip(*(texts for _, _, texts in told), strict=True)), room, HEIGHT)


@given(columns.filter(bool))
def test_they_fit_on_the_page(told: list[tuple[str, str, list[str]]]) -> None:
    found = widths(*told)
    assert len(found) == len(told)
    assert min(found) > 0
    assert sum(found) <= ROOM + 0.01 * len(told)


@given(columns.filter(bool))
def test_more_room_makes_none_narrower(told: list[tuple[str, str, list[str]]]) -> None:
    assert all(wide >= narrow - 0.02 for narrow, wide in zip(widths(*told), widths(*told, room=2 * ROOM), strict=True))


def test_dates_and_codes_stay_on_one_line_and_long_texts_get_the_rest() -> None:
    long = "Record the reasons whenever capacity is presumed after repeated refusals of care or food. " * 3
    ref, text, due, count = widths(
        ("code", "Action ID", ["AT-4C2E-PJM7-05K0"] * 3), ("text", "Action", [long] * 3),
        ("date", "Due", ["30 September 2026"] * 3), ("number", "Days overdue", ["7"] * 3),
    )  # fmt: skip
    assert fits("AT-4C2E-PJM7-05K0", ref, HEIGHT)
    assert due > len("30 September 2026") * 0.55 * HEIGHT
    assert fits("overdue", count, HEIGHT)
    assert text > ref + due + count


def test_a_table_that_holds_little_does_not_spread_over_the_page() -> None:
    assert sum(widths(("text", "Days overdue", ["1–30 days"] * 3), ("number", "Actions", ["12"] * 3))) < ROOM / 3


def test_a_long_text_beside_a_longer_one_gets_its_share() -> None:
    short, long = widths(("text", "A", ["word " * 30] * 3), ("text", "B", ["word " * 300] * 3))
    assert short == pytest.approx(long, rel=0.3)
