"""Outbound: what an instance's records shall hold that they do not hold yet. Plans writes and intents; sends none."""

from __future__ import annotations

from actiontrack.domain.fields import FIELDS, STATUS_UNIT, Type, words
from actiontrack.domain.ledger import Intent, IntentState, Link, LinkState
from actiontrack.domain.refs import normal_ref
from actiontrack.domain.vocabulary import Status
from actiontrack.ports import Fixed, Plain, Record, Unread, Write
from actiontrack.services.records.changing import new_id
from actiontrack.services.records.desk import ActionFile
from actiontrack.services.records.listing import natural
from actiontrack.services.records.projection import LOGS, log, project
from actiontrack.services.sync import decisions, logs
from actiontrack.services.sync.lane import Lane
from actiontrack.services.sync.merge import alike
from actiontrack.services.sync.taking import ANSWERS
from actiontrack.services.sync.tongue import Unsayable

REF = "ref"
"""The pseudo-field of a write that puts the record's key in its place."""


def plan_out(lane: Lane) -> None:
    """Plan a write for every record that differs, and a create for every action in scope that has no record."""
    files = lane.desk.load(lane.look_at)
    creating = lane.connector.capabilities().creates
    near = [files[ref] for ref in lane.look_at if ref in files and ref not in lane.held]
    looked_at = [file for file in near if file.action.ref in lane.linked or lane.in_scope(file)]
    for file in sorted(looked_at, key=_as_in_the_plan):
        ref = file.action.ref
        link = lane.links.get(ref)
        if link is None and ref not in lane.linked:
            if creating:
                _plan_create(lane, file)
        elif link is not None and link.state in (LinkState.LIVE, LinkState.PENDING) and ref in lane.records:
            _plan_update(lane, file, link, lane.records[ref])


def has_to_say(lane: Lane) -> bool:
    """Whether an increment leads to something to write, as far as it can tell: of what it does not show, it can't."""
    files = lane.desk.load(lane.look_at)
    return any(_has_to_say(lane, files[ref]) for ref in lane.look_at if ref in files and ref not in lane.held)


def _has_to_say(lane: Lane, file: ActionFile) -> bool:
    ref = file.action.ref
    link = lane.links.get(ref)
    if ref not in lane.linked:
        return lane.connector.capabilities().creates and lane.in_scope(file)
    if link is None:
        return True
    if ref in lane.stale or link.state not in (LinkState.LIVE, LinkState.PENDING):
        return False
    record = lane.records.get(ref)
    return record is None or (lane.in_scope(file) and bool(_wanted(lane, file, link, record)))


def _as_in_the_plan(file: ActionFile) -> tuple[str, list[tuple[int, str]], str]:
    """By review and the plan's number, 2 before 10."""
    return file.action.review, natural(file.action.number), file.action.ref


# --- a record that is there -----------------------------------------------------------------------------------------


def _plan_update(lane: Lane, file: ActionFile, link: Link, record: Record) -> None:
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    said: dict[str, Plain] = {}
    shown: dict[str, Plain] = {}
    if _is_overtaken(lane, file, link, record) or _fits_by_now(lane, file, record):  # by what was merged after it
        lane.again.add(file.action.ref)
    if lane.in_scope(file):
        for name, (base, ours) in _wanted(lane, file, link, record).items():
            try:
                said[name] = _sayable(lane, name, ours, record)
            except Unsayable as refusal:
                _tell_unsayable(lane, file, record, name, ours, refusal)
                continue
            raw = record.fields.get(name)
            shown[name] = None if isinstance(raw, Fixed | Unread) else raw
            before[name], after[name] = base, ours
            lane.step("write", ref=file.action.ref, row=record.row, name=name, base=base, ours=ours, theirs=base)
    if _key_is_wanting(lane, link, record):
        said[REF] = after[REF] = key = file.action.ref if lane.seen.key == "remote" else link.remote_id
        lane.step("write the id", ref=file.action.ref, row=record.row, name=REF, ours=key)
    if said:
        _intend(lane, file, before, after, said, shown, record, creates=False)
        lane.put_link(link.model_copy(update={"dirty": True, "heard": _heard(lane, file, link)}))
    else:
        state = LinkState.LIVE if link.state is LinkState.PENDING and not lane.inbound_only else link.state
        dirty = file.action.ref in lane.again
        lane.put_link(link.model_copy(update={"dirty": dirty, "state": state, "heard": _heard(lane, file, link)}))


def _is_overtaken(lane: Lane, file: ActionFile, link: Link, record: Record) -> bool:
    """Whether a proposal, or a side of a conflict, says what is here by now: another instance's word was taken since.

    The reason and date of a status that is itself in question wait with it.
    """
    said = [*decisions.pending_fields(lane, file.action.ref).items(), *decisions.sides_taken(lane, file).items()]
    if not said:
        return False
    ours, theirs = project(lane.desk, file, lane.viewer), lane.theirs(record)
    stands = theirs.get("status") in (ours.get("status"), link.base.get("status"))
    return any(
        value == theirs.get(name) and alike(name, ours.get(name, "\0"), value)
        for name, value in said
        if stands or name not in STATUS_UNIT[1:]
    )


def _fits_by_now(lane: Lane, file: ActionFile, record: Record) -> bool:
    """Whether what was told of because nothing fitted it does by now: a date to look again on stands beside a block,
    a response has a recommendation that it answers.
    """
    ref, theirs = file.action.ref, lane.theirs(record)
    told = lane.issues if ref in lane.examined else lane.told
    untold = [
        name for name in ("look_again", *ANSWERS) if f"{ref}:{name}" in told and isinstance(theirs.get(name), str)
    ]
    if not untold:
        return False
    blocked = project(lane.desk, file, lane.viewer).get("status") == Status.BLOCKED
    return any(blocked if name == "look_again" else file.action.recommendations for name in untold)


def _key_is_wanting(lane: Lane, link: Link, record: Record) -> bool:
    """Whether the record does not carry its key, or our Action ID beside it: not yet, or the wrong one."""
    if lane.seen.key == "remote":
        return record.lacks_ref
    return (normal_ref(record.remote_id) or record.remote_id) != link.remote_id


def _wanted(lane: Lane, file: ActionFile, link: Link, record: Record) -> dict[str, tuple[str, str]]:
    """Field → (what stands there, what shall stand there), of the fields that nothing holds back."""
    ours = project(lane.desk, file, lane.viewer)
    theirs = lane.theirs(record)
    still = decisions.frozen_fields(lane, file) | set(decisions.pending_fields(lane, file.action.ref))
    if still & set(STATUS_UNIT):
        still |= set(STATUS_UNIT)
    wanted = {}
    for name, value in ours.items():
        now = theirs.get(name)
        if name not in lane.seen.writable or name in still or not isinstance(now, str):
            continue
        base = link.base.get(name)
        agreed = link.assumed.get(name, "") if base is None else base
        if not alike(name, value, agreed) and now == (base or ""):
            wanted[name] = (now, value)
    for name in LOGS:
        text = _unheard(lane, file, link, name)
        if text and name in lane.seen.writable and name not in still and isinstance(theirs.get(name), str):
            wanted[name] = (link.base.get(name, ""), text)
    for name, before in link.assumed.items():
        # Refused: what had been typed into a log, or into a field kept from this side, gives way to what stood there.
        base = link.base.get(name)
        refused = base is not None and base == theirs.get(name) != before and name not in ours
        if refused and name in lane.seen.writable and name not in still:
            wanted.setdefault(name, (str(base), before))
    return wanted


def _unheard(lane: Lane, file: ActionFile, link: Link, name: str) -> str:
    """What a log's cell shall show of entries it has not shown; "" where it shows them, being where they were typed."""
    entries = log(lane.desk, file, lane.viewer, name) or []
    fresh = [entry for entry in entries if entry.position > link.heard.get(name, 0)]
    typed = lane.typed.get((file.action.ref, name))
    if not fresh or [entry.position for entry in fresh] == [typed]:
        return ""
    text = logs.shown(fresh, any(entry.position == typed for entry in fresh), lane.names)
    return "" if text == link.base.get(name, "") else text


def _heard(lane: Lane, file: ActionFile, link: Link) -> dict[str, int]:
    """Every log that has nothing to show has been heard to its end."""
    heard: dict[str, int] = dict(link.heard)
    for name in LOGS:
        entries = log(lane.desk, file, lane.viewer, name)
        if entries and name in link.base and not _unheard(lane, file, link, name):
            heard[name] = entries[-1].position
    return heard


def _sayable(lane: Lane, name: str, value: str, record: Record) -> Plain:
    raw = record.fields.get(name)
    if isinstance(raw, Fixed):
        raise Unsayable(raw.why)
    return lane.tongue.say(name, value, lane.seen)


def _tell_unsayable(lane: Lane, file: ActionFile, record: Record, name: str, value: str, refusal: Unsayable) -> None:
    """One issue, not planned again until a side changes. Free text stays out of it."""
    free = FIELDS[name].type is Type.TEXT or name in LOGS
    what = "the new text" if free else f"“{words(value)}”"
    there = "" if free or not record.row else lane.plain(record).get(name, "")
    lane.issue(
        f"{file.action.ref}:{name}:write",
        f"{words(name).capitalize()} of {file.action.ref} can't be written: {refusal}.",
        f"Change the cell so that it takes {what}, or leave it: the record here stands.",
        row=record.row, name=name, value=there, quarantines=False,
    )  # fmt: skip


# --- a record that is not there yet ---------------------------------------------------------------------------------


def _plan_create(lane: Lane, file: ActionFile) -> None:
    ref = file.action.ref
    ours = project(lane.desk, file, lane.viewer)
    heard: dict[str, int] = {}
    for name in LOGS:
        entries = log(lane.desk, file, lane.viewer, name)
        if entries:
            ours[name] = logs.shown(entries, False, lane.names) if name != "progress" else entries[-1].text
            heard[name] = entries[-1].position
    after: dict[str, str] = {}
    said: dict[str, Plain] = {}
    for name, value in ours.items():
        if not value or (lane.seen.exists and name not in lane.seen.writable):
            continue
        try:
            said[name] = lane.tongue.say(name, value, lane.seen)
            after[name] = value
        except Unsayable as refusal:
            _tell_unsayable(lane, file, Record("", {}, ""), name, value, refusal)
    said[REF] = ref
    _intend(lane, file, {}, after, said, {}, None, creates=True)
    link = Link(
        instance=lane.name, action=ref, remote_id="" if lane.seen.key == "remote" else ref, state=LinkState.PENDING,
        heard=heard, seen={}, dirty=True, failures=lane.failures.get(ref, 0),
    )  # fmt: skip
    lane.linked.add(ref)
    lane.put_link(link)
    lane.step("create there", ref=ref, name="text", ours=file.action.text)


def _intend(
    lane: Lane, file: ActionFile, before: dict[str, str], after: dict[str, str], said: dict[str, Plain],
    shown: dict[str, Plain], record: Record | None, *, creates: bool,
) -> None:  # fmt: skip
    """An intent, committed before anything is sent, and the write that carries it out."""
    ref = file.action.ref
    op_id = _op_id(lane, ref, after, creates=creates)
    key = record.remote_id if record and not _ambiguous(lane, ref, record) else ""
    lane.intents[ref] = Intent(
        op_id=op_id, instance=lane.name, action=ref, remote_id=key, creates=creates, before=before, after=after,
        at=lane.desk.now,
    )  # fmt: skip
    row = record.row if record else 0
    lane.writes.append(Write(op_id, key, row, creates, shown, said, record.version if record else ""))


def _op_id(lane: Lane, ref: str, after: dict[str, str], *, creates: bool) -> str:
    """A create that did not land keeps its key, refused or not, and so does an update that says the same."""
    sent = lane.reused.get(ref) or (_refused(lane, ref) if creates else None)
    same = sent is not None and sent.creates == creates and (creates or sent.after == after)
    return sent.op_id if sent is not None and same else new_id()


def _refused(lane: Lane, ref: str) -> Intent | None:
    """The latest create that was refused: it may have been sent before, and have landed then."""
    if not lane.failures.get(ref):
        return None
    tried = lane.desk.reader.find(Intent, instance=lane.name, action=ref, creates=True, state=IntentState.REFUSED)
    return max(tried, key=lambda intent: intent.at, default=None)


def _ambiguous(lane: Lane, ref: str, record: Record) -> bool:
    """Whether the record's present key is not its own, or another's too: then only its row finds it."""
    if lane.seen.key == "remote":
        return False
    link = lane.links.get(ref)
    if link is not None and _key_is_wanting(lane, link, record):
        return True
    return lane.shared_keys[record.remote_id] > 1
