"""The tables of the configuration, one model each; their fields' docstrings are the reference of the keys."""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from actiontrack.domain.policy import Board, Schedule, Subscription
from actiontrack.domain.vocabulary import Side

_HOST_AND_PORT = re.compile(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Table(BaseModel):
    """A table takes its own keys only."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class TypedTable(BaseModel):
    """A table with a type, whose own keys stand beside those that are here."""

    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True)

    def options(self) -> dict[str, Any]:
        """The keys of its type."""
        return dict(self.model_extra or {})


class BoardTable(Board):
    """`[board]`: whose suite this is, and what it may set about the rules."""

    code: str = "board"
    """Which board's records these are in a store that several share; leave it alone in a store of your own."""

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError('no such time zone; write one like "Europe/London"') from None
        return value

    @model_validator(mode="after")
    def _hours_fit(self) -> BoardTable:
        for each in (self.send_from, self.send_until):
            _clock_time(each)
        if self.send_from >= self.send_until:
            raise ValueError("send_from must be earlier in the day than send_until")
        return self


class SecretTable(Table):
    """Where a secret is kept: exactly one of `env`, `file`, `credential` (of systemd) and `keyring`."""

    env: str = ""
    file: str = ""
    credential: str = ""
    keyring: str = ""


class StoreTable(Table):
    """`[store]`: where the records are kept."""

    url: str | SecretTable = "sqlite:///actiontrack.db"
    """A SQLAlchemy URL; a SQLite file is relative to the configuration. With a password: `{ env = … }`."""


class OutboundTable(Table):
    """`[outbound]`: where connectors may go. Without it, each goes to the host of its own url and nowhere else."""

    hosts: tuple[str, ...] = ()
    """The only hosts there may be in a url, by name or pattern ("*.example.org")."""
    networks: tuple[str, ...] = ()
    """Private networks that systems are in ("10.0.0.0/8"): a name that leads into another is not followed."""
    proxy: str = ""
    """The URL of a proxy that all requests go through; it looks names up, then, and not we."""

    @field_validator("networks")
    @classmethod
    def _is_network(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            try:
                ip_network(each)
            except ValueError:
                raise ValueError(f'{each!r} is no network; write one like "10.0.0.0/8"') from None
        return value


class HintsTable(Table):
    """`[hints]`: where systems may tell `run` that something changed there, so that it asks at once."""

    listen: str
    """HOST:PORT; where the system is on another machine, put a web server with TLS before it."""
    token: dict[str, str]
    """The last part of the address that hints are posted to: `/hints/NAME/TOKEN`, NAME being the instance's."""

    @property
    def place(self) -> tuple[str, int]:
        """The host and the port."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)

    @field_validator("listen")
    @classmethod
    def _is_place(cls, value: str) -> str:
        if not _HOST_AND_PORT.fullmatch(value) or not 0 <= int(value.rpartition(":")[2]) < 1 << 16:
            raise ValueError('write HOST:PORT, such as "127.0.0.1:8377"')
        return value


class AgencyTable(Table):
    """`[[agency]]`: an organisation that acts."""

    code: str = Field(min_length=1)
    """The short name that commands and reports use."""
    name: str = Field(min_length=1)
    """As people write it."""
    kind: str = ""
    """Police, health, council …: free."""
    aliases: tuple[str, ...] = ()
    """Other names workbooks use for it."""
    lead: str = ""
    """E-mail address of its lead."""
    executive: str = ""
    """E-mail address escalations reach at level L3."""


class ConnectorTable(TypedTable):
    """`[[connector]]`: one instance. Keys that are not here belong to its type."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    """The instance's own name: letters, digits, "-", "_" and "."."""
    type: str
    """What kind of system it is (`actiontrack plugin list` shows the types installed)."""
    side: Side
    """Who works there: board or agency."""
    agency: str = ""
    """On the agency side: whose it is (a code). Its scope is the actions in which that agency has a leg."""
    review: str = ""
    """The review of rows that name none."""
    dates: Literal["", "dmy", "mdy", "ymd"] = ""
    """How dates typed as text are read; without it an ambiguous one is asked about, never guessed."""
    embargo: Literal["", "refs"] = ""
    """`refs`: while a review is embargoed this instance gets references and dates only."""
    values: dict[str, dict[str, str]] = {}
    """The instance's own words, field by field: [connector.values.status] "On course" = "in_progress"."""
    files: dict[str, str] = {}
    """Of a folder: whose a file is, by its name or a pattern: [connector.files] "north*.xlsx" = "POL"; "" leaves it
    out."""
    watch: Literal["auto", "poll", "off"] = "auto"
    """How `run` notices that a file changed: told by the system (auto), by looking every few seconds (poll), or not at
    all (off)."""


class PlatformTable(TypedTable):
    """`[platform]`: the system the board hosts its reviews on. Keys that are not here belong to its type."""

    name: str = Field(default="platform", pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    """The instance's own name, as that of a connector."""
    type: str
    """What kind of system it is (`actiontrack plugin list` shows the platforms installed)."""
    review: str = ""
    """The review of tickets that name none."""
    values: dict[str, dict[str, str]] = {}
    """The platform's own words, field by field: [platform.values.status] "Under way" = "in_progress"."""


class NotifierTable(TypedTable):
    """`[[notifier]]`: a way to tell people. Keys that are not here belong to its type."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    """Its own name: letters, digits, "-", "_" and "."."""
    type: str
    """How it tells (`actiontrack plugin list` shows the types installed)."""
    only: tuple[str, ...] = ()
    """The addresses it is for, as patterns ("*@police.example.org"); with none, all. Of several notifiers the first
    that fits tells a person; the others do not."""


def _clock_time(value: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError('write a time of day like "06:00"')
    return value


def _known_days(value: str) -> str:
    if value not in ("daily", "working", *WEEKDAYS):
        raise ValueError(f"must be one of daily, working, {', '.join(WEEKDAYS)}")
    return value


class ScheduleTable(Schedule):
    """`[[schedule]]`: a job the scheduler runs."""

    _at = field_validator("at")(_clock_time)
    _days = field_validator("days")(_known_days)


class SubscriptionTable(Subscription):
    """`[[subscription]]`: a report that is sent by itself."""

    _at = field_validator("at")(_clock_time)
    _days = field_validator("days")(_known_days)
