"""I18: the declared rate is never exceeded, whatever the clock does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actiontrack.adapters.pacing import TokenBucket

STEPS = st.lists(
    st.one_of(
        st.just(("take", 0.0)),
        st.tuples(st.just("pass"), st.floats(0, 30)),
        st.tuples(st.just("put back"), st.floats(0, 1e6)),
        st.just(("stand", 0.0)),
        st.just(("go on", 0.0)),
    ),
    max_size=60,
)


class World:
    """True time, and a clock that is behind it or stands."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.behind = 0.0
        self.stands: float | None = None
        self.slept = 0.0

    def shown(self) -> float:
        return self.now - self.behind if self.stands is None else self.stands

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.now += seconds


@given(STEPS, st.floats(0.05, 50), st.integers(1, 5))
def test_i18_never_more_than_the_rate_in_any_window(steps: list[tuple[str, float]], rate: float, burst: int) -> None:
    world = World()
    bucket = TokenBucket(rate, burst, timer=world.shown, sleep=world.sleep)
    taken: list[float] = []
    for does, much in steps:
        if does == "take":
            bucket.take()
            taken.append(world.now)
        elif does == "pass":
            world.now += much
        elif does == "put back":
            world.behind += much
        elif does == "stand":
            world.stands = world.shown()
        elif world.stands is not None:
            world.behind, world.stands = world.now - world.stands, None
    for first, start in enumerate(taken):
        for last in range(first, len(taken)):
            assert last - first + 1 <= rate * (taken[last] - start) + burst + 1e-6
    assert world.slept <= len(taken) / rate + 1e-6, "and nobody waits longer than the rate asks"


@given(st.floats(0.1, 100))
def test_a_rate_that_is_kept_by_itself_costs_no_wait(rate: float) -> None:
    world = World()
    bucket = TokenBucket(rate, timer=world.shown, sleep=world.sleep)
    for _ in range(20):
        bucket.take()
        world.now += 1.001 / rate
    assert world.slept <= 1 / rate + 1e-6, "but for the first, which nobody can know to be the first"


@given(st.floats(0.05, 50), st.lists(st.integers(1, 4), min_size=2, max_size=6))
def test_i18_one_process_after_the_other_keeps_it_too(rate: float, asks: list[int]) -> None:
    """Each sync is a process of its own: one that began with a full bucket asked right after the last one had."""
    world = World()
    taken: list[float] = []
    for count in asks:
        bucket = TokenBucket(rate, timer=world.shown, sleep=world.sleep)
        for _ in range(count):
            bucket.take()
            taken.append(world.now)
    for first, start in enumerate(taken):
        for last in range(first, len(taken)):
            assert last - first + 1 <= rate * (taken[last] - start) + 1 + 1e-6


def test_a_bucket_without_a_rate_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="above 0"):
        TokenBucket(0)
