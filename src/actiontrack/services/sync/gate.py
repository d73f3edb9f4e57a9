"""The gate of a lane: what waits for a person's approval before anything of it is applied."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection
from typing import Any

from actiontrack.domain.fields import FIELDS, Type
from actiontrack.domain.ledger import Link, LinkState
from actiontrack.domain.nouns import Leg
from actiontrack.ports import Fixed, Record
from actiontrack.services.sync.guard import Census, objections, plan_hash
from actiontrack.services.sync.lane import Lane


def guard(lane: Lane, approved: Collection[str], store_id: str) -> bool:
    """Whether the lane must wait for an approval; tells why, and what an approval is bound to, in the result."""
    adoption = _why_adoption(lane)
    why = "; ".join(filter(None, (_why_binding(lane, store_id), adoption))) or lane.instance.must_confirm
    if not why:
        why = "; ".join(suspicions(lane))
    if not why:
        return False
    lane.result.plan = held_hash(lane)
    if lane.result.plan in approved:
        return False
    lane.result.status, lane.result.why = "guard", f"{why}. Nothing was applied. To go on: --approve {lane.result.plan}"
    return True


def suspicions(lane: Lane) -> list[str]:
    """What looks like an accident to the whole, in sentences."""
    return objections(_census(lane))


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
    if lane.seen.complete:
        census.vanished = [name for name in lane.instance.columns if name not in lane.seen.columns and name in FIELDS]
    census.missing = Counter(
        leads.get(link.action, "")
        for link in lane.matching.missing
        if link.state in (LinkState.LIVE, LinkState.PENDING)
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
