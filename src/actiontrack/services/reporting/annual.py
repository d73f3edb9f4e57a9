"""The part of a Safeguarding Adults Board's annual report that speaks of reviews (Care Act 2014, Schedule 2).

Paragraph 4(1) asks, for a financial year, for (d) the findings of the reviews that have concluded in it, (e) the
reviews that are ongoing at its end, (f) what the Board has done in it to implement findings, and (g) where it decided
in it not to implement a finding, the reasons. It is published: of a review that is not, there are counts, its ref and
its dates, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from actiontrack.domain.fields import words
from actiontrack.domain.lifecycle import ENDED_STATUSES
from actiontrack.domain.nouns import Recommendation
from actiontrack.domain.report import Cell, Column, Report, Section, Table, day_in_words
from actiontrack.domain.vocabulary import AGREED_STATUSES, Response, Status
from actiontrack.errors import UserError
from actiontrack.services.core import Core
from actiontrack.services.reporting.beside import AtEntry
from actiontrack.services.reporting.reviews import ActionStory, Moment, ReviewFile, moment
from actiontrack.services.reporting.wording import many, many_were, sentence, short

SAR = "SAR"
"""A review under section 44: the regime that the Schedule speaks of."""

_REFUSED = frozenset({Response.NOT_ACCEPTED, Response.ACCEPTED_IN_PART})

REVIEW = Column("review", "Review", "code")


@dataclass(frozen=True, slots=True)
class _Year:
    """The year's end, and the day before its beginning, as recorded."""

    first: date
    last: date
    regime: str
    end: Moment
    public: Sequence[ReviewFile]
    withheld: Sequence[ReviewFile]
    done_before: frozenset[str]
    """Actions that were verified or embedded before it."""
    ended_before: frozenset[str]
    refused_before: frozenset[tuple[str, Response]]

    def within(self, day: date | None) -> bool:
        return day is not None and self.first <= day <= self.last


def annual_report(core: Core, *, first: date, last: date, regime: str = SAR, at_entry: AtEntry = None) -> Report:
    """The section for the year from `first` to `last`, both included. The same store and days give an equal report.

    Raises UserError where the days make no sense, or the chain has no such entry.
    """
    if last < first:
        raise UserError(f"The year ends ({last}) before it begins ({first}): give --from and --to the other way round.")
    with core.store.reading() as reader:
        before = moment(core, reader, "annual", first - timedelta(days=1), at_entry=at_entry)
        end = moment(core, reader, "annual", last, at_entry=at_entry)
    year = _year(first, last, regime, before, end)
    sections = (_findings(year), _under_way(year), _implemented(year), _refused(year))
    return Report(
        name="annual",
        title="Safeguarding reviews: section of the annual report",
        board=core.board.name,
        as_at=last,
        period=f"The year from {day_in_words(first)} to {day_in_words(last)} (Care Act 2014, Schedule 2, "
        "paragraph 4(1)(d) to (g)).",
        position=end.position,
        head=end.head,
        beside=end.beside,
        counts=_counts(sections, year),
        sections=sections,
    )


def _year(first: date, last: date, regime: str, before: Moment, end: Moment) -> _Year:
    def of_regime(files: Sequence[ReviewFile]) -> list[ReviewFile]:
        return [each for each in files if each.review.regime.casefold() == regime.casefold()]

    earlier = {story.action.ref: story.action for each in before.reviews for story in each.actions}
    answers = [answer for each in before.reviews for answer in each.recommendations]
    return _Year(
        first=first,
        last=last,
        regime=regime,
        end=end,
        public=of_regime(end.published()),
        withheld=of_regime([each for each in end.reviews if not each.public]),
        done_before=frozenset(ref for ref, action in earlier.items() if action.status in AGREED_STATUSES),
        ended_before=frozenset(ref for ref, action in earlier.items() if action.status in ENDED_STATUSES),
        refused_before=frozenset((each.ref, each.response) for each in answers),
    )


def _counts(sections: Sequence[Section], year: _Year) -> tuple[tuple[str, int], ...]:
    """Each is the number of rows of a table, or of what is counted only."""
    rows = {table.key: len(table.rows) for section in sections for table in section.tables}
    concluded = sum(year.within(each.concluded) for each in year.public)
    return (
        ("concluded", concluded + rows["not_published"]),
        ("findings", rows["findings"]),
        ("under_way", rows["under_way"]),
        ("recommendations", rows["implementation"]),
        ("actions_done", rows["done"]),
        ("actions_done_not_published", _done_withheld(year)),
        ("not_implemented", rows["refused"] + rows["ended"]),
        ("reasons_missing", sum(not row[-1] for table in sections[-1].tables for row in table.rows)),
    )


# --- (d) findings of reviews concluded ------------------------------------------------------------------------------


def _findings(year: _Year) -> Section:
    concluded = [each for each in year.public if year.within(each.concluded)]
    hidden = [each for each in year.withheld if year.within(each.concluded)]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            each.review.ref,
            each.concluded,
            finding.ref,
            short(finding.text, 600),
            f"{finding.effect.value} good practice",
            "; ".join(finding.typology),
        )
        for each in concluded
        for finding in each.findings
    )
    says = [f"{many(len(concluded) + len(hidden), 'review')} concluded in the year."]
    says += [
        f"{each.review.ref}: {sentence(each.review.title or 'no title')} It states no findings here."
        for each in concluded
        if not each.findings
    ]
    return Section(
        "findings",
        "Findings of the reviews concluded in the year",
        tuple(says),
        (
            Table(
                "findings", "What they found",
                (
                    REVIEW, Column("concluded", "Concluded", "date"), Column("finding", "Finding", "code"),
                    Column("what", "What was found"), Column("effect", "It"),
                    Column("typology", "Kind of pattern", missing="–"),
                ),
                rows, "No finding of a published review.",
            ),
            Table(
                "not_published", "Concluded, and not published",
                (REVIEW, Column("concluded", "Concluded", "date")),
                tuple((each.review.ref, each.concluded) for each in hidden),
                "Every review that concluded is published.",
            ),
        ),
    )  # fmt: skip


# --- (e) reviews ongoing at the end ---------------------------------------------------------------------------------


def _under_way(year: _Year) -> Section:
    found = [
        each
        for each in (*year.public, *year.withheld)
        if (each.review.commissioned is None or each.review.commissioned <= year.last)
        and (each.concluded is None or each.concluded > year.last)
    ]
    found.sort(key=lambda each: (each.review.commissioned or date.min, each.review.ref))
    return Section(
        "under_way",
        "Reviews under way at the end of the year",
        (f"{many_were(len(found), 'review')} under way on {day_in_words(year.last)}.",),
        (
            Table(
                "under_way",
                "Under way",
                (REVIEW, Column("commissioned", "Commissioned", "date", "not recorded")),
                tuple((each.review.ref, each.review.commissioned) for each in found),
                "None was under way.",
            ),
        ),
    )


# --- (f) what was done to implement findings ------------------------------------------------------------------------


def _implemented(year: _Year) -> Section:
    rows = tuple(_progress_of(answer, each) for each in year.public for answer in each.recommendations)
    done = [
        (each, story)
        for each in year.public
        for story in each.actions
        if _is_new(story, AGREED_STATUSES, year.done_before) and story.action.review in ("", each.review.ref)
    ]
    others = _done_withheld(year)
    says = [
        f"{many(len(done), 'action')} of published reviews {'was' if len(done) == 1 else 'were'} verified in the year."
    ]
    if others:
        says.append(f"Of reviews that are not published {many_were(others, 'action')}.")
    return Section(
        "implementation",
        "What was done to implement findings",
        tuple(says),
        (
            Table(
                "done", "Done in the year, on evidence",
                (
                    REVIEW, Column("in_plan", "Number", missing="–"), Column("action", "Action"),
                    Column("agencies", "Agencies", missing="–"), Column("status", "Status"),
                    Column("evidence", "Pieces of evidence", "number"),
                    Column("effect", "Effect", missing="not checked yet"),
                ),
                tuple(
                    (
                        each.review.ref, story.action.number, short(story.action.text),
                        year.end.agencies(leg.agency for leg in story.legs), words(story.action.status),
                        len(story.evidence), effect_words(story),
                    )
                    for each, story in done
                ),
                "No action was verified in the year.",
            ),
            Table(
                "implementation", "Every recommendation, as it stands at the end of the year",
                (
                    REVIEW, Column("in_plan", "Number", missing="–"), Column("recommendation", "Recommendation"),
                    Column("response", "The Board's response"), Column("actions", "Actions", "number"),
                    Column("verified", "Of them verified", "number"), Column("open", "Of them open", "number"),
                ),
                rows, "No recommendation of a published review.",
            ),
        ),
    )  # fmt: skip


def _progress_of(answer: Recommendation, each: ReviewFile) -> tuple[Cell, ...]:
    stories = each.answering(answer)
    done = sum(story.action.status in AGREED_STATUSES for story in stories)
    ended = sum(story.action.status in ENDED_STATUSES for story in stories)
    return (
        each.review.ref, answer.number, short(answer.text), words(answer.response),
        len(stories), done, len(stories) - done - ended,
    )  # fmt: skip


def effect_words(story: ActionStory) -> str:
    """What the newest impact check found; "" where there was none."""
    check = story.effect
    if check is None or check.checked is None:
        return ""
    found = "seen in practice" if check.passed else "not seen in practice"
    return f"{found} on {day_in_words(check.checked)}"


# --- (g) what was not implemented, and why --------------------------------------------------------------------------


def _refused(year: _Year) -> Section:
    answers = tuple(
        (
            each.review.ref, answer.number, short(answer.text), words(answer.response),
            sentence(answer.response_reasons.strip()),
        )
        for each in year.public
        for answer in each.recommendations
        if answer.response in _REFUSED and _is_decided(answer, year)
    )  # fmt: skip
    ended = tuple(
        (
            each.review.ref, story.action.number, short(story.action.text), words(story.action.status),
            sentence(story.action.status_reason.strip() or _superseded(story)),
        )
        for each in year.public
        for story in each.actions
        if _is_new(story, ENDED_STATUSES, year.ended_before) and story.action.review in ("", each.review.ref)
    )  # fmt: skip
    others = _count_withheld(year, lambda story: _is_new(story, ENDED_STATUSES, year.ended_before)) + sum(
        answer.response in _REFUSED and _is_decided(answer, year)
        for each in year.withheld
        for answer in each.recommendations
    )
    says = [f"{many(len(answers), 'decision')} not to do, or not wholly to do, what was recommended."]
    if others:
        says.append(f"{many(others, 'such decision')} on reviews that are not published will be told with them.")
    missing = Column("reasons", "The Board's reasons", missing="not recorded: they have to be stated")
    return Section(
        "not_implemented",
        "What is not implemented, and why",
        tuple(says),
        (
            Table(
                "refused", "Recommendations not accepted, or accepted in part",
                (
                    REVIEW, Column("in_plan", "Number", missing="–"), Column("recommendation", "Recommendation"),
                    Column("response", "The Board's response"), missing,
                ),
                answers, "None in the year.",
            ),
            Table(
                "ended", "Actions ended without having been done",
                (
                    REVIEW, Column("in_plan", "Number", missing="–"), Column("action", "Action"),
                    Column("status", "Status"), missing,
                ),
                ended, "None in the year.",
            ),
        ),
    )  # fmt: skip


def _is_decided(answer: Recommendation, year: _Year) -> bool:
    """Whether it was decided in the year: by the meeting's date, or, where none is told, by when it was recorded."""
    meeting = year.end.meetings.get(answer.decided_at)
    if meeting is not None:
        return year.within(meeting.date)
    return (answer.ref, answer.response) not in year.refused_before


def _superseded(story: ActionStory) -> str:
    return f"Superseded by {story.action.superseded_by}" if story.action.superseded_by else ""


# --- counting -------------------------------------------------------------------------------------------------------


def _is_new(story: ActionStory, states: frozenset[Status], before: frozenset[str]) -> bool:
    return story.action.status in states and story.action.ref not in before


def _done_withheld(year: _Year) -> int:
    return _count_withheld(year, lambda story: _is_new(story, AGREED_STATUSES, year.done_before))


def _count_withheld(year: _Year, fits: Callable[[ActionStory], bool]) -> int:
    """Actions of reviews that are not published: they are counted, and nothing is said of them."""
    return len({story.action.ref for each in year.withheld for story in each.actions if fits(story)})
