"""An issue ↔ fields here.

Progress is our newest message, and what people have said that we had not read when we wrote it. Which message that is,
and how far we had read, stands in the mark of our writes (the property action_sync), beside the write that created the
issue.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from actiontrack.api import Plain, Raw, Record, Unread
from actiontrack_roundup.client import Json

COLUMNS: Mapping[str, str] = {"text": "title", "status": "status", "current_due": "due", "progress": "messages"}
"""Field → property."""

STATUS_WORDS: Mapping[str, str] = {
    "unread": "not_started",
    "in-progress": "in_progress",
    "chatting": "in_progress",
    "need-eg": "in_progress",
    "testing": "in_progress",
    "deferred": "in_progress",
    "resolved": "reported_complete",
    "done-cbb": "reported_complete",
}
"""The classic tracker's own statuses."""

MARK = "actiontrack"
_NONE = "-"


@dataclass(frozen=True, slots=True)
class Mark:
    """`created`: the write that created the issue, "" where a person did; `seen`: the newest message read when we last
    wrote one; `note`: that message of ours; `write`: our last write."""

    created: str = ""
    seen: int = 0
    note: int = 0
    write: str = ""

    def __str__(self) -> str:
        return f"{MARK} {self.created or _NONE} {self.seen} {self.note} {self.write or _NONE}"


def mark_of(issue: Json) -> Mark:
    """Its mark; an empty one where it has none, or somebody wrote something else there."""
    parts = str(issue.get("action_sync") or "").split()
    if len(parts) != 5 or parts[0] != MARK or not (parts[2].isdecimal() and parts[3].isdecimal()):
        return Mark()
    created, write = ("" if each == _NONE else each for each in (parts[1], parts[4]))
    return Mark(created, int(parts[2]), int(parts[3]), write)


def told_by(issue: Json) -> Sequence[str]:
    """The numbers of the messages that its progress is made of, in that order."""
    mark = mark_of(issue)
    numbers = sorted(int(each["id"]) for each in issue.get("messages") or ())
    ours = [mark.note] if mark.note in numbers else []
    return [str(each) for each in (*ours, *(each for each in numbers if each > mark.seen and each != mark.note))]


def newest(issue: Json) -> int:
    """The number of its newest message; 0 where it has none."""
    return max((int(each["id"]) for each in issue.get("messages") or ()), default=0)


def record_of(issue: Json, messages: Mapping[str, str]) -> Record:
    """What an issue says. `messages`: what those say that `told_by` names."""
    title = str(issue.get("title") or "")
    told = (messages.get(number, "").strip() for number in told_by(issue))
    values: dict[str, Raw] = {
        "text": None if title == issue.get("action_id") else title,
        "status": str((issue.get("status") or {}).get("name") or ""),
        "current_due": _due(issue.get("due")),
        "progress": "\n\n".join(text for text in told if text),
    }
    values = {name: value or None for name, value in values.items()}
    said = json.dumps([str(issue["id"]), values], sort_keys=True, default=str, ensure_ascii=False)
    version = hashlib.sha256(said.encode()).hexdigest()
    lacks_ref = not issue.get("action_id")
    return Record(str(issue["id"]), values, version, op_id=mark_of(issue).created, lacks_ref=lacks_ref)


def properties(after: Mapping[str, Plain], statuses: Mapping[str, str], ref: str) -> dict[str, Any]:
    """What to send so that an issue says this; its messages and mark are the writer's matter."""
    sent: dict[str, Any] = {}
    if "ref" in after:
        sent["action_id"] = str(after["ref"])
    if "text" in after:
        sent["title"] = str(after["text"] or ref)
    if "current_due" in after:
        due = after["current_due"]
        # Roundup takes it in the user's zone and gives it back in UTC: noon is in the same day in both.
        sent["due"] = f"{due:%Y-%m-%d}.12:00:00" if isinstance(due, date) else ""
    if str(after.get("status")) in statuses:
        sent["status"] = statuses[str(after["status"])]
    return sent


def _due(said: Any) -> Raw:
    """An instant, for the Board's zone to say which day it is: people's own dates are midnights of theirs."""
    try:
        return datetime.strptime(str(said), "%Y-%m-%d.%H:%M:%S").replace(tzinfo=UTC) if said else None
    except ValueError:
        return Unread(str(said), "it is no date", "choose the due date anew there")
