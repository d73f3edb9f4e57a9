"""The engine over a system with keys of its own, and over connectors that fail in every way."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from board_suite import BOARD, Suite, row

from actiontrack.domain.ledger import Intent, IntentState
from actiontrack.domain.nouns import Review
from actiontrack.domain.vocabulary import Side
from actiontrack.errors import RetryableError, UserError
from actiontrack.ports import Batch, InstanceSettings, Observation, Outcome
from actiontrack.runtime import open_runtime
from actiontrack.services.core import Core
from actiontrack.services.sync.answers import answer_proposal
from actiontrack.services.sync.engine import sync
from actiontrack.services.sync.steps import ConnectorResult
from actiontrack.services.sync.waiting import proposals
from actiontrack.services.use_cases import UseCases
from actiontrack.testing.twins import MemoryConnector

TEXT = "Do the thing numbered 1"


class Tickets(MemoryConnector):
    """The police's own tickets; `trouble` is what comes over it next."""

    def __init__(self) -> None:
        super().__init__()
        self.trouble = ""

    def observe(self, cursor: str, columns: Mapping[str, str]) -> Observation:
        if self.trouble == "crash on reading":
            raise ZeroDivisionError("a person's words")
        if self.trouble == "unreachable":
            raise RetryableError("The server does not answer.")
        if self.trouble == "misconfigured":
            raise UserError("Its address is wrong.")
        return super().observe(cursor, columns)

    def apply(self, batch: Batch) -> Iterator[Outcome]:
        trouble, self.trouble = self.trouble, ""
        if trouble == "refused":
            for write in batch.writes:
                yield Outcome(write.op_id, "refused", why="the field is locked", field="priority")
            return
        if trouble == "unknown":
            for write in batch.writes:
                yield Outcome(write.op_id, "unknown", why="no answer came")
            return
        if trouble == "moved once":
            next(iter(self.records.values()))["status"] = "In progress"
        for number, outcome in enumerate(super().apply(batch)):
            if trouble == "crash on writing":
                raise ZeroDivisionError("a person's words")
            if trouble == "crash after one" and number == 1:
                raise UserError("The server went away.")
            yield outcome


@dataclasses.dataclass
class World:
    """A board's plan and the police's tickets over one store."""

    core: Core
    tickets: Tickets

    def sync(self) -> dict[str, ConnectorResult]:
        return {each.name: each for each in sync(self.core, who="test").connectors}

    def change(self, **values: str) -> None:
        UseCases(self.core).change("1", values, who="test")

    def action(self) -> dict[str, object]:
        (found,) = [each for each in UseCases(self.core).find() if each["number"] == "1"]
        return found


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("AT_NOW", "2026-11-24T09:00:00Z")
    suite = Suite(tmp_path, monkeypatch)
    suite.configure(BOARD)
    suite.make_plan(row(number) for number in range(1, 5))
    suite.adopt()
    suite.run("review", "set", "SAR-2026-01", "publication=published")
    suite.sync()
    with open_runtime(str(tmp_path / "actiontrack.toml")) as runtime:
        core, tickets = runtime.core, Tickets()
        settings = InstanceSettings("tickets", "memory", Side.AGENCY, agency="POL")
        yield World(
            dataclasses.replace(
                core,
                instances={**core.instances, "tickets": settings},
                connectors={"master": core.connectors["master"], "tickets": tickets},
            ),
            tickets,
        )


@pytest.fixture
def adopted(world: World) -> World:
    """The same after the tickets were made there."""
    told = world.sync()["tickets"]
    if told.status == "guard":
        sync(world.core, approve=[told.plan], who="test")
    return world


def test_actions_in_scope_are_created_there_with_keys_of_their_own(adopted: World) -> None:
    assert {fields["text"] for fields in adopted.tickets.records.values()} == {TEXT, "Do the thing numbered 4"}
    before = dict(adopted.tickets.records)
    assert adopted.sync()["tickets"].created_there == 0
    assert adopted.tickets.records == before


def test_an_action_of_others_is_made_there_once_they_have_a_part_in_it(adopted: World) -> None:
    before = dict(adopted.tickets.records)
    use = UseCases(adopted.core)
    use.change("2", {"priority": "Urgent"}, who="test")
    assert adopted.sync()["tickets"].created_there == 0
    assert adopted.tickets.records == before
    use.change("2", {"agencies": "POL"}, who="test")
    assert adopted.sync()["tickets"].created_there == 1


@pytest.mark.parametrize(("named", "made"), [("SAR-2026-01", 4), ("Child A", 4), ("Child B", 0)])
def test_a_board_side_instance_holds_its_review_named_by_ref_or_title(world: World, named: str, made: int) -> None:
    with world.core.store.writing("test", "test") as writer:
        (review,) = writer.find(Review)
        writer.put(review.model_copy(update={"title": "Child A"}))
    settings = InstanceSettings("tickets", "memory", Side.BOARD, review=named)
    core = dataclasses.replace(world.core, instances={**world.core.instances, "tickets": settings})
    told = {each.name: each for each in sync(core, who="test").connectors}["tickets"]
    if told.status == "guard":
        sync(core, approve=[told.plan], who="test")
    assert len(world.tickets.records) == made


def test_edits_flow_both_ways(adopted: World) -> None:
    ticket = next(fields for fields in adopted.tickets.records.values() if fields["text"] == TEXT)
    ticket["status"] = "Reported complete"
    adopted.change(priority="Urgent")
    told = adopted.sync()
    assert adopted.action()["status"] == "reported_complete"
    assert ticket["priority"] == "Urgent"
    assert (told["tickets"].updated_here, told["tickets"].updated_there) == (1, 1)


def test_records_of_the_systems_own_are_asked_about_never_taken(adopted: World) -> None:
    adopted.tickets.records["r99"] = {"text": "A ticket of theirs", "status": "Open"}
    assert adopted.sync()["tickets"].proposals == 1
    (found,) = proposals(adopted.core)
    assert found["kind"] == "new"
    answer_proposal(adopted.core, found["id"], accept=True, who="manager")
    adopted.sync()
    assert adopted.sync()["tickets"].proposals == 0
    assert len(UseCases(adopted.core).find()) == 5
    assert len(adopted.tickets.records) == 3


def test_what_moved_under_a_run_is_planned_anew_in_the_same_run(adopted: World) -> None:
    adopted.tickets.trouble = "moved once"
    adopted.change(priority="Urgent")
    told = adopted.sync()["tickets"]
    assert told.status == "ok"
    assert [fields["priority"] for fields in adopted.tickets.records.values() if fields["text"] == TEXT] == ["Urgent"]
    statuses = {each["status"] for each in UseCases(adopted.core).find(agency="POL")}
    assert "in_progress" in statuses


def test_a_refused_write_is_told_once_and_not_tried_again(adopted: World) -> None:
    adopted.tickets.trouble = "refused"
    adopted.change(priority="Urgent")
    told = adopted.sync()["tickets"]
    assert ["locked" in str(each) for each in told.problems] == [True]
    before = [dict(fields) for fields in adopted.tickets.records.values()]
    assert adopted.sync()["tickets"].problems == told.problems
    assert [dict(fields) for fields in adopted.tickets.records.values()] == before


def test_a_write_nobody_can_tell_of_waits_in_the_journal(adopted: World) -> None:
    adopted.tickets.trouble = "unknown"
    adopted.change(priority="Urgent")
    adopted.sync()
    with adopted.core.store.reading() as reader:
        assert [each.why for each in reader.find(Intent, state=IntentState.UNKNOWN)] == ["no answer came"]
    adopted.sync()
    assert "Urgent" in {fields["priority"] for fields in adopted.tickets.records.values()}


@pytest.mark.parametrize("trouble", ["crash on reading", "unreachable", "misconfigured", "crash on writing"])
def test_one_connectors_fault_stays_with_it(adopted: World, trouble: str) -> None:
    adopted.tickets.trouble = trouble
    adopted.change(priority="Urgent")
    told = adopted.sync()
    assert told["tickets"].status == ("deferred" if trouble == "unreachable" else "failed")
    assert "words" not in told["tickets"].why, "an exception's own text may name people"
    assert (told["master"].status, told["master"].updated_there) == ("ok", 1)
    adopted.tickets.trouble = ""
    named = sync(adopted.core, ["tickets"], who="test")
    assert [each.status for each in named.connectors] == ["ok"]
    assert "Urgent" in {fields["priority"] for fields in adopted.tickets.records.values()}


@pytest.mark.parametrize("trouble", ["crash after one", "crash on writing"])
def test_creates_cut_off_are_found_by_their_marker_and_never_made_twice(world: World, trouble: str) -> None:
    told = world.sync()["tickets"]
    world.tickets.trouble = trouble
    if told.status == "guard":
        sync(world.core, approve=[told.plan], who="test")
    world.tickets.trouble = ""
    for _ in range(2):
        told = world.sync()["tickets"]
        if told.status == "guard":
            sync(world.core, approve=[told.plan], who="test")
    texts = sorted(str(fields["text"]) for fields in world.tickets.records.values())
    assert texts == [TEXT, "Do the thing numbered 4"]
    assert world.sync()["tickets"].created_there == 0


def test_a_name_that_is_not_configured_gets_the_nearest(world: World) -> None:
    with pytest.raises(UserError, match="Did you mean “master”"):
        sync(world.core, ["mastre"], who="test")
