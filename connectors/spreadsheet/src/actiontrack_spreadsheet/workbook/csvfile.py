"""CSV files: read with whatever encoding and delimiter they have, written back with the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

from .cellxml import NotWritableError, check_value
from .csvtext import UNKNOWN, CsvText, Record, decode_field, encode_field, take_apart
from .edits import AddColumn, AppendRow, Edit, Refusal, SetCell, Writable, WriteResult
from .errors import WorkbookRefused, refuse_file
from .grid import Grid
from .package import read_bytes
from .refs import MAX_COL, MAX_ROW, ref
from .replace import check_unchanged, replace_file

Cell = tuple[int, int]


def read_csv(path: Path | str) -> Grid:
    """A CSV file as a Grid named after the file; every value is a ``str``. Raises WorkbookRefused or WorkbookBusy."""
    path = Path(path)
    return Grid(path.stem, take_apart(path, read_bytes(path)).columns())


def check_csv(path: Path | str, edits: Sequence[Edit]) -> list[Refusal]:
    """``check_edits`` for CSV."""
    path = Path(path)
    text = take_apart(path, read_bytes(path))
    faults = ((edit, _fault(edit, text)) for edit in edits)
    return [Refusal(edit, fault[0], f"{path.name}: {fault[1]}") for edit, fault in faults if fault]


def write_csv(
    path: Path | str,
    edits: Sequence[Edit],
    *,
    expected_sha256: str,
    backup_dir: Path | str,
    dry_run: bool = False,
) -> WriteResult:
    """``plan_and_write`` for CSV: SetCell, AppendRow and AddColumn; untouched rows stay the same bytes."""
    path = Path(path)
    data = read_bytes(path)
    check_unchanged(path, data, expected_sha256)
    refusals = check_csv(path, edits)
    if refusals:
        raise WorkbookRefused(refusals[0].reason, refusals[0].message)
    text = take_apart(path, data)
    planned = {cell: value for cell, value in _cells(edits).items() if _value(text, cell) != _text(value)}
    first_new = len(text.records)
    for (row, col), value in sorted(planned.items()):
        _put(text, row, col, value)
    _keep_apart(text, {*(row for row, _ in planned), *range(first_new, len(text.records) + 1)})
    result = text.encode()
    if result == data:
        return WriteResult(expected_sha256, (), ())
    _verify(path, data, result, planned)
    changed = tuple((path.stem, *cell) for cell in sorted(planned))
    digest = hashlib.sha256(result).hexdigest()
    if dry_run:
        return WriteResult(digest, changed, (path.name,))
    backup = replace_file(path, result, expected_sha256=expected_sha256, backup_dir=Path(backup_dir))
    return WriteResult(digest, changed, (path.name,), backup, written=True)


def _fault(edit: Edit, text: CsvText) -> tuple[str, str] | None:
    """(reason, message) when a CSV file cannot take the edit."""
    if not isinstance(edit, SetCell | AppendRow | AddColumn):
        return "bad-name", "a CSV file has no names, properties or further sheets"
    if text.encoding == UNKNOWN:
        return "unknown-encoding", "its letters are in an encoding that can't be told; save it anew as CSV UTF-8"
    if isinstance(edit, AppendRow) and edit.row <= len(text.records) and any(text.records[edit.row - 1].fields):
        return "row-occupied", f"row {edit.row} is not empty; a row is appended below the last one only"
    if isinstance(edit, AddColumn) and any(_value(text, (row, edit.col)) for row in range(1, len(text.records) + 1)):
        return "column-occupied", f"column {ref(edit.header_row, edit.col)} is not empty"
    for (row, col), value in _cells([edit]).items():
        if not (1 <= row <= MAX_ROW and 1 <= col <= MAX_COL):
            return "outside-sheet", f"row {row}, column {col} is outside the sheet"
        try:
            check_value(value)
            _text(value).encode(text.encoding)
        except NotWritableError as error:
            return error.reason, f"{ref(row, col)}: {error}"
        except UnicodeEncodeError:
            return "bad-text", f"{ref(row, col)}: the file's encoding {text.encoding} cannot hold the text"
    return None


def _cells(edits: Sequence[Edit]) -> dict[Cell, Writable]:
    cells: dict[Cell, Writable] = {}
    for edit in edits:
        if isinstance(edit, SetCell):
            cells[edit.row, edit.col] = edit.value
        elif isinstance(edit, AppendRow):
            cells.update({(edit.row, col): value for col, value in edit.values.items()})
        elif isinstance(edit, AddColumn):
            cells[edit.header_row, edit.col] = edit.heading
    return cells


def _text(value: Writable) -> str:
    """A value as CSV shows it: dates in ISO form, whatever else as Python writes it shortest."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else str(value)


def _value(text: CsvText, cell: Cell) -> str:
    row, col = cell
    fields = text.records[row - 1].fields if row <= len(text.records) else []
    return decode_field(fields[col - 1]) if col <= len(fields) else ""


def _put(text: CsvText, row: int, col: int, value: Writable) -> None:
    """Change one field, adding records and fields up to it; new ones are quoted as those beside and above are."""
    while len(text.records) < row:
        if text.records and not text.records[-1].end:
            text.records[-1].end = text.line_end
        text.records.append(Record(_blank(text.records[-1]) if text.records else [""], text.line_end))
    fields = text.records[row - 1].fields
    beside = fields[-1].startswith('"')
    quoted = fields[col - 1].startswith('"') if col <= len(fields) else beside
    fields += ['""' if beside else ""] * (col - len(fields))
    fields[col - 1] = encode_field(_text(value), text.delimiter, quoted=quoted, guard=isinstance(value, str))


def _keep_apart(text: CsvText, rows: Iterable[int]) -> None:
    """In a file of mixed line ends, an empty record between CR and LF would be taken for one line end with them."""
    for row in rows:
        if row > 1 and text.records[row - 2].end == "\r" and text.records[row - 1] == Record([""], "\n"):
            text.records[row - 1].fields = ['""']


def _blank(above: Record) -> list[str]:
    """The fields of a new record: as many as above where all of those are quoted, else none to speak of."""
    return ['""'] * len(above.fields) if all(field.startswith('"') for field in above.fields) else [""]


def _verify(path: Path, before: bytes, after: bytes, planned: dict[Cell, Writable]) -> None:
    """Raise WorkbookRefused unless the result reads as the file with the planned cells and nothing else."""
    old, new = take_apart(path, before), take_apart(path, after)
    touched = {row for row, _ in planned}
    # Without its last accented letter, a file is the same in one encoding as in another.
    body = after[len(new.bom) :]
    if old.delimiter != new.delimiter or body.decode(old.encoding, "replace") != body.decode(new.encoding):
        why = "with this change nobody could tell its delimiter or encoding any more; save it as .xlsx, or as CSV UTF-8"
        raise refuse_file(path, "ambiguous", f"{why} from a spreadsheet program")
    same = old.bom == new.bom
    for row, record in enumerate(old.records, 1):
        copy = new.records[row - 1].fields if row <= len(new.records) else None
        same = same and (row in touched or copy == record.fields)
        for col in range(1, len(record.fields) + 1) if row in touched else ():
            same = same and ((row, col) in planned or _value(old, (row, col)) == _value(new, (row, col)))
    if not same or any(_value(new, cell) != _text(value) for cell, value in planned.items()):
        raise refuse_file(path, "check-failed", "the result did not pass its check; file left as it was")
