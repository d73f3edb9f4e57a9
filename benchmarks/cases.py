"""Every case by name: made ready in a folder, ours beside its peers. A new case is one function more."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.race import Race

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Case:
    """`make` gets an empty folder and the size."""

    name: str
    what: str
    rows: int
    make: Callable[[Path, int], Race]


def _module(name: str, *args: str | Path) -> list[str]:
    return [sys.executable, "-m", name, *map(str, args)]


def _script(name: str, *args: str | Path) -> list[str]:
    return [sys.executable, str(ROOT / "benchmarks" / name), *map(str, args)]


def _apart(call: str) -> None:
    """Call a function of `material` in a process of its own: what it takes counts for nobody."""
    code = f"from pathlib import Path; from benchmarks.material import make_plan, shuffle_strings; {call}"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def _make_plan(path: Path, rows: int, *, ids: bool = False) -> None:
    _apart(f"make_plan(Path({str(path)!r}), {rows}, ids={ids})")


def _shuffle(path: Path, seed: int) -> None:
    _apart(f"shuffle_strings(Path({str(path)!r}), {seed})")


# --- the cases ------------------------------------------------------------------------------------------------------


def _startup(folder: Path, rows: int) -> Race:
    return Race(
        folder,
        ours=_module("actiontrack", "--help"),
        peers={"click": _script("peers/click_hello.py", "--help"), None: [sys.executable, "-c", "pass"]},
    )


def _workbook_read(folder: Path, rows: int) -> Race:
    plan = folder / "plan.xlsx"
    _make_plan(plan, rows, ids=True)
    return Race(
        folder,
        ours=_script("ours/read_workbook.py", plan),
        peers={
            "python-calamine": _script("peers/calamine_read.py", plan),
            "openpyxl": _script("peers/openpyxl_read.py", plan),
        },
    )


def _workbook_write(folder: Path, rows: int) -> Race:
    original, plan = folder / "original.xlsx", folder / "plan.xlsx"
    _make_plan(original, rows, ids=True)
    return Race(
        folder,
        ours=_script("ours/write_workbook.py", plan),
        peers={"openpyxl": _script("peers/openpyxl_write.py", plan)},
        before_each=lambda: shutil.copyfile(original, plan) and None,
    )


_BOARD = """[board]
name = "Exampleshire Safeguarding Adults Board"
nation = "ENG"
[store]
url = "sqlite:///at.db"
"""
_CONNECTOR = """[[connector]]
name = "master"
type = "spreadsheet"
path = "plan.xlsx"
side = "board"
review = "SAR-2026-01"
"""


def _sync_unchanged(folder: Path, rows: int) -> Race:
    from benchmarks.material import AGENCIES

    agencies = "".join(f'[[agency]]\ncode = "{code}"\nname = "{name}"\n' for code, name in AGENCIES.items())
    (folder / "actiontrack.toml").write_text(_BOARD + agencies + _CONNECTOR, "utf-8")
    plan = folder / "plan.xlsx"
    _make_plan(plan, rows)
    _adopt(folder)
    register, copy = folder / "register.xlsx", folder / "copy.xlsx"
    seeds = itertools.count(1)
    expected = b""

    def save_again() -> None:
        nonlocal expected
        _shuffle(plan, next(seeds))
        for theirs in (register, copy):
            shutil.copyfile(plan, theirs)
        expected = plan.read_bytes()

    def check() -> None:
        if plan.read_bytes() != expected:
            raise RuntimeError("sync changed a workbook in which nothing had changed")

    return Race(
        folder,
        ours=_module("actiontrack", "--json", "sync"),
        peers={
            "pandas": _script("peers/pandas_sync.py", register, copy),
            "python-calamine": _script("peers/pandas_sync.py", register, copy, "--engine", "calamine"),
        },
        before_each=save_again,
        check=check,
    )


def _adopt(folder: Path) -> None:
    """The first sync, approved, and a second that finds nothing to do."""
    held = _sync(folder)
    hashes = [part for each in held["connectors"] for part in ("--approve", each["plan"])]
    _sync(folder, *hashes)
    done = _sync(folder)["connectors"][0]
    if done["status"] != "ok" or done["updated_there"]:
        raise RuntimeError(f"the plan was not adopted: {done}")


def _sync(folder: Path, *args: str) -> dict[str, Any]:
    ran = subprocess.run(
        _module("actiontrack", "--json", "sync", *args), cwd=folder, check=False, capture_output=True, text=True
    )
    if ran.returncode not in (0, 1):
        raise RuntimeError(ran.stderr)
    told: dict[str, Any] = json.loads(ran.stdout)
    return told


CASES = {
    case.name: case
    for case in (
        Case("startup", "`actiontrack --help`", 0, _startup),
        Case("workbook-read", "every cell of a plan of fifteen columns", 10_000, _workbook_read),
        Case("workbook-write", "one row in a hundred edited in a plan of fifteen columns", 10_000, _workbook_write),
        Case("sync-unchanged-1k", "a plan saved again by another program, nothing changed", 1_000, _sync_unchanged),
        Case("sync-unchanged-10k", "a plan saved again by another program, nothing changed", 10_000, _sync_unchanged),
    )
}
