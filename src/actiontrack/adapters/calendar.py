"""Working days of a UK nation, from the `holidays` library and a local file of exceptions."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from actiontrack.domain.vocabulary import Nation
from actiontrack.domain.workingdays import WorkingCalendar
from actiontrack.errors import ConfigurationError

_KEYS = ("closed", "open")


class NationCalendar(WorkingCalendar):
    """`ports.Calendar` of one nation. `closed` are further days nobody works, `open` bank holidays on which people do.

    The library is imported, and a year computed, when a question first needs it.
    """

    def __init__(self, nation: Nation, closed: Iterable[date] = (), opened: Iterable[date] = ()) -> None:
        self._nation = nation
        self._added = frozenset(closed)
        self._opened = frozenset(opened)
        super().__init__(self._closed_days)

    def _closed_days(self, year: int) -> set[date]:
        import holidays

        bank = holidays.country_holidays("GB", subdiv=self._nation.value, years=year, expand=False)
        return (set(bank) | {day for day in self._added if day.year == year}) - self._opened


def load_calendar(nation: Nation, path: Path | None = None) -> NationCalendar:
    """The nation's calendar with the exceptions of an override file (config/holidays.toml shows one).

    Raises ConfigurationError naming file, key and value.
    """
    if path is None:
        return NationCalendar(nation)
    try:
        held = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = "can't be read" if not isinstance(error, FileNotFoundError) else "does not exist"
        raise ConfigurationError(f"{path}: the file of holidays {reason}; mend [board] holidays.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: {error}.") from error
    for key in held:
        if key not in _KEYS:
            raise ConfigurationError(f"{path}: unknown key {key!r}; there are 'closed' and 'open'.")
    closed, opened = (_days(path, key, held.get(key, [])) for key in _KEYS)
    both = sorted(set(closed) & set(opened))
    if both:
        raise ConfigurationError(f"{path}: {both[0].isoformat()} is both closed and open; leave it in one.")
    return NationCalendar(nation, closed, opened)


def _days(path: Path, key: str, values: object) -> list[date]:
    if not isinstance(values, list):
        raise ConfigurationError(f"{path}: {key!r} must be a list of dates.")
    days = []
    for value in values:
        try:
            day = value if type(value) is date else date.fromisoformat(str(value))
        except ValueError as error:
            raise ConfigurationError(f"{path}: {key!r} holds {value!r}, which is no date; write 2026-12-24.") from error
        days.append(day)
    return days
