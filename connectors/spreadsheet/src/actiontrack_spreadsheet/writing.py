"""From writes to edits of cells, and from what became of them to outcomes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

from actiontrack.api import Batch, Fixed, Outcome, Plain, Raw, Unread, UserError, Write
from actiontrack_spreadsheet.asking import question_sheet
from actiontrack_spreadsheet.headings import SHARED_FIELDS
from actiontrack_spreadsheet.keys import is_action_id
from actiontrack_spreadsheet.reading import LONGEST_TEXT, Reading
from actiontrack_spreadsheet.source import (
    BINDING_PROPERTY,
    KEY_NAME,
    KEY_PROPERTY,
    WROTE_PROPERTY,
    Source,
    refer,
)
from actiontrack_spreadsheet.workbook import (
    AddColumn,
    AppendRow,
    Area,
    DefineName,
    Edit,
    SetCell,
    SetCustomProperty,
    Workbook,
    ref,
    says_so,
)

_NUMBERED = ("number", "recommendation")
"""Fields in which a plan may count."""


class Cell(NamedTuple):
    """One value to put in one cell on behalf of one write."""

    write: Write
    field: str
    row: int
    col: int
    value: Plain


@dataclass(slots=True)
class Plan:
    """The edits of a batch, and what is known of each write already.

    `after` is the file as it was read again once it was written, if it was. `rows` maps an op_id to its row; `refused`
    holds (field, why) of each write, field "" where all of it is refused.
    """

    edits: list[Edit] = field(default_factory=list)
    owners: list[list[tuple[Write, str]]] = field(default_factory=list)
    """For each edit the writes and fields it serves; none for the set-up."""
    rows: dict[str, int] = field(default_factory=dict)
    refused: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    stale: dict[str, str] = field(default_factory=dict)
    after: Source | None = None

    @property
    def only_sets(self) -> bool:
        """Whether cells of rows there are were set, and nothing else done: the rest of the file is as it was read."""
        return all(isinstance(edit, SetCell) or _is_stamp(edit) for edit in self.edits)

    def add(self, edit: Edit, owners: Sequence[tuple[Write, str]] = ()) -> None:
        """Take an edit in."""
        self.edits.append(edit)
        self.owners.append(list(owners))


def _is_stamp(edit: Edit) -> bool:
    return isinstance(edit, SetCustomProperty) and edit.name == WROTE_PROPERTY


def write_batch(reading: Reading, batch: Batch, backups: Path) -> Plan:
    """Make every write of the batch in one replace of the file; what can't be written is refused cell by cell.

    Raises StaleWorkbook (the file moved since it was read), WorkbookBusy, UserError.
    """
    plan = Plan()
    _set_up(plan, reading, batch)
    places = _Places(reading, batch.writes)
    cells = [cell for write in batch.writes if not write.creates for cell in _cells(plan, reading, places, write)]
    for cell, owners in _through_merges(plan, reading, cells):
        plan.add(SetCell(reading.grid.name, cell.row, cell.col, _written(cell.value)), owners)
    _append(plan, reading, [write for write in batch.writes if write.creates])
    if batch.questions is not None and isinstance(reading.source.workbook, Workbook):
        sheet = question_sheet(reading.questions, batch)
        if not says_so(reading.source.workbook, sheet):
            plan.add(sheet)
    _drop_refused(plan, reading)
    if any(plan.owners) and reading.source.bindable:
        plan.add(SetCustomProperty(WROTE_PROPERTY, batch.writes[0].op_id))
    if plan.edits:
        plan.after = reading.source.write(plan.edits, backups)
    return plan


def outcomes(plan: Plan, batch: Batch, after: Reading) -> Iterator[Outcome]:
    """What became of each write: a refusal for each cell that was refused, then `applied` where any of it stands."""
    records = {record.row: record for record in after.records}
    proof = after.source.sha256
    for write in batch.writes:
        if write.op_id in plan.stale:
            yield Outcome(write.op_id, "stale", why=plan.stale[write.op_id])
            continue
        record = records.get(plan.rows.get(write.op_id, 0))
        refused = plan.refused.get(write.op_id, [])
        for name, why in refused:
            yield Outcome(write.op_id, "refused", record, why, name, proof=proof)
        if (
            record is not None
            and not any(name == "" for name, _ in refused)
            and len(refused) < max(len(write.after), 1)
        ):
            yield Outcome(write.op_id, "applied", record, proof=proof)


# --- the set-up of adoption -----------------------------------------------------------------------------------------


def _set_up(plan: Plan, reading: Reading, batch: Batch) -> None:
    """The key column where the plan has none, and the binding."""
    key, place = reading.key, reading.key_place
    if place is None:
        return
    if key.add and (batch.binding or any("ref" in write.after for write in batch.writes)):
        plan.add(AddColumn(reading.grid.name, reading.layout.bottom, key.col, key.add, width=17.0))
    if reading.source.bindable and batch.binding and (key.add or reading.source.binding != batch.binding):
        plan.add(DefineName(KEY_NAME, refer(place)))
        plan.add(SetCustomProperty(BINDING_PROPERTY, batch.binding))
        plan.add(SetCustomProperty(KEY_PROPERTY, key.kind))


# --- changes of rows ------------------------------------------------------------------------------------------------


class _Places:
    """Where each action that is written stands among the rows, by key and by row number."""

    def __init__(self, reading: Reading, writes: Sequence[Write]) -> None:
        rows, keys = {write.row for write in writes}, {write.remote_id for write in writes}
        self.by_row = {row: i for i, row in enumerate(reading.rows.numbers) if row in rows}
        self.by_key: dict[str, list[int]] = defaultdict(list)
        for i, record in enumerate(reading.records):
            if record.remote_id in keys:
                self.by_key[record.remote_id].append(i)


def _cells(plan: Plan, reading: Reading, places: _Places, write: Write) -> Iterator[Cell]:
    at = _find(plan, places, write)
    if at is None:
        return
    row = reading.rows.numbers[at]
    plan.rows[write.op_id] = row
    for name, value in write.after.items():
        if name == "ref":
            yield from _key_cell(plan, reading, write, at)
            continue
        heading = reading.layout.columns.get(name)
        if heading is None:
            plan.refused[write.op_id].append((name, "no column holds it"))
            continue
        shown = reading.rows.values[name][at]
        if _same(shown, value):
            continue
        if isinstance(shown, Fixed):
            where = f"{reading.source.path.name}, {reading.grid.name}, {ref(row, heading.col)}"
            why = f"{where}: {shown.why}; change it there"
            plan.refused[write.op_id].append((name, why))
            continue
        yield Cell(write, name, row, heading.col, value)


def _find(plan: Plan, places: _Places, write: Write) -> int | None:
    """The place of a write's row among the actions."""
    if write.remote_id:
        found = places.by_key.get(write.remote_id, [])
    else:
        found = [places.by_row[write.row]] if write.row in places.by_row else []
    if len(found) == 1:
        return found[0]
    if found:
        plan.refused[write.op_id].append(("", f"{len(found)} rows have the key {write.remote_id}; give each its own"))
    else:
        plan.stale[write.op_id] = "the row is no longer there"
    return None


def _key_cell(plan: Plan, reading: Reading, write: Write, at: int) -> Iterator[Cell]:
    """The row's key: an Action ID in its own column or in a blank number; a number of the plan where it belongs."""
    place, row, key = reading.key_place, reading.rows.numbers[at], str(write.after["ref"])
    if place is None:
        plan.refused[write.op_id].append(("ref", "the column the rows are known by is gone"))
        return
    held = reading.records[at].remote_id
    if held and reading.key.kind == "number" and held != key and is_action_id(key):
        plan.refused[write.op_id].append(("ref", f"{ref(row, place.col)}: the plan's own number stands there"))
    elif held != key:
        value = _as_above(reading, reading.rows.numbers[0], place.col, key)
        yield Cell(write, "ref", row, place.col, value)


def _through_merges(
    plan: Plan, reading: Reading, cells: Sequence[Cell]
) -> Iterator[tuple[Cell, list[tuple[Write, str]]]]:
    """Each cell to set, once: a cell merged down over several actions is set if they all ask for the same."""
    merged: dict[Area, list[Cell]] = defaultdict(list)
    tall = [area for area in reading.grid.merges if area.top < area.bottom]
    for cell in cells:
        area = next((each for each in tall if (cell.row, cell.col) in each), None)
        if area is None or area.left != cell.col:
            yield cell, [(cell.write, cell.field)]
        else:
            merged[area].append(cell)
    for area, asked in merged.items():
        first = asked[0]
        sharers = {row for row in reading.rows.numbers if area.top <= row <= area.bottom}
        agreed = all(cell.value == first.value for cell in asked)
        if agreed and (first.field in SHARED_FIELDS or sharers <= {cell.row for cell in asked}):
            yield first._replace(row=area.top), [(cell.write, cell.field) for cell in asked]
            continue
        where = f"{reading.source.path.name}, {reading.grid.name}, {area}"
        for cell in asked:
            why = f"{where}: the cell is merged over {len(sharers)} actions; unmerge it and give each its own value"
            plan.refused[cell.write.op_id].append((cell.field, why))


# --- new rows -------------------------------------------------------------------------------------------------------


def _append(plan: Plan, reading: Reading, writes: Sequence[Write]) -> None:
    row = _first_free_row(reading, len(writes))
    style = reading.rows.numbers[-1] if reading.rows.numbers else row
    for write in writes:
        values: dict[int, Plain] = {}
        for name, value in write.after.items():
            if value in (None, ""):
                continue
            col = _column_of(reading, name)
            if col is None:
                plan.refused[write.op_id].append((name, "no column holds it"))
            elif isinstance(value, str) and len(value) > LONGEST_TEXT:
                plan.refused[write.op_id].append((name, f"a cell holds {LONGEST_TEXT} characters at most"))
            elif name != "ref" or col not in values:
                values[col] = _as_above(reading, style, col, value) if name in _NUMBERED else value
        plan.rows[write.op_id] = row
        plan.add(
            AppendRow(reading.grid.name, row, {col: _written(value) for col, value in values.items()}, style),
            [(write, "")],
        )
        row += 1


def _as_above(reading: Reading, row: int, col: int, value: Plain) -> Plain:
    """A whole number as a number where the cell above holds one: a program would sort a text apart from them."""
    whole = isinstance(value, str) and value.isascii() and value.isdecimal() and str(int(value)) == value
    return int(str(value)) if whole and isinstance(reading.grid.cell(row, col), int | float) else value


def _column_of(reading: Reading, name: str) -> int | None:
    if name == "ref":
        return reading.key_place.col if reading.key_place else None
    heading = reading.layout.columns.get(name)
    return heading.col if heading else None


def _first_free_row(reading: Reading, count: int) -> int:
    """Right below the last action where there is room, else below all that stands on the sheet."""
    last = max([reading.layout.bottom, *reading.rows.numbers])
    below = [row for row in reading.grid.rows if row > last]
    return last + 1 if not below or below[0] > last + count else below[-1] + 1


# --- refusals -------------------------------------------------------------------------------------------------------


def _drop_refused(plan: Plan, reading: Reading) -> None:
    """Leave out what the workbook can't take, each with its reason; a set-up that can't be made stops all."""
    while True:
        refusals = reading.source.refusals(plan.edits)
        if not refusals:
            return
        reasons = {id(refusal.edit): refusal.message for refusal in refusals}
        kept: list[Edit] = []
        owners: list[list[tuple[Write, str]]] = []
        for edit, owned in zip(plan.edits, plan.owners, strict=True):
            why = reasons.get(id(edit))
            if why is None:
                kept.append(edit)
                owners.append(owned)
            elif not owned:
                raise UserError(why)
            else:
                for write, name in owned:
                    plan.refused[write.op_id].append((name, why))
        if len(kept) == len(plan.edits):
            raise UserError(refusals[0].message)
        plan.edits, plan.owners = kept, owners


# --- values ---------------------------------------------------------------------------------------------------------


def _same(shown: Raw, value: Plain) -> bool:
    """Whether the cell says so already, blanks at its ends and typed dates left aside."""
    if isinstance(shown, Unread):
        return False
    if isinstance(shown, Fixed):
        shown = shown.value
    return _plain(shown) == _plain(value)


def _plain(value: Plain) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value).strip()


def _written(value: Plain) -> str | int | float | date | None:
    return None if value == "" else value
