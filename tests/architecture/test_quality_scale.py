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
    found = sorted(REPOSITORY.glob("connectors/*/pyproject.toml"))
    return [pytest.param(path.with_name("quality.toml"), id=path.parent.name) for path in found]


@pytest.mark.parametrize("path", answers())
def test_a_connector_answers_each_rule_and_earns_its_level(path: Path) -> None:
    quality = tomllib.loads(path.read_text("utf-8"))
    given = quality["rules"]
    assert set(given) == {rule for level in LEVELS for rule in RULES[level]}
    for level in LEVELS[: LEVELS.index(quality["scale"]) + 1]:
        for rule in RULES[level]:
            answer = given[rule]
            assert answer == "done" or answer["exempt"], f"{rule} is neither done nor exempt with a reason"
    assert quality["concurrency"]["strength"] in ("strong", "compare", "weak")
    assert quality["concurrency"]["why"]


def test_there_is_a_connector_to_judge() -> None:
    assert answers()
    assert tuple(RULES) == LEVELS
