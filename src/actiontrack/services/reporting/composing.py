"""Putting the board report together."""

from __future__ import annotations

from datetime import date

from actiontrack.domain.report import BoardReport, day_in_words
from actiontrack.services.core import Core
from actiontrack.services.reporting.behind import (
    ageing_section,
    agencies_section,
    dates_section,
    not_implemented_section,
    record_section,
    trend_section,
)
from actiontrack.services.reporting.beside import AtEntry
from actiontrack.services.reporting.decisions import decisions, decisions_section, headlines
from actiontrack.services.reporting.delivery import closed_section, coming_section, done_section, overdue_section
from actiontrack.services.reporting.figures import figures_of, key_figures
from actiontrack.services.reporting.in_short import in_short_section
from actiontrack.services.reporting.picture import Picture, take
from actiontrack.services.reporting.provenance import provenance_section


def board_report(core: Core, *, as_at: date, since: date | None = None, at_entry: AtEntry = None) -> BoardReport:
    """What the Board receives, in the order of domain.md.

    The record is judged at the end of the day `as_at` in the board's time zone, and compared with the end of the day
    `since` (the latest meeting before `as_at` where it is None). `at_entry` takes the chain as it was at that audit
    entry, so that a report can be made again.

    An action first recorded after either day is taken there as it was first recorded: a plan adopted today had its
    due dates before, and the Board may ask what was overdue at its last meeting. The same store, days and
    configuration give an equal report; nothing in it comes from the clock. Raises UserError where the days or the
    entry make no sense.
    """
    with core.store.reading() as reader:
        picture = take(core, reader, "board", as_at=as_at, since=since, at_entry=at_entry)
    asked = decisions(picture)
    figures = figures_of(picture, len(asked))
    return BoardReport(
        name="board",
        title="Safeguarding action plan: report to the Board",
        board=core.board.name,
        as_at=as_at,
        since=picture.since,
        next_meeting=picture.next_meeting,
        period=period_of(picture),
        position=picture.position,
        head=picture.head,
        beside=picture.beside.text(),
        figures=figures,
        key_figures=key_figures(figures, picture),
        headlines=headlines(picture, asked),
        sections=(
            in_short_section(picture, asked, figures),
            decisions_section(asked),
            overdue_section(picture, figures),
            coming_section(picture),
            done_section(picture, figures),
            closed_section(picture),
            ageing_section(figures),
            agencies_section(figures),
            dates_section(picture),
            trend_section(picture),
            not_implemented_section(picture),
            record_section(picture),
            provenance_section(picture),
        ),
    )


def period_of(picture: Picture) -> str:
    """Which earlier day a report is compared with, in a sentence."""
    if picture.since is None:
        return "No earlier meeting is recorded, so nothing is compared."
    what = "the last meeting, on " if picture.since_is_meeting else ""
    return f"Compared with {what}{day_in_words(picture.since)}."
