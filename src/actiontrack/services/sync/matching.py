"""What comes of matching records with links. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from actiontrack.domain.ledger import Link
from actiontrack.ports import Record

Values = Mapping[str, str]
"""A record's readable values, canonical."""


@dataclass(slots=True)
class Held:
    """A record held back, and why. `action` is the one its id claims, `owner` the one whose words it has."""

    record: Record
    why: str
    do: str
    action: str = ""
    owner: str = ""
    new: bool = False
    """It may be a new action: a copied row typed over."""


@dataclass(slots=True)
class Matching:
    """Every record in one place, and every link that no record answers to."""

    pairs: list[tuple[Record, Link]] = field(default_factory=list)
    fresh: list[Record] = field(default_factory=list)
    rejoined: list[tuple[Record, str]] = field(default_factory=list)
    """A record that carries the id of an action of ours that has no link here: (record, action)."""
    held: list[Held] = field(default_factory=list)
    missing: list[Link] = field(default_factory=list)
    repairs: list[tuple[Record, str]] = field(default_factory=list)
    """Ids left behind by a partial sort, where each one's place is certain: (record, the action whose words it has)."""
