"""The odd-numbered long walks of the state machine (see test_machine): a file of their own for a worker of its own."""

from __future__ import annotations

import pytest
from proof.machine.driver import long_walks


@pytest.mark.proof
def test_i1_to_i17_over_the_odd_walks() -> None:
    tally = long_walks(first=1, step=2)
    print(f"state machine, odd walks: {tally}")
    assert tally.share >= 0.3
