"""A board with a store in memory, for what sweeps it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from actiontrack.adapters.calendar import NationCalendar
from actiontrack.adapters.store import open_store
from actiontrack.domain.nouns import Action, Agency
from actiontrack.domain.policy import Board
from actiontrack.domain.vocabulary import Nation
from actiontrack.hooks import load_plugins
from actiontrack.services.core import Core
from actiontrack.services.sweep import SweepResult, sweep

LONDON = ZoneInfo("Europe/London")
DUE = date(2026, 9, 4)  # a Friday
LONG_AGO = datetime(2026, 1, 5, 9, tzinfo=UTC)
OFFICER, LEAD, EXECUTIVE = "officer@pol.example", "lead@pol.example", "acc@pol.example"
MANAGER, CHAIR = "manager@board.example", "chair@board.example"
POLICE = Agency(code="POL", name="Police", lead=LEAD, executive=EXECUTIVE)


class Clock:
    """Stands at a wall-clock time of the board's: at first nine in the morning of DUE."""

    def __init__(self) -> None:
        self.at = datetime.combine(DUE, time(9), LONDON)

    def now(self) -> datetime:
        return self.at.astimezone(UTC)

    def today(self) -> date:
        return self.at.date()

    @property
    def day(self) -> date:
        return self.today()

    @day.setter
    def day(self, day: date) -> None:
        self.at = datetime.combine(day, self.at.time(), LONDON)


class Place:
    """A board with a store in memory."""

    def __init__(self, board: Board | None = None, agencies: Sequence[Agency] = (POLICE,)) -> None:
        self.clock = Clock()
        self.store = open_store("sqlite://", "board", clock=self.clock)
        self.core = Core(
            store=self.store,
            clock=self.clock,
            calendar=NationCalendar(Nation.ENG),
            hooks=load_plugins(installed=False),
            board=board or Board(name="Exampleshire", manager=MANAGER, chair=CHAIR),
            agencies=agencies,
            instances={},
            connectors={},
        )

    def have(self, *items: Any) -> None:
        with self.store.writing("test", "test") as writer:
            writer.put(*items)

    def sweep(self, day: date | None = None, **options: Any) -> SweepResult:
        self.clock.day = day or self.clock.day
        return sweep(self.core, who="Ada", **options)

    def all(self, noun: Any, **where: Any) -> list[Any]:
        with self.store.reading() as reader:
            return reader.find(noun, **where)


def action(ref: str = "AT-1", due: date = DUE, **fields: Any) -> Action:
    held = {"text": "t", "lead_agency": "POL", "lead_officer": OFFICER, "created_at": LONG_AGO, "changed_at": LONG_AGO}
    return Action(ref=ref, current_due=due, original_due=due, **{**held, **fields})


def told(result: SweepResult) -> list[tuple[str, str, str]]:
    return [(each.action, each.level, each.to) for each in result.raised]
