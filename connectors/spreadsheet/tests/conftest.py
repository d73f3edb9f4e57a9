"""Made-up workbooks, and connectors to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol

import openpyxl
import pytest

from actiontrack.api import InstanceContext
from actiontrack_spreadsheet.connector import SpreadsheetConnector
from actiontrack_spreadsheet.options import SpreadsheetOptions

AGENCIES = ("Police", "Health Trust", "Council")
STATUSES = ("Not started", "In progress", "Blocked", "Reported complete")


class FixedClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

    def today(self) -> date:
        return date(2026, 11, 24)


class Connect(Protocol):
    def __call__(self, path: Path, *, agencies: Sequence[str] = AGENCIES, **options: Any) -> SpreadsheetConnector: ...


class MakePlan(Protocol):
    def __call__(
        self,
        rows: Sequence[Sequence[Any]],
        *,
        name: str = "plan.xlsx",
        sheet: str = "Action plan",
        merges: Sequence[str] = (),
        also: Callable[[Any, Any], None] | None = None,
    ) -> Path: ...


@pytest.fixture
def connect(tmp_path: Path) -> Connect:
    """A connector to a file, with three agencies configured."""

    def connect(path: Path, *, agencies: Sequence[str] = AGENCIES, **options: Any) -> SpreadsheetConnector:
        context = InstanceContext(
            name="plan",
            folder=str(path.parent),
            state_folder=str(tmp_path / "state"),
            clock=FixedClock(),
            agencies=agencies,
            statuses=STATUSES,
            board_name="Exampleshire Safeguarding Adults Board",
        )
        return SpreadsheetConnector(SpreadsheetOptions(path=path.name, **options), context)

    return connect


@pytest.fixture
def make_plan(tmp_path: Path) -> MakePlan:
    """A workbook of these rows (None: blank), made the way a person's would be; `also(book, sheet)` adds to it."""

    def make_plan(
        rows: Sequence[Sequence[Any]],
        *,
        name: str = "plan.xlsx",
        sheet: str = "Action plan",
        merges: Sequence[str] = (),
        also: Callable[[Any, Any], None] | None = None,
    ) -> Path:
        book = openpyxl.Workbook()
        page = book.active
        assert page is not None
        page.title = sheet
        for number, row in enumerate(rows, 1):
            for col, value in enumerate(row, 1):
                page.cell(number, col).value = value
        for area in merges:
            page.merge_cells(area)
        if also:
            also(book, page)
        path = tmp_path / name
        book.save(path)
        return path

    return make_plan
