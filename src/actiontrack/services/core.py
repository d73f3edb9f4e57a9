"""What every use case is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from actiontrack.domain.nouns import Agency
from actiontrack.domain.policy import Board, Subscription
from actiontrack.domain.vocabulary import Side
from actiontrack.errors import UserError
from actiontrack.ports import Calendar, Clock, Connector, EvidenceFiles, InstanceSettings, Notifier, Problem, Store

if TYPE_CHECKING:
    from actiontrack.hooks import Hooks


@dataclass(frozen=True, slots=True)
class Way:
    """One way to tell people, made when it is first asked for.

    `only` are patterns of the addresses it is for; with none it is for all.
    """

    name: str
    only: tuple[str, ...]
    make: Callable[[], Notifier]

    def takes(self, address: str) -> bool:
        """Whether it is for that address."""
        return not self.only or any(fnmatchcase(address.lower(), each.lower()) for each in self.only)


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
    folders: Mapping[str, InstanceSettings] = field(default_factory=dict)
    """The lines of the configuration that name many files: `instances` has one a file, as "NAME/FILE"."""
    folder: Path = Path()
    """The configuration's: relative paths are relative to it."""
    way: Callable[[str], Sequence[Problem]] = lambda name: ()
    """Given an instance: what is wrong with the way to its system, as far as that was gone."""
    evidence: EvidenceFiles | None = None
    """Where files that are evidence are kept."""
    ways: Sequence[Way] = ()
    """How people are told; of several the first that takes an address."""
    outbox: Path = Path()
    """Where reports that wait to be sent are kept."""
    subscriptions: Sequence[Subscription] = ()
    """Which reports are sent by themselves."""

    @property
    def connected(self) -> frozenset[str]:
        """The agencies (codes) that have an instance of their own."""
        return frozenset(each.agency for each in self.instances.values() if each.side is Side.AGENCY and each.agency)

    @property
    def platform(self) -> str:
        """The name of the instance the board hosts its reviews on; "" without one."""
        return next((name for name, each in self.instances.items() if each.platform), "")

    def connector(self, name: str) -> Connector:
        """The instance's connector. Raises UserError for an instance that can't be synced, with the reason."""
        if self.instances[name].fault:
            raise UserError(self.instances[name].fault)
        return self.connectors[name]

    def named(self, name: str) -> list[str]:
        """The instances that a name stands for: itself, or those of a folder; none where nothing is called so."""
        if name in self.instances:
            return [name]
        return [each for each in self.instances if each.startswith(f"{name}/")] if name in self.folders else []
