"""The state machine: people, faults, kills and a second worker over the real store and simulated systems.

After every sync: I1 (nothing lost), I4 (one record an action), I5 (a base was held by both), I7 (owners decide), I8 (a
conflict only where two people typed), I9 (nothing goes by its absence, or is made anew), I14 (nothing is said twice);
whoever lost the lease sends no more. By the way I6 (crash equivalence), I10 (isolation), I11 (dry runs are pure), I12
(order), I13 (clocks jump in all of it, and none changes a plan). After faults cease: I2, I3, I16, I17, I18.
The long walks are in test_machine_even and test_machine_odd, so that two workers share them; `pytest -rP` shows their
counts.
"""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from proof.machine.deeds import PEOPLE, Op
from proof.machine.driver import live, run_many

OPS = st.lists(
    st.tuples(
        st.sampled_from(["sync", "sync", "type", "sync", *sorted(PEOPLE)]),
        st.integers(0, 11), st.integers(0, 59), st.integers(0, 999),
    ),
    max_size=14,
)  # fmt: skip


@settings(max_examples=12, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(shape=st.integers(0, 999), ops=OPS)
def test_i1_to_i17_over_any_steps(shape: int, ops: list[Op]) -> None:
    live(shape, ops)


def test_i1_to_i17_over_some_dozen_walks() -> None:
    tally = run_many("plain", runs=24)
    assert tally.share >= 0.3
    assert tally.faults.total() > 24
