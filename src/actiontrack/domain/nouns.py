"""What is recorded. Every noun is frozen: a change makes a new one and, in the store, an audit entry.

Dates are calendar dates of the board's time zone; instants (`at`, `created_at` …) are aware and in UTC.
An empty string means "not said"; `None` means "no date".
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from actiontrack.domain.vocabulary import (
    Confidence,
    Effect,
    Kind,
    Level,
    Publication,
    Response,
    Status,
)


class Stored(BaseModel):
    """Anything the store keeps: one class a table, one field a column."""

    # Built when first used: a quiet sync uses few of them.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    key: ClassVar[tuple[str, ...]] = ("ref",)
    """The fields that name one record within its board."""


class Noun(Stored):
    """A record of the domain: each change of it is one entry in the audit chain."""


class Member(BaseModel):
    """An agency's part in a review; never a person's name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agency: str
    role: str = ""
    count: int = 1


class Pause(BaseModel):
    """Days a leg was blocked with a reason and a date to look again, the first and the last included."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: date
    end: date


class Agency(Noun):
    """An organisation that acts. `kind` is free (police, health, council …)."""

    key: ClassVar[tuple[str, ...]] = ("code",)

    code: str
    name: str
    kind: str = ""
    aliases: tuple[str, ...] = ()
    lead: str = ""
    executive: str = ""


class Meeting(Noun):
    """A sitting of a body: reports say "since the last meeting"."""

    ref: str
    body: str
    date: date


class Review(Noun):
    """A case review: a window on the system. Carries a pseudonym at most, never a name of the family."""

    ref: str
    title: str = ""
    regime: str = ""
    methodology: str = ""
    format: str = ""
    board: str = ""
    lead_reviewers: tuple[str, ...] = ()
    review_team: tuple[Member, ...] = ()
    case_group: tuple[Member, ...] = ()
    sites: tuple[str, ...] = ()
    commissioned: date | None = None
    report_signed_off: date | None = None
    published: date | None = None
    publication: Publication = Publication.EMBARGOED
    parallel_proceedings: str = ""
    platform_link: str = ""


def is_embargoed(ref: str, review: Review | None) -> bool:
    """Whether the review named so may not be spoken of yet: one of which nothing is known may not, either."""
    return bool(ref) and (review is None or review.publication is Publication.EMBARGOED)


class KeyPracticeEpisode(Noun):
    """A stretch of the case that mattered, and what contributed to how practice went (SCIE Learning Together)."""

    ref: str
    review: str
    position: int = 0
    """Its place in the narrative."""
    text: str
    contributory_factors: tuple[str, ...] = ()


class Finding(Noun):
    """An underlying pattern that supports or hinders good practice."""

    ref: str
    review: str
    text: str
    typology: tuple[str, ...] = ()
    effect: Effect = Effect.HINDERS
    contributory_factors: tuple[str, ...] = ()
    kpe_refs: tuple[str, ...] = ()
    confidence: Confidence = Confidence.FULL
    questions_for_board: tuple[str, ...] = ()


class Recommendation(Noun):
    """What the review asks for, and the Board's response to it."""

    ref: str
    review: str = ""
    number: str = ""
    findings: tuple[str, ...] = ()
    text: str = ""
    kind: Kind = Kind.CLEAR_CUT
    level: Level = Level.LOCAL
    addressed_to: tuple[str, ...] = ()
    response: Response = Response.AWAITING
    response_reasons: str = ""
    decided_at: str = ""
    review_by: date | None = None
    """When a referral (needs_research) comes back to the Board."""
    intended_outcome: str = ""
    impact_measure: str = ""
    monitoring: str = ""
    """How the Board will see whether it had its effect."""
    national_issue: str = ""
    """What of it needs a national answer."""
    linked: tuple[str, ...] = ()
    """Recommendations of other reviews that say the same."""


class Action(Noun):
    """One thing somebody will do. `status` is kept equal to what its legs and the Board say (lifecycle.py).

    `found` lists what an import accepted though a guard would refuse it; not empty = incomplete.
    """

    ref: str
    number: str = ""
    review: str = ""
    recommendations: tuple[str, ...] = ()
    text: str
    lead_agency: str = ""
    lead_officer: str = ""
    priority: str = ""
    original_due: date | None = None
    current_due: date | None = None
    status: Status = Status.NOT_STARTED
    status_reason: str = ""
    superseded_by: str = ""
    self_rating: str = ""
    found: tuple[str, ...] = ()
    impact_check_due: date | None = None
    depends_on: tuple[str, ...] = ()
    """Actions that have to be done first."""
    created_at: datetime
    changed_at: datetime


class Leg(Noun):
    """One agency's part of an action; the lead's has position 0.

    An action nobody has taken on has one leg with agency "".
    """

    key: ClassVar[tuple[str, ...]] = ("action", "agency")

    action: str
    agency: str
    position: int = 0
    status: Status = Status.NOT_STARTED
    reason: str = ""
    look_again: date | None = None
    blocked_since: date | None = None
    pauses: tuple[Pause, ...] = ()
    """Pauses that have ended: their working days stay added to the due date (derived.py)."""
    active: bool = True
    """False once the agency no longer has a part in it: a leg is never erased."""


class Update(Noun):
    """Progress, append-only. `agency` is the leg's; "" is the Board's. Known by its ref, never by its text.

    `position` counts an action's updates from 1: order never rests on a clock.
    """

    ref: str
    action: str
    position: int
    agency: str = ""
    text: str
    at: datetime
    by: str = ""
    source: str = ""


class Comment(Noun):
    """A critical friend's comment, append-only: the board's scrutineers write them."""

    ref: str
    action: str
    position: int
    text: str
    at: datetime
    by: str = ""
    source: str = ""


class Evidence(Noun):
    """What shows that practice changed: a link, or a file known by its SHA-256 (hex)."""

    ref: str
    action: str
    position: int
    agency: str = ""
    shows: str = ""
    link: str = ""
    file: str = ""
    sha256: str = ""
    effective_date: date | None = None
    received_date: date
    reviewed_by: str = ""


class SignOff(Noun):
    """Somebody outside the lead agency saw the evidence; `seen` is the content hash of what was seen (hex SHA-256)."""

    ref: str
    action: str
    agency: str
    by: str
    at: datetime
    seen: str
    parts: tuple[str, ...] = ()
    """The hash of each part of it (lifecycle.SEEN_PARTS), so that it can be told which one changed."""


class ImpactCheck(Noun):
    """Whether the change reached practice, against the recommendation's stated measure.

    Planned when the Board verifies the action: a check of an earlier verification says nothing of this one.
    """

    ref: str
    action: str
    position: int = 0
    """Counts an action's checks from 1: order never rests on a clock."""
    due: date
    verified_on: date | None = None
    """The day the Board verified what is checked."""
    measure: str = ""
    """What it was checked against."""
    checked: date | None = None
    passed: bool | None = None
    note: str = ""
    by: str = ""


class Decision(Noun):
    """What the Board decided about a recommendation or an action (`about` is its ref), and why."""

    ref: str
    meeting: str
    """"" where it was decided between two meetings."""
    about: str
    outcome: str
    """In a word: a response, a status, "extended" …"""
    reasons: str
    by: str = ""
    at: datetime


class DateChange(Noun):
    """A due date that moved. `original_due` is never overwritten."""

    ref: str
    action: str
    from_date: date | None
    to_date: date | None
    requested_by: str
    reason: str = ""
    approved_by: str = ""
    at: datetime


class SweepBatch(Noun):
    """What one sweep recorded, as one entry of the chain: `digest` is the SHA-256 (hex) of its escalations' rows."""

    ref: str
    day: date
    rows: int
    digest: str
    at: datetime
