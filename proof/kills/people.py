"""What people do to a file while the sync that writes to it is down."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from proof.kills import tables
from proof.kills.remote import FileSystem
from proof.kills.tables import KEY, Row

TYPED = "Typed while it was down"
FREE = ("Priority", "Lead officer", "Progress", "Action", "priority", "lead_officer", "progress", "text")
"""Columns in which anything may be typed, the likeliest first."""

Cell = tuple[str, str]
"""A row, by its id or, while it has none, by what it says; and a heading."""

EDITS = ("very cell", "another cell", "another row", "new row", "sort", "deleted row")


def rows_of(path: Path) -> list[Row]:
    """The rows of a workbook, or the records of a case system, as people see them; none where there is no file."""
    if not path.exists():
        return []
    if path.suffix == ".json":
        records = FileSystem(path).load()["records"]
        return [
            {KEY: key} | {name: value for name, value in fields.items() if value not in (None, "")}
            for key, fields in records.items()
        ]
    return tables.read(path)


def written_cells(before: Sequence[Row], after: Sequence[Row]) -> list[Cell]:
    """The cells that a sync writes to, those first in rows that were there before."""
    then = {_said(row): row for row in before}
    cells = []
    for row in sorted(after, key=lambda row: _said(row) not in then):
        old = then.get(_said(row), {})
        cells += [(_said(row), name) for name in FREE if name in row and row.get(name) != old.get(name)]
    return cells


def edit(path: Path, kind: str, written: Sequence[Cell]) -> bool:
    """Do it. Whether there was anything to do it to."""
    if path.suffix == ".json":
        return _edit_records(path, kind, written)
    rows = rows_of(path)
    there = [cell for cell in written if any(_said(row) == cell[0] for row in rows)]
    if not rows or (kind in ("very cell", "another cell") and not there):
        return False
    tables.edit(path, lambda rows: _changed(rows, kind, there))
    return True


def _changed(rows: list[Row], kind: str, written: Sequence[Cell]) -> list[Row]:
    busy = {row for row, _ in written}
    idle = [row for row in rows if _said(row) not in busy] or rows
    if kind == "very cell":
        return [row | {written[0][1]: TYPED} if _said(row) == written[0][0] else row for row in rows]
    if kind == "another cell":
        return [row | {_another(written): TYPED} if _said(row) == written[0][0] else row for row in rows]
    if kind == "another row":
        return [row | {"Priority": TYPED} if row is idle[-1] else row for row in rows]
    if kind == "new row":
        status = next((row["Status"] for row in rows if "Status" in row), "In progress")
        return [*rows, {"Action": TYPED, "Status": status}]
    if kind == "sort":
        return sorted(rows, key=lambda row: str(row["Action"]), reverse=True)
    gone = next((row for row in rows if written and _said(row) == written[0][0]), rows[0])
    return [row for row in rows if row is not gone]


def _another(written: Sequence[Cell]) -> str:
    busy = {heading for row, heading in written if row == written[0][0]}
    return next(name for name in ("Priority", "Lead officer", "Progress") if name not in busy)


def _edit_records(path: Path, kind: str, written: Sequence[Cell]) -> bool:
    system = FileSystem(path)
    records = system.load()["records"]
    busy = {key for key, _ in written}
    there = [(key, name) for key, name in written if key in records]
    if kind == "very cell" and there:
        system.edit(there[0][0], **{there[0][1]: TYPED})
    elif kind == "another cell" and there:
        taken = {name for key, name in there if key == there[0][0]}
        system.edit(there[0][0], **{next(name for name in ("lead_officer", "priority") if name not in taken): TYPED})
    elif kind == "another row":
        idle = [key for key in records if key not in busy]
        if not idle:
            return False
        system.edit(idle[-1], priority=TYPED)
    else:
        return False
    return True


def _said(row: Row) -> str:
    return str(row.get(KEY) or row["Action"])


def plain_rows(rows: Sequence[Row]) -> list[Row]:
    """Rows without their ids, in no order: two tables that say the same are equal."""
    told = [{name: value for name, value in row.items() if name != KEY} for row in rows]
    return sorted(told, key=lambda row: sorted((name, str(value)) for name, value in row.items()))
