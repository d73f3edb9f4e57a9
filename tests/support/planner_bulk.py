"""Planner histories by the hundred thousand, as much as there is time for."""

from __future__ import annotations

import os
import secrets

from proof.oracle.histories import live_many, never_fell

HALF = 100_000
SHARE = 0.1
"""Of `AT_PROOF_SECONDS`: what each half has of the whole suite's time on a processor."""
ENOUGH = 5_000
"""Histories in which every verdict falls, as far as chance goes."""


def live_shard(shard: int) -> None:
    """One half; prints the seed, and how often each verdict fell."""
    seed = int(os.environ.get("AT_PROOF_SEED") or secrets.randbelow(1 << 31))
    seconds = os.environ.get("AT_PROOF_SECONDS")
    print(f"planner, half {shard + 1}: seed {seed}")
    numbers = range(shard * HALF, (shard + 1) * HALF)
    counts = live_many(seed, numbers, float(seconds) * SHARE if seconds else None)
    print(f"planner, half {shard + 1}: seed {seed}: {dict(sorted(counts.items()))}")
    assert seconds or counts["histories"] == HALF
    assert counts["histories"] < ENOUGH or not never_fell(counts)
