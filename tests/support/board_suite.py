"""A board's suite in a folder: its workbook, its configuration, and the command line over them."""

from __future__ import annotations

import contextlib
import datetime
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from actiontrack.cli.front import run as run_command

HEADINGS = (
    "Ref", "Rec no", "Recommendation", "Action", "Lead agency", "Lead officer", "Priority", "Due date", "Status",
    "Progress", "Evidence",
)  # fmt: skip
AGENCIES = {"POL": "Norchester Police", "HEA": "Norchester Health Trust", "LA": "Norchester Council"}
FORM_ROWS = 3
"""Rows above the headings: a title and a form."""


def row(number: int, **changes: Any) -> dict[str, Any]:
    """One made-up row of a plan."""
    cells = {
        "Ref": number,
        "Rec no": f"{(number - 1) // 3 + 1}",
        "Recommendation": f"Agencies should do better at matter {(number - 1) // 3 + 1}",
        "Action": f"Do the thing numbered {number}",
        "Lead agency": list(AGENCIES.values())[(number - 1) % 3],
        "Lead officer": f"Post {number % 4}",
        "Priority": "High" if number % 2 else "Medium",
        "Due date": datetime.date(2026, 12, 1) + datetime.timedelta(days=number * 7),
        "Status": ("Not started", "In progress")[number % 2],
        "Progress": None,
        "Evidence": None,
    }
    return cells | changes


class Sheet:
    """A workbook in the hands of a person: opened, edited and saved by another program than ours."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.book = openpyxl.load_workbook(path)
        self.sheet = self.book["Action plan"] if "Action plan" in self.book.sheetnames else self.book.worksheets[0]
        self.header = next(at for at in range(1, 20) if any(cell.value == "Action" for cell in self.sheet[at]))
        self.columns = {str(cell.value): cell.column for cell in self.sheet[self.header] if cell.value}

    def __enter__(self) -> Sheet:
        return self

    def __exit__(self, *_: object) -> None:
        self.book.save(self.path)

    def find(self, action: str) -> int:
        """The row whose action reads so, or that has that Action ID."""
        for at in range(self.header + 1, self.sheet.max_row + 1):
            if action in (self.value(at, "Action"), self.value(at, "Action ID")):
                return at
        raise LookupError(action)

    def value(self, at: int, heading: str) -> Any:
        """What a cell holds."""
        return self.sheet.cell(at, self.columns[heading]).value if heading in self.columns else None

    def set(self, action: str, heading: str, value: Any) -> None:
        """Type over a cell."""
        self.sheet.cell(self.find(action), self.columns[heading]).value = value

    def append(self, cells: dict[str, Any]) -> int:
        """Type a new row below the last."""
        at = self.header + 1
        while self.value(at, "Action"):
            at += 1
        for heading, value in cells.items():
            self.sheet.cell(at, self.columns[heading]).value = value
        return at

    def rows(self) -> list[dict[str, Any]]:
        """Every row, by heading."""
        return [
            {heading: self.value(at, heading) for heading in self.columns}
            for at in range(self.header + 1, self.sheet.max_row + 1)
            if self.value(at, "Action")
        ]


@dataclass
class Suite:
    """One board's folder."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch

    @property
    def plan(self) -> Path:
        """The board's own workbook."""
        return self.folder / "plan.xlsx"

    def configure(self, *connectors: str, board: str = "") -> None:
        """Write the configuration; `board` is lines more of its `[board]`."""
        agencies = "".join(f'[[agency]]\ncode = "{code}"\nname = "{name}"\n' for code, name in AGENCIES.items())
        head = '[board]\nname = "Exampleshire Safeguarding Adults Board"\nnation = "ENG"\n'
        head += f'{board}[store]\nurl = "sqlite:///at.db"\n'
        (self.folder / "actiontrack.toml").write_text(head + agencies + "".join(connectors))

    def make_plan(
        self, rows: Iterable[dict[str, Any]], path: Path | None = None, headings: tuple[str, ...] = HEADINGS
    ) -> Path:
        """A manager's workbook: a form block, headings, rows, and a formula elsewhere."""
        path = path or self.plan
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.title = "Action plan"
        sheet["A1"] = "Exampleshire SAB: action plan, Adult K"
        sheet["A2"] = "Version 3"
        for at, heading in enumerate(headings, start=1):
            sheet.cell(FORM_ROWS + 1, at).value = heading
        for down, cells in enumerate(rows, start=FORM_ROWS + 2):
            for at, heading in enumerate(headings, start=1):
                cell = sheet.cell(down, at)
                cell.value = cells.get(heading)
                if isinstance(cell.value, datetime.date):
                    cell.number_format = "dd/mm/yyyy"
        counts = book.create_sheet("Counts")
        counts["A1"] = "=COUNTA('Action plan'!D5:D500)"
        book.save(path)
        return path

    def run(self, *args: str, code: int | None = 0, now: str = "") -> Any:
        """One command with --json; its document. `code` is the exit code it must end with (None: any)."""
        if now:
            self.monkeypatch.setenv("AT_NOW", now)
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            ended = run_command(["--config", str(self.folder / "actiontrack.toml"), "--json", *args])
        if code is not None:
            assert ended == code, out.getvalue() + err.getvalue()
        return json.loads(out.getvalue()) if out.getvalue().strip() else err.getvalue()

    def sync(self, *args: str, code: int | None = 0, now: str = "") -> dict[str, dict[str, Any]]:
        """`sync`: each instance's result by name."""
        told = self.run("sync", *args, code=code, now=now)
        return {each["name"]: each for each in told["connectors"]}

    def adopt(self, now: str = "") -> dict[str, dict[str, Any]]:
        """The first sync, approved."""
        waiting = self.sync(code=1, now=now)
        hashes = [
            part for each in waiting.values() if each["status"] == "guard" for part in ("--approve", each["plan"])
        ]
        return self.sync(*hashes, code=None)

    def edit(self, name: str = "plan.xlsx") -> Sheet:
        """A workbook in a person's hands."""
        return Sheet(self.folder / name)

    def action(self, text: str) -> dict[str, Any]:
        """The action of that text."""
        found = [each for each in self.run("action", "list") if each["text"] == text]
        assert len(found) == 1, f"{len(found)} actions read “{text}”"
        shown: dict[str, Any] = self.run("action", "show", found[0]["ref"])
        return shown

    def bytes(self) -> dict[str, bytes]:
        """Every workbook's bytes."""
        return {path.name: path.read_bytes() for path in sorted(self.folder.glob("*.xlsx"))}


BOARD = (
    '[[connector]]\nname = "master"\ntype = "spreadsheet"\npath = "plan.xlsx"\nside = "board"\nreview = "SAR-2026-01"\n'
)
POLICE = (
    '[[connector]]\nname = "police"\ntype = "spreadsheet"\npath = "police.xlsx"\ncreate = true\n'
    'side = "agency"\nagency = "POL"\n'
)
