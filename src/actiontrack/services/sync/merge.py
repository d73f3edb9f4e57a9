"""The three-way merge of one record, field by field. Pure: no I/O, no clock.

Over base b, ours l and theirs r: l = r → agree; r = b → nothing came in; then ownership is asked: an edit by a side
that may not make it is a proposal; l = b → take r; else both changed: conflict.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from actiontrack.domain.fields import FIELDS, STATUS_UNIT, Actor, Standing, Type, why_not_theirs
from actiontrack.domain.ledger import ProposalKind
from actiontrack.domain.vocabulary import Response, Status
from actiontrack.services.sync.tongue import Unclearness

Does = Literal["agree", "take", "conflict", "propose", "withdraw", "wait", "unclear"]


@dataclass(frozen=True, slots=True)
class Merged:
    """What becomes of one field. `take` and `agree` make theirs the new base; the others leave the base alone."""

    field: str
    does: Does
    base: str | None
    ours: str
    theirs: str
    kind: ProposalKind = ProposalKind.EDIT
    why: str = ""
    do: str = ""


@dataclass(frozen=True, slots=True)
class Sides:
    """All that the merge of one record rests on.

    `ours` lacks a field that is withheld; `base` one that was never agreed; `assumed` has what we set ourselves for a
    cell that was blank or unreadable. `frozen` are fields in conflict, `pending` the values of open proposals.
    `objects` gives the lifecycle's sentences against a status with its reason and look-again date.
    """

    ours: Mapping[str, str]
    theirs: Mapping[str, str | Unclearness]
    base: Mapping[str, str]
    assumed: Mapping[str, str]
    seen: Mapping[str, str]
    actor: Actor
    standing: Standing
    frozen: Collection[str] = ()
    pending: Mapping[str, str] = field(default_factory=dict)
    objects: Callable[[Mapping[str, str]], list[str]] = lambda unit: []
    first: bool = False
    """The record is met for the first time: what it says of a withheld field is no edit."""


def merge(sides: Sides) -> list[Merged]:
    """What becomes of each field the record shows, logs left out; fields in which nothing happens are left out too."""
    merged: list[Merged] = []
    for name in sides.theirs:
        if name not in FIELDS or FIELDS[name].type is Type.LOG or name in STATUS_UNIT[1:]:
            continue
        result = _merge_field(sides, name)
        if name == "status" and _stands(sides, result):
            # The reason or the date may have been edited under an unchanged status.
            merged += [one for part in STATUS_UNIT[1:] if (one := _merge_field(sides, part)) is not None]
        elif name == "status" and result is not None and result.does == "take":
            merged += _with_status(sides)
        if result is not None:
            merged.append(result)
    return merged


def alike(name: str, one: str, other: str) -> bool:
    """Whether two values are one: no response is given yet, whether a cell says so or says nothing."""
    return one == other or (name == "response" and {one, other} == {"", Response.AWAITING.value})


def _stands(sides: Sides, status: Merged | None) -> bool:
    """Whether the status itself is settled. The reason and date of one that was proposed wait with it."""
    if status is not None:
        return status.does in ("agree", "withdraw") or (status.does == "wait" and status.theirs == status.base)
    return "status" not in sides.pending or sides.theirs["status"] != sides.pending["status"]


def _with_status(sides: Sides) -> list[Merged]:
    """The reason and date travel with a status that is taken."""
    parts, status = [], sides.theirs["status"]
    for name in STATUS_UNIT[1:]:
        theirs = sides.theirs.get(name)
        if isinstance(theirs, Unclearness):
            parts.append(_unclear(sides, name, theirs))
        elif theirs is None or name not in sides.ours:
            continue
        elif name == "look_again" and theirs not in ("", sides.base.get(name)) and status != Status.BLOCKED:
            if sides.pending.get(name) != theirs:  # what is asked stays asked
                parts.append(_idle_date(sides, theirs))
        else:
            does: Does = "agree" if theirs == sides.ours[name] else "take"
            parts.append(Merged(name, does, sides.base.get(name), sides.ours[name], theirs))
    return parts


def _merge_field(sides: Sides, name: str) -> Merged | None:
    theirs = sides.theirs.get(name)
    if theirs is None:
        return None
    if isinstance(theirs, Unclearness):
        return _unclear(sides, name, theirs)
    if name not in sides.ours:
        return _withheld(sides, name, theirs)
    ours = sides.ours[name]
    base = sides.base.get(name)
    if base is None and name in sides.assumed:
        base = sides.assumed[name]
        theirs = theirs or base
        if theirs == ours == base:
            return None
    if alike(name, theirs, ours):
        return None if base == theirs and not _open(sides, name) else Merged(name, "agree", base, ours, theirs)
    if theirs == base and name in sides.pending:
        return Merged(name, "withdraw", base, ours, theirs)
    asked = sides.pending.get(name) == theirs
    if name in sides.frozen and not asked and _may_wait(sides, name, base, theirs):
        idle = theirs != base and _is_idle(sides, name)
        return _idle_date(sides, theirs) if idle else Merged(name, "wait", base, ours, theirs)
    if theirs == base:
        return None
    if not asked:
        return _edited(sides, name, base, ours, theirs)
    beside = any(sides.theirs.get(part, "") != sides.seen.get(part, "") for part in STATUS_UNIT[1:])
    if name == "status" and beside and name not in sides.frozen:
        # What it lacked may have been typed beside it since.
        again = _edited(sides, name, base, ours, theirs)
        return again if again is not None and again.does == "take" else None
    return None


def _may_wait(sides: Sides, name: str, base: str | None, theirs: str) -> bool:
    """Ownership is asked first, also of a frozen field: a blank, or an edit that isn't theirs, has no side in it."""
    if not theirs and base != "":
        return False
    return theirs == base or not _not_theirs(sides, name, theirs)


def _not_theirs(sides: Sides, name: str, theirs: str) -> str:
    return why_not_theirs(FIELDS[name], sides.actor, sides.standing, theirs) if theirs else ""


def _unclear(sides: Sides, name: str, theirs: Unclearness) -> Merged:
    ours = sides.ours.get(name, "")
    return Merged(name, "unclear", sides.base.get(name), ours, theirs.shown, why=theirs.why, do=theirs.do)


def _is_idle(sides: Sides, name: str) -> bool:
    return name == "look_again" and sides.ours.get("status") != Status.BLOCKED


def _idle_date(sides: Sides, theirs: str) -> Merged:
    """A date to look again on, beside a status that waits for nothing."""
    why, do = "only a blocked action is looked at again", "choose Blocked as its status, or clear the date"
    return Merged("look_again", "unclear", sides.base.get("look_again"), "", theirs, why=why, do=do)


def _open(sides: Sides, name: str) -> bool:
    return name in sides.frozen or name in sides.pending


def _withheld(sides: Sides, name: str, theirs: str) -> Merged | None:
    """A field kept from this side has no base: only what is typed there anew is said, to its owner."""
    if sides.first or theirs == sides.seen.get(name, "") or not theirs or sides.pending.get(name) == theirs:
        return None
    why = "the field is not shared with this side"
    return Merged(name, "propose", None, "", theirs, why=why)


def _edited(sides: Sides, name: str, base: str | None, ours: str, theirs: str) -> Merged | None:
    """They changed it: may they, and did we too?"""
    if base is None:  # never agreed: a blank on either side yields to the other
        if not theirs:
            return None
        base = "" if not ours else None
    if not theirs:
        return Merged(name, "propose", base, ours, theirs, ProposalKind.CLEAR, "a blank never erases by itself")
    if _is_idle(sides, name):  # whoever owns it could make nothing of it either
        return _idle_date(sides, theirs)
    why = _not_theirs(sides, name, theirs)
    if why:
        return Merged(name, "propose", base, ours, theirs, why=why)
    if name == "current_due" and ours and theirs > ours:
        why = "a later due date needs somebody else's approval"
        return Merged(name, "propose", base, ours, theirs, ProposalKind.EXTEND, why)
    if name == "original_due" and ours:
        return Merged(name, "propose", base, ours, theirs, why="the original due date is never overwritten")
    if base is None or not alike(name, base, ours) or _unit_changed(sides, name):
        return Merged(name, "conflict", base, ours, theirs)
    if name in STATUS_UNIT:
        objections = sides.objects(_unit(sides, name, theirs))
        if objections:
            return Merged(name, "propose", base, ours, theirs, why=" ".join(objections))
    return Merged(name, "take", base, ours, theirs)


def _unit_changed(sides: Sides, name: str) -> bool:
    """Whether we changed another part of the unit the field belongs to: whoever typed there has not seen it."""
    if name not in STATUS_UNIT:
        return False
    agreed = {part: sides.base.get(part, sides.assumed.get(part, "")) for part in STATUS_UNIT if part in sides.theirs}
    return any(sides.ours.get(part, agreed[part]) != agreed[part] for part in agreed)


def _unit(sides: Sides, name: str, theirs: str) -> dict[str, str]:
    """The status with its reason and date as the record shows them, ours where it has no such column."""
    unit = {part: sides.ours.get(part, "") for part in STATUS_UNIT}
    for part in STATUS_UNIT:
        value = sides.theirs.get(part)
        if isinstance(value, str) and part != "status":
            unit[part] = value
    unit[name] = theirs
    unit["status"] = unit["status"] or Status.NOT_STARTED
    return unit
