"""Whether the scheduler is alive: told by `run --check`, `status` and `doctor`, never by itself."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from board_suite import Suite
from running import Running, starting

from actiontrack.cli.front import run
from actiontrack.domain.ledger import JobRun
from actiontrack.runtime import open_runtime

SCHEDULE = """\
[[schedule]]
job = "sweep"
at = "06:00"

[[schedule]]
job = "report"
at = "07:00"
days = "monday"
out = "packs"
"""
Call = Callable[..., tuple[int, Any]]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """The command line at an instant, in a folder with two rules; gives the exit code and what --json printed."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "actiontrack.toml").write_text(f'[board]\nname = "Exampleshire"\n{SCHEDULE}', encoding="utf-8")

    def run_at(now: str, *arguments: str) -> tuple[int, Any]:
        monkeypatch.setenv("AT_NOW", now)
        capsys.readouterr()
        code = run([*arguments, "--json"])
        return code, json.loads(capsys.readouterr().out)

    return run_at


def test_a_schedule_that_never_ran_is_not_late(call: Call) -> None:
    code, told = call("2026-11-24T09:00:00Z", "run", "--check")
    assert (code, told["late"]) == (0, [])
    assert told["idle"] == ["sweep daily 06:00", "report monday 07:00 packs"]
    assert call("2026-11-24T09:00:00Z", "status")[0] == 0
    _, doctor = call("2026-11-24T09:00:00Z", "doctor")
    assert [each["ok"] for each in doctor["checks"] if each["what"] == "scheduler"] == [True]


def test_the_check_lets_the_manager_know_once_that_the_scheduler_is_late(call: Call, tmp_path: Path) -> None:
    board = '[board]\nname = "Exampleshire"\nmanager = "unit@example.org"\n[[notifier]]\nname = "out"\ntype = "file"\n'
    (tmp_path / "actiontrack.toml").write_text(board + SCHEDULE, encoding="utf-8")
    call("2026-11-24T09:00:00Z", "run", "--once")
    assert not list(tmp_path.glob("outbox/*"))
    for minute in (1, 16):
        assert call(f"2026-11-25T09:{minute:02}:00Z", "run", "--check")[0] == 1
    [mail] = tmp_path.glob("outbox/*.eml")
    assert "sweep daily 06:00: the run of 2026-11-25 06:00 has not ended, or not begun." in mail.read_text()


def test_what_ran_is_on_time_until_an_hour_after_the_next_slot(call: Call, tmp_path: Path) -> None:
    code, ran = call("2026-11-24T09:00:00Z", "run", "--once")
    assert (code, [each["outcome"] for each in ran]) == (0, ["done", "done"])
    assert list((tmp_path / "packs").rglob("*.html"))
    assert call("2026-11-25T06:59:00Z", "run", "--check")[0] == 0
    code, told = call("2026-11-25T07:01:00Z", "run", "--check")
    assert (code, told["late"]) == (1, [{"job": "sweep daily 06:00", "slot": "2026-11-25T06:00:00+00:00"}])
    code, status = call("2026-11-25T07:01:00Z", "status")
    assert code == 1
    assert status["scheduler"]["told"] == [
        "sweep daily 06:00: the run of 2026-11-25 06:00 has not ended, or not begun."
    ]
    code, doctor = call("2026-11-25T07:01:00Z", "doctor")
    assert code == 1
    assert [each["ok"] for each in doctor["checks"] if each["what"] == "scheduler"] == [False]
    call("2026-11-25T07:02:00Z", "run", "--once")
    assert call("2026-11-25T07:03:00Z", "run", "--check")[0] == 0


def test_a_run_that_failed_is_told_until_one_has_gone_well(call: Call, tmp_path: Path) -> None:
    (tmp_path / "packs").write_text("in the way")
    code, _ = call("2026-11-24T09:00:00Z", "run", "--once")
    assert code == 4
    code, told = call("2026-11-24T09:01:00Z", "status")
    [line] = told["scheduler"]["told"]
    assert (code, line.startswith("report monday 07:00 packs: the run of 2026-11-23 07:00 failed:")) == (1, True)
    (tmp_path / "packs").unlink()
    call("2026-11-30T09:00:00Z", "run", "--once")
    assert call("2026-11-30T09:01:00Z", "status")[0] == 0


def test_two_schedulers_and_the_ways_they_end(suite: Suite) -> None:
    """A second one is refused. One that is stopped makes way at once; one that was killed is silent, and need not be
    waited for."""
    suite.configure(SCHEDULE)
    with starting(suite) as begin:
        first: Running = begin("--no-watch")
        first.wait_for("sweep daily 06:00: done")
        assert "another scheduler leads" in suite.run("run", "--once", code=5)["error"]
        assert first.stop() == 0
        assert first.text().endswith("stopped\n")
        assert suite.run("run", "--once") == []
        second = begin("--no-watch")
        second.wait_for("running")
        second.stop(signal.SIGKILL)
        assert suite.run("run", "--check")["silent"] is False
        told = suite.run("run", "--check", code=1, now="2026-11-24T09:30:00Z")
        assert (told["silent"], told["leader"].partition(":")[2]) == (True, str(second.process.pid))
        third = begin("--no-watch")
        third.wait_for("running")
        assert suite.run("run", "--check")["silent"] is False
        assert third.stop() == 0


def test_sigterm_lets_the_job_at_hand_end_and_leaves_the_rest_to_the_next(suite: Suite) -> None:
    suite.configure('[[schedule]]\njob = "sweep"\nat = "06:00"\ncatch_up = "all"\n')
    suite.run("run", "--once", now="2026-10-24T09:00:00Z")
    suite.monkeypatch.setenv("AT_NOW", "2026-11-23T09:00:00Z")
    with starting(suite) as begin:
        running: Running = begin("--no-watch")
        running.wait_for("sweep daily 06:00: done")
        assert running.stop() == 0
    done = running.text().count("sweep daily 06:00: done")
    assert running.text().endswith("stopped\n")
    with open_runtime(str(suite.folder / "actiontrack.toml")) as runtime, runtime.core.store.reading() as reader:
        runs = reader.find(JobRun)
    assert (len(runs), {run.outcome for run in runs}) == (1 + done, {"done"}), "what was begun was settled"
    assert len(suite.run("run", "--once")) == 30 - done
