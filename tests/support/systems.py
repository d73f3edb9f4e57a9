"""A store and one system with keys of its own, in memory: what the journal's rules for systems are tried on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from actiontrack.adapters.calendar import load_calendar
from actiontrack.domain.fields import Actor
from actiontrack.domain.ledger import Conflict, Instance, Intent, Link, Proposal
from actiontrack.domain.nouns import Action
from actiontrack.domain.policy import Board
from actiontrack.domain.vocabulary import Side
from actiontrack.hooks import load_plugins
from actiontrack.ports import Batch, InstanceSettings, Observation, Outcome, Write
from actiontrack.services.core import Core
from actiontrack.services.records.changing import add_entry
from actiontrack.services.records.creating import create_action
from actiontrack.services.records.desk import Desk
from actiontrack.services.sync.engine import sync
from actiontrack.services.sync.steps import ConnectorResult
from actiontrack.services.use_cases import UseCases
from actiontrack.testing import HandClock, MemoryConnector, memory_store

ONE, TWO, THREE = "Train the staff", "Review the policy", "Audit the files"
"""The actions of an office that the units' tests open."""

Open = Callable[..., "Office"]


class System(MemoryConnector):
    """A system over which troubles come. `asked` are the cursors it was asked with."""

    def __init__(self, **able: bool) -> None:
        super().__init__(**able)
        self.asked: list[str] = []
        self.sent: list[Write] = []
        self.reading: Exception | None = None
        """Raised by the next reads, until it is taken away."""
        self.writing: dict[str, Exception] = {}
        """text → raised when a record of that text is to be written."""
        self.shows: dict[str, Mapping[str, Any]] = {}
        """key → what a lagging replica still shows."""
        self.partial: frozenset[str] | None = None
        """The fields of the next write that arrive, before the answer is lost."""
        self.refuses = ""
        """A field it takes from nobody; what is written beside it arrives."""
        self.meanwhile: dict[str, str] = {}
        """What stands in a record once the next write is in, whatever the write said."""

    def observe(self, cursor: str, columns: Mapping[str, str]) -> Observation:
        self.asked.append(cursor)
        if self.reading is not None:
            raise self.reading
        seen = super().observe(cursor, columns)
        for record in seen.records:
            if record.remote_id in self.shows:
                old = MemoryConnector({"x": self.shows[record.remote_id]}).observe("", {}).records[0]
                record.fields, record.version = old.fields, old.version
        return seen

    def apply(self, batch: Batch) -> Iterator[Outcome]:
        for write in batch.writes:
            text = str(write.after.get("text") or self.records.get(write.remote_id, {}).get("text"))
            if text in self.writing:
                raise self.writing[text]
            self.sent.append(write)
            one = Batch([write], batch.proof if write is batch.writes[0] else self._proof(), "", {})
            if self.refuses in write.after:
                kept = {name: value for name, value in write.after.items() if name != self.refuses}
                (landed,) = super().apply(replace(one, writes=[replace(write, after=kept)]))
                yield replace(landed, state="refused", why=f"it takes no {self.refuses}", field=self.refuses)
                continue
            if self.partial is not None:
                kept = {name: value for name, value in write.after.items() if name in {*self.partial, "text"}}
                self.partial = None
                self.cut_off()
                one = Batch(
                    [Write(write.op_id, write.remote_id, 0, write.creates, write.before, kept)], one.proof, "", {}
                )
            for outcome in super().apply(one):
                yield self._with_what_came_meanwhile(outcome)

    def _with_what_came_meanwhile(self, outcome: Outcome) -> Outcome:
        if not self.meanwhile or outcome.record is None:
            return outcome
        key = outcome.record.remote_id
        self.records[key].update(self.meanwhile)
        self.meanwhile = {}
        (shown,) = [record for record in super().observe("", {}).records if record.remote_id == key]
        return replace(outcome, record=shown, proof=self._proof())

    def key(self, text: str) -> str:
        """The key of the record of that text."""
        (found,) = [key for key, fields in self.records.items() if fields["text"] == text]
        return found


class Office:
    """A board whose plan is kept in the store and in the system."""

    def __init__(self, system: System, texts: tuple[str, ...] = ()) -> None:
        self.clock = HandClock()
        self.system = system
        self.settings = InstanceSettings("tickets", "memory", Side.BOARD)
        self.core = Core(
            store=memory_store(self.clock),
            clock=self.clock,
            calendar=load_calendar(Board(name="B").nation, None),
            hooks=load_plugins(installed=False),
            board=Board(name="B", closures_need_decision=False),
            agencies=(),
            instances={"tickets": self.settings},
            connectors={"tickets": system},
        )
        for text in texts:
            self.make(text)

    def make(self, text: str) -> str:
        """A new action; its ref."""
        with self.core.store.writing("manager", "cli") as writer:
            desk = Desk(writer, self.core.board, self.clock.now())
            file = create_action(desk, {"text": text}, actor=Actor(Side.BOARD), review="", who="manager", source="cli")
            desk.save(writer)
            return file.action.ref

    def change(self, text: str, **values: str) -> None:
        """Change the action of that text here."""
        (ref,) = [each["ref"] for each in UseCases(self.core).find() if each["text"] == text]
        UseCases(self.core).change(ref, values, who="manager")

    def say(self, text: str, update: str) -> None:
        """The Board notes something on the action of that text."""
        ref = self.here()[text]["ref"]
        with self.core.store.writing("manager", "cli") as writer:
            desk = Desk(writer, self.core.board, self.clock.now())
            add_entry(desk, desk.file(ref), "progress", update, agency="", who="manager", source="cli")
            desk.save(writer)

    def sync(self, *names: str) -> ConnectorResult:
        """One sync; an adoption is approved."""
        (told,) = sync(self.core, names, who="manager").connectors
        if told.status == "guard" and "first sync" in told.why:
            (told,) = sync(self.core, names, approve=[told.plan], who="manager").connectors
        return told

    def reconfigure(self, **settings: Any) -> None:
        """Another line in the configuration."""
        self.settings = replace(self.settings, **settings)
        self.core = replace(self.core, instances={"tickets": self.settings})

    def pass_time(self, **by: float) -> None:
        """Let time pass, or run back."""
        self.clock.move(timedelta(**by))

    def here(self) -> dict[str, dict[str, Any]]:
        """The actions by their text."""
        with self.core.store.reading() as reader:
            return {each.text: each.model_dump() for each in reader.find(Action)}

    def stored(self, kind: Any, **where: Any) -> list[Any]:
        """What the journal holds."""
        with self.core.store.reading() as reader:
            return reader.find(kind, **where)

    @property
    def instance(self) -> Instance:
        """What the store knows of the system."""
        (found,) = self.stored(Instance, name="tickets")
        return found

    def link(self, text: str) -> Link:
        """The link of the action of that text."""
        (found,) = self.stored(Link, action=self.here()[text]["ref"])
        return found

    def last_intent(self, text: str) -> Intent:
        """The write of the action of that text that ended last, or has not ended."""
        found: list[Intent] = self.stored(Intent, action=self.here()[text]["ref"])
        return max(found, key=lambda each: (each.ended_at is None, not each.creates, each.at))

    @property
    def open_conflicts(self) -> list[Conflict]:
        """What waits."""
        return self.stored(Conflict, closed_at=None)

    @property
    def open_proposals(self) -> list[Proposal]:
        """What waits."""
        return self.stored(Proposal, closed_at=None)
