"""A system as its own people and its own server know it: tickets, versions, a clock, and everything they ever held."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import Literal

from actiontrack.ports import Clock, Plain

FIELDS = ("text", "priority", "status", "current_due", "lead_officer", "progress")
Control = Literal["strong", "compare", "weak", "none"]
"""strong: the server compares versions; compare: it compares the values to be replaced; weak: only the connector does,
and somebody may come in between; none: as weak, without versions."""
Values = dict[str, Plain]
KEPT_CURSOR = timedelta(days=3)


@dataclass(frozen=True)
class Traits:
    """What kind of system it is."""

    control: Control = "strong"
    cursor: bool = False
    reports_deletions: bool = False
    creates: Literal["marks", "idempotent", "neither"] = "marks"
    whole: bool = True
    """A write lands as one; else a time-out may leave half of it."""
    skew: int = 0
    """Seconds by which its clock is ahead of ours."""
    rate: float | None = None


@dataclass(frozen=True)
class Ticket:
    """One record at one moment. `changed` is the server's clock in whole seconds."""

    id: str
    values: Mapping[str, Plain]
    version: int
    changed: int
    op_id: str = ""
    gone: bool = False

    @property
    def digest(self) -> str:
        """Its content as a token."""
        text = json.dumps([self.values.get(name) for name in FIELDS], default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


@dataclass
class Overwritten:
    """What a write of ours took away."""

    id: str
    field: str
    value: Plain
    raced: bool


@dataclass(frozen=True)
class Lagged:
    """A value that a replica showed though it was so no longer, and the version of the ticket that it stood in."""

    id: str
    version: str
    field: str
    value: str


@dataclass
class System:
    """The server. `past` holds every state of every ticket in order, so that a replica may lag."""

    name: str
    traits: Traits
    clock: Clock
    now: dict[str, Ticket] = field(default_factory=dict)
    past: list[Ticket] = field(default_factory=list)
    made: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Action → the tickets that were made for it: known to the judge alone."""
    by_op: dict[str, str] = field(default_factory=dict)
    held: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    """(ticket, field) → every value it ever held, as text."""
    typed: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    """The same of what its own people typed."""
    lagged: list[Lagged] = field(default_factory=list)
    """What replicas showed that was so no longer."""
    overwritten: list[Overwritten] = field(default_factory=list)
    writes: int = 0
    """Writes of ours that had an effect."""
    requests: list[tuple[float, int]] = field(default_factory=list)
    """When each request came, as time passes, and from which worker."""
    late: set[str] = field(default_factory=set)
    """Tickets that were written by a worker after its lease had passed to another."""
    late_writes: Counter[int] = field(default_factory=Counter)
    """How many such writes came of each worker."""
    missing_field: str = ""
    """A field that its administrator took away for now."""
    count: int = 0

    def seconds(self) -> int:
        """What its clock says."""
        return int(self.clock.now().timestamp()) + self.traits.skew

    def typed_over(self, key: str, name: str) -> set[str]:
        """What its own people typed over in a field: a replica that lags shows it as if they had put it back."""
        states = [str(each.values.get(name) or "") for each in self.past if each.id == key]
        return {before for before, after in pairwise(states) if before != after and after in self.typed[key, name]}

    def live(self) -> list[Ticket]:
        """The tickets that are there, oldest first."""
        return [each for each in self.now.values() if not each.gone]

    def version(self, ticket: Ticket) -> str:
        """The token a connector is given."""
        return f"v{ticket.version}" if self.traits.control in ("strong", "weak") else ticket.digest

    # --- its people -------------------------------------------------------------------------------------------------

    def edit(self, key: str, name: str, value: Plain) -> None:
        """Somebody types into a field there."""
        self.typed[key, name].add(str(value or ""))
        self._put(key, {name: value})

    def delete(self, key: str) -> None:
        """Somebody deletes a ticket."""
        old = self.now[key]
        self._keep(Ticket(key, old.values, old.version + 1, self.seconds(), old.op_id, gone=True))

    def restore(self, key: str) -> None:
        """Somebody takes it out of the bin again."""
        old = self.now[key]
        self._keep(Ticket(key, old.values, old.version + 1, self.seconds(), old.op_id))

    def add(self, values: Mapping[str, Plain]) -> str:
        """Somebody opens a ticket of their own; a copy is one, too."""
        key = self._new_key()
        for name, value in values.items():
            self.typed[key, name].add(str(value or ""))
        self._keep(Ticket(key, dict(values), 1, self.seconds()))
        return key

    # --- the server -------------------------------------------------------------------------------------------------

    def create(self, values: Mapping[str, Plain], op_id: str) -> Ticket:
        """Make a ticket; where it knows idempotency keys, the same one twice makes one."""
        if self.traits.creates == "idempotent" and op_id in self.by_op:
            return self.now[self.by_op[op_id]]
        key = self._new_key()
        self.by_op[op_id] = key
        self.made[str(values.get("ref"))].append(key)
        kept = {name: value for name, value in values.items() if name in FIELDS}
        self.writes += 1
        return self._keep(Ticket(key, kept, 1, self.seconds(), op_id if self.traits.creates == "marks" else ""))

    def write(self, key: str, values: Mapping[str, Plain], *, raced: bool = False) -> Ticket:
        """Set these fields, whatever is there."""
        old = self.now[key].values
        changed = {name: value for name, value in values.items() if name in FIELDS and old.get(name) != value}
        if not changed:
            return self.now[key]
        self.writes += 1
        self.overwritten += [Overwritten(key, name, old.get(name), raced) for name in changed]
        return self._put(key, changed)

    def as_of(self, seconds: int) -> list[Ticket]:
        """What a replica shows that is behind by so much."""
        shown: dict[str, Ticket] = {}
        horizon = self.seconds() - seconds
        for each in self.past:
            if each.changed <= horizon:
                shown[each.id] = each
        for each in shown.values():
            for name in FIELDS:
                value = each.values.get(name)
                if value != self.now[each.id].values.get(name):
                    self.lagged.append(Lagged(each.id, self.version(each), name, str(value or "")))
        return list(shown.values())

    def _put(self, key: str, values: Mapping[str, Plain]) -> Ticket:
        old = self.now[key]
        return self._keep(Ticket(key, {**old.values, **values}, old.version + 1, self.seconds(), old.op_id, old.gone))

    def _keep(self, ticket: Ticket) -> Ticket:
        self.now[ticket.id] = ticket
        self.past.append(ticket)
        for name in FIELDS:
            self.held[ticket.id, name].add(str(ticket.values.get(name) or ""))
        return ticket

    def _new_key(self) -> str:
        self.count += 1
        return f"{self.name[0].upper()}{self.count}"
