"""Ids that a partial sort left behind: the proposal to put them back beside their rows, and doing so once accepted."""

from __future__ import annotations

import json

from actiontrack.domain.ledger import Proposal, ProposalKind
from actiontrack.services.sync import decisions
from actiontrack.services.sync.lane import Lane
from actiontrack.services.sync.unmade import is_about_a_create

WHY = "the ids were left behind when part of the table was sorted or moved: each goes back beside its own row"


def settle(lane: Lane) -> Proposal | None:
    """Ask about the repair that was found, or carry out the one that was accepted; the question that is open, if any.

    An answer is good for what was asked, once: whatever no longer stands there is withdrawn.
    """
    if not lane.matching.repairs:
        _forget_others(lane, "")
        return None
    asked = _ask(lane)
    _forget_others(lane, asked.id)
    if asked.how != "accepted":
        return asked
    _carry_out(lane)
    decisions.note(lane, asked.model_copy(update={"how": "applied"}))
    return None


def _ask(lane: Lane) -> Proposal:
    """The proposal, with where each id stands and where it belongs as of now."""
    found = sorted(lane.matching.repairs, key=lambda each: each[0].row)
    what = json.dumps(sorted((record.remote_id, owner) for record, owner in found))
    name = "ref" if lane.seen.key == "ref" else "number"
    keys = {link.action: link.remote_id for link in lane.links.values()}
    rows = [
        {
            "sheet": lane.seen.sheet,
            "cell": lane.seen.place(name, record.row),
            "text": lane.plain(record).get("text", ""),
            "from": record.remote_id,
            "to": keys[owner],
        }
        for record, owner in found
    ]
    asked = decisions.ask(lane, ProposalKind.REPAIR, what, to_value=rows, field=name, why=WHY)
    if asked.closed_at is None:
        if asked.to_value != rows:  # sorted once more, ids and all
            asked = decisions.note(lane, asked.model_copy(update={"to_value": rows}))
        for (record, owner), row in zip(found, rows, strict=True):
            lane.step("propose", ref=owner, row=record.row, name=name, ours=row["to"], theirs=row["from"], why=WHY)
    return asked


def _carry_out(lane: Lane) -> None:
    """The rows are taken for what their content says; what is wanting in their key cells is written as any other."""
    links = {link.action: link for link in lane.links.values()}
    mended = {id(record) for record, _ in lane.matching.repairs}
    for record, owner in lane.matching.repairs:
        lane.mended.add(owner)
        if lane.seen.key == "number":
            # The plan's number there is another row's: nobody typed it for this one.
            lane.theirs(record)["number"] = links[owner].seen.get("number", "")
    lane.matching.pairs += [(record, links[owner]) for record, owner in lane.matching.repairs]
    lane.matching.held = [held for held in lane.matching.held if id(held.record) not in mended]
    lane.matching.repairs = []


def _forget_others(lane: Lane, kept: str) -> None:
    """What was asked of another state of the sheet is no question any more, nor a standing answer."""
    for found in list(lane.ledger.others.values()):
        other = found.kind is ProposalKind.REPAIR and found.instance == lane.name and found.id != kept
        if other and not is_about_a_create(found) and found.how not in ("applied", "withdrawn"):
            decisions.note(lane, found.model_copy(update={"closed_at": lane.desk.now, "how": "withdrawn"}))
