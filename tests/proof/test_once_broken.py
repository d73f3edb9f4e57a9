"""What the proof suite found on its way, each as the fewest steps that showed it."""

from __future__ import annotations

from actiontrack.domain.ledger import Link
from actiontrack.domain.nouns import Action
from actiontrack.services.sync.answers import answer_proposal
from actiontrack.services.sync.waiting import proposals
from proof.machine.world import made_world


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
