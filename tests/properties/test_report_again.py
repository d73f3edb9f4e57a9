"""Any past report can be made again, byte for byte, whatever happened since: the promise of `--at-entry`.

A board's life is made up: plans are imported, actions change and are closed, dates move, proposals are filed, answered
(which writes over their reasons) and filed again, conflicts are found, settled and found again under the same id, rows
are held back and mended, workbooks are read again or forgotten, reviews are published, agencies are renamed in the
record and in the configuration, clocks step back. Between any two of these a report of some kind is written. At the
end every one of them is made again from what it printed of itself, and compared with its own files.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actiontrack.adapters.calendar import load_calendar
from actiontrack.adapters.store import open_store
from actiontrack.domain.ledger import Conflict, Instance, Proposal, ProposalKind, StoredIssue
from actiontrack.domain.nouns import (
    Action,
    Agency,
    DateChange,
    Evidence,
    Finding,
    ImpactCheck,
    Leg,
    Meeting,
    Recommendation,
    Review,
    SignOff,
    Stored,
    Update,
)
from actiontrack.domain.policy import Board
from actiontrack.domain.report import BoardReport, Report
from actiontrack.domain.vocabulary import Nation, Publication, Response, Status
from actiontrack.hooks import load_plugins
from actiontrack.services.core import Core
from actiontrack.services.reporting import (
    Again,
    agency_report,
    annual_report,
    board_report,
    public_register,
    review_story,
    write_report,
)

CALENDAR = load_calendar(Nation.ENG)
HOOKS = load_plugins(installed=False)
BEGAN = datetime(2026, 1, 5, 9, tzinfo=UTC)
Make = Callable[[Core, Again | None], Report]


class World:
    """One board whose record is turned over by dice."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.at = BEGAN
        self.store = open_store("sqlite://", "exampleshire", clock=self)
        agencies = [Agency(code="POL", name="Police"), Agency(code="HLT", name="Health")]
        self.core = Core(self.store, self, CALENDAR, HOOKS, Board(name="Exampleshire"), agencies, {}, {})
        self.count = 0
        self.put(Review(ref="R1", title="Adult K", regime="SAR", publication=Publication.EMBARGOED))
        self.put(Finding(ref="F1", review="R1", text="A pattern"), Recommendation(ref="A1", review="R1", text="Do it"))

    def now(self) -> datetime:
        return self.at

    def today(self) -> date:
        return self.at.date()

    def put(self, *items: Stored) -> None:
        with self.store.writing("kim", "cli") as writer:
            writer.put(*items)

    def fresh(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}{self.count}"

    def all(self, noun: type[Stored]) -> list[Stored]:
        with self.store.reading() as reader:
            return list(reader.find(noun))

    def one(self, noun: type[Stored]) -> Stored | None:
        found = self.all(noun)
        return self.dice.choice(found) if found else None

    def a_day(self) -> date:
        return self.today() + timedelta(days=self.dice.randint(-200, 200))

    def words(self) -> str:
        return f"Words {self.dice.randint(0, 999)} & <b>more</b> é"

    def step(self) -> None:
        self.at += timedelta(minutes=self.dice.choice([0, 0, 1, 700, 5000, -90]))
        self.dice.choice(STEPS)(self)


def imports(world: World) -> None:
    for _ in range(world.dice.randint(1, 3)):
        ref, due = world.fresh("AT-"), world.dice.choice([None, world.a_day()])
        lead = world.dice.choice(["POL", "HLT", ""])
        action = Action(
            ref=ref, number=ref, text=world.words(), lead_agency=lead, current_due=due, original_due=due,
            review=world.dice.choice(["", "R1"]), recommendations=world.dice.choice([(), ("A1",)]),
            status=world.dice.choice(list(Status)), self_rating=world.dice.choice(["", "green"]),
            created_at=world.at, changed_at=world.at,
        )  # fmt: skip
        legs = [Leg(action=ref, agency=code, position=at) for at, code in enumerate(dict.fromkeys([lead, "POL"]))]
        world.put(action, *legs)


def changes(world: World) -> None:
    action = world.one(Action)
    if isinstance(action, Action):
        status = world.dice.choice(list(Status))
        reason, due = world.words(), world.dice.choice([action.current_due, world.a_day()])
        moved = DateChange(ref=world.fresh("d"), action=action.ref, from_date=action.current_due, to_date=due,
                           requested_by="POL", reason=world.words(), at=world.at)  # fmt: skip
        changed = {"status": status, "status_reason": reason, "current_due": due, "text": world.words()}
        world.put(action.model_copy(update=changed), moved)


def reports_progress(world: World) -> None:
    action = world.one(Action)
    if isinstance(action, Action):
        ref, day = action.ref, world.today()
        world.put(
            Evidence(
                ref=world.fresh("e"), action=ref, position=1, agency="POL", shows=world.words(), received_date=day
            ),
            Update(ref=world.fresh("u"), action=ref, position=1, agency="POL", text=world.words(), at=world.at),
            SignOff(ref=world.fresh("s"), action=ref, agency="HLT", by="lee", at=world.at, seen="00"),
            ImpactCheck(ref=world.fresh("i"), action=ref, position=1, due=day, checked=day, passed=True),
        )


def proposes(world: World) -> None:
    action = world.one(Action)
    if isinstance(action, Action):
        kind = world.dice.choice(list(ProposalKind))
        field, to = world.dice.choice([("status", "superseded"), ("response", "not_accepted"), ("text", world.words())])
        world.put(Proposal(id=world.fresh("p"), kind=kind, action=action.ref, field=field, by="lee", instance="plan",
                           from_value="2026-06-01", to_value="2026-12-01" if kind is ProposalKind.EXTEND else to,
                           reason=world.words(), since=world.at))  # fmt: skip


def answers(world: World) -> None:
    """Or asks anew under the same id, or changes what is asked; an answer's reason takes the place of the asker's."""
    proposal = world.one(Proposal)
    if isinstance(proposal, Proposal):
        closed = None if proposal.closed_at else world.at
        world.put(proposal.model_copy(update={"closed_at": closed, "reason": world.words(), "how": "accepted",
                                              "instance": "plan-2", "since": world.at}))  # fmt: skip


def conflicts(world: World) -> None:
    known = world.one(Conflict) if world.dice.random() < 0.7 else None
    if isinstance(known, Conflict):
        world.put(known.model_copy(update={"closed_at": None if known.closed_at else world.at}))
    else:
        world.put(Conflict(id=world.fresh("c"), target="AT-1", action="AT-1", field="text", since=world.at))


def holds_back(world: World) -> None:
    known = world.one(StoredIssue) if world.dice.random() < 0.5 else None
    if known:
        with world.store.writing("kim", "cli") as writer:
            writer.remove(known)
    else:
        world.put(StoredIssue(source="plan", id=world.fresh("q"), severity="warning", text="?", quarantines=True,
                              since=world.at))  # fmt: skip


def reads(world: World) -> None:
    known = world.one(Instance) if world.dice.random() < 0.3 else None
    if known:
        with world.store.writing("kim", "cli") as writer:
            writer.remove(known)
    else:
        name = world.dice.choice(["plan", "police"])
        world.put(Instance(name=name, adopted_at=BEGAN, seen_at=world.at, proof=world.fresh("hash")))


def renames(world: World) -> None:
    """In the configuration, and in the record where an agency is one of it."""
    names = [Agency(code=code, name=world.words()) for code in ("POL", "HLT", "LA")[: world.dice.randint(1, 3)]]
    world.core = replace(world.core, agencies=names)
    if world.dice.random() < 0.5:
        world.put(Agency(code=world.dice.choice(["POL", "OLD"]), name=world.words()))


def meets(world: World) -> None:
    world.put(Meeting(ref=world.fresh("M"), body="Board", date=world.a_day()))


def decides(world: World) -> None:
    state, answer = world.dice.choice(list(Publication)), world.dice.choice(list(Response))
    world.put(
        Review(ref="R1", title=world.words(), regime="SAR", publication=state, published=world.a_day()),
        Finding(ref="F1", review="R1", text=world.words()),
        Recommendation(ref="A1", review="R1", text=world.words(), response=answer, findings=("F1",)),
    )


STEPS = (
    imports, imports, changes, changes, reports_progress, proposes, proposes, answers, answers, conflicts, holds_back,
    reads, reads, renames, meets, decides,
)  # fmt: skip


def a_kind(world: World) -> Make:
    """One of the reports, as somebody may ask for it then."""
    day = world.today() - timedelta(days=world.dice.choice([0, 0, 0, 20, 90]))
    if world.dice.random() < 0.6:
        since = world.dice.choice([None, day - timedelta(days=40)])
        if world.dice.random() < 0.5:
            return lambda core, again: board_report(core, as_at=day, since=since, at_entry=again)
        return lambda core, again: agency_report(core, "POL", as_at=day, since=since, at_entry=again)
    first = day - timedelta(days=365)
    return world.dice.choice(
        [
            lambda core, again: annual_report(core, first=first, last=day, at_entry=again),
            lambda core, again: public_register(core, as_at=day, at_entry=again),
            lambda core, again: review_story(core, "R1", as_at=max(day, BEGAN.date()), at_entry=again),
        ]
    )


def live(seed: int, folder: Path, formats: Sequence[str]) -> int:
    """Live a life of some sixty steps; how many reports were made again."""
    world = World(seed)
    made: list[tuple[Make, Report, dict[str, bytes]]] = []
    with closing(world.store):
        for _ in range(60):
            world.step()
            if world.dice.random() < 0.25:
                make = a_kind(world)
                report = make(world.core, None)
                made.append((make, report, written(world.core, report, formats, folder)))
        for make, first, files in made:
            if isinstance(first, BoardReport):
                check(first)
            entry, _, key = first.again.partition("/")
            again = make(world.core, Again(int(entry), key))
            assert again == first, (seed, first.again, first.name)
            assert written(world.core, again, formats, folder) == files
    return len(made)


def check(report: BoardReport) -> None:
    """What page 1 counts is what its lists hold."""
    rows = {table.key: table.rows for table in report.tables()}
    assert len(rows["coming_due"]) == report.figures.coming_due
    assert sum(row[-1] is not None for row in rows["dates_moved"]) == report.figures.moved_near_meeting
    news = ("extensions", "closures", "refusals", "referrals", "overdue", "coming_due", "done_since",
            "awaiting_verification", "reopened", "dates_moved", "no_longer_overdue")  # fmt: skip
    assert report.empty is not (bool(report.figures.due_soon) or any(rows.get(key) for key in news))


def written(core: Core, report: Report, formats: Sequence[str], folder: Path) -> dict[str, bytes]:
    return {path.suffix: path.read_bytes() for path in write_report(core, report, formats, folder)}


@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_every_report_of_a_boards_life_is_made_again_byte_for_byte(seed: int, tmp_path: Path) -> None:
    live(seed, tmp_path, ["json"])


@pytest.mark.proof
def test_every_report_of_a_hundred_lives_is_made_again_byte_for_byte(tmp_path: Path) -> None:
    every = ["html", "json", "xlsx"]
    count = sum(live(seed, tmp_path, ["json"] if seed % 10 else every) for seed in range(100))
    assert count > 1000
    print(f"{count} reports made again")
