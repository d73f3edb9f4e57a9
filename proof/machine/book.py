"""A real workbook on disk beside the simulated systems: the health trust's, edited as people edit workbooks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actiontrack.domain.fields import own_fields, status_labels
from actiontrack.domain.vocabulary import Side
from actiontrack.ports import Connector, InstanceContext, InstanceSettings
from actiontrack.services.core import Core

NAME, AGENCY = "book", "HEA"
KEY = "Action ID"
HEADINGS = {"text": "Action", "priority": "Priority", "progress": "Progress", "lead_officer": "Lead officer"}
WAYS = ("type", "type", "type", "type", "sort", "copy", "delete", "clear the id")


def settings(path: Path) -> InstanceSettings:
    """The instance: sync makes the file."""
    options = {"path": str(path), "create": True}
    return InstanceSettings(NAME, "spreadsheet", Side.AGENCY, agency=AGENCY, options=options)


def connector(core: Core, path: Path) -> Connector:
    """The real connector, made anew."""
    context = InstanceContext(
        name=NAME, folder=str(path.parent), state_folder=str(path.parent / "state"), clock=core.clock,
        agencies=tuple(agency.name for agency in core.agencies), statuses=status_labels(Side.AGENCY),
        theirs=own_fields(Side.AGENCY), board_name=core.board.name,
        agency=next(agency.name for agency in core.agencies if agency.code == AGENCY),
    )  # fmt: skip
    return core.hooks.connectors["spreadsheet"].factory(core.instances[NAME], context)


@dataclass
class Book:
    """The file in the hands of a person; nothing happens while there is none."""

    path: Path

    def bytes(self) -> bytes:
        """What is on the disk."""
        return self.path.read_bytes() if self.path.exists() else b""

    def rows(self) -> list[dict[str, Any]]:
        """Every row with an action, heading → value."""
        if not self.path.exists():
            return []
        _, sheet, header, columns = self._open()
        rows = [
            {name: sheet.cell(at, column).value for name, column in columns.items()}
            for at in range(header + 1, sheet.max_row + 1)
        ]
        return [row for row in rows if row["Action"]]

    def write(self, rows: list[dict[str, Any]]) -> None:
        """Leave these rows in the sheet, and no other."""
        book, sheet, header, columns = self._open()
        for at in range(header + 1, max(sheet.max_row, header + len(rows)) + 1):
            row = rows[at - header - 1] if at - header - 1 < len(rows) else {}
            for name, column in columns.items():
                sheet.cell(at, column).value = row.get(name)
        book.save(self.path)

    def _open(self) -> tuple[Any, Any, int, dict[str, int]]:
        import openpyxl

        book = openpyxl.load_workbook(self.path)
        sheet = next(each for each in book.worksheets if _header(each))
        header = _header(sheet)
        return book, sheet, header, {str(cell.value): cell.column for cell in sheet[header] if cell.value}


def _header(sheet: Any) -> int:
    found = [at for at in range(1, min(sheet.max_row, 15) + 1) if any(cell.value == KEY for cell in sheet[at])]
    return found[0] if found else 0
