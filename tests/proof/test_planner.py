"""The planner against a naive oracle that was written from the rules alone (proof/oracle), history by history.

Each history starts from sides that agree, perturbs both, makes one plan through the very door that `sync` uses, and
compares the store, every cell, conflict, proposal, issue and base with what the oracle foretold. In every history: I1
(nothing typed is lost), I5 (a base is what both held), I7 (ownership), I8 (conflict exactness), I9 (nothing goes by
absence or blank). In some of them: I11, I12, I13 and I14.
"""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from planner_bulk import live_shard
from proof.oracle.histories import agreed_world, live_through
from proof.oracle.properties import PROPERTIES


class Drawn:
    """Chance in Hypothesis's hands, so that what breaks a rule is made small."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def __getattr__(self, name: str) -> Any:
        return getattr(self._chance, name)

    def randbelow(self, upper: int) -> int:
        return self._chance.randrange(upper)


@settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 11), chance=st.randoms(use_true_random=False))
def test_i1_i5_i7_i8_i9_a_sync_makes_of_two_sides_what_the_oracle_foretells(seed: int, chance: random.Random) -> None:
    world, oracle = agreed_world(f"short:{seed}")
    live_through(world.copy(), oracle.copy(), Drawn(chance), (), again="")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", sorted(PROPERTIES))
@settings(max_examples=15, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 11), chance=st.randoms(use_true_random=False))
def test_i11_i12_i13_looking_order_and_clock_decide_nothing(name: str, seed: int, chance: random.Random) -> None:
    world, oracle = agreed_world(f"short:{seed}")
    live_through(world.copy(), oracle.copy(), Drawn(chance), (name,), again="")  # type: ignore[arg-type]


@pytest.mark.parametrize("again", ["changed", "all"])
@settings(max_examples=15, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 11), chance=st.randoms(use_true_random=False))
def test_i14_a_second_plan_is_empty(again: str, seed: int, chance: random.Random) -> None:
    world, oracle = agreed_world(f"short:{seed}")
    live_through(world.copy(), oracle.copy(), Drawn(chance), (), again=again)  # type: ignore[arg-type]


@pytest.mark.proof
def test_a_hundred_thousand_histories() -> None:
    live_shard(0)
