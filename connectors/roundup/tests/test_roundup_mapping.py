"""What an issue says, and what is sent so that it says something else."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actiontrack.api import Unread
from actiontrack_roundup.mapping import Mark, mark_of, properties, record_of, told_by
from actiontrack_roundup.options import RoundupOptions

_WORDS = st.from_regex(r"[!-,.-~]{1,20}", fullmatch=True)


def _issue(messages: tuple[int, ...] = (), mark: str = "", **changes: Any) -> dict[str, Any]:
    issue = {
        "id": "7", "title": "Train every team", "status": {"id": "1", "name": "unread"}, "due": None,
        "action_id": "AT-7K3M-9QWX-2HFC", "action_sync": mark, "messages": [{"id": str(each)} for each in messages],
    }  # fmt: skip
    return issue | changes


@given(created=_WORDS, seen=st.integers(0), note=st.integers(0), write=_WORDS)
def test_a_mark_is_read_as_it_was_written(created: str, seen: int, note: int, write: str) -> None:
    mark = Mark(created, seen, note, write)
    assert mark_of(_issue(mark=str(mark))) == mark


@pytest.mark.parametrize("said", ["", "whatever a person types", "actiontrack op x 0 op", "actiontrack op 1 0"])
def test_what_is_no_mark(said: str) -> None:
    assert mark_of(_issue(mark=said)) == Mark()


def test_progress_is_our_newest_message_and_theirs_since() -> None:
    says = {"1": "One", "2": "Two\n", "3": "Just before", "4": "The Board asks", "10": "Ten"}
    ours = str(Mark("op", seen=2, note=4, write="op-2"))

    def progress(messages: tuple[int, ...], mark: str = "") -> Any:
        return record_of(_issue(messages, mark), says).fields["progress"]

    assert progress((2, 1)) == "One\n\nTwo"
    assert progress((1, 2, 4), ours) == "The Board asks"
    assert progress((10, 1, 2, 4), ours) == "The Board asks\n\nTen"
    assert progress((1, 2, 3, 4), ours) == "The Board asks\n\nJust before", "it had not been read"
    assert told_by(_issue((1, 2, 3), ours)) == ["3"], "our own was taken away there"


def test_a_day_is_noon_there_and_an_instant_here() -> None:
    assert properties({"current_due": date(2026, 3, 29)}, {}, "")["due"] == "2026-03-29.12:00:00"
    assert properties({"current_due": None}, {}, "")["due"] == ""
    summer = record_of(_issue(due="2026-06-30.23:00:00"), {}).fields["current_due"]
    assert summer == datetime(2026, 6, 30, 23, tzinfo=UTC), "midnight of 1 July in London"
    assert isinstance(record_of(_issue(due="soon"), {}).fields["current_due"], Unread)


def test_a_text_that_is_withheld_shows_the_action_id() -> None:
    assert properties({"text": None}, {}, "AT-1") == {"title": "AT-1"}
    assert record_of(_issue(title="AT-7K3M-9QWX-2HFC"), {}).fields["text"] is None


def test_a_status_it_does_not_have_is_not_sent() -> None:
    assert properties({"status": "resolved"}, {"resolved": "8"}, "") == {"status": "8"}
    assert properties({"status": "nowhere"}, {"resolved": "8"}, "") == {}


def test_a_version_is_blind_to_what_is_not_mapped() -> None:
    one, two = (
        record_of(_issue(), {}),
        record_of(_issue(activity="2026-11-26.02:00:00", mark="actiontrack - 0 0 x"), {}),
    )
    assert one.version == two.version
    assert one.version != record_of(_issue(title="Another"), {}).version


def test_there_is_one_way_in() -> None:
    told = {"url": "https://issues.example.org/agency", "user": "actiontrack"}
    with pytest.raises(ValueError, match="a password or a token"):
        RoundupOptions.model_validate(told)
    RoundupOptions.model_validate({**told, "token": {"env": "X"}})
