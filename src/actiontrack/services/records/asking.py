"""What a person asks of an action by hand: add, set, progress, extend, evidence, sign off.

The same ownership and guards bind as in a sync: what the asker does not own is filed as a proposal, a later due date as
a request, and a field in conflict waits until that is settled.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from actiontrack.domain.fields import FIELDS, STATUS_UNIT, Actor, Standing, Type, why_not_theirs
from actiontrack.domain.ledger import Conflict, Proposal, ProposalKind
from actiontrack.domain.lifecycle import BOARD_STATUSES, ENDED_STATUSES, content_hash, seen_parts
from actiontrack.domain.nouns import Action, Recommendation, SignOff
from actiontrack.domain.vocabulary import LEG_STATUSES, Side, Status
from actiontrack.errors import NotAllowed, UserError
from actiontrack.ports import InstanceSettings, Writer
from actiontrack.services.core import Core
from actiontrack.services.records.board_fields import BOARD_FIELDS, put_board_fields
from actiontrack.services.records.changing import add_entry, new_id, put_fields
from actiontrack.services.records.creating import create_action
from actiontrack.services.records.desk import ActionFile, Desk, Sitting
from actiontrack.services.records.gaps import forget_mended
from actiontrack.services.records.listing import find_ref, show_action
from actiontrack.services.records.projection import Viewer, project
from actiontrack.services.records.responding import check_answer
from actiontrack.services.records.working import SOURCE, working
from actiontrack.services.sync.tongue import Tongue, Unclearness


@dataclass(frozen=True, slots=True)
class Asker:
    """Who acts, and on whose behalf."""

    who: str
    actor: Actor

    @property
    def agency(self) -> str:
        """The code on the agency's side; "" is the Board."""
        return self.actor.agency if self.actor.side is Side.AGENCY else ""


def add_action(core: Core, values: Mapping[str, str], asker: Asker, *, dry_run: bool = False) -> dict[str, Any]:
    """A new action; a status in `values` is a move, so its guards bind. Returns it as `action show` does."""
    if asker.agency:
        raise NotAllowed("The Board adds actions; a new row in your workbook reaches it as a proposal.")
    own, read = _apart(core, values)
    return change_action(core, asker, lambda desk, writer: enter(desk, writer, read, asker, own=own), dry_run=dry_run)


def enter(
    desk: Desk,
    writer: Writer,
    read: Mapping[str, str],
    asker: Asker,
    *,
    own: Mapping[str, str] = {},
    source: str = SOURCE,
) -> ActionFile:
    """A new action on the desk, of canonical values; `own` is what the Board alone says of it, as typed."""
    if not read.get("text"):
        raise UserError('An action needs its text: text="what will be done".')
    _check_number(writer, "", read.get("number", ""), read.get("review", ""))
    state = {name: read[name] for name in STATUS_UNIT if read.get(name)}
    plain = {name: value for name, value in read.items() if name not in STATUS_UNIT}
    file = create_action(desk, plain, actor=asker.actor, review="", who=asker.who, source=source)
    _check_answers(desk, writer, file, plain)
    put_board_fields(desk, file, own)
    if state:
        put_fields(desk, file, state, asker.actor, who=asker.who)
    return file


def set_fields(
    core: Core, name: str, values: Mapping[str, str], asker: Asker, *, meeting: str = "", dry_run: bool = False
) -> dict[str, Any]:
    """Set what the asker owns; file the rest. Returns the action after it.

    A closure of which a `meeting` is named is recorded as its decision.

    Raises NotAllowed where a guard forbids a move or a field is in conflict, UserError for a value that can't be read.
    """
    own, read = _apart(core, values)
    if own and asker.agency:
        raise NotAllowed(f"The Board decides {', '.join(own)}; leave --agency out.")
    if meeting and read.get("status") not in ENDED_STATUSES:
        raise UserError(f"--meeting goes with a closure: status={', '.join(sorted(ENDED_STATUSES))}.")
    logs = [field for field in read if FIELDS[field].type is Type.LOG]
    if logs:
        raise UserError(f"{logs[0]} is added to, never set: use `actiontrack action {_ADDS[logs[0]]}`.")

    def work(desk: Desk, writer: Writer) -> ActionFile:
        desk.sitting = Sitting(meeting, read.get("status_reason", ""), asker.who) if meeting else None
        file = desk.file(find_ref(writer, name))
        put_board_fields(desk, file, own)
        amend(core, desk, writer, file, read, asker)
        return file

    return change_action(core, asker, work, dry_run=dry_run)


def amend(
    core: Core, desk: Desk, writer: Writer, file: ActionFile, read: Mapping[str, str], asker: Asker
) -> dict[str, str]:
    """Set what the asker owns of these canonical values; file the rest. Returns what was filed, and why."""
    _refuse_frozen(writer, file, read)
    ours = project(desk, file, Viewer(asker.actor.side, asker.agency))
    allowed, filed = {}, {}
    boards_word = _is_boards_word(file, asker, read.get("status", ""))
    for field, after in read.items():
        if after == ours.get(field, ""):
            continue
        kind, why = _objection(core, file, asker, field, ours.get(field), after)
        if field in STATUS_UNIT and boards_word:
            why = ""
        if why:
            _file(writer, desk, file, asker, field, ours.get(field, ""), after, kind, why)
            filed[field] = why
        else:
            allowed[field] = after
    if "number" in allowed or "review" in allowed:
        number, review = (allowed.get(part, ours.get(part, "")) for part in ("number", "review"))
        _check_number(writer, file.action.ref, number, review)
    put_fields(desk, file, allowed, asker.actor, who=asker.who)
    _check_answers(desk, writer, file, allowed)
    return filed


_ADDS = {"progress": "progress REF TEXT", "evidence": "evidence REF --link URL", "comments": "comment REF TEXT"}


def add_log(
    core: Core, name: str, log: str, text: str, asker: Asker, *, effective: date | None = None, dry_run: bool = False
) -> dict[str, Any]:
    """Add to an action's progress, comments or evidence (a link, or words)."""
    if not text.strip():
        raise UserError(f"There is nothing to add to {log}: say it in words.")
    refuse_later_period(core, effective)

    def work(desk: Desk, writer: Writer) -> ActionFile:
        file = desk.file(find_ref(writer, name))
        why = why_not_theirs(FIELDS[log], asker.actor, standing_for_owner(core, file), text)
        if why:
            raise NotAllowed(f"{file.action.ref}: {why}.")
        add_entry(desk, file, log, text.strip(), agency=asker.agency, who=asker.who, source=SOURCE, effective=effective)
        return file

    return change_action(core, asker, work, dry_run=dry_run)


def refuse_later_period(core: Core, effective: date | None) -> None:
    """What is received today speaks of no day to come. Raises NotAllowed."""
    today = core.clock.today()
    if effective is not None and effective > today:
        raise NotAllowed(f"Evidence received on {today} can't show what is so until {effective}; give an earlier day.")


def ask_extension(
    core: Core, name: str, to: date, reason: str, asker: Asker, *, dry_run: bool = False
) -> dict[str, Any]:
    """File a request for a later due date; somebody else accepts it."""
    if not reason.strip():
        raise UserError("A request for a later date needs its reason: --reason T.")

    def work(desk: Desk, writer: Writer) -> ActionFile:
        file = desk.file(find_ref(writer, name))
        due = file.action.current_due
        if due is None or to <= due:
            standing = f"is due {due}" if due else "has no due date"
            raise UserError(f"{file.action.ref} {standing}; `actiontrack action set` takes current_due={to} directly.")
        _refuse_frozen(writer, file, {"current_due": ""})
        why = "a later due date needs somebody else's approval"
        kind = ProposalKind.EXTEND
        _file(writer, desk, file, asker, "current_due", due.isoformat(), to.isoformat(), kind, why, reason.strip())
        return file

    return change_action(core, asker, work, dry_run=dry_run)


def sign_off(core: Core, name: str, agency: str, asker: Asker, *, dry_run: bool = False) -> dict[str, Any]:
    """Say that somebody outside the lead agency saw the evidence; what was seen is frozen by its hash."""

    def work(desk: Desk, writer: Writer) -> ActionFile:
        file = desk.file(find_ref(writer, name))
        if agency == file.action.lead_agency:
            raise NotAllowed(f"{file.action.ref}: {agency} leads it; a sign-off comes from outside the lead agency.")
        if not file.evidence:
            raise NotAllowed(f"{file.action.ref}: there is no evidence to sign off; add it with `action evidence`.")
        seen = content_hash(file.action, file.legs, file.evidence)
        item = SignOff(
            ref=new_id(), action=file.action.ref, agency=agency, by=asker.who, at=desk.now, seen=seen,
            parts=seen_parts(file.action, file.legs, file.evidence),
        )  # fmt: skip
        file.sign_offs.append(item)
        desk.put(item)
        desk.touch(file)
        forget_mended(desk, file)
        return file

    return change_action(core, asker, work, dry_run=dry_run)


def change_action(
    core: Core, asker: Asker, work: Callable[[Desk, Writer], ActionFile], *, dry_run: bool
) -> dict[str, Any]:
    """Do the work in one transaction, tell the hooks after it, and show the action as it is then."""
    with working(core, asker.who, dry_run=dry_run) as (writer, desk):
        writer.put(*(agency for agency in core.agencies))
        file = work(desk, writer)
        before = writer.get(Action, file.action.ref)
        desk.save(writer)
        told = show_action(core, file.action.ref, writer)
    if file.action != before and not dry_run:
        core.hooks.on_action_changed(before, file.action)
    return told


# --- inside ---------------------------------------------------------------------------------------------------------


def _apart(core: Core, values: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What the Board alone says, as typed; and what travels, as canonical values."""
    own = {name: text for name, text in values.items() if name in BOARD_FIELDS}
    return own, read_fields(core, {name: text for name, text in values.items() if name not in own})


def read_fields(core: Core, values: Mapping[str, str]) -> dict[str, str]:
    """Typed values as canonical ones: the same words are understood as in a workbook."""
    tongue = Tongue(InstanceSettings(name="", type="", side=Side.BOARD), core.agencies, core.board.timezone)
    read = {}
    for name, text in values.items():
        if name not in FIELDS:
            known = (*FIELDS, *BOARD_FIELDS)
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else f"; the fields are {', '.join(known)}."
            raise UserError(f"An action has no field {name!r} that can be set{hint}")
        value = tongue.read(name, text)
        if isinstance(value, Unclearness):
            raise UserError(f"{name}={value.shown!r}: {value.why}.")
        read[name] = value
    return read


def standing_for_owner(core: Core, file: ActionFile) -> Standing:
    """What ownership of a field rests on."""
    return Standing(lead=file.action.lead_agency, legs=file.agencies, connected=core.connected)


def _objection(
    core: Core, file: ActionFile, asker: Asker, name: str, ours: str | None, after: str
) -> tuple[ProposalKind, str]:
    """The kind of proposal it must be and why; an empty phrase where the asker may set it."""
    if ours is None:
        return ProposalKind.EDIT, "the field is not shared with this side"
    why = why_not_theirs(FIELDS[name], asker.actor, standing_for_owner(core, file), after)
    if why:
        return (ProposalKind.EDIT if after else ProposalKind.CLEAR), why
    if name == "current_due" and ours and after > ours:
        return ProposalKind.EXTEND, "a later due date needs somebody else's approval"
    if name == "original_due" and ours:
        return ProposalKind.EDIT, "the original due date is never overwritten"
    return ProposalKind.EDIT, ""


def _is_boards_word(file: ActionFile, asker: Asker, to: str) -> bool:
    """Whether a status, with its reason, is the Board's to say though several agencies act: to its states, or back."""
    held = file.action.status in BOARD_STATUSES - {Status.EVIDENCE_QUERIED}
    return not asker.agency and (held or (bool(to) and to not in LEG_STATUSES))


def _refuse_frozen(writer: Writer, file: ActionFile, values: Mapping[str, str]) -> None:
    wanted = {*values, *(STATUS_UNIT if set(values) & set(STATUS_UNIT) else ())}
    for found in writer.find(Conflict, action=file.action.ref, closed_at=None):
        if found.field in wanted:
            raise NotAllowed(
                f"{file.action.ref}: {found.field} is in conflict; settle it first: "
                f"`actiontrack conflict resolve {found.id} --take ours|theirs`."
            )


def _file(
    writer: Writer, desk: Desk, file: ActionFile, asker: Asker, name: str, ours: str, after: str,
    kind: ProposalKind, why: str, reason: str = "",
) -> None:  # fmt: skip
    """File a proposal; a newer one of the same asker for the same field takes the older one's place."""
    for old in writer.find(Proposal, action=file.action.ref, field=name, instance="", by=asker.who, closed_at=None):
        writer.put(old.model_copy(update={"closed_at": desk.now, "how": "asked again"}))
    proposal = Proposal(
        id=new_id(),
        kind=kind,
        action=file.action.ref,
        field=name,
        from_value=ours,
        to_value=after,
        by=asker.who,
        reason=reason,
        why=why,
        since=desk.now,
    )
    writer.put(proposal)


def _check_answers(desk: Desk, writer: Writer, file: ActionFile, values: Mapping[str, str]) -> None:
    """An answer that is given with an action binds the rules of one given by itself."""
    if values.keys() & {"response", "response_reasons"}:
        for item in desk.answered(file.action):
            check_answer(writer.get(Recommendation, item.ref), item)


def _check_number(writer: Writer, ref: str, number: str, review: str) -> None:
    """A plan's number is unique in its review."""
    if number:
        others = [other for (other,) in writer.pick(Action, ("ref",), number=number, review=review) if other != ref]
        if others:
            raise NotAllowed(f"{others[0]} is numbered {number} in {review or 'no review'} already; choose another.")
