"""The spreadsheet connector keeps the connector port's rules: workbooks with their own numbers, and csv."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl

from actiontrack.api import Connector, InstanceContext, new_ref
from actiontrack.testing import ConnectorTests, HandClock, Remote
from actiontrack_spreadsheet.connector import SpreadsheetConnector
from actiontrack_spreadsheet.options import SpreadsheetOptions

ROWS = (
    ("Ref", "Agreed action", "Lead agency", "Timescale", "Status"),
    ("1.1", "Show earlier calls", "Police", date(2026, 12, 1), "In progress"),
    ("1.2", "Train every team", "Health Trust", date(2026, 12, 24), "Not started"),
    ("2.1", "Tell the referrer", "Police", None, "Not started"),
)


class Kept:
    """One file with a plan."""

    field = "text"

    def __init__(self, path: Path, state: Path) -> None:
        self.path = path
        self._state = state

    def connector(self) -> Connector:
        context = InstanceContext(
            name="plan",
            folder=str(self.path.parent),
            state_folder=str(self._state),
            clock=HandClock(datetime(2026, 11, 24, 9, tzinfo=UTC)),
            agencies=("Police", "Health Trust"),
        )
        return SpreadsheetConnector(SpreadsheetOptions(path=self.path.name), context)


class Workbook(Kept):
    def __init__(self, path: Path, state: Path) -> None:
        super().__init__(path, state)
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        for row in ROWS:
            sheet.append(row)
        book.save(path)

    def edit(self, remote_id: str, text: str) -> None:
        book = openpyxl.load_workbook(self.path)
        sheet = book.active
        assert sheet is not None
        for row in sheet.iter_rows(min_row=2):
            if row[0].value == remote_id:
                row[1].value = text
        book.save(self.path)


class Csv(Kept):
    """A csv file is known by our Action IDs, in its last column."""

    def __init__(self, path: Path, state: Path) -> None:
        super().__init__(path, state)
        lines = [["" if value is None else str(value) for value in row] for row in ROWS]
        for line in lines:
            line.append(new_ref() if line[0] != "Ref" else "Action ID")
        self._write(lines)

    def edit(self, remote_id: str, text: str) -> None:
        with self.path.open(encoding="utf-8", newline="") as stream:
            lines = list(csv.reader(stream))
        for line in lines:
            if line[-1] == remote_id:
                line[1] = text
        self._write(lines)

    def _write(self, lines: list[list[str]]) -> None:
        with self.path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows(lines)


class TestWorkbook(ConnectorTests):
    def remote(self, tmp_path: Path) -> Remote:
        return Workbook(tmp_path / "plan.xlsx", tmp_path / "state")


class TestCsv(ConnectorTests):
    def remote(self, tmp_path: Path) -> Remote:
        return Csv(tmp_path / "plan.csv", tmp_path / "state")
