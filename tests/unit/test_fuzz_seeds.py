"""Every seed of the fuzzing, and with them all that it ever found, through the same targets, without its machinery."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from fuzz.mutate import EXCEL, mutate
from fuzz.parts import joined, sections
from fuzz.targets import FORMS, RAW, TARGETS

SEEDS = Path(__file__).resolve().parents[2] / "fuzz" / "seeds"
KEPT = [(folder.name, seed.name) for folder in sorted(SEEDS.iterdir()) for seed in sorted(folder.iterdir())]


def test_every_target_has_seeds_and_every_seed_a_target() -> None:
    assert {name for name, _ in KEPT} == set(TARGETS)


@pytest.mark.parametrize(("target", "seed"), KEPT)
def test_a_kept_seed_breaks_no_promise(target: str, seed: str) -> None:
    TARGETS[target]((SEEDS / target / seed).read_bytes())


@pytest.mark.parametrize("target", sorted(set(TARGETS) - RAW))
def test_a_few_changed_seeds_break_none_either(target: str) -> None:
    rng, form = random.Random(7), FORMS.get(target, EXCEL)
    seeds = [(SEEDS / target / seed).read_bytes() for name, seed in KEPT if name == target]
    for _ in range(40):
        TARGETS[target](mutate(mutate(rng.choice(seeds), rng, form), rng, form))


def test_a_seed_is_its_sections() -> None:
    named = {"cells": b"a\tb", "xl/styles.xml": b"<x>\n</x>"}
    assert sections(joined(named)) == named
    assert sections(b"a\tb\n=== xl/styles.xml\n<x>\n</x>\n") == {"cells": b"a\tb\n", "xl/styles.xml": b"<x>\n</x>"}
