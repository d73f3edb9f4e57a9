"""Worlds in which every side agrees: one set of records in a store and in one or two instances, made by syncing them.

Every world is a function of its seed. A history starts from a copy of one, so that many share the cost of making it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from actiontrack.domain.ledger import Setting
from actiontrack.domain.nouns import Action, Agency, Comment, Evidence, Leg, Recommendation, Review, Update
from actiontrack.domain.policy import Board
from actiontrack.domain.refs import new_ref
from actiontrack.domain.vocabulary import Publication, Response, Side, Status
from actiontrack.ports import InstanceSettings, KeyKind
from actiontrack.services.core import Core
from actiontrack.services.sync.engine import sync
from actiontrack.services.sync.steps import SyncResult
from actiontrack.testing import HandClock
from proof.oracle.sheet import Sheet
from proof.oracle.shelf import Shelf

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
BOARD = Board(name="Exampleshire Safeguarding Adults Board", closures_need_decision=False)
REVIEW = "SAR-2026-01"
AGENCIES = (
    Agency(code="POL", name="Exampleshire Police"),
    Agency(code="HEA", name="Exampleshire NHS Trust"),
)
COLUMNS = (
    "number", "recommendation_text", "response", "text", "lead_agency", "agencies", "lead_officer", "priority",
    "original_due", "current_due", "status", "status_reason", "look_again", "progress", "comments", "self_rating",
)  # fmt: skip
OPTIONAL = (
    "response",
    "agencies",
    "priority",
    "original_due",
    "status_reason",
    "look_again",
    "comments",
    "self_rating",
)


class Dice(random.Random):
    """Seeded chance, also for Action IDs."""

    def randbelow(self, upper: int) -> int:
        """A number below this one."""
        return self.randrange(upper)


class Quiet:
    """Hooks to which nobody listens, of systems that are no files."""

    def files_of(self, kind: str) -> None:
        """The sheets here are written by no file of their own."""

    def on_action_changed(self, before: object, after: object) -> None:
        """Nobody hears."""

    def on_conflict_found(self, conflict: object) -> None:
        """Nobody hears."""

    def on_sync_finished(self, result: object) -> None:
        """Nobody hears."""


@dataclass
class World:
    """A store and the instances that are synced with it."""

    shelf: Shelf
    sheets: dict[str, Sheet]
    settings: dict[str, InstanceSettings]
    clock: HandClock

    def copy(self) -> World:
        """Another that starts out the same."""
        sheets = {name: sheet.copy() for name, sheet in self.sheets.items()}
        return World(self.shelf.copy(), sheets, dict(self.settings), HandClock(self.clock.now()))

    @property
    def core(self) -> Core:
        """What a use case is given."""
        anything: Any = None
        shelf: Any = self.shelf
        hooks: Any = Quiet()
        return Core(shelf, self.clock, anything, hooks, BOARD, AGENCIES, self.settings, self.sheets)

    def sync(self, *, dry_run: bool = False, approve: tuple[str, ...] = ()) -> SyncResult:
        """One run of all instances."""
        return sync(self.core, dry_run=dry_run, approve=approve, who="manager")


def make_world(seed: str, most: int = 12) -> World:
    """A world of its own for each seed: 1 to `most` actions, agreed by all sides."""
    chance = Dice(seed)
    world = World(Shelf(), {}, {}, HandClock(NOW))
    world.shelf.put(
        *AGENCIES, Review(ref=REVIEW, publication=Publication.PUBLISHED), Setting(name="store_id", value="S")
    )
    count = min(most, chance.choice((1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 4, 5, 12)))
    for number in range(1, count + 1):
        _put_action(world.shelf, chance, number)
    names = chance.choice((("board", "police"), ("unit", "police"), ("board", ""), ("unit", "")))
    add_instance(world, names[0], Side.BOARD, chance.choice(("ref", "remote")), _some_columns(chance))
    if names[1]:
        add_instance(world, names[1], Side.AGENCY, chance.choice(("ref", "remote")), _some_columns(chance))
    settle(world)
    return world


def add_instance(world: World, name: str, side: Side, key: KeyKind, columns: tuple[str, ...]) -> None:
    """One more instance, empty as yet."""
    agency = "POL" if side is Side.AGENCY else ""
    review = REVIEW if side is Side.BOARD else ""
    world.settings[name] = InstanceSettings(name, "memory", side, agency=agency, review=review, dates="dmy")
    world.sheets[name] = Sheet(key, columns)


def settle(world: World) -> None:
    """Adopt every instance and sync until all is said."""
    waiting = world.sync()
    for plans in (tuple(each.plan for each in waiting.connectors), (), ()):
        result = world.sync(approve=plans)
    if any(each.status != "ok" or each.conflicts or each.proposals or each.problems for each in result.connectors):
        raise AssertionError(f"a world that does not settle: {result}")
    for sheet in world.sheets.values():
        sheet.sent.clear()


def _some_columns(chance: Dice) -> tuple[str, ...]:
    return tuple(name for name in COLUMNS if name not in OPTIONAL or chance.random() < 0.7)


def _put_action(shelf: Shelf, chance: Dice, number: int) -> None:
    ref = new_ref(chance)
    due = chance.choice((None, *(date(2026, month, 15) for month in (9, 11, 12))))
    lead, *others = chance.choice((("POL",), ("POL",), ("HEA",), ("POL", "HEA"), ("HEA", "POL")))
    answers = Recommendation(
        ref=f"R{number}", review=REVIEW, number=str(number), text=f"Recommendation {number}",
        response=chance.choice((Response.AWAITING, Response.ACCEPTED)),
    )  # fmt: skip
    legs = [_leg(chance, ref, code, at) for at, code in enumerate((lead, *others))]
    said = _board_says(chance, legs)
    action = Action(
        ref=ref, number=f"{number}.1", review=REVIEW, recommendations=(answers.ref,), text=f"Action {number}",
        lead_agency=lead, lead_officer=chance.choice(("", "Chief Inspector")), priority=chance.choice(("", "High")),
        original_due=due, current_due=due + timedelta(days=30) if due and chance.random() < 0.3 else due,
        status=said[0], status_reason=said[1], self_rating=chance.choice(("", "green")), created_at=NOW, changed_at=NOW,
    )  # fmt: skip
    shelf.put(answers, action, *legs)
    for at in range(1, chance.choice((1, 1, 2, 3))):
        shelf.put(Update(ref=f"{ref}U{at}", action=ref, position=at, agency=lead, text=f"Update {at} of {ref}", at=NOW))
    if chance.random() < 0.3:
        shelf.put(Comment(ref=f"{ref}C", action=ref, position=1, text=f"Comment of {ref}", at=NOW))
    if chance.random() < 0.3:
        shelf.put(Evidence(ref=f"{ref}E", action=ref, position=1, agency=lead, shows="x", received_date=NOW.date()))


def _leg(chance: Dice, ref: str, agency: str, at: int) -> Leg:
    status = chance.choice(
        (Status.NOT_STARTED, Status.IN_PROGRESS, Status.IN_PROGRESS, Status.BLOCKED, Status.REPORTED_COMPLETE)
    )
    if status is not Status.BLOCKED:
        return Leg(action=ref, agency=agency, position=at, status=status)
    return Leg(
        action=ref, agency=agency, position=at, status=status, reason="No money", look_again=date(2027, 1, 5),
        blocked_since=date(2026, 10, 1),
    )  # fmt: skip


def _board_says(chance: Dice, legs: list[Leg]) -> tuple[Status, str]:
    """The action's own status: its legs', or, of some, what the Board says."""
    states = {leg.status for leg in legs}
    if chance.random() < 0.12:
        return Status.CLOSED_NOT_IMPLEMENTED, "Overtaken by a new contract"
    if states == {Status.REPORTED_COMPLETE}:
        return chance.choice((Status.REPORTED_COMPLETE, Status.EVIDENCE_QUERIED)), ""
    if Status.BLOCKED in states:
        return Status.BLOCKED, ""
    return next(each for each in (Status.NOT_STARTED, Status.IN_PROGRESS) if each in states), ""
