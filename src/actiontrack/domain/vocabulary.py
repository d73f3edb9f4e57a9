"""The closed vocabularies. Each value is the word that code, columns and JSON use."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """Delivery: of an action, and of each leg up to reported_complete."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    BLOCKED = "blocked"
    REPORTED_COMPLETE = "reported_complete"
    EVIDENCE_QUERIED = "evidence_queried"
    VERIFIED = "verified"
    EMBEDDED = "embedded"
    CLOSED_NOT_IMPLEMENTED = "closed_not_implemented"
    SUPERSEDED = "superseded"
    NO_LONGER_APPLICABLE = "no_longer_applicable"


LEG_STATUSES = frozenset({Status.NOT_STARTED, Status.IN_PROGRESS, Status.BLOCKED, Status.REPORTED_COMPLETE})
"""What an agency may say of its own leg."""

CLOSED_STATUSES = frozenset(
    {Status.EMBEDDED, Status.CLOSED_NOT_IMPLEMENTED, Status.SUPERSEDED, Status.NO_LONGER_APPLICABLE}
)
"""Nothing more is expected of anybody."""

DONE_STATUSES = frozenset({Status.REPORTED_COMPLETE, Status.VERIFIED, Status.EMBEDDED})
"""Said, or agreed, to have been done."""

AGREED_STATUSES = frozenset({Status.VERIFIED, Status.EMBEDDED})
"""The Board agrees that it was done."""


class Response(StrEnum):
    """The Board's answer to a recommendation."""

    AWAITING = "awaiting"
    ACCEPTED = "accepted"
    ACCEPTED_IN_PART = "accepted_in_part"
    NOT_ACCEPTED = "not_accepted"
    REFERRED_ELSEWHERE = "referred_elsewhere"


class Kind(StrEnum):
    """What a recommendation asks for; it decides how it may be closed."""

    CLEAR_CUT = "clear_cut"
    COMPETING_PRIORITIES = "competing_priorities"
    NEEDS_RESEARCH = "needs_research"


class Level(StrEnum):
    """Where the answer lies (SAR quality marker 15)."""

    LOCAL = "local"
    REGIONAL = "regional"
    NATIONAL = "national"


class Effect(StrEnum):
    """What a pattern does to good practice (SCIE Learning Together)."""

    SUPPORTS = "supports"
    HINDERS = "hinders"


class Confidence(StrEnum):
    """How firmly a finding stands."""

    FULL = "full"
    INDICATIVE = "indicative"


class Publication(StrEnum):
    """Whether a review may be spoken of outside."""

    EMBARGOED = "embargoed"
    PUBLISHED = "published"
    NOT_FOR_PUBLICATION = "not_for_publication"


class Rating(StrEnum):
    """BRAG and White, always computed."""

    BLUE = "blue"
    WHITE = "white"
    RED = "red"
    AMBER = "amber"
    GREEN = "green"


class Nation(StrEnum):
    """Whose bank holidays count."""

    ENG = "ENG"
    WLS = "WLS"
    SCT = "SCT"
    NIR = "NIR"


class Side(StrEnum):
    """On whose behalf somebody acts."""

    BOARD = "board"
    AGENCY = "agency"
