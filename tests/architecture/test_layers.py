"""The layers hold, and starting up loads little."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "pydantic", "sqlalchemy", "alembic", "openpyxl", "lxml", "jinja2", "xlsxwriter", "holidays", "rich", "requests",
    "pluggy", "schedule",
)  # fmt: skip


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def test_import_linter_finds_the_layers_kept() -> None:
    told = python("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()")
    assert told.returncode == 0, told.stdout + told.stderr
    assert "0 broken" in told.stdout


def test_help_loads_no_heavy_library() -> None:
    script = (
        "import sys; from actiontrack.cli.front import run; code = run(['--help']); "
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr); sys.exit(code)"
    )
    told = python("-c", script)
    assert told.returncode == 0
    assert told.stderr.strip() == "[]"
    assert "sync" in told.stdout


def test_the_plugins_door_is_cheap() -> None:
    told = python("-c", f"import sys, actiontrack.api; print([name for name in {HEAVY!r} if name in sys.modules])")
    assert set(eval(told.stdout)) <= {"pluggy"}


def test_the_program_runs_as_a_module() -> None:
    told = python("-m", "actiontrack", "--version")
    assert (told.returncode, told.stdout.strip()) == (0, "actiontrack, version 0.1.0")


def test_json_is_utf_8_whatever_the_terminal_takes(tmp_path: Path) -> None:
    (tmp_path / "actiontrack.toml").write_text('[board]\nname = "Bwrdd Gŵyr"\n', encoding="utf-8")
    environ = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "actiontrack", "status"]
    told = subprocess.run([*command, "--json"], cwd=tmp_path, capture_output=True, env=environ, check=True)
    assert json.loads(told.stdout.decode("utf-8"))["board"] == "Bwrdd Gŵyr"
    plain = subprocess.run(command, cwd=tmp_path, capture_output=True, env=environ, check=True)
    assert plain.stdout.startswith(b"Bwrdd G\\u0175yr: 0 actions")
