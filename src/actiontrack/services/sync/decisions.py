"""Opening, renewing and closing conflicts and proposals while a run merges."""

from __future__ import annotations

import hashlib
from typing import Any

from actiontrack.domain.fields import FIELDS, STATUS_UNIT
from actiontrack.domain.ledger import Conflict, Link, Proposal, ProposalKind
from actiontrack.domain.nouns import Action
from actiontrack.services.records.changing import new_id
from actiontrack.services.records.desk import ActionFile
from actiontrack.services.records.projection import project, target_of
from actiontrack.services.sync.lane import Lane
from actiontrack.services.sync.merge import Merged

ROW = "row"
"""The pseudo-field of a conflict about a whole record: edited here, deleted there."""


def conflict_key(lane: Lane, file: ActionFile, name: str) -> tuple[str, str, str]:
    """What a conflict in this field is keyed by: as it was opened, where the status shown was another one's then."""
    key = (*target_of(lane.desk, file, lane.viewer, name), name)
    if key in lane.ledger.conflicts or name not in STATUS_UNIT:
        return key
    ref = file.action.ref
    others = [("action", ref, name), *(("leg", f"{ref}/{leg.agency}", name) for leg in file.legs)]
    known = lane.ledger.conflicts
    return next((other for other in others if other in known and lane.name in known[other].sides), key)


def frozen_fields(lane: Lane, file: ActionFile) -> set[str]:
    """The fields of this action that an open conflict freezes; a status, its reason and date freeze together."""
    if not lane.ledger.conflicts:
        return set()
    frozen = {name for name in FIELDS if conflict_key(lane, file, name) in lane.ledger.conflicts}
    return frozen.union(STATUS_UNIT) if frozen.intersection(STATUS_UNIT) else frozen


def pending_fields(lane: Lane, action: str) -> dict[str, str]:
    """The fields of this action with an open proposal of this instance, and what it asks for."""
    if not lane.ledger.proposals:
        return {}
    return {
        name: str(found.to_value or "")
        for name in FIELDS
        if (found := lane.ledger.proposals.get((lane.name, action, name))) is not None
    }


def sides_taken(lane: Lane, file: ActionFile) -> dict[str, str]:
    """The fields of this action in conflict in which this instance has a side, and what it is."""
    if not lane.ledger.conflicts:
        return {}
    found = {name: lane.ledger.conflicts.get(conflict_key(lane, file, name)) for name in FIELDS}
    return {name: str(each.sides[lane.name]) for name, each in found.items() if each and lane.name in each.sides}


def differ(lane: Lane, file: ActionFile, merged: Merged) -> None:
    """Open a conflict, or enter this instance's side in the one there is. What was asked before it asks no more."""
    close_pending(lane, file.action.ref, merged.field, "edited again")
    key = conflict_key(lane, file, merged.field)
    found = lane.ledger.conflicts.get(key)
    if found is None and merged.does == "wait":
        return  # it waits behind a conflict in another part of its unit
    if found is None:
        found = Conflict(
            id=new_id(), noun=key[0], target=key[1], action=file.action.ref, field=key[2], base=merged.base,
            ours=merged.ours, since=lane.desk.now,
        )  # fmt: skip
        lane.ledger.found.append(found)
    elif _another_row_spoke(lane, file, merged, found):
        _note_conflict(lane, key, found.model_copy(update={"ours": merged.ours}))
        return
    elif merged.theirs == merged.base:
        link = lane.links.get(file.action.ref)
        if link is not None and lane.name in found.sides and link.seen.get(merged.field) == found.sides[lane.name]:
            _leave(lane, key, _still_said(lane, file, key))  # it was put back: one side's change is no conflict
        return
    renewed = found.model_copy(update={"ours": merged.ours, "sides": {**found.sides, lane.name: merged.theirs}})
    _note_conflict(lane, key, renewed)


def _another_row_spoke(lane: Lane, file: ActionFile, merged: Merged, found: Conflict) -> bool:
    """Whether another row of the same recommendation is this side's word, and this one says nothing new."""
    link = lane.links.get(file.action.ref)
    known = link is not None and link.seen.get(merged.field) == merged.theirs
    return known and found.noun == "recommendation" and lane.name in found.sides


def differ_about_row(lane: Lane, key: tuple[str, str, str], merged: Merged) -> None:
    """Edited here, deleted there: a conflict about the whole record."""
    found = Conflict(
        id=new_id(), noun=key[0], target=key[1], action=key[1], field=key[2], ours=merged.ours,
        sides={lane.name: merged.theirs}, since=lane.desk.now,
    )  # fmt: skip
    lane.ledger.found.append(found)
    _note_conflict(lane, key, found)


def come_back(lane: Lane, action: str) -> None:
    """The record is there: whether it should be gone is no question any more."""
    _leave(lane, ("action", action, ROW))


def agree(lane: Lane, file: ActionFile, name: str) -> None:
    """Both sides say the same: this instance leaves the conflict, and its proposal is done with."""
    key = conflict_key(lane, file, name)
    if key in lane.ledger.conflicts:
        _leave(lane, key, _still_said(lane, file, key))
    close_pending(lane, file.action.ref, name, "agreed")


def _leave(lane: Lane, key: tuple[str, str, str], still: str | None = None) -> None:
    """This instance has no part in the conflict any more, or `still` one; the last to leave closes it."""
    found = lane.ledger.conflicts.get(key)
    if found is not None and lane.name in found.sides:
        sides = {side: value for side, value in found.sides.items() if side != lane.name}
        if still is not None:
            sides[lane.name] = still
        if sides != found.sides:
            _note_conflict(lane, key, found.model_copy(update={"sides": sides}))


def _still_said(lane: Lane, file: ActionFile, key: tuple[str, str, str]) -> str | None:
    """What another row of this instance says of the same recommendation that is neither ours nor what it agreed to.

    Where several say different things, what stands as the side goes on standing while one of them says it.
    """
    noun, target, name = key
    if noun != "recommendation":
        return None
    said = []
    ours = project(lane.desk, file, lane.viewer).get(name)
    answering = [ref for ref, answers in lane.desk.reader.pick(Action, ("ref", "recommendations")) if target in answers]
    rows = {link.action: record for record, link in lane.matching.pairs}
    for stored in lane.desk.reader.find(Link, instance=lane.name, action=answering):
        link = lane.links.get(stored.action, stored)
        now = lane.theirs(rows[link.action]).get(name) if link.action in rows else link.seen.get(name)
        if link.action != file.action.ref and isinstance(now, str) and now not in ("", ours, link.base.get(name)):
            said.append(now)
    side = lane.ledger.conflicts[key].sides.get(lane.name)
    return side if side in said else next(iter(said), None)


def _note_conflict(lane: Lane, key: tuple[str, str, str], conflict: Conflict) -> None:
    if conflict.sides:
        lane.ledger.conflicts[key] = conflict
    else:
        conflict = conflict.model_copy(update={"closed_at": lane.desk.now, "how": "agreed"})
        lane.ledger.conflicts.pop(key, None)
        lane.ledger.thawed.add(key[:2])
    lane.ledger.changed[conflict.id] = conflict


def propose(lane: Lane, action: str, merged: Merged) -> None:
    """Put an edit to whoever owns the field; a newer edit of the same cell takes the older one's place."""
    close_pending(lane, action, merged.field, "edited again")
    proposal = Proposal(
        id=new_id(), kind=merged.kind, instance=lane.name, action=action, field=merged.field,
        from_value=merged.ours, to_value=merged.theirs, by=lane.name, why=merged.why, since=lane.desk.now,
    )  # fmt: skip
    lane.ledger.proposals[lane.name, action, merged.field] = proposal
    lane.ledger.changed[proposal.id] = proposal


def close_pending(lane: Lane, action: str, name: str, how: str) -> None:
    """Close this instance's open proposal for a field, if there is one."""
    found = lane.ledger.proposals.pop((lane.name, action, name), None)
    if found is not None:
        lane.ledger.changed[found.id] = found.model_copy(update={"closed_at": lane.desk.now, "how": how})


def ask(lane: Lane, kind: ProposalKind, what: str, **fields: Any) -> Proposal:
    """A proposal about a whole record, keyed by what it says: asked once, however often it is met again."""
    found = asked(lane, kind, what)
    if found is None:
        identity = _identity(lane, kind, what)
        question = Proposal(id=identity, kind=kind, instance=lane.name, by=lane.name, since=lane.desk.now, **fields)
        found = note(lane, question)
    return found


def asked(lane: Lane, kind: ProposalKind, what: str) -> Proposal | None:
    """What was asked before in these words and is open, or was answered for good."""
    found = lane.ledger.others.get(_identity(lane, kind, what))
    return None if found is None or found.how in ("withdrawn", "applied") else found


def _identity(lane: Lane, kind: ProposalKind, what: str) -> str:
    return hashlib.sha256(f"{kind}|{lane.name}|{what}".encode()).hexdigest()[:16]


def note(lane: Lane, proposal: Proposal) -> Proposal:
    """Note a proposal about a whole record as changed; the run stores it."""
    lane.ledger.others[proposal.id] = proposal
    lane.ledger.changed[proposal.id] = proposal
    return proposal


def withdraw_unmet(lane: Lane, kind: ProposalKind, met: set[str]) -> None:
    """Close open proposals of this kind that the source no longer asks for."""
    for found in list(lane.ledger.others.values()):
        if found.instance == lane.name and found.kind is kind and found.closed_at is None and found.id not in met:
            note(lane, found.model_copy(update={"closed_at": lane.desk.now, "how": "withdrawn"}))
