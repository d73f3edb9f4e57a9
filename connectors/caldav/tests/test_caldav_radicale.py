"""What other programs put into a task, and what the doctor finds, on a real Radicale."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
import requests
from icalendar import Alarm, Todo

from actiontrack.api import AccessRefused, Batch, CursorExpired, Outcome, Plain, UserError, Write
from actiontrack.testing import web_context
from actiontrack_caldav.connector import CalDavConnector
from actiontrack_caldav.options import CalDavOptions

pytestmark = pytest.mark.server


def connector(tasks: Any, **options: Any) -> CalDavConnector:
    told = {**tasks.options(), **options}
    return CalDavConnector(CalDavOptions.model_validate(told), web_context({"LIST_PASSWORD": tasks.password}))


def apply(made: CalDavConnector, *writes: Write) -> list[Outcome]:
    return list(made.apply(Batch(writes, "", "", {})))


def create(op_id: str, **after: Plain) -> Write:
    return Write(op_id, "", 0, creates=True, before={}, after={"ref": "AT-0000-0000-0001", **after})


def update(made: CalDavConnector, key: str, **after: Plain) -> Write:
    (record,) = [each for each in made.observe("", {}).records if each.remote_id == key]
    before: Mapping[str, Any] = {name: record.fields[name] for name in after}
    return Write("op-2", key, 0, creates=False, before=before, after=after, version=record.version)


def test_what_people_keep_in_a_task_of_ours_stays(task_list: Any) -> None:
    made = connector(task_list)
    apply(made, create("op-1", text="Train every team", progress="Begun"))

    def edit(task: Todo) -> None:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", "Look at this")
        alarm.add("trigger", timedelta(days=-1))
        task.add_component(alarm)
        task.add("categories", ["Audit, internal", "Teams"])
        task.add("x-theirs", "1;2,3 is no text, é 🧑‍🤝‍🧑")
        task.add("attach", "https://example.org/minutes")
        task.add("geo", (53.5, -2.2))
        task.add("url", "https://example.org/x?a=1,2;3")

    task_list.change("op-1.ics", edit)
    before = task_list.text("op-1.ics").splitlines()
    (outcome,) = apply(made, update(made, "op-1.ics", text="Train all", status="Blocked", progress=None))
    assert outcome.state == "applied"
    now = task_list.text("op-1.ics").splitlines()
    assert {each.partition(":")[0] for each in set(before) - set(now)} == {"SUMMARY", "DESCRIPTION"}
    assert sorted(set(now) - set(before)) == ["CATEGORIES:Blocked", "SUMMARY:Train all"]


def test_tasks_of_their_own_are_told_only_where_they_are_chosen(task_list: Any) -> None:
    made = connector(task_list)
    apply(made, create("op-1", text="Ours"))
    task_list.make("plants.ics", summary="Water the plants")
    task_list.make("audit.ics", summary="Audit the files", categories=["safeguarding", "audit"])
    copied = task_list.text("op-1.ics").replace("UID:op-1@actiontrack", "UID:a-copy")
    task_list.put("copy.ics", copied)
    told = {
        adopt: sorted(each.remote_id for each in connector(task_list, adopt=adopt).observe("", {}).records)
        for adopt in ("", "Safeguarding", "*")
    }
    assert told[""] == ["op-1.ics"]
    assert told["Safeguarding"] == ["audit.ics", "op-1.ics"]
    assert told["*"] == ["audit.ics", "copy.ics", "op-1.ics", "plants.ics"]
    assert connector(task_list).find("copy") is None


def test_choosing_otherwise_reads_everything_again(task_list: Any) -> None:
    cursor = connector(task_list).observe("", {}).cursor
    with pytest.raises(CursorExpired):
        connector(task_list, adopt="*").observe(cursor, {})


def test_a_task_without_a_text_is_known_by_its_id_and_has_none(task_list: Any) -> None:
    made = connector(task_list)
    (outcome,) = apply(made, create("op-1"))
    assert str(task_list.todo("op-1.ics")["SUMMARY"]) == "AT-0000-0000-0001"
    assert outcome.record is not None
    assert outcome.record.fields["text"] is None


def test_a_value_that_a_calendar_cannot_carry_is_refused_by_its_field_and_the_rest_goes(task_list: Any) -> None:
    made = connector(task_list)
    (outcome,) = apply(made, create("op-0", text="Bell \x07"))
    assert (outcome.state, outcome.field) == ("refused", "text")
    assert made.find("op-0") is None
    apply(made, create("op-1", text="Train every team"))
    (outcome,) = apply(made, update(made, "op-1.ics", progress="Bell \x07", status="IN-PROCESS"))
    assert (outcome.state, outcome.field) == ("refused", "progress")
    assert "control" in outcome.why
    assert task_list.todo("op-1.ics")["STATUS"] == "IN-PROCESS"


def test_many_writes_take_few_requests(task_list: Any) -> None:
    made = connector(task_list)
    outcomes = apply(made, *(create(f"op-{number}", text=f"Number {number}") for number in range(120)))
    assert [each.state for each in outcomes] == ["applied"] * 120
    assert [each.op_id for each in outcomes] == [f"op-{number}" for number in range(120)]
    assert len(made.observe("", {}).records) == 120


def test_the_doctor_finds_nothing_wrong_where_nothing_is(task_list: Any) -> None:
    assert list(connector(task_list).check()) == []


def test_the_doctor_finds_what_is_no_list_of_tasks(task_list: Any, radicale: Any) -> None:
    events = task_list.options()["url"].rstrip("/") + "-events/"
    make = (
        '<C:mkcalendar xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><set><prop>'
        '<C:supported-calendar-component-set><C:comp name="VEVENT"/></C:supported-calendar-component-set>'
        "</prop></set></C:mkcalendar>"
    )
    auth = (radicale.access["user"], radicale.access["password"])
    requests.request("MKCALENDAR", events, data=make, auth=auth, timeout=60).raise_for_status()
    (problem,) = connector(task_list, url=events).check()
    assert "takes no tasks" in problem.text
    with pytest.raises(UserError, match="404"):
        list(connector(task_list, url=events.replace("-events", "-none")).check())


def test_the_wrong_password_is_told_apart(task_list: Any) -> None:
    made = CalDavConnector(
        CalDavOptions.model_validate(task_list.options()), web_context({"LIST_PASSWORD": "wrong-\u20ac"})
    )
    with pytest.raises(AccessRefused):
        made.observe("", {})
