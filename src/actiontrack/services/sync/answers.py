"""A person's answers: to conflicts and to proposals. The next sync tells every side."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from actiontrack.domain.fields import FIELDS, STATUS_UNIT, Actor, Type
from actiontrack.domain.ledger import Conflict, Instance, Link, LinkState, Proposal, ProposalKind, Values
from actiontrack.domain.nouns import Action
from actiontrack.domain.vocabulary import LEG_STATUSES, Side, Status
from actiontrack.errors import NotAllowed, NotFound, UserError
from actiontrack.ports import Writer
from actiontrack.services.core import Core
from actiontrack.services.records.changing import add_entry, day, move_due, put_fields
from actiontrack.services.records.creating import create_action
from actiontrack.services.records.deciding import closes
from actiontrack.services.records.desk import ActionFile, Desk, Sitting
from actiontrack.services.records.projection import LOGS, Viewer, project
from actiontrack.services.sync import unmade
from actiontrack.services.sync.decisions import ROW
from actiontrack.services.sync.logs import added
from actiontrack.services.sync.tongue import Tongue, Unclearness
from actiontrack.services.sync.waiting import conflict_shown, proposal_shown

# --- conflicts ------------------------------------------------------------------------------------------------------


def resolve_conflict(
    core: Core,
    conflict_id: str,
    *,
    take: str | None = None,
    value: str | None = None,
    reason: str = "",
    who: str,
    source: str = "cli",
) -> dict[str, Any]:
    """Settle a conflict: keep ours, take theirs, or a third value. Returns the conflict as it was settled.

    `source` is the way by which the answer came. What each side held was seen by whoever settles it; what anybody types
    after that is a new edit.
    """
    with _working(core, who, source) as (writer, desk):
        conflict = _open_conflict(writer, conflict_id)
        how = how_settled(take, reason, who)
        if conflict.field == ROW:
            return _resolve_row(writer, desk, conflict, take, how)
        file = desk.file(conflict.action)
        side = min(conflict.sides, default="")
        chosen = conflict.sides.get(side, "") if take == "theirs" else value
        if chosen is not None:
            actor = _actor_of(core, conflict, side)
            with_it = _parts_seen(writer, side, conflict) if take == "theirs" else {}
            _set(core, desk, file, conflict.field, str(chosen), actor, who, with_it)
        _agree_with_what_was_seen(writer, conflict)
        desk.save(writer)
        closed = conflict.model_copy(update={"closed_at": desk.now, "how": how})
        writer.put(closed)
        return {**conflict_shown(closed), "how": closed.how}


def how_settled(take: str | None, reason: str, who: str) -> str:
    """What is kept with a settled conflict."""
    how = f"{'took ' + take if take else 'a third value'} by {who}"
    return f"{how}: {reason}" if reason else how


def _open_conflict(writer: Writer, conflict_id: str) -> Conflict:
    found = writer.get(Conflict, conflict_id)
    if found is None or found.closed_at is not None:
        known = "it was settled already" if found else "there is none of that id"
        raise NotFound(f"Conflict {conflict_id}: {known}. `actiontrack conflict list` shows the open ones.")
    return found


def _actor_of(core: Core, conflict: Conflict, side: str) -> Actor:
    """On whose behalf the settled value is set: a leg's status is its agency's, everything else the Board's."""
    if conflict.noun == "leg":
        return Actor(Side.AGENCY, conflict.target.split("/")[1])
    return Actor(Side.BOARD)


def _resolve_row(writer: Writer, desk: Desk, conflict: Conflict, take: str | None, how: str) -> dict[str, Any]:
    """Edited here, deleted there: ours puts the record back, theirs leaves it out."""
    if take is None:
        raise UserError(f"Conflict {conflict.id} is about a removed row: say --take ours (put back) or --take theirs.")
    for link in writer.find(Link, action=conflict.action, instance=list(conflict.sides)):
        if take == "ours":
            _put_back(writer, desk, link)
        else:
            writer.put(link.model_copy(update={"state": LinkState.LEFT_OUT}))
    closed = conflict.model_copy(update={"closed_at": desk.now, "how": how})
    writer.put(closed)
    desk.save(writer)
    return {**conflict_shown(closed), "how": closed.how}


def _parts_seen(writer: Writer, instance: str, conflict: Conflict) -> dict[str, str]:
    """The reason and date that were seen beside a status: they travel with it."""
    link = writer.get(Link, instance, conflict.action)
    if conflict.field != "status" or link is None:
        return {}
    blocked = conflict.sides.get(instance) == Status.BLOCKED
    parts = STATUS_UNIT[1:] if blocked else STATUS_UNIT[1:2]
    return {name: str(link.seen[name]) for name in parts if name in link.seen}


def _agree_with_what_was_seen(writer: Writer, conflict: Conflict) -> None:
    """Each side's base becomes what it held; every link of the target is looked at by the next sync."""
    for link in _links_of(writer, conflict):
        base = dict(link.base)
        if link.instance in conflict.sides and _concerns(writer, link, conflict):
            base[conflict.field] = str(conflict.sides[link.instance])
        writer.put(link.model_copy(update={"base": base, "dirty": True}))


def _links_of(writer: Writer, conflict: Conflict) -> list[Link]:
    actions = [conflict.action]
    if conflict.noun == "recommendation":
        rows = writer.pick(Action, ("ref", "recommendations"))
        actions = [ref for ref, answers in rows if conflict.target in answers]
    return writer.find(Link, action=actions)


def _concerns(writer: Writer, link: Link, conflict: Conflict) -> bool:
    """Of a recommendation's many rows, only those that showed the conflicting value were seen with it."""
    return conflict.noun != "recommendation" or link.seen.get(conflict.field) == conflict.sides[link.instance]


# --- proposals ------------------------------------------------------------------------------------------------------


def answer_proposal(
    core: Core, proposal_id: str, *, accept: bool, reason: str = "", who: str, source: str = "cli", meeting: str = ""
) -> dict[str, Any]:
    """Accept or refuse a proposal. Raises NotFound, NotAllowed (with what is missing).

    Where a `meeting` (its ref) decided, what the rules ask a decision for is recorded as its. A closure that is
    accepted with a reason, and no meeting, is a decision too: taken between two meetings, by whoever accepts it.

    `source` is the way by which the answer came. A removal accepted leaves the record out (with a reason, the action is
    closed as well); refused, it is put back.
    """
    with _working(core, who, source) as (writer, desk):
        proposal = writer.get(Proposal, proposal_id)
        if proposal is None or proposal.closed_at is not None:
            known = "it was answered already" if proposal else "there is none of that id"
            raise NotFound(f"Proposal {proposal_id}: {known}. `actiontrack proposal list` shows the open ones.")
        if meeting:
            desk.sitting = Sitting(meeting, reason, who)
        elif accept and reason.strip() and closes(proposal) and core.board.closures_need_decision:
            desk.sitting = Sitting("", reason, who, between_meetings=True)
        extra = _ANSWERS[proposal.kind](core, writer, desk, proposal, accept, reason, who)
        how = "accepted" if accept else "refused"
        closed = proposal.model_copy(update={"closed_at": desk.now, "how": how, "reason": reason or proposal.reason})
        desk.save(writer)
        writer.put(closed)
        return {**proposal_shown(closed), "how": how, "answered_by": who, **extra}


def _answer_field(
    core: Core, writer: Writer, desk: Desk, proposal: Proposal, accept: bool, reason: str, who: str
) -> dict[str, Any]:
    """An edit or a clearing of one field. Either way what the cell shows was seen: it is the new base."""
    file = desk.file(proposal.action)
    name, asked = proposal.field, str(proposal.to_value or "")
    if accept:
        actor = _owner(core, proposal)
        if name in LOGS:
            text = added(_base_of(writer, proposal), asked)
            if text:
                add_entry(desk, file, name, text, agency="", who=who, source=proposal.instance or "cli")
        elif name == "current_due":
            move_due(
                desk, file, day(asked), requested_by=proposal.by, approved_by=who, reason=reason or proposal.reason
            )
        elif name in STATUS_UNIT and actor.side is Side.BOARD and len(file.legs) > 1 and _is_legs(file, asked, name):
            unit = _unit_asked(writer, proposal, asked)
            for leg in list(file.legs):
                put_fields(desk, file, unit, Actor(Side.AGENCY, leg.agency), who=who)
        elif name in STATUS_UNIT:
            put_fields(desk, file, _unit_asked(writer, proposal, asked), actor, who=who)
        else:
            put_fields(desk, file, {name: asked}, actor, who=who)
    _show_base(writer, proposal, asked, restore=not accept)
    return {"ref": proposal.action}


def _answer_extension(
    core: Core, writer: Writer, desk: Desk, proposal: Proposal, accept: bool, reason: str, who: str
) -> dict[str, Any]:
    if accept and who.casefold() == proposal.by.casefold():
        raise NotAllowed(
            f"{proposal.action}: {who} asked for the later date, so somebody else has to approve it (--by OTHER)."
        )
    return _answer_field(core, writer, desk, proposal, accept, reason, who)


def _is_legs(file: ActionFile, asked: str, name: str) -> bool:
    """Whether what is asked of an action with several legs is theirs to say, not the Board's."""
    status = (asked or Status.NOT_STARTED) if name == "status" else file.action.status
    return file.action.status in LEG_STATUSES and status in LEG_STATUSES


def _unit_asked(writer: Writer, proposal: Proposal, asked: str) -> dict[str, str]:
    """The field, and beside a status the reason and date that stand there; a cleared status is one not started."""
    if proposal.field != "status":
        return {proposal.field: asked}
    unit = {"status": asked or Status.NOT_STARTED.value}
    link = writer.get(Link, proposal.instance, proposal.action) if proposal.instance else None
    if link is not None and link.seen.get("status") == asked:
        parts = STATUS_UNIT[1:] if asked == Status.BLOCKED else STATUS_UNIT[1:2]
        unit |= {name: str(link.seen[name]) for name in parts if name in link.seen}
    return unit


def _base_of(writer: Writer, proposal: Proposal) -> str:
    link = writer.get(Link, proposal.instance, proposal.action) if proposal.instance else None
    return str(link.base.get(proposal.field, "")) if link is not None else ""


def _owner(core: Core, proposal: Proposal) -> Actor:
    """Acceptance is the owner's act; a leg's own status stays its agency's."""
    settings = core.instances.get(proposal.instance)
    own = proposal.field in STATUS_UNIT and str(proposal.to_value) in ("not_started", "in_progress", "blocked")
    if own and settings is not None and settings.side is Side.AGENCY:
        return Actor(Side.AGENCY, settings.agency)
    return Actor(Side.BOARD)


def _show_base(writer: Writer, proposal: Proposal, shown: str, *, restore: bool) -> None:
    """What the cell shows was seen. `restore`: where nothing of ours takes its place, what stood there before does."""
    link = writer.get(Link, proposal.instance, proposal.action) if proposal.instance else None
    if link is not None:
        base, assumed = dict(link.base), dict(link.assumed)
        before = base.get(proposal.field, "")
        base[proposal.field] = shown
        assumed.pop(proposal.field, None)
        if restore and before != shown:
            assumed[proposal.field] = before
        writer.put(link.model_copy(update={"base": base, "assumed": assumed, "dirty": True}))


def _answer_new(
    core: Core, writer: Writer, desk: Desk, proposal: Proposal, accept: bool, reason: str, who: str
) -> dict[str, Any]:
    """A new row: its action is made, and the next sync writes its id beside it."""
    if not accept:
        return {}
    settings = core.instances.get(proposal.instance)
    values = {name: str(value) for name, value in dict(proposal.to_value or {}).items() if name in FIELDS}
    actor = Actor(settings.side, settings.agency) if settings else Actor(Side.BOARD)
    review = (settings.review if settings else "") or (next(iter(desk.reviews)) if len(desk.reviews) == 1 else "")
    file = create_action(desk, values, actor=actor, review=review, who=who, source=proposal.instance or "cli")
    ref = file.action.ref
    viewer = Viewer(actor.side, actor.agency, tuple(values))
    ours = project(desk, file, viewer)
    if settings is not None:
        instance = writer.get(Instance, proposal.instance)
        by_id = instance is not None and instance.keyed == "remote"
        writer.put(
            Link(
                instance=proposal.instance,
                action=ref,
                remote_id=proposal.remote_id if by_id else ref,
                state=LinkState.PENDING,
                base={name: value for name, value in values.items() if value and ours.get(name, value) == value},
                seen=values,
                assumed={name: ours[name] for name, value in values.items() if not value and name in ours},
                heard={name: 1 for name in LOGS if values.get(name)},
                dirty=True,
            )
        )
    return {"ref": ref}


def _answer_removal(
    core: Core, writer: Writer, desk: Desk, proposal: Proposal, accept: bool, reason: str, who: str
) -> dict[str, Any]:
    link = writer.get(Link, proposal.instance, proposal.action)
    if accept and reason:
        file = desk.file(proposal.action)
        unit = {"status": Status.CLOSED_NOT_IMPLEMENTED.value, "status_reason": reason}
        put_fields(desk, file, unit, Actor(Side.BOARD), who=who)
    if link is not None and accept:
        writer.put(link.model_copy(update={"state": LinkState.LEFT_OUT}))
    elif link is not None:
        _put_back(writer, desk, link)
    return {"ref": proposal.action}


def _put_back(writer: Writer, desk: Desk, link: Link) -> None:
    """Without its link the action is one in scope that has no record: the next sync appends it."""
    writer.remove(link)
    desk.touch(desk.file(link.action))


def _answer_repair(
    core: Core, writer: Writer, desk: Desk, proposal: Proposal, accept: bool, reason: str, who: str
) -> dict[str, Any]:
    """The next sync takes each row for what its content says, and puts the ids right; or makes what was asked about."""
    if not unmade.is_about_a_create(proposal):
        return {}
    unmade.answer(writer, proposal, accept=accept)
    return {"ref": proposal.action}


_ANSWERS = {
    ProposalKind.EDIT: _answer_field,
    ProposalKind.CLEAR: _answer_field,
    ProposalKind.EXTEND: _answer_extension,
    ProposalKind.NEW: _answer_new,
    ProposalKind.REMOVE: _answer_removal,
    ProposalKind.REPAIR: _answer_repair,
}


# --- together -------------------------------------------------------------------------------------------------------


@contextmanager
def _working(core: Core, who: str, source: str) -> Iterator[tuple[Writer, Desk]]:
    with core.store.writing(who, source) as writer:
        yield writer, Desk(writer, core.board, core.clock.now())


def _set(
    core: Core, desk: Desk, file: ActionFile, name: str, value: str, actor: Actor, who: str, with_it: Values
) -> None:
    """Set a field, with the parts of its unit, to a value a person gave. Raises UserError where it can't be read."""
    canonical = read_value(core, name, value)
    if name == "current_due":
        move_due(desk, file, day(canonical), requested_by=who, approved_by=who)
    else:
        put_fields(desk, file, {name: canonical, **with_it}, actor, who=who)


def read_value(core: Core, name: str, value: str) -> str:
    """The canonical value of what somebody typed on the command line. Raises UserError."""
    from actiontrack.ports import InstanceSettings

    tongue = Tongue(InstanceSettings("", "", Side.BOARD), core.agencies, core.board.timezone)
    read = tongue.read(name, value)
    if isinstance(read, Unclearness):
        what = "a date such as 2026-04-03" if FIELDS[name].type is Type.DATE else read.do
        raise UserError(f"{name}={value}: {read.why}. Give {what}.")
    return read
