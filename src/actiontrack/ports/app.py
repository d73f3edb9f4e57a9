"""What the runtime hands in, and what a plugin may offer it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol, TypeVar

from actiontrack.domain.nouns import Agency, Noun, Stored
from actiontrack.errors import ConfigurationError
from actiontrack.ports.store import Store
from actiontrack.ports.time import Calendar, Clock
from actiontrack.ports.web import Web

S = TypeVar("S", bound=Stored)


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


class Queue(Protocol):
    """Work handed to other processes, in batches."""

    def put(self, job: str, batch: Mapping[str, Any]) -> None:
        """Enqueue one batch."""
        ...


class Records(Protocol):
    """One audited transaction on the Board's behalf (`App.recording`): what is written binds the command line's guards.

    Nobody sees half of it: an exception takes all of it back.
    """

    def get(self, noun: type[S], *key: str) -> S | None:
        """The record of that key, or None."""
        ...

    def find(self, noun: type[S], **where: Any) -> list[S]:
        """Every record that fits, ordered by key; `where` as a Reader's."""
        ...

    def put(self, *items: Noun) -> None:
        """Store reviews, key practice episodes, findings, recommendations, meetings and decisions, added where new.

        What they name comes before them. Raises NotAllowed (a guard) and NotFound (a review there is not).
        """
        ...

    def add_action(
        self, values: Mapping[str, str], *, recommendations: Sequence[str] = (), depends_on: Sequence[str] = ()
    ) -> str:
        """A new action of these fields, as `action add` makes one; its Action ID. The tuples hold refs.

        Raises UserError (a value that can't be read), NotAllowed and NotFound.
        """
        ...

    def set_action(
        self,
        ref: str,
        values: Mapping[str, str],
        *,
        recommendations: Sequence[str] | None = None,
        depends_on: Sequence[str] | None = None,
    ) -> dict[str, str]:
        """Change an action, as `action set` does. What the Board may not set alone is filed: {field: why}."""
        ...

    def recall(self, name: str) -> str:
        """What `remember` kept by that name; "" where it kept nothing."""
        ...

    def remember(self, name: str, text: str) -> None:
        """Keep a text of the plugin's own beside the records; it is no part of the audit chain."""
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

    def recording(self, *, who: str, source: str, dry_run: bool = False) -> AbstractContextManager[Records]:
        """One transaction to take records in; the chain names `source` as their way. A dry run stores nothing."""
        ...

    def report(self, as_at: date, formats: Sequence[str], folder: Path) -> list[Path]:
        """Write the board pack in these formats (none: every one installed)."""
        ...

    def sync(self, names: Sequence[str] = (), *, who: str) -> dict[str, Any]:
        """Synchronise these instances (none: all), as `sync` does."""
        ...

    @property
    def agencies(self) -> Sequence[Agency]:
        """Those of the configuration."""
        ...

    @property
    def board(self) -> str:
        """The board's name."""
        ...

    @property
    def folder(self) -> Path:
        """The configuration's, where a board keeps data of its own."""
        ...

    @property
    def clock(self) -> Clock:
        """The time."""
        ...

    @property
    def calendar(self) -> Calendar:
        """Working days."""
        ...


class CommandLine(Protocol):
    """What a plugin's command is handed by `@click.pass_obj`: who asks, the suite, and how to answer."""

    agency: str
    """The agency it is asked for (`--agency`); "" is the Board."""

    @property
    def who(self) -> str:
        """Who acts."""
        ...

    def app(self) -> AbstractContextManager[App]:
        """The suite, wired as the configuration says."""
        ...

    def show(self, data: object, human: Callable[[], None]) -> None:
        """Answer: one JSON document with `--json`, else what `human` prints."""
        ...

    def line(self, text: str) -> None:
        """Print one line; what could steer a terminal is left out of it."""
        ...

    def table(self, rows: Iterable[Mapping[str, Any]], columns: Sequence[tuple[str, str]], *, empty: str = "") -> None:
        """Print rows under headings: `columns` are (key, heading) pairs."""
        ...
