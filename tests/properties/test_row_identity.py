"""Rows moved, copied, cut, cleared and given each other's ids: no action ever gets another one's words."""

from __future__ import annotations

import os
import random
import tempfile
from pathlib import Path

import pytest
from board_suite import BOARD, Suite
from shuffled_rows import DEEDS, Op, ShuffledPlan

ONCE_BROKE: list[list[list[Op]]] = [
    [[("paste over", 7, 18)]],
    [[("copy", 8, 22)], [("swap ids", 8, 6)]],
    [[("clear", 2, 1)], [("swap ids", 2, 24)]],
    [[("type over", 1, 21), ("type over", 9, 8), ("paste over", 9, 16), ("sort", 2, 10)]],
    [[("insert", 7, 7), ("sort", 3, 28), ("clear", 5, 21)], [("sort part", 2, 24), ("sort part", 3, 14)]],
    [
        [("sort", 6, 1), ("clear id", 2, 15)],
        [("paste over", 1, 12), ("sort part", 8, 19), ("insert", 5, 4), ("paste over", 8, 6)],
    ],
    [
        [("sort", 9, 7), ("paste over", 5, 0), ("sort part", 2, 7), ("type over", 6, 3)],
        [("insert", 0, 15), ("type over", 1, 24), ("clear id", 2, 5)],
    ],
    [
        [("delete", 3, 25), ("sort part", 3, 22), ("clear", 6, 23), ("sort part", 1, 0)],
        [("copy", 8, 13), ("sort part", 1, 29)],
    ],
    [
        [("sort", 6, 6), ("swap ids", 1, 11), ("delete", 1, 9), ("delete", 0, 21)],
        [("type over", 7, 27), ("type over", 8, 20), ("paste over", 9, 15)],
    ],
]


def _live(rounds: list[list[Op]]) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AT_NOW", "2026-11-24T09:00:00Z")
        patch.setenv("ACTIONTRACK_USER", "manager")
        suite = Suite(Path(folder), patch)
        suite.configure(BOARD)
        plan = ShuffledPlan(suite)
        for ops in rounds:
            plan.handle(ops)
            plan.check()


def _drawn(seed: int) -> list[list[Op]]:
    chance = random.Random(seed)
    names = sorted(DEEDS)
    return [
        [(chance.choice(names), chance.randrange(10), chance.randrange(30)) for _ in range(chance.randint(1, 4))]
        for _ in range(2)
    ]


@pytest.mark.parametrize("rounds", ONCE_BROKE, ids=lambda rounds: rounds[-1][-1][0])
def test_what_once_gave_an_action_anothers_words(rounds: list[list[Op]]) -> None:
    _live(rounds)


@pytest.mark.parametrize("seed", range(12))
def test_no_action_gets_anothers_words(seed: int) -> None:
    _live(_drawn(seed))


@pytest.mark.proof
def test_no_action_gets_anothers_words_at_depth() -> None:
    first = int(os.environ.get("AT_SEED", "100"))
    for seed in range(first, first + 150):
        try:
            _live(_drawn(seed))
        except AssertionError as error:
            raise AssertionError(f"seed {seed}, {_drawn(seed)}: {error}") from error
