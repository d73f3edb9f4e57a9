"""What every use case is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from actiontrack.domain.nouns import Agency
from actiontrack.domain.policy import Board
from actiontrack.ports import Calendar, Clock, Connector, InstanceSettings, Store

if TYPE_CHECKING:
    from actiontrack.hooks import Hooks


@dataclass(frozen=True, slots=True)
class Core:
    """The ports and the policy, wired by the runtime.

    `agencies` are the configuration's; `connectors` are made when first asked for, so that a command that syncs
    nothing loads none.
    """

    store: Store
    clock: Clock
    calendar: Calendar
    hooks: Hooks
    board: Board
    agencies: Sequence[Agency]
    instances: Mapping[str, InstanceSettings]
    connectors: Mapping[str, Connector]
    """A lazy mapping: name → connector."""
