"""What the Board is asked to decide: extensions, closures and refusals, and the few things to begin with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from actiontrack.domain.closure import is_back
from actiontrack.domain.derived import slips
from actiontrack.domain.fields import words
from actiontrack.domain.ledger import Proposal, ProposalKind
from actiontrack.domain.nouns import Recommendation
from actiontrack.domain.report import Cell, Column, Headline, Section, Table, day_in_words
from actiontrack.domain.vocabulary import Response
from actiontrack.services.reporting.picture import Item, Picture
from actiontrack.services.reporting.wording import (
    AGENCY,
    NUMBER,
    date_words,
    many,
    number_in_plan,
    sentence,
    short,
)

MOST_HEADLINES = 5


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing asked. `rank` puts the weightier first; `label` names it in a word or two, `about` says of what."""

    group: str
    rank: int
    label: str
    ref: str
    number: str
    about: str
    agency: str
    asked: str
    by: str
    since: date | None
    reason: str


def decisions(picture: Picture) -> list[Decision]:
    """Everything asked of the Board that is open, second extensions first, then the oldest."""
    items = {item.action.ref: item for item in picture.items}
    found = [_of_proposal(proposal, items, picture) for proposal in picture.beside.proposals]
    found += [
        Decision(
            group="refusals",
            rank=2,
            label="Refusal to explain",
            ref="",
            number=" · ".join(part for part in (item.review, item.number) if part) or item.ref,
            about=short(item.text),
            agency=", ".join(picture.agency(code) for code in item.addressed_to),
            asked="Not accepted, and no reasons are recorded: the annual report must state them",
            by="",
            since=None,
            reason="",
        )
        for item in picture.recommendations
        if item.response is Response.NOT_ACCEPTED and not item.response_reasons.strip()
    ]
    found += [_of_referral(item, picture) for item in picture.recommendations if is_back(item, picture.as_at)]
    return sorted(found, key=lambda one: (one.rank, one.since or date.max, one.number, one.ref, one.asked))


def _of_referral(item: Recommendation, picture: Picture) -> Decision:
    """What was referred elsewhere until a day that has come."""
    return Decision(
        group="referrals",
        rank=2,
        label="Referral come back",
        ref="",
        number=f"{item.review} · {item.number}" if item.review and item.number else item.ref,
        about=short(item.text),
        agency=", ".join(picture.agency(code) for code in item.addressed_to),
        asked="It was referred elsewhere, and the day to look again has come: answer it anew",
        by="",
        since=item.review_by,
        reason=short(item.response_reasons),
    )


def _of_proposal(proposal: Proposal, items: dict[str, Item], picture: Picture) -> Decision:
    item = items.get(proposal.action)
    group, rank, label, what = _asked(proposal, item)
    return Decision(
        group=group,
        rank=rank,
        label=label,
        ref=proposal.action,
        number=number_in_plan(item) if item else "",
        about=short(item.action.text) if item else "",
        agency=picture.agency(item.action.lead_agency) if item else "",
        asked=what,
        by=proposal.by or proposal.instance,
        since=picture.day(proposal.since),
        reason=short(proposal.reason),
    )


def _asked(proposal: Proposal, item: Item | None) -> tuple[str, int, str, str]:
    """Group, rank, label and words of what a proposal asks of the Board."""
    if proposal.kind is ProposalKind.EXTEND:
        before = slips(item.changes) if item else 0
        label = _EXTENSIONS[before] if before < len(_EXTENSIONS) else f"Extension number {before + 1}"
        move = f"Move the due date from {date_words(proposal.from_value)} to {date_words(proposal.to_value)}"
        return "extensions", 0 if before else 1, label, f"{move} ({label.lower()})" if before else move
    if proposal.kind is ProposalKind.REMOVE:
        return "closures", 3, "Row removed", "Taken out of a plan: put it back, leave it out, or close it with a reason"
    answer = words(str(proposal.to_value))
    if proposal.field == "status":
        return "closures", 3, "Closure", f"Record it as {answer}"
    return "refusals", 2, "Refusal", f"Answer the recommendation: {answer}"


_EXTENSIONS = ("Extension", "Second extension", "Third extension")


def extensions_requested(picture: Picture) -> int:
    """Open requests for a later date."""
    return sum(proposal.kind is ProposalKind.EXTEND for proposal in picture.beside.proposals)


def headlines(picture: Picture, asked: Sequence[Decision]) -> tuple[Headline, ...]:
    """The few things to begin with: what is asked; where that is less than five, what is longest overdue."""
    found = [Headline(one.ref, one.label, _headline(one), section="decisions") for one in asked[:MOST_HEADLINES]]
    named = {one.ref for one in asked}
    overdue = sorted(
        (item for item in picture.items if item.standing.overdue and item.action.ref not in named),
        key=lambda item: (-item.standing.days_overdue, item.action.ref),
    )
    found += [
        Headline(
            ref=item.action.ref,
            label=f"Overdue by {many(item.standing.days_overdue, 'day')}",
            text=f"{picture.agency(item.action.lead_agency)}, {number_in_plan(item)}: "
            f"{sentence(short(item.action.text, 90))} Hold to it, agree a new date, or close it with reasons.",
            section="overdue",
        )
        for item in overdue[: MOST_HEADLINES - len(found)]
    ]
    return tuple(found)


def _headline(one: Decision) -> str:
    where = ", ".join(part for part in (one.agency, one.number) if part)
    parts = (
        f"{where}: {sentence(short(one.about, 90))}" if one.about else sentence(where),
        sentence(one.asked),
        f"Reason given: {sentence(short(one.reason, 120))}" if one.reason else "",
    )
    return " ".join(part for part in parts if part)


def decisions_section(asked: Sequence[Decision]) -> Section:
    """The first section: what is asked, by kind."""
    if asked:
        says = (f"{many(len(asked), 'decision')} {'is' if len(asked) == 1 else 'are'} asked of the Board.",)
    else:
        says = ("No decision is asked of the Board.",)
    return Section(
        key="decisions",
        title="Decisions asked of the Board",
        says=says,
        tables=(
            _table("extensions", "Extensions asked for", "No extension is asked for.", asked),
            _table("closures", "Closures asked for", "No closure is asked for.", asked),
            _table("refusals", "Refusals to decide or explain", "There is none.", asked),
            _table("referrals", "Referrals that have come back", "None has come back.", asked),
        ),
    )


def _table(group: str, caption: str, empty: str, asked: Sequence[Decision]) -> Table:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (one.ref, one.number, one.about, one.agency, one.asked, one.reason, _who_and_when(one))
        for one in asked
        if one.group == group
    )
    columns = (
        Column("ref", "Action ID", "code", "–"),
        NUMBER,
        Column("about", "About"),
        AGENCY,
        Column("asked", "What is asked"),
        Column("reason", "Reason given", missing="none given"),
        Column("by", "Asked by", missing="–"),
    )
    return Table(group, caption, columns, rows, empty)


def _who_and_when(one: Decision) -> str:
    return ", ".join(part for part in (one.by, day_in_words(one.since) if one.since else "") if part)
