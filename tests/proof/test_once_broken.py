"""What the proof suite found on its way, each as the fewest steps that showed it."""

from __future__ import annotations

from datetime import timedelta

from proof.machine.world import made_world
from proof.remotes.faults import Fault
from proof.remotes.system import Traits

from actiontrack.domain.fields import Actor
from actiontrack.domain.ledger import Link
from actiontrack.domain.nouns import Action
from actiontrack.domain.vocabulary import Side
from actiontrack.services.records.asking import Asker, set_fields
from actiontrack.services.sync.answers import answer_proposal
from actiontrack.services.sync.waiting import conflicts, proposals


def test_i4_i16_a_ticket_accepted_as_a_new_action_is_that_actions_record() -> None:
    """It was linked with our own ref, which no ticket has: its edits never came in."""
    with made_world(2) as world:
        police = world.systems["police"]
        key = police.add({"text": "A ticket of theirs", "status": "In progress"})
        world.sync()
        (asked,) = proposals(world.core)
        ref = answer_proposal(world.core, asked["id"], accept=True, who="manager")["ref"]
        world.sync()
        police.edit(key, "text", "Edited over there")
        world.sync(["police"])
        with world.store.reading() as reader:
            assert [link.remote_id for link in reader.find(Link, instance="police", action=ref)] == [key]
            assert [text for (text,) in reader.pick(Action, ("text",), ref=ref)] == ["Edited over there"]


def test_i14_a_replica_that_lags_by_two_of_our_writes_is_stale_not_edited() -> None:
    """Only the version before the last write was known to be old: the one before that was taken for an edit."""
    with made_world(2) as world:
        police = world.systems["police"]
        police.traits = Traits()
        (ref,) = [each.action for each in world.links() if (each.instance, each.remote_id) == ("police", "P1")]
        for words in ("First", "Second", "Third"):
            set_fields(world.core, ref, {"text": words}, Asker("manager", Actor(Side.BOARD)))
            world.time.pass_by(timedelta(seconds=7))
            world.sync()
        world.weather["police"].waiting.append(Fault("behind", 0, 20))
        world.sync()
        assert world.weather["police"].struck["behind"] == 1
        assert police.now["P1"].values["text"] == "Third"
        with world.store.reading() as reader:
            assert [text for (text,) in reader.pick(Action, ("text",), ref=ref)] == ["Third"]


def test_i8_a_replica_that_lags_behind_an_edit_and_our_write_makes_no_conflict() -> None:
    """What had been read before somebody's edit, which we wrote on top of, was taken for an edit of its own."""
    with made_world(2) as world:
        police = world.systems["police"]
        police.traits = Traits()
        (ref,) = [each.action for each in world.links() if (each.instance, each.remote_id) == ("police", "P1")]
        police.edit("P1", "lead_officer", "Somebody else")
        set_fields(world.core, ref, {"text": "First"}, Asker("manager", Actor(Side.BOARD)))
        world.time.pass_by(timedelta(seconds=7))
        world.sync()
        set_fields(world.core, ref, {"text": "Second"}, Asker("manager", Actor(Side.BOARD)))
        world.weather["police"].waiting.append(Fault("behind", 0, 20))
        world.sync()
        assert world.weather["police"].struck["behind"] == 1
        assert conflicts(world.core) == []
