"""Which of our fields is which field of a ticket, and the words of the lifecycles that are known."""

from __future__ import annotations

from dataclasses import dataclass

ACTION_ID = "Action Id"
MARK = "actiontrack"
"""The field that holds the op_id of a ticket's create, and the digest of the title that we derived last."""
TEXT = "Action text"
PROGRESS = "Progress"
LONGEST_TITLE = 200
"""Bytes: Request Tracker cuts a subject there without a word."""


@dataclass(frozen=True, slots=True)
class CustomField:
    """A custom field of a queue: its name, RT's type, and what it is for."""

    name: str
    type: str
    about: str
    ours: bool = False
    """Only the connector fills it in."""
    values: tuple[str, ...] = ()


_LINE, _TEXT, _DAY = "FreeformSingle", "TextSingle", "DateSingle"

KEYS = (
    CustomField(ACTION_ID, _LINE, "actiontrack's Action ID: leave it as it is", ours=True),
    CustomField(MARK, _LINE, "actiontrack's own note: leave it as it is", ours=True),
)
"""Without these a ticket can't be told from another's."""

TITLE_TEXT = CustomField(TEXT, _TEXT, "the action's whole text, where the subject has no room for it")

CUSTOM = {
    "progress": CustomField(PROGRESS, _TEXT, "what was done, the newest first; comments come here by themselves"),
    "evidence": CustomField("Evidence", _TEXT, "links to what shows that it was done"),
    "lead_officer": CustomField("Lead officer", _LINE, "the post that sees to it"),
    "priority": CustomField("Action priority", _LINE, "the Board's priority"),
    "status_reason": CustomField("Reason if blocked", _TEXT, "why it is on hold"),
    "look_again": CustomField("Look again on", _DAY, "the day on which one that is on hold is looked at again"),
    "original_due": CustomField("Original due date", _DAY, "the due date first agreed"),
    "number": CustomField("Action number", _LINE, "the action's number in the Board's plan"),
}
"""Field → the custom field that holds it: of an agency's queue, and of a board's."""

BOARDS = {
    "review": CustomField("Review", _LINE, "the review's reference"),
    "recommendation": CustomField("Recommendation number", _LINE, "the recommendation it answers"),
    "recommendation_text": CustomField("Recommendation", _TEXT, "the recommendation's text"),
    "lead_agency": CustomField("Lead agency", _LINE, "the agency that leads"),
    "agencies": CustomField("Other agencies", _LINE, "the others that have a part in it"),
    "comments": CustomField("Critical friend's comments", _TEXT, "what the Board's scrutineers say"),
}
"""The same, of a board's queue only."""

REVIEW_FIELDS = {
    "ref": CustomField("Review ref", _LINE, "the review's reference, such as SAR-2026-01"),
    "regime": CustomField("Regime", _LINE, "SAR, CSPR, rapid review …"),
    "publication": CustomField(
        "Publication",
        "SelectSingle",
        "whether it may be spoken of",
        values=("embargoed", "published", "not for publication"),
    ),
}
"""Fields of a ticket that is a review; its subject is the title."""

CORE = {"text": "Subject", "status": "Status", "current_due": "Due"}
"""Field → the ticket's own field."""

DATES = frozenset({"look_again", "original_due"})

LIFECYCLE = "actiontrack"
STATUSES = {
    "not started": "not_started",
    "in progress": "in_progress",
    "blocked": "blocked",
    "reported complete": "reported_complete",
    "evidence queried": "evidence_queried",
    "verified": "verified",
    "embedded": "embedded",
    "not implemented": "closed_not_implemented",
    "superseded": "superseded",
    "not applicable": "no_longer_applicable",
}
"""The words of the lifecycle that the set-up makes."""
DONE = ("verified", "embedded", "not implemented", "superseded", "not applicable")

USUAL = {
    "default": {
        "new": "not_started",
        "open": "in_progress",
        "stalled": "blocked",
        "resolved": "reported_complete",
        "rejected": "closed_not_implemented",
    },
    LIFECYCLE: STATUSES,
}
"""Lifecycle → its words. One that is not here is read by the words of all, and by those of the configuration."""


def lifecycle_config() -> dict[str, list[str]]:
    """The statuses of our lifecycle as RT sorts them."""
    return {
        "initial": ["not started"],
        "active": [word for word in STATUSES if word != "not started" and word not in DONE],
        "inactive": [*DONE, "deleted"],
    }
