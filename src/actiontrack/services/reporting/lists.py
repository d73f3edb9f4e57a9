"""The report's lists, in the order the Board receives them."""

from __future__ import annotations

from datetime import date, timedelta

from actiontrack.domain.derived import LIVE_STATUSES
from actiontrack.domain.lifecycle import ENDED_STATUSES, words
from actiontrack.domain.report import Cell, Column, Figures, Section, Table, day_in_words
from actiontrack.domain.vocabulary import DONE_STATUSES, Response, Status
from actiontrack.services.reporting.ageing import ageing_chart
from actiontrack.services.reporting.figures import closed_without_evidence, dates_moved, done_since, reopened
from actiontrack.services.reporting.picture import Item, Picture
from actiontrack.services.reporting.trend import month_ends, trend
from actiontrack.services.reporting.wording import (
    AGENCY,
    NUMBER,
    REF,
    TEXT,
    first_cells,
    many,
    short,
    since_words,
    status_words,
)

NEAR_MEETING = timedelta(days=10)
"""A date moved so shortly before a meeting is shown as such."""

_FIRST = (REF, NUMBER, TEXT, AGENCY)
_DUE = Column("due", "Due", "date", "no date")
_STATUS = Column("status", "Status")
_RATING = Column("rating", "Rating", missing="none")
_SLIPPED = Column("slipped", "Times moved later", "number")


def overdue_section(picture: Picture, figures: Figures) -> Section:
    """Overdue now and at the last meeting."""
    now = sorted(
        (item for item in picture.items if item.standing.overdue),
        key=lambda item: (-item.standing.days_overdue, item.action.ref),
    )
    rows = tuple(
        (
            *first_cells(item, picture),
            item.standing.due,
            item.standing.days_overdue,
            item.standing.slipped,
            ("yes" if item.was_overdue else "no") if picture.since else None,
        )
        for item in now
    )
    columns = (
        *_FIRST, _DUE, Column("days_overdue", "Days overdue", "number"), _SLIPPED,
        Column("then", "Overdue then", missing="–"),
    )  # fmt: skip
    tables = [Table("overdue", "Overdue now, longest first", columns, rows, "Nothing is overdue.")]
    if picture.since:
        tables.append(_no_longer_overdue(picture))
    return Section("overdue", "Overdue now and at the last meeting", _overdue_says(picture, figures), tuple(tables))


def _overdue_says(picture: Picture, figures: Figures) -> tuple[str, ...]:
    share = f" ({figures.overdue / figures.live:.0%})" if figures.live else ""
    verb = "is" if figures.overdue == 1 else "are"
    first = f"{figures.overdue} of {many(figures.live, 'live action')}{share} {verb} overdue."
    if picture.since is None:
        return (first, "No earlier meeting is recorded, so there is nothing to compare with.")
    stayed = sum(item.was_overdue and item.standing.overdue for item in picture.items)
    last = figures.overdue_last or 0
    return (
        f"{first} On {since_words(picture)} it was {last}: {figures.overdue - stayed} became overdue since, "
        f"{last - stayed} no longer {'is' if last - stayed == 1 else 'are'}.",
    )


def _no_longer_overdue(picture: Picture) -> Table:
    gone = [item for item in picture.items if item.was_overdue and not item.standing.overdue]
    rows = tuple(
        (*first_cells(item, picture), item.was.current_due if item.was else None, _became(item)) for item in gone
    )
    return Table(
        key="no_longer_overdue",
        caption="Overdue then, and no longer",
        columns=(*_FIRST, Column("due_then", "Due then", "date"), Column("became", "What became of it")),
        rows=rows,
        empty="None: whatever was overdue then still is.",
    )


def _became(item: Item) -> str:
    if item.action.status not in LIVE_STATUSES or item.action.status is Status.REPORTED_COMPLETE:
        return status_words(item)
    if item.standing.due is None:
        return "no due date any more"
    if item.standing.paused:
        return "blocked, and paused with a reason"
    return f"now due {day_in_words(item.standing.due)}"


def coming_section(picture: Picture) -> Section:
    """Coming due before the next meeting; due soon where no next meeting is recorded."""
    by = picture.next_meeting
    coming = [item for item in picture.items if (_due_by(item, picture.as_at, by) if by else item.standing.due_soon)]
    coming.sort(key=lambda item: (item.standing.due or date.max, item.action.ref))
    says = (
        f"{many(len(coming), 'action')} {'comes' if len(coming) == 1 else 'come'} due before the next meeting, on {day_in_words(by)}."
        if by
        else f"No next meeting is recorded, so these are the actions due soon: {many(len(coming), 'action')}.",
    )
    rows = tuple((*first_cells(item, picture), item.standing.due, status_words(item), _rating(item)) for item in coming)
    table = Table(
        "coming_due", "Coming due, soonest first", (*_FIRST, _DUE, _STATUS, _RATING), rows, "Nothing comes due."
    )
    return Section("coming_due", "Coming due before the next meeting", says, (table,))


def _due_by(item: Item, after: date, by: date) -> bool:
    running = item.live and not item.standing.awaiting_verification
    return running and item.standing.due is not None and after <= item.standing.due <= by


def done_section(picture: Picture, figures: Figures) -> Section:
    """Done since the last meeting, on what evidence; and what awaits verification."""
    done = done_since(picture)
    rows = tuple(
        (
            *first_cells(item, picture),
            status_words(item),
            _entered(item, picture),
            _evidence(item),
            _signed_off(item, picture),
        )
        for item in done
    )
    done_table = Table(
        key="done_since",
        caption=f"Done since {since_words(picture)}",
        columns=(
            *_FIRST, _STATUS, Column("on", "Done on", "date", "not known"),
            Column("evidence", "On what evidence", missing="no evidence"), Column("signed_off", "Signed off", missing="no"),
        ),
        rows=rows,
        empty="Nothing was done." if picture.since else "No earlier meeting is recorded.",
    )  # fmt: skip
    awaiting = [item for item in picture.items if item.standing.awaiting_verification]
    awaiting_table = Table(
        key="awaiting_verification",
        caption="Reported complete and awaiting verification",
        columns=(
            *_FIRST, Column("on", "Reported on", "date", "before it was recorded here"),
            Column("evidence", "Evidence so far", missing="no evidence"),
        ),
        rows=tuple((*first_cells(item, picture), _entered(item, picture), _evidence(item)) for item in awaiting),
        empty="Nothing waits.",
    )  # fmt: skip
    without = sum(not item.evidence for item in done)
    says = (
        (
            f"{many(len(done), 'action was', 'actions were')} done since {since_words(picture)}"
            + (
                f", {without} of them without any evidence."
                if without
                else "."
                if not done
                else ", each with evidence."
            )
        )
        if picture.since
        else "No earlier meeting is recorded, so nothing can be said to be done since.",
        f"{many(figures.awaiting_verification, 'action')} reported complete "
        f"{'awaits' if figures.awaiting_verification == 1 else 'await'} the Board's verification.",
    )
    return Section("done", "Done since the last meeting, and on what evidence", says, (done_table, awaiting_table))


def _entered(item: Item, picture: Picture) -> date | None:
    at = picture.history.entered(item.action.ref, DONE_STATUSES, picture.cut)
    return picture.day(at) if at else None


def _evidence(item: Item) -> str:
    """The first two pieces in words, and how many more there are."""
    pieces = sorted(item.evidence, key=lambda piece: (piece.position, piece.ref))
    told = [
        short(piece.shows or piece.link or piece.file or "a file", 90)
        + (f" (of {day_in_words(piece.effective_date)})" if piece.effective_date else "")
        for piece in pieces[:2]
    ]
    more = len(pieces) - len(told)
    return "; ".join([*told, *([f"and {more} more"] if more else [])])


def _signed_off(item: Item, picture: Picture) -> str:
    newest = max(item.sign_offs, key=lambda one: (one.at, one.ref), default=None)
    return f"{picture.agency(newest.agency)}, {day_in_words(picture.day(newest.at))}" if newest else ""


def closed_section(picture: Picture) -> Section:
    """Closed without evidence, and reopened."""
    bare = closed_without_evidence(picture)
    moves = reopened(picture)
    items = {item.action.ref: item for item in picture.items}
    return Section(
        "closed",
        "Closed without evidence, and reopened",
        (
            f"{many(len(bare), 'action')} {'stands' if len(bare) == 1 else 'stand'} as verified or embedded with no evidence recorded.",
            f"{many(len(moves), 'action was', 'actions were')} reopened since {since_words(picture)}.",
        ),
        (
            Table(
                key="closed_without_evidence",
                caption="Closed without evidence",
                columns=(*_FIRST, _STATUS),
                rows=tuple((*first_cells(item, picture), status_words(item)) for item in bare),
                empty="None.",
            ),
            Table(
                key="reopened",
                caption="Reopened",
                columns=(*_FIRST, Column("was", "Had been"), Column("now", "Was made"), Column("on", "On", "date")),
                rows=tuple(
                    (
                        *first_cells(items[move.ref], picture),
                        words(move.before),
                        words(move.after),
                        picture.day(move.at),
                    )
                    for move in moves
                    if move.ref in items
                ),
                empty="None.",
            ),
        ),
    )


def ageing_section(figures: Figures) -> Section:
    """How long what is overdue has been so."""
    return Section("ageing", "How long actions have been overdue", (), (), ageing_chart(figures.ageing))


def agencies_section(figures: Figures) -> Section:
    """By lead agency, as rates with their denominators."""
    table = Table(
        key="by_agency",
        caption="Overdue as a share of each lead agency's live actions, highest first",
        columns=(
            Column("code", "Code", "code", "–"),
            Column("agency", "Lead agency"),
            Column("overdue", "Overdue", "number"),
            Column("live", "Live", "number"),
            Column("rate", "Share overdue", "rate"),
        ),
        rows=tuple((one.code, one.name, one.overdue, one.live, one.rate) for one in figures.by_agency),
        empty="There are no live actions.",
    )
    return Section(
        "agencies",
        "By agency",
        (
            "Each action is counted once, under the agency that leads it. A share of fewer than ten actions says little.",
        ),
        (table,),
    )


def dates_section(picture: Picture) -> Section:
    """Due dates moved, and which of them shortly before a meeting."""
    moved = dates_moved(picture)
    near = [_meeting_near(day, picture) for _, _, day in moved]
    rows = tuple(
        (
            item.action.ref,
            first_cells(item, picture)[1],
            picture.agency(item.action.lead_agency),
            change.from_date,
            change.to_date,
            (change.to_date - change.from_date).days if change.to_date and change.from_date else None,
            day,
            short(change.reason, 120),
            meeting,
        )
        for (item, change, day), meeting in zip(moved, near, strict=True)
    )
    columns = (
        REF, NUMBER, AGENCY, Column("from", "From", "date"), Column("to", "To", "date", "no date"),
        Column("days", "Days later", "number", "–"), Column("on", "Moved on", "date"),
        Column("reason", "Reason", missing="none given"),
        Column("near", "In the ten days before the meeting of", "date", "–"),
    )  # fmt: skip
    shortly = sum(meeting is not None for meeting in near)
    says = (
        f"{many(len(moved), 'due date was', 'due dates were')} moved since {since_words(picture)}, "
        f"{shortly} of them within the ten days before a meeting.",
    )
    return Section("dates", "Due dates moved", says, (Table("dates_moved", "Due dates moved", columns, rows, "None."),))


def _meeting_near(day: date, picture: Picture) -> date | None:
    """The meeting that follows within ten days; where no next one is recorded, the report is taken to be for its day."""
    meetings = picture.meetings if picture.next_meeting else [*picture.meetings, picture.as_at]
    return min((meeting for meeting in meetings if day <= meeting <= day + NEAR_MEETING), default=None)


def trend_section(picture: Picture) -> Section:
    """Overdue actions at each month's end since the record began."""
    began = picture.history.begins()
    ends = month_ends(picture.day(began), picture.as_at) if began else []
    says, table, chart = trend([(day, picture.overdue_at(day)) for day in ends])
    return Section("trend", "Trend", says, () if chart else (table,), chart)


def not_implemented_section(picture: Picture) -> Section:
    """What is not implemented, and why."""
    actions = [item for item in picture.items if item.action.status in ENDED_STATUSES]
    answers = [item for item in picture.recommendations if item.response in _NOT_FULLY]
    action_rows = tuple((*first_cells(item, picture), status_words(item), _why_ended(item)) for item in actions)
    answer_rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            " · ".join(part for part in (item.review, item.number) if part) or item.ref,
            short(item.text),
            item.response.value.replace("_", " "),
            short(item.response_reasons),
        )
        for item in sorted(answers, key=lambda one: (one.review, one.ref))
    )
    why = Column("why", "Why", missing="no reasons recorded")
    return Section(
        "not_implemented",
        "What is not implemented, and why",
        (
            f"{many(len(actions), 'action')} ended without being implemented; "
            f"{many(len(answers), 'recommendation')} {'was' if len(answers) == 1 else 'were'} not accepted in full or referred elsewhere.",
        ),
        (
            Table("ended", "Actions not implemented", (*_FIRST, _STATUS, why), action_rows, "None."),
            Table(
                "not_accepted",
                "Recommendations not accepted in full",
                (NUMBER, Column("text", "Recommendation"), Column("response", "The Board's answer"), why),
                answer_rows,
                "None.",
            ),
        ),
    )


_NOT_FULLY = frozenset({Response.NOT_ACCEPTED, Response.ACCEPTED_IN_PART, Response.REFERRED_ELSEWHERE})


def _why_ended(item: Item) -> str:
    if item.action.superseded_by:
        return f"Superseded by {item.action.superseded_by}. {short(item.action.status_reason)}".strip()
    return short(item.action.status_reason)


def record_section(picture: Picture) -> Section:
    """Where the record needs care: no date, incomplete, or the agency sees it otherwise."""
    undated = [item for item in picture.items if item.standing.undated]
    incomplete = [item for item in picture.items if item.live and item.action.found]
    differing = [item for item in picture.items if item.live and _differs(item)]
    return Section(
        "record",
        "Where the record needs care",
        (
            "A rating is computed from dates and status, never typed. What an agency typed is its self-assessment, and is listed where it differs.",
        ),
        (
            Table(
                "undated",
                "Live with no due date",
                (*_FIRST, _STATUS),
                tuple((*first_cells(item, picture), status_words(item)) for item in undated),
                "None.",
            ),
            Table(
                "incomplete",
                "Live and incomplete",
                (*_FIRST, Column("lacks", "What is missing")),
                tuple((*first_cells(item, picture), " ".join(item.action.found)) for item in incomplete),
                "None.",
            ),
            Table(
                "self_assessment",
                "Self-assessment differs from the computed rating",
                (*_FIRST, Column("self_rating", "The agency says"), _RATING),
                tuple((*first_cells(item, picture), item.action.self_rating, _rating(item)) for item in differing),
                "None.",
            ),
        ),
    )


def _differs(item: Item) -> bool:
    said = item.action.self_rating.strip().casefold()
    return bool(said) and said != (item.rating.value if item.rating else "")


def _rating(item: Item) -> str:
    return item.rating.value if item.rating else ""
