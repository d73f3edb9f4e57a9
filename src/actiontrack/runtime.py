"""The composition root: loads settings and plugins and wires the ports."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from actiontrack.domain.fields import own_fields, status_labels
from actiontrack.domain.ledger import Instance, Setting
from actiontrack.domain.vocabulary import Side
from actiontrack.ports import Connector, InstanceContext, InstanceSettings, NotifierContext, Problem, Web
from actiontrack.services.core import Core, Way
from actiontrack.settings import Settings, find_config, load_settings, secret_value
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
    environ: Mapping[str, str]
    """Where secrets may be."""

    def look_again(self) -> None:
        """Find out anew which instances there are: files come into folders and go while `run` is at work."""
        for mapping in (self.core.instances, self.core.connectors):
            if isinstance(mapping, (Instances, Connectors)):
                mapping.forget()


class Instances(Mapping[str, InstanceSettings]):
    """Every instance by name, found when they are first asked for: most commands need none."""

    def __init__(self, find: Callable[[], Iterable[InstanceSettings]]) -> None:
        self._find = find
        self._found: dict[str, InstanceSettings] | None = None

    def forget(self) -> None:
        """Find them anew."""
        self._found = None

    @property
    def _all(self) -> dict[str, InstanceSettings]:
        if self._found is None:
            self._found = {each.name: each for each in self._find()}
        return self._found

    def __getitem__(self, name: str) -> InstanceSettings:
        return self._all[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)


class Connectors(Mapping[str, Connector]):
    """Every instance's connector by name, each made when it is first asked for."""

    def __init__(
        self,
        instances: Mapping[str, InstanceSettings],
        settings: Settings,
        hooks: Hooks,
        clock: Clock,
        environ: Mapping[str, str],
    ) -> None:
        self._settings = settings
        self._hooks = hooks
        self._clock = clock
        self._environ = environ
        self._instances = instances
        self._made: dict[str, Connector] = {}
        self._ways: dict[str, Web] = {}
        self._paces: dict[str, Callable[[], None]] = {}
        """By instance: what it sent is not forgotten with the connector."""

    def forget(self) -> None:
        """Make them anew, with nothing kept of what they read."""
        self._made = {}

    def way(self, name: str) -> Sequence[Problem]:
        """What is wrong with the way to its system."""
        return self._ways[name].problems() if name in self._ways else ()

    def __getitem__(self, name: str) -> Connector:
        if name not in self._made:
            instance = self._instances[name]
            offered = self._hooks.platforms if instance.platform else self._hooks.connectors
            factory = offered[instance.type].factory
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
            timezone=self._settings.board.timezone,
            pace=functools.partial(self._pace, instance.name),
            secret=functools.partial(secret_value, folder=self._settings.folder, environ=self._environ),
            web=functools.partial(self._web, instance.name),
        )

    def _web(self, name: str, url: str, rate: float, ca: str = "") -> Web:
        from actiontrack.adapters.web import Outbound, SafeWeb

        told = self._settings.outbound
        outbound = Outbound(told.hosts, told.networks, told.proxy)
        ca = str(self._settings.folder / ca) if ca else ""
        way = self._ways[name] = SafeWeb(url, outbound, self._pace(name, rate), ca=ca)
        return way

    def _pace(self, name: str, rate: float) -> Callable[[], None]:
        from actiontrack.adapters.pacing import TokenBucket

        if name not in self._paces:
            self._paces[name] = TokenBucket(rate).take
        return self._paces[name]


@contextlib.contextmanager
def open_runtime(config: str = "", *, environ: Mapping[str, str] | None = None) -> Iterator[Runtime]:
    """Read the configuration (`config`, else as cli.md says where), open its store (made where there is none) and wire.

    Raises ConfigurationError and the store's own errors.
    """
    from actiontrack.adapters.calendar import load_calendar
    from actiontrack.adapters.clock import SystemClock
    from actiontrack.adapters.evidence import EvidenceFolder
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
        instances = Instances(lambda: find_instances(settings, hooks, store))
        connectors = Connectors(instances, settings, hooks, clock, environ)
        core = Core(
            store=store,
            clock=clock,
            calendar=calendar,
            hooks=hooks,
            board=settings.board,
            agencies=settings.agencies,
            instances=instances,
            connectors=connectors,
            folder=settings.folder,
            way=connectors.way,
            evidence=EvidenceFolder(settings.state_folder / "evidence"),
            folders={each.name: each for each in settings.instances if _are_many(each, settings, hooks)},
            ways=make_ways(settings, hooks, environ),
            outbox=settings.state_folder / "outbox",
            subscriptions=settings.subscriptions,
        )
        yield Runtime(settings, hooks, core, environ)


def with_instance(runtime: Runtime, instance: InstanceSettings) -> Core:
    """What use cases are given, with one instance more, or another in the place of the one of that name."""
    core = runtime.core
    instances = {**core.instances, instance.name: instance}
    connectors = Connectors(instances, runtime.settings, runtime.hooks, core.clock, runtime.environ)
    return replace(core, instances=instances, connectors=connectors, way=connectors.way)


def make_ways(settings: Settings, hooks: Hooks, environ: Mapping[str, str]) -> tuple[Way, ...]:
    """The ways to tell people, each made when it is first needed."""
    secret = functools.partial(secret_value, folder=settings.folder, environ=environ)
    return tuple(
        Way(
            each.name,
            each.only,
            functools.partial(
                hooks.notifiers[each.type].factory, each.options, NotifierContext(each.name, settings.folder, secret)
            ),
        )
        for each in settings.notifiers
    )


def find_instances(settings: Settings, hooks: Hooks, store: Store) -> list[InstanceSettings]:
    """The configuration's lines (where one names a folder, an instance a file) and the workbooks that were issued."""
    with store.reading() as reader:
        stored = {each.name: each for each in reader.find(Instance)}
        store_id = reader.get(Setting, "store_id")
    lines = [each for each in settings.instances if not _are_many(each, settings, hooks)]
    folders = [each for each in settings.instances if each not in lines]
    found = lines
    taken = {_path_of(each, settings) for each in lines if "path" in each.options}
    for line in folders:
        made = _members(line, settings, hooks, stored, store_id.value if store_id else "", taken)
        taken |= {_path_of(each, settings) for each in made}
        found = [*found, *made]
    return [*found, *issued_workbooks(stored, taken)]


def _members(
    line: InstanceSettings, settings: Settings, hooks: Hooks, stored: Mapping[str, Instance], store_id: str,
    taken: Collection[Path],
) -> list[InstanceSettings]:  # fmt: skip
    from actiontrack.services.folders import Surroundings, members

    files = hooks.files_of(line.type)
    assert files is not None  # noqa: S101 - it said that they are many
    around = Surroundings(
        base=settings.folder,
        store_id=store_id,
        stored=stored,
        agencies=settings.agencies,
        lines=frozenset(each.name for each in settings.instances),
        taken=taken,
        keep_out=[path.resolve() for path in settings.own_folders],
    )
    return members(line, files, around)


def _are_many(instance: InstanceSettings, settings: Settings, hooks: Hooks) -> bool:
    files = hooks.files_of(instance.type)
    return files is not None and files.are_many(instance.options, settings.folder)


def _path_of(instance: InstanceSettings, settings: Settings) -> Path:
    return (settings.folder / str(instance.options["path"])).resolve()


def issued_workbooks(stored: Mapping[str, Instance], taken: Collection[Path]) -> list[InstanceSettings]:
    """The workbooks made by `workbook issue` that are in their place and are no other instance's."""
    return [
        issued_settings(each.name, each.issued_to, Path(each.source))
        for each in stored.values()
        if each.issued_to and Path(each.source) not in taken and Path(each.source).exists()
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
        platform_models={name: each.options_model for name, each in hooks.platforms.items()},
        files={name: each.files for name, each in hooks.connectors.items() if each.files is not None},
        notifier_models={name: each.options_model for name, each in hooks.notifiers.items()},
        jobs=(*JOBS, *hooks.jobs),
        formats=hooks.report_formats,
    )
