"""What the Board decides at its meetings: recorded with its reasons, and never changed."""

from __future__ import annotations

from typing import Any

from actiontrack.domain.ledger import Proposal, ProposalKind
from actiontrack.domain.lifecycle import ENDED_STATUSES
from actiontrack.domain.nouns import Decision, Meeting, Recommendation
from actiontrack.domain.vocabulary import Response
from actiontrack.errors import NotAllowed, NotFound, UserError
from actiontrack.ports import Reader
from actiontrack.services.core import Core
from actiontrack.services.records.desk import Desk, Sitting
from actiontrack.services.records.gaps import forget_mended
from actiontrack.services.records.listing import find_ref
from actiontrack.services.records.working import working

EXTENDED = "extended"
"""The outcome of a decision that gives an action a later due date."""
_RESPONSES = frozenset(Response)


def add_decision(
    core: Core, meeting: str, about: str, outcome: str, reasons: str, *, who: str, dry_run: bool = False
) -> dict[str, Any]:
    """Record what a meeting decided about a recommendation or an action. Raises NotFound, NotAllowed.

    What it decides is done by its own command: only where a recommendation's answer came in a workbook does the
    decision complete it with the meeting and the reasons.
    """
    with working(core, who, dry_run=dry_run) as (writer, desk):
        target = find_target(writer, about)
        word = outcome.strip().casefold().replace(" ", "_")
        item = writer.get(Recommendation, target)
        if item is not None and word in _RESPONSES:
            _complete(desk, item, word, meeting, reasons)
        files = [] if item else [desk.file(target)]
        made = decide(desk, Sitting(meeting, reasons, who), about=target, outcome=word)
        for file in files:
            forget_mended(desk, file)
    return told(made)


def decide(desk: Desk, sitting: Sitting, *, about: str, outcome: str) -> Decision:
    """Note a decision on the desk. Raises NotFound for a meeting unknown here, NotAllowed where a part is missing."""
    meeting, reasons = sitting.meeting, sitting.reasons.strip()
    if not sitting.between_meetings and desk.reader.get(Meeting, meeting) is None:
        raise NotFound(
            f"There is no meeting {meeting or 'named'} here; name the one that decided, once "
            "`actiontrack meeting add body=… date=…` has added it."
        )
    if not outcome:
        raise NotAllowed(f"{about}: a decision needs its outcome in a word, such as accepted or extended.")
    if not reasons:
        raise NotAllowed(f"{about}: a decision needs the Board's reasons.")
    alike = {"about": about} if sitting.between_meetings else {}
    held = len(desk.reader.find(Decision, meeting=meeting, **alike))
    made = Decision(
        ref=f"{meeting or about}-D{held + 1}", meeting=meeting, about=about, outcome=outcome, reasons=reasons,
        by=sitting.by, at=desk.now,
    )  # fmt: skip
    desk.put(made)
    return made


def list_decisions(core: Core, *, about: str = "", meeting: str = "") -> list[dict[str, Any]]:
    """Every decision, or those about one recommendation or action, or of one meeting; in the order recorded."""
    with core.store.reading() as reader:
        where = {"meeting": meeting} if meeting else {}
        where |= {"about": find_target(reader, about)} if about else {}
        return [told(each) for each in in_order(reader.find(Decision, **where))]


def show_decision(core: Core, ref: str) -> dict[str, Any]:
    """One decision. Raises NotFound."""
    with core.store.reading() as reader:
        found = reader.get(Decision, ref)
    if found is None:
        raise NotFound(f"There is no decision {ref} here; `actiontrack decision list` shows those there are.")
    return told(found)


def decisions_about(reader: Reader, ref: str) -> list[Decision]:
    """The Board's decisions about a recommendation or an action, in the order recorded."""
    return in_order(reader.find(Decision, about=ref))


def in_order(found: list[Decision]) -> list[Decision]:
    """By when they were recorded; of one moment, by their number in the meeting."""
    return sorted(found, key=lambda each: (each.at, each.meeting, len(each.ref), each.ref))


def find_target(reader: Reader, name: str) -> str:
    """The ref of the recommendation or action a person named. Raises NotFound, UserError for a number used twice."""
    if reader.get(Recommendation, name) is not None:
        return name
    try:
        return find_ref(reader, name)
    except NotFound:
        raise NotFound(f"There is no recommendation or action {name} here that a decision could be about.") from None


def told(decision: Decision) -> dict[str, Any]:
    """As JSON shows it."""
    return decision.model_dump(mode="json")


def refuse_needless(core: Core, proposal_id: str) -> None:
    """Raises UserError where accepting this proposal is no decision that a meeting is recorded with."""
    with core.store.reading() as reader:
        found = reader.get(Proposal, proposal_id)
    if found is not None and not closes(found) and found.kind is not ProposalKind.EXTEND:
        raise UserError(f"Proposal {proposal_id} is no extension and no closure: leave --meeting out.")


def closes(proposal: Proposal) -> bool:
    """Whether accepting it, with a reason, ends its action without its being done."""
    ends = proposal.field == "status" and proposal.to_value in ENDED_STATUSES
    return ends or proposal.kind is ProposalKind.REMOVE


def _complete(desk: Desk, item: Recommendation, word: str, meeting: str, reasons: str) -> None:
    """A decision says what the answer says; its meeting and reasons are the answer's, where it had none."""
    if item.response.value != word:
        raise NotAllowed(
            f"{item.ref} is answered {item.response.value}, not {word}; `actiontrack recommendation respond` records "
            "the Board's answer and its decision at once."
        )
    changed = item.model_copy(
        update={"decided_at": meeting, "response_reasons": item.response_reasons or reasons.strip()}
    )
    if changed != item:
        desk.put(changed)
