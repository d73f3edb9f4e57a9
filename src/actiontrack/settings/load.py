"""Reads the configuration file into the domain's and the ports' own types."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from actiontrack.domain.nouns import Agency
from actiontrack.domain.policy import Board, Schedule, Subscription
from actiontrack.domain.vocabulary import Side
from actiontrack.errors import ConfigurationError
from actiontrack.ports import Files, InstanceSettings
from actiontrack.settings.faults import Faults, nearest, one_of, syntax
from actiontrack.settings.places import Places
from actiontrack.settings.post import NotifierSettings, check_subscriptions, read_notifiers
from actiontrack.settings.secrets import secret_fault, secret_value
from actiontrack.settings.tables import (
    AgencyTable,
    BoardTable,
    ConnectorTable,
    HintsTable,
    NotifierTable,
    OutboundTable,
    PlatformTable,
    ScheduleTable,
    StoreTable,
    SubscriptionTable,
)

M = TypeVar("M", bound=BaseModel)
CONFIG_NAME = "actiontrack.toml"
JOBS = ("sync", "sweep", "report", "backup")
"""What the core can do on a schedule; plugins add to it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """A configuration that holds together. Paths are absolute."""

    file: Path
    board: Board
    board_code: str
    store_url: str
    agencies: tuple[Agency, ...]
    instances: tuple[InstanceSettings, ...]
    schedules: tuple[Schedule, ...]
    """The `[[schedule]]`s, and those of the subscriptions."""
    outbound: OutboundTable
    hints: HintsTable | None
    notifiers: tuple[NotifierSettings, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()

    @property
    def folder(self) -> Path:
        """What relative paths are relative to."""
        return self.file.parent

    @property
    def store_file(self) -> Path | None:
        """The SQLite file; None for another database or one in memory."""
        name = self.store_url.removeprefix("sqlite:///")
        return Path(name) if name != self.store_url and name else None

    @property
    def state_folder(self) -> Path:
        """Where backups of workbooks and the like are kept: beside the store, never where a connector reads."""
        beside = self.store_file or self.folder / "actiontrack"
        return beside.with_name(f"{beside.stem}-state")

    @property
    def own_folders(self) -> tuple[Path, ...]:
        """Where we put files ourselves: none of those is ever taken for somebody's plan."""
        outs = {"backup": "backups", "report": "reports"}
        made = (self.folder / (each.out or outs.get(each.job, each.job)) for each in self.schedules if each.job in outs)
        return (self.state_folder, *made)


def find_config(named: str, environ: Mapping[str, str], here: Path) -> Path:
    """The file named, else `$ACTIONTRACK_CONFIG`, else actiontrack.toml here or in a parent."""
    given = named or environ.get("ACTIONTRACK_CONFIG", "")
    if given:
        path = Path(given)
        if not path.is_file():
            raise ConfigurationError(f"{given}: no such configuration file; `actiontrack init` writes one")
        return path
    for folder in (here, *here.parents):
        if (folder / CONFIG_NAME).is_file():
            found = folder / CONFIG_NAME
            return Path(os.path.relpath(found, here))
    raise ConfigurationError(
        f"no {CONFIG_NAME} in {here} or above it; `actiontrack init` writes one, --config FILE names another"
    )


def load_settings(
    file: Path,
    *,
    environ: Mapping[str, str],
    options_models: Mapping[str, type[BaseModel]],
    platform_models: Mapping[str, type[BaseModel]] | None = None,
    files: Mapping[str, Files] | None = None,
    notifier_models: Mapping[str, type[BaseModel]] | None = None,
    jobs: Collection[str] = JOBS,
    formats: Collection[str] | None = None,
) -> Settings:
    """Read and check a configuration file.

    `options_models` maps each connector type installed to the model of its keys, `platform_models` each type of
    platform, `files` those whose instances are files to what tells of them, `notifier_models` each type of notifier;
    `formats` are the formats of reports. Raises ConfigurationError, one line with
    file, line, value and nearest valid key.
    """
    text = _text(file)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        syntax(file, error)
    faults = Faults(file, Places(text))
    tables = _Tables(document, faults)
    board = tables.one("board", BoardTable, needed=True)
    store = tables.one("store", StoreTable)
    outbound = tables.one("outbound", OutboundTable)
    hints = tables.one("hints", HintsTable, hidden="token")
    agencies = tables.many("agency", AgencyTable)
    connectors = tables.many("connector", ConnectorTable)
    platform = tables.one("platform", PlatformTable)
    schedules = tables.many("schedule", ScheduleTable)
    notifiers = tables.many("notifier", NotifierTable)
    subscriptions = tables.many("subscription", SubscriptionTable)
    _check_agencies(agencies, faults)
    ways = read_notifiers(notifiers, notifier_models or {}, faults)
    check_subscriptions(subscriptions, formats, faults)
    instances = _instances(connectors, options_models, faults)
    instances += _hosting(platform, [each.name for _, each in connectors], platform_models or {}, faults)
    _check_connectors(connectors, agencies, file, files or {}, faults)
    for index, schedule in schedules:
        if schedule.job not in jobs:
            faults.add(("schedule", index, "job"), f"[[schedule]] job = {schedule.job!r} is not known{one_of(jobs)}")
    url = _store_url(store or StoreTable(), file, environ, faults)
    faults.raise_any()
    assert board is not None  # noqa: S101 - a missing [board] is a fault, raised above
    return Settings(
        file=file.absolute(),
        board=Board(**board.model_dump(exclude={"code"})),
        board_code=board.code,
        store_url=url,
        agencies=tuple(Agency(**agency.model_dump()) for _, agency in agencies),
        instances=instances,
        schedules=(
            *(Schedule(**schedule.model_dump()) for _, schedule in schedules),
            *(each.schedule for _, each in subscriptions),
        ),
        outbound=outbound or OutboundTable(),
        hints=hints,
        notifiers=ways,
        subscriptions=tuple(Subscription(**each.model_dump()) for _, each in subscriptions),
    )


class _Tables:
    """The top of the document, table by table."""

    NAMES = (
        "board", "store", "outbound", "hints", "platform", "agency", "connector", "notifier", "schedule",
        "subscription",
    )  # fmt: skip

    def __init__(self, document: Mapping[str, Any], faults: Faults) -> None:
        self._document = document
        self._faults = faults
        for name in document:
            if name not in self.NAMES:
                faults.add((name,), f'"{name}" is no table or key of the configuration{nearest(name, self.NAMES)}')

    def one(self, name: str, model: type[M], *, needed: bool = False, hidden: str = "") -> M | None:
        """`hidden` is a key whose value must not stand there: nothing of a table in which it does is shown."""
        found = self._document.get(name)
        if found is None:
            if needed:
                self._faults.add((), f"the table [{name}] is missing; it needs at least a name")
            return None
        if not isinstance(found, Mapping):
            self._faults.add((name,), f"{name} is a table: write [{name}]")
            return None
        if hidden in found and (fault := secret_fault(hidden, found[hidden])):
            self._faults.add((name, hidden), f"[{name}] {fault}")
            return None
        return self._faults.model(model, found, (name,))

    def many(self, name: str, model: type[M]) -> list[tuple[int, M]]:
        found = self._document.get(name, [])
        if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
            self._faults.add((name,), f"there may be several of {name}: write [[{name}]], with two brackets")
            return []
        read = ((index, self._faults.model(model, each, (name, index))) for index, each in enumerate(found))
        return [(index, each) for index, each in read if each is not None]


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigurationError(f"{file}: can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{file}: is not UTF-8 text; save it as UTF-8") from None


def _check_agencies(agencies: Iterable[tuple[int, AgencyTable]], faults: Faults) -> None:
    codes: dict[str, int] = {}
    words: dict[str, str] = {}
    for index, agency in agencies:
        if agency.code in codes:
            faults.add(("agency", index, "code"), f"[[agency]] code = {agency.code!r} stands there twice")
            continue
        codes[agency.code] = index
        for word in dict.fromkeys((agency.code, agency.name, *agency.aliases)):
            owner = words.setdefault(word.strip().casefold(), agency.code)
            if owner != agency.code:
                faults.add(("agency", index), f"[[agency]] {word!r} names both {owner} and {agency.code}; keep one")


def _check_connectors(
    connectors: Iterable[tuple[int, ConnectorTable]],
    agencies: Iterable[tuple[int, AgencyTable]],
    file: Path,
    files: Mapping[str, Files],
    faults: Faults,
) -> None:
    codes = [agency.code for _, agency in agencies]
    names: set[str] = set()
    paths: dict[str, str] = {}
    for index, each in connectors:
        where = ("connector", index)
        if each.name in names:
            faults.add((*where, "name"), f"[[connector]] name = {each.name!r} stands there twice; names are unique")
        names.add(each.name)
        path = each.options().get("path")
        if isinstance(path, str):
            first = paths.setdefault(os.path.realpath(file.parent / path), each.name)
            if first != each.name:
                faults.add(
                    (*where, "path"), f"[[connector]] path = {path!r} is already that of {first!r}; one instance a file"
                )
        if each.agency and each.agency not in codes:
            faults.add(
                (*where, "agency"),
                f"[[connector]] agency = {each.agency!r} is no [[agency]] code{nearest(each.agency, codes)}",
            )
        are_many = (
            isinstance(path, str) and each.type in files and files[each.type].are_many(each.options(), file.parent)
        )
        if are_many or each.files:
            _check_folder(each, where, codes, faults, are_many=are_many)
        if each.side is Side.AGENCY and not each.agency and not are_many:
            faults.add((*where, "side"), f'[[connector]] {each.name!r} is on the agency side and needs agency = "CODE"')
        if each.side is Side.BOARD and each.agency:
            faults.add(
                (*where, "agency"), f'[[connector]] {each.name!r} is the board\'s; agency goes with side = "agency"'
            )


def _check_folder(
    each: ConnectorTable, where: tuple[str | int, ...], codes: Collection[str], faults: Faults, *, are_many: bool
) -> None:
    """What goes with many files, one an agency, and what with one."""
    if not are_many:
        faults.add(
            (*where, "files"), f"[connector.files] goes with a folder or a pattern, and {each.name!r} names a file"
        )
    if are_many and each.side is Side.BOARD:
        faults.add(
            (*where, "path"), '[[connector]] path names a folder, one file an agency: that needs side = "agency"'
        )
    if are_many and each.options().get("create"):
        faults.add(
            (*where, "create"), "[[connector]] create goes with one file; `actiontrack workbook issue` makes others"
        )
    for pattern, code in each.files.items():
        if code and code not in codes:
            faults.add(
                (*where, "files", pattern), f"[connector.files] {code!r} is no [[agency]] code{nearest(code, codes)}"
            )


def _instances(
    connectors: Iterable[tuple[int, ConnectorTable]], options_models: Mapping[str, type[BaseModel]], faults: Faults
) -> tuple[InstanceSettings, ...]:
    made = []
    for index, each in connectors:
        options = faults.options(each, each.type, options_models, ("connector", index))
        if options is None:
            continue
        made.append(
            InstanceSettings(
                name=each.name,
                type=each.type,
                side=each.side,
                agency=each.agency,
                review=each.review,
                dates=each.dates,
                embargo=each.embargo,
                values=each.values,
                options=options.model_dump(),
                files=each.files,
                watch=each.watch,
            )
        )
    return tuple(made)


def _hosting(
    platform: PlatformTable | None, names: Collection[str], models: Mapping[str, type[BaseModel]], faults: Faults
) -> tuple[InstanceSettings, ...]:
    """`[platform]` as one instance more of the board's."""
    if platform is None:
        return ()
    where = ("platform",)
    if platform.name in names:
        faults.add((*where, "name"), f"[platform] name = {platform.name!r} is a connector's; names are unique")
    options = faults.options(platform, platform.type, models, where)
    if options is None:
        return ()
    return (
        InstanceSettings(
            platform.name, platform.type, Side.BOARD, review=platform.review, values=platform.values,
            options=options.model_dump(), platform=True,
        ),
    )  # fmt: skip


def _store_url(store: StoreTable, file: Path, environ: Mapping[str, str], faults: Faults) -> str:
    where = ("store", "url")
    if isinstance(store.url, str):
        url = store.url
        scheme, _, rest = url.partition("://")
        if "@" in rest and ":" in rest.partition("@")[0]:
            faults.add(where, '[store] url must not hold a password; write url = { env = "NAME" } or { file = … }')
    else:
        try:
            url = secret_value(store.url.model_dump(), file.parent, environ)
        except ConfigurationError as error:
            faults.add(where, f"[store] url: {error}")
            return ""
    scheme, _, rest = url.partition("://")
    if not scheme.startswith(("sqlite", "postgresql")):
        shown = f" = {scheme!r}" if isinstance(store.url, str) else ""
        faults.add(where, f"[store] url{shown}: write sqlite:///FILE or postgresql+psycopg://HOST/DATABASE")
    if scheme.startswith("sqlite") and rest.startswith("/") and rest.strip("/") not in ("", ":memory:"):
        return f"sqlite:///{(file.absolute().parent / rest[1:])}"
    return url
