"""A board with a store in memory, whose people are told by a notifier that keeps what it is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import sweep_place
from sweep_place import CHAIR, LONDON, MANAGER

from actiontrack.domain.policy import Board
from actiontrack.ports import Message
from actiontrack.services.core import Way
from actiontrack.services.telling import Delivered, deliver


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


class Place(sweep_place.Place):
    """The board, whose people are told by `post`."""

    def __init__(self, folder: Path = Path(), **board: Any) -> None:
        super().__init__(Board(**{"name": "Exampleshire", "manager": MANAGER, "chair": CHAIR} | board))
        self.post = Post()
        self.core = replace(self.core, ways=[Way("post", (), lambda: self.post)], outbox=folder / "outbox")
        self.move(8)

    def move(self, day: int, at: str = "09:00", month: int = 9) -> None:
        self.clock.at = datetime.combine(date(2026, month, day), time.fromisoformat(at), LONDON)

    def sweep_and_deliver(self) -> Delivered:
        self.sweep()
        return deliver(self.core)

    def told(self) -> list[str]:
        return [each.to for each in self.post.messages]
