"""The comparison tells what it measured, and what it could not; it never makes up a row."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = ["kill", "fields", "mass", "down"]


def run(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "proof.peers", *args],
        cwd=ROOT, env=os.environ | env, check=False, capture_output=True, text=True,
    )  # fmt: skip


def findings(ran: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert ran.returncode == 0, ran.stderr
    told: list[dict[str, Any]] = json.loads(ran.stdout)["findings"]
    return told


def test_what_can_not_be_installed_is_not_run_and_says_why(tmp_path: Path) -> None:
    rows = findings(run("vdirsyncer", "bugwarrior", "--json", PATH=str(tmp_path)))
    assert [(row["tool"], row["scenario"]) for row in rows] == [
        (tool, scenario) for tool in ("vdirsyncer", "bugwarrior") for scenario in SCENARIOS
    ]
    assert {row["told"] for row in rows} == {"not run: uv is not installed"}
    assert not any(row["figures"] for row in rows)


def test_a_tool_that_is_none_is_refused_with_those_there_are() -> None:
    ran = run("vdirsinker")
    assert ran.returncode == 2
    assert all(name in ran.stderr for name in ("vdirsinker", "vdirsyncer", "syncall", "bugwarrior", "actiontrack"))


@pytest.mark.proof
def test_i1_i8_i9_i10_ours_loses_nothing_in_any_of_the_four() -> None:
    rows = {row["scenario"]: row["figures"] for row in findings(run("actiontrack", "--trials", "5", "--json"))}
    assert list(rows) == SCENARIOS
    assert not any(rows["kill"][name] for name in ("lost", "not_carried", "duplicates", "conflicts", "stuck"))
    assert rows["fields"] == {"merged": True, "lost": 0, "exit_code": 0}
    assert (rows["mass"]["left"], rows["mass"]["status"], rows["mass"]["exit_code"]) == (1000, "guard", 1)
    assert (rows["down"]["other_synced"], rows["down"]["items_kept"], rows["down"]["exit_code"]) == (True, 10, 4)
