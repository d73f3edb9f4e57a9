"""A connector and a plugin are generated, keep the house's rules, pass their own tests, and are loaded and used.

Nothing is fetched: they are taken as installed (tests/support/uninstalled.py). With `-m install`, where there is an
index of packages, they are installed into an environment of their own by `uv pip install`, as an author's users do.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from uninstalled import surroundings

ROOT = Path(__file__).resolve().parents[2]
KINDS = {
    "connector": {"system": "Norchester's “Case” Desk 2", "name": "case-desk-2"},
    "plugin": {"title": 'The "House" Rules', "name": "house-rules"},
}


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Both, with names that are awkward."""
    folder = tmp_path_factory.mktemp("generated")
    for kind, answers in KINDS.items():
        told = [part for name, value in answers.items() for part in ("--data", f"{name}={value}")]
        command = ("copy", "--defaults", "--quiet", *told, str(ROOT / "templates" / kind), str(folder / kind))
        run([sys.executable, "-m", "copier", *command], folder, os.environ)
    return {kind: folder / kind for kind in KINDS}


def run(command: list[str], folder: Path, env: Mapping[str, str]) -> str:
    """What a command prints; it ends well."""
    done = subprocess.run(
        command, cwd=folder, env=dict(env), check=False, capture_output=True, encoding="utf-8", timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


# --- the code ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_as_tidy_as_the_house(generated: Mapping[str, Path], kind: str) -> None:
    folder = generated[kind]
    run([sys.executable, "-m", "ruff", "check", "--no-cache", "."], folder, os.environ)
    run([sys.executable, "-m", "ruff", "format", "--no-cache", "--check", "."], folder, os.environ)
    left = [path for path in folder.rglob("*") if path.is_file() and ("{{" in path.name or "{{" in path.read_text())]
    assert left == []


def test_the_types_of_both_hold(generated: Mapping[str, Path], tmp_path: Path) -> None:
    for folder in generated.values():
        run([sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path), "src", "tests"], folder, os.environ)


@pytest.mark.parametrize("kind", KINDS)
def test_its_own_tests_pass(generated: Mapping[str, Path], kind: str) -> None:
    folder = generated[kind]
    told = run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"], folder, surroundings(folder))
    assert " passed" in told
    assert "error" not in told


# --- in use -----------------------------------------------------------------------------------------------------------


class House:
    """actiontrack in a process of its own, in which both are installed."""

    def __init__(self, folder: Path, command: list[str], env: Mapping[str, str]) -> None:
        self.folder = folder
        self._command = command
        self._env = {**env, "AT_NOW": "2026-11-24T09:00:00Z", "ACTIONTRACK_USER": "manager"}

    def run(self, *arguments: str, code: int = 0) -> Any:
        """One command with --json; its document."""
        done = subprocess.run(
            [*self._command, "--json", *arguments], cwd=self.folder, env=self._env, check=False, capture_output=True,
            encoding="utf-8", timeout=600,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return json.loads(done.stdout)

    def sync(self) -> dict[str, Any]:
        """One sync of the one instance; its adoption is approved."""
        done = subprocess.run(
            [*self._command, "--json", "sync"], cwd=self.folder, env=self._env, check=False, capture_output=True,
            encoding="utf-8", timeout=600,
        )  # fmt: skip
        (told,) = json.loads(done.stdout)["connectors"]
        if told["status"] == "guard":
            (told,) = self.run("sync", "--approve", told["plan"])["connectors"]
        assert told["status"] == "ok", told
        return dict(told)


def use(house: House, desk: Any) -> None:
    """The generated plugins are loaded by their entry points; one sync makes a ticket, the next hears of it."""
    (house.folder / "actiontrack.toml").write_text(
        '[board]\nname = "Exampleshire"\n[[agency]]\ncode = "POL"\nname = "Police"\n'
        '[[connector]]\nname = "police"\ntype = "case-desk-2"\nside = "agency"\nagency = "POL"\n'
        f'url = "{desk.url}"\ntoken = {{ env = "DESK_KEY" }}\n'
    )
    plugins = {each["name"]: each for each in house.run("plugin", "list")}
    assert plugins["case-desk-2"]["hooks"] == ["register_connectors"]
    assert "check_action" in plugins["house-rules"]["hooks"]
    house.run("connector", "check", "police")
    ref = house.run("action", "add", "text=Train every team", "lead_agency=POL", "current_due=2026-10-25")["ref"]
    assert house.sync()["created_there"] == 1
    (ticket,) = desk.tickets.values()
    assert (ticket["title"], ticket["ref"], ticket["due"]) == ("Train every team", ref, "2026-10-25")
    desk.change(ticket["id"], state="open", note="Two teams of nine")
    assert house.sync()["updated_here"] == 1
    shown = house.run("action", "show", ref)
    assert (shown["status"], shown["updates"][-1]["text"]) == ("in_progress", "Two teams of nine")
    told = house.sync()
    assert (told["created_there"], told["updated_there"], told["updated_here"]) == (0, 0, 0)
    made = house.run("report", "board", "--as-at", "2026-11-24", "--format", "txt", "--out", "out")
    assert Path(house.folder, made["files"][0]).read_text().startswith("OFFICIAL - SENSITIVE\n")


def stand_in(generated: Mapping[str, Path]) -> ModuleType:
    """The generated connector's made-up system."""
    spec = importlib.util.spec_from_file_location("generated_stand_in", generated["connector"] / "tests/stand_in.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_actiontrack_loads_both_and_syncs(generated: Mapping[str, Path], tmp_path: Path) -> None:
    there = stand_in(generated)
    env = surroundings(*generated.values(), DESK_KEY=there.KEY)
    with there.serving(there.Desk()) as desk:
        use(House(tmp_path, [sys.executable, "-m", "actiontrack"], env), desk)


@pytest.mark.install
def test_both_are_installed_and_used(generated: Mapping[str, Path], tmp_path: Path) -> None:
    there, venv = stand_in(generated), tmp_path / "venv"
    run(["uv", "venv", "--quiet", str(venv)], tmp_path, os.environ)
    python = venv / "bin" / "python"
    run(["uv", "pip", "install", "--quiet", "--python", str(python), str(ROOT), *map(str, generated.values())],
        tmp_path, os.environ)  # fmt: skip
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    with there.serving(there.Desk()) as desk:
        use(House(tmp_path, [str(venv / "bin" / "actiontrack")], {**env, "DESK_KEY": there.KEY}), desk)
