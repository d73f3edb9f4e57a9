"""Telling people: a message, and what carries it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, runtime_checkable

from actiontrack.ports.connectors import Problem


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message. `kind` is its media type, such as "text/calendar; method=PUBLISH"."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """What one person is told, frozen: it is the same however often it has to be tried.

    No free text of the plan is in it: refs, counts and dates. (A report that somebody subscribed to is attached.)
    """

    key: str
    """Lower-case letters and digits, the same at each try: of this message there is to be one."""
    to: str
    """One address."""
    subject: str
    text: str
    html: str
    at: datetime
    """When its words were frozen, in UTC: the date it bears."""
    board: str
    """The board's name: whose message it is."""
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class NotifierContext:
    """What a notifier's factory is given beside its own options."""

    name: str
    """Its own, in the configuration."""
    folder: Path
    """What relative paths are relative to."""
    secret: Callable[[Mapping[str, str]], str]
    """Fetches a secret from where the configuration says it is ({"env": "NAME"}). Raises ConfigurationError."""


@runtime_checkable
class Notifier(Protocol):
    """Tells people: e-mail, for one."""

    def send(self, message: Message) -> str:
        """Hand the message on; what the other side said of it, in a line.

        Raises SkippableError where this message can't go as it is, though others can; RetryableError where it, or
        any, may go later; another ActionTrackError where none goes before somebody mends the configuration. After a
        try whose answer was lost it is called again with the same message: one that can tell sends no second.
        """
        ...

    def check(self) -> Iterable[Problem]:
        """What is wrong with the way, tried without telling anybody (asked by `doctor`)."""
        ...
