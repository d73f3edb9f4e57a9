"""A task is changed in place: what is not ours to write stays, byte for byte."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from actiontrack_caldav.lines import Task, escaped, folded, unescaped
from actiontrack_caldav.mapping import record_of, write
from actiontrack_caldav.words import STATUS_WORDS

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
RICH = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//people//their program//EN
X-WR-CALNAME:Actions
BEGIN:VTIMEZONE
TZID:Custom/Zone
BEGIN:STANDARD
DTSTART:19701025T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
END:STANDARD
END:VTIMEZONE
BEGIN:VTODO
UID:abc@actiontrack
dtstamp:20261101T000000Z
X-ACTIONTRACK-REF:AT-0000-0000-0001
SUMMARY;LANGUAGE=en:Train every
  team
X-THEIRS;X-A="q:u;o":1;2,3 \\n is no text
CATEGORIES:Audit\\, internal,Blocked,Teams
STATUS:IN-PROCESS
GEO:53.5;-2.2
RRULE:FREQ=MONTHLY
ATTENDEE;CN="Post: 3":mailto:post3@example.org
ATTACH:https://example.org/minutes
ATTACH;VALUE=BINARY;ENCODING=BASE64:AAAA
DESCRIPTION:Nine teams
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:An alarm's own
SUMMARY:An alarm's own
TRIGGER:-P1D
END:VALARM
END:VTODO
BEGIN:VTODO
UID:abc@actiontrack
RECURRENCE-ID:20261201T090000Z
SUMMARY:Another time
STATUS:COMPLETED
END:VTODO
END:VCALENDAR
""".replace("\n", "\r\n")


def test_what_is_not_written_stays_byte_for_byte() -> None:
    task = Task(RICH)
    assert str(task) == RICH
    after = {"text": "Train all", "status": "Blocked", "current_due": date(2026, 3, 29), "progress": "Ten teams"}
    write(task, after, NOW)
    before, now = RICH.splitlines(), str(task).splitlines()
    ours = {
        "SUMMARY:Train all", "DUE;VALUE=DATE:20260329", "DESCRIPTION:Ten teams", "LAST-MODIFIED:20261124T090000Z",
    }  # fmt: skip
    assert set(now) - set(before) == ours
    assert set(before) - set(now) == {"SUMMARY;LANGUAGE=en:Train every", "  team", "DESCRIPTION:Nine teams"}
    assert [line for line in now if line not in ours] == [line for line in before if line in now], (
        "and in the order they stood in"
    )


def test_another_occurrence_and_an_alarm_have_words_of_their_own() -> None:
    fields = record_of("abc.ics", Task(RICH)).fields
    assert (fields["text"], fields["progress"], fields["status"]) == ("Train every team", "Nine teams", "Blocked")
    assert fields["evidence"] == "https://example.org/minutes"
    swapped = Task(
        RICH.replace("UID:abc@actiontrack\r\ndtstamp", "UID:abc@actiontrack\r\nRECURRENCE-ID:20261101\r\ndtstamp")
        .replace("RECURRENCE-ID:20261201T090000Z\r\n", "")
    )  # fmt: skip
    assert record_of("abc.ics", swapped).fields["text"] == "Another time"


def test_what_is_no_task_is_none() -> None:
    for source in ("", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", "BEGIN:VTODO\r\n"):
        with pytest.raises(ValueError):
            Task(source)


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('\n;,\\:"'), max_size=400)


@given(texts, texts)
def test_any_text_is_read_as_it_was_written_by_us_and_by_a_calendar_library(summary: str, description: str) -> None:
    task = Task(RICH)
    write(task, {"text": summary or "x", "progress": description}, NOW)
    fields = record_of("x", Task(str(task))).fields
    assert (fields["text"] or "", fields["progress"] or "") == ((summary or "x").strip(), description.strip())
    (read, _) = Calendar.from_ical(str(task)).walk("VTODO")
    assert str(read["SUMMARY"]) == (summary or "x")
    assert str(read.get("DESCRIPTION", "")) == description
    assert all(len(line.encode()) <= 75 for line in str(task).split("\r\n"))


@given(texts)
def test_escaping_and_folding_are_undone(text: str) -> None:
    assert unescaped(escaped(text)) == text
    task = Task(f"BEGIN:VTODO\r\n{folded('COMMENT', escaped(text))}END:VTODO\r\n")
    assert unescaped(task.value("COMMENT")) == text


# --- status -----------------------------------------------------------------------------------------------------------


def status(*lines: str) -> object:
    body = "".join(f"{line}\r\n" for line in lines)
    return record_of("x", Task(f"BEGIN:VTODO\r\nSUMMARY:x\r\n{body}END:VTODO\r\n")).fields["status"]


@given(st.lists(st.sampled_from(sorted(STATUS_WORDS)), min_size=1, max_size=5))
def test_every_word_is_read_as_it_was_written_whatever_stood_there(words: list[str]) -> None:
    task = Task(RICH)
    for word in words:
        write(task, {"status": word}, NOW)
        assert record_of("x", task).fields["status"] == word
        assert {"Audit, internal", "Teams"} <= set(task.items("CATEGORIES"))
        assert task.has("COMPLETED") == (task.value("STATUS") == "COMPLETED")


def test_a_category_counts_only_beside_a_state_it_belongs_to() -> None:
    assert status("STATUS:NEEDS-ACTION", "CATEGORIES:blocked") == "Blocked"
    assert status("STATUS:COMPLETED", "CATEGORIES:Blocked") == "COMPLETED", "ticked: it is done"
    assert status("STATUS:NEEDS-ACTION", "CATEGORIES:Verified") == "NEEDS-ACTION", "opened again"
    assert status("STATUS:COMPLETED", "CATEGORIES:Verified") == "Verified"


def test_programs_that_leave_status_out_say_it_otherwise() -> None:
    assert status() == "NEEDS-ACTION"
    assert status("PERCENT-COMPLETE:0") == "NEEDS-ACTION"
    assert status("PERCENT-COMPLETE:40") == "IN-PROCESS"
    assert status("COMPLETED:20261101T000000Z") == "COMPLETED"
    assert status("STATUS:x-waiting") == "X-WAITING", "asked about, not guessed"
