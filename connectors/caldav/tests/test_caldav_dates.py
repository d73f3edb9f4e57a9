"""Due dates, as programs write them, and ours in their place."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from actiontrack.api import Unread
from actiontrack_caldav.lines import Task
from actiontrack_caldav.mapping import record_of, write

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def task(*lines: str) -> Task:
    body = "".join(f"{line}\r\n" for line in lines)
    return Task(f"BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:1\r\nSUMMARY:x\r\n{body}END:VTODO\r\nEND:VCALENDAR\r\n")


def due(*lines: str) -> object:
    return record_of("x", task(*lines)).fields["current_due"]


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("DUE;VALUE=DATE:20260329", date(2026, 3, 29)),
        ("DUE:20260329", date(2026, 3, 29)),
        ("DUE;TZID=Europe/London:20260329T003000", date(2026, 3, 29)),
        ("DUE;TZID=Europe/Berlin:20261025T000000", date(2026, 10, 25)),
        ("DUE;TZID=GMT Standard Time:20261025T003000", date(2026, 10, 25)),
        ("DUE;TZID=/made/up:20261025T235900", date(2026, 10, 25)),
        ("DUE:20261025T013000", date(2026, 10, 25)),
        ("DUE:20261024T233000Z", datetime(2026, 10, 24, 23, 30, tzinfo=UTC)),
    ],
)
def test_the_day_is_the_one_that_was_chosen(line: str, day: date) -> None:
    assert due(line) == day


def test_a_start_and_how_long_it_takes() -> None:
    assert due("DTSTART;VALUE=DATE:20260320", "DURATION:P9D") == date(2026, 3, 29)
    assert due("DTSTART;VALUE=DATE:20260320") is None
    assert due("DURATION:P9D") is None


@pytest.mark.parametrize("line", ["DUE:soon", "DUE;VALUE=DATE:20261399", "DUE:"])
def test_what_is_no_date_is_asked_about(line: str) -> None:
    found = due(line)
    assert isinstance(found, Unread)
    assert found.why
    assert found.do


@given(
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.sampled_from(
        ["", "DTSTART;VALUE=DATE:19990101", "DTSTART:19990101T090000Z", "DTSTART;TZID=Europe/London:19990101T090000",
         "DTSTART:19990101T090000"],
    ),
)  # fmt: skip
def test_a_day_that_is_written_reads_back_the_same_and_is_of_the_kind_of_the_start(day: date, start: str) -> None:
    written = task(*filter(None, (start, "DURATION:P1D")))
    write(written, {"current_due": day}, NOW)
    found = record_of("x", written).fields["current_due"]
    assert (found.date() if isinstance(found, datetime) else found) == day
    (read,) = Calendar.from_ical(str(written)).walk("VTODO")
    assert "DURATION" not in read
    kind = type(read.decoded("DTSTART")) if start else date
    assert type(read.decoded("DUE")) is kind
    write(written, {"current_due": None}, NOW)
    assert record_of("x", written).fields["current_due"] is None
