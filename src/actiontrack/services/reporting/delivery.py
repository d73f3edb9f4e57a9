"""What happens in the plan: overdue, coming due, done, closed and reopened."""

from __future__ import annotations

from datetime import date

from actiontrack.domain.derived import LIVE_STATUSES
from actiontrack.domain.lifecycle import words
from actiontrack.domain.report import Column, Figures, Section, Table, day_in_words
from actiontrack.domain.vocabulary import DONE_STATUSES, Status
from actiontrack.services.reporting.figures import closed_without_evidence, coming_due, done_since, reopened
from actiontrack.services.reporting.parts import parts_table
from actiontrack.services.reporting.picture import Item, Picture
from actiontrack.services.reporting.wording import (
    FIRST,
    RATING,
    STATUS,
    first_cells,
    many,
    rating_word,
    short,
    since_words,
    status_words,
    then_words,
)

_DUE = Column("due", "Due", "date", "no date")
_SLIPPED = Column("slipped", "Times moved later", "number")


def overdue_section(picture: Picture, figures: Figures) -> Section:
    """Overdue now and at the last meeting."""
    now = sorted(
        (item for item in picture.items if item.standing.overdue),
        key=lambda item: (-item.standing.days_overdue, item.action.ref),
    )
    waiting = any(item.waits_for for item in now)
    rows = tuple(
        (
            *first_cells(item, picture),
            item.standing.due,
            item.standing.days_overdue,
            item.standing.slipped,
            ("yes" if item.was_overdue else "no") if picture.since else None,
            *([", ".join(item.waits_for)] if waiting else ()),
        )
        for item in now
    )
    columns = (
        *FIRST, _DUE, Column("days_overdue", "Days overdue", "number"), _SLIPPED,
        Column("then", "Overdue then", missing="–"),
        *([Column("waits_for", "Waits for", missing="–")] if waiting else ()),
    )  # fmt: skip
    tables = [Table("overdue", "Overdue now, longest first", columns, rows, "Nothing is overdue.")]
    tables.append(parts_table(picture))
    if picture.since:
        tables.append(_no_longer_overdue(picture))
    return Section("overdue", "Overdue now and at the last meeting", _overdue_says(picture, figures), tuple(tables))


def _overdue_says(picture: Picture, figures: Figures) -> tuple[str, ...]:
    share = f" ({int(100 * figures.overdue / figures.live + 0.5)}%)" if figures.live else ""
    are = "is" if figures.overdue == 1 else "are"
    first = f"{figures.overdue} of {many(figures.live, 'live action')}{share} {are} overdue."
    if picture.since is None:
        return (first, "No earlier meeting is recorded, so there is nothing to compare with.")
    stayed = sum(item.was_overdue and item.standing.overdue for item in picture.items)
    last = figures.overdue_last or 0
    newly, gone = figures.overdue - stayed, last - stayed
    change = (
        f"{newly} became overdue since then, and {gone} of those {last} {'is' if gone == 1 else 'are'} no longer so"
    )
    return (f"{first} It was {last} {then_words(picture)}: {change}.",)


def _no_longer_overdue(picture: Picture) -> Table:
    gone = [item for item in picture.items if item.was_overdue and not item.standing.overdue]
    rows = tuple(
        (*first_cells(item, picture), item.was.current_due if item.was else None, _became(item)) for item in gone
    )
    return Table(
        key="no_longer_overdue",
        caption="Overdue then, and no longer",
        columns=(*FIRST, Column("due_then", "Due then", "date"), Column("became", "What became of it")),
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
    coming = coming_due(picture)
    count = many(len(coming), "action")
    if by:
        verb = "comes" if len(coming) == 1 else "come"
        says = f"{count} {verb} due before the next meeting, on {day_in_words(by)}."
    else:
        says = f"No next meeting is recorded, so these are the actions due soon: {count}."
    rows = tuple(
        (*first_cells(item, picture), item.standing.due, status_words(item), rating_word(item)) for item in coming
    )
    table = Table("coming_due", "Coming due, soonest first", (*FIRST, _DUE, STATUS, RATING), rows, "Nothing comes due.")
    return Section("coming_due", "Coming due before the next meeting", (says,), (table,))


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
            *FIRST, STATUS, Column("on", "Done on", "date", "not known"),
            Column("evidence", "On what evidence", missing="no evidence"),
            Column("signed_off", "Signed off", missing="no"),
        ),
        rows=rows,
        empty="Nothing was done." if picture.since else "No earlier meeting is recorded.",
    )  # fmt: skip
    awaiting = [item for item in picture.items if item.standing.awaiting_verification]
    awaiting_table = Table(
        key="awaiting_verification",
        caption="Reported complete and awaiting verification",
        columns=(
            *FIRST, Column("on", "Reported on", "date", "before it was recorded here"),
            Column("evidence", "Evidence so far", missing="no evidence"),
        ),
        rows=tuple((*first_cells(item, picture), _entered(item, picture), _evidence(item)) for item in awaiting),
        empty="Nothing waits.",
    )  # fmt: skip
    waiting = figures.awaiting_verification
    says = (
        _done_says(picture, done),
        f"{many(waiting, 'action awaits', 'actions await')} the Board's verification, being reported complete.",
    )
    return Section(
        "done",
        "Done since the last meeting, and on what evidence",
        says,
        (done_table, awaiting_table, _impact_table(picture)),
    )


def _impact_table(picture: Picture) -> Table:
    """Verified some time ago: whether the change reached practice is to be seen now."""
    due = [
        (item.action.impact_check_due, item)
        for item in picture.items
        if item.action.status is Status.VERIFIED and item.action.impact_check_due
    ]
    rows = tuple(
        (*first_cells(item, picture), day)
        for day, item in sorted(due, key=lambda one: (one[0] or date.max, one[1].action.ref))
        if day and day <= picture.as_at
    )
    columns = (*FIRST, Column("since", "Due since", "date"))
    return Table("impact_due", "Verified, and their impact is to be checked", columns, rows, "No impact check is due.")


def _done_says(picture: Picture, done: list[Item]) -> str:
    if picture.since is None:
        return "No earlier meeting is recorded, so nothing can be said to be done since."
    count = f"{many(len(done), 'action was', 'actions were')} done since {since_words(picture)}"
    without = sum(not item.evidence for item in done)
    if without:
        return f"{count}, {without} of them without any evidence."
    return f"{count}, each with evidence." if done else f"{count}."


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
    stand = f"{many(len(bare), 'action stands', 'actions stand')} as verified or embedded with no evidence recorded."
    again = f"{many(len(moves), 'action was', 'actions were')} reopened since {since_words(picture)}."
    return Section(
        "closed",
        "Closed without evidence, and reopened",
        (stand, again),
        (
            Table(
                key="closed_without_evidence",
                caption="Closed without evidence",
                columns=(*FIRST, STATUS),
                rows=tuple((*first_cells(item, picture), status_words(item)) for item in bare),
                empty="None.",
            ),
            Table(
                key="reopened",
                caption="Reopened",
                columns=(*FIRST, Column("was", "Had been"), Column("now", "Was made"), Column("on", "On", "date")),
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
