"""Hostile files through the reader, the writer and the real command: in bounds, with one line, and nothing escapes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from hostile import PARTS, Hostile
from hostile_heavy import HEAVY
from hostile_zips import ZIPS

from actiontrack_spreadsheet.workbook import (
    SetCell,
    StaleWorkbook,
    WorkbookRefused,
    check_edits,
    open_workbook,
    plan_and_write,
    read_csv,
)

FILES = {**PARTS, **ZIPS, **HEAVY}
LIGHT = [name for name, file in FILES.items() if not file.heavy]
COMMANDED = ["1,048,576 styled blank rows", "2 GB of rows", "10,000,000 empty strings", "text like formulas"]
MEMORY = 1 << 30
"""Bytes of address space a command may take; what it holds of it is far less."""
SECONDS = 60
"""Of CPU: a bound that only a hang reaches, on whatever machine."""


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a file made us reach for the network")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)


def made(folder: Path, file: Hostile) -> Path:
    """The file, alone in a folder of its own."""
    inner = folder / "inner"
    inner.mkdir()
    path = inner / f"plan{file.suffix}"
    file.write(path)
    return path


def read(path: Path) -> str:
    """Read, or "refused" in one line that names the file."""
    try:
        if path.suffix == ".csv":
            read_csv(path)
        else:
            workbook = open_workbook(path)
            for sheet in workbook.sheets:
                workbook.read(sheet)
    except WorkbookRefused as refused:
        message = str(refused)
        if message.startswith(path.name) and len(message.splitlines()) == 1:
            return "refused"
        return f"refused with {message!r}"
    return "read"


@pytest.mark.parametrize("name", LIGHT)
def test_it_is_read_or_refused_with_a_reason(tmp_path: Path, name: str) -> None:
    path = made(tmp_path, FILES[name])
    before = path.read_bytes()
    outcome = read(path)
    assert outcome == FILES[name].outcome or (FILES[name].outcome == "either" and outcome in ("read", "refused"))
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.rglob("*")] == ["inner", path.name]


@pytest.mark.parametrize("name", [name for name in LIGHT if FILES[name].outcome == "read" and name not in HEAVY])
def test_what_can_be_read_is_written_or_refused_and_nothing_escapes(tmp_path: Path, name: str) -> None:
    path = made(tmp_path, FILES[name])
    workbook = open_workbook(path)
    edits = [SetCell(workbook.sheets[0].name, 3, 2, "=cmd|'/c calc'!A0")]
    if check_edits(workbook, edits):
        return
    backups = tmp_path / "backups"
    try:
        plan_and_write(path, edits, expected_sha256=workbook.sha256, backup_dir=backups)
    except WorkbookRefused:
        assert read(path) == "read"
    else:
        assert open_workbook(path).read(workbook.sheets[0]).cell(3, 2) == "=cmd|'/c calc'!A0"
    outside = {each.name for each in tmp_path.iterdir()}
    assert outside <= {"inner", "backups"}
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert not any(each.name.startswith("escaped") for each in tmp_path.parent.iterdir())


@pytest.mark.skipif(sys.platform != "linux", reason="limits of a process as Linux keeps them")
@pytest.mark.parametrize(
    "name", [*COMMANDED, *(pytest.param(each, marks=pytest.mark.proof) for each in HEAVY if each not in COMMANDED)]
)
def test_the_command_stays_in_bounds(tmp_path: Path, name: str) -> None:
    path = made(tmp_path, FILES[name])
    config = tmp_path / "actiontrack.toml"
    config.write_text('[board]\nname = "X"\nnation = "ENG"\n[store]\nurl = "sqlite:///at.db"\n', "utf-8")
    limited = (
        "import resource, sys;"
        f"resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}));"
        f"resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS}, {SECONDS}));"
        "from actiontrack.cli.front import run; sys.exit(run(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", limited, "--config", str(config), "import", str(path), "--dry-run"],
        capture_output=True, text=True, check=False, env={**os.environ, "ACTIONTRACK_USER": "manager"},
    )  # fmt: skip
    assert done.returncode in (0, 1, 2), done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    if done.returncode == 2:
        assert path.name in done.stderr


def test_a_stale_file_is_told_before_anything_is_tried(tmp_path: Path) -> None:
    path = made(tmp_path, FILES["plain"])
    with pytest.raises(StaleWorkbook):
        plan_and_write(path, [], expected_sha256="0" * 64, backup_dir=tmp_path / "backups")
