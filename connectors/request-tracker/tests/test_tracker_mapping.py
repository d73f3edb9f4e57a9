"""Tickets as records and back, without a server."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from actiontrack.api import Unread, UserError
from actiontrack_request_tracker.fields import BOARDS, CUSTOM, KEYS, LONGEST_TITLE, TITLE_TEXT
from actiontrack_request_tracker.mapping import TicketMapping, alike, title_of
from actiontrack_request_tracker.options import TrackerOptions
from actiontrack_request_tracker.setting_up import Wanted, script
from actiontrack_request_tracker.writing import _races

ALL = {each.name for each in (*KEYS, TITLE_TEXT, *CUSTOM.values(), *BOARDS.values())}
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n"), max_size=400)


def mapping(zone: str = "Europe/London", present: Any = ALL, *, board: bool = False) -> TicketMapping:
    return TicketMapping(present, zone, board=board)


def shown(changes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The ticket as RT shows it once these changes are in."""
    custom = dict.fromkeys(ALL, "") | changes.get("CustomFields", {})
    fields = [{"id": str(at), "name": name, "values": [value] if value else []}
              for at, (name, value) in enumerate(custom.items())]  # fmt: skip
    core = {name: value for name, value in changes.items() if name != "CustomFields"}
    if "Due" in core:
        core["Due"] = f"{core['Due'].replace(' ', 'T')}Z" if core["Due"] else "1970-01-01T00:00:00Z"
    return {"id": "7", "Subject": "", "Status": "not started", **core, "CustomFields": fields, **more}


@given(TEXTS)
def test_a_text_comes_back_whole(text: str) -> None:
    text = text.strip()
    changes = mapping().changes({"text": text}, "op1")
    assert len(changes["Subject"].encode()) <= LONGEST_TITLE
    assert "\n" not in changes["Subject"]
    record = mapping().record(shown(changes))
    assert record.fields["text"] == text
    assert record.op_id == "op1"


@given(TEXTS, TEXTS)
def test_a_subject_that_a_person_changed_is_never_passed_over(text: str, typed: str) -> None:
    text, typed = text.strip(), " ".join(typed.split())
    changes = mapping().changes({"text": text}, "op1")
    if typed == changes["Subject"]:
        return
    told = mapping().record(shown(changes, Subject=typed)).fields["text"]
    assert told == typed or (isinstance(told, Unread) and told.shown == typed)


@pytest.mark.parametrize("zone", ["Europe/London", "UTC", "Pacific/Auckland", "America/New_York"])
@given(day=st.dates(date(2000, 1, 1), date(2060, 1, 1)))
def test_a_due_day_is_that_day_in_the_boards_zone(zone: str, day: date) -> None:
    changes = mapping(zone).changes({"current_due": day}, "")
    due = mapping(zone).record(shown(changes)).fields["current_due"]
    assert isinstance(due, datetime)
    assert due.astimezone(ZoneInfo(zone)).date() == day
    assert mapping(zone).alike(day, due)


@pytest.mark.parametrize(
    ("day", "sent"), [(date(2026, 3, 29), "2026-03-29 22:59:00"), (date(2026, 10, 25), "2026-10-25 23:59:00")]
)
def test_the_ends_of_the_days_on_which_the_clocks_change(day: date, sent: str) -> None:
    assert mapping().changes({"current_due": day}, "")["Due"] == sent


def test_no_date_is_rts_null_date_and_comes_back_as_none() -> None:
    assert mapping().record(shown(mapping().changes({"current_due": None}, ""))).fields["current_due"] is None


def test_every_custom_field_comes_back() -> None:
    for board in (False, True):
        able = mapping(board=board)
        names = [name for name in able.columns if name not in ("text", "status", "current_due")]
        days = ("look_again", "original_due")
        after = {name: date(2026, 12, 24) if name in days else f"the {name}" for name in names}
        found = able.record(shown(able.changes(after, ""))).fields
        assert {name: found[name] for name in names} == after
        assert ("review" in names) == board


def test_a_version_changes_with_what_is_mapped_and_with_nothing_else() -> None:
    one = shown(mapping().changes({"text": "Train", "priority": "High"}, "op1"))
    version = mapping().record(one).version
    assert mapping().record({**one, "LastUpdated": "2026-11-24T09:00:00Z"}).version == version
    assert mapping().record({**one, "Status": "in progress"}).version != version
    assert mapping().record(shown(mapping().changes({"text": "Train", "priority": "Low"}, "op1"))).version != version


def test_without_a_field_for_the_whole_text_no_more_is_offered_than_fits() -> None:
    present = ALL - {TITLE_TEXT.name}
    assert mapping(present=present).limits == {"text": LONGEST_TITLE}
    assert mapping().limits == {}


@pytest.mark.parametrize("zero", [0, 1])
def test_what_others_wrote_meanwhile_is_told_whatever_the_order(zero: int) -> None:
    ours = {"Field": "Subject", "NewValue": "Ours"}
    theirs = {"Field": "Subject", "NewValue": "Theirs"}
    other = {"Field": "12", "NewValue": "https://example.org"}
    changes = [ours, theirs, other] if zero else [theirs, ours, other]
    assert _races({"Subject": "Ours"}, changes, {"12": "Evidence"}, "us") == {"Subject": "Theirs"}
    assert _races({"Subject": "Ours", "Evidence": "https://example.org"}, [ours, other], {"12": "Evidence"}, "us") == {}


def test_a_value_that_rt_made_another_of_is_still_ours() -> None:
    ours = {"Field": "Subject", "NewValue": "Our", "Creator": {"type": "user", "id": "us"}}
    theirs = {"Field": "Subject", "NewValue": "Theirs", "Creator": {"type": "user", "id": "person"}}
    assert _races({"Subject": "Ours"}, [ours], {}, "us") == {}
    assert _races({"Subject": "Ours"}, [ours, theirs], {}, "us") == {"Subject": "Theirs"}


def test_a_ticket_without_a_text_is_called_by_its_action_id_and_has_none() -> None:
    changes = mapping().changes({"ref": "AT-7K3M-9QWX-2HFC"}, "op1")
    assert mapping().record(shown(changes, Subject="AT-7K3M-9QWX-2HFC")).fields["text"] == ""


def test_values_are_alike_however_rt_shows_them() -> None:
    assert alike("2026-03-29 22:59:00", "2026-03-29T22:59:00Z")
    assert alike("1970-01-01 00:00:00", "")
    assert alike("one\r\ntwo", "one\ntwo ")
    assert not alike("one", "two")
    assert title_of("a " * 300).endswith("…")


@pytest.mark.parametrize(
    "wrong",
    [
        {"queue": 'Safe"guarding', "token": {"env": "T"}},
        {"queue": "Safeguarding", "token": {"env": "T"}, "user": "o'brien"},
        {"queue": "Safeguarding"},
        {"queue": "Safeguarding", "token": {"env": "T"}, "password": {"env": "P"}},
        {"queue": " ", "token": {"env": "T"}},
        {"queue": "Safeguarding", "token": {"env": "T"}, "rate": 0},
    ],
)
def test_options_that_can_not_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TrackerOptions.model_validate({"url": "https://rt.example.org", **wrong})


def test_the_set_up_script_holds_what_is_wanted_and_nothing_that_could_end_it_early() -> None:
    text = script(Wanted("Übergabe", "actiontrack", "Reviews", "http://127.0.0.1:1/hook", board=True))
    wanted = text.partition("<<'WANTED');\n")[2].partition("\nWANTED\n")[0]
    assert "\\u00dcbergabe" in wanted
    assert wanted.isascii()
    assert '"hook": "http://127.0.0.1:1/hook"' in wanted
    assert "@@" not in text


@pytest.mark.parametrize("hook", ["not-an-address", "https://host/x) . system(q(id)", "file:///etc/passwd"])
def test_a_hook_that_is_no_address_never_comes_into_the_script(hook: str) -> None:
    with pytest.raises(UserError, match="no address"):
        script(Wanted("Safeguarding", "actiontrack", hook=hook))
