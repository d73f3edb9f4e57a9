"""Page 1 in four sentences: what decisions, what is overdue now and then, what is coming, what moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from actiontrack.domain.report import Figures, Section, day_in_words
from actiontrack.services.reporting.decisions import Decision
from actiontrack.services.reporting.picture import Picture
from actiontrack.services.reporting.wording import many, many_were, since_words, then_words

_GROUPS = (("extensions", "extension"), ("closures", "closure"), ("refusals", "refusal"), ("referrals", "referral"))


def in_short_section(picture: Picture, asked: Sequence[Decision], figures: Figures) -> Section:
    """The first section. It says nothing that a later one does not list."""
    says = (_decisions(asked), _overdue(picture, figures), _coming(picture, figures), _moved(picture, figures))
    return Section("in_short", "In short", says)


def _decisions(asked: Sequence[Decision]) -> str:
    if not asked:
        return "Decisions: none is asked of the Board."
    counts = Counter(one.group for one in asked)
    parts = ", ".join(many(counts[group], word) for group, word in _GROUPS if counts[group])
    return f"Decisions: {len(asked)} {'is' if len(asked) == 1 else 'are'} asked of the Board ({parts})."


def _overdue(picture: Picture, figures: Figures) -> str:
    now = f"Overdue: {figures.overdue} of {many(figures.live, 'live action')} now"
    then = f", {figures.overdue_last} {then_words(picture)}" if picture.since else ""
    longest = max((item.standing.days_overdue for item in picture.items), default=0)
    return f"{now}{then}." + (f" The longest is {many(longest, 'day')} late." if longest else "")


def _coming(picture: Picture, figures: Figures) -> str:
    count = figures.coming_due
    if picture.next_meeting is None:
        soon = f"{many(count, 'action is', 'actions are')} due soon"
        return f"Coming: {soon}; no next meeting is recorded."
    come = f"{many(count, 'action comes', 'actions come')} due before the next meeting"
    return f"Coming: {come}, on {day_in_words(picture.next_meeting)}."


def _moved(picture: Picture, figures: Figures) -> str:
    if picture.since is None:
        return "Moved: no earlier meeting is recorded, so it can't be told."
    near = f", {figures.moved_near_meeting} of them shortly before a meeting" if figures.dates_moved else ""
    return (
        f"Moved since {since_words(picture)}: {many_were(figures.done_since or 0, 'action')} done, "
        f"{figures.reopened} reopened; {many_were(figures.dates_moved, 'due date')} moved{near}."
    )
