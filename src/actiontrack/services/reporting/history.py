"""What every action was, at any time since it was first recorded: read once from the audit chain.

Times are cut by position: the newest entry made by the end of a day stands for that day, as in `services.audit`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, pairwise
from typing import Any, Generic, TypeVar

from actiontrack.domain.catalogue import noun_name, split_ref
from actiontrack.domain.nouns import Action, Leg, Noun
from actiontrack.domain.vocabulary import Status
from actiontrack.ports import Reader

N = TypeVar("N", bound=Noun)


@dataclass(slots=True)
class _Version(Generic[N]):
    """A record from one entry to the next."""

    position: int
    at: datetime
    kind: type[N]
    values: dict[str, Any]
    _item: N | None = None

    @property
    def item(self) -> N:
        if self._item is None:
            self._item = self.kind.model_validate(self.values)
        return self._item


@dataclass(frozen=True, slots=True)
class Move:
    """An action's status that changed: its position and instant in the chain, from what and to what."""

    ref: str
    at: datetime
    before: Status
    after: Status


class History:
    """The versions of all actions and legs up to an audit position."""

    def __init__(self, reader: Reader, upto: int) -> None:
        self._times: list[tuple[int, datetime]] = []
        self._actions = {key[0]: versions for key, versions in self._read(reader, upto, Action).items()}
        self._legs: defaultdict[str, list[list[_Version[Leg]]]] = defaultdict(list)
        for (action, _), versions in self._read(reader, upto, Leg).items():
            self._legs[action].append(versions)
        self._times.sort()
        self._earliest_from = list(accumulate((at for _, at in reversed(self._times)), min))[::-1]

    def _read(self, reader: Reader, upto: int, kind: type[N]) -> dict[tuple[str, ...], list[_Version[N]]]:
        found: dict[tuple[str, ...], list[_Version[N]]] = {}
        for entry in reader.entries(upto=upto, noun=noun_name(kind)):
            self._times.append((entry.position, entry.at))
            if entry.after is None:
                continue  # Erased: the record's present state enters the chain anew later on.
            versions = found.setdefault(split_ref(kind, entry.ref), [])
            known = versions[-1].values if versions else {}
            versions.append(_Version(entry.position, entry.at, kind, {**known, **entry.after}))
        return found

    def begins(self) -> datetime | None:
        """When the first action was recorded."""
        return min((versions[0].at for versions in self._actions.values()), default=None)

    def position_at(self, instant: datetime) -> int:
        """The newest position, of an action or leg, made at or before the instant; 0 where there is none."""
        # Clocks may step back, so times need not rise with positions; the earliest time from a place on always does.
        place = bisect_right(self._earliest_from, instant)
        return self._times[place - 1][0] if place else 0

    def state(self, position: int, *, adopted_later: bool) -> Iterator[tuple[Action, list[Leg]]]:
        """Every action with its legs as of a position, in order of ref.

        With `adopted_later`, an action first recorded after it is given as it was first recorded: a plan that was
        adopted today had its due dates before.
        """
        for ref in sorted(self._actions):
            first = self._actions[ref][0].position
            if first <= position:
                yield self._at(ref, position)
            elif adopted_later:
                yield self.first(ref)

    def first(self, ref: str) -> tuple[Action, list[Leg]]:
        """An action and its legs as they were first recorded, together."""
        first = self._actions[ref][0]
        legs = [versions[0].item for versions in self._legs[ref] if versions[0].at == first.at]
        return first.item, in_order(legs)

    def _at(self, ref: str, position: int) -> tuple[Action, list[Leg]]:
        legs = [found.item for versions in self._legs[ref] if (found := _as_of(versions, position))]
        action = _as_of(self._actions[ref], position)
        assert action is not None, "asked only of actions recorded by then"  # noqa: S101
        return action.item, in_order(legs)

    def moves(self, *, after: int, upto: int) -> Iterator[Move]:
        """Every change of an action's status in entries after one position and up to another."""
        for ref in sorted(self._actions):
            versions = self._actions[ref]
            for old, new in pairwise(versions):
                if after < new.position <= upto and old.values["status"] != new.values["status"]:
                    yield Move(ref, new.at, Status(old.values["status"]), Status(new.values["status"]))

    def entered(self, ref: str, statuses: Collection[Status], upto: int) -> datetime | None:
        """Since when the action has been in one of these statuses; None where it was first recorded so."""
        since = None
        inside = True
        for version in self._actions.get(ref, []):
            if version.position > upto:
                break
            now_inside = version.values["status"] in statuses
            if now_inside and not inside:
                since = version.at
            inside = now_inside
        return since if inside else None


def _as_of(versions: list[_Version[N]], position: int) -> _Version[N] | None:
    place = bisect_right(versions, position, key=lambda version: version.position)
    return versions[place - 1] if place else None


def in_order(legs: list[Leg]) -> list[Leg]:
    """The legs that count, the lead's first."""
    if len(legs) == 1:
        return legs if legs[0].active else []
    return sorted((leg for leg in legs if leg.active), key=lambda leg: (leg.position, leg.agency))
