"""Files made to harm or to fail: refused by name, in bounded time and memory, with one plain line."""

from __future__ import annotations

import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from actiontrack_spreadsheet.workbook import SetCell, WorkbookRefused, open_workbook, plan_and_write

Build = Callable[..., Path]
LAUGHS = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))


def read_all(path: Path) -> None:
    workbook = open_workbook(path)
    for sheet in workbook.sheets:
        workbook.read(sheet)


def refusal(path: Path) -> str:
    with pytest.raises(WorkbookRefused) as refused:
        read_all(path)
    message = str(refused.value)
    assert message.startswith(path.name)
    assert "\n" not in message
    return refused.value.reason


def test_a_zip_bomb(zip_bomb: Path) -> None:
    started = time.perf_counter()
    assert refusal(zip_bomb) == "too-large"
    assert time.perf_counter() - started < 1, "refused by what it declares, before anything is inflated"


def test_a_part_larger_than_it_says(lying_size: Path) -> None:
    assert refusal(lying_size) in ("truncated", "too-large")


@pytest.mark.parametrize(
    "doctype",
    [
        f'<!DOCTYPE sst [<!ENTITY a "ha">{LAUGHS}]>',
        '<!DOCTYPE sst [<!ENTITY i SYSTEM "file:///etc/hostname">]>',
        "<!DOCTYPE sst>",
    ],
    ids=["entity bomb", "external entity", "bare"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_any_document_type(build: Build, samples: Any, doctype: str, encoding: str) -> None:
    strings = f"<sst {samples.namespaces}><si><t>&i;</t></si></sst>"
    text = f'<?xml version="1.0" encoding="{encoding}"?><!-- x -->{doctype}{strings}'
    path = build()
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/other.xml", text.encode(encoding))
    assert refusal(path) == "dtd"


def test_a_part_twice(build: Build) -> None:
    path = build()
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("XL/styles.xml", "<x/>")
    assert refusal(path) == "duplicate-part"


def test_encrypted(build: Build, tmp_path: Path) -> None:
    path = tmp_path / "encrypted.xlsx"
    with build().open("rb") as plain, path.open("wb") as out:
        OOXMLFile(plain).encrypt("secret", out)
    assert refusal(path) == "encrypted"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "truncated"),
        (b"<html><table></table></html>", "html"),
        (b"Ref,Action\n1,x\n", "not-a-workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old-xls"),
        (b"PK\3\4rest", "truncated"),
    ],
)
def test_files_that_are_something_else(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "plan.xlsx"
    path.write_bytes(content)
    assert refusal(path) == reason


def test_no_file(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.xlsx") == "missing"


def test_cut_short_anywhere(build: Build) -> None:
    path = build()
    whole = path.read_bytes()
    for length in range(0, len(whole), 97):
        path.write_bytes(whole[:length])
        assert refusal(path) in ("truncated", "not-a-workbook")


def test_a_byte_flipped_anywhere_is_noticed_or_harmless(build: Build) -> None:
    path = build()
    whole = path.read_bytes()
    cells = open_workbook(path).read("Plan").column(2)
    for at in range(0, len(whole), 31):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        with suppress(WorkbookRefused):
            assert open_workbook(path).read("Plan").column(2) == cells


def test_no_sheets(build: Build) -> None:
    path = build()
    with zipfile.ZipFile(path) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b'<sheet name="Plan" sheetId="1" r:id="rId1"/>', b"")
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    assert refusal(path) == "no-sheets"


def test_one_cell_in_the_last_corner(build: Build, samples: Any) -> None:
    path = build(
        samples.headings + samples.row(1_048_576, samples.cell("XFD1048576", "far")),
        head='<dimension ref="A1:XFD1048576"/>',
    )
    started = time.perf_counter()
    grid = open_workbook(path).read("Plan")
    assert time.perf_counter() - started < 1
    assert (len(grid.rows), grid.cell(1_048_576, 16_384)) == (2, "far")


def test_many_styled_blank_rows(styled_blank_rows: Path) -> None:
    started = time.perf_counter()
    grid = open_workbook(styled_blank_rows).read("Plan")
    assert time.perf_counter() - started < 5
    assert grid.rows == [1]


@pytest.mark.skipif(sys.platform != "linux", reason="reads its own high-water mark from /proc")
def test_memory_stays_bounded(styled_blank_rows: Path) -> None:
    code = (
        "import sys; from actiontrack_spreadsheet.workbook import open_workbook;"
        "open_workbook(sys.argv[1]).read('Plan');"
        "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(styled_blank_rows)], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 100_000, "kilobytes"


def test_a_foreign_namespace(build: Build) -> None:
    path = build(
        sheet="<worksheet xmlns='urn:x'><sheetData><row r='1'><c r='A1'><v>1</v></c></row></sheetData></worksheet>"
    )
    with pytest.raises(WorkbookRefused) as refused:
        plan_and_write(
            path,
            [SetCell("Plan", 1, 1, 2)],
            expected_sha256=open_workbook(path).sha256,
            backup_dir=path.parent / "backups",
        )
    assert refused.value.reason == "unknown-namespace"
