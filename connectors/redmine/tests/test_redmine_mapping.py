"""What an issue says, and what is sent so that it says something else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actiontrack_redmine.mapping import Fields, body, record_of, split
from actiontrack_redmine.mark import Mark, print_of, read_mark
from actiontrack_redmine.notes import progress_of

FIELDS = Fields(ref=1, sync=2, text=3)
_WORDS = st.from_regex(r"[!-,.-~]{1,20}", fullmatch=True)


def _issue(**changes: Any) -> dict[str, Any]:
    customs = {1: "AT-7K3M-9QWX-2HFC", 2: str(Mark("op", write="op")), 3: ""} | changes.pop("customs", {})
    issue = {"id": 7, "subject": "Train every team", "status": {"id": 1, "name": "New"}, "due_date": None, **changes}
    return issue | {"custom_fields": [{"id": number, "value": value} for number, value in customs.items()]}


def _written(text: str) -> dict[str, Any]:
    """An issue as it is once we wrote this text."""
    sent = body({"text": text}, FIELDS, {}, Mark("op", write="op"), "AT-1")
    return _issue(subject=sent["subject"], customs={each["id"]: each["value"] for each in sent["custom_fields"]})


def _text(issue: dict[str, Any]) -> Any:
    return record_of(issue, FIELDS, "").fields["text"]


def _changed(issue: dict[str, Any], whole: str) -> dict[str, Any]:
    others = [each for each in issue["custom_fields"] if each["id"] != FIELDS.text]
    return issue | {"custom_fields": [*others, {"id": FIELDS.text, "value": whole}]}


@given(created=_WORDS, seen=st.integers(0), subject=_WORDS, text=_WORDS, write=_WORDS)
def test_a_mark_is_read_as_it_was_written(created: str, seen: int, subject: str, text: str, write: str) -> None:
    mark = Mark(created, seen, subject, text, write)
    assert read_mark(str(mark)) == mark


@pytest.mark.parametrize("said", ["", "whatever a person types", "op x - - op", "op 1 - -"])
def test_what_is_no_mark(said: str) -> None:
    assert read_mark(said) is None


@given(st.text(min_size=1).filter(lambda text: text == text.strip() and text != "AT-7K3M-9QWX-2HFC"))
def test_any_text_is_read_as_it_was_written(text: str) -> None:
    assert len(split(text)[0]) <= 255
    assert _text(_written(text)) == text


def test_whichever_of_the_two_a_person_edits_counts() -> None:
    issue = _written("All of it. " * 100 + "End")
    assert _text(issue | {"subject": "Another text"}) == "Another text"
    assert _text(_changed(issue, "Another whole text")) == "Another whole text"
    both = _changed(issue, "Another whole text") | {"subject": "Another subject"}
    assert _text(both) == "Another subject\nAnother whole text"


def test_a_text_that_is_withheld_shows_the_action_id() -> None:
    sent = body({"text": None}, FIELDS, {}, Mark("op"), "AT-7K3M-9QWX-2HFC")
    assert sent["subject"] == "AT-7K3M-9QWX-2HFC"
    assert _text(_issue(subject="AT-7K3M-9QWX-2HFC")) is None


def test_only_what_is_asked_for_is_sent() -> None:
    after = {"current_due": date(2026, 3, 29), "status": "Closed"}
    sent = body(after, FIELDS, {"Closed": 5}, Mark("op", write="op-2"), "AT-1")
    assert sent == {
        "due_date": "2026-03-29", "status_id": 5, "custom_fields": [{"id": 2, "value": "op 0 - - op-2"}],
    }  # fmt: skip
    assert "status_id" not in body({"status": "Nowhere"}, FIELDS, {"Closed": 5}, Mark("op"), "AT-1")


def test_a_version_is_blind_to_what_is_not_mapped() -> None:
    one, two = record_of(_issue(), FIELDS, ""), record_of(_issue(done_ratio=40, description="x"), FIELDS, "")
    assert one.version == two.version
    assert one.version != record_of(_issue(), FIELDS, "A note").version


def _note(number: int, text: str, mark: str = "", **more: Any) -> dict[str, Any]:
    details = [{"property": "cf", "name": "2", "old_value": "", "new_value": mark}] if mark else []
    return {"id": number, "notes": text, "details": details, **more}


def test_progress_is_our_newest_note_and_theirs_since() -> None:
    theirs = [_note(1, "One"), _note(2, "Two")]
    assert progress_of({"journals": theirs}, 2) == "One\n\nTwo"
    ours = _note(4, "The Board asks", str(Mark("op", seen=2, write="op-2")))
    assert progress_of({"journals": [*theirs, ours]}, 2) == "The Board asks"
    assert progress_of({"journals": [*theirs, ours, _note(5, "Two")]}, 2) == "The Board asks\n\nTwo"
    quicker = [*theirs, _note(3, "Just before"), ours]
    assert progress_of({"journals": quicker}, 2) == "The Board asks\n\nJust before", "it had not been read"


def test_private_notes_and_changes_without_words_are_not_told() -> None:
    journals = [_note(1, "For us alone", private_notes=True), _note(2, ""), _note(3, "", str(Mark("op")))]
    assert progress_of({"journals": journals}, 2) == ""


def test_prints_do_not_tell_white_space_apart() -> None:
    assert print_of("a  b\r\n") == print_of("a b\n")
    assert print_of("a b") != print_of("ab")
