"""Two workers and two clocks: who lost the lease sends no more, and what a clock says decides nothing (I4, I6, I13)."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import pytest
from proof.machine import syncs
from proof.machine.deeds import Life
from proof.machine.world import Interlude, World, made_world
from proof.remotes.faults import Fault
from proof.remotes.system import Traits

from actiontrack.domain.fields import Actor
from actiontrack.domain.vocabulary import Side
from actiontrack.errors import RetryableError
from actiontrack.services.records.asking import Asker, add_action, add_log, set_fields
from actiontrack.services.sync.waiting import conflicts, proposals

BOARD = Asker("manager", Actor(Side.BOARD))
SLEPT, AHEAD = 0, 2
"""The first worker slept through its lease; or only the clock of the other's machine says that it has run out."""


def changed_here(world: World) -> None:
    """Two actions of the police have new words here: two writes for the Board's system, and two for theirs."""
    for link in world.links():
        if link.instance == "police":
            set_fields(world.core, link.action, {"text": f"Said anew of {link.remote_id}"}, BOARD)


@pytest.mark.parametrize("moment", [0, 1])
@pytest.mark.parametrize("why", [SLEPT, AHEAD])
def test_i6_i13_whoever_lost_the_lease_sends_no_more_than_what_was_on_its_way(why: int, moment: int) -> None:
    """With another machine's clock ahead, it went on sending until its own clock said that half the lease was over."""
    with made_world(2) as world:
        changed_here(world)
        life = Life(world, told=[""])
        syncs.together(life, moment, 0, why)
        assert world.counts["take-overs"] == 1
        life.judge.after_sync(world)
        assert [ticket.values["text"] for ticket in world.systems["police"].live()] == [
            "Said anew of P1", "Said anew of P2",
        ]  # fmt: skip


def test_i6_whoever_lost_the_lease_sends_nothing_after_a_record_that_could_not_go() -> None:
    """The record was skipped, and the next one was sent without a look at the lease."""
    with made_world(2) as world:
        changed_here(world)

        def other() -> None:
            world.overtaken.add(world.workers.working)
            world.sync(ahead=syncs.LEASE)
            world.weather["master"].waiting.append(Fault("400", 0, 0))

        world.interludes.append(Interlude("before a write request", 0, other))
        with pytest.raises(RetryableError, match="has taken over"):
            world.sync()
        assert world.weather["master"].struck["400"] == 1
        assert world.systems["master"].late_writes.total() == 1


@pytest.mark.parametrize("why", [SLEPT, AHEAD])
@pytest.mark.parametrize(
    ("creates", "there", "asked"), [("idempotent", 1, []), ("marks", 2, ["new"]), ("neither", 1, ["repair"])]
)
def test_i4_what_is_made_past_the_last_look_is_made_once_or_asked_about(
    creates: Literal["marks", "idempotent", "neither"], there: int, asked: list[str], why: int
) -> None:
    with made_world(2) as world:
        for system in world.systems.values():
            system.traits = Traits(creates=creates)
        add_action(world.core, {"text": "Made anew", "lead_agency": "POL"}, BOARD)
        life = Life(world, told=[""])
        syncs.together(life, 0, 0, why)
        life.judge.after_sync(world)
        world.sync()
        made = [each for each in world.systems["master"].live() if each.values["text"] == "Made anew"]
        assert (len(made), [each["kind"] for each in proposals(world.core)]) == (there, asked)
        syncs.rest(life)


@pytest.mark.parametrize("ahead", [*syncs.WRONG, timedelta(days=-400)])
def test_i13_two_edits_are_a_conflict_whenever_each_was_made(ahead: timedelta) -> None:
    with made_world(2) as world:
        world.systems["police"].traits = Traits()
        (ref,) = [link.action for link in world.links() if (link.instance, link.remote_id) == ("police", "P1")]
        set_fields(world.core, ref, {"text": "Typed here"}, BOARD)
        world.systems["police"].edit("P1", "text", "Typed there")
        world.sync(ahead=ahead)
        assert [(each["ours"], each["theirs"]) for each in conflicts(world.core)] == [("Typed here", "Typed there")]


def test_i9_what_was_deleted_there_is_not_made_anew_by_itself() -> None:
    with made_world(2) as world:
        life = Life(world, told=[""])
        (ref,) = [link.action for link in world.links() if (link.instance, link.remote_id) == ("police", "P1")]
        life.judge.after_sync(world)
        world.systems["police"].delete("P1")
        for words in ("Changed once", "Changed twice"):
            world.sync()
            life.judge.after_sync(world)
            set_fields(world.core, ref, {"text": words}, BOARD)
            world.time.pass_by(timedelta(minutes=10))
        syncs.rest(life)


def test_i2_i3_progress_of_both_sides_is_told_to_the_newest_and_once() -> None:
    with made_world(2) as world:
        life = Life(world, told=[""])
        (ref,) = [link.action for link in world.links() if (link.instance, link.remote_id) == ("police", "P1")]
        for count in range(3):
            life.type_there(1, 0, 3 + 8 * count)  # progress of their first ticket
            add_log(world.core, ref, "progress", life.judge.ledger.words("manager", "progress"), BOARD)
            world.sync()
            life.judge.after_sync(world)
            add_log(world.core, ref, "progress", life.judge.ledger.words("manager", "progress"), BOARD)
        syncs.rest(life)


def test_i3_what_a_log_cell_has_shown_is_not_shown_there_again() -> None:
    """They said something, we did, and both were shown; what they type next stays as they typed it."""
    with made_world(2) as world:
        police = world.systems["police"]
        (ref,) = [link.action for link in world.links() if (link.instance, link.remote_id) == ("police", "P1")]
        police.edit("P1", "progress", "Asked the trust")
        add_log(world.core, ref, "progress", "The trust answered", BOARD)
        world.sync()
        assert "The trust answered" in str(police.now["P1"].values["progress"])
        writes = police.writes
        police.edit("P1", "progress", "Done with the trust")
        world.sync()
        assert (police.now["P1"].values["progress"], police.writes) == ("Done with the trust", writes)
