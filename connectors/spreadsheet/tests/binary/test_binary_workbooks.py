"""Binary workbooks, .xls and .xlsb: read by a process of its own, every fault a refusal by name."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import load_workbook

from actiontrack_spreadsheet.books import check_book, open_book, why_read_only, write_book
from actiontrack_spreadsheet.legacy import OldBook, read_old
from actiontrack_spreadsheet.workbook import (
    Area,
    ErrorValue,
    SetCell,
    SetCustomProperty,
    WorkbookRefused,
    content_digest,
    open_workbook,
)

DATA = Path(__file__).parents[1] / "data" / "binary"
REFUSED = {"poi__password.xls": "encrypted", "poi__Simple.xlsb": "truncated"}
FILES = sorted(path for path in DATA.glob("*.xls*") if path.name not in REFUSED)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_cell_is_told(path: Path) -> None:
    ours, theirs = open_book(path), load_workbook(path)
    assert isinstance(ours, OldBook)
    assert [sheet.name for sheet in ours.sheets] == theirs.sheet_names
    for sheet in ours.sheets:
        if sheet.kind != "worksheet":
            with pytest.raises(WorkbookRefused, match="it has no cells"):
                ours.read(sheet)
            continue
        grid = ours.read(sheet)
        rows = theirs.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
        seen = {(r, c): v for r, row in enumerate(rows, 1) for c, v in enumerate(row, 1) if v != ""}
        assert seen.keys() == {(row, col) for row in grid.rows for col in grid.row(row)}
        odd = [
            place
            for place, value in seen.items()
            if not isinstance(grid.cell(*place), (ErrorValue, float)) and grid.cell(*place) != value
        ]
        assert odd == []


def test_dates_merges_and_hidden_sheets() -> None:
    dates = open_book(DATA / "calamine__date_1904.xls").read("Sheet1")
    assert dates.cell(1, 1) == date(2021, 1, 1)
    assert type(dates.cell(1, 2)) is int
    assert dates.cell(3, 1) == pytest.approx(10.632, abs=0.001)
    assert Area(1, 1, 2, 1) in open_book(DATA / "calamine__merged_range.xls").read("Sheet1").merges
    states = [sheet.state for sheet in open_book(DATA / "calamine__any_sheets.xlsb").sheets]
    assert states == ["visible", "hidden", "veryHidden", "visible"]


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_by_name(name: str) -> None:
    with pytest.raises(WorkbookRefused, match=name) as refused:
        open_book(DATA / name)
    assert refused.value.reason == REFUSED[name]


@pytest.mark.parametrize("cut", [600, 2_000, 10_000])
@pytest.mark.parametrize("name", ["calamine__issues.xls", "calamine__issues.xlsb"])
def test_cut_short(name: str, cut: int, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes((DATA / name).read_bytes()[:cut])
    with pytest.raises(WorkbookRefused, match=name):
        open_book(path)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<html><table><tr><td>Action</td></tr></table></html>", "web page"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>', "web page or XML"),
        (b"Action,Status\r\nDo it,Open\r\n", "plain text"),
        (b"Action\tStatus\r\nDo it\tOpen\r\n", "plain text"),
        (b"", "empty"),
        (b"\x09\x08\x04\x00\x00\x00\x10\x00", "not an Excel workbook"),
    ],
)
def test_what_only_calls_itself_xls(data: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.xls"
    path.write_bytes(data)
    with pytest.raises(WorkbookRefused, match=said):
        open_book(path)


@settings(max_examples=12)
@given(st.sampled_from(FILES), st.lists(st.tuples(st.integers(0, 1 << 20), st.binary(min_size=1, max_size=4))))
def test_changed_bytes_are_read_or_refused_in_one_line(source: Path, changes: list[tuple[int, bytes]]) -> None:
    """The library is native code, which no fuzzer can look into from here, and each try costs a process."""
    said, rows = _read(source, _changed(source.read_bytes(), changes))
    assert said == "" or said.startswith(f"{source.name}: ")
    assert len(said.splitlines()) < 2
    assert rows == sorted(set(rows))


def _read(source: Path, data: bytes) -> tuple[str, list[int]]:
    """Why it was refused, or the rows of its first sheet of cells."""
    try:
        book = read_old(Path(source.name), data)
    except WorkbookRefused as refused:
        return str(refused), []
    return "", list(book.read(next(sheet for sheet in book.sheets if sheet.kind == "worksheet")).rows)


def _changed(data: bytes, changes: Sequence[tuple[int, bytes]]) -> bytes:
    """The file with other bytes at some places; of one in a zip, those of its parts."""
    if not data.startswith(b"PK"):
        return _spoiled(data, changes)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, _spoiled(old.read(name), changes) if name.endswith(".bin") else old.read(name))
    return out.getvalue()


def _spoiled(data: bytes, changes: Sequence[tuple[int, bytes]]) -> bytes:
    spoiled = bytearray(data)
    for at, piece in changes:
        start = at % len(data)
        spoiled[start : start + len(piece)] = piece
    return bytes(spoiled)


def test_two_sheets_of_one_name_are_refused() -> None:
    """One would be shown with the other's rows."""
    lines = [
        '{"sheets": [["Plan", "visible", "worksheet"], ["PLAN", "visible", "worksheet"]]}',
        '{"sheet": 0, "merges": []}',
        '[1, [[1, "a"]]]',
        '{"sheet": 1, "merges": []}',
        '[1, [[1, "b"]]]',
        '{"end": true}',
    ]
    with pytest.raises(WorkbookRefused, match=r"plan\.xls: damaged"):
        OldBook(Path("plan.xls"), "", lines)


def test_a_reader_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    path = DATA / "calamine__issues.xls"
    with pytest.raises(WorkbookRefused) as refused:
        read_old(tmp_path / "plan.xls", path.read_bytes(), seconds=0)
    assert refused.value.reason == "too-large"


def test_nothing_is_ever_written(tmp_path: Path) -> None:
    path = tmp_path / "plan.xls"
    shutil.copy(DATA / "calamine__issues.xls", path)
    before = path.read_bytes()
    book = open_book(path)
    edits = [SetCell("Sheet1", 2, 1, "x"), SetCustomProperty("a", "b")]
    refusals = check_book(book, edits, own_sheet="")
    assert [refusal.reason for refusal in refusals] == ["read-only"] * 2
    assert "save it as .xlsx" in refusals[0].message
    with pytest.raises(WorkbookRefused, match="only read"):
        write_book(book, edits, backup_dir=tmp_path / "backups", own_sheet="")
    assert path.read_bytes() == before
    assert why_read_only(book)


def test_the_name_says_nothing_of_the_format(tmp_path: Path) -> None:
    odd = DATA.parent / "odd" / "calamine__date_1904.xlsx"
    path = tmp_path / "plan.xls"
    shutil.copy(odd, path)
    book = open_book(path)
    assert not why_read_only(book)
    assert content_digest(book, ["Sheet1"]) == content_digest(open_workbook(odd), ["Sheet1"])
    ods = tmp_path / "plan.xlsx"
    shutil.copy(DATA.parent / "ods" / "calamine__issues.ods", ods)
    assert open_book(ods).read("issue2").cell(1, 2) == "a"
