"""What other programs keep in a task, and what the doctor finds, on Medplum's FHIR router."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from actiontrack.api import AccessRefused, Batch, Outcome, Plain, UserError, Write
from actiontrack.testing import HandClock, web_context
from actiontrack_fhir.connector import FhirConnector
from actiontrack_fhir.options import FhirOptions

pytestmark = pytest.mark.server


def connector(clinic: Any, key: str = "", **options: Any) -> FhirConnector:
    told = FhirOptions.model_validate({**clinic.options(), **options})
    return FhirConnector(told, web_context({"FHIR_TOKEN": key or clinic.token}, HandClock(datetime.now(UTC))))


def apply(made: FhirConnector, *writes: Write) -> list[Outcome]:
    return list(made.apply(Batch(writes, "", "", {})))


def create(op_id: str, ref: str = "AT-0000-0000-0001", **after: Plain) -> Write:
    return Write(op_id, "", 0, creates=True, before={}, after={"ref": ref, **after})


def update(key: str, before: dict[str, Any], **after: Plain) -> Write:
    return Write("op-2", key, 0, creates=False, before=before, after=after)


def test_what_people_keep_in_a_task_of_ours_stays(clinic: Any) -> None:
    made = connector(clinic, owner="Organization/1")
    (outcome,) = apply(made, create("op-1", text="Train every team"))
    assert outcome.record is not None
    key = outcome.record.remote_id
    assert not {"for", "focus", "encounter", "requester"} & set(clinic.task(key))
    theirs = {
        "for": {"reference": "Patient/demo-person"},
        "extension": [{"url": "https://example.org/weight", "valueDecimal": 1.5}],
        "_status": {"extension": [{"url": "https://example.org/why", "valueString": "é 🧑‍🤝‍🧑"}]},
        "businessStatus": {"coding": [{"system": "https://example.org/stages", "code": "triage"}], "text": "Triage"},
        "owner": {"reference": "Practitioner/demo-worker", "display": "Post 3"},
        "input": [{"type": {"text": "urgency"}, "valueInteger": 3}],
        "contained": [{"resourceType": "Organization", "id": "o", "name": "Ward 7"}],
    }
    clinic.change(key, lambda task: task.update(theirs))
    (outcome,) = apply(made, update(key, {"text": "Train every team"}, text="Train all", progress="Begun"))
    assert outcome.state == "applied"
    now = clinic.task(key)
    assert {name: now[name] for name in theirs} == theirs
    assert (now["description"], now["note"][0]["text"]) == ("Train all", "Begun")
    assert "demo-person" not in repr(outcome)


def test_of_two_creates_with_one_action_id_there_is_one_task(clinic: Any) -> None:
    made = connector(clinic)
    first, other = apply(made, create("op-1", text="Ours"), create("op-9", text="Made by somebody's old backup"))
    assert (first.state, other.state) == ("applied", "refused")
    assert "AT-0000-0000-0001" in other.why
    assert len(clinic.tasks()) == 1


def test_what_the_server_finds_invalid_is_refused_by_its_field_and_the_rest_goes(clinic: Any) -> None:
    made = connector(clinic)
    (outcome,) = apply(made, create("op-1", text="Ours"))
    assert outcome.record is not None
    key = outcome.record.remote_id
    (outcome,) = apply(made, update(key, {"text": "Ours", "status": "requested"}, text="\x01", status="in-progress"))
    assert (outcome.state, outcome.field, "400" in outcome.why) == ("refused", "text", True)
    task = clinic.task(key)
    assert (task["description"], task["status"]) == ("Ours", "in-progress")


def test_two_instances_on_one_server_keep_apart(clinic: Any) -> None:
    police, trust = connector(clinic, system="urn:x:police"), connector(clinic, system="urn:x:trust")
    apply(police, create("op-p", text="The police's part"))
    apply(trust, create("op-t", text="The trust's part"))
    assert [each.fields["text"] for each in police.observe("", {}).records] == ["The police's part"]
    assert [each.fields["text"] for each in trust.observe("", {}).records] == ["The trust's part"]


def test_the_doctor(clinic: Any) -> None:
    assert list(connector(clinic).check()) == []
    with pytest.raises(AccessRefused):
        list(connector(clinic, key="not-the-key").check())
    with pytest.raises(UserError):
        list(connector(clinic, url=clinic.url.replace("/fhir/R4", "/other")).check())
