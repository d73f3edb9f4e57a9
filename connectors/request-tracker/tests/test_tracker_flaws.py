"""What Request Tracker does that a sync must make good: a refusal answered with 200, two writers that both win."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from between import Between, between
from board_suite import Suite
from tests.servers.house import Running
from tests.servers.rt import PASSWORD, PERSON, prepare, run_script
from ticket_queue import TicketQueue, Tickets
from two_ways import World

from actiontrack.api import Batch, InstanceSettings, Outcome, Record, Side, SkippableError, UserError, Write
from actiontrack.testing import web_context
from actiontrack_request_tracker.connector import TrackerConnector
from actiontrack_request_tracker.options import TrackerOptions

pytestmark = pytest.mark.server
RACES = 20


@pytest.fixture
def stand(tracker: Any) -> Iterator[Between]:
    with between(tracker.url) as passing:
        passing.writes = lambda method, path: method in ("PUT", "POST") and "/REST/2.0/" in path
        yield passing


def connector_to(queue: TicketQueue, url: str = "") -> TrackerConnector:
    options = TrackerOptions.model_validate(queue.options(url))
    settings = InstanceSettings("police", "request-tracker", Side.AGENCY, agency="POL")
    return TrackerConnector(options, settings, web_context({"RT_TOKEN": queue.token}))


def made(connector: TrackerConnector, **after: Any) -> Record:
    write = Write("op1", "", 0, creates=True, before={}, after={"ref": "AT-0000-0000-0001", **after})
    (outcome,) = connector.apply(Batch([write], "", "", {}))
    assert outcome.state == "applied"
    assert outcome.record is not None
    return outcome.record


def written(connector: TrackerConnector, record: Record, **after: Any) -> Outcome:
    before = {name: record.fields[name] for name in after}
    write = Write("op2", record.remote_id, 0, creates=False, before=before, after=after, version=record.version)  # type: ignore[arg-type]
    (outcome,) = connector.apply(Batch([write], "", "", {}))
    return outcome


def test_a_status_that_may_not_follow_is_refused_though_rt_answers_200(strict: TicketQueue) -> None:
    connector = connector_to(strict)
    record = made(connector, text="Train every team", status="in progress")
    assert record.fields["status"] == "proposed", "not every status may be the first"
    outcome = written(connector, record, status="evidence submitted", priority="High")
    assert (outcome.state, outcome.field) == ("refused", "status")
    assert "evidence submitted" in outcome.why
    assert outcome.record is not None
    assert (outcome.record.fields["status"], outcome.record.fields["priority"]) == ("proposed", "High")


def test_what_rt_refuses_is_told_and_not_tried_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, strict: TicketQueue, stand: Between
) -> None:
    theirs = Tickets(strict, stand)
    words = {"proposed": "not_started", "evidence submitted": "reported_complete"}
    lines = "".join(f'"{word}" = "{value}"\n' for word, value in words.items())
    theirs.settings += f"[connector.values.status]\n{lines}"
    world = World(Suite(tmp_path, monkeypatch), theirs)
    ref = world.add("Train every team")
    world.sync()
    world.set(ref, status="reported_complete")
    world.sync()
    problems = [each["text"] for each in world.suite.run("status", code=None)["issues"]]
    assert [each for each in problems if ref in each and "did not take Status" in each]
    world.sync()
    before = world.written()
    world.sync()
    assert world.written() == before


@pytest.mark.parametrize("when", ["before", "meanwhile", "after"])
def test_twenty_races_and_nobody_loses(queue: TicketQueue, stand: Between, when: str) -> None:
    connector = connector_to(queue, stand.url)
    record = made(connector, text="Train every team")
    key = record.remote_id
    for race in range(RACES):
        theirs = f"By the police {race}"
        with racing(stand, when, threading.Thread(target=queue.set_text, args=(key, theirs))):
            outcome = written(connector, record, text=f"By the Board {race}")
        (record,) = connector.observe("", {}).records
        assert record.fields["text"] == theirs, f"{when} {race}: {outcome}"
        assert outcome.state == "stale"


@contextmanager
def racing(stand: Between, when: str, other: threading.Thread) -> Iterator[None]:
    """Somebody else writes before our write arrives, at the same time, or before it is looked at again."""

    def once() -> None:
        stand.before_write = stand.after_write = None
        other.start()
        if when != "meanwhile":
            other.join()

    if when == "after":
        stand.after_write = once
    else:
        stand.before_write = once
    yield
    other.join()


def test_a_subject_that_was_changed_beside_a_whole_text_is_asked_about(queue: TicketQueue) -> None:
    connector = connector_to(queue)
    whole = "Train every team of the trust in the new procedure. " * 10
    record = made(connector, text=whole.strip())
    queue.change(record.remote_id, Subject="Train the teams")
    (record,) = connector.observe("", {}).records
    told = record.fields["text"]
    assert "subject was changed" in getattr(told, "why", "")
    queue.change(record.remote_id, CustomFields={"Action text": []})
    assert connector.observe("", {}).records[0].fields["text"] == "Train the teams"


def test_a_whole_text_that_was_changed_is_taken_under_its_old_subject(queue: TicketQueue) -> None:
    connector = connector_to(queue)
    record = made(connector, text="Train every team")
    queue.change(record.remote_id, CustomFields={"Action text": "Train every team\nin the new procedure"})
    assert connector.observe("", {}).records[0].fields["text"] == "Train every team\nin the new procedure"


def test_a_user_in_another_time_zone_is_told(queue: TicketQueue) -> None:
    assert list(connector_to(queue).check()) == []
    told = {**queue.options(), "user": PERSON, "password": {"env": "RT_PASSWORD"}}
    del told["token"]
    settings = InstanceSettings("police", "request-tracker", Side.AGENCY, agency="POL")
    connector = TrackerConnector(TrackerOptions.model_validate(told), settings, web_context({"RT_PASSWORD": PASSWORD}))
    assert ["Europe/London" in each.text for each in connector.check()] == [True]


def test_a_queue_may_have_an_apostrophe_in_its_name(tracker: Running, named_queue: Any) -> None:
    prepare(tracker.folder, "Children's services")
    queue = named_queue("Children's services")
    connector = connector_to(queue)
    record = made(connector, text="Train every team")
    assert written(connector, record, text="Train every team twice").state == "applied"
    seen = connector.observe("", {})
    assert [each.fields["text"] for each in seen.records] == ["Train every team twice"]
    queue.set_text(record.remote_id, "Audit the files")
    assert [each.fields["text"] for each in connector.observe(seen.cursor, {}).records] == ["Audit the files"]
    found = connector.find("op1")
    assert found is not None
    assert found.remote_id == record.remote_id


_OUT_OF_SIGHT = """use RT -init;
RT::Queue->new( RT->SystemUser )->Create( Name => 'Out of sight', Lifecycle => 'actiontrack' );
"""


def test_a_ticket_that_was_moved_out_of_our_sight_holds_no_other_back(tracker: Running, queue: TicketQueue) -> None:
    connector = connector_to(queue)
    hidden = made(connector, text="Train every team")
    writes = [Write("op2", "", 0, creates=True, before={}, after={"ref": "AT-0000-0000-0002", "text": "Audit"})]
    (other,) = connector.apply(Batch(writes, "", "", {}))
    assert other.record is not None
    run_script(tracker.folder, _OUT_OF_SIGHT)
    assert "changed" in str(queue.change(hidden.remote_id, Queue="Out of sight"))
    writes = [
        Write(f"op-{each.remote_id}", each.remote_id, 0, False, {"text": each.fields["text"]}, {"text": "Written"})  # type: ignore[dict-item]
        for each in (hidden, other.record)
    ]
    told: list[Outcome] = []
    with pytest.raises(SkippableError, match="does not show us") as stuck:
        told.extend(connector.apply(Batch([writes[1], writes[0]], "", "", {})))
    assert stuck.value.op_id == writes[0].op_id
    assert [(each.op_id, each.state) for each in told] == [(writes[1].op_id, "applied")]


def test_a_queue_that_is_not_prepared_says_how_to(queue: TicketQueue) -> None:
    options = TrackerOptions.model_validate({**queue.options(), "queue": "General"})
    settings = InstanceSettings("police", "request-tracker", Side.AGENCY, agency="POL")
    connector = TrackerConnector(options, settings, web_context({"RT_TOKEN": queue.token}))
    with pytest.raises(UserError, match="platform setup request-tracker --instance"):
        connector.observe("", {})
