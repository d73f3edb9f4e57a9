"""The benchmarks keep to cli.md's contract: names of cases, and a row a peer. How fast they are is not tested."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PEERS = {
    "startup": ["click", None],
    "workbook-read": ["python-calamine", "openpyxl"],
    "workbook-write": ["openpyxl"],
    "sync-same-file": ["actiontrack", None],
    "sync-unchanged-1k": ["pandas", "python-calamine", None],
    "sync-1pct-10k": ["pandas", "python-calamine"],
    "recovery-100k": ["actiontrack"],
}
"""Of the cases that differ in size alone, one."""
SIZES = (
    "sync-unchanged-10k",
    "sync-unchanged-100k",
    "sync-1pct-100k",
    "recovery-100k-unsent",
    "report-20",
    "report-200",
    "instances-100",
)


def run(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *args], cwd=ROOT, check=False, capture_output=True, text=True
    )


@pytest.mark.parametrize("case", PEERS)
def test_a_case_tells_a_row_a_peer(case: str) -> None:
    if case.startswith("sync") and not importlib.util.find_spec("pandas"):
        pytest.skip("pandas is not installed (uv sync --group bench)")
    ran = run(case, "--json", "--rows", "40", "--repeats", "1")
    assert ran.returncode == 0, ran.stderr
    rows: list[dict[str, Any]] = json.loads(ran.stdout)
    assert [row["peer"] for row in rows] == PEERS[case]
    for row in rows:
        assert row["case"] == case
        assert min(row[name] for name in ("ours_s", "ours_mb", "peer_s", "peer_mb")) > 0
        assert row["ratio"] == pytest.approx(row["ours_s"] / row["peer_s"], rel=0.1)


def test_a_case_that_is_none_is_refused_with_those_there_are() -> None:
    ran = run("workbook-raed")
    assert ran.returncode == 2
    assert "workbook-raed" in ran.stderr
    assert all(name in ran.stderr for name in (*PEERS, *SIZES))


def test_shuffled_strings_change_the_file_and_no_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT)
    from benchmarks.material import make_plan, shuffle_strings

    path = tmp_path / "plan.xlsx"
    make_plan(path, 30)
    before, strings = values(path), shared_strings(path)
    shuffle_strings(path, 1)
    assert values(path) == before
    assert shared_strings(path) != strings
    assert len(before) == 31


def values(path: Path) -> list[tuple[Any, ...]]:
    import openpyxl

    return list(openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True))


def shared_strings(path: Path) -> bytes:
    with zipfile.ZipFile(path) as book:
        return book.read("xl/sharedStrings.xml")


def test_fidelity_tells_ours_beside_openpyxl(tmp_path: Path) -> None:
    import xlsxwriter

    for name in ("plan.xlsx", "deeper/plan.xlsm"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        book = xlsxwriter.Workbook(str(tmp_path / name))
        sheet = book.add_worksheet("Plan")
        sheet.write_row(0, 0, ["Ref", "Action"])
        sheet.write_formula(1, 0, "=1+1", None, 2)
        sheet.insert_textbox(3, 3, "kept")
        book.close()
    (tmp_path / "none.xlsx").write_text("no workbook")
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.fidelity", str(tmp_path), "--json"],
        cwd=ROOT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    figures = {
        "files": 3, "edited": 2, "refused": {"not-a-workbook": 1}, "parts_lost": 0, "parts_changed": 0,
        "wrong_values": 0, "crashes": 0,
    }  # fmt: skip
    assert {name: told[name] for name in figures} == figures
    assert told["refusals"][0]["file"] == "none.xlsx"
    assert told["openpyxl"].keys() >= figures.keys()
    assert told["openpyxl"]["parts_lost"] == 2, "the text boxes"
    assert told["openpyxl"]["wrong_values"] == 2, "what the formulas showed"
