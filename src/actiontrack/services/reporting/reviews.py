"""Reviews as they stood at the end of a day, each with everything recorded of it, and who may be told of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from actiontrack.domain.lifecycle import newest_check
from actiontrack.domain.nouns import (
    Action,
    Agency,
    Decision,
    Evidence,
    Finding,
    ImpactCheck,
    KeyPracticeEpisode,
    Leg,
    Meeting,
    Recommendation,
    Review,
    Update,
)
from actiontrack.domain.vocabulary import Publication
from actiontrack.ports import Reader
from actiontrack.services import audit
from actiontrack.services.core import Core
from actiontrack.services.records.listing import natural
from actiontrack.services.reporting.beside import AtEntry, as_again, kept, names_now
from actiontrack.services.reporting.picture import cut_at, end_of, hash_at, position_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ActionStory:
    """One action, and what shows that it was done and had its effect."""

    action: Action
    legs: Sequence[Leg]
    evidence: Sequence[Evidence]
    checks: Sequence[ImpactCheck]
    said: Sequence[Update]
    """The Board's own updates, oldest first; what agencies report is theirs to publish."""

    @property
    def effect(self) -> ImpactCheck | None:
        """The impact check that was made last."""
        return newest_check(self.checks)


@dataclass(frozen=True, slots=True)
class ReviewFile:
    """One review. `actions` are those of its own plan and those that answer one of its recommendations."""

    review: Review
    episodes: Sequence[KeyPracticeEpisode]
    findings: Sequence[Finding]
    recommendations: Sequence[Recommendation]
    actions: Sequence[ActionStory]
    decisions: Mapping[str, Sequence[Decision]]
    """By what they are about."""

    @property
    def concluded(self) -> date | None:
        """When its report was signed off; when it was published, where that alone is known."""
        return self.review.report_signed_off or self.review.published

    @property
    def public(self) -> bool:
        """Whether it may be spoken of to everybody."""
        return self.review.publication is Publication.PUBLISHED

    def answering(self, recommendation: Recommendation) -> list[ActionStory]:
        """The actions that answer a recommendation."""
        return [each for each in self.actions if recommendation.ref in each.action.recommendations]


@dataclass(frozen=True, slots=True)
class Moment:
    """The record at the end of a day. `position` and `head` name the audit entry it is read from."""

    position: int
    head: str
    reviews: Sequence[ReviewFile]
    meetings: Mapping[str, Meeting]
    names: Mapping[str, str]
    """Agency code → name."""
    beside: str
    zone: ZoneInfo

    def day(self, at: datetime) -> date:
        """The board's calendar date of an instant."""
        return at.astimezone(self.zone).date()

    def file(self, ref: str) -> ReviewFile | None:
        """The review of that ref; None where there was none."""
        return next((each for each in self.reviews if each.review.ref == ref), None)

    def published(self) -> list[ReviewFile]:
        """The reviews that everybody may be told of. An action of a review that is not published is left out of them,
        whichever recommendations it answers.
        """
        hidden = [each for each in self.reviews if not each.public]
        reviews = {each.review.ref for each in hidden}
        answers = {answer.ref for each in hidden for answer in each.recommendations}

        def is_public(story: ActionStory) -> bool:
            action = story.action
            return action.review not in reviews and (bool(action.review) or answers.isdisjoint(action.recommendations))

        return [
            replace(each, actions=[story for story in each.actions if is_public(story)])
            for each in self.reviews
            if each.public
        ]

    def agencies(self, codes: Iterable[str]) -> str:
        """Their names."""
        return ", ".join(self.names.get(code) or code for code in codes if code)


def moment(core: Core, reader: Reader, report: str, day: date, *, at_entry: AtEntry = None) -> Moment:
    """The record as it stood at the end of that day, of what the chain held at `at_entry` (default: all of it).

    It is read for the report of that name. Raises UserError where the chain has no such entry.
    """
    again = as_again(at_entry)
    head = reader.head()
    upto = position_of(again, head)
    zone = ZoneInfo(core.board.timezone)
    cut = cut_at(reader, upto, end_of(day, zone))
    then = audit.state_at(reader, entry=cut)
    beside = kept(reader, report, day, again) or names_now(core)
    return Moment(
        position=cut,
        head=hash_at(reader, cut, head),
        reviews=_files(then),
        meetings={each.ref: each for each in then.all(Meeting)},
        names={**{each.code: each.name for each in then.all(Agency)}, **beside.names},
        beside=beside.text(),
        zone=zone,
    )


def _files(then: audit.Snapshot) -> list[ReviewFile]:
    recommendations = then.all(Recommendation)
    asked_by = {each.ref: each.review for each in recommendations}
    legs = _grouped((each.action, each) for each in then.all(Leg))
    evidence = _grouped((each.action, each) for each in then.all(Evidence))
    checks = _grouped((each.action, each) for each in then.all(ImpactCheck))
    updates = _grouped((each.action, each) for each in then.all(Update))
    stories: defaultdict[str, list[ActionStory]] = defaultdict(list)
    for action in then.all(Action):
        story = ActionStory(
            action=action,
            legs=sorted((leg for leg in legs[action.ref] if leg.active), key=lambda leg: leg.position),
            evidence=sorted(evidence[action.ref], key=lambda each: each.position),
            checks=checks[action.ref],
            said=sorted((each for each in updates[action.ref] if not each.agency), key=lambda each: each.position),
        )
        for review in dict.fromkeys([action.review, *(asked_by.get(ref, "") for ref in action.recommendations)]):
            stories[review].append(story)
    episodes = _grouped((each.review, each) for each in then.all(KeyPracticeEpisode))
    findings = _grouped((each.review, each) for each in then.all(Finding))
    answers = _grouped((each.review, each) for each in recommendations)
    decisions = _grouped((each.about, each) for each in then.all(Decision))
    return [
        ReviewFile(
            review=review,
            episodes=sorted(episodes[review.ref], key=lambda each: (each.position, natural(each.ref))),
            findings=sorted(findings[review.ref], key=lambda each: natural(each.ref)),
            recommendations=sorted(answers[review.ref], key=lambda each: (natural(each.number), each.ref)),
            actions=sorted(stories[review.ref], key=lambda each: (natural(each.action.number), each.action.ref)),
            decisions=decisions,
        )
        for review in then.all(Review)
    ]


def _grouped(pairs: Iterable[tuple[str, T]]) -> defaultdict[str, list[T]]:
    found: defaultdict[str, list[T]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found
