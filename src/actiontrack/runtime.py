"""The composition root: loads settings and plugins and wires the ports."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from actiontrack.domain.fields import own_fields, status_labels
from actiontrack.domain.ledger import Instance
from actiontrack.domain.vocabulary import Side
from actiontrack.ports import Connector, InstanceContext, InstanceSettings
from actiontrack.services.core import Core
from actiontrack.settings import Settings, find_config, load_settings
from actiontrack.settings.load import JOBS

if TYPE_CHECKING:
    from actiontrack.hooks import Hooks
    from actiontrack.ports import Clock, Store


@dataclass(frozen=True, slots=True)
class Runtime:
    """The suite, wired for one configuration."""

    settings: Settings
    hooks: Hooks
    core: Core


class Connectors(Mapping[str, Connector]):
    """Every configured connector by name, each made when it is first asked for."""

    def __init__(self, settings: Settings, hooks: Hooks, clock: Clock) -> None:
        self._settings = settings
        self._hooks = hooks
        self._clock = clock
        self._instances = {each.name: each for each in settings.instances}
        self._made: dict[str, Connector] = {}

    def __getitem__(self, name: str) -> Connector:
        if name not in self._made:
            instance = self._instances[name]
            factory = self._hooks.connectors[instance.type].factory
            self._made[name] = factory(instance, self._context(instance))
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._instances)

    def __len__(self) -> int:
        return len(self._instances)

    def _context(self, instance: InstanceSettings) -> InstanceContext:
        return InstanceContext(
            name=instance.name,
            folder=str(self._settings.folder),
            state_folder=str(self._settings.state_folder / instance.name),
            clock=self._clock,
            agencies=tuple(agency.name for agency in self._settings.agencies),
            statuses=status_labels(instance.side),
            theirs=own_fields(instance.side),
            board_name=self._settings.board.name,
            agency=next((each.name for each in self._settings.agencies if each.code == instance.agency), ""),
        )


@contextlib.contextmanager
def open_runtime(config: str = "", *, environ: Mapping[str, str] | None = None) -> Iterator[Runtime]:
    """Read the configuration (`config`, else as cli.md says where), open its store (made where there is none) and wire.

    Raises ConfigurationError and the store's own errors.
    """
    from actiontrack.adapters.calendar import load_calendar
    from actiontrack.adapters.clock import SystemClock
    from actiontrack.adapters.store import open_store
    from actiontrack.hooks import load_plugins

    environ = os.environ if environ is None else environ
    hooks = load_plugins()
    settings = read_settings(hooks, config, environ)
    clock = SystemClock(settings.board.timezone, environ)
    holidays = settings.board.holidays
    calendar = load_calendar(settings.board.nation, settings.folder / holidays if holidays else None)
    if settings.store_file:
        settings.store_file.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.closing(open_store(settings.store_url, settings.board_code, clock=clock)) as store:
        settings = replace(settings, instances=(*settings.instances, *issued_workbooks(store, settings)))
        core = Core(
            store=store,
            clock=clock,
            calendar=calendar,
            hooks=hooks,
            board=settings.board,
            agencies=settings.agencies,
            instances={each.name: each for each in settings.instances},
            connectors=Connectors(settings, hooks, clock),
        )
        yield Runtime(settings, hooks, core)


def with_instance(runtime: Runtime, instance: InstanceSettings) -> Core:
    """What use cases are given, with one instance more, or another in the place of the one of that name."""
    others = tuple(each for each in runtime.settings.instances if each.name != instance.name)
    settings = replace(runtime.settings, instances=(*others, instance))
    return replace(
        runtime.core,
        instances={each.name: each for each in settings.instances},
        connectors=Connectors(settings, runtime.hooks, runtime.core.clock),
    )


def issued_workbooks(store: Store, settings: Settings) -> list[InstanceSettings]:
    """The workbooks made by `workbook issue` that are in their place and have no line in the configuration."""
    configured = {settings.folder / str(each.options.get("path", "")) for each in settings.instances}
    paths = {path.resolve() for path in configured}
    with store.reading() as reader:
        issued = [each for each in reader.find(Instance) if each.issued_to]
    return [
        issued_settings(each.name, each.issued_to, Path(each.source))
        for each in issued
        if Path(each.source) not in paths and Path(each.source).exists()
    ]


def issued_settings(name: str, agency: str, path: Path, *, create: bool = False) -> InstanceSettings:
    """The instance of an issued workbook."""
    options = {"path": str(path), "create": create}
    return InstanceSettings(name, "spreadsheet", Side.AGENCY, agency=agency, options=options)


def read_settings(hooks: Hooks, config: str, environ: Mapping[str, str]) -> Settings:
    """The configuration, checked against what the plugins offer."""
    return load_settings(
        find_config(config, environ, Path.cwd()),
        environ=environ,
        options_models={name: each.options_model for name, each in hooks.connectors.items()},
        jobs=(*JOBS, *hooks.jobs),
    )
