"""The promise of sync, lived through: people edit any cell on any side, and after every sync its rules must hold.

The rules are told in `board_world`: nothing typed is lost (I1), two quiet runs change nothing (I2, I3), one record an
action (I4), nobody's field is changed by a stranger (I7), nothing goes by its absence (I9), looking changes nothing
(I11), every cell says what the store says or something stands open about it, and the counts are what the lists show.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from board_world import DEEDS, Op, live, some_ops
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

OPS = st.lists(
    st.tuples(st.sampled_from(sorted(DEEDS)), st.integers(0, 5), st.integers(0, 59), st.integers(0, 999)), max_size=12
)


@settings(max_examples=4, derandomize=True, suppress_health_check=list(HealthCheck))
@given(shape=st.integers(0, 7), ops=OPS)
def test_nothing_anybody_types_is_lost(shape: int, ops: list[Op]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        live(Path(folder), shape, ops)


ONCE_BROKE: list[tuple[int, list[Op]]] = [
    (2, [("text", 2, 36, 927)]),
    (7, [("rows", 0, 57, 67), ("text", 3, 24, 816)]),
    (4, [("text", 4, 47, 867), ("rows", 4, 15, 242), ("sync", 4, 53, 685), ("answer", 3, 12, 646)]),
    (5, [("choice", 0, 43, 956), ("sync", 5, 25, 182), ("rows", 3, 55, 343), ("rows", 0, 49, 995)]),
    (7, [("cli", 0, 38, 25), ("rows", 4, 55, 70), ("rows", 1, 48, 119)]),
    (4, [("rows", 4, 0, 204), ("rows", 4, 8, 560), ("rows", 1, 34, 359)]),
    (5, [("choice", 4, 55, 244), ("choice", 1, 31, 302)]),
    (5, [("rows", 0, 27, 424), ("sync", 3, 54, 205), ("wait", 1, 56, 790), ("text", 1, 56, 363)]),
]


@pytest.mark.parametrize(("shape", "ops"), ONCE_BROKE)
def test_walks_that_once_broke_a_rule(shape: int, ops: list[Op], tmp_path: Path) -> None:
    live(tmp_path, shape, ops)


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(100))
def test_long_walks(seed: int, tmp_path: Path) -> None:
    shape, ops = some_ops(seed, 40)
    live(tmp_path, shape, ops)
