"""A board with a store in memory, whose people are told by a notifier that keeps what it is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from actiontrack.adapters.calendar import NationCalendar
from actiontrack.adapters.store import open_store
from actiontrack.domain.nouns import Action, Agency
from actiontrack.domain.policy import Board
from actiontrack.domain.vocabulary import Nation
from actiontrack.hooks import load_plugins
from actiontrack.ports import Message
from actiontrack.services.core import Core, Way
from actiontrack.services.sweep import sweep
from actiontrack.services.telling import Delivered, deliver

LONDON = ZoneInfo("Europe/London")
OFFICER, LEAD, MANAGER = "officer@pol.example", "lead@pol.example", "manager@board.example"
LONG_AGO = datetime(2026, 1, 5, 9, tzinfo=UTC)


class Clock:
    """Stands at a wall-clock time of the board's."""

    def __init__(self) -> None:
        self.at = datetime(2026, 9, 8, 9, tzinfo=LONDON)

    def now(self) -> datetime:
        return self.at.astimezone(UTC)

    def today(self) -> date:
        return self.at.date()


class Killed(BaseException):
    """The process ends here: before the message has gone, or (late) after it, and before anybody wrote that down."""

    def __init__(self, *, late: bool) -> None:
        self.late = late


@dataclass
class Post:
    """A notifier that keeps what it is given. `fails` are raised one after the other, None lets one go."""

    messages: list[Message] = field(default_factory=list)
    fails: list[BaseException | None] = field(default_factory=list)
    meanwhile: Any = None

    def send(self, message: Message) -> str:
        if self.meanwhile is not None:
            self.meanwhile()
        failure = self.fails.pop(0) if self.fails else None
        if isinstance(failure, Killed) and failure.late:
            self.messages.append(message)
        if failure is not None:
            raise failure
        self.messages.append(message)
        return "250 taken"

    def check(self) -> Sequence[Any]:
        return ()


class Place:
    """A board with a store in memory, whose people are told by `post`."""

    def __init__(self, folder: Path = Path(), **board: Any) -> None:
        self.clock, self.post = Clock(), Post()
        self.store = open_store("sqlite://", "board", clock=self.clock)
        self.core = Core(
            store=self.store,
            clock=self.clock,
            calendar=NationCalendar(Nation.ENG),
            hooks=load_plugins(installed=False),
            board=Board(**{"name": "Exampleshire", "manager": MANAGER, "chair": "chair@board.example"} | board),
            agencies=[Agency(code="POL", name="Police", lead=LEAD, executive="acc@pol.example")],
            instances={},
            connectors={},
            ways=[Way("post", (), lambda: self.post)],
            outbox=folder / "outbox",
        )

    def have(self, *items: Any) -> None:
        with self.store.writing("test", "test") as writer:
            writer.put(*items)

    def all(self, noun: Any, **where: Any) -> list[Any]:
        with self.store.reading() as reader:
            return reader.find(noun, **where)

    def move(self, day: int, at: str = "09:00", month: int = 9) -> None:
        self.clock.at = datetime.combine(date(2026, month, day), time.fromisoformat(at), LONDON)

    def sweep_and_deliver(self) -> Delivered:
        sweep(self.core, who="Ada")
        return deliver(self.core)

    def told(self) -> list[str]:
        return [each.to for each in self.post.messages]


def action(ref: str = "AT-1", due: date = date(2026, 9, 4), **fields: Any) -> Action:
    held = {"text": "t", "lead_agency": "POL", "lead_officer": OFFICER, "created_at": LONG_AGO, "changed_at": LONG_AGO}
    return Action(ref=ref, current_due=due, original_due=due, **{**held, **fields})
