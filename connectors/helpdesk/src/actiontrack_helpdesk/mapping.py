"""A ticket's fields ↔ ours.

A title holds 200 characters. The whole text stands in the custom field `action_text`, and the title is its beginning;
where people type over a title that held all of it, that is the text. `action_mark` remembers what we wrote into both.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from actiontrack.api import Plain, Raw, Record, Unread

REF, MARK, TEXT = "custom_action_id", "custom_action_mark", "custom_action_text"
COLUMNS: Mapping[str, str] = {
    "text": "title",
    "status": "status",
    "current_due": "due_date",
    "progress": "comments",
}
ON_HOLD = "On hold"
WORDS: Mapping[str, str] = {
    "Open": "not_started",
    "New": "not_started",
    "Reopened": "in_progress",
    "In progress": "in_progress",
    ON_HOLD: "blocked",
    "Resolved": "reported_complete",
    "Closed": "reported_complete",
    "Duplicate": "superseded",
}
"""Its statuses as they come, and what they mean; "on hold" is a flag of its own beside them."""
LONGEST_TITLE = 200
_SIGNED = re.compile(r"\s+— actiontrack, having read to (\d+)\s*\Z")
_OPENS, _CLOSES = re.compile(r"\{(?=[{%#])"), re.compile(r"%\}")
_CUT = "…"
_NOON = time(12)


class TicketMapping:
    """For a helpdesk with these statuses (number → name)."""

    def __init__(self, statuses: Mapping[int, str]) -> None:
        self._names = statuses
        self._numbers = {name: number for number, name in statuses.items()}

    @property
    def words(self) -> tuple[str, ...]:
        """The words a status takes."""
        return (*self._numbers, ON_HOLD)

    def record(self, ticket: Mapping[str, Any]) -> Record:
        """What a ticket says."""
        status = self._names.get(ticket["status"], str(ticket["status"]))
        fields: dict[str, Raw] = {
            "text": _text(ticket),
            "status": ON_HOLD if ticket["on_hold"] and WORDS.get(status) not in _DONE else status,
            "current_due": datetime.fromisoformat(ticket["due_date"]) if ticket["due_date"] else None,
            "progress": comments(ticket),
        }
        said = json.dumps([ticket["id"], fields], sort_keys=True, default=repr, ensure_ascii=False)
        version = hashlib.sha256(said.encode()).hexdigest()
        return Record(str(ticket["id"]), fields, version, op_id=op_id_of(ticket), lacks_ref=not ticket.get(REF))

    def changes(self, after: Mapping[str, Plain], ref: str, op_id: str) -> dict[str, Any]:
        """What to send so that a ticket holds these values; comments are sent by themselves."""
        changes: dict[str, Any] = {}
        for name, value in after.items():
            if name == "ref":
                changes[REF] = value
            elif name == "text":
                text = str(value or ref)
                title = title_of(text)
                changes |= {"title": title, TEXT: text, MARK: f"{op_id} {_digest(title)} {_digest(text)}"}
            elif name == "status" and value == ON_HOLD:
                changes |= {"on_hold": True, "status": min(self._names)}
            elif name == "status" and value in self._numbers:
                changes |= {"on_hold": False, "status": self._numbers[str(value)]}
            elif name == "current_due":
                changes["due_date"] = (
                    datetime.combine(value, _NOON, UTC).isoformat() if isinstance(value, date) else None
                )
        return changes


_DONE = ("reported_complete", "superseded")


def op_id_of(ticket: Mapping[str, Any]) -> str:
    """The write that made a ticket; "" where it is none of ours."""
    return str(ticket.get(MARK) or "").partition(" ")[0]


def comments(ticket: Mapping[str, Any]) -> str | None:
    """The newest comment of ours, and what people said that we had not read when we wrote it: so an answer is heard
    that says what was said before.

    The first follow-up of a ticket only repeats its description.
    """
    said = _follow_ups(ticket)
    if said and said[0]["comment"] == ticket["description"]:
        said = said[1:]
    ours = [each for each in said if is_ours(each["comment"])][-1:]
    read = (_read_to(ours[0]["comment"]) or 0) if ours else 0
    theirs = [each for each in said if not is_ours(each["comment"]) and int(each["id"]) > read]
    told = (_SIGNED.sub("", str(each["comment"] or "")) for each in (*ours, *theirs))
    return "\n".join(text for text in told if text) or None


def signed(text: str, ticket: Mapping[str, Any]) -> str:
    """A comment of ours: the API tells nobody who signed in, so that its last line says whose it is, and how far the
    ticket had been read. (A title of a comment becomes that of the ticket.)

    What a Django template would take for its own is written so that it comes out as it is.
    """
    newest = max((int(each["id"]) for each in ticket["followup_set"]), default=0)
    literal = _CLOSES.sub('%{{ "}" }}', _OPENS.sub('{{ "{" }}', text))
    return f"{literal}\n\n— actiontrack, having read to {newest}"


def is_ours(comment: Any) -> bool:
    """Whether a comment is one of ours."""
    return _read_to(comment) is not None


def _read_to(comment: Any) -> int | None:
    """How far the ticket had been read when we wrote this; None where it is none of ours."""
    signature = _SIGNED.search(str(comment or ""))
    return int(signature[1]) if signature else None


def done_meanwhile(before: Mapping[str, Any], there: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What people did by the helpdesk's own form between two looks, in that order: `new_status` tells of a status."""
    seen = {each["id"] for each in before["followup_set"]}
    return [each for each in _follow_ups(there) if each["id"] not in seen and not is_ours(each["comment"])]


def _follow_ups(ticket: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return sorted(ticket["followup_set"], key=lambda each: int(each["id"]))


def title_of(text: str) -> str:
    """One line that fits a title: the text, or its beginning."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1].rstrip() + _CUT


def same(one: Raw, other: Raw) -> bool:
    """Whether two values say the same: it trims texts, and we write a day as its noon."""
    return _settled(one) == _settled(other)


def _settled(value: Raw) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return datetime.combine(value, _NOON, UTC).isoformat()
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def _text(ticket: Mapping[str, Any]) -> Raw:
    title, whole = str(ticket["title"]), str(ticket.get(TEXT) or "").replace("\r\n", "\n")
    if not whole:
        return title
    if whole == ticket.get(REF) == title:
        return None  # in place of a text that may not be told there
    our_title, our_text = [*str(ticket.get(MARK) or "").split(" "), "", "", ""][1:3]
    if title == title_of(whole) or _digest(title) == our_title:
        return whole
    if _digest(whole) == our_text and whole == title_of(whole):
        return title
    return Unread(
        title,
        "its title was changed, and its whole text stands in “action_text”",
        "change “action_text” of the ticket instead, and give it its old title back",
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
