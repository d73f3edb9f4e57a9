"""The use cases as a plugin is handed them (`ports.App`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any

from actiontrack.domain.fields import Actor
from actiontrack.domain.nouns import Agency
from actiontrack.domain.vocabulary import Side
from actiontrack.ports import Calendar, Clock, Records, Store
from actiontrack.services.core import Core


class UseCases:
    """Find, change, report, sync. Each loads what it needs when it is called."""

    def __init__(self, core: Core) -> None:
        self._core = core

    @property
    def store(self) -> Store:
        """The records."""
        return self._core.store

    @property
    def clock(self) -> Clock:
        """The time."""
        return self._core.clock

    @property
    def calendar(self) -> Calendar:
        """Working days."""
        return self._core.calendar

    @property
    def agencies(self) -> Sequence[Agency]:
        """Those of the configuration."""
        return self._core.agencies

    @property
    def board(self) -> str:
        """The board's name."""
        return self._core.board.name

    @property
    def folder(self) -> Path:
        """The configuration's."""
        return self._core.folder

    def find(self, **narrowed: Any) -> list[dict[str, Any]]:
        """The actions that fit."""
        from actiontrack.services.records.listing import Filter, list_actions

        return list_actions(self._core, Filter(**narrowed))

    def change(self, ref: str, values: Mapping[str, str], *, who: str) -> dict[str, Any]:
        """Set fields of an action on the Board's behalf."""
        from actiontrack.services.records.asking import Asker, set_fields

        return set_fields(self._core, ref, values, Asker(who, Actor(Side.BOARD)))

    def recording(self, *, who: str, source: str, dry_run: bool = False) -> AbstractContextManager[Records]:
        """One transaction to take records in."""
        from actiontrack.services.records.recording import recording

        return recording(self._core, who=who, source=source, dry_run=dry_run)

    def report(self, as_at: date, formats: Sequence[str], folder: Path) -> list[Path]:
        """Write the board pack."""
        from actiontrack.services.reporting import board_report, write_report

        return write_report(self._core, board_report(self._core, as_at=as_at), formats, folder)

    def sync(self, names: Sequence[str] = (), *, who: str) -> dict[str, Any]:
        """Synchronise."""
        from actiontrack.services.sync.engine import sync

        return sync(self._core, names, who=who).to_json()
