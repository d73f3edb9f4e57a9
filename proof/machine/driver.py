"""Runs by the thousand from one seed; a run that breaks a rule is cut down to the fewest steps that still break it."""

from __future__ import annotations

import os
import random
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from proof.machine import syncs
from proof.machine.deeds import PEOPLE, Life, Op
from proof.machine.judge import Broken
from proof.machine.world import made_world

RUNS, STEPS, SYNCS = 3_000, 20, 6
"""Of the steps of a run so many are syncs at the least, wherever they fall: 30 %."""
OFTEN = {
    "sync": 4, "type": 7, "book": 3, "here": 6, "answer": 5, "fault": 8, "move": 3, "wait": 3, "jump": 1, "form": 1,
    "backup": 1,
}  # fmt: skip
KINDS = [kind for kind, times in OFTEN.items() for _ in range(times)]


@dataclass
class Tally:
    """What was done."""

    seed: str = ""
    runs: int = 0
    steps: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Count another's as well."""
        self.runs += other.runs
        self.steps += other.steps
        self.faults += other.faults
        self.counts += other.counts

    @property
    def share(self) -> float:
        """How many of the steps were syncs."""
        return self.steps["sync"] / max(1, self.steps.total())

    def __str__(self) -> str:
        told = ", ".join(f"{kind} {count}" for kind, count in sorted(self.faults.items()))
        more = ", ".join(f"{kind} {count}" for kind, count in sorted(self.counts.items()))
        done = f"seed {self.seed}: {self.runs} runs, {self.steps.total()} steps, {self.share:.0%} of them syncs"
        return "; ".join(filter(None, [done, more, f"{self.faults.total()} faults ({told})"]))


def some_ops(seed: str, number: int) -> tuple[int, list[Op]]:
    """The shape and the steps of one run of a seed."""
    chance = random.Random(f"{seed}:{number}")
    shape = chance.randrange(1000)
    kinds = ["sync"] * SYNCS + chance.choices(KINDS, k=STEPS - SYNCS)
    chance.shuffle(kinds)
    return shape, [(kind, chance.randrange(12), chance.randrange(60), chance.randrange(1000)) for kind in kinds]


def live(shape: int, ops: list[Op], tally: Tally | None = None) -> None:
    """Live through these steps, then rest. Raises Broken, with what was done as its notes."""
    tally = tally or Tally()
    with made_world(shape) as world:
        life = Life(world)
        world.sync()
        try:
            for kind, where, which, how in ops:
                life.told.append(f"{kind} {where} {which} {how}")
                world.time.pass_by(timedelta(seconds=7))
                (syncs.sync if kind == "sync" else PEOPLE[kind])(life, where, which, how)
                tally.steps[kind] += 1
            syncs.rest(life)
        except BaseException as error:
            error.add_note(
                "\n".join([f"shape {shape}: " + str({n: s.traits for n, s in world.systems.items()}), *life.told])
            )
            raise
        finally:
            for weather in world.weather.values():
                tally.faults += weather.struck
            tally.counts += world.counts
    tally.runs += 1


def broken_by(shape: int, ops: list[Op]) -> BaseException | None:
    """What these steps break; None where all holds."""
    try:
        live(shape, ops)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
        return error
    return None


def rule_of(error: BaseException) -> str:
    """Which rule was broken, or the kind of error."""
    return str(error).split(":")[0] if isinstance(error, Broken) else type(error).__name__


def shrunk(shape: int, ops: list[Op], seconds: float = 45) -> tuple[list[Op], BaseException]:
    """The fewest steps that break the same rule, so far as they are found in that time."""
    error = broken_by(shape, ops)
    if error is None:
        raise ValueError("these steps break nothing")
    rule = rule_of(error)
    again, until = True, time.monotonic() + seconds
    while again:
        again = False
        for candidate in _smaller(ops):
            if time.monotonic() > until:
                break
            found = broken_by(shape, candidate)
            if found is not None and rule_of(found) == rule:
                ops, error, again = candidate, found, True
                break
    return ops, error


def _smaller(ops: list[Op]) -> Iterator[list[Op]]:
    size = len(ops) // 2
    while size:
        for at in range(0, len(ops), size):
            yield ops[:at] + ops[at + size :]
        size //= 2


def run_many(
    seed: str, *, seconds: float | None = None, runs: int | None = None, first: int = 0, step: int = 1,
    on_broken: Callable[[int, BaseException], None] | None = None,
) -> Tally:  # fmt: skip
    """Runs `first`, `first + step` … of a seed, until the time or the number is up."""
    tally, number, began = Tally(seed), first, time.monotonic()
    while (runs is None or tally.runs < runs) and (seconds is None or time.monotonic() - began < seconds):
        shape, ops = some_ops(seed, number)
        try:
            live(shape, ops, tally)
        except Exception as error:
            if on_broken is None:
                error.add_note(f"again: python -m proof.machine --seed {seed} --run {number}")
                raise
            tally.runs += 1
            on_broken(number, error)
        number += step
    return tally


def long_walks(first: int, step: int) -> Tally:
    """A worker's part of the proof: 3,000 runs over all of them, or as many as AT_PROOF_SECONDS lets it."""
    seed = os.environ.get("AT_PROOF_SEED") or secrets.token_hex(4)
    seconds = os.environ.get("AT_PROOF_SECONDS")
    runs = None if seconds else RUNS // step
    tally = run_many(seed, seconds=float(seconds) if seconds else None, runs=runs, first=first, step=step)
    tally.seed = seed
    return tally
