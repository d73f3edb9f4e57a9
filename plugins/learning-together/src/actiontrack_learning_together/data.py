"""Regimes and their clocks, and the labels of patterns: data that is shipped, and that a board may replace or add to.

`regimes/NAME.toml` beside the configuration takes the place of ours of that name, or adds one; `typology.toml` there
takes the place of ours.
"""

from __future__ import annotations

import calendar as months_of
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from importlib import resources
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from actiontrack.api import Calendar, Nation, UserError

Started = Literal["commissioned", "report_signed_off", "published"]
M = TypeVar("M", bound=BaseModel)


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Clock(_Data):
    """A time that somebody else sets: so long from one day of the review, until another."""

    name: str
    days: int = Field(default=0, ge=0)
    """Calendar days."""
    working_days: int = Field(default=0, ge=0)
    months: int = Field(default=0, ge=0)
    start: Started = Field(alias="from")
    """The day of the review it runs from."""
    until: Started | None = None
    """The day of the review that stops it."""
    mark: Literal["S", "C"]
    """S: read in the source; C: common usage."""
    source: str
    checked: date | None = None
    """The day on which the source, or who quotes it, was last read again; none where it could not be."""

    @model_validator(mode="after")
    def _one_length(self) -> Clock:
        if sum(map(bool, (self.days, self.working_days, self.months))) != 1:
            raise ValueError("say exactly one of days, working_days and months")
        return self

    def due(self, started: date, calendar: Calendar) -> date:
        """The day it runs out."""
        if self.working_days:
            return calendar.add_working_days(started, self.working_days)
        return add_months(started, self.months) if self.months else started + timedelta(days=self.days)

    def length(self) -> str:
        """In words."""
        for count, word in ((self.days, "day"), (self.working_days, "working day"), (self.months, "month")):
            if count:
                return f"{count} {word}{'' if count == 1 else 's'}"
        return ""


class Regime(_Data):
    """A kind of review in law."""

    name: str
    short: str
    also: tuple[str, ...] = ()
    """Other names it goes by."""
    nations: tuple[Nation, ...]
    law: str
    about: str = ""
    clock: tuple[Clock, ...] = ()

    def words(self) -> set[str]:
        """Every name it goes by, without capitals."""
        return {word.casefold() for word in (self.name, self.short, *self.also)}


class Pattern(_Data):
    """A kind of underlying pattern."""

    label: str
    short: str = ""
    about: str = ""
    mark: Literal["S", "C"]
    source: str


class Typology(_Data):
    """The labels."""

    pattern: tuple[Pattern, ...]


def add_months(day: date, count: int) -> date:
    """The same day so many months later; the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, months_of.monthrange(year, month + 1)[1]))


def regimes(folder: Path) -> dict[str, Regime]:
    """Every regime by its file's name: those that are shipped and, in `folder`/regimes, the board's own."""
    shipped = [
        each for each in resources.files(__package__).joinpath("regimes").iterdir() if each.name.endswith(".toml")
    ]
    own: Iterable[Path] = sorted((folder / "regimes").glob("*.toml"))
    found = {each.name.removesuffix(".toml"): _read(Regime, each, each.name) for each in shipped}
    found |= {each.stem: _read(Regime, each, str(each)) for each in own}
    return dict(sorted(found.items()))


def regime_of(word: str, known: Mapping[str, Regime]) -> str:
    """The name of the regime that goes by that word; "" where none does."""
    wanted = word.strip().casefold()
    return next((name for name, each in known.items() if wanted == name or wanted in each.words()), "")


def typology(folder: Path) -> tuple[Pattern, ...]:
    """The labels: the board's own where it keeps some."""
    own = folder / "typology.toml"
    shipped = resources.files(__package__).joinpath("typology.toml")
    return (_read(Typology, own, str(own)) if own.is_file() else _read(Typology, shipped, shipped.name)).pattern


def plain(label: str) -> str:
    """A label however its dashes and capitals are typed."""
    return " ".join(label.casefold().replace("–", "-").replace("—", "-").split())


def _read(model: type[M], source: Any, shown: str) -> M:
    try:
        return model.model_validate(tomllib.loads(source.read_text(encoding="utf-8")))
    except OSError as error:
        raise UserError(f"{shown}: can't be read ({error.strerror}).") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{shown}: is no TOML ({error}).") from None
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in fault["loc"])
        told = str(fault["msg"]).removeprefix("Value error, ")
        raise UserError(f"{shown}: {key}: {told[:1].lower()}{told[1:]}.") from None
