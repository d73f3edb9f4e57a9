"""The counts that the report rests on, and what each counts."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from actiontrack.domain.derived import LIVE_STATUSES
from actiontrack.domain.nouns import DateChange
from actiontrack.domain.report import AgencyFigures, Column, Figures, Table
from actiontrack.domain.vocabulary import AGREED_STATUSES, DONE_STATUSES
from actiontrack.services.reporting.ageing import ageing
from actiontrack.services.reporting.decisions import extensions_requested
from actiontrack.services.reporting.history import Move
from actiontrack.services.reporting.picture import Item, Picture
from actiontrack.services.reporting.wording import since_words, then_words

NEAR_MEETING = timedelta(days=10)
"""A date moved so shortly before a meeting is shown as such."""


def figures_of(picture: Picture, decisions: int) -> Figures:
    """Count. Each list in the report is as long as its figure says, for both come from the functions below."""
    items = picture.items
    overdue = [item for item in items if item.standing.overdue]
    compared = picture.since is not None
    return Figures(
        live=sum(item.live for item in items),
        overdue=len(overdue),
        overdue_last=sum(item.was_overdue for item in items) if compared else None,
        due_soon=sum(item.standing.due_soon for item in items),
        undated=sum(item.standing.undated for item in items),
        awaiting_verification=sum(item.standing.awaiting_verification for item in items),
        done_since=len(done_since(picture)) if compared else None,
        closed_without_evidence=len(closed_without_evidence(picture)),
        reopened=len(reopened(picture)),
        incomplete=sum(bool(item.action.found) for item in items if item.live),
        extensions_requested=extensions_requested(picture),
        decisions=decisions,
        ageing=ageing(item.standing.days_overdue for item in overdue),
        by_agency=_by_agency(picture),
        dates_moved=len(dates_moved(picture)),
        excluded=sum(not item.live for item in items),
        coming_due=len(coming_due(picture)),
        moved_near_meeting=sum(meeting_near(day, picture) is not None for _, _, day in dates_moved(picture)),
    )


def done_since(picture: Picture) -> list[Item]:
    """Done now (reported complete, verified or embedded) and not done at the end of the day `since`."""
    return [
        item
        for item in picture.items
        if item.was and item.action.status in DONE_STATUSES and item.was.status not in DONE_STATUSES
    ]


def closed_without_evidence(picture: Picture) -> list[Item]:
    """Verified or embedded, and not one piece of evidence is recorded."""
    return [item for item in picture.items if item.action.status in AGREED_STATUSES and not item.evidence]


def reopened(picture: Picture) -> list[Move]:
    """Moves, in the period, out of a state that the Board had closed the action with into one that is live."""
    return [
        move
        for move in picture.history.moves(after=picture.since_cut, upto=picture.cut)
        if move.before not in LIVE_STATUSES and move.after in LIVE_STATUSES
    ]


def dates_moved(picture: Picture) -> list[tuple[Item, DateChange, date]]:
    """Due dates that were changed or taken away in the period, each with its day, oldest first."""
    found = [
        (item, change, day)
        for item in picture.items
        for change in item.changes
        if change.from_date is not None and picture.within(day := picture.day(change.at))
    ]
    return sorted(found, key=lambda one: (one[2], one[0].action.ref, one[1].ref))


def meeting_near(day: date, picture: Picture) -> date | None:
    """The meeting that follows within ten days; where no next one is recorded, the report's own day counts as one."""
    meetings = picture.meetings if picture.next_meeting else [*picture.meetings, picture.as_at]
    return min((meeting for meeting in meetings if day <= meeting <= day + NEAR_MEETING), default=None)


def coming_due(picture: Picture) -> list[Item]:
    """Due before the next meeting, or due soon where no next meeting is recorded; soonest first."""
    by = picture.next_meeting
    coming = [item for item in picture.items if (_due_by(item, picture.as_at, by) if by else item.standing.due_soon)]
    return sorted(coming, key=lambda item: (item.standing.due or date.max, item.action.ref))


def _due_by(item: Item, after: date, by: date) -> bool:
    running = item.live and not item.standing.awaiting_verification
    return running and item.standing.due is not None and after <= item.standing.due <= by


def _by_agency(picture: Picture) -> tuple[AgencyFigures, ...]:
    """By lead agency, the highest rate first. Every live action is counted once."""
    live = Counter(item.action.lead_agency for item in picture.items if item.live)
    overdue = Counter(item.action.lead_agency for item in picture.items if item.standing.overdue)
    found = [AgencyFigures(code, picture.agency(code), live[code], overdue[code]) for code in live]
    return tuple(sorted(found, key=lambda one: (-one.rate, -one.live, one.code)))


def key_figures(figures: Figures, picture: Picture) -> Table:
    """Every figure with what it counts, in a sentence."""
    since = since_words(picture)
    rows = (
        ("Live actions", figures.live, "Somebody still has something to do: not yet verified, embedded or closed."),
        (
            "Overdue now",
            figures.overdue,
            "Live, past the due date at the end of the day, and not paused with a reason.",
        ),
        (
            "Overdue last time",
            figures.overdue_last,
            f"The same, {then_words(picture)}." if picture.since else "No earlier meeting is recorded.",
        ),
        (
            "Due soon",
            figures.due_soon,
            "Due within the next working days that the Board has set (20 unless configured).",
        ),
        (
            "Awaiting verification",
            figures.awaiting_verification,
            "Reported complete by the agencies; the Board has yet to agree.",
        ),
        (
            "Done since",
            figures.done_since,
            f"Reported complete, verified or embedded since {since}."
            if picture.since
            else "No earlier meeting is recorded.",
        ),
        (
            "Closed without evidence",
            figures.closed_without_evidence,
            "Verified or embedded, with no evidence recorded.",
        ),
        ("Reopened", figures.reopened, f"Live again after having been closed, since {since}."),
        ("Extensions asked", figures.extensions_requested, "Open requests for a later due date."),
        ("Due dates moved", figures.dates_moved, f"Changes of a due date since {since}."),
        ("Undated", figures.undated, "Live with no due date: never overdue, which is no comfort."),
        ("Incomplete", figures.incomplete, "Live actions whose record lacks what a rule asks for."),
        ("Not live", figures.excluded, "Verified, embedded or closed: left out of the figures of live actions."),
    )
    columns = (
        Column("figure", "Figure"),
        Column("value", "Actions", "number", "–"),
        Column("meaning", "What it counts"),
    )
    return Table("key_figures", "Key figures and what each counts", columns, rows, "")
