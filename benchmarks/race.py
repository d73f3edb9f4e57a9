"""Ours and its peers, in turn, several times over; medians and ratios."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.measure import Sample, measure

OURS = ""


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Race:
    """One case made ready in a folder of its own.

    `peers` maps what is told as `peer` (a package's name; None where there is none) to its command. `before_each` puts
    the folder in its starting state, outside the time taken. `check`, after each run of ours, raises if it did not do
    the job.
    """

    folder: Path
    ours: Sequence[str]
    peers: Mapping[str | None, Sequence[str]]
    before_each: Callable[[], None] = _nothing
    check: Callable[[], None] = _nothing
    env: Mapping[str, str] = field(default_factory=dict)


def run_race(name: str, race: Race, repeats: int) -> list[dict[str, Any]]:
    """One row a peer. Seconds are of the processor, user and system; `wall` holds the clock's beside them.

    `beyond_s` is the median of what each run of ours took more than the peer's in the same turn.
    """
    lanes: dict[str | None, Sequence[str]] = {OURS: race.ours, **race.peers}
    samples: dict[str | None, list[Sample]] = {lane: [] for lane in lanes}
    for turn in range(repeats + 1):
        for lane, command in lanes.items():
            race.before_each()
            sample = measure(command, cwd=str(race.folder), env=race.env)
            if lane == OURS:
                race.check()
            if turn:  # The first fills Python's and the disk's caches, and counts for nobody.
                samples[lane].append(sample)
    ours = samples.pop(OURS)
    return [_row(name, ours, peer, found) for peer, found in samples.items()]


def _medians(samples: Sequence[Sample]) -> Sample:
    return Sample(
        cpu_s=statistics.median(each.cpu_s for each in samples),
        wall_s=statistics.median(each.wall_s for each in samples),
        mb=max(each.mb for each in samples),
    )


def _row(
    name: str, each_of_ours: Sequence[Sample], peer: str | None, each_of_theirs: Sequence[Sample]
) -> dict[str, Any]:
    ours, theirs = _medians(each_of_ours), _medians(each_of_theirs)
    beyond = statistics.median(one.cpu_s - other.cpu_s for one, other in zip(each_of_ours, each_of_theirs, strict=True))
    return {
        "case": name,
        "ours_s": round(ours.cpu_s, 4),
        "ours_mb": round(ours.mb, 1),
        "peer": peer,
        "peer_s": round(theirs.cpu_s, 4),
        "peer_mb": round(theirs.mb, 1),
        "ratio": round(ours.cpu_s / theirs.cpu_s, 3) if theirs.cpu_s else None,
        "beyond_s": round(beyond, 4),
        "ours_wall_s": round(ours.wall_s, 4),
        "peer_wall_s": round(theirs.wall_s, 4),
    }
