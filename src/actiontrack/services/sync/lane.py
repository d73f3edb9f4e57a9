"""A lane: everything about one instance in one run, from what was observed to what was planned."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from actiontrack.domain.fields import Actor
from actiontrack.domain.ledger import Conflict, Instance, Intent, Link, Proposal, StoredIssue
from actiontrack.domain.nouns import Action, Leg
from actiontrack.domain.vocabulary import Side
from actiontrack.ports import Connector, InstanceSettings, Observation, Problem, Question, Record, Write
from actiontrack.services.records.desk import ActionFile, Desk
from actiontrack.services.records.projection import Viewer
from actiontrack.services.sync.matching import Matching
from actiontrack.services.sync.steps import ConnectorResult, Step
from actiontrack.services.sync.tongue import Tongue, Unclearness

Theirs = dict[str, str | Unclearness]
TRIES = 5
"""Failures in a row before a record is left alone."""


@dataclass(slots=True)
class Ledger:
    """The open conflicts and proposals, shared by all lanes of a run; changes are stored when the run is."""

    conflicts: dict[tuple[str, str, str], Conflict]
    """(noun, target, field) → the open conflict."""
    proposals: dict[tuple[str, str, str], Proposal]
    """(instance, action, field) → the open proposal of one field."""
    others: dict[str, Proposal]
    """id → every proposal there is of the other kinds (new, remove, repair), answered ones too."""
    changed: dict[str, Conflict | Proposal] = field(default_factory=dict)
    found: list[Conflict] = field(default_factory=list)
    """Conflicts that this run opened."""
    thawed: set[tuple[str, str]] = field(default_factory=set)
    """(noun, target) of conflicts that this run closed."""


@dataclass
class Lane:
    """One instance in one run."""

    settings: InstanceSettings
    instance: Instance
    connector: Connector
    seen: Observation
    tongue: Tongue
    desk: Desk
    ledger: Ledger
    result: ConnectorResult
    connected: frozenset[str]
    names: Mapping[str, str]
    """Agency code → name; "" → the Board's."""
    viewer: Viewer
    inbound_only: bool = False
    """An import: the source is never written."""
    binding: str = ""
    """The mark the source shall carry."""
    links: dict[str, Link] = field(default_factory=dict)
    """action → link, of every link this run touches."""
    records: dict[str, Record] = field(default_factory=dict)
    """action → its record, of every pair there is."""
    read: dict[int, Theirs] = field(default_factory=dict)
    unclear: set[int] = field(default_factory=set)
    """Those of `read` with a value that can't be read."""
    matching: Matching = field(default_factory=Matching)
    linked: set[str] = field(default_factory=set)
    """Every action that has a link, touched or not."""
    look_at: set[str] = field(default_factory=set)
    """Actions that may have something to say outward."""
    held: set[str] = field(default_factory=set)
    """Actions whose record is held back in this run."""
    mended: set[str] = field(default_factory=set)
    """Actions whose record gets its own key back in this run."""
    again: set[str] = field(default_factory=set)
    """Actions that the next run must look at, though nothing more changes in them."""
    gone: list[Link] = field(default_factory=list)
    """Links to forget."""
    issues: dict[str, StoredIssue] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    """Keys of the issues that earlier runs left standing."""
    examined: set[str] = field(default_factory=set)
    """Actions whose record was read anew: their issues are told anew."""
    writes: list[Write] = field(default_factory=list)
    intents: dict[str, Intent] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    updated: set[str] = field(default_factory=set)
    """Actions that this lane's observation changed."""
    typed: dict[tuple[str, str], int] = field(default_factory=dict)
    """(action, log) → the position of the entry typed into this instance's cell in this run."""
    cut_off: bool = False
    """An earlier run left intents of this instance without an acknowledgement."""
    questions: list[Question] | None = None
    """What is asked of the instance's people, where it shows that."""
    made: Mapping[str, Record] = field(default_factory=dict)
    """op_id → the record found of a create without an acknowledgement."""
    reused: dict[str, Intent] = field(default_factory=dict)
    """action → the write that did not land: sent again with the same key."""
    strangers: list[Record] = field(default_factory=list)
    """Records of which a person is asked whether they are new actions, unless another instance makes theirs."""
    asked_new: set[str] = field(default_factory=set)
    """Ids of the proposals of new actions that this observation asks for."""
    unknown: dict[str, Intent] = field(default_factory=dict)
    """action → a create of which nobody can tell whether it landed."""
    settled: list[Intent] = field(default_factory=list)
    """What became of writes without an acknowledgement."""
    in_mind: list[Intent] = field(default_factory=list)
    """Writes that no read has shown so far, though a system with replicas may hold them already."""
    stale: set[str] = field(default_factory=set)
    """Actions whose record was read as it was before our last write: passed over in this run."""
    whole: bool = False
    """It is an increment, and everything has to be read before the instance can be settled."""
    failures: dict[str, int] = field(default_factory=dict)
    """action → how often its create could not go."""
    named: bool = False
    """Somebody named the instance: what was left alone after too many failures is tried again."""

    @property
    def name(self) -> str:
        """The instance's name."""
        return self.settings.name

    @functools.cached_property
    def shared_keys(self) -> Counter[str]:
        """How many records carry each key: a copied row keeps its original's until ours is written."""
        return Counter(record.remote_id for record in self.seen.records)

    @property
    def actor(self) -> Actor:
        """On whose behalf the instance's people edit."""
        agency = self.settings.agency if self.settings.side is Side.AGENCY else ""
        return Actor(self.settings.side, agency)

    @property
    def reviews(self) -> set[str]:
        """The reviews whose actions a board's instance holds; none: all. (The configuration may name one by title.)"""
        wanted = self.settings.review
        return {wanted, *(ref for ref, each in self.desk.reviews.items() if each.title == wanted)} if wanted else set()

    def in_scope(self, file: ActionFile) -> bool:
        """Whether this instance holds the action: a board's by review, an agency's by leg.

        A board's record that can name its review itself is there for whichever it names.
        """
        if self.settings.side is Side.AGENCY:
            return file.leg(self.settings.agency) is not None
        wanted, review = self.settings.review, self.desk.reviews.get(file.action.review)
        if not wanted or file.action.review == wanted or (review is not None and review.title == wanted):
            return True
        return "review" in self.seen.columns and file.action.ref in self.linked

    def reach(self, *fields: str) -> list[tuple[Any, ...]]:
        """These fields of every action in scope, linked or not, as the store has it."""
        reader = self.desk.reader
        if self.settings.side is Side.AGENCY:
            legs = reader.pick(Leg, ("action",), agency=self.settings.agency, active=True)
            return reader.pick(Action, fields, ref=[action for (action,) in legs])
        return reader.pick(Action, fields, **({"review": self.reviews} if self.settings.review else {}))

    def theirs(self, record: Record) -> Theirs:
        """The record's canonical values, read once."""
        values = self.read.get(id(record))
        if values is None:
            values = self.tongue.read_all(record, self.seen.columns)
            title = values.get("review")
            if isinstance(title, str) and title and title not in self.desk.reviews:
                titled = [each.ref for each in self.desk.reviews.values() if each.title == title]
                values["review"] = titled[0] if len(titled) == 1 else title
            self.read[id(record)] = values
            if any(isinstance(value, Unclearness) for value in values.values()):
                self.unclear.add(id(record))
        return values

    def plain(self, record: Record) -> dict[str, str]:
        """The record's readable values."""
        values = self.theirs(record)
        if id(record) not in self.unclear:
            return cast("dict[str, str]", values)
        return {name: value for name, value in values.items() if isinstance(value, str)}

    def put_link(self, link: Link) -> None:
        """Note a link as changed; the run stores it."""
        self.links[link.action] = link

    def count_updated(self, action: str) -> None:
        """Count an action as updated here, once."""
        if action not in self.updated:
            self.updated.add(action)
            self.result.updated_here += 1

    def step(
        self, does: str, *, ref: str = "", row: int = 0, name: str = "", base: str | None = None,
        ours: str | None = None, theirs: str | None = None, why: str = "",
    ) -> None:  # fmt: skip
        """Note what is done, with its place."""
        cell = self.seen.place(name, row) if name else (f"row {row}" if row else "")
        self.steps.append(Step(self.name, does, ref, self.seen.sheet, cell, name, base, ours, theirs, why))

    def issue(
        self, key: str, text: str, do: str, *, row: int = 0, name: str = "", value: str = "", quarantines: bool = True
    ) -> None:
        """Note something a person can mend, with its place."""
        self.issues[key] = StoredIssue(
            source=self.name, id=key, severity="warning", text=text, do=do, sheet=self.seen.sheet,
            cell=self.seen.place(name, row) if name else (f"row {row}" if row else ""), value=value,
            quarantines=quarantines, since=self.desk.now,
        )  # fmt: skip

    def problem(self, number: int, problem: Problem) -> None:
        """Note a structural problem the connector found."""
        self.issues[f"source:{problem.field}:{problem.cell or number}"] = StoredIssue(
            source=self.name, id=f"source:{problem.field}:{problem.cell or number}", severity="warning",
            text=problem.text, do=problem.do, sheet=problem.sheet, cell=problem.cell, value=problem.value,
            quarantines=problem.quarantines, since=self.desk.now,
        )  # fmt: skip
