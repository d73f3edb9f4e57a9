"""Every connector answers every quality rule, and earns the level it claims."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
RULES = tomllib.loads((REPOSITORY / "config" / "quality.toml").read_text("utf-8"))
LEVELS = ("bronze", "silver", "gold")


def answers() -> list[Any]:
    found = sorted([*REPOSITORY.glob("connectors/*/pyproject.toml"), *REPOSITORY.glob("templates/*/*/quality.toml*")])
    return [pytest.param(path.with_name("quality.toml"), id=path.parent.name) for path in found]


@pytest.mark.parametrize("path", answers())
def test_a_connector_answers_each_rule_and_earns_its_level(path: Path) -> None:
    quality = tomllib.loads(path.read_text("utf-8"))
    assert set(quality) == {"scale", "system", "rules", "concurrency"}
    given = quality["rules"]
    assert set(given) == {rule for level in LEVELS for rule in RULES[level]}
    for rule, answer in given.items():
        assert answer in ("done", "todo") or answer["exempt"], f"{rule}: done, todo, or exempt with a reason"
    for level in LEVELS[: LEVELS.index(quality["scale"]) + 1 if quality["scale"] else 0]:
        for rule in RULES[level]:
            assert given[rule] != "todo", f"{quality['scale']} is claimed, and {rule} is still to do"
    assert quality["concurrency"]["strength"] in ("strong", "compare", "weak")
    assert quality["concurrency"]["why"]


@pytest.mark.parametrize("path", answers())
def test_a_connector_says_what_was_run_for_real(path: Path) -> None:
    quality = tomllib.loads(path.read_text("utf-8"))
    assert set(quality["system"]) == {"name", "version", "ran"}
    assert all(quality["system"].values())
    if quality["rules"]["real-system-tests"] == "done":
        assert "not run" not in quality["system"]["ran"]
        assert any("mark.server" in each.read_text() or "mark.office" in each.read_text()
                   for each in path.parent.glob("tests/**/*.py"))  # fmt: skip


def test_there_are_rules_and_connectors_to_judge() -> None:
    assert answers()
    assert tuple(RULES) == LEVELS
    assert 12 <= sum(len(RULES[level]) for level in LEVELS) <= 20
