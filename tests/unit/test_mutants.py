"""The seeded bugs fit the present sources, so that `python -m proof.mutants` can try the tests on them."""

from __future__ import annotations

import subprocess
from collections import Counter

import pytest
from proof.mutants.patch import Mutant, mutants
from proof.mutants.run import ROOT

ALL = mutants()
RULES = {"gate", *(f"I{number}" for number in range(1, 19))}


def test_there_are_enough_and_no_two_are_one() -> None:
    assert len(ALL) >= 40
    patches = Counter(each.path.read_text("utf-8").partition("\n\n")[2] for each in ALL)
    assert [patch for patch, count in patches.items() if count > 1] == []


@pytest.mark.parametrize("mutant", ALL, ids=lambda mutant: mutant.name)
def test_a_mutant_breaks_a_rule_where_a_test_looks(mutant: Mutant) -> None:
    assert set(mutant.breaks) <= RULES
    for named in mutant.tests:
        path, _, function = named.partition("::")
        source = (ROOT / path).read_text("utf-8")
        assert f"\ndef {function or 'test_'}" in source, f"{named} is no test"


@pytest.mark.parametrize("mutant", ALL, ids=lambda mutant: mutant.name)
def test_a_mutant_applies_to_the_present_sources(mutant: Mutant) -> None:
    done = subprocess.run(
        ["git", "apply", "--check", str(mutant.path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"renew {mutant.path.name}: {done.stderr}"
