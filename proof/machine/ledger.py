"""The judge's own ledger: what people typed, and what became of it, told without the engine's help."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TypeVar

from actiontrack.domain.ledger import Conflict, Proposal, StoredIssue
from actiontrack.domain.nouns import Stored
from actiontrack.ports import AuditEntry, Reader
from proof.machine import book
from proof.machine.world import World, as_text

TOKEN = re.compile(r"\bw\d+x\b")
"""Every value that somebody types holds a word nobody typed before."""


S = TypeVar("S", bound=Stored)


@dataclass
class Found:
    """What the store holds at one moment; each kind is read once."""

    reader: Reader
    _read: dict[type[Stored], list[Stored]] = field(default_factory=dict)

    def all(self, kind: type[S]) -> list[S]:
        """Every record of a kind, in the order of its keys."""
        if kind not in self._read:
            self._read[kind] = list(self.reader.find(kind))
        return self._read[kind]  # type: ignore[return-value]


@dataclass
class Typed:
    """One value that a person typed. `given_up`: the same person took it away before anybody had read it."""

    token: str
    where: str
    """An instance, or "cli"."""
    key: str
    """A ticket there, or an action."""
    field: str
    given_up: str = ""


@dataclass
class Ledger:
    """What was typed, and which of it the store keeps somewhere for good."""

    typed: list[Typed] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)
    """Tokens in the audit log."""
    stored: dict[str, set[str]] = field(default_factory=dict)
    """Action → every value its records ever held."""
    once: set[tuple[str, str, str]] = field(default_factory=set)
    """(action, field, value) that was here once."""
    risen: list[tuple[str, str, str]] = field(default_factory=list)
    """(instance, field, value) that a sync put back here though nobody had typed it anew."""
    erased: list[tuple[str, str]] = field(default_factory=list)
    """(instance, field) that a sync made blank here."""
    read_to: int = 0
    count: int = 0

    def words(self, who: str, what: str) -> str:
        """Words nobody typed before."""
        self.count += 1
        return f"{what} by {who} w{self.count}x"

    def note(self, words: str, where: str, key: str, name: str) -> None:
        """A person typed this."""
        self.typed += [Typed(token, where, key, name) for token in TOKEN.findall(words)]

    def give_up(self, where: str, key: str, name: str, why: str) -> None:
        """A person takes away what stands there; "" is every field."""
        for each in self.typed:
            if (each.where, each.key) == (where, key) and name in ("", each.field):
                each.given_up = each.given_up or why

    def give_up_words(self, value: object, why: str) -> None:
        """A person takes away this text, wherever it was typed."""
        tokens = TOKEN.findall(str(value or ""))
        for each in self.typed:
            if each.token in tokens:
                each.given_up = each.given_up or why

    def follow(self, reader: Reader) -> None:
        """Read on in the audit log."""
        for entry in reader.entries(after=self.read_to):
            self.read_to = entry.position
            if entry.after is None:
                continue
            self.kept |= set(TOKEN.findall(json.dumps(entry.after)))
            action = entry.ref.split("/")[0] if entry.noun in ("action", "leg") else str(entry.after.get("action", ""))
            held = self.stored.setdefault(action, set())
            if entry.noun == "action":
                self._follow_fields(entry)
            held |= {as_text(value) for value in entry.after.values() if isinstance(value, str | None)}

    def _follow_fields(self, entry: AuditEntry) -> None:
        if entry.after is None:
            return
        for name in ("text", "priority", "lead_officer"):
            value = as_text(entry.after.get(name))
            if not TOKEN.search(value):
                if name in entry.after and not value and entry.before and entry.source.startswith("sync:"):
                    self.erased.append((entry.source.removeprefix("sync:"), name))
                continue
            if entry.source.startswith("sync:") and (entry.ref, name, value) in self.once:
                self.risen.append((entry.source.removeprefix("sync:"), name, value))
            self.once.add((entry.ref, name, value))

    def answered(self, world: World) -> set[str]:
        """What a person, or an agreement, has settled so far: it need not stand anywhere any more."""
        with world.store.reading() as reader:
            found = Found(reader)
            questions: list[Conflict | Proposal] = [*found.all(Conflict), *found.all(Proposal)]
            closed = [each for each in questions if each.closed_at is not None]
        return {token for each in closed for token in TOKEN.findall(each.model_dump_json())}

    def forget(self, world: World, answered: set[str]) -> None:
        """The store was put back as it was: what only the newer one kept is gone with it, as whoever did it knew.

        So is what was `answered` there, unless it stands where it was typed, and is read again.
        """
        before = self.kept
        self.kept, self.stored, self.read_to = set(), {}, 0
        self.once.clear()
        with world.store.reading() as reader:
            self.follow(reader)
            self.kept |= waiting_tokens(Found(reader))
        for each in self.typed:
            refused = each.token in answered - self.kept and not _stands(world, each)
            if refused or each.token in before - self.kept or each.where == "cli":
                each.given_up = each.given_up or "an older store was put back"

    def lost(self, world: World, found: Found) -> list[Typed]:
        """I1: what is neither kept, nor waits, nor stands where it was typed, nor was taken away by hand."""
        return [each for each in self.unread(found) if not _stands(world, each)]

    def unread(self, found: Found) -> list[Typed]:
        """I16: what nobody here ever heard of, though it was not taken away by hand."""
        self.follow(found.reader)
        missing = [each for each in self.typed if each.token not in self.kept and not each.given_up]
        waiting = waiting_tokens(found) if missing else set()
        return [each for each in missing if each.token not in waiting]


def _stands(world: World, typed: Typed) -> bool:
    if world.book is not None and typed.where == book.NAME:
        return any(typed.token in str(value) for row in world.book.rows() for value in row.values())
    system = world.systems.get(typed.where)
    if system is None or typed.key not in system.now:
        return False
    ticket = system.now[typed.key]
    return typed.token in as_text(ticket.values.get(typed.field))


def waiting_tokens(found: Found) -> set[str]:
    """Tokens in conflicts and proposals, open or answered, and in issues."""
    kept = [*found.all(Conflict), *found.all(Proposal), *found.all(StoredIssue)]
    return {token for each in kept for token in TOKEN.findall(each.model_dump_json())}
