"""Inbound: what an observation says, merged into the records. Works on the desk and the ledger; sends nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping

from actiontrack.domain.fields import Standing
from actiontrack.domain.ledger import Link, LinkState, Proposal, ProposalKind
from actiontrack.domain.nouns import Action
from actiontrack.domain.vocabulary import Side, Status
from actiontrack.ports import Record
from actiontrack.services.records.changing import add_entry, day, why_not_status
from actiontrack.services.records.creating import create_action
from actiontrack.services.records.desk import ActionFile
from actiontrack.services.records.projection import LOGS, log, project
from actiontrack.services.sync import decisions, logs, repairs, unmade
from actiontrack.services.sync.echo import after_read
from actiontrack.services.sync.lane import Lane
from actiontrack.services.sync.merge import Merged, Sides, merge
from actiontrack.services.sync.missing import note_missing
from actiontrack.services.sync.problems import left_alone
from actiontrack.services.sync.recovery import as_it_was_sent, create_in_doubt
from actiontrack.services.sync.taking import placeable, put_taken
from actiontrack.services.sync.tongue import Unclearness


def take_in(lane: Lane, who: str) -> None:
    """Merge everything the lane's matching found."""
    repair = repairs.settle(lane)
    lane.desk.load(link.action for _, link in lane.matching.pairs)
    for record, link in lane.matching.pairs:
        _merge_pair(lane, record, link, who)
    _take_rejoined(lane, who)
    lane.asked_new = _hold(lane, repair)
    _take_fresh(lane, who)
    unmade.settle(lane)
    note_missing(lane)


def ask_about_new(lane: Lane, who: str) -> None:
    """Once every instance was read: a row whose action another one made is linked; a person is asked of the others."""
    unlinked = _Unlinked(lane) if lane.strangers else None
    for record in lane.strangers:
        file = unlinked.like(lane.plain(record)) if unlinked else None
        if file is not None:
            _join(lane, record, file, who)
        else:
            lane.asked_new.add(_propose_new(lane, record, "an agency asks for a new action"))
    if lane.seen.complete:
        decisions.withdraw_unmet(lane, ProposalKind.NEW, lane.asked_new)


# --- one record that has its action ---------------------------------------------------------------------------------


def _merge_pair(
    lane: Lane, record: Record, link: Link, who: str, *, first: bool = False, ours: Mapping[str, str] | None = None
) -> None:
    """`ours`: what is here, where that is known already."""
    file = lane.desk.files[link.action]
    lane.examined.add(link.action)
    lane.records[link.action] = record
    lane.look_at.add(link.action)
    theirs = placeable(file, lane.theirs(record))
    decisions.come_back(lane, link.action)
    sides = Sides(
        ours=project(lane.desk, file, lane.viewer) if ours is None else ours,
        theirs=theirs,
        base=link.base,
        assumed=link.assumed,
        seen=link.seen,
        actor=lane.actor,
        standing=Standing(
            file.action.lead_agency,
            tuple(leg.agency for leg in file.legs),
            lane.connected,
            lane.in_scope(file),
        ),
        frozen=decisions.frozen_fields(lane, file),
        pending=decisions.pending_fields(lane, link.action),
        objects=lambda unit: _objections(lane, file, unit),
        first=first or not link.seen,
    )
    base, assumed = dict(link.base), dict(link.assumed)
    taken: dict[str, str] = {}
    for merged in merge(sides):
        _settle(lane, file, record, merged, base, assumed, taken)
    if taken:
        put_taken(lane, file, theirs, taken, base, link, who)
    heard = _merge_logs(lane, file, record, link, base, who)
    for name in [name for name in assumed if name in base]:
        # What a refusal puts back is for a cell that nothing of ours goes into, and that nobody typed over since.
        if name in sides.ours or base[name] != link.base.get(name):
            del assumed[name]
    changed = link.model_copy(
        update={
            "base": base,
            "assumed": assumed,
            "heard": heard,
            "seen": lane.plain(record),
            "digest": record.version,
            "row": record.row,
            "state": LinkState.PENDING if link.state is LinkState.PENDING else LinkState.LIVE,
            "missing_since": None,
            "remote_id": link.remote_id or record.remote_id or link.action,
            **after_read(lane, link, record.version),
        }
    )
    if lane.seen.key != "ref" and record.remote_id and link.action not in lane.mended:
        changed = changed.model_copy(update={"remote_id": record.remote_id})
    lane.put_link(changed)


def _settle(
    lane: Lane,
    file: ActionFile,
    record: Record,
    merged: Merged,
    base: dict[str, str],
    assumed: dict[str, str],
    taken: dict[str, str],
) -> None:
    """Do what the merge says of one field."""
    ref, name = file.action.ref, merged.field
    if merged.does == "unclear":
        what = left_alone(name, merged.theirs, merged.why)
        lane.issue(f"{ref}:{name}", what, merged.do, row=record.row, name=name, value=merged.theirs)
        return
    if merged.does in ("agree", "take"):
        base[name] = merged.theirs
        assumed.pop(name, None)
        decisions.agree(lane, file, name)
    if merged.does == "take":
        taken[name] = merged.theirs
    elif merged.does in ("conflict", "wait"):
        decisions.differ(lane, file, merged)
    elif merged.does == "propose":
        decisions.propose(lane, ref, merged)
    elif merged.does == "withdraw":
        decisions.close_pending(lane, ref, name, "put back")
    if merged.does not in ("agree", "wait"):
        lane.step(
            merged.does, ref=ref, row=record.row, name=name, base=merged.base, ours=merged.ours, theirs=merged.theirs,
            why=merged.why,
        )  # fmt: skip


def _objections(lane: Lane, file: ActionFile, unit: object) -> list[str]:
    values = dict(unit) if isinstance(unit, dict) else {}
    agency = lane.settings.agency if lane.settings.side is Side.AGENCY else None
    look_again = day(values.get("look_again", ""))
    return why_not_status(file, Status(values["status"]), agency, values.get("status_reason", ""), look_again)


def _merge_logs(
    lane: Lane, file: ActionFile, record: Record, link: Link, base: dict[str, str], who: str
) -> dict[str, int]:
    """Add what was typed into log cells; returns the positions each cell has shown or given."""
    heard: dict[str, int] = dict(link.heard)
    for name in LOGS:
        theirs = lane.theirs(record).get(name)
        entries = log(lane.desk, file, lane.viewer, name)
        if theirs is None:
            continue
        if entries is None:
            _propose_withheld(lane, file, link, name, theirs)
            continue
        if isinstance(theirs, Unclearness):
            what = left_alone(name, theirs.shown, theirs.why)
            lane.issue(f"{file.action.ref}:{name}", what, theirs.do, row=record.row, name=name, value=theirs.shown)
            continue
        before = base.get(name)
        if theirs in ("", before):
            decisions.close_pending(lane, file.action.ref, name, "put back")
        fresh = [entry for entry in entries if entry.position > heard.get(name, 0)]
        text = logs.added(before or "", theirs) if theirs != before else ""
        known = logs.newest_shown(entries, theirs, lane.names) if before is None else 0
        # Only after a run that was cut off may a cell show what we wrote ourselves and never heard of.
        ours = lane.cut_off and fresh and theirs == logs.shown(fresh, False, lane.names)
        if theirs and (known or ours):
            heard[name] = max(heard.get(name, 0), known or fresh[-1].position)
        elif text and _may_add(lane, file, name, theirs):
            agency = lane.settings.agency if lane.settings.side is Side.AGENCY else ""
            position = add_entry(
                lane.desk, file, name, text, agency=agency, who=who, source=f"sync:{lane.name}"
            )  # fmt: skip
            lane.typed[file.action.ref, name] = position
            if lane.inbound_only:
                heard[name] = position
            lane.count_updated(file.action.ref)
            lane.step("add", ref=file.action.ref, row=record.row, name=name, base=before, theirs=text)
        elif text:
            continue
        base[name] = theirs
    return heard


def _propose_withheld(lane: Lane, file: ActionFile, link: Link, name: str, theirs: str | Unclearness) -> None:
    """A log kept from this side: what is typed there anew goes to its owner."""
    if isinstance(theirs, Unclearness) or not theirs or theirs == link.seen.get(name, ""):
        return
    if decisions.pending_fields(lane, file.action.ref).get(name) != theirs:
        why = "the field is not shared with this side"
        decisions.propose(lane, file.action.ref, Merged(name, "propose", None, "", theirs, why=why))


def _may_add(lane: Lane, file: ActionFile, name: str, theirs: str) -> bool:
    """Whether this side may add to the log; if not, what it typed is proposed."""
    if lane.settings.side is Side.BOARD or (name != "comments" and lane.in_scope(file)):
        return True
    why = "the Board's scrutineers write these" if name == "comments" else "the action has left this instance's scope"
    if decisions.pending_fields(lane, file.action.ref).get(name) != theirs:
        decisions.propose(lane, file.action.ref, Merged(name, "propose", None, "", theirs, why=why))
    return False


# --- records held back ----------------------------------------------------------------------------------------------


def _hold(lane: Lane, repair: Proposal | None) -> set[str]:
    """Tell why each is held; a copied row is proposed as a new action. Returns the proposals met."""
    met = set()
    mended = {id(record) for record, _ in lane.matching.repairs} if repair and repair.closed_at is None else set()
    for held in lane.matching.held:
        record = held.record
        do = f"accept the repair, or {held.do}" if id(record) in mended else held.do
        lane.issue(
            f"row:{record.remote_id}:{record.row}", f"Row {record.row} was left alone: {held.why}.", do,
            row=record.row, name="ref" if "ref" in lane.seen.places else "number", value=record.remote_id,
        )  # fmt: skip
        lane.step("quarantine", ref=held.action, row=record.row, why=held.why)
        if held.new and lane.plain(record).get("text"):
            met.add(_propose_new(lane, record, held.why))
        elif not held.new:
            lane.held |= {held.action, held.owner} - {""}
    return met


# --- records that have none yet -------------------------------------------------------------------------------------


def _take_rejoined(lane: Lane, who: str) -> None:
    lane.desk.load(action for _, action in lane.matching.rejoined)
    for record, action in lane.matching.rejoined:
        _join(lane, record, lane.desk.files[action], who)


def _join(lane: Lane, record: Record, file: ActionFile, who: str) -> None:
    """Link a record to an action there is; what they say differently has no base yet, unless we sent it so."""
    written = lane.seen.key == "remote" or bool(record.remote_id)
    link = Link(
        instance=lane.name,
        action=file.action.ref,
        remote_id=record.remote_id or file.action.ref,
        state=LinkState.LIVE if written else LinkState.PENDING,
        row=record.row,
        dirty=True,
    )
    intent = create_in_doubt(lane, file.action.ref)
    if intent is not None:
        link = as_it_was_sent(lane, link, intent, record)
    lane.linked.add(file.action.ref)
    lane.step("link", ref=file.action.ref, row=record.row)
    _merge_pair(lane, record, link, who, first=True)


def _take_fresh(lane: Lane, who: str) -> None:
    """New rows: linked where an action here says the same, made on a board's side; an agency's are asked about."""
    unlinked = _Unlinked(lane) if lane.matching.fresh else None
    for record in lane.matching.fresh:
        file = unlinked.like(lane.plain(record)) if unlinked else None
        if file is not None:
            _join(lane, record, file, who)
        elif lane.settings.side is Side.AGENCY or _adopts_by_request(lane):
            lane.strangers.append(record)
        elif lane.ledger.others and decisions.asked(lane, ProposalKind.NEW, _as_asked(lane, record)):
            lane.asked_new.add(_propose_new(lane, record, "it was copied from another row"))
        else:
            _create(lane, record, who)


def _adopts_by_request(lane: Lane) -> bool:
    """A case system's own records are never made into actions unasked (sync.md, scope)."""
    return lane.seen.key == "remote"


def _propose_new(lane: Lane, record: Record, why: str) -> str:
    values = lane.plain(record)
    known = decisions.ask(
        lane, ProposalKind.NEW, _as_asked(lane, record), remote_id=record.remote_id, to_value=values, why=why,
    )  # fmt: skip
    if known.closed_at is None:
        lane.step("propose", row=record.row, name="text", theirs=values.get("text"), why=why)
    return known.id


def _as_asked(lane: Lane, record: Record) -> str:
    return json.dumps([record.remote_id, lane.plain(record)], sort_keys=True, ensure_ascii=False)


def _create(lane: Lane, record: Record, who: str) -> None:
    values = lane.plain(record)
    if not values.get("text"):
        return
    file = create_action(
        lane.desk, values, actor=lane.actor, review=lane.settings.review, who=who, source=f"sync:{lane.name}"
    )
    ref = file.action.ref
    ours = project(lane.desk, file, lane.viewer)
    theirs = lane.theirs(record)
    link = Link(
        instance=lane.name,
        action=ref,
        remote_id=record.remote_id or ref,
        state=LinkState.LIVE if record.remote_id else LinkState.PENDING,
        row=record.row,
        base={name: value for name, value in values.items() if value and ours.get(name) == value}
        | {name: values[name] for name in LOGS if name in values},
        assumed={
            name: ours[name]
            for name, value in theirs.items()
            if name in ours and (value == "" or not isinstance(value, str))
        },
        heard={name: 1 for name in LOGS if values.get(name)},
        dirty=not record.remote_id,
    )
    lane.linked.add(ref)
    lane.result.created_here += 1
    lane.step("create here", ref=ref, row=record.row, name="text", theirs=values["text"])
    _merge_pair(lane, record, link, who, first=True, ours=ours)


class _Unlinked:
    """The actions in this instance's scope that no record of it answers to yet, by what they say."""

    def __init__(self, lane: Lane) -> None:
        self._by_text: dict[str, list[str]] = {}
        self._lane = lane
        # A row that can name its review itself may answer to an action of any.
        anywhere = lane.settings.side is Side.BOARD and "review" in lane.seen.columns
        fields = ("ref", "text")
        for ref, text in lane.desk.reader.pick(Action, fields) if anywhere else lane.reach(*fields):
            if ref not in lane.linked:
                self._by_text.setdefault(text, []).append(ref)

    def like(self, values: dict[str, str]) -> ActionFile | None:
        """The one action of the same text whose number and review are the same, where given."""
        refs = self._by_text.get(values.get("text", ""), [])
        self._lane.desk.load(refs)
        fitting = [file for file in map(self._lane.desk.files.__getitem__, refs) if self._fits(file, values)]
        if len(fitting) != 1:
            return None
        refs.remove(fitting[0].action.ref)
        return fitting[0]

    def _fits(self, file: ActionFile, values: dict[str, str]) -> bool:
        named = values.get("review") or self._lane.settings.review
        same = all(
            not said or not ours or said == ours
            for said, ours in ((values.get("number"), file.action.number), (named, file.action.review))
        )
        named_here = self._lane.settings.side is Side.BOARD and values.get("review") == file.action.review
        return same and (named_here or self._lane.in_scope(file))
