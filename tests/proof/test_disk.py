"""Disk faults (I1, I3, I6): whatever the disk does, every file is whole, and the next sync comes to the same end."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from board_suite import Suite
from proof.disk.faults import FAULTS, Failing, full_store, is_sound
from proof.kills import doors, tables
from proof.kills.scenarios import SCENARIOS, approved, text
from proof.kills.sweep import Bench, difference

SCENARIO = SCENARIOS["both sides"]
BOOKS = ("plan.xlsx", "police.xlsx")
CODES = {0, 1, 2, 5}
"""What a sync may end with: done, something waits, their input or system, try again later."""


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("disk"))


@pytest.fixture
def suite(bench: Bench) -> Suite:
    bench.reference(SCENARIO, "", after=False)
    return bench.ready(SCENARIO)


def books(suite: Suite) -> dict[str, bytes]:
    return {name: (suite.folder / name).read_bytes() for name in BOOKS}


def said(told: Any) -> list[str]:
    """What a sync says of what went wrong."""
    if "error" in told:
        return [told["error"]]
    return [each["why"] for each in told["connectors"] if each["why"]]


def hold(suite: Suite, told: Any, before: dict[str, bytes]) -> list[str]:
    """What must be so right after a fault; gives what was said of it."""
    for name, data in books(suite).items():
        assert data == before[name] or zipfile.ZipFile(suite.folder / name).testzip() is None
        assert len(tables.read(suite.folder / name)) >= 2
    assert not list(suite.folder.glob("**/.actiontrack-*")), "a half-written file was left behind"
    assert is_sound(suite.folder / "at.db")
    assert suite.run("audit", "verify")["broken_at"] is None
    lines = said(told)
    assert all("\n" not in line and "fault of ours" not in line and "failed (" not in line for line in lines), lines
    return lines


def heal(bench: Bench, suite: Suite) -> None:
    """The next sync without the fault comes to what would have come of it undisturbed."""
    told = bench.resumed(SCENARIO, suite)
    expected = bench.reference(SCENARIO, "", after=False)
    assert told == expected, difference(expected, told)


def steps(bench: Bench) -> list[str]:
    return [point.step for point in bench.points(SCENARIO.name) if point.when == "before"]


def fail_at(bench: Bench, at: int, number: int) -> tuple[str, list[str]]:
    suite = bench.ready(SCENARIO)
    before = books(suite)
    failing = Failing(at, number)
    with doors.listening(failing):
        told = suite.run("sync", code=None)
    assert failing.failed, "no such step"
    lines = hold(suite, told, before)
    heal(bench, suite)
    return failing.failed, lines


@pytest.mark.parametrize("number", FAULTS, ids=errno.errorcode.get)
@pytest.mark.parametrize("name", ["commit services.sync.engine._plan", "_write_beside", "replace_file", "Ring._keep"])
def test_i1_i6_a_full_or_failing_disk_damages_nothing(bench: Bench, name: str, number: int) -> None:
    bench.reference(SCENARIO, "", after=False)
    at = next(at for at, step in enumerate(steps(bench)) if step.endswith(name))
    _, lines = fail_at(bench, at, number)
    assert lines, "nobody was told"


@pytest.mark.proof
@pytest.mark.parametrize("number", FAULTS, ids=errno.errorcode.get)
def test_i1_i6_whichever_step_the_disk_fails_at(bench: Bench, number: int) -> None:
    bench.reference(SCENARIO, "", after=False)
    for at in range(len(steps(bench))):
        step, lines = fail_at(bench, at, number)
        assert lines or "sync_folder" in step or "hold_lease" in step, f"nobody was told that {step} failed"


@pytest.mark.parametrize("pages", [0, 1, 4])
def test_i1_i6_a_store_that_can_grow_no_more(bench: Bench, suite: Suite, pages: int) -> None:
    before = books(suite)
    with full_store(pages):
        told = suite.run("sync", code=None)
    lines = hold(suite, told, before)
    assert all("make room" in line for line in lines)
    heal(bench, suite)


@pytest.mark.parametrize("size", [512, 6_000, 60_000])
def test_i1_i6_a_file_that_may_grow_no_further_is_written_short(bench: Bench, suite: Suite, size: int) -> None:
    """The system itself cuts a write short, of a workbook or of the store's log, and then refuses the rest."""
    before = books(suite)
    command = [sys.executable, "-m", "actiontrack", "--config", str(suite.folder / "actiontrack.toml"), "sync"]
    ended = subprocess.run(
        command, capture_output=True, check=False, env=os.environ,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )  # fmt: skip
    assert ended.returncode in CODES, ended.stderr.decode()
    assert b"Traceback" not in ended.stderr
    assert b"fault of ours" not in ended.stderr
    hold(suite, {"connectors": []}, before)
    heal(bench, suite)


def test_i1_i6_a_folder_that_may_not_be_written(bench: Bench, suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    before = books(suite)
    real = os.open

    def refused(path: Any, flags: int, *args: Any, **kwargs: Any) -> int:
        if flags & os.O_CREAT and Path(os.fsdecode(path)).name.startswith(".actiontrack-"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return real(path, flags, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refused)
        told = suite.run("sync", code=None)
    assert books(suite) == before
    assert {each["status"] for each in told["connectors"]} == {"deferred"}
    assert all("xlsx" in line and "permission" in line.lower() for line in hold(suite, told, before))
    heal(bench, suite)


@pytest.mark.parametrize("share", [0.0, 0.5, 0.95])
def test_i1_i10_a_torn_file_is_left_alone_until_it_is_whole(bench: Bench, suite: Suite, share: float) -> None:
    """Another program has written half of a workbook: nothing of it is believed, and the other side goes on."""
    whole = suite.plan.read_bytes()
    torn = whole[: int(len(whole) * share)]
    suite.plan.write_bytes(torn)
    told = {each["name"]: each for each in suite.run("sync", code=None)["connectors"]}
    assert told["master"]["status"] in ("failed", "deferred")
    assert "plan.xlsx" in told["master"]["why"]
    assert "\n" not in told["master"]["why"]
    assert told["police"]["status"] == "ok"
    assert suite.plan.read_bytes() == torn, "it was written to"
    assert len(suite.run("action", "list")) == 6
    suite.plan.write_bytes(whole)
    heal(bench, suite)


def test_i1_i4_a_store_from_last_weeks_backup(bench: Bench, suite: Suite) -> None:
    """The workbooks are a week ahead of the store: nothing is lost, nothing is made twice."""
    copy = suite.folder / "last-week.backup"
    suite.run("backup", str(copy))
    suite.sync(code=None)
    tables.edit(suite.plan, lambda rows: [*rows, {"Action": "Typed this week", "Status": "In progress"}])
    tables.edit(
        suite.folder / "police.xlsx",
        lambda rows: [row | {"Progress": "Done this week"} if row["Action"] == text(4) else row for row in rows],
    )
    suite.sync(code=None)
    before = books(suite)
    suite.run("restore", str(copy))
    waiting = suite.sync(code=1)
    assert {each["status"] for each in waiting.values()} == {"guard"}
    assert books(suite) == before
    approved(suite)
    approved(suite)
    told = [each["text"] for each in suite.run("action", "list")]
    assert len(told) == len(set(told))
    for name in BOOKS:
        ids = [row["Action ID"] for row in tables.read(suite.folder / name)]
        assert len(ids) == len(set(ids))
    everywhere = str([suite.run("action", "list"), suite.run("proposal", "list"), suite.run("status", code=None)])
    everywhere += str([tables.read(suite.folder / name) for name in BOOKS])
    for typed in ("Typed this week", "Done this week", "Urgent", "Head of Custody", "Head of Crime"):
        assert typed in everywhere
    assert suite.action(text(4))["progress"] == "Done this week"
    still = suite.bytes()
    suite.sync(code=None)
    assert suite.bytes() == still
