"""The other half of the planner's histories (test_planner): a file of its own, so that two workers share them."""

from __future__ import annotations

import pytest
from planner_bulk import live_shard


@pytest.mark.proof
def test_a_hundred_thousand_histories_more() -> None:
    live_shard(1)
