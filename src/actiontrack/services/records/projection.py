"""What one instance is shown of an action: canonical values, less what an embargo withholds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal

from actiontrack.domain.fields import EMBARGO_FIELDS, EMBARGO_REFS_FIELDS, FIELDS, STATUS_UNIT
from actiontrack.domain.nouns import Leg, Recommendation, is_embargoed
from actiontrack.domain.vocabulary import LEG_STATUSES, Response, Side
from actiontrack.services.records.desk import ActionFile, Desk

LOGS = ("progress", "evidence", "comments")
_ALL = frozenset(FIELDS)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Through whose eyes: a side, its agency, the columns it has, and how an embargo is kept from it."""

    side: Side
    agency: str = ""
    columns: Collection[str] = tuple(FIELDS)
    embargo: Literal["", "refs"] = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a log as a viewer sees it."""

    position: int
    agency: str
    on: date
    text: str


def iso(day: date | None) -> str:
    """A date's canonical text."""
    return day.isoformat() if day else ""


def given(desk: Desk, file: ActionFile, viewer: Viewer) -> frozenset[str]:
    """The names of the fields this viewer is given of this action."""
    if viewer.side is Side.BOARD or not embargoed(desk, file):
        return _ALL
    names = EMBARGO_REFS_FIELDS if viewer.embargo == "refs" else EMBARGO_FIELDS
    return names if file.action.lead_agency == viewer.agency else names - {"lead_officer"}


def embargoed(desk: Desk, file: ActionFile) -> bool:
    """Whether the action's review may not be spoken of yet."""
    return is_embargoed(file.action.review, desk.reviews.get(file.action.review))


def project(desk: Desk, file: ActionFile, viewer: Viewer) -> dict[str, str]:
    """Every field but the logs that this viewer is given, as canonical values. A field withheld is absent."""
    action = file.action
    values = {
        "number": action.number,
        "review": action.review,
        "text": action.text,
        "lead_officer": action.lead_officer,
        "priority": action.priority,
        "original_due": iso(action.original_due),
        "current_due": iso(action.current_due),
        "self_rating": action.self_rating,
        **_agencies(file, viewer),
        **_recommendation(desk, file),
        **_status(file, viewer),
    }
    names = given(desk, file, viewer)
    return values if names is _ALL else {name: value for name, value in values.items() if name in names}


def _agencies(file: ActionFile, viewer: Viewer) -> dict[str, str]:
    """Without a column for the others, the lead's column names them all, the lead first."""
    if "agencies" not in viewer.columns:
        return {"lead_agency": ", ".join(file.agencies)}
    others = sorted(code for code in file.agencies if code != file.action.lead_agency)
    return {"lead_agency": file.action.lead_agency, "agencies": ", ".join(others)}


def _recommendation(desk: Desk, file: ActionFile) -> dict[str, str]:
    items = desk.answered(file.action)
    values = {"recommendation": ", ".join(item.number for item in items if item.number)}
    if len(items) < 2:  # of several, a cell can't say whose text it holds
        item = items[0] if items else Recommendation(ref="")
        values["recommendation_text"] = item.text
        values["response"] = "" if item.response is Response.AWAITING else item.response.value
        values["response_reasons"] = item.response_reasons
    return values


def _status(file: ActionFile, viewer: Viewer) -> dict[str, str]:
    leg = shown_leg(file, viewer)
    if leg is None:
        return {"status": file.action.status.value, "status_reason": file.action.status_reason, "look_again": ""}
    return {"status": leg.status.value, "status_reason": leg.reason, "look_again": iso(leg.look_again)}


def shown_leg(file: ActionFile, viewer: Viewer) -> Leg | None:
    """The leg whose status the viewer's cell shows; None where it shows the action's own."""
    if viewer.side is Side.AGENCY:
        return file.leg(viewer.agency)
    single = len(file.legs) == 1 and file.action.status in LEG_STATUSES
    return file.legs[0] if single else None


def log(desk: Desk, file: ActionFile, viewer: Viewer, name: str) -> list[Entry] | None:
    """The entries of a log this viewer is given, oldest first; None where the log is withheld.

    An agency sees its own and the Board's; while the review is embargoed, its own alone.
    """
    if name not in given(desk, file, viewer):
        return None
    entries = _entries(file, name)
    if viewer.side is Side.BOARD:
        return entries
    seen = {viewer.agency} if embargoed(desk, file) else {viewer.agency, ""}
    return [entry for entry in entries if entry.agency in seen]


def _entries(file: ActionFile, name: str) -> list[Entry]:
    if name == "progress":
        return [Entry(item.position, item.agency, item.at.date(), item.text) for item in file.updates]
    if name == "comments":
        return [Entry(item.position, "", item.at.date(), item.text) for item in file.comments]
    return [
        Entry(item.position, item.agency, item.received_date, item.link or item.shows or item.file)
        for item in file.evidence
    ]


def target_of(desk: Desk, file: ActionFile, viewer: Viewer, name: str) -> tuple[str, str]:
    """(noun, key) of the record a field of this viewer lives in: what a conflict is about."""
    if FIELDS[name].noun == "recommendation" and len(file.action.recommendations) == 1:
        return "recommendation", file.action.recommendations[0]
    if name in STATUS_UNIT:
        leg = shown_leg(file, viewer)
        if leg is not None:
            return "leg", f"{file.action.ref}/{leg.agency}"
    return "action", file.action.ref
