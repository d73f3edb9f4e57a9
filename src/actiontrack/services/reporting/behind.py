"""What stands behind the plan: by agency, dates moved, trend, what is not implemented, where the record needs care."""

from __future__ import annotations

from collections.abc import Sequence

from actiontrack.domain.lifecycle import ENDED_STATUSES
from actiontrack.domain.report import Cell, Column, Figures, Section, Table
from actiontrack.domain.vocabulary import Rating, Response
from actiontrack.services.reporting.ageing import ageing_chart
from actiontrack.services.reporting.figures import dates_moved, meeting_near
from actiontrack.services.reporting.picture import Item, Picture
from actiontrack.services.reporting.trend import month_ends, trend
from actiontrack.services.reporting.wording import (
    AGENCY,
    FIRST,
    NUMBER,
    RATING,
    REF,
    STATUS,
    first_cells,
    many,
    rating_word,
    short,
    since_words,
    status_words,
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
        ("Each action is counted once, under its lead agency. A share of fewer than ten actions says little.",),
        (table,),
    )


def dates_section(picture: Picture) -> Section:
    """Due dates moved, and which of them shortly before a meeting."""
    moved = dates_moved(picture)
    near = [meeting_near(day, picture) for _, _, day in moved]
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
    count = f"{many(len(moved), 'due date was', 'due dates were')} moved since {since_words(picture)}"
    says = (f"{count}, {shortly} of them within the ten days before a meeting." if moved else f"{count}.",)
    return Section("dates", "Due dates moved", says, (Table("dates_moved", "Due dates moved", columns, rows, "None."),))


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
            f"{many(len(actions), 'action')} ended without being implemented.",
            f"{many(len(answers), 'recommendation was', 'recommendations were')} not accepted in full, or referred.",
        ),
        (
            Table("ended", "Actions not implemented", (*FIRST, STATUS, why), action_rows, "None."),
            Table(
                "not_accepted",
                "Recommendations not accepted in full",
                (NUMBER, Column("recommendation", "Recommendation"), Column("response", "The Board's answer"), why),
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
        ("A rating is computed from dates and status, never typed.", _assessed_says(differing)),
        (
            Table(
                "undated",
                "Live with no due date",
                (*FIRST, STATUS),
                tuple((*first_cells(item, picture), status_words(item)) for item in undated),
                "None.",
            ),
            Table(
                "incomplete",
                "Live and incomplete",
                (*FIRST, Column("lacks", "What is missing")),
                tuple((*first_cells(item, picture), " ".join(item.action.found)) for item in incomplete),
                "None.",
            ),
            Table(
                "self_assessment",
                "Self-assessment differs from the computed rating",
                (*FIRST, Column("self_rating", "The agency says"), RATING),
                tuple((*first_cells(item, picture), item.action.self_rating, rating_word(item)) for item in differing),
                "None.",
            ),
        ),
    )


def _assessed_says(differing: Sequence[Item]) -> str:
    first = "A rating that an agency typed is its self-assessment, and is listed where it differs"
    if not differing:
        return f"{first}: none does."
    better = sum(_better(item) for item in differing)
    return f"{first}: {many(len(differing), 'action')}, of which the agency rates {better} better than computed."


_SCALE = [Rating.RED, Rating.AMBER, Rating.GREEN, Rating.BLUE]


def _better(item: Item) -> bool:
    """Whether the agency sees it nearer its end than the rule does. White is on no scale."""
    said = next((rating for rating in _SCALE if rating.value == item.action.self_rating.strip().casefold()), None)
    return said is not None and item.rating in _SCALE and _SCALE.index(said) > _SCALE.index(item.rating)


def _differs(item: Item) -> bool:
    said = item.action.self_rating.strip().casefold()
    return bool(said) and said != (item.rating.value if item.rating else "")
