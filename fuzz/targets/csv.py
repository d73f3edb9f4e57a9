"""Any bytes as CSV: what is not touched stays the same bytes, what is written reads back, and no text is a formula."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import tempfile
from pathlib import Path

from actiontrack_spreadsheet.workbook import AddColumn, AppendRow, Edit, SetCell, WorkbookRefused, check_csv, write_csv
from actiontrack_spreadsheet.workbook.csvfile import read_csv
from actiontrack_spreadsheet.workbook.csvtext import CsvText, decode_field, take_apart
from actiontrack_spreadsheet.workbook.package import read_bytes
from fuzz.choices import Choices
from fuzz.edits import planned_cells

_EDITS = 48
"""The first bytes say what is written; the rest is the file."""
_TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"-|-[0-9.,]+%?")
_LONGEST = 1 << 16


def run(data: bytes) -> None:
    """Take the file apart and put it together; then edit it."""
    path = Path("plan.csv")
    content = data[_EDITS:]
    try:
        before = take_apart(path, content)
    except WorkbookRefused as refused:
        assert str(refused).startswith(path.name)
        return
    assert before.encode() == content, "put together again it is another file"
    _as_standard(before)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        path = Path(folder) / "plan.csv"
        path.write_bytes(content)
        _edit(path, before, Choices(data[:_EDITS]))


def _as_standard(text: CsvText) -> None:
    """Where no quote stands astray, the fields are those of Python's own reader."""
    written = "".join(record.written(text.delimiter) for record in text.records)
    if '"' in written or len(written) > _LONGEST:
        return
    records = list(csv.reader(io.StringIO(written, newline=""), delimiter=text.delimiter))
    assert [record or [""] for record in records] == [record.fields for record in text.records]


def _edit(path: Path, before: CsvText, choices: Choices) -> None:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    grid = read_csv(path)
    edits: list[Edit] = []
    last = len(before.records)
    while choices and len(edits) < 6:
        kind = choices.below(6)
        row, col = 1 + choices.below(last + 1), 1 + choices.below(6)
        if kind < 4:
            edits.append(SetCell(grid.name, row, col, choices.value()))
        elif kind == 4:
            last += 1
            edits.append(AppendRow(grid.name, last, {1: choices.value(), 2: choices.value()}, 1))
        else:
            width = max([1, *grid.columns])
            edits.append(AddColumn(grid.name, row, width + 1, choices.text()))
    refused = {id(refusal.edit) for refusal in check_csv(path, edits)}
    edits = [edit for edit in edits if id(edit) not in refused]
    try:
        result = write_csv(path, edits, expected_sha256=digest, backup_dir=path.parent / "backups")
    except WorkbookRefused as refusal:
        assert refusal.reason != "check-failed" or _is_torn(before), str(refusal)
        return
    after = take_apart(path, read_bytes(path))
    changed = {row for _, row, _ in result.changed_cells}
    for number, record in enumerate(before.records, 1):
        if number not in changed:
            assert after.records[number - 1].fields == record.fields, f"line {number} changed"
    for (name, row, col), value in planned_cells(edits).items():
        if isinstance(value, str) and (name, row, col) in result.changed_cells:
            fields = after.records[row - 1].fields if row <= len(after.records) else []
            raw = fields[col - 1] if col <= len(fields) else ""
            _harmless(raw, after.delimiter)
            assert decode_field(raw) == value, f"row {row}, column {col} reads otherwise"
    sets = [edit for edit in edits if isinstance(edit, SetCell)]
    if len(sets) == len(edits):
        again = write_csv(path, sets, expected_sha256=result.sha256, backup_dir=path.parent / "backups")
        assert not again.written, "the same edits once more leave the file alone"


def _is_torn(text: CsvText) -> bool:
    """A quote is opened and never closed: what is written behind it would be inside, so that the write is refused."""
    return any(field.count('"') % 2 for record in text.records for field in record.fields)


def _harmless(raw: str, delimiter: str) -> None:
    """What a spreadsheet program takes from the field does not begin a formula."""
    shown = next(csv.reader(io.StringIO(raw, newline=""), delimiter=delimiter), [""])
    assert not shown or not shown[0].startswith(_TRIGGERS) or _NUMBER.fullmatch(shown[0]), "a text would be a formula"
