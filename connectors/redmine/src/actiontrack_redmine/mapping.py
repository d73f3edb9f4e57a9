"""An issue ↔ fields here.

A text that fits is the subject, and nothing else. One that does not stands whole in a field of ours, and the subject is
its beginning. Whichever of the two a person edits is what the action says then; the description is theirs alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from actiontrack.api import Plain, Raw, Record, Unread
from actiontrack_redmine.client import Json
from actiontrack_redmine.mark import Mark, print_of, read_mark

COLUMNS: Mapping[str, str] = {
    "text": "Subject",
    "status": "Status",
    "current_due": "Due date",
    "progress": "Notes",
}
"""Field → what it is called there."""

STATUS_WORDS: Mapping[str, str] = {
    "New": "not_started",
    "In Progress": "in_progress",
    "Feedback": "in_progress",
    "Resolved": "reported_complete",
    "Closed": "reported_complete",
    "Rejected": "closed_not_implemented",
}
"""Redmine's own statuses, as it has them when it is new."""

_LONGEST = 255
"""Characters of a subject."""
_MORE = " […]"


@dataclass(frozen=True, slots=True)
class Fields:
    """The numbers of our custom fields there."""

    ref: int
    sync: int
    text: int


def record_of(issue: Json, fields: Fields, notes: str) -> Record:
    """What an issue says. `notes`: its progress (notes.py)."""
    mark = mark_of(issue, fields)
    values: dict[str, Raw] = {
        "text": _text(issue, fields, mark),
        "status": str(issue["status"]["name"]),
        "current_due": _day(issue.get("due_date")),
        "progress": notes,
    }
    values = {name: value or None for name, value in values.items()}
    said = json.dumps([issue["id"], values], sort_keys=True, default=str, ensure_ascii=False)
    version, lacks_ref = hashlib.sha256(said.encode()).hexdigest(), not custom(issue, fields.ref)
    return Record(str(issue["id"]), values, version, op_id=mark.created, lacks_ref=lacks_ref)


def mark_of(issue: Json, fields: Fields) -> Mark:
    """Its mark; an empty one where it has none."""
    return read_mark(custom(issue, fields.sync)) or Mark()


def custom(issue: Json, field: int) -> str:
    """What a custom field holds; "" where it is empty, or the issue lacks it."""
    found = (each.get("value") for each in issue.get("custom_fields", ()) if each.get("id") == field)
    return str(next(found, "") or "")


def body(
    after: Mapping[str, Plain], fields: Fields, statuses: Mapping[str, int], mark: Mark, ref: str
) -> dict[str, Any]:  # fmt: skip
    """What to send so that an issue says this. `mark` is that of before, with what this write has read."""
    sent: dict[str, Any] = {}
    customs: dict[int, str] = {}
    if "text" in after:
        subject, whole = split(str(after["text"] or ref))
        sent["subject"], customs[fields.text] = subject, whole
        mark = replace(mark, subject=print_of(subject), text=print_of(whole))
    if "ref" in after:
        customs[fields.ref] = str(after["ref"])
    if "current_due" in after:
        due = after["current_due"]
        sent["due_date"] = due.isoformat() if isinstance(due, date) else ""
    if str(after.get("status")) in statuses:
        sent["status_id"] = statuses[str(after["status"])]
    if after.get("progress"):
        sent["notes"] = str(after["progress"])
    customs[fields.sync] = str(mark)
    sent["custom_fields"] = [{"id": field, "value": value} for field, value in customs.items()]
    return sent


def split(text: str) -> tuple[str, str]:
    """Subject, and the whole where it is more than that."""
    if len(text) <= _LONGEST and "\n" not in text and "\r" not in text:
        return text, ""
    return " ".join(text[:_LONGEST].split())[: _LONGEST - len(_MORE)].rstrip() + _MORE, text


def field_of(errors: Sequence[str], sent: Sequence[str]) -> str:
    """The field that an error is about, of those that were sent."""
    told = " ".join(errors)
    return next((name for name in sent if COLUMNS.get(name, "\0").casefold() in told.casefold()), "")


def _text(issue: Json, fields: Fields, mark: Mark) -> str:
    subject, whole = str(issue.get("subject") or ""), custom(issue, fields.text)
    if subject and subject == custom(issue, fields.ref):
        subject = ""  # an action whose text is withheld goes by its Action ID
    subject_moved, whole_moved = print_of(str(issue.get("subject"))) != mark.subject, print_of(whole) != mark.text
    if not whole or (subject_moved and not whole_moved and mark.subject):
        return subject
    if subject_moved and mark.subject and split(whole)[0] != subject:
        return f"{subject}\n{whole}"
    return whole


def _day(said: Any) -> Raw:
    try:
        return date.fromisoformat(str(said)) if said else None
    except ValueError:
        return Unread(str(said), "it is no date", "choose the due date anew there")
