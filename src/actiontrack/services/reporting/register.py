"""The public register of findings, actions and commentary (SAR quality marker 15): of published reviews only.

The commentary is the Board's own words: its reasons, how it watches the effect, its updates. What agencies report is
not in it.
"""

from __future__ import annotations

from datetime import date

from actiontrack.domain.fields import words
from actiontrack.domain.nouns import Decision
from actiontrack.domain.report import Cell, Column, Report, Section, Table
from actiontrack.services.core import Core
from actiontrack.services.reporting.annual import effect_words
from actiontrack.services.reporting.beside import AtEntry
from actiontrack.services.reporting.reviews import Moment, ReviewFile, moment
from actiontrack.services.reporting.wording import many, sentence, short

_LONG = 2000
"""Characters of a text in the register: it is read in place of the report."""
NUMBER = Column("in_plan", "Number", missing="–")


def public_register(core: Core, *, as_at: date, at_entry: AtEntry = None) -> Report:
    """Every published review, as recorded at the end of that day. Raises UserError as `moment` does."""
    with core.store.reading() as reader:
        then = moment(core, reader, "register", as_at, at_entry=at_entry)
    by_ref = sorted(then.published(), key=lambda each: each.review.ref)
    files = sorted(by_ref, key=lambda each: each.review.published or date.min, reverse=True)
    sections = (_contents(files), *(_section(each, then) for each in files))
    return Report(
        name="register",
        title="Register of findings, actions and commentary",
        board=core.board.name,
        as_at=as_at,
        period=f"{many(len(files), 'published review')}.",
        position=then.position,
        head=then.head,
        beside=then.beside,
        counts=(
            ("reviews", len(files)),
            ("findings", sum(len(each.findings) for each in files)),
            ("recommendations", sum(len(each.recommendations) for each in files)),
            ("actions", len({story.action.ref for each in files for story in each.actions})),
        ),
        sections=sections,
    )


def _contents(files: list[ReviewFile]) -> Section:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            each.review.ref, short(each.review.title), each.review.regime, each.review.published,
            len(each.findings), len(each.recommendations), len(each.actions),
        )
        for each in files
    )  # fmt: skip
    columns = (
        Column("review", "Review", "code"), Column("title", "Title", missing="–"),
        Column("regime", "Kind", missing="–"), Column("published", "Published", "date", "date not recorded"),
        Column("findings", "Findings", "number"), Column("recommendations", "Recommendations", "number"),
        Column("actions", "Actions", "number"),
    )  # fmt: skip
    table = Table("reviews", "Reviews published", columns, rows, "No review is published.")
    return Section("reviews", "Reviews", ("A review that is not published is not in this register.",), (table,))


def _section(each: ReviewFile, then: Moment) -> Section:
    ref = each.review.ref
    told = [each.review.methodology, f"format: {each.review.format}" if each.review.format else ""]
    says = [sentence(", ".join(filter(None, told)))] if any(told) else []
    return Section(
        key=f"review-{ref}",
        title=f"{ref}: {short(each.review.title)}" if each.review.title else ref,
        says=tuple(says),
        tables=(_findings(each), _answers(each, then), _actions(each, then), _commentary(each, then)),
    )


def _findings(each: ReviewFile) -> Table:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            finding.ref, short(finding.text, _LONG), f"{finding.effect.value} good practice", finding.confidence.value,
            "; ".join(finding.typology),
        )
        for finding in each.findings
    )  # fmt: skip
    columns = (
        Column("finding", "Finding", "code"), Column("what", "What was found"), Column("effect", "It"),
        Column("confidence", "Confidence"), Column("typology", "Kind of pattern", missing="–"),
    )  # fmt: skip
    return Table(f"findings-{each.review.ref}", "Findings", columns, rows, "It states no findings.")


def _answers(each: ReviewFile, then: Moment) -> Table:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            answer.number, short(answer.text, _LONG), then.agencies(answer.addressed_to),
            words(answer.response), short(answer.response_reasons, _LONG),
            short(answer.monitoring, _LONG), short(answer.national_issue, _LONG), answer.review_by,
        )
        for answer in each.recommendations
    )  # fmt: skip
    columns = (
        NUMBER, Column("recommendation", "Recommendation"), Column("to", "Addressed to", missing="–"),
        Column("response", "The Board's response"), Column("reasons", "Reasons", missing="–"),
        Column("monitoring", "How its effect is watched", missing="–"),
        Column("national", "For a national answer", missing="–"),
        Column("review_by", "Comes back to the Board", "date", "–"),
    )  # fmt: skip
    return Table(f"answers-{each.review.ref}", "What the Board answered", columns, rows, "It makes no recommendation.")


def _actions(each: ReviewFile, then: Moment) -> Table:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            story.action.number, short(story.action.text, _LONG), then.agencies(leg.agency for leg in story.legs),
            story.action.current_due, words(story.action.status), len(story.evidence), effect_words(story),
        )
        for story in each.actions
    )  # fmt: skip
    columns = (
        NUMBER, Column("action", "Action"), Column("agencies", "Agencies", missing="–"),
        Column("due", "Due", "date", "no date"), Column("status", "Status"),
        Column("evidence", "Pieces of evidence", "number"), Column("effect", "Effect", missing="not checked yet"),
    )  # fmt: skip
    return Table(f"actions-{each.review.ref}", "Actions", columns, rows, "No action is recorded.")


def _commentary(each: ReviewFile, then: Moment) -> Table:
    """The Board's own updates on actions, and what its meetings decided."""
    said: list[tuple[Cell, ...]] = [
        (then.day(update.at), story.action.number, short(update.text, _LONG))
        for story in each.actions
        for update in story.said
    ]
    said += [
        (_decided_on(decision, then), answer.number, short(f"{words(decision.outcome)}: {decision.reasons}", _LONG))
        for answer in each.recommendations
        for decision in each.decisions.get(answer.ref, ())
    ]
    columns = (Column("day", "Day", "date"), NUMBER, Column("commentary", "The Board's commentary"))
    rows = tuple(sorted(said, key=lambda row: (str(row[0]), str(row[1]), str(row[2]))))
    return Table(f"commentary-{each.review.ref}", "Commentary", columns, rows, "No commentary yet.")


def _decided_on(decision: Decision, then: Moment) -> date:
    """The day of the meeting, whenever it was recorded."""
    meeting = then.meetings.get(decision.meeting)
    return meeting.date if meeting else then.day(decision.at)
