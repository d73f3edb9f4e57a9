"""The invariants of sync.md, checked against what the judge itself knows. Each complaint names its invariant."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from actiontrack.domain.catalogue import NOUNS, ref_of
from actiontrack.domain.fields import STATUS_UNIT
from actiontrack.domain.ledger import (
    Conflict,
    Instance,
    Intent,
    IntentState,
    Link,
    LinkState,
    Proposal,
    ProposalKind,
    StoredIssue,
)
from actiontrack.domain.nouns import Action, Leg, Update
from actiontrack.domain.vocabulary import LEG_STATUSES
from actiontrack.services import audit
from proof.machine.ledger import TOKEN, Found, Ledger
from proof.machine.replicas import Replicas
from proof.machine.world import CODE_OF, World, as_text

BY = re.compile(r"by (police|health|cliPOL|cliHEA|master) (w\d+x)")


class Broken(AssertionError):  # noqa: N818 - what happened
    """An invariant does not hold."""


def hold(invariant: str, true: bool, what: object) -> None:
    """Complain unless it is true."""
    if not true:
        raise Broken(f"{invariant}: {what}")


@dataclass
class Judge:
    """What must hold, after every sync and at the end."""

    ledger: Ledger = field(default_factory=Ledger)
    actions: set[str] = field(default_factory=set)
    conflicts: set[str] = field(default_factory=set)
    """Those that were judged."""
    linked: set[tuple[str, str, str]] = field(default_factory=set)
    """(instance, action, ticket) that belonged together once."""
    restored: bool = False
    """An older store was put back: what it no longer knows may be asked about, and made, again."""
    misdated: bool = False
    """Our clocks were set, or disagreed: how long ago a write was, by which an echo is known, they did not tell."""
    replicas: Replicas = field(default_factory=Replicas)
    let_in: set[str] = field(default_factory=set)
    """Words of others that were accepted: also by the newer store, where an older one is put back."""
    put_back: set[str] = field(default_factory=set)
    """Actions whose record a person had made anew, or said of that nobody knows whether it was."""

    def after_sync(self, world: World) -> None:
        """What holds after every sync, whatever became of it."""
        self.misdated = self.misdated or bool(world.clock.off or world.overtaken)
        with world.store.reading() as reader:
            found = Found(reader)
            lost = [each for each in self.ledger.lost(world, found) if not self._raced(world, each.token)]
            hold("I1 no lost edit", not lost, lost)
            self.replicas.hear(world, found)
            self._no_echo(world)
            hold("I1 no lost edit", not self.ledger.erased, f"a blank erased by itself: {self.ledger.erased}")
            self._no_action_went(found)
            self._bases_are_honest(world, found)
            self._conflicts_are_exact(world, found)
            self._owners_decide(found)
            self._said_once(world, found)
            self._one_record_an_action(world, found)
        self._fenced(world)

    def _no_echo(self, world: World) -> None:
        """I14: what a write of ours took away doesn't come back by a replica that lags (a jumping clock hides when)."""
        if self.restored or world.clock.off:
            return
        for name, about, value in self.ledger.risen:
            written = world.systems[name].overwritten if name in world.systems else []
            ours = any((each.field, as_text(each.value)) == (about, value) for each in written)
            passed = self.replicas.pass_for_edits(name, about, value)
            hold("I14 no echo", not ours or passed, f"{name} put {about} back to {value!r}")
        self.ledger.risen.clear()  # what is written over later was no echo when it came

    def _raced(self, world: World, token: str) -> bool:
        """Typed in the gap of a system that has no compare-and-set: no guarantee is given there, and we say so."""
        raced = {as_text(each.value) for system in world.systems.values() for each in system.overwritten if each.raced}
        return any(token in value for value in raced)

    def _no_action_went(self, found: Found) -> None:
        now = {each.ref for each in found.all(Action)}
        hold("I9 delete safety", self.actions <= now, f"gone: {self.actions - now}")
        self.actions = now

    def _bases_are_honest(self, world: World, found: Found) -> None:
        answered = _answered(found)
        for link in found.all(Link):
            system = world.systems.get(link.instance)
            if system is None or link.remote_id not in system.now:
                continue
            for name, value in link.base.items():
                there = {canonical(name, each) for each in system.held[link.remote_id, name]}
                told = f"{link.instance} {link.action} {name}: {value!r}"
                hold("I5 base honesty", value in there, f"{told} was never there, but {there}")
                if value and name != "progress" and not self.restored:
                    here = self.ledger.stored.get(link.action, set()) | answered
                    hold("I5 base honesty", value in here, f"{told} was never here")

    def _conflicts_are_exact(self, world: World, found: Found) -> None:
        links = {(each.instance, each.action): each for each in found.all(Link)}
        for each in found.all(Conflict):
            if each.id in self.conflicts or each.field == "row":
                continue
            self.conflicts.add(each.id)
            for name, said in each.sides.items():
                hold("I8 conflict exactness", said != each.ours, f"both say {said!r}: {each}")
                link = links.get((name, each.action))
                system = world.systems.get(name)
                if link is None or system is None or self.restored or link.remote_id in system.late:
                    continue
                cell = link.remote_id, each.field
                typed = {canonical(each.field, value) for value in system.typed[cell]}
                echoed, unheard = self.replicas.showed(system, *cell)
                typed |= {canonical(each.field, value) for value in echoed & system.typed_over(*cell) | unheard}
                if unheard or (echoed and self.misdated):
                    typed |= _acknowledged(found, link, each.field)
                hold("I8 conflict exactness", said in typed, f"nobody typed {said!r} in {name}: {each}")

    def _owners_decide(self, found: Found) -> None:
        """I7: what an agency typed into the Board's field is there only where somebody let it in."""
        accepted = json.dumps([each.to_value for each in found.all(Proposal) if each.how == "accepted"])
        self.let_in |= set(TOKEN.findall(accepted))
        for action in found.all(Action):
            strange = [token for name, token in BY.findall(action.priority) if name != "master"]
            hold("I7 ownership", set(strange) <= self.let_in, action.priority)

    def _said_once(self, world: World, found: Found) -> None:
        """I14: what was typed into a log is one entry of it, however often it is read; unless a replica lagged."""
        if self.restored:
            return
        said = Counter((each.action, token) for each in found.all(Update) for token in set(TOKEN.findall(each.text)))
        twice = [told for told, times in said.items() if times > 1 and not self._raced(world, told[1])]
        if twice:
            lagged = self.replicas.lagged_in(world, found, "progress")
            twice = [told for told in twice if told[0] not in lagged]
        hold("I14 said once", not twice, twice)

    def _one_record_an_action(self, world: World, found: Found) -> None:
        """I4; and I9: a record that was linked and is gone is never made anew unless a person said so."""
        self.linked |= {(each.instance, each.action, each.remote_id) for each in found.all(Link)}
        for name, system in world.systems.items():
            for ref, keys in system.made.items():
                known = self.restored or ref in self.put_back
                if system.traits.creates != "idempotent":  # what is sent late, past the last look, may be made twice
                    keys = [key for key in keys if key not in system.late]
                there = [key for key in keys if not system.now[key].gone]
                hold("I4 one record an action", len(there) < 2 or known, f"{ref} in {name}: {there}")
                had = [key for key in keys[:-1] if (name, ref, key) in self.linked]
                hold("I9 delete safety", not had or known, f"{ref} in {name}: {had} made anew as {keys}")

    def _fenced(self, world: World) -> None:
        """Whoever lost the lease sends no more than what was on its way when it was last looked at."""
        for name, system in world.systems.items():
            hold("lease", all(count <= 1 for count in system.late_writes.values()), f"{name}: {system.late_writes}")

    # --- at the end, when all is quiet ----------------------------------------------------------------------

    def at_rest(self, world: World) -> None:
        """I2, I3, I16, I17: both sides say the same, everything was read, and nothing is left to do."""
        with world.store.reading() as reader:
            found = Found(reader)
            unread = [each for each in self.ledger.unread(found) if not self._raced(world, each.token)]
            unread = [each for each in unread if not _held_back(found, each.where, each.key)]
            hold("I16 cursor completeness", not unread, unread)
        before = snapshot(world)
        world.sync()
        after = snapshot(world)
        for part in before:
            hold(f"I3 idempotence ({part})", before[part] == after[part], _difference(before[part], after[part]))
        with world.store.reading() as reader:
            found = Found(reader)
            self._sides_agree(world, found)
            self._logs_are_told(world, found)
            self._each_has_its_record(world, found)
            self._log_rebuilds(found)
        self._rates_are_kept(world)
        verdict = audit.verify(world.store)
        hold("I17 audit", verdict["broken_at"] is None, verdict)

    def _rates_are_kept(self, world: World) -> None:
        """I18: by all processes together; but one that was overtaken without knowing it is judged by itself."""
        for name, system in world.systems.items():
            if system.traits.rate is None:
                continue
            of: dict[int, list[float]] = {}
            for at, worker in system.requests:
                of.setdefault(worker if worker in world.overtaken else 0, []).append(at)
            for times in of.values():
                _hold_rate(name, system.traits.rate, times)

    def _sides_agree(self, world: World, found: Found) -> None:
        """I2: every linked ticket says what the store says, or something stands open about it."""
        for link in found.all(Link):
            if link.state is not LinkState.LIVE:
                continue
            system = world.systems.get(link.instance)
            ticket = system.now.get(link.remote_id) if system else None
            if system is None or ticket is None or ticket.gone:
                continue
            about = _open_about(found, link)
            for name, ours in _projected(found, link).items():
                theirs = canonical(name, as_text(ticket.values.get(name)))
                same = theirs == ours or name in about or name == system.missing_field
                if not theirs and link.assumed.get(name) == ours:
                    continue
                told = f"{link.instance} {ticket.id} {link.action} {name}: there {theirs!r}, here {ours!r}"
                hold("I2 convergence", same, told)

    def _logs_are_told(self, world: World, found: Found) -> None:
        """I2: a ticket shows the newest that its side may see of the progress, unless somebody cleared it there."""
        newest: dict[tuple[str, str], Update] = {}
        for each in sorted(found.all(Update), key=lambda each: each.position):
            for name, code in CODE_OF.items():
                if code in ("", each.agency) or not each.agency:
                    newest[name, each.action] = each
        for link in found.all(Link):
            system, told = world.systems.get(link.instance), newest.get((link.instance, link.action))
            if system is None or told is None or link.state is not LinkState.LIVE or link.remote_id not in system.now:
                continue
            shown = as_text(system.now[link.remote_id].values.get("progress"))
            same = set(TOKEN.findall(told.text)) <= set(TOKEN.findall(shown))
            known = not shown or system.now[link.remote_id].gone or "progress" in _open_about(found, link)
            hold("I2 convergence", same or known, f"{link.instance} {link.action} shows {shown!r}, not {told.text!r}")

    def _each_has_its_record(self, world: World, found: Found) -> None:
        """I4: an action of an instance has a ticket there, or a person knows why not; an accepted ticket its action."""
        links = {(each.instance, each.action): each for each in found.all(Link)}
        linked = {(each.instance, each.remote_id) for each in links.values()}
        asked = {each.instance for each in found.all(Proposal) if each.closed_at is None}
        asked |= {each.source for each in found.all(StoredIssue)}
        for ref, agency in ((each.action, each.agency) for each in found.all(Leg) if each.active):
            for name in (each for each in world.systems if CODE_OF[each] in ("", agency)):
                link = links.get((name, ref))
                hold(
                    "I4 one record an action",
                    link is not None or name in asked or ref in self.put_back,
                    f"{ref} has none in {name}",
                )
                if link is not None and link.state is LinkState.LIVE and world.systems[name].now:
                    there = link.remote_id in world.systems[name].now
                    hold("I4 one record an action", there, f"{ref} in {name} is linked with {link.remote_id}")
        for each in found.all(Proposal):
            if each.instance not in world.systems or (each.kind, each.how) != (ProposalKind.NEW, "accepted"):
                continue
            system = world.systems[each.instance]
            known = self.restored or system.now[each.remote_id].gone or (each.instance, each.remote_id) in linked
            hold("I4 one record an action", known, f"{each.remote_id} in {each.instance} was accepted, and has none")

    def _log_rebuilds(self, found: Found) -> None:
        rebuilt = audit.replay(found.reader.entries())
        for noun, kind in NOUNS.items():
            for item in found.all(kind):
                there = rebuilt.pop((noun, ref_of(item)), None)
                same = there is not None and kind.model_validate(there) == item
                hold("I17 replay", same, f"{noun} {ref_of(item)}")
        hold("I17 replay", not rebuilt, f"only in the log: {list(rebuilt)}")


def _hold_rate(name: str, rate: float, times: list[float]) -> None:
    for at, began in enumerate(times):
        for number, now in enumerate(times[at : at + 40], 1):
            most = 1 + rate * (now - began) + 1e-6
            hold("I18 declared rate", number <= most, f"{name}: {number} requests in {now - began:.2f} s")


# --- looking ----------------------------------------------------------------------------------------------------


def canonical(name: str, value: str) -> str:
    """A raw value in the store's words; naive on purpose."""
    if name == "status":
        word = value.strip().lower().replace(" ", "_")
        return {"done": "reported_complete", "ongoing": "in_progress", "": ""}.get(word, word)
    return value.strip()


def snapshot(world: World) -> dict[str, Any]:
    """Everything that a quiet sync leaves alone."""
    with world.store.reading() as reader:
        kept = {
            f"{type(each).__name__} {each.model_dump_json()}"
            for kind in (Conflict, Proposal, StoredIssue)
            for each in reader.find(kind)
        }
        head = reader.head()
    writes = {name: system.writes for name, system in world.systems.items()}
    tickets = {
        f"{name} {key}": tuple(sorted((field, as_text(value)) for field, value in ticket.values.items()))
        for name, system in world.systems.items()
        for key, ticket in system.now.items()
    }
    pages = world.book.bytes() if world.book else b""
    return {"head": head, "writes there": writes, "tickets": tickets, "ledgers": kept, "bytes": hash(pages)}


def outcome(world: World) -> dict[str, Any]:
    """I6: what a killed run and one that was not must have in common: no ids, no times, no counts of writes."""
    with world.store.reading() as reader:
        actions = {
            each.ref: each.model_dump(mode="json", exclude={"changed_at", "created_at"}) for each in reader.find(Action)
        }
        legs = {ref_of(each): (each.status, each.reason) for each in reader.find(Leg)}
        conflicts = sorted((each.action, each.field) for each in reader.find(Conflict, closed_at=None))
        proposals = sorted(
            (each.kind.value, each.instance, each.action, each.field, str(each.to_value))
            for each in reader.find(Proposal, closed_at=None)
        )
        links = {(each.instance, each.action): each.remote_id for each in reader.find(Link)}
    tickets = {
        name: {link[1]: _shown(system.now[key]) for link, key in links.items() if link[0] == name and key in system.now}
        for name, system in world.systems.items()
    }
    alive = {name: len(system.live()) for name, system in world.systems.items()}
    return {"actions": actions, "legs": legs, "conflicts": conflicts, "proposals": proposals, "tickets": tickets,
            "how many": alive}  # fmt: skip


def _shown(ticket: Any) -> dict[str, str]:
    return {name: as_text(value) for name, value in ticket.values.items() if as_text(value)} | {
        "gone": str(ticket.gone)
    }


def _difference(before: Any, after: Any) -> str:
    if isinstance(before, set):
        return f"before {sorted(before - after)}, after {sorted(after - before)}"
    if isinstance(before, dict):
        keys = {key for key in {*before, *after} if before.get(key) != after.get(key)}
        return "; ".join(f"{key}: {before.get(key)} → {after.get(key)}" for key in sorted(keys))
    return f"{before} → {after}"


def _answered(found: Found) -> set[str]:
    """What a person saw and answered: from then on it counts as known here."""
    seen = {as_text(value) for each in found.all(Conflict) for value in (each.ours, *each.sides.values())}
    for proposal in found.all(Proposal):
        asked = proposal.to_value
        seen |= {as_text(value) for value in (asked.values() if isinstance(asked, dict) else [asked])}
    return seen


def _acknowledged(found: Found, link: Link, name: str) -> set[str]:
    """What we are known to have written there: once a replica that lagged passed for an edit, that is met as one."""
    mine = [each for each in found.all(Intent) if (each.instance, each.action) == (link.instance, link.action)]
    return {str(each.after[name]) for each in mine if each.state is IntentState.ACKNOWLEDGED and name in each.after}


def _open_about(found: Found, link: Link) -> set[str]:
    """The fields of a ticket about which a conflict, a proposal or an issue stands open."""
    asked = [each for each in found.all(Proposal) if each.instance == link.instance and each.closed_at is None]
    about = {each.field for each in found.all(Conflict) if each.action == link.action and each.closed_at is None}
    about |= {each.field for each in asked if each.action == link.action}
    for issue in (each for each in found.all(StoredIssue) if each.source == link.instance):
        ref, *parts = issue.id.split(":")
        about |= {part or "*" for part in parts} if ref == link.action else set()
    if {"row", "*"} & about or any(each.kind is ProposalKind.REPAIR for each in asked):
        return {"text", "priority", "current_due", "lead_officer", "status", "progress"}
    return about | set(STATUS_UNIT) if about & set(STATUS_UNIT) else about


def _projected(found: Found, link: Link) -> dict[str, str]:
    """What the ticket shall say, worked out anew."""
    action = next((each for each in found.all(Action) if each.ref == link.action), None)
    legs = [each for each in found.all(Leg) if each.action == link.action and each.active]
    code = CODE_OF[link.instance]
    mine = [each for each in legs if each.agency == code] if code else []
    if action is None or (code and not mine):
        return {}
    status = action.status
    if mine:
        status = mine[0].status
    elif len(legs) == 1 and action.status in LEG_STATUSES:
        status = legs[0].status
    due = action.current_due.isoformat() if action.current_due else ""
    return {"text": action.text, "priority": action.priority, "current_due": due,
            "lead_officer": action.lead_officer, "status": status.value}  # fmt: skip


def _held_back(found: Found, where: str, key: str) -> bool:
    """Whether a ticket, or all of its system, waits for a person."""
    if any(each.name == where and each.must_confirm for each in found.all(Instance)):
        return True
    asked = [each for each in found.all(Proposal) if each.instance == where]
    for link in found.all(Link):
        if (link.instance, link.remote_id) == (where, key):
            repairs = any(each.kind is ProposalKind.REPAIR and each.closed_at is None for each in asked)
            return bool(_open_about(found, link)) or repairs
    return any(each.remote_id == key for each in asked)
