"""What people type into a cell, and what a naive reader takes it for."""

from __future__ import annotations

from datetime import date
from typing import Final

from actiontrack.ports import Plain

UNREADABLE: Final = "\0unreadable"
"""The meaning of words that don't read."""

STATUSES: dict[Plain, str] = {
    "Not started": "not_started",
    "In progress": "in_progress",
    "Ongoing": "in_progress",
    "Blocked": "blocked",
    "On hold": "blocked",
    "Reported complete": "reported_complete",
    "Done": "reported_complete",
    "Evidence queried": "evidence_queried",
    "Verified": "verified",
    "Embedded": "embedded",
    "Closed not implemented": "closed_not_implemented",
    "Superseded": "superseded",
    "No longer applicable": "no_longer_applicable",
    "Banana": UNREADABLE,
    "Overdue": UNREADABLE,
}
RESPONSES: dict[Plain, str] = {
    "Accepted": "accepted",
    "Agreed": "accepted",
    "Not accepted": "not_accepted",
    "Awaiting": "awaiting",
    "Perhaps": UNREADABLE,
}
AGENCIES: dict[Plain, str] = {
    "Exampleshire Police": "POL",
    "Exampleshire NHS Trust": "HEA",
    "Exampleshire Police / Exampleshire NHS Trust": "POL, HEA",
    "Exampleshire NHS Trust / Exampleshire Police": "HEA, POL",
    "Exampleshire Police, Exampleshire NHS Trust": "POL, HEA",
    "Exampleshire NHS Trust, Exampleshire Police": "HEA, POL",
    "Nobody we know": UNREADABLE,
}
RATINGS: dict[Plain, str] = {"Green": "green", "green": "green", "Red": "red", "R": "red"}
DATES: dict[Plain, str] = {
    **{date(2026, month, 15): f"2026-{month:02}-15" for month in (8, 9, 10, 11, 12)},
    date(2027, 1, 5): "2027-01-05",
    date(2027, 2, 5): "2027-02-05",
    "15/12/2026": "2026-12-15",
    "5 February 2027": "2027-02-05",
    "soon": UNREADABLE,
    "31/02/2027": UNREADABLE,
}
VOCABULARY: dict[str, dict[Plain, str]] = {
    "status": STATUSES,
    "response": RESPONSES,
    "lead_agency": AGENCIES,
    "agencies": AGENCIES,
    "self_rating": RATINGS,
    "original_due": DATES,
    "current_due": DATES,
    "look_again": DATES,
}


def meaning(name: str, raw: Plain) -> str:
    """What a cell means; UNREADABLE where nobody can tell."""
    if raw is None or raw == "":
        return ""
    if name not in VOCABULARY:
        return str(raw)
    if isinstance(raw, date) and raw not in VOCABULARY[name]:
        return raw.isoformat()
    return VOCABULARY[name][raw]
