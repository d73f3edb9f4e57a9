"""A very long sheet of which only the top changes is written as any other, without being held or taken apart."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actiontrack_spreadsheet.workbook import (
    AddColumn,
    AppendRow,
    Edit,
    PutComments,
    SetCell,
    WorkbookRefused,
    check_edits,
    longpart,
    open_workbook,
    plan_and_write,
)

Build = Callable[..., Path]
PART = "xl/worksheets/sheet1.xml"
BLANK = '<row r="{0}" s="1" customFormat="1"><c r="A{0}" s="1"/><c r="B{0}" s="1"/><c r="C{0}" s="1"/></row>'
relaxed = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)


def write(path: Path, *edits: Edit) -> None:
    sha256 = open_workbook(path).sha256
    plan_and_write(path, edits, expected_sha256=sha256, backup_dir=path.parent / "backups")


def part(path: Path, name: str = PART) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read(name)


def blanks(first: int, last: int) -> str:
    return "".join(BLANK.format(number) for number in range(first, last + 1))


# As they stand behind the headings and the first action; each could be mistaken for something else.
ROWS = {
    "plain": blanks(3, 40),
    "spaced": "\n".join(BLANK.format(number) for number in range(3, 40)) + "\n",
    "filled": '<row r="9"><c r="B9"><v>5</v></c></row>' + blanks(10, 30),
    "no numbers": blanks(3, 20) + "<row><c><v>7</v></c></row>",
    "empty rows": '<row r="3"/><row r="4" hidden="1"/>' + blanks(5, 20),
    "out of order": '<row r="30"><c r="A30"><v>1</v></c></row>' + blanks(5, 20),
    "a comment": blanks(3, 9) + "<!-- </sheetData> -->" + blanks(10, 20),
    "a comment that hides a row": blanks(3, 9) + '<!-- <row r="10"> -->' + blanks(10, 20),
    "CDATA": '<row r="3"><c r="A3" t="inlineStr"><is><t><![CDATA[<row r="4">]]></t></is></c></row>' + blanks(5, 20),
    "an instruction": blanks(3, 9) + "<?x </sheetData>?>" + blanks(10, 20),
    "a declared prefix": blanks(3, 9) + '<x:row xmlns:x="urn:x"/>' + blanks(10, 20),
    "a row as text": '<row r="3"><c r="A3" t="inlineStr"><is><t>&lt;row r="4"&gt;</t></is></c></row>' + blanks(5, 20),
}  # fmt: skip
EDITS: tuple[Edit, ...] = (
    SetCell("Plan", 2, 2, "Do it, and say so"),
    SetCell("Plan", 3, 1, "2"),
    SetCell("Plan", 7, 3, "new"),
    SetCell("Plan", 25, 2, None),
    AddColumn("Plan", 1, 5, "Action ID"),
    AppendRow("Plan", 3, {1: "2", 2: "next"}, 2),
    AppendRow("Plan", 41, {1: "9"}, 2),
    PutComments("Plan", {(2, 2): "Is this still so?"}),
)


@relaxed
@given(
    rows=st.sampled_from(sorted(ROWS)),
    edits=st.lists(st.sampled_from(EDITS), min_size=1, max_size=3, unique_by=id),
    tail=st.sampled_from(["", '<autoFilter ref="A1:D2"/>', '<mergeCells><mergeCell ref="F1:G1"/></mergeCells>']),
)
def test_a_long_part_is_written_as_a_short_one(
    build: Build, samples: type, monkeypatch: pytest.MonkeyPatch, rows: str, edits: list[Edit], tail: str
) -> None:
    written = []
    for long in (0, 1 << 30):
        monkeypatch.setattr(longpart, "LONG", long)
        path = build(samples.headings + samples.first + ROWS[rows], tail=tail)
        if check_edits(open_workbook(path), edits):
            return
        write(path, *edits)
        written.append(part(path))
    assert written[0] == written[1]


def test_rows_behind_the_last_change_are_left_out_of_what_is_held(
    build: Build, samples: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(longpart, "LONG", 0)
    package = open_workbook(build(samples.headings + samples.first + blanks(3, 50))).package
    found = longpart.shortened(package, PART, {1, 2})
    assert found is not None
    document, gap = found
    assert b"Do it" in document
    assert b'r="3"' not in document
    assert b"".join(gap.pieces()).decode() == blanks(3, 50)


@pytest.mark.parametrize("name", ["a comment", "a comment that hides a row", "CDATA", "an instruction"])
def test_a_part_in_which_tags_can_hide_is_held_whole(
    build: Build, samples: type, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(longpart, "LONG", 0)
    package = open_workbook(build(samples.headings + samples.first + ROWS[name])).package
    assert longpart.shortened(package, PART, {1, 2}) is None


@pytest.mark.skipif(sys.platform != "linux", reason="limits of a process as Linux keeps them")
def test_a_column_styled_to_the_last_row_is_written_in_little_memory(build: Build, samples: type) -> None:
    """The part unpacks to 90 MB; the process that edits it may take no more than 160 MB in all."""
    path = build(samples.headings + samples.first + blanks(3, 700_000))
    before = part(path)
    code = (
        "import hashlib, re, sys; from pathlib import Path;"
        "from actiontrack_spreadsheet.workbook import SetCell, plan_and_write;"
        "path = Path(sys.argv[1]); digest = hashlib.sha256(path.read_bytes()).hexdigest();"
        "edits = [SetCell('Plan', 2, 2, 'Do it, and say so'), SetCell('Plan', 3, 2, 'next')];"
        "plan_and_write(path, edits, expected_sha256=digest, backup_dir=path.parent / 'b');"
        "print(re.search('VmHWM:\\s*([0-9]+)', Path('/proc/self/status').read_text())[1])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    after = part(path)
    assert after.count(b"<row") == before.count(b"<row")
    assert after[-60_000_000:] == before[-60_000_000:]
    assert open_workbook(path).read("Plan").cell(3, 2) == "next"
    assert int(done.stdout) < 160 << 10


@pytest.mark.parametrize(
    "last",
    [
        "<row><c><v>7</v></c></row>",
        '<row r="28000"><c r="B28000"><v>7</v></c></row>',
        '<row r=""/>',
        blanks(28_000, 42_000),
    ],
    ids=["without a number", "with a value", "with an empty number", "blank"],
)
@pytest.mark.parametrize("value", ["", "<v>5</v>"], ids=["blank", "value"])
def test_long_stretches_of_blank_rows_are_read_as_the_parser_reads_them(
    build: Build, samples: type, last: str, value: str
) -> None:
    """A piece of the part is some 13,000 of these rows."""
    odd = BLANK.format(14_000).replace("/></row>", f">{value}</c></row>")
    path = build(samples.headings + samples.first + blanks(3, 13_999) + odd + blanks(14_001, 27_999) + last)

    def read(*, fast: bool) -> object:
        book = open_workbook(path)
        try:
            grid = book.read_sheet(book.sheets[0], fast=fast)
        except WorkbookRefused as refused:
            return refused.reason
        return [(number, grid.row(number)) for number in grid.rows], grid.hidden_rows

    assert read(fast=True) == read(fast=False)
