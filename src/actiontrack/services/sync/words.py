"""The words people write for our vocabularies. An instance's own `[connector.values.FIELD]` come first."""

from __future__ import annotations

import functools
import re
import unicodedata

from actiontrack.domain.vocabulary import Rating, Response, Status

_STATUS = {
    Status.NOT_STARTED: "not started, not yet started, yet to start, not commenced, open, new, to do, todo, "
    "outstanding, pending, planned, no progress, awaiting start, needs-action",
    Status.IN_PROGRESS: "in progress, ongoing, on going, started, underway, under way, on track, on target, on course, "
    "on schedule, progressing, partially complete, partly complete, part complete, work in progress, wip, active, "
    "in-process",
    Status.BLOCKED: "blocked, on hold, paused, stalled, suspended",
    Status.REPORTED_COMPLETE: "reported complete, complete, completed, done, closed, finished, achieved, implemented, "
    "delivered, actioned, action complete, action completed, awaiting verification, awaiting sign off, resolved",
    Status.EVIDENCE_QUERIED: "evidence queried, evidence query, queried, further evidence needed, "
    "further evidence required, evidence requested",
    Status.VERIFIED: "verified, signed off, assured, complete and verified, completed and verified",
    Status.EMBEDDED: "embedded, embedded in practice, complete and embedded, impact confirmed",
    Status.CLOSED_NOT_IMPLEMENTED: "closed not implemented, not implemented, rejected, will not be implemented, "
    "abandoned, cancelled, withdrawn",
    Status.SUPERSEDED: "superseded, replaced",
    Status.NO_LONGER_APPLICABLE: "no longer applicable, not applicable, n/a, na, no longer required, "
    "no longer relevant",
}
_RESPONSE = {
    Response.AWAITING: "awaiting, awaiting response, awaiting decision, pending, tbc",
    Response.ACCEPTED: "accepted, agreed, yes, accept",
    Response.ACCEPTED_IN_PART: "accepted in part, partially accepted, partly accepted, part accepted, agreed in part",
    Response.NOT_ACCEPTED: "not accepted, rejected, not agreed, no, declined",
    Response.REFERRED_ELSEWHERE: "referred elsewhere, referred, national, referred nationally",
}
_RATING = {
    Rating.BLUE: "blue, b",
    Rating.WHITE: "white, w",
    Rating.RED: "red, r",
    Rating.AMBER: "amber, a, yellow, orange",
    Rating.GREEN: "green, g",
}
DERIVED = frozenset({"overdue", "late", "due soon", "behind schedule", "off track", "delayed"})
"""Words about time in a status cell: they are worked out from the due date, never taken for a status."""


@functools.lru_cache(maxsize=2048)
def plain(word: str) -> str:
    """A word for comparing: case, punctuation at the ends and runs of white space don't count."""
    folded = unicodedata.normalize("NFKC", word).casefold().replace("_", " ")
    return re.sub(r"[\s\-–—/]+", " ", folded).strip(" .:;,!*()[]'\"")


def _table(words: dict[Status, str] | dict[Response, str] | dict[Rating, str]) -> dict[str, str]:
    return {plain(word): str(value.value) for value, listed in words.items() for word in listed.split(", ")}


STATUS_WORDS = _table(_STATUS)
RESPONSE_WORDS = _table(_RESPONSE)
RATING_WORDS = _table(_RATING)
