"""The platform a board hosts its reviews on: a board-side connector with set-up, reviews and comments beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from actiontrack.ports.connectors import Connector


@dataclass(frozen=True, slots=True)
class SetUpStep:
    """One thing that has to be there: `what` in words, and whether it is (unknown: it can't be asked)."""

    what: str
    state: Literal["there", "lacking", "unknown"]


@dataclass(frozen=True, slots=True)
class SetUp:
    """What a system needs for us, and what makes it.

    `script` is what an administrator runs on the system's own machine, as `run` tells in a sentence; it makes what
    lacks and may be run again. `why` says why nothing could be asked, where that is so.
    """

    steps: Sequence[SetUpStep]
    script: str
    run: str
    why: str = ""


@runtime_checkable
class SetsUp(Protocol):
    """A connector whose system needs things that it can tell how to make."""

    def set_up(self, hook: str = "") -> SetUp:
        """What is there and what lacks; it changes nothing. `hook`: an URL that the system shall tell of changes."""
        ...


@dataclass(frozen=True, slots=True)
class HostedReview:
    """A review as the platform has it. `fields` has those of title, regime and publication that are said there."""

    remote_id: str
    ref: str
    fields: Mapping[str, str]
    link: str = ""
    """Where people open it."""


@runtime_checkable
class Platform(Connector, SetsUp, Protocol):
    """A board's own system: its actions are synced as any instance's, its reviews are read, decisions are told it."""

    def reviews(self) -> Sequence[HostedReview]:
        """Every review there. Raises as `observe`."""
        ...

    def comment(self, remote_id: str, text: str, key: str) -> None:
        """Comment on an action's record, once for each `key`: it is looked for before it is sent. Raises as `apply`."""
        ...
