"""What the runtime hands in, and what a plugin may offer it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from actiontrack.errors import ConfigurationError
from actiontrack.ports.store import Store
from actiontrack.ports.time import Calendar, Clock
from actiontrack.ports.web import Web


def _at_once(rate: float) -> Callable[[], None]:
    return lambda: None


def _no_secret(where: Mapping[str, str]) -> str:
    raise ConfigurationError("there are no secrets here")


def _no_web(url: str, rate: float, ca: str = "") -> Web:
    raise ConfigurationError("there is no way out to other systems here")


@dataclass(frozen=True, slots=True)
class InstanceContext:
    """What a connector's factory is given beside its own settings."""

    name: str
    folder: str
    """The folder that relative paths in the configuration are relative to."""
    state_folder: str
    """A folder beside the store for backups and the like; never one a connector reads."""
    clock: Clock
    agencies: Sequence[str] = ()
    """Words for drop-downs: the agencies' names."""
    statuses: Sequence[str] = ()
    theirs: frozenset[str] = frozenset()
    """Fields that the instance's own people may change; an edit of another is put to its owner."""
    board_name: str = ""
    agency: str = ""
    """The name of the agency whose instance it is; "" on the Board's side."""
    timezone: str = "Europe/London"
    """The board's: a day is a day there."""
    inbound_only: bool = False
    """An import: the source is never written, so that it need not be fit for it."""
    pace: Callable[[float], Callable[[], None]] = _at_once
    """Given the rate it declares (requests a second), what a connector calls before each request: it waits its turn."""
    secret: Callable[[Mapping[str, str]], str] = _no_secret
    """Fetches a secret from where the configuration says it is ({"env": "RT_TOKEN"}). Raises ConfigurationError."""
    web: Callable[[str, float, str], Web] = _no_web
    """Given an URL, the rate it declares and a file of certificates ("": the usual ones): the way out to a system. It
    keeps the pace by itself."""


@runtime_checkable
class Notifier(Protocol):
    """Tells people. (E-mail enters here.)"""

    def send(self, to: str, subject: str, body: str, key: str) -> None:
        """Deliver once for each `key`. Raises RetryableError."""
        ...


class Queue(Protocol):
    """Work handed to other processes, in batches."""

    def put(self, job: str, batch: Mapping[str, Any]) -> None:
        """Enqueue one batch."""
        ...


class App(Protocol):
    """The use cases a plugin may call, handed in by the runtime: no plugin sees SQL.

    What is told has the shapes of the command line's `--json`.
    """

    @property
    def store(self) -> Store:
        """The records themselves, for reading what the use cases don't tell."""
        ...

    def find(self, **narrowed: Any) -> list[dict[str, Any]]:
        """The actions that fit, as `action list` tells them; `narrowed` are its options (agency, review, status …)."""
        ...

    def change(self, ref: str, values: Mapping[str, str], *, who: str) -> dict[str, Any]:
        """Set fields of an action on the Board's behalf, as `action set` does. Raises UserError."""
        ...

    def report(self, as_at: date, formats: Sequence[str], folder: Path) -> list[Path]:
        """Write the board pack in these formats (none: every one installed)."""
        ...

    def sync(self, names: Sequence[str] = (), *, who: str) -> dict[str, Any]:
        """Synchronise these instances (none: all), as `sync` does."""
        ...

    @property
    def clock(self) -> Clock:
        """The time."""
        ...

    @property
    def calendar(self) -> Calendar:
        """Working days."""
        ...
