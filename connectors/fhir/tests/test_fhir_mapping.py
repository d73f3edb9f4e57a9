"""A Task's elements and fields here; what is not ours in a task stays as it was."""

from __future__ import annotations

import copy
import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actiontrack.api import Unread
from actiontrack_fhir import exact
from actiontrack_fhir.mapping import new_task, record_of, write
from actiontrack_fhir.words import STATUS_WORDS

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
RICH: dict[str, Any] = {
    "resourceType": "Task",
    "id": "t-1",
    "meta": {"versionId": "3", "profile": ["https://example.org/Task"], "tag": [{"code": "x"}]},
    "extension": [{"url": "https://example.org/weight", "valueDecimal": Decimal("1.50")}],
    "modifierExtension": [{"url": "https://example.org/m", "valueBoolean": True}],
    "identifier": [{"system": "urn:x-actiontrack:action", "value": "AT-1", "_value": {"id": "a"}}, {"value": "theirs"}],
    "status": "in-progress",
    "_status": {"extension": [{"url": "https://example.org/why", "valueString": "é 🧑‍🤝‍🧑"}]},
    "businessStatus": {"coding": [{"system": "https://example.org/stages", "code": "triage"}], "text": "Triage"},
    "statusReason": {"coding": [{"code": "w", "display": "Waits for funding"}]},
    "intent": "plan",
    "for": {"reference": "Patient/1"},
    "executionPeriod": {"start": "2026-01-01"},
    "restriction": {"repetitions": 1, "period": {"start": "2026-01-01", "end": "2026-12-01"}},
    "note": [{"authorReference": {"reference": "Practitioner/1"}, "time": "2026-11-01T00:00:00Z", "text": "Begun"}],
    "description": "Train every team",
    "output": [
        {"type": {"text": "minutes"}, "valueUrl": "https://example.org/minutes"},
        {"type": {"text": "file"}, "valueAttachment": {"url": "https://example.org/list", "title": "A name"}},
        {"type": {"text": "said"}, "valueString": "About somebody"},
    ],
}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(json_values)
def test_json_comes_back_with_every_decimal_as_it_was(value: Any) -> None:
    again = exact.loads(exact.dumps(value))
    assert repr(_numbers(again)) == repr(_numbers(value))


def _numbers(value: Any) -> Any:
    """With whole decimals as JSON has them: as integers."""
    if isinstance(value, Decimal):
        return json.loads(str(value), parse_float=Decimal)
    if isinstance(value, list):
        return [_numbers(each) for each in value]
    return {name: _numbers(each) for name, each in value.items()} if isinstance(value, dict) else value


def test_a_decimal_keeps_its_last_zero() -> None:
    assert exact.dumps(exact.loads('{"a":1.50,"b":[1e2,0.10,7]}')) == '{"a":1.50,"b":[1E+2,0.10,7]}'


def test_what_is_not_written_stays() -> None:
    task = copy.deepcopy(RICH)
    after = {
        "text": "Train all", "status": "verified", "status_reason": "Agreed", "current_due": date(2026, 3, 29),
        "progress": "Ten teams",
    }  # fmt: skip
    write(task, "op-2", after, author="The Board", now=NOW)
    ours = {"description", "status", "statusReason", "businessStatus", "restriction", "note", "lastModified"}
    assert {name: task[name] for name in RICH if name not in ours} == {
        name: value for name, value in RICH.items() if name not in ours
    }
    assert task["restriction"] == {"repetitions": 1, "period": {"start": "2026-01-01", "end": "2026-03-29"}}
    assert task["statusReason"] == {"coding": [{"code": "w", "display": "Waits for funding"}], "text": "Agreed"}
    assert task["businessStatus"]["coding"][0] == {"system": "https://example.org/stages", "code": "triage"}
    assert task["businessStatus"]["text"] == "Triage"
    assert task["note"][0] == RICH["note"][0]
    assert task["note"][1]["text"] == "Ten teams"
    write(task, "op-2", {"progress": "Ten teams"}, author="The Board", now=NOW)
    assert len(task["note"]) == 2, "the same again adds no second note"
    assert record_of(task).fields["progress"] == "Begun", "ours is not read as theirs"
    task["note"].append({"text": "Eleven teams"})
    assert record_of(task).fields["progress"] == "Begun\nEleven teams"
    write(task, "op-2b", {"progress": "Thank you"}, author="The Board", now=NOW)
    write(task, "op-2c", {"progress": "Ten teams"}, author="The Board", now=NOW)
    assert [each["text"] for each in task["note"]] == ["Begun", "Ten teams", "Eleven teams", "Thank you", "Ten teams"]
    for each in task["note"]:
        each.pop("id", None)
    assert record_of(task).fields["progress"] == "Begun\nEleven teams", "where a server keeps no ids of notes"
    cleared = {"text": None, "status_reason": None, "current_due": None, "status": "in-progress"}
    write(task, "op-3", cleared, author="The Board", now=NOW)
    assert task["restriction"] == {"repetitions": 1, "period": {"start": "2026-01-01"}}
    assert task["businessStatus"] == RICH["businessStatus"]
    assert "description" not in task


def test_only_addresses_are_evidence() -> None:
    fields = record_of(RICH).fields
    assert fields["evidence"] == "https://example.org/minutes\nhttps://example.org/list"
    assert fields["status_reason"] == "Waits for funding"
    assert "About somebody" not in str(fields)
    assert "Patient" not in str(fields)


def test_a_new_task_is_for_nobody() -> None:
    task = new_task("op-1", {"ref": "AT-1"}, system="urn:x:a", owner="Organization/1", author="Board", now=NOW)
    assert set(task) == {"resourceType", "identifier", "status", "intent", "authoredOn", "lastModified", "owner"}
    assert record_of({**task, "id": "t"}).fields["text"] is None
    task = new_task("op-1", {"ref": "AT-1", "current_due": None}, system="urn:x:a", owner="", author="Board", now=NOW)
    assert not {"owner", "restriction", "for"} & set(task)


@given(st.lists(st.sampled_from(sorted(STATUS_WORDS)), min_size=1, max_size=5))
def test_every_word_is_read_as_it_was_written_whatever_stood_there(words: list[str]) -> None:
    task = copy.deepcopy(RICH)
    for word in words:
        write(task, "op", {"status": word}, author="", now=NOW)
        assert record_of(task).fields["status"] == word


def test_who_opens_a_verified_task_again_has_opened_it() -> None:
    task = copy.deepcopy(RICH)
    write(task, "op", {"status": "verified"}, author="", now=NOW)
    assert task["status"] == "completed"
    task["status"] = "in-progress"
    assert record_of(task).fields["status"] == "in-progress"


@pytest.mark.parametrize(
    ("end", "due"),
    [
        ("2026-03-29", date(2026, 3, 29)),
        ("2026-10-25T00:30:00+01:00", datetime(2026, 10, 25, 0, 30, tzinfo=timezone(timedelta(hours=1)))),
        ("2026-10-24T23:30:00.000Z", datetime(2026, 10, 24, 23, 30, tzinfo=UTC)),
    ],
)
def test_a_due_date_is_a_day_or_a_moment(end: str, due: date) -> None:
    assert record_of({**RICH, "restriction": {"period": {"end": end}}}).fields["current_due"] == due


@pytest.mark.parametrize("end", ["2026", "2026-03", "2026-13-01", "soon"])
def test_a_month_is_no_day(end: str) -> None:
    found = record_of({**RICH, "restriction": {"period": {"end": end}}}).fields["current_due"]
    assert isinstance(found, Unread)
    assert found.do


@given(st.dates(date(1000, 1, 1)))
def test_a_day_that_is_written_reads_back_the_same(day: date) -> None:
    task = copy.deepcopy(RICH)
    write(task, "op", {"current_due": day}, author="", now=NOW)
    assert record_of(task).fields["current_due"] == day


def test_a_version_changes_only_with_what_is_mapped() -> None:
    version = record_of(RICH).version
    assert record_of({**RICH, "executionPeriod": {}, "meta": {"versionId": "4"}}).version == version
    assert record_of({**RICH, "description": "x"}).version != version
    assert record_of({**RICH, "id": "t-2"}).version != version
