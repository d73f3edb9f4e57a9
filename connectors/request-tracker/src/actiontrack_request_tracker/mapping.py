"""Tickets as records, and what a write asks for as changes of a ticket."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from actiontrack.api import Fixed, Plain, Raw, Record, Unread
from actiontrack_request_tracker.fields import (
    ACTION_ID,
    BOARDS,
    CORE,
    CUSTOM,
    DATES,
    LONGEST_TITLE,
    MARK,
    TEXT,
)

_CUT = "…"
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\dZ?")
_END_OF_DAY = time(23, 59)


class TicketMapping:
    """Between our fields and a ticket's, for a queue with these custom fields.

    A due date is a day of the board's; RT keeps an instant, so that it is due at the end of that day in `zone`.
    """

    def __init__(self, present: Collection[str], zone: str, *, board: bool) -> None:
        self._zone = ZoneInfo(zone)
        known = {**CUSTOM, **(BOARDS if board else {})}
        custom = {name: each.name for name, each in known.items() if each.name in present}
        self.columns: dict[str, str] = {**CORE, **custom}
        self._custom = custom
        self._has_text = TEXT in present

    @property
    def limits(self) -> dict[str, int]:
        """Without a field for the whole text, no more than the subject takes."""
        return {} if self._has_text else {"text": LONGEST_TITLE}

    # --- reading ----------------------------------------------------------------------------------------------------

    def record(self, ticket: Mapping[str, Any]) -> Record:
        """What a ticket says."""
        custom = custom_values(ticket)
        title = str(ticket.get("Subject") or "")
        if title == custom.get(ACTION_ID):  # its text is kept from those who read it there: it has none
            title = ""
        fields: dict[str, Raw] = {
            "text": _text(title, custom.get(TEXT, ""), custom.get(MARK, "")),
            "status": str(ticket.get("Status") or ""),
            "current_due": instant(ticket.get("Due")),
        }
        for name, remote in self._custom.items():
            value = custom.get(remote, "")
            fields[name] = _day(value) if name in DATES else value or None
        version = json.dumps([custom.get(ACTION_ID, ""), fields], sort_keys=True, default=repr, ensure_ascii=False)
        return Record(
            remote_id=str(ticket["id"]),
            fields=fields,
            version=hashlib.sha256(version.encode()).hexdigest()[:32],
            op_id=custom.get(MARK, "").partition(" ")[0],
            lacks_ref=not custom.get(ACTION_ID),
        )

    # --- writing ----------------------------------------------------------------------------------------------------

    def changes(self, after: Mapping[str, Plain], mark: str) -> dict[str, Any]:
        """What to send so that a ticket holds these values; `mark` is what its note says, or shall say."""
        core: dict[str, Any] = {}
        custom: dict[str, str] = {}
        for name, value in after.items():
            if name == "text":
                title = title_of(str(value or ""))
                core["Subject"] = title
                if self._has_text:
                    custom[TEXT] = "" if title == value else str(value or "")
                    custom[MARK] = f"{mark.partition(' ')[0]} {_digest(title)}"
            elif name == "status":
                core["Status"] = str(value)
            elif name == "current_due":
                core["Due"] = self._end_of(value) if isinstance(value, date) else ""
            elif name == "ref":
                custom[ACTION_ID] = str(value)
            elif name in self._custom:
                custom[self._custom[name]] = value.isoformat() if isinstance(value, date) else str(value or "")
        return {**core, "CustomFields": custom} if custom else core

    def alike(self, one: Plain, other: Plain) -> bool:
        """Whether two values say the same: of instants, the day in the board's zone."""
        return alike(self._plain(one), self._plain(other))

    def _plain(self, value: Plain) -> str:
        if isinstance(value, datetime):
            return value.astimezone(self._zone).date().isoformat()
        return value.isoformat() if isinstance(value, date) else str(value or "")

    def _end_of(self, day: date) -> str:
        """RT takes UTC in this form only: an ISO date erases what was there."""
        ends = datetime.combine(day, _END_OF_DAY, self._zone).astimezone(UTC)
        return f"{ends:%Y-%m-%d %H:%M:%S}"


def custom_values(ticket: Mapping[str, Any]) -> dict[str, str]:
    """The custom fields of a ticket by name; of several values, all."""
    return {
        str(each["name"]): "\n".join(str(value) for value in each["values"] if value is not None).replace("\r\n", "\n")
        for each in ticket.get("CustomFields") or ()
    }


def field_names(ticket: Mapping[str, Any]) -> dict[str, str]:
    """The id of each custom field → its name: transactions tell the id."""
    return {str(each["id"]): str(each["name"]) for each in ticket.get("CustomFields") or ()}


def title_of(text: str) -> str:
    """One line that fits a subject: the text, or its beginning."""
    line = " ".join(text.split())
    if len(line.encode()) <= LONGEST_TITLE:
        return line
    room = LONGEST_TITLE - len(_CUT.encode())
    return line.encode()[:room].decode(errors="ignore").rstrip() + _CUT


def instant(shown: Any) -> datetime | None:
    """An instant as RT shows or keeps it; its null date is none."""
    text = str(shown or "").replace("Z", "+00:00")
    if not text or text.startswith("1970-01-01"):
        return None
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def alike(one: Any, other: Any) -> bool:
    """Whether two values of RT's are one, however it shows them: instants, the null date, ends of lines."""
    return _settled(one) == _settled(other)


def _settled(value: Any) -> str:
    text = str(value or "").replace("\r\n", "\n").strip()
    if _INSTANT.fullmatch(text):
        found = instant(text)
        return found.isoformat() if found else ""
    return text


def comparable(value: Raw) -> Plain:
    """A value as `Write.before` holds it."""
    return None if isinstance(value, Fixed | Unread) else value


def _day(value: str) -> Raw:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        return value


def _text(title: str, whole: str, mark: str) -> Raw:
    """The whole text, where there is one and the title is still the one derived from a text of ours."""
    if not whole:
        return title
    if title == title_of(whole) or _digest(title) == mark.partition(" ")[2]:
        return whole
    return Unread(
        title,
        f"its subject was changed, and its whole text stands in “{TEXT}”",
        f"change “{TEXT}” of the ticket instead, or clear that field if the subject is to be the whole text",
    )


def _digest(title: str) -> str:
    return hashlib.sha256(title.encode()).hexdigest()[:8]
