"""I6 (with I1, I3, I4, I8): killed at any step, by a real SIGKILL, a sync goes on as if it had not been.

A slice of AT_PROOF_SECONDS with the seed AT_PROOF_SEED, or all of it: `pytest -m proof tests/proof/test_kills.py -s`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parents[2]


def swept(*args: str) -> dict[str, Any]:
    """A sweep in a process of its own: it forks, which a process with threads should not. Its counts are printed."""
    command = [sys.executable, "-m", "proof.kills", "--json", *args]
    ended = subprocess.run(command, capture_output=True, check=False, cwd=HERE)
    assert ended.stdout, ended.stderr.decode()
    told: dict[str, Any] = json.loads(ended.stdout)
    print(json.dumps({name: value for name, value in told.items() if not isinstance(value, list)}))
    assert told["wrong"] == [], f"seed {told['seed']}"
    assert (told["lost"], told["duplicated"], told["false conflicts"]) == (0, 0, 0)
    assert told["unknown steps"] == [], "proof/kills/steps.py says what being killed at each step means"
    assert told["steps nothing reaches"] == []
    return told


@pytest.mark.parametrize("scenario", ["both sides", "case system, marks"])
def test_i6_a_killed_sync_resumes_to_the_same_end(scenario: str) -> None:
    told = swept("--scenario", scenario, "--seconds", "60", "--trials", "4", "--workers", "1")
    assert told["kills"] == told["trials"] > 0


@pytest.mark.proof
def test_i6_every_step_has_a_scenario_and_every_scenarios_step_is_told_of() -> None:
    assert swept("--steps")["of steps"] > 15


@pytest.mark.proof
def test_i1_i3_i4_i6_i8_killed_at_every_step_of_every_scenario() -> None:
    seed = ("--seed", os.environ["AT_PROOF_SEED"]) if os.environ.get("AT_PROOF_SEED") else ()
    if os.environ.get("AT_PROOF_SECONDS"):
        assert swept("--seconds", os.environ["AT_PROOF_SECONDS"], *seed)["kills"]
        return
    told = swept(*seed)
    assert told["edited"] >= 160
    assert (told["scenarios"], told["steps"]) == (told["of scenarios"], told["of steps"])
