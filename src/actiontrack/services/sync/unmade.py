"""Creates of which nobody can tell whether they landed: a person is asked, and nothing is made twice meanwhile."""

from __future__ import annotations

from actiontrack.domain.ledger import Intent, IntentState, Link, LinkState, Proposal, ProposalKind
from actiontrack.ports import Writer
from actiontrack.services.sync import decisions
from actiontrack.services.sync.lane import Lane

CREATE = "create"
"""The pseudo-field of a repair that is about making a record."""


def is_about_a_create(proposal: Proposal) -> bool:
    """Whether a proposal asks whether a record was made."""
    return proposal.kind is ProposalKind.REPAIR and proposal.field == CREATE


def settle(lane: Lane) -> None:
    """Ask about each that is still unknown; one whose record was found since is no question any more.

    The action is left alone until it is answered, and after a refusal: a record of the same words is linked when it is
    shown.
    """
    met = set()
    for action, intent in lane.unknown.items():
        if action in lane.linked:
            ended = {"state": IntentState.ACKNOWLEDGED, "ended_at": lane.desk.now}
            lane.settled.append(intent.model_copy(update=ended))
            continue
        lane.held.add(action)
        met.add(_ask(lane, intent))
    for found in list(lane.ledger.others.values()):
        mine = is_about_a_create(found) and found.instance == lane.name and found.closed_at is None
        if mine and found.id not in met:
            decisions.note(lane, found.model_copy(update={"closed_at": lane.desk.now, "how": "agreed"}))


def _ask(lane: Lane, intent: Intent) -> str:
    why = (
        f"no answer came when {intent.action} was to be made there, and it can't be found: look there. "
        "Accept to make it (again); refuse if it is there already, or shall stay away"
    )
    asked = decisions.ask(lane, ProposalKind.REPAIR, intent.op_id, action=intent.action, field=CREATE, why=why)
    if asked.closed_at is None:
        lane.step("propose", ref=intent.action, name="", why=why)
    return asked.id


def answer(writer: Writer, proposal: Proposal, *, accept: bool) -> None:
    """Accepted: the next sync makes it, whatever became of the first. Refused: it stays as it is."""
    if not accept:
        return
    where = {"instance": proposal.instance, "action": proposal.action, "state": IntentState.UNKNOWN}
    for intent in writer.find(Intent, **where):
        if intent.creates:
            again = Link(
                instance=intent.instance, action=intent.action, remote_id="", state=LinkState.PENDING, dirty=True
            )  # fmt: skip
            writer.put(intent.model_copy(update={"state": IntentState.MERGED}), again)
