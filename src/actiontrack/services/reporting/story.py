"""A review's story on a page: finding → question → answer → actions → evidence → effect. For the Board."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from actiontrack.domain.fields import words
from actiontrack.domain.nouns import Finding, Recommendation
from actiontrack.domain.report import Cell, Column, Report, Section, Table, day_in_words
from actiontrack.domain.vocabulary import Publication, Response
from actiontrack.errors import NotFound
from actiontrack.services.core import Core
from actiontrack.services.records.recurrence import told_again
from actiontrack.services.reporting.annual import effect_words
from actiontrack.services.reporting.beside import AtEntry
from actiontrack.services.reporting.reviews import ActionStory, Moment, ReviewFile, moment
from actiontrack.services.reporting.wording import many, sentence, short

_TEXT = 1000


def review_story(core: Core, ref: str, *, as_at: date, at_entry: AtEntry = None) -> Report:
    """That review as recorded at the end of that day. Raises NotFound, and UserError as `moment` does."""
    with core.store.reading() as reader:
        then = moment(core, reader, "review", as_at, at_entry=at_entry)
    each = then.file(ref)
    if each is None:
        raise NotFound(f"There was no review {ref} on {day_in_words(as_at)}; `actiontrack review list` tells today's.")
    sections = (*(_of_finding(finding, each, then) for finding in each.findings), *_without_finding(each, then))
    return Report(
        name="review",
        about=ref,
        title=f"{ref}: from finding to effect",
        board=core.board.name,
        as_at=as_at,
        period=_period(each),
        position=then.position,
        head=then.head,
        beside=then.beside,
        counts=(
            ("findings", len(each.findings)),
            ("questions", sum(len(finding.questions_for_board) for finding in each.findings)),
            ("recommendations", len(each.recommendations)),
            ("awaiting", sum(answer.response is Response.AWAITING for answer in each.recommendations)),
            ("actions", len(each.actions)),
            ("with_evidence", sum(bool(story.evidence) for story in each.actions)),
            ("with_effect", sum(bool(story.effect and story.effect.passed) for story in each.actions)),
        ),
        sections=sections or (Section("nothing", "Nothing is recorded of it yet"),),
    )


def _period(each: ReviewFile) -> str:
    review = each.review
    told = [review.title, review.regime, review.methodology]
    says = sentence(", ".join(part for part in told if part)) if any(told) else ""
    if review.publication is not Publication.PUBLISHED:
        says += f" {words_of(review.publication)}: for the Board only."
    return says.strip()


def words_of(publication: Publication) -> str:
    """As a sentence begins with it: "Not for publication"."""
    return words(publication).capitalize()


def _of_finding(finding: Finding, each: ReviewFile, then: Moment) -> Section:
    answers = [answer for answer in each.recommendations if finding.ref in answer.findings]
    kind = ", ".join((f"{finding.confidence.value} confidence", *finding.typology))
    says = [f"{sentence(short(finding.text, _TEXT))} It {finding.effect.value} good practice ({kind})."]
    says += [f"Seen in: {', '.join(_episodes(finding, each))}."] if finding.kpe_refs else []
    says += [f"The Board was asked: {short(question, _TEXT)}" for question in finding.questions_for_board]
    says += [sentence_of for answer in answers for sentence_of in _answered(answer, each, then)]
    if not answers:
        says.append("The Board has not answered it.")
    return Section(
        key=f"finding-{finding.ref}",
        title=f"Finding {finding.ref}",
        says=tuple(says),
        tables=(_actions(finding.ref, answers, each, then),),
    )


def _episodes(finding: Finding, each: ReviewFile) -> list[str]:
    texts = {episode.ref: short(episode.text, 120) for episode in each.episodes}
    return [texts.get(ref, ref) for ref in finding.kpe_refs]


def _without_finding(each: ReviewFile, then: Moment) -> list[Section]:
    """Recommendations that name no finding, as many reviews are written; and actions that name no recommendation."""
    known = {finding.ref for finding in each.findings}
    answers = [answer for answer in each.recommendations if known.isdisjoint(answer.findings)]
    loose = [story for story in each.actions if not story.action.recommendations]
    found = []
    if answers:
        says = tuple(said for answer in answers for said in _answered(answer, each, then))
        tables = (_actions("recommendations", answers, each, then),)
        found.append(Section("recommendations", "Recommendations that name no finding", says, tables))
    if loose:
        table = _table("actions-loose", loose, then)
        found.append(Section("loose", "Actions that name no recommendation", (), (table,)))
    return found


def _answered(answer: Recommendation, each: ReviewFile, then: Moment) -> list[str]:
    """What the Board said to a recommendation, in sentences."""
    name = f"Recommendation {answer.number}" if answer.number else "The recommendation"
    says = [f"{name}: {sentence(short(answer.text, _TEXT))}"]
    if answer.response is Response.AWAITING:
        says.append(f"{name} awaits the Board's answer.")
    else:
        meeting = then.meetings.get(answer.decided_at)
        when = f" on {day_in_words(meeting.date)}" if meeting else ""
        why = f" {sentence(short(answer.response_reasons, _TEXT))}" if answer.response_reasons.strip() else ""
        says.append(f"The Board's answer{when}: {words(answer.response)}.{why}")
    if answer.monitoring:
        says.append(f"Its effect is watched so: {sentence(short(answer.monitoring, _TEXT))}")
    if answer.impact_measure:
        says.append(f"It is measured by: {sentence(short(answer.impact_measure, _TEXT))}")
    if answer.national_issue:
        says.append(f"For a national answer: {sentence(short(answer.national_issue, _TEXT))}")
    if answer.review_by:
        says.append(f"It comes back to the Board on {day_in_words(answer.review_by)}.")
    known = [one for file in then.reviews for one in file.recommendations]
    again = told_again(answer, known, [file.review for file in then.reviews])
    return [*says, again] if again else says


def _actions(key: str, answers: Sequence[Recommendation], each: ReviewFile, then: Moment) -> Table:
    stories = {story.action.ref: story for answer in answers for story in each.answering(answer)}
    return _table(f"actions-{key}", list(stories.values()), then)


def _table(key: str, stories: Sequence[ActionStory], then: Moment) -> Table:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            story.action.ref, story.action.number, short(story.action.text), _legs(story, then),
            story.action.current_due, words(story.action.status), _evidence(story), effect_words(story),
        )
        for story in stories
    )  # fmt: skip
    columns = (
        Column("ref", "Action ID", "code"), Column("in_plan", "Number", missing="–"), Column("action", "Action"),
        Column("legs", "Agencies", missing="nobody yet"), Column("due", "Due", "date", "no date"),
        Column("status", "Status"), Column("evidence", "Evidence", missing="none"),
        Column("effect", "Effect", missing="not checked yet"),
    )  # fmt: skip
    return Table(key, "Actions, evidence, effect", columns, rows, "No action answers it.")


def _legs(story: ActionStory, then: Moment) -> str:
    """Each agency with how far it is, where several have a part."""
    if len(story.legs) == 1:
        return then.agencies(leg.agency for leg in story.legs)
    return "; ".join(f"{then.agencies([leg.agency]) or 'Nobody'}: {words(leg.status)}" for leg in story.legs)


def _evidence(story: ActionStory) -> str:
    if not story.evidence:
        return ""
    newest = max((item.effective_date for item in story.evidence if item.effective_date), default=None)
    until = f", the newest of {day_in_words(newest)}" if newest else ""
    return f"{many(len(story.evidence), 'piece')}{until}"
