"""What plugins find in the records, and what a recommendation still needs."""

from datetime import UTC, date, datetime

import pytest

from actiontrack.adapters.calendar import NationCalendar
from actiontrack.adapters.clock import SystemClock
from actiontrack.adapters.store import open_store
from actiontrack.api import Issue, hookimpl
from actiontrack.domain.nouns import Action, Evidence, Leg, Recommendation
from actiontrack.domain.policy import Board
from actiontrack.domain.vocabulary import Nation, Status
from actiontrack.hooks import load_plugins
from actiontrack.services.checking import check_records
from actiontrack.services.core import Core
from actiontrack.services.records.nouns import show_noun

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)


class Looks:
    @hookimpl
    def check_action(self, action, legs, evidence):
        agencies = ",".join(leg.agency for leg in legs)
        return [Issue("looks", action.ref, "warning", f"{action.ref} {agencies} {len(evidence)}")]

    @hookimpl
    def check_evidence(self, action, evidence):
        return [Issue("looks", evidence.ref, "warning", f"{evidence.ref} of {action.ref}")]


@pytest.fixture
def core():
    clock = SystemClock("Europe/London", {"AT_NOW": "2026-11-24T09:00:00Z"})
    store = open_store("sqlite://", "board", clock=clock)
    with store.writing("test", "test") as writer:
        for ref, status in (("AT-1", Status.IN_PROGRESS), ("AT-2", Status.VERIFIED)):
            writer.add(
                Action(ref=ref, text="t", status=status, recommendations=("R1",), created_at=AT, changed_at=AT),
                Leg(action=ref, agency="POL"),
                Leg(action=ref, agency="OLD", active=False),
                Evidence(ref=f"e-{ref}", position=1, action=ref, received_date=date(2026, 11, 1)),
            )
        writer.add(Recommendation(ref="R1"))
    yield Core(
        store=store, clock=clock, calendar=NationCalendar(Nation.ENG), hooks=load_plugins(installed=False),
        board=Board(name="Exampleshire"), agencies=(), instances={}, connectors={},
    )  # fmt: skip
    store.close()


def test_plugins_look_at_live_actions_and_their_evidence(core):
    assert check_records(core) == []
    core.hooks.register(Looks(), "looks")
    assert [each.text for each in check_records(core)] == ["AT-1 POL 1", "e-AT-1 of AT-1"]


def test_a_recommendation_shows_what_it_needs_to_be_closed(core):
    shown = show_noun(core, "recommendation", "R1")
    assert (shown["actions"], shown["to_close"]) == (["AT-1", "AT-2"], ["Still open: AT-1."])
