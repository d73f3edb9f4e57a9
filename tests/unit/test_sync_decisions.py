"""What one instance asks, or no longer asks, is no answer to what another one asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from systems import Office, System

from actiontrack.domain.ledger import Proposal
from actiontrack.domain.vocabulary import Side
from actiontrack.ports import InstanceSettings
from actiontrack.services.sync.engine import sync

ONE, TWO = "Train the staff", "Review the policy"


@pytest.fixture
def office() -> Iterator[Office]:
    """One plan in two systems of the Board's, both synced: "tickets" and "tasks"."""
    office = Office(System(), (ONE, TWO))
    tasks = InstanceSettings("tasks", "memory", Side.BOARD)
    office.core = replace(
        office.core,
        instances={**office.core.instances, "tasks": tasks},
        connectors={**office.core.connectors, "tasks": System()},
    )
    for _ in range(2):
        asked = [each.plan for each in sync(office.core, who="manager").connectors if each.status == "guard"]
        sync(office.core, approve=asked, who="manager")
    yield office
    office.core.store.close()


def tasks(office: Office) -> System:
    found = office.core.connectors["tasks"]
    assert isinstance(found, System)
    return found


def asked(office: Office) -> list[tuple[str, str]]:
    """Who asks what and has no answer yet."""
    found: list[Proposal] = office.stored(Proposal)
    return sorted((each.instance, str(each.kind)) for each in found if each.closed_at is None)


def test_i10_a_new_record_is_asked_about_until_its_own_system_shows_it_no_more(office: Office) -> None:
    office.system.records["r9"] = {"text": "A ticket of theirs"}
    sync(office.core, who="manager")
    assert asked(office) == [("tickets", "new")]
    sync(office.core, ["tasks"], who="manager")
    assert asked(office) == [("tickets", "new")]
    del office.system.records["r9"]
    sync(office.core, who="manager")
    assert asked(office) == []


def test_i1_two_systems_may_ask_about_one_field(office: Office) -> None:
    office.change(ONE, priority="High")
    sync(office.core, who="manager")
    office.pass_time(hours=1)
    for system in (office.system, tasks(office)):
        system.records[system.key(ONE)]["priority"] = None
    sync(office.core, who="manager")
    assert asked(office) == [("tasks", "clear"), ("tickets", "clear")]
    tasks(office).records[tasks(office).key(ONE)]["priority"] = "High"
    sync(office.core, who="manager")
    assert asked(office) == [("tickets", "clear")]


def test_i8_a_field_in_conflict_goes_nowhere_until_a_person_settles_it(office: Office) -> None:
    office.change(ONE, priority="Urgent")
    office.system.records[office.system.key(ONE)]["priority"] = "Low"
    sync(office.core, who="manager")
    sync(office.core, who="manager")
    held = tasks(office).records[tasks(office).key(ONE)]
    assert (held.get("priority"), office.here()[ONE]["priority"]) == (None, "Urgent")
    assert len(office.open_conflicts) == 1
