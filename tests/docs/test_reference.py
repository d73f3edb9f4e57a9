"""The generated reference is up to date, and what the docs name exists."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from actiontrack.hooks import load_plugins
from actiontrack.runtime import read_settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reference", Path(__file__).with_name("reference.py"))
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_says_what_the_code_says() -> None:
    for name, make in _generator().PAGES.items():
        kept = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
        assert kept == make(), f"docs/reference/{name} is out of date: run `make docs`"


def test_readme_tells_of_the_systems_what_their_connectors_answer() -> None:
    assert (ROOT / "README.md").read_text(encoding="utf-8") == _generator().readme(), "run `make docs`"


def test_the_worked_example_is_a_valid_configuration() -> None:
    settings = read_settings(load_plugins(), str(ROOT / "config" / "actiontrack.toml"), {})
    names = ["master-plan", "police-plan", "returns", "trust-tasks", "platform"]
    assert [each.name for each in settings.instances] == names
    jobs = {"sync", "sweep", "report", "backup", "subscription board-pack"}
    assert {each.job for each in settings.schedules} == jobs


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_within_the_repository_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
