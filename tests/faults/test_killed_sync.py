"""A sync killed at any step, by a real SIGKILL, ends as if it had not been: nothing lost, nothing twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from board_suite import BOARD, POLICE, Suite, row

KILLER = """
import os, signal, sys
where, count, config = sys.argv[1], int(sys.argv[2]), sys.argv[3]
seen = 0

def die_at(name):
    global seen
    if name == where:
        seen += 1
        if seen == count:
            os.kill(os.getpid(), signal.SIGKILL)

def around(owner, method, name):
    real = getattr(owner, method)
    def wrapped(*args, **kwargs):
        die_at("before " + name)
        result = real(*args, **kwargs)
        die_at("after " + name)
        return result
    setattr(owner, method, wrapped)

import sqlalchemy.engine.base as base
from actiontrack_spreadsheet.connector import SpreadsheetConnector
from actiontrack.adapters.store.writer import SqlWriter
around(os, "replace", "replace")
around(os, "link", "replace")
around(base.RootTransaction, "commit", "commit")
around(SpreadsheetConnector, "observe", "observe")
around(SqlWriter, "flush", "flush")
from actiontrack.cli.front import run
sys.exit(run(["--config", config, "--json", "sync", *sys.argv[4:]]))
"""

STEPS = [("after commit", 2), ("after commit", 3), ("before replace", 1), ("after replace", 1), ("after replace", 2)]
EVERY_STEP = [
    *(("before commit", number) for number in range(1, 12)),
    *(("after commit", number) for number in range(1, 12)),
    ("before replace", 2),
    ("after observe", 2),
    *(("after flush", number) for number in (3, 9, 15)),
]


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Suite:
    monkeypatch.setenv("AT_NOW", "2026-11-24T09:00:00Z")
    monkeypatch.setenv("ACTIONTRACK_USER", "manager")
    made = Suite(tmp_path, monkeypatch)
    made.configure(BOARD, POLICE)
    made.make_plan(row(number) for number in range(1, 10))
    return made


def killed_sync(suite: Suite, step: str, count: int, *args: str) -> bool:
    """A sync in a process of its own that dies there; whether it came so far."""
    command = [sys.executable, "-c", KILLER, step, str(count), str(suite.folder / "actiontrack.toml"), *args]
    ended = subprocess.run(command, env=os.environ, capture_output=True, check=False)
    assert ended.returncode in (-signal.SIGKILL, 0, 1), ended.stderr.decode()
    return ended.returncode == -signal.SIGKILL


def edited(suite: Suite) -> None:
    """Adopt, publish, then let everybody edit."""
    suite.adopt()
    suite.run("review", "set", "SAR-2026-01", "publication=published")
    suite.sync()
    with suite.edit() as plan:
        plan.set("Do the thing numbered 1", "Priority", "Urgent")
        plan.append({"Action": "Brand new, by the board", "Lead agency": "Norchester Police"})
    with suite.edit("police.xlsx") as police:
        police.set("Do the thing numbered 4", "Lead officer", "Head of Custody")
        police.set("Do the thing numbered 4", "Progress", "Training booked")
    suite.run("action", "set", "7", "text=Do the seventh thing well")


def outcome(suite: Suite) -> dict[str, object]:
    """What everybody holds in the end, told without the ids that are drawn anew each time."""
    told: dict[str, object] = {}
    for action in suite.run("action", "list"):
        shown = suite.run("action", "show", action["ref"])
        told[action["text"]] = {
            **{name: action[name] for name in ("number", "lead_officer", "priority", "status", "current_due")},
            "updates": [each["text"] for each in shown["updates"]],
        }
    for name in ("plan.xlsx", "police.xlsx"):
        with suite.edit(name) as sheet:
            rows = [{k: v for k, v in each.items() if k != "Action ID"} for each in sheet.rows()]
            assert all(each["Action ID"] for each in sheet.rows())
            told[name] = sorted(rows, key=lambda each: str(each["Action"]))
    told["conflicts"] = len(suite.run("conflict", "list"))
    told["proposals"] = len(suite.run("proposal", "list"))
    return told


def resumed(suite: Suite) -> dict[str, object]:
    suite.sync(code=None)
    before = suite.bytes()
    suite.sync(code=None)
    assert suite.bytes() == before, "the next run changes no byte"
    assert suite.run("audit", "verify")["broken_at"] is None
    return outcome(suite)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AT_NOW", "2026-11-24T09:00:00Z")
        patch.setenv("ACTIONTRACK_USER", "manager")
        made = Suite(tmp_path_factory.mktemp("undisturbed"), patch)
        made.configure(BOARD, POLICE)
        made.make_plan(row(number) for number in range(1, 10))
        edited(made)
        return resumed(made)


@pytest.mark.parametrize(
    ("step", "count"), [*STEPS, *(pytest.param(*each, marks=pytest.mark.proof) for each in EVERY_STEP)]
)
def test_a_killed_sync_resumes_to_the_same_end(
    suite: Suite, undisturbed: dict[str, object], step: str, count: int
) -> None:
    edited(suite)
    killed_sync(suite, step, count)
    assert resumed(suite) == undisturbed


@pytest.mark.parametrize(
    ("step", "count"), [("after replace", 1), ("after commit", 2), ("after commit", 3), ("before replace", 1)]
)
def test_a_killed_adoption_creates_nothing_twice(suite: Suite, step: str, count: int) -> None:
    waiting = suite.sync(code=1)["master"]
    killed_sync(suite, step, count, "--approve", waiting["plan"])
    told = suite.sync(code=None)["master"]
    if told["status"] == "guard":
        suite.sync("--approve", told["plan"], code=None)
    suite.sync(code=None)
    assert len(suite.run("action", "list")) == 9
    with suite.edit() as plan:
        assert len({each["Action ID"] for each in plan.rows()}) == 9


@pytest.mark.parametrize(
    ("step", "count"), [("after replace", 1), ("after replace", 2), ("after commit", 2), ("before replace", 2)]
)
def test_a_person_edits_while_it_is_down(suite: Suite, undisturbed: dict[str, object], step: str, count: int) -> None:
    edited(suite)
    assert killed_sync(suite, step, count)
    with suite.edit() as plan:
        plan.set("Do the thing numbered 2", "Priority", "Typed while it was down")
        plan.set("Brand new, by the board", "Priority", "Typed too")
    with suite.edit("police.xlsx") as police:
        police.set("Do the thing numbered 4", "Status", "Complete")
    told = resumed(suite)
    assert told["conflicts"] == told["proposals"] == 0
    assert told["Do the thing numbered 2"]["priority"] == "Typed while it was down"  # type: ignore[index]
    assert told["Brand new, by the board"]["priority"] == "Typed too"  # type: ignore[index]
    assert told["Do the thing numbered 4"]["status"] == "reported_complete"  # type: ignore[index]
    assert set(told) == set(undisturbed)
