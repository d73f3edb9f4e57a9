"""Records that are gone. Absence closes nothing and is never put right by itself: a person answers."""

from __future__ import annotations

from datetime import timedelta

from actiontrack.domain.ledger import Link, LinkState, ProposalKind
from actiontrack.services.records.desk import ActionFile
from actiontrack.services.records.projection import project
from actiontrack.services.sync import decisions
from actiontrack.services.sync.lane import Lane
from actiontrack.services.sync.merge import Merged

TWO_SCANS_APART = timedelta(hours=1)
"""Two proven-complete scans at least this far apart, before a removal is asked about."""


def note_missing(lane: Lane) -> None:
    """Mark what a complete scan did not show, and ask about what an earlier one did not show either.

    What an increment says was deleted counts as at the first scan; the second is a complete one.
    """
    if not lane.seen.complete:
        _note_gone(lane)
        return
    met: set[str] = set()
    lane.desk.load(link.action for link in lane.matching.missing)
    for link in lane.matching.missing:
        if link.action in lane.held or link.state is LinkState.LEFT_OUT:
            continue
        if link.state is not LinkState.MISSING:
            _mark(lane, link)
        elif link.missing_since is None or lane.desk.now - link.missing_since >= TWO_SCANS_APART:
            met |= _ask(lane, link)
        else:
            lane.put_link(link)
    decisions.withdraw_unmet(lane, ProposalKind.REMOVE, met)


def _note_gone(lane: Lane) -> None:
    for link in lane.matching.missing:
        if link.state not in (LinkState.LEFT_OUT, LinkState.MISSING):
            _mark(lane, link)
    for found in list(lane.ledger.others.values()):
        asked = found.kind is ProposalKind.REMOVE and found.instance == lane.name and found.closed_at is None
        if asked and found.action in lane.examined:  # it is back
            decisions.note(lane, found.model_copy(update={"closed_at": lane.desk.now, "how": "withdrawn"}))


def _mark(lane: Lane, link: Link) -> None:
    lane.put_link(link.model_copy(update={"state": LinkState.MISSING, "missing_since": lane.desk.now}))
    lane.step("missing", ref=link.action)


def _ask(lane: Lane, link: Link) -> set[str]:
    """A proposed removal; a conflict where the action was changed here since (edit against delete).

    Which of the two it is was settled when it was first asked: a later edit leaves the question as it stands.
    """
    file = lane.desk.files[link.action]
    lane.put_link(link)
    asked = _asked(lane, link)
    if asked:
        return {asked}
    key = ("action", link.action, decisions.ROW)
    if key in lane.ledger.conflicts:
        return set()
    edited = _edited_since(lane, file, link)
    if edited:
        ours, theirs = f"changed here since: {edited}", "removed from the sheet"
        decisions.differ_about_row(lane, key, Merged(decisions.ROW, "conflict", None, ours, theirs))
        lane.step("conflict", ref=link.action, name="", ours=ours, theirs=theirs)
        return set()
    proposal = decisions.ask(
        lane, ProposalKind.REMOVE, f"{link.action}|{link.missing_since}", action=link.action,
        why="it is gone from the source in two scans: leave it out, put it back, or close the action with a reason",
    )  # fmt: skip
    lane.step("propose", ref=link.action, why=proposal.why)
    return {proposal.id}


def _asked(lane: Lane, link: Link) -> str:
    """The open proposal to leave this record out; "" where there is none."""
    wanted = (ProposalKind.REMOVE, lane.name, link.action, None)
    for found in lane.ledger.others.values():
        if (found.kind, found.instance, found.action, found.closed_at) == wanted:
            return found.id
    return ""


def _edited_since(lane: Lane, file: ActionFile, link: Link) -> str:
    """The fields that changed here since both sides agreed."""
    ours = project(lane.desk, file, lane.viewer)
    return ", ".join(sorted(name for name, value in link.base.items() if name in ours and ours[name] != value))
