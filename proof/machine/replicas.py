"""What replicas that lag showed, and what of it nobody could tell from an edit: told without the engine's help."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from actiontrack.domain.ledger import Link
from proof.machine.ledger import Found
from proof.machine.world import World
from proof.remotes.system import System


@dataclass
class Replicas:
    """An echo is known by its version (sync.md). One that was never read, between two that were, passes for an edit."""

    read: set[tuple[str, str, str]] = field(default_factory=set)
    """(instance, ticket, version) that the store knew of at the end of a sync."""
    unheard: set[tuple[str, str, str, str]] = field(default_factory=set)
    """(instance, ticket, field, value) that was shown with another version."""
    looked_at: Counter[str] = field(default_factory=Counter)
    """How much of what each system's replicas showed is sorted."""

    def hear(self, world: World, found: Found) -> None:
        """Sort what was shown in the sync that is over, by what was known before it."""
        for name, system in world.systems.items():
            for each in system.lagged[self.looked_at[name] :]:
                if (name, each.id, each.version) not in self.read:
                    self.unheard.add((name, each.id, each.field, each.value))
            self.looked_at[name] = len(system.lagged)
        for link in found.all(Link):
            versions = {link.digest, *link.outdated.split()}
            self.read |= {(link.instance, link.remote_id, version) for version in versions}

    def showed(self, system: System, key: str, name: str) -> tuple[set[str], set[str]]:
        """What was shown of a field of a ticket, and what of that passes for an edit."""
        values = {each.value for each in system.lagged if (each.id, each.field) == (key, name)}
        return values, {value for value in values if (system.name, key, name, value) in self.unheard}

    def pass_for_edits(self, instance: str, name: str, value: str) -> bool:
        """Whether such a value was among what passes for an edit, in any ticket there."""
        return any((where, about, said) == (instance, name, value) for where, _, about, said in self.unheard)

    def lagged_in(self, world: World, found: Found, name: str) -> set[str]:
        """The actions of which a ticket was shown with a field as it was before."""
        tickets = {
            (system.name, each.id) for system in world.systems.values() for each in system.lagged if each.field == name
        }
        return {link.action for link in found.all(Link) if (link.instance, link.remote_id) in tickets}
