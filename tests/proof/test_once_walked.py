"""What the long walks of the state machine once found broken, each as the fewest steps that showed it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Literal

import pytest
from proof.machine import book
from proof.machine.judge import Judge
from proof.machine.world import World, made_world
from proof.remotes.faults import Fault
from proof.remotes.system import System, Traits

from actiontrack.domain.fields import Actor
from actiontrack.domain.ledger import Link
from actiontrack.domain.nouns import Action
from actiontrack.domain.vocabulary import Side
from actiontrack.services.records.asking import Asker, add_action, set_fields
from actiontrack.services.sync.answers import answer_proposal
from actiontrack.services.sync.waiting import conflicts, proposals

Creates = Literal["neither", "idempotent"]
MANAGER = Asker("manager", Actor(Side.BOARD))
A_WHILE = timedelta(seconds=7)


@contextmanager
def unanswered(words: str) -> Iterator[tuple[World, System, str]]:
    """The police hold `words` of ours, of which no answer came; the next read is from a replica that lags behind it."""
    with made_world(2) as world:
        police = world.systems["police"]
        police.traits = Traits()
        (ref,) = [each.action for each in world.links() if (each.instance, each.remote_id) == ("police", "P1")]
        set_fields(world.core, ref, {"text": words}, MANAGER)
        world.weather["police"].waiting.append(Fault("no answer", 0, 0))
        world.sync()
        assert police.now["P1"].values["text"] == words
        world.time.pass_by(A_WHILE)
        world.weather["police"].waiting.append(Fault("behind", 0, 20))
        yield world, police, ref


def text_here(world: World, ref: str) -> str:
    with world.store.reading() as reader:
        ((text,),) = reader.pick(Action, ("text",), ref=ref)
    return str(text)


@pytest.mark.parametrize("fault", ["", "401"])
def test_i8_a_write_of_ours_that_a_replica_did_not_show_yet_is_no_edit_when_it_is_met(fault: str) -> None:
    """It was taken for lost once it was read as before; what stood there was then an edit, in conflict with ours."""
    with unanswered("First") as (world, police, ref):
        set_fields(world.core, ref, {"text": "First and second"}, MANAGER)
        if fault:
            world.weather["police"].waiting.append(Fault(fault, 1, 0))
        world.sync()
        assert world.weather["police"].struck["behind"] == 1
        world.time.pass_by(A_WHILE)
        world.sync(["police"])
        assert conflicts(world.core) == []
        assert police.now["P1"].values["text"] == text_here(world, ref) == "First and second"


def test_i14_what_was_taken_back_here_does_not_return_by_a_write_that_a_replica_did_not_show_yet() -> None:
    with unanswered("Too soon") as (world, police, ref):
        set_fields(world.core, ref, {"text": police.past[0].values["text"]}, MANAGER)
        world.sync()
        assert world.weather["police"].struck["behind"] == 1
        world.time.pass_by(A_WHILE)
        world.sync(["police"])
        assert police.now["P1"].values["text"] == text_here(world, ref) == police.past[0].values["text"]


def test_i1_what_is_typed_there_after_a_later_write_landed_is_an_edit_though_it_says_what_we_once_sent() -> None:
    """The write that had been kept in mind is none any more once one after it is acknowledged."""
    with made_world(2) as world:
        police = world.systems["police"]
        police.traits = Traits()
        (ref,) = [each.action for each in world.links() if (each.instance, each.remote_id) == ("police", "P1")]
        set_fields(world.core, ref, {"text": "First"}, MANAGER)
        world.weather["police"].waiting.append(Fault("time-out before", 1, 0))
        world.sync()
        set_fields(world.core, ref, {"text": "Second"}, MANAGER)
        world.sync(["police"])
        assert police.now["P1"].values["text"] == "Second"
        police.edit("P1", "text", "First")
        world.time.pass_by(A_WHILE)
        world.sync(["police"])
        assert police.now["P1"].values["text"] == text_here(world, ref) == "First"


def test_a_version_that_no_sync_ever_read_passes_for_an_edit_and_a_fresh_read_brings_ours_again() -> None:
    """The judge knew of no such thing: what we had written was a side of a conflict, and nobody had typed it."""
    judge = Judge()
    with made_world(2) as world:
        police = world.systems["police"]
        police.traits = Traits()
        (ref,) = [each.action for each in world.links() if (each.instance, each.remote_id) == ("police", "P1")]
        before = text_here(world, ref)
        for words in ("Typed", "Typed over"):
            police.edit("P1", "progress", words)
            world.time.pass_by(timedelta(seconds=20))
        for words, fault, here in (("Ours", 0, "Ours"), ("", 35, before), ("Ours, again", 0, "Ours, again")):
            if words:
                set_fields(world.core, ref, {"text": words}, MANAGER)
            if fault:
                world.weather["police"].waiting.append(Fault("behind", 0, fault))
            world.sync()
            judge.after_sync(world)
            assert text_here(world, ref) == here
            world.time.pass_by(A_WHILE)
        assert [each["sides"] for each in conflicts(world.core)] == [{"police": "Ours"}]


@pytest.mark.parametrize("answer", ["409", "422", "400"])
def test_i4_a_create_whose_answer_was_lost_keeps_its_key_when_it_is_turned_away_the_second_time(answer: str) -> None:
    """It was given a new key, and made a second record: of the first, nothing that tells whose it is had landed."""
    with made_world(2) as world:
        police = world.systems["police"]
        police.traits = Traits(creates="idempotent", whole=False)
        before = set(police.now)
        values = {"text": "Something new", "lead_agency": "POL", "current_due": "2026-12-05"}
        ref = add_action(world.core, values, MANAGER)["ref"]
        world.weather["police"].waiting.append(Fault("half", 0, 0))
        world.sync()
        assert len(set(police.now) - before) == 1
        world.weather["police"].waiting.append(Fault(answer, 0, 0))
        world.sync(["police"])
        assert world.weather["police"].struck[answer] == 1
        set_fields(world.core, ref, {"text": "Something newer"}, MANAGER)
        for _ in range(3):
            world.sync(["police"])
        (key,) = set(police.now) - before
        assert police.now[key].values["text"] == "Something newer"
        assert [each.remote_id for each in world.links() if (each.instance, each.action) == ("police", ref)] == [key]


@pytest.mark.parametrize("creates", ["neither", "idempotent"])
def test_i8_what_a_create_without_an_answer_left_there_is_no_edit_once_its_record_is_met(creates: Creates) -> None:
    """The record was known again by its words, as if it were somebody's own: its status was in conflict with ours."""
    with made_world(2) as world:
        police = world.systems["police"]
        police.traits = Traits(creates=creates)
        before = set(police.now)
        values = {"text": "Something new", "lead_agency": "POL", "current_due": "2026-12-05"}
        ref = add_action(world.core, values, MANAGER)["ref"]
        world.weather["police"].waiting.append(Fault("no answer", 0, 0))
        world.sync(["police"])
        (key,) = set(police.now) - before
        set_fields(world.core, ref, {"status": "in_progress"}, Asker("police", Actor(Side.AGENCY, "POL")))
        for _ in range(2):
            world.sync(["police"])
        assert conflicts(world.core) == []
        assert police.now[key].values["status"] == "In progress"
        assert set(police.now) - before == {key}


def test_i16_who_edits_a_row_before_its_accepted_copy_has_an_id_of_its_own_is_heard() -> None:
    """The copy was the more like of the two by then, and kept the id; the original was held as its copy."""
    with made_world(1) as world:
        world.sync()
        pages = world.book
        assert pages is not None
        first, *others = pages.rows()
        pages.write([first, *others, dict(first)])
        world.sync()
        (asked,) = proposals(world.core)
        ref = answer_proposal(world.core, asked["id"], accept=True, who="manager")["ref"]
        rows = pages.rows()
        rows[0][book.HEADINGS["lead_officer"]] = "Somebody else"
        pages.write(rows)
        world.sync()
        rows = pages.rows()
        assert [rows[0][book.KEY], rows[-1][book.KEY]] == [first[book.KEY], ref]
        with world.store.reading() as reader:
            leads = dict(reader.pick(Action, ("ref", "lead_officer"), ref=[first[book.KEY], ref]))
            assert len(reader.find(Link, instance=book.NAME, action=ref)) == 1
        assert leads == {first[book.KEY]: "Somebody else", ref: first[book.HEADINGS["lead_officer"]]}


def test_i16_what_stands_in_a_field_that_comes_back_is_read_though_the_system_had_failed_just_before() -> None:
    """That it answers again was noted with the fields of an increment, as if all records had been looked at by them."""
    with made_world(2) as world:
        police = world.systems["police"]
        police.traits = Traits(cursor=True)
        police.edit("P1", "priority", "Typed there")
        police.missing_field = "priority"
        result = world.sync()
        world.sync(approve=[each.plan for each in result.connectors if each.plan])
        police.missing_field = ""
        world.time.pass_by(timedelta(minutes=20))
        world.weather["police"].waiting.append(Fault("500", 0, 0))
        world.sync()
        assert proposals(world.core) == []
        world.sync(["police"])
        assert [each["to"] for each in proposals(world.core)] == ["Typed there"]
