"""Opening a lane: the instance as the store knows it, what changed on either side, and which record is which."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from actiontrack.domain.fields import FIELDS, Type
from actiontrack.domain.ledger import (
    Instance,
    Intent,
    IntentState,
    Link,
    LinkState,
    Proposal,
    ProposalKind,
    StoredIssue,
)
from actiontrack.domain.nouns import Action, Comment, Evidence, Leg, Update
from actiontrack.ports import Fixed, Record
from actiontrack.services.sync.guard import Census, objections, plan_hash
from actiontrack.services.sync.identity import match
from actiontrack.services.sync.journal import recover
from actiontrack.services.sync.lane import Lane


class _Brief(NamedTuple):
    """As much of a link as tells whether anything changed: of thousands, few are read in full."""

    action: str
    remote_id: str
    digest: str
    state: LinkState
    dirty: bool
    row: int


def open_lane(lane: Lane, changed: Collection[tuple[str, str]], all_changed: bool) -> list[Intent]:
    """Match records with links, leaving aside what is as it was on both sides. Returns the intents that were settled.

    `changed` are the records (noun, ref) with audit entries since the lane last settled; `all_changed` looks at all.
    """
    reader = lane.desk.reader
    stored = [_Brief(*values) for values in reader.pick(Link, _Brief._fields, instance=_link_source(lane))]
    lane.linked = {link.action for link in stored}
    waiting = reader.find(Intent, instance=lane.name, state=IntentState.INTENDED)
    dirty = {link.action for link in stored if link.dirty} | {intent.action for intent in waiting}
    busy = _actions_of(lane, changed) | dirty
    quiet = set() if all_changed else _quiet(lane, stored, busy)
    lane.result.read = len(lane.seen.records)
    loud = [link.action for link in stored if link.action not in quiet]
    full = {link.action: _own(lane, link) for link in reader.find(Link, instance=_link_source(lane), action=loud)}
    lane.links = {}
    quiet_keys = {link.remote_id for link in stored if link.action in quiet}
    records = [record for record in lane.seen.records if record.remote_id not in quiet_keys]
    by_ref = {record.remote_id: record for record in lane.seen.records if record.remote_id}
    lane.cut_off = bool(waiting)
    _find_created(lane, waiting, full)
    settled = recover(lane, waiting, full, _records_of(full, by_ref)) if waiting else []
    lane.linked -= {link.action for link in lane.gone}
    known = {ref for (ref,) in reader.pick(Action, ("ref",))} if _has_strangers(records, full) else frozenset()
    lane.matching = match(
        records,
        list(full.values()),
        lane.seen.key,
        known=known.__contains__,
        read=lane.plain,
        doubted=_held_before(lane),
    )
    lane.links = full
    lane.look_at = busy | (set(full) if all_changed else set())
    if all_changed:
        lane.look_at |= {ref for (ref,) in reader.pick(Action, ("ref",))}
    return settled


def look_again(lane: Lane, changed: Collection[tuple[str, str]]) -> None:
    """What other lanes changed after this one was opened may have to go out here too."""
    actions = _actions_of(lane, changed) - lane.look_at
    wanted = sorted(actions & lane.linked - set(lane.links))
    if wanted:
        by_key = {record.remote_id: record for record in lane.seen.records if record.remote_id}
        for link in lane.desk.reader.find(Link, instance=lane.name, action=wanted):
            lane.links[link.action] = link
            if link.remote_id in by_key:
                lane.records[link.action] = by_key[link.remote_id]
    lane.look_at |= actions


def _link_source(lane: Lane) -> str:
    """Whose links count: its own; at adoption, those of an import of the same file."""
    if lane.instance.adopted_at is None and not lane.inbound_only:
        imported = f"import:{lane.seen.source}"
        if lane.desk.reader.get(Instance, imported) is not None:
            return imported
    return lane.name


def _own(lane: Lane, link: Link) -> Link:
    """An import's link taken over: the file has never shown its ids."""
    if link.instance == lane.name:
        return link
    return link.model_copy(update={"instance": lane.name, "dirty": True})


def _quiet(lane: Lane, stored: list[_Brief], busy: Collection[str]) -> set[str]:
    """Actions whose one record reads as it did, and in which nothing changed here."""
    claims = Counter(record.remote_id for record in lane.seen.records)
    by_key = {
        link.remote_id: link
        for link in stored
        if link.state == LinkState.LIVE and link.digest and link.action not in busy and claims[link.remote_id] == 1
    }
    # A problem is told with its place, so that a row with one is read anew where it has moved.
    troubled = {issue.id.split(":")[0] for issue in lane.desk.reader.find(StoredIssue, source=lane.name)}
    quiet: dict[str, Record] = {}
    loud: list[Record] = []
    for record in lane.seen.records:
        link = by_key.get(record.remote_id)
        same = link is not None and link.digest == record.version
        if link is not None and same and (link.row == record.row or link.action not in troubled):
            quiet[link.action] = record
        else:
            loud.append(record)
    # Whether words were pasted from another row shows only beside that row, though nothing changed in it.
    said = {record.fields.get("text") for record in loud}
    return {action for action, record in quiet.items() if record.fields.get("text") not in said}


def _actions_of(lane: Lane, changed: Collection[tuple[str, str]]) -> set[str]:
    """The actions that these changed records bear on."""
    refs: dict[str, set[str]] = {}
    for noun, ref in changed:
        refs.setdefault(noun, set()).add(ref)
    reader = lane.desk.reader
    found = set(refs.get("action", ()))
    found |= {ref.split("/")[0] for ref in refs.get("leg", ())}
    for entry, name in ((Update, "update"), (Evidence, "evidence"), (Comment, "comment")):
        if refs.get(name):
            found |= {action for (action,) in reader.pick(entry, ("action",), ref=sorted(refs[name]))}
    recommendations, reviews = refs.get("recommendation", set()), refs.get("review", set())
    if recommendations or reviews:
        for ref, review, answers in reader.pick(Action, ("ref", "review", "recommendations")):
            if review in reviews or recommendations & set(answers):
                found.add(ref)
    return found


def _find_created(lane: Lane, waiting: Collection[Intent], links: dict[str, Link]) -> None:
    """Creates without an acknowledgement are searched for by their marker before they are sent again."""
    if lane.seen.key != "remote":
        return
    marked = {record.op_id: record for record in lane.seen.records if record.op_id}
    for intent in waiting:
        if intent.creates and intent.action in links:
            record = marked.get(intent.op_id) or lane.connector.find(intent.op_id)
            if record is not None:
                links[intent.action] = links[intent.action].model_copy(update={"remote_id": record.remote_id})


def _records_of(links: Mapping[str, Link], by_key: Mapping[str, Record]) -> dict[str, Record]:
    """action → its record, by id or, where the id may not have landed, by row and content later on."""
    found = {}
    for action, link in links.items():
        record = by_key.get(link.remote_id) or by_key.get(action)
        if record is not None:
            found[action] = record
    return found


def _held_before(lane: Lane) -> set[str]:
    """The ids of the rows that were held the last time."""
    keys = [key.split(":", 1) for (key,) in lane.desk.reader.pick(StoredIssue, ("id",), source=lane.name)]
    return {rest[0].rpartition(":")[0] for kind, *rest in keys if kind == "row" and rest} - {""}


def _has_strangers(records: Collection[Record], links: Mapping[str, Link]) -> bool:
    keys = {link.remote_id for link in links.values()}
    return any(record.remote_id and record.remote_id not in keys for record in records)


# --- the guards -----------------------------------------------------------------------------------------------------


def guard(lane: Lane, approved: Collection[str], store_id: str) -> bool:
    """Whether the lane must wait for an approval; tells why, and what an approval is bound to, in the result."""
    adoption = _why_adoption(lane)
    why = "; ".join(filter(None, (_why_binding(lane, store_id), adoption))) or lane.instance.must_confirm
    if not why:
        why = "; ".join(objections(_census(lane)))
    if not why:
        return False
    lane.result.plan = held_hash(lane)
    if lane.result.plan in approved:
        return False
    lane.result.status, lane.result.why = "guard", f"{why}. Nothing was applied. To go on: --approve {lane.result.plan}"
    return True


def held_hash(lane: Lane) -> str:
    """The hash of what is observed and would come in."""
    tokens = [f"{record.remote_id}|{record.version}" for record in lane.seen.records]
    setup = {"columns": dict(lane.seen.columns), "setup": list(lane.seen.setup), "agency": lane.settings.agency}
    held: list[dict[str, Any]] = [setup]
    for record, link in lane.matching.pairs:
        theirs = lane.plain(record)
        for name, now in theirs.items():
            if name in link.base and link.base[name] != now:
                held.append({"key": record.remote_id, "field": name, "base": link.base[name], "theirs": now})
    held += [{"new": lane.plain(record)} for record in lane.matching.fresh]
    # A link is told by its key there; at a first sync there is none, and our own refs never count.
    if lane.instance.adopted_at is None:
        held = held[:1]
    else:
        held += [{"missing": link.remote_id} for link in lane.matching.missing]
    return plan_hash(lane.name, tokens, held)


def _why_adoption(lane: Lane) -> str:
    if lane.instance.adopted_at is not None or lane.inbound_only or not lane.seen.exists or _is_our_own(lane):
        return ""
    lane.result.mapping = dict(lane.seen.columns)
    lane.result.setup = tuple(lane.seen.setup)
    lane.result.rows = [_row_shown(lane, record) for record in lane.seen.records]
    whose = f" as those of {lane.names.get(lane.settings.agency)}" if lane.settings.agency else ""
    return f"first sync: {len(lane.seen.records)} actions were found and wait to be adopted{whose}"


def _is_our_own(lane: Lane) -> bool:
    """A file we made ourselves, in a run that was cut off before it could note so, or under another name."""
    return lane.cut_off or lane.seen.binding in {lane.binding, lane.instance.binding} - {""}


def _row_shown(lane: Lane, record: Record) -> dict[str, Any]:
    return {"row": record.row, **{name: value for name, value in lane.plain(record).items() if value}}


def _why_binding(lane: Lane, store_id: str) -> str:
    """The workbook carries the mark of another store, or of another instance: a copy."""
    if lane.inbound_only or lane.seen.binding in ("", lane.binding, lane.instance.binding):
        return ""
    mark = bound_to(lane.seen.binding)
    if mark is None:
        return "the workbook carries a mark that is not ours"
    store, name = mark
    if store != store_id:
        return "the workbook is bound to another store"
    return f"the workbook is a copy of the one bound to “{name}”"


def bound_to(binding: str) -> tuple[str, str] | None:
    """The store and the instance that a workbook's mark names; None where it is no mark of ours."""
    try:
        mark = json.loads(binding)
        return str(mark["store"]), str(mark["instance"])
    except (ValueError, KeyError, TypeError):
        return None


def binding_of(store_id: str, name: str) -> str:
    """The mark a workbook is bound with."""
    return json.dumps({"store": store_id, "instance": name}, sort_keys=True)


def _census(lane: Lane) -> Census:
    census = Census()
    if lane.instance.adopted_at is None or not lane.linked or lane.inbound_only:
        return census
    leads = _leads(lane)
    census.linked = Counter(leads.get(action, "") for action in lane.linked)
    census.empty = lane.seen.complete and not lane.seen.records
    census.vanished = [name for name in lane.instance.columns if name not in lane.seen.columns and name in FIELDS]
    census.missing = Counter(
        leads.get(link.action, "")
        for link in lane.matching.missing
        if lane.seen.complete and link.state in (LinkState.LIVE, LinkState.PENDING)
    )
    for record, link in lane.matching.pairs:
        census.nameless += lane.seen.key == "ref" and link.state is LinkState.LIVE and not record.remote_id
        if link.base:
            _count_changes(lane, census, record, link, leads.get(link.action, ""))
    if census.blanked:
        census.filled = _filled(lane, census.blanked)
    return census


def _count_changes(lane: Lane, census: Census, record: Record, link: Link, lead: str) -> None:
    theirs = lane.theirs(record)
    replaced = False
    for name, base in link.base.items():
        now = theirs.get(name)
        if not base or now is None or now in (base, link.seen.get(name)):
            continue  # what stood there at the last scan has been told
        if now == "":
            census.blanked[name] += 1
        elif name == "self_rating" and isinstance(record.fields.get(name), Fixed):
            continue  # A colour that a formula computes turns by itself: nobody replaced it.
        elif FIELDS[name].type is not Type.LOG:
            replaced = True
    census.replaced[lead] += replaced


def _filled(lane: Lane, names: Collection[str]) -> Counter[str]:
    """By field: how many linked records had an agreed value."""
    counts: Counter[str] = Counter()
    for (base,) in lane.desk.reader.pick(Link, ("base",), instance=lane.name):
        counts.update(name for name in names if base.get(name))
    return counts


def _leads(lane: Lane) -> dict[str, str]:
    if not (lane.matching.missing or len(lane.matching.pairs) > 10):
        return {}
    return dict(lane.desk.reader.pick(Leg, ("action", "agency"), active=True, position=0))


# --- the ledger -----------------------------------------------------------------------------------------------------


def is_field_proposal(proposal: Proposal) -> bool:
    """Whether a proposal is about one field of one action."""
    return proposal.kind in (ProposalKind.EDIT, ProposalKind.CLEAR, ProposalKind.EXTEND)
