"""Answers that Medplum's router does not give: pages cut short, replies without a task, and nonsense."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from between import Between, Said, between
from pydantic import ValidationError

from actiontrack.api import AccessRefused, Batch, CursorExpired, Outcome, RetryableError, UserError, Write
from actiontrack.testing import web_context
from actiontrack_fhir.connector import FhirConnector
from actiontrack_fhir.options import FhirOptions


@pytest.fixture
def stand() -> Iterator[Between]:
    with between("http://127.0.0.1:9/R4") as found:
        yield found


def connector(stand: Between, **options: Any) -> FhirConnector:
    return FhirConnector(FhirOptions.model_validate({"url": stand.url, **options}), web_context({"KEY": "k-1"}))


def task(key: str = "t-1", text: str = "A", version: str = "1", **elements: Any) -> dict[str, Any]:
    identifier = [
        {"system": "urn:x-actiontrack:action", "value": "AT-1"}, {"system": "urn:x-actiontrack:op", "value": "op-1"},
    ]  # fmt: skip
    return {
        "resourceType": "Task", "id": key, "status": "requested", "intent": "order", "description": text,
        "identifier": identifier, "meta": {"versionId": version, "lastUpdated": "2026-11-24T09:00:00Z"}, **elements,
    }  # fmt: skip


def says(body: Any, status: int = 200) -> Said:
    return Said(status, json.dumps(body).encode(), "application/fhir+json")


def bundle(*tasks: dict[str, Any], following: str = "", **more: Any) -> Said:
    link = [{"relation": "next", "url": following}] if following else []
    entry = [{"resource": each} for each in tasks]
    return says({"resourceType": "Bundle", "type": "searchset", "link": link, "entry": entry, **more})


def answers(*said: Said) -> Callable[[str, str, bytes], Said]:
    """One after another; the last stays."""
    waiting = list(said)
    return lambda method, path, body: waiting.pop(0) if len(waiting) > 1 else waiting[0]


def test_pages_are_followed_on_the_same_host_only(stand: Between) -> None:
    stand.instead = answers(bundle(task(), following=f"{stand.url}?page=2"), bundle(task("t-2"), total=2))
    seen = connector(stand).observe("", {})
    assert [each.remote_id for each in seen.records] == ["t-1", "t-2"]
    assert [path for _, path in stand.asked][1] == "/R4?page=2"
    stand.instead = answers(bundle(task(), following="http://elsewhere.example/R4?page=2"))
    with pytest.raises(UserError, match="may not go"):
        connector(stand).observe("", {})


def test_nothing_is_asked_of_whom_a_task_is_for(stand: Between) -> None:
    stand.instead = answers(bundle())
    connector(stand, adopt="code=safeguarding").observe("", {})
    for _, path in stand.asked:
        elements = unquote(path).partition("_elements=")[2].partition("&")[0].split(",")
        assert "description" in elements
        assert not {"for", "encounter", "focus", "requester"} & set(elements)


def test_a_search_that_is_cut_short_is_no_whole_one(stand: Between) -> None:
    stand.instead = answers(bundle(task(), total=250))
    with pytest.raises(RetryableError, match="1 of 250"):
        connector(stand).observe("", {})
    stand.instead = answers(bundle(task(), following=f"{stand.url}?page=2"), bundle(task(version="2"), total=2))
    with pytest.raises(RetryableError, match="1 of 2"):
        connector(stand).observe("", {})


@pytest.mark.parametrize(
    "said",
    [
        Said(200, b"<html>Please sign in</html>"), Said(200, b""), Said(204), Said(404), says([]),
        says({"resourceType": "OperationOutcome", "issue": [{"code": "x"}]}, 400),
        says({"resourceType": "OperationOutcome"}),
    ],
)  # fmt: skip
def test_nonsense_is_never_taken_for_an_empty_server(stand: Between, said: Said) -> None:
    stand.instead = answers(said)
    with pytest.raises(UserError) as error:
        connector(stand).observe("", {})
    assert "\n" not in str(error.value)


def test_an_increment_asks_from_a_little_before_and_says_what_was_an_error(stand: Between) -> None:
    stand.instead = answers(bundle(task(), task("t-2", status="entered-in-error")))
    first = connector(stand).observe("", {})
    assert [each.remote_id for each in first.records] == ["t-1"]
    seen = connector(stand).observe(first.cursor, {})
    assert "_lastUpdated=ge2026-11-24T08:59:50Z" in unquote(stand.asked[-1][1])
    assert (seen.complete, list(seen.gone), seen.cursor) == (False, ["t-2"], first.cursor)
    with pytest.raises(CursorExpired):
        connector(stand, adopt="code=x").observe(first.cursor, {})
    with pytest.raises(CursorExpired):
        connector(stand).observe(" yesterday", {})


def outcome_of(stand: Between, *said: Said) -> Outcome:
    """What comes of a write, where these are the answers to it."""
    stand.instead = answers(*said)
    write = Write("op-2", "t-1", 0, creates=False, before={"text": "A"}, after={"text": "B"})
    (outcome,) = connector(stand).apply(Batch([write], "", "", {}))
    return outcome


def test_a_write_is_judged_by_what_was_stored(stand: Between) -> None:
    there = says(task())
    assert outcome_of(stand, there, says(task(text="B", version="2"))).state == "applied"
    outcome = outcome_of(stand, there, says(task()))
    assert (outcome.state, outcome.field) == ("refused", "text"), "nothing was done, and it says OK"
    outcome = outcome_of(stand, there, Said(200), says(task()))
    assert (outcome.state, outcome.field) == ("refused", "text"), "the same, without a word"
    assert outcome_of(stand, there, Said(204), says(task(text="B", version="2"))).state == "applied"
    outcome = outcome_of(stand, there, Said(204), says(task(text="By a person", version="3")))
    assert outcome.state == "stale", "somebody typed over it at once: that is merged"
    assert outcome_of(stand, says(task(text="By a person", version="2"))).state == "stale"
    assert outcome_of(stand, there, Said(412)).state == "stale"
    assert outcome_of(stand, Said(404)).state == "stale"
    bad = {
        "resourceType": "OperationOutcome",
        "issue": [{"code": "invalid", "diagnostics": "B", "expression": ["Task.description"]}],
    }
    outcome = outcome_of(stand, there, says(bad, 422))
    assert (outcome.state, outcome.field) == ("refused", "text")
    assert outcome.why == "the server answers 422 (invalid)"
    unversioned = task()
    del unversioned["meta"]["versionId"]
    outcome = outcome_of(stand, says(unversioned))
    assert (outcome.state, "version" in outcome.why) == ("refused", True)


def created(stand: Between, *said: Said) -> Outcome:
    stand.instead = answers(*said)
    write = Write("op-1", "", 0, creates=True, before={}, after={"ref": "AT-1", "text": "A"})
    (outcome,) = connector(stand).apply(Batch([write], "", "", {}))
    return outcome


def test_a_create_makes_one_task_and_takes_no_other_for_it(stand: Between) -> None:
    assert created(stand, says(task(), 201)).state == "applied"
    assert created(stand, says(task())).state == "applied", "made by an earlier try"
    assert created(stand, says(task(text="Edited by a person"))).state == "unknown", "the next sync merges that"
    another = {**task(), "identifier": [{"system": "urn:x-actiontrack:action", "value": "AT-1"}]}
    assert created(stand, says(another)).state == "refused"
    assert created(stand, Said(412)).state == "refused"
    assert created(stand, Said(201), bundle(task()), says(task())).state == "applied"
    assert created(stand, Said(201), bundle()).state == "unknown"
    assert created(stand, says({"resourceType": "OperationOutcome"}, 400)).state == "refused"


def test_the_wrong_key_is_told_apart_and_never_shown(stand: Between) -> None:
    stand.instead = answers(Said(401))
    made = connector(stand, token={"env": "KEY"})
    with pytest.raises(AccessRefused) as error:
        made.observe("", {})
    assert "k-1" not in str(error.value) + repr(made)


def statement(**task: Any) -> Said:
    rest = [{"mode": "server", "resource": [{"type": "Task", **task}]}]
    return says({"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1", "rest": rest})


def test_the_doctor_reads_what_the_server_says_it_can_do(stand: Between) -> None:
    codes = [{"code": code} for code in ("read", "search-type", "create", "update")]
    stand.instead = answers(statement(interaction=codes, conditionalCreate=True), bundle())
    assert list(connector(stand).check()) == []
    stand.instead = answers(
        statement(interaction=codes[:2], versioning="no-version", conditionalCreate=False), bundle()
    )
    problems = list(connector(stand).check())
    assert len(problems) == 4
    assert all(each.do for each in problems)
    old = {"resourceType": "CapabilityStatement", "fhirVersion": "3.0.2", "rest": [{"resource": [{"type": "Flag"}]}]}
    stand.instead = answers(says(old), bundle())
    assert [each.text.split()[-1] for each in connector(stand).check()] == ["3.0.2", "Task"]
    stand.instead = answers(bundle())
    with pytest.raises(UserError, match="no FHIR server"):
        list(connector(stand).check())


@pytest.mark.parametrize(
    "options",
    [
        {"user": "me"}, {"owner": "Patient/1"}, {"owner": "RelatedPerson/1"}, {"owner": "somebody"},
        {"system": "action id"}, {"system": "urn:x|y"}, {"token": {"env": "K"}, "user": "m", "password": {"env": "K"}},
    ],
)  # fmt: skip
def test_a_wrong_configuration_is_told(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        FhirOptions.model_validate({"url": "https://example.org/", **options})
