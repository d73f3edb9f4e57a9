"""CSV: any encoding and delimiter in, the same out, and no text that a spreadsheet program would run."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from actiontrack_spreadsheet.workbook import (
    AddColumn,
    AppendRow,
    Edit,
    SetCell,
    SetCustomProperty,
    StaleWorkbook,
    WorkbookRefused,
    WriteResult,
    check_csv,
    read_csv,
    write_csv,
)


def make(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "plan.csv"
    path.write_bytes(data)
    return path


def write(path: Path, edits: Sequence[Edit]) -> WriteResult:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return write_csv(path, edits, expected_sha256=digest, backup_dir=path.parent / "backups")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encoding_delimiter_and_line_ends_stay(tmp_path: Path, encoding: str, delimiter: str, end: str) -> None:
    lines = [["Ref", "Action", "Due"], ["1", "Café £", '"two\nlines"'], ["", "", ""], ["2", '"a ""b"""', "x"]]
    data = end.join(delimiter.join(line) for line in lines).encode(encoding)
    path = make(tmp_path, data)
    grid = read_csv(path)
    assert grid.name == "plan"
    assert grid.rows == [1, 2, 4]
    assert [grid.cell(2, 2), grid.cell(2, 3), grid.cell(4, 2)] == ["Café £", "two\nlines", 'a "b"']
    write(path, [SetCell("plan", 4, 3, "done")])
    lines[3][2] = "done"
    assert path.read_bytes() == end.join(delimiter.join(line) for line in lines).encode(encoding)


def test_new_rows_and_columns(tmp_path: Path) -> None:
    path = make(tmp_path, b"Ref;Action\r\n1;x")
    edits = [AddColumn("plan", 1, 3, "Action ID"), AppendRow("plan", 3, {1: 2, 3: date(2026, 3, 4)}, 2)]
    result = write(path, edits)
    assert path.read_bytes() == b"Ref;Action;Action ID\r\n1;x\r\n2;;2026-03-04\r\n"
    assert result.changed_cells == (("plan", 1, 3), ("plan", 3, 1), ("plan", 3, 3))
    assert not write(path, [SetCell("plan", 3, 1, "2")]).written


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+1", "@x", "\tx", "\n=x", " =x", "＝x", "'=x", "'plain"])
def test_texts_like_formulas_are_guarded_and_come_back(tmp_path: Path, text: str) -> None:
    path = make(tmp_path, b"Ref,Action\n1,x\n")
    write(path, [SetCell("plan", 2, 2, text)])
    assert (
        not path.read_bytes()
        .split(b"\n")[1]
        .removeprefix(b"1,")
        .strip(b'"')
        .lstrip()
        .startswith((b"=", b"+", b"-", b"@", "＝".encode()))
    )
    assert read_csv(path).cell(2, 2) == text


@pytest.mark.parametrize("text", ["-", "-5", "-1,000.50", "-12%"])
def test_dashes_and_negative_numbers_are_no_formulas(tmp_path: Path, text: str) -> None:
    path = make(tmp_path, b"Ref;Action\n1;x\n")
    write(path, [SetCell("plan", 2, 2, text)])
    assert path.read_bytes().splitlines()[1].replace(b'"', b"") == f"1;{text}".encode()
    assert read_csv(path).cell(2, 2) == text


def test_refusals(tmp_path: Path) -> None:
    path = make(tmp_path, "Ref,Café\n1,x\n".encode("cp1252"))
    edits = [
        SetCell("plan", 2, 2, "日本"),
        SetCustomProperty("a", "b"),
        AppendRow("plan", 2, {1: "x"}, 1),
        AddColumn("plan", 1, 2, "x"),
        SetCell("plan", 2, 2, "x" * 40_000),
        SetCell("plan", 2, 0, "x"),
    ]
    assert [refusal.reason for refusal in check_csv(path, edits)] == [
        *("bad-text", "bad-name", "row-occupied", "column-occupied", "too-long", "outside-sheet"),
    ]
    with pytest.raises(WorkbookRefused):
        write(path, edits)
    with pytest.raises(StaleWorkbook):
        write_csv(path, [], expected_sha256="0", backup_dir=tmp_path)


fields = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.lists(st.lists(fields, min_size=2, max_size=4), min_size=1, max_size=5), fields)
@example([["", "\t\t0"], ["", "\t", "\t"]], "")
def test_any_texts_round_trip(tmp_path: Path, rows: list[list[str]], text: str) -> None:
    path = make(tmp_path, b"Ref,Action,Due,Status\n")
    edits = [
        AppendRow("plan", number, {col: value for col, value in enumerate(row, 1) if value}, 1)
        for number, row in enumerate(rows, 2)
    ]
    write(path, edits)
    write(path, [SetCell("plan", 2, 2, text)])
    rows[0][1] = text
    grid = read_csv(path)
    for number, row in enumerate(rows, 2):
        assert [grid.cell(number, col) or "" for col in range(1, len(row) + 1)] == row


def test_quoting_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    path.write_bytes(b'"Ref","Action"\r\n"1","Do it"\r\n')
    edits = [
        AddColumn("plan", 1, 3, "Action ID"), SetCell("plan", 2, 3, "AT-1"), AppendRow("plan", 3, {2: "More"}, 2),
    ]  # fmt: skip
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    write_csv(path, edits, expected_sha256=digest, backup_dir=tmp_path / "backups")
    assert path.read_bytes() == b'"Ref","Action","Action ID"\r\n"1","Do it","AT-1"\r\n"","More",""\r\n'


def test_a_file_in_an_encoding_that_cannot_be_told_is_read_and_not_written(tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    path.write_bytes("Ref,Action\n1,prêt\n".encode("mac-roman") + b"2,\x81\n")
    assert read_csv(path).cell(2, 1) == "1"
    (refusal,) = check_csv(path, [SetCell("plan", 2, 1, "3")])
    assert refusal.reason == "unknown-encoding"
    assert refusal.message.startswith("plan.csv: ")
    assert "CSV UTF-8" in refusal.message


@pytest.mark.parametrize(
    "data",
    [
        b"a;b;c\r\n1;x, y;3\r\n", b'a\tb\n1\t"x\ny"\n', "a,b\r\n£5,café – x\r\n".encode("cp1252"), b"a,b\r1,2\r3,4\r",
        codecs.BOM_UTF16_LE + "a\tb\r\n1\té\r\n".encode("utf-16-le"), b"a,b,\n1,2,\n", b"a,b,c\n1\n1,2,3,4\n\n5,6\n",
        codecs.BOM_UTF16_BE + 'a,b\n1,"é\n,"\n'.encode("utf-16-be"), b"", codecs.BOM_UTF8, b"a,b,c", b"a,b\n1,2",
        b'a,b,c\n1,he said "hi" ok,3\n2,"q""q",4\n', b"sep=;\r\na;b\r\n1;2\r\n", b"a,b\n=1+1,-5\n@x,+44 20\n",
        b"a,b\n'=1,''x\n", b"\n\n\na,b\n1,2\n", b"a,b\r\n1,2\n3,4\r\n", b'a,b\n1,"x\n3,4\n',
    ],
)  # fmt: skip
def test_what_a_person_wrote_stays_to_the_byte(data: bytes, tmp_path: Path) -> None:
    """A row is appended, and nothing before it is another byte than it was."""
    path = tmp_path / "plan.csv"
    path.write_bytes(data)
    before = read_csv(path)
    last = (before.rows[-1] if before.rows else 0) + 1
    digest = hashlib.sha256(data).hexdigest()
    write_csv(
        path, [AppendRow("plan", last, {1: "=new", 2: "+44"}, 1)], expected_sha256=digest, backup_dir=tmp_path / "b"
    )
    after, grid = path.read_bytes(), read_csv(path)
    assert after.startswith(data)
    assert grid.row(last) == {1: "=new", 2: "+44"}
    assert [grid.row(row) for row in before.rows] == [before.row(row) for row in before.rows]
    text = after[len(data) :].replace(b"\0", b"")
    assert b"'=new" in text
    assert b"'+44" in text
