"""What has to be done first: which actions one waits for, and circles that would never end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from actiontrack.domain.derived import RUNNING_STATUSES
from actiontrack.domain.vocabulary import Status


def waits_for(depends_on: Iterable[str], statuses: Mapping[str, Status]) -> list[str]:
    """Those it depends on that are still to be done; one reported complete, done or ended holds nothing up.

    `statuses` are the other actions', by ref; one that is not known holds nothing up either.
    """
    return [ref for ref in depends_on if statuses.get(ref) in RUNNING_STATUSES]


def circle(start: str, depends_on: Mapping[str, Sequence[str]]) -> list[str]:
    """The way from `start` over what it depends on back to itself, both ends included; empty where there is none."""
    ways = [[start]]
    seen = set()
    while ways:
        way = ways.pop()
        for ref in depends_on.get(way[-1], ()):
            if ref == start:
                return [*way, start]
            if ref not in seen:
                seen.add(ref)
                ways.append([*way, ref])
    return []
