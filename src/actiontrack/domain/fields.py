"""The fields that travel between the store and a workbook or system, and who may change each.

A travelling value is canonical text: dates are ISO ("2026-04-03"), choices their vocabulary's word, agencies their
codes joined by ", ", and "" is blank. So a base is a plain JSON object and a merge compares strings.
The default ownership is that of a published Safeguarding Adult Review action-plan form, whose headings say who
completes each column.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from actiontrack.domain.vocabulary import LEG_STATUSES, Side, Status


class Type(StrEnum):
    """How a field's canonical text is read from and shown in a system's own words."""

    TEXT = "text"
    DATE = "date"
    STATUS = "status"
    RESPONSE = "response"
    RATING = "rating"
    AGENCIES = "agencies"
    NUMBERS = "numbers"
    LOG = "log"
    """Append-only: a cell shows the newest entry, and typing over it adds one."""


class Owner(StrEnum):
    """Whose field it is."""

    BOARD = "board"
    LEAD = "lead"
    """The lead agency; the board on behalf of one that has no instance of its own."""
    LEG = "leg"
    """Each agency its own leg."""
    SHARED = "shared"
    APPEND = "append"
    SCRUTINY = "scrutiny"
    """Append-only, by the board's scrutineers."""


@dataclass(frozen=True, slots=True)
class Field:
    """One travelling field. `noun` says where it lives; `label` heads its column in workbooks we make."""

    name: str
    type: Type
    owner: Owner
    label: str
    noun: str = "action"


_ALL = (
    Field("number", Type.TEXT, Owner.BOARD, "Number"),
    Field("review", Type.TEXT, Owner.BOARD, "Review"),
    Field("recommendation", Type.NUMBERS, Owner.BOARD, "Recommendation number"),
    Field("recommendation_text", Type.TEXT, Owner.BOARD, "Recommendation", noun="recommendation"),
    Field("response", Type.RESPONSE, Owner.BOARD, "Board's response", noun="recommendation"),
    Field("response_reasons", Type.TEXT, Owner.BOARD, "Reasons for the response", noun="recommendation"),
    Field("text", Type.TEXT, Owner.SHARED, "Action"),
    Field("lead_agency", Type.AGENCIES, Owner.BOARD, "Lead agency"),
    Field("agencies", Type.AGENCIES, Owner.BOARD, "Other agencies"),
    Field("lead_officer", Type.TEXT, Owner.LEAD, "Lead officer"),
    Field("priority", Type.TEXT, Owner.BOARD, "Priority"),
    Field("original_due", Type.DATE, Owner.BOARD, "Original due date"),
    Field("current_due", Type.DATE, Owner.SHARED, "Due date"),
    Field("status", Type.STATUS, Owner.LEG, "Status", noun="leg"),
    Field("status_reason", Type.TEXT, Owner.LEG, "Reason (if blocked)", noun="leg"),
    Field("look_again", Type.DATE, Owner.LEG, "Look again on", noun="leg"),
    Field("progress", Type.LOG, Owner.APPEND, "Progress"),
    Field("evidence", Type.LOG, Owner.APPEND, "Evidence"),
    Field("comments", Type.LOG, Owner.SCRUTINY, "Critical friend's comments"),
    Field("self_rating", Type.RATING, Owner.SHARED, "RAG"),
)

FIELDS: dict[str, Field] = {field.name: field for field in _ALL}
"""Every travelling field by name, in the order of the columns of a workbook we make."""

STATUS_UNIT = ("status", "status_reason", "look_again")
"""Coupled: a status travels with its reason and look-again date, and merges as one."""

EMBARGO_FIELDS = frozenset(
    {"text", "original_due", "current_due", "progress", "evidence", "lead_officer", *STATUS_UNIT}
)
"""What an agency is given of an action in an embargoed review (and the ref)."""

EMBARGO_REFS_FIELDS = frozenset({"original_due", "current_due"})
"""The same where the configuration says `embargo = "refs"`."""


@dataclass(frozen=True, slots=True)
class Actor:
    """On whose behalf somebody acts; `agency` is the code on the agency's side."""

    side: Side
    agency: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """The facts ownership rests on: whose action it is, and which agencies have an instance of their own."""

    lead: str
    legs: tuple[str, ...]
    connected: Collection[str]
    in_scope: bool = True


def why_not_theirs(field: Field, actor: Actor, standing: Standing, after: str) -> str:
    """Why this actor may not set the field itself, as a phrase for the proposal; "" where it may.

    Blank values and dates are not judged here (`clear` and `extend` proposals are the merge's).
    """
    if not standing.in_scope:
        return "the action has left this instance's scope"
    if actor.side is Side.BOARD:
        return _why_not_boards(field, standing, after)
    if actor.agency not in standing.legs:
        return f"{actor.agency} has no leg in this action"
    if field.owner in (Owner.BOARD, Owner.SCRUTINY):
        return f"the Board decides {field.label.lower()}"
    if field.owner is Owner.LEAD and actor.agency != standing.lead:
        return f"{standing.lead or 'the lead agency'} decides {field.label.lower()}"
    if field.name == "status" and after not in LEG_STATUSES:
        return f"the Board decides whether an action is {words(after)}"
    return ""


def _why_not_boards(field: Field, standing: Standing, after: str) -> str:
    if field.owner is Owner.LEAD and standing.lead in standing.connected:
        return f"{standing.lead} decides {field.label.lower()}"
    if field.name in STATUS_UNIT and len(standing.legs) > 1 and (field.name != "status" or after in LEG_STATUSES):
        return "each agency says how far its own leg is"
    return ""


def own_fields(side: Side) -> frozenset[str]:
    """The fields a side may change by itself: all of them on the Board's side, so far as no agency keeps its own."""
    if side is Side.BOARD:
        return frozenset(FIELDS)
    return frozenset(name for name, field in FIELDS.items() if field.owner not in (Owner.BOARD, Owner.SCRUTINY))


def words(value: str) -> str:
    """A vocabulary's word as people read it: "reported_complete" → "reported complete"."""
    return value.replace("_", " ")


def status_labels(side: Side) -> tuple[str, ...]:
    """The words of a status drop-down in a workbook we make, in lifecycle order."""
    return tuple(words(status).capitalize() for status in Status if side is Side.BOARD or status in LEG_STATUSES)
