"""The two-way scenario of a case or task system: the same for every connector, through `actiontrack sync`.

    class TestMine(TwoWays):
        @pytest.fixture
        def theirs(self, …) -> Iterator[Theirs]:
            yield MySystem(…)      # one of its own for each test

The system belongs to an agency (POL). The Board works by the command line; the agency's people in their own system,
behind the connector's back. Everything is read there by the system's own means, never by the connector.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import pytest
from between import Between, Said
from board_suite import Suite, row

A_MOMENT = 2.5
"""Seconds after which nothing more can come into the second that a system dates a change by."""
LONG = "Ж" * 4_990 + " 🧑‍🤝‍🧑 end"
KILLS = 20


class Theirs(Protocol):
    """A system in the hands of its own people. Statuses are told in our words; the system's own are its adapter's."""

    stand: Between
    """What stands before the server: `settings` lead through it."""
    settings: str
    """The lines of its `[[connector]]` beside name, side and agency."""
    adopting: str
    """The line that has records of their own put to the Board."""
    secrets: Mapping[str, str]
    """Environment variables it gets in with."""

    def keys(self, ref: str = "") -> Sequence[str]:
        """The records that carry this Action ID; of "" all there are."""
        ...

    def read(self, key: str) -> Mapping[str, Any]:
        """Its text, status, due (a date or None) and progress: what people see there."""
        ...

    def write(self, key: str, **changes: Any) -> None:
        """Change any of those as people do; progress is a note added."""
        ...

    def make(self, text: str) -> str:
        """A record of their own, one that `adopting` selects; its key."""
        ...


class World:
    """The Board's suite beside the system."""

    def __init__(self, suite: Suite, theirs: Theirs, *, adopting: bool = False, also: str = "") -> None:
        self.suite = suite
        self.theirs = theirs
        for name, value in theirs.secrets.items():
            suite.monkeypatch.setenv(name, value)
        also += f"\n{theirs.adopting}\n" if adopting else "\n"
        suite.configure(
            f'[[connector]]\nname = "police"\nside = "agency"\nagency = "POL"\n{also}{theirs.settings.strip()}\n'
        )

    def add(self, text: str, **fields: str) -> str:
        """A new action of the police's; its ref."""
        given = [f"{name}={value}" for name, value in {"text": text, "lead_agency": "POL", **fields}.items()]
        return str(self.suite.run("action", "add", *given)["ref"])

    def set(self, ref: str, **fields: str) -> None:
        self.suite.run("action", "set", ref, *(f"{name}={value}" for name, value in fields.items()))

    def show(self, ref: str) -> dict[str, Any]:
        return dict(self.suite.run("action", "show", ref))

    def sync(self, code: int | None = 0) -> dict[str, Any]:
        """One sync, by name, so that nothing that failed before is left in peace; an adoption is approved."""
        told = self.suite.sync("police", code=None)["police"]
        if told["status"] == "guard":
            told = self.suite.sync("police", "--approve", told["plan"], code=None)["police"]
        if code == 0:
            assert told["status"] == "ok", told
        return told

    def settle(self) -> None:
        """Sync until nothing moves: at most twice more, and then not a write."""
        self.sync()
        self.sync()
        before = self.written()
        told = self.sync()
        assert (told["created_there"], told["updated_there"], self.written()) == (0, 0, before), told

    def written(self) -> int:
        """How many writes went out so far."""
        return sum(1 for method, path in self.theirs.stand.asked if self.theirs.stand.writes(method, path))

    def record(self, ref: str) -> str:
        """The one record of an action."""
        (key,) = self.theirs.keys(ref)
        return key

    def there(self, ref: str) -> Mapping[str, Any]:
        return self.theirs.read(self.record(ref))

    def updates(self, ref: str) -> list[str]:
        return [each["text"] for each in self.show(ref)["updates"]]


class TwoWays:
    """Subclass it and give the fixture `theirs`; pytest collects the rest."""

    @pytest.fixture
    def suite(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Suite:
        return Suite(tmp_path, monkeypatch)

    @pytest.fixture
    def world(self, suite: Suite, theirs: Theirs) -> World:
        return World(suite, theirs)

    def test_edits_of_both_sides_meet(self, world: World) -> None:
        one, two = world.add("Train every team", current_due="2026-12-01"), world.add("Audit the files")
        world.sync()
        seen = world.there(one)
        assert (seen["text"], seen["status"], seen["due"]) == ("Train every team", "not_started", date(2026, 12, 1))
        world.set(one, text="Train every team twice")
        world.theirs.write(world.record(one), status="in_progress")
        world.theirs.write(world.record(two), text="Audit all the files")
        world.settle()
        assert world.there(one)["text"] == "Train every team twice"
        assert world.show(one)["status"] == world.there(one)["status"] == "in_progress"
        assert world.show(two)["text"] == world.there(two)["text"] == "Audit all the files"
        assert world.suite.run("conflict", "list") == []

    def test_both_change_one_field_and_neither_is_lost(self, world: World) -> None:
        ref = world.add("Train every team")
        world.sync()
        world.set(ref, text="Train every new team")
        world.theirs.write(world.record(ref), text="Train every old team")
        world.sync()
        (conflict,) = world.suite.run("conflict", "list")
        assert "Train every old team" in str(conflict)
        assert world.show(ref)["text"] == "Train every new team"
        assert world.there(ref)["text"] == "Train every old team"

    def test_closed_and_opened_again(self, world: World) -> None:
        ref = world.add("Train every team")
        world.sync()
        world.theirs.write(world.record(ref), status="reported_complete")
        world.settle()
        assert world.show(ref)["legs"][0]["status"] == "reported_complete"
        world.theirs.write(world.record(ref), status="in_progress")
        world.settle()
        assert world.show(ref)["status"] == "in_progress"
        world.set(ref, status="reported_complete")
        world.settle()
        assert world.there(ref)["status"] == "reported_complete"
        world.set(ref, status="in_progress")
        world.settle()
        assert world.there(ref)["status"] == "in_progress"

    def test_notes_go_both_ways_and_all_are_kept(self, world: World) -> None:
        ref = world.add("Train every team")
        world.suite.run("action", "progress", ref, "The Board asks how it goes")
        world.sync()
        assert "The Board asks how it goes" in world.there(ref)["progress"]
        world.theirs.write(world.record(ref), progress="Two teams of nine are trained")
        world.settle()
        world.theirs.write(world.record(ref), progress="No change")
        world.settle()
        world.suite.run("action", "progress", ref, "Thank you 🙂")
        world.settle()
        assert "Thank you 🙂" in world.there(ref)["progress"]
        world.theirs.write(world.record(ref), progress="No change")
        world.settle()
        said = ["The Board asks how it goes", "Two teams of nine are trained", "No change", "Thank you 🙂", "No change"]
        assert world.updates(ref) == said
        assert world.there(ref)["text"] == world.show(ref)["text"] == "Train every team"

    def test_the_same_words_again_are_said_again(self, world: World) -> None:
        """An update is known by where it came from, never by its text."""
        ref = world.add("Train every team")
        world.sync()
        for _ in range(2):
            world.theirs.write(world.record(ref), progress="No change")
            world.settle()
        assert world.updates(ref) == ["No change", "No change"]

    def test_both_note_something_at_the_same_time(self, world: World) -> None:
        ref = world.add("Train every team")
        world.sync()
        for number in range(3):

            def meanwhile(number: int = number) -> None:
                world.theirs.stand.before_write = None
                world.theirs.write(world.record(ref), progress=f"Noted {number}")

            world.suite.run("action", "progress", ref, f"Asked {number}")
            world.theirs.stand.before_write = meanwhile
            world.sync(code=None)
            world.settle()
        said = sorted(f"{what} {number}" for what in ("Asked", "Noted") for number in range(3))
        assert sorted(world.updates(ref)) == said
        there = world.there(ref)["progress"]
        assert "Asked 2" in there
        assert "Noted 2" in there

    def test_one_record_that_may_not_be_written_holds_nothing_else_back(self, world: World) -> None:
        one, two = world.add("Train every team"), world.add("Audit the files")
        world.sync()
        shut, stand = world.record(one), world.theirs.stand

        def forbidden(method: str, path: str, _: bytes) -> Said | None:
            asked = path.partition("?")[0].rstrip("/").removesuffix(".json")
            return Said(403) if stand.writes(method, path) and asked.endswith(f"/{shut}") else None

        stand.instead = forbidden
        world.set(one, text="Train every team twice")
        world.set(two, text="Audit all the files")
        told = world.sync()
        assert (told["updated_there"], world.there(two)["text"]) == (1, "Audit all the files")
        assert world.there(one)["text"] == "Train every team"
        assert [each for each in world.suite.run("status", code=None)["issues"] if one in each["text"]]
        world.theirs.write(world.record(two), status="in_progress")
        world.sync()
        assert world.show(two)["status"] == "in_progress", "reading goes on"
        stand.heal()
        world.settle()
        assert world.there(one)["text"] == "Train every team twice"

    def test_what_they_made_themselves(self, suite: Suite, theirs: Theirs) -> None:
        theirs.make("Theirs, from before")
        world = World(suite, theirs)
        world.add("Ours")
        world.sync()
        assert [each["text"] for each in suite.run("action", "list")] == ["Ours"], "not asked for, not taken"
        world = World(suite, theirs, adopting=True)
        world.sync()
        (proposal,) = suite.run("proposal", "list")
        suite.run("proposal", "accept", proposal["id"], "--by", "chair")
        world.settle()
        ref = suite.action("Theirs, from before")["ref"]
        assert len(theirs.keys()) == 2, "none was made for it"
        assert len(theirs.keys(ref)) == 1, "it carries its Action ID"
        world.set(ref, text="Theirs, from before, agreed by the Board")
        world.settle()
        assert "Theirs, from before, agreed by the Board" in [theirs.read(key)["text"] for key in theirs.keys("")]

    def test_two_hundred_and_fifty(self, world: World) -> None:
        """Past every page; and the number of requests grows with what changed, not with what there is."""
        asked = world.theirs.stand.asked
        plan = world.suite.make_plan(
            row(number, **{"Lead agency": "Norchester Police", "Recommendation": None, "Rec no": None})
            for number in range(1, 251)
        )
        world.suite.run("import", str(plan), "--review", "SAR-2026-01")
        world.suite.run("review", "set", "SAR-2026-01", "publication=published")
        told = world.sync()
        print("requests, first sync of 250:", len(asked))
        assert told["created_there"] == len(world.theirs.keys()) == 250
        texts = {each["ref"]: each["text"] for each in world.suite.run("action", "list")}
        some = list(texts)[::25]
        assert {ref: world.there(ref)["text"] for ref in some} == {ref: texts[ref] for ref in some}
        world.settle()
        for ref in some[:3]:
            world.theirs.write(world.record(ref), status="reported_complete")
        asked.clear()
        told = world.sync()
        print("requests, 3 changed there:", len(asked))
        assert (told["created_there"], told["updated_there"]) == (0, 0)
        assert [world.show(ref)["legs"][0]["status"] for ref in some[:3]] == ["reported_complete"] * 3
        for ref in some[3:6]:
            world.set(ref, text=f"{texts[ref]}, again")
        asked.clear()
        assert world.sync()["updated_there"] == 3
        print("requests, 3 changed here:", len(asked))
        assert len(asked) <= 25, asked
        world.settle()
        time.sleep(A_MOMENT)  # what could still come into the second of the last change is read for once more
        world.settle()
        asked.clear()
        world.sync()
        print("requests, unchanged:", len(asked))
        assert len(asked) <= 2, asked

    def test_texts_arrive_whole(self, world: World) -> None:
        ref = world.add(LONG)
        odd = world.add("Ofsted’s “four” points: a, b; c\\d\nécole, ẞ, עברית, ﬁ")
        world.sync()
        assert world.there(ref)["text"] == LONG
        assert world.there(odd)["text"] == world.show(odd)["text"]
        world.theirs.write(world.record(ref), text="Short 🧵")
        world.theirs.write(world.record(odd), text=LONG)
        world.settle()
        assert (world.show(ref)["text"], world.show(odd)["text"]) == ("Short 🧵", LONG)
        world.suite.run("action", "progress", ref, LONG)
        world.settle()
        assert LONG in world.there(ref)["progress"]

    @pytest.mark.parametrize("change", [date(2026, 3, 29), date(2026, 10, 25)])
    def test_a_day_is_a_day_where_the_clocks_change(self, world: World, change: date) -> None:
        days = [change.replace(day=change.day + by) for by in (-1, 0, 1)]
        given = {day: world.add(f"Given {day}", current_due=day.isoformat()) for day in days}
        asked = {day: world.add(f"Asked {day}") for day in days}
        world.sync()
        for day, ref in asked.items():
            world.theirs.write(world.record(ref), due=day)
        world.settle()
        assert {day: world.there(ref)["due"] for day, ref in given.items()} == {day: day for day in days}
        assert {day: world.there(ref)["due"] for day, ref in asked.items()} == {day: day for day in days}
        for refs in (given, asked):
            assert {day: world.show(ref)["current_due"] for day, ref in refs.items()} == {
                day: day.isoformat() for day in days
            }

    def test_an_embargoed_review_gives_references_and_dates_only(self, suite: Suite, theirs: Theirs) -> None:
        world = World(suite, theirs, also='embargo = "refs"')
        ref = world.add("About Child K", review="SAR-2026-01", current_due="2026-12-01")
        suite.run("action", "progress", ref, "Seen by the mother")
        world.settle()
        seen = world.there(ref)
        assert seen["due"] == date(2026, 12, 1)
        assert "Child K" not in str(seen)
        assert "mother" not in str(seen)
        suite.run("review", "set", "SAR-2026-01", "publication=published")
        world.settle()
        assert world.there(ref)["text"] == "About Child K"

    def test_killed_between_sending_and_its_answer(self, world: World) -> None:
        world.add("The first")
        world.sync()
        refs = [world.add(f"Number {number}") for number in range(KILLS)]
        for _ in range(KILLS):
            _sync_and_die(world)
        world.settle()
        assert {ref: len(world.theirs.keys(ref)) for ref in refs} == dict.fromkeys(refs, 1)
        assert len(world.theirs.keys()) == KILLS + 1
        assert sorted(world.there(ref)["text"] for ref in refs) == sorted(f"Number {number}" for number in range(KILLS))

    def test_killed_while_both_sides_edit(self, world: World) -> None:
        refs = [world.add(f"Number {number}") for number in range(5)]
        world.sync()
        for number, ref in enumerate(refs):
            world.set(ref, text=f"Number {number}, by the Board")
            world.suite.run("action", "progress", ref, f"Asked {number}")
            world.theirs.write(world.record(ref), status="in_progress")
            _sync_and_die(world)
            world.theirs.write(world.record(ref), progress=f"Noted {number}")
        world.settle()
        for number, ref in enumerate(refs):
            there, here = world.there(ref), world.show(ref)
            assert there["text"] == here["text"] == f"Number {number}, by the Board"
            assert there["status"] == here["status"] == "in_progress"
            assert [f"Asked {number}", f"Noted {number}"] == world.updates(ref)
            assert f"Noted {number}" in there["progress"]

    def test_somebody_is_quicker(self, world: World) -> None:
        ref = world.add("Train every team")
        world.sync()
        key = world.record(ref)
        for race in range(KILLS):
            ours, theirs = f"By the Board {race}", f"By the police {race}"

            def meanwhile(theirs: str = theirs) -> None:
                world.theirs.stand.before_write = None
                world.theirs.write(key, text=theirs)

            world.set(ref, text=ours)
            world.theirs.stand.before_write = meanwhile
            world.sync(code=None)
            (conflict,) = world.suite.run("conflict", "list")
            assert (world.show(ref)["text"], world.there(ref)["text"]) == (ours, theirs)
            world.suite.run("conflict", "resolve", conflict["id"], "--take", "theirs", "--by", "chair")
            world.settle()
            assert world.show(ref)["text"] == world.there(ref)["text"] == theirs

    @pytest.mark.parametrize(
        ("status", "body", "ends"),
        [
            (401, b"", "failed"), (403, b"", "failed"), (404, b"", "failed"), (500, b"", "deferred"),
            (503, b"", "deferred"), (429, b"", "deferred"), (200, b"<html>Please sign in</html>", "failed"),
            (200, b"", "failed"), (204, b"", "failed"),
        ],
    )  # fmt: skip
    def test_a_server_that_is_ill_or_lies_changes_nothing(
        self, world: World, status: int, body: bytes, ends: str
    ) -> None:  # fmt: skip
        ref = world.add("Train every team")
        world.sync()
        world.theirs.write(world.record(ref), status="in_progress")
        before = world.show(ref)
        world.theirs.stand.says(status, body)
        told = world.sync(code=None)
        assert told["status"] == ends
        assert told["why"]
        assert "\n" not in told["why"]
        assert not [value for value in world.theirs.secrets.values() if value in str(told)]
        assert world.show(ref) == before
        world.theirs.stand.heal()
        world.settle()
        assert world.show(ref)["status"] == "in_progress"

    @pytest.mark.parametrize("status", [200, 204, 500])
    def test_a_write_that_did_not_arrive_is_never_taken_for_done(self, world: World, status: int) -> None:
        ref = world.add("Train every team")
        world.sync()
        world.set(ref, text="Train every team twice")
        world.theirs.stand.says(status, b"", only_writes=True)
        world.sync(code=None)
        assert world.show(ref)["text"] == "Train every team twice"
        assert world.there(ref)["text"] == "Train every team"
        world.theirs.stand.heal()
        world.set(ref, text="Train every team three times")
        world.settle()
        assert world.there(ref)["text"] == "Train every team three times"

    def test_the_wrong_key_lets_nobody_in(self, world: World) -> None:
        ref = world.add("Train every team")
        world.sync()
        for name in world.theirs.secrets:
            world.suite.monkeypatch.setenv(name, "not-the-key")
        told = world.sync(code=None)
        assert told["status"] == "failed"
        assert "not-the-key" not in str(told)
        for name, value in world.theirs.secrets.items():
            world.suite.monkeypatch.setenv(name, value)
        world.settle()
        assert len(world.theirs.keys(ref)) == 1


def _sync_and_die(world: World) -> None:
    """A sync in a process of its own, which is killed once the server has taken a write, before the answer comes."""
    stand = world.theirs.stand
    command = [sys.executable, "-m", "actiontrack", "--config", str(world.suite.folder / "actiontrack.toml"), "sync"]
    process = subprocess.Popen(
        [*command, "police"], env=dict(os.environ), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )

    def kill() -> None:
        process.kill()
        process.wait()

    stand.after_write = kill
    try:
        assert process.wait(timeout=300) < 0, "it was to be killed"
    finally:
        stand.after_write = None
