"""Properties: whatever is written is read back by two readers, and nothing else moves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import load_workbook

from actiontrack_spreadsheet.workbook import Grid, SetCell, open_workbook, plan_and_write
from actiontrack_spreadsheet.workbook.dates import from_serial, to_serial
from actiontrack_spreadsheet.workbook.strings import decode_escapes, encode_escapes
from actiontrack_spreadsheet.workbook.xml import Splices, elements

Build = Callable[..., Path]
relaxed = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
numbers = st.integers(-(10**15) + 1, 10**15 - 1) | st.floats(allow_nan=False, allow_infinity=False)
days = st.dates(date(1900, 3, 1), date(9999, 12, 31))
moments = st.datetimes(datetime(1905, 1, 1), datetime(2200, 1, 1)).map(lambda moment: moment.replace(microsecond=0))
places = st.tuples(st.integers(1, 12), st.integers(1, 6))


def cells(grid: Grid) -> dict[tuple[int, int], Any]:
    return {(row, col): value for row in grid.rows for col, value in grid.row(row).items()}


@relaxed
@given(st.dictionaries(places, texts | numbers | days | moments | st.none(), min_size=1, max_size=12))
def test_what_is_written_is_read(build: Build, values: dict[tuple[int, int], Any]) -> None:
    path = build()
    before = open_workbook(path)
    wanted = cells(before.read("Plan"))
    edits = [SetCell("Plan", row, col, value) for (row, col), value in values.items()]
    plan_and_write(path, edits, expected_sha256=before.sha256, backup_dir=path.parent / "backups")
    wanted.update(values)
    after = open_workbook(path)
    expected = {place: plain(value) for place, value in wanted.items() if value not in (None, "")}
    assert cells(after.read("Plan")) == expected
    assert cells(after.read_sheet(after.sheets[0], fast=False)) == expected
    shown = load_workbook(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
    filled = {(r, c) for r, line in enumerate(shown, 1) for c, value in enumerate(line, 1) if value != ""}
    assert filled <= expected.keys()


def plain(value: Any) -> Any:
    midnight = isinstance(value, datetime) and value == datetime(value.year, value.month, value.day)
    return value.date() if midnight else value


@given(texts)
def test_escapes_round_trip(text: str) -> None:
    assert decode_escapes(encode_escapes(text)) == text


@given(st.booleans(), st.datetimes(datetime(1904, 1, 1), datetime(9999, 12, 30)))
def test_dates_round_trip_to_the_millisecond(date1904: bool, moment: datetime) -> None:
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert from_serial(to_serial(moment, date1904=date1904), date1904=date1904) == plain(moment)


@given(st.lists(st.sampled_from(["<a>", "</a>", "<b x='1'/>", "t", "<!-- <c> -->"]), max_size=12))
def test_offsets_are_where_the_elements_are(parts: list[str]) -> None:
    opened = 0
    text = "<r>"
    for part in parts:
        if part == "</a>" and not opened:
            continue
        opened += {"<a>": 1, "</a>": -1}.get(part, 0)
        text += part
    data = (text + "</a>" * opened + "</r>").encode()
    for element in elements(data):
        assert data[element.start :].startswith(f"<{element.name}".encode())
        assert data[: element.end].endswith(b">")
        assert element.empty == (element.name == "b")
        if not element.empty:
            assert data[element.close : element.end] == f"</{element.name}>".encode()
    assert Splices(data).result() == data
