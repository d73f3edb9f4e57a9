"""A task's properties ↔ fields here.

DESCRIPTION is the one text that every program shows and lets people write in: it holds the newest progress. The name
of a task of ours without a text (an embargoed review's) is its Action ID.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from icalendar import vDDDTypes, vDuration

from actiontrack.api import Plain, Raw, Record, Unread
from actiontrack_caldav.lines import Task, escaped, folded, unescaped
from actiontrack_caldav.words import (
    COMPLETED,
    IN_PROCESS,
    NEEDS_ACTION,
    PRIORITIES,
    is_finer,
    priority_word,
    state_and_category,
    status_word,
)

COLUMNS: Mapping[str, str] = {
    "text": "SUMMARY",
    "status": "STATUS",
    "current_due": "DUE",
    "progress": "DESCRIPTION",
    "priority": "PRIORITY",
    "evidence": "ATTACH",
}
"""Field → property."""
WRITES = frozenset(COLUMNS) - {"evidence"}
REF = "X-ACTIONTRACK-REF"
_HOST = "@actiontrack"
_DAY = re.compile(r"\d{8}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def href_of(op_id: str) -> str:
    """The address of the task that a write creates: the same whenever it is sent."""
    return f"{op_id}.ics"


def op_id_of(task: Task) -> str:
    """The write that created a task; "" where it is none of ours. A copy has an UID of its own."""
    uid = task.value("UID")
    return uid.removesuffix(_HOST) if uid.endswith(_HOST) else ""


def record_of(href: str, task: Task) -> Record:
    """What a task says, by field."""
    summary = unescaped(task.value("SUMMARY")).strip()
    fields: dict[str, Raw] = {
        "text": None if summary == task.value(REF) else summary,
        "status": status_word(_state(task), task.items("CATEGORIES")),
        "current_due": _due(task),
        "progress": unescaped(task.value("DESCRIPTION")).strip(),
        "priority": _priority(task),
        "evidence": "\n".join(
            value for parameters, value in task.values("ATTACH") if "BINARY" not in parameters.upper()
        ),
    }
    fields = {name: value or None for name, value in fields.items()}
    return Record(href, fields, _digest(href, fields), op_id=op_id_of(task), lacks_ref=not task.value(REF))


def new_task(op_id: str, after: Mapping[str, Plain], now: datetime) -> str:
    """The calendar object of a new task."""
    ref = str(after.get("ref") or "")
    stamp = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//actiontrack//actiontrack-caldav//EN\r\nBEGIN:VTODO\r\n"
    lines = (
        folded("UID", op_id + _HOST),
        folded("DTSTAMP", stamp),
        folded("CREATED", stamp),
        folded(REF, ref),
        folded("SUMMARY", escaped(ref)),
        folded("STATUS", NEEDS_ACTION),
    )
    task = Task(f"{head}{''.join(lines)}END:VTODO\r\nEND:VCALENDAR\r\n")
    write(task, after, now)
    return str(task)


def write(task: Task, after: Mapping[str, Plain], now: datetime) -> None:
    """Put these fields into a task. Everything else in it stays as it is."""
    for name, value in after.items():
        if name == "text":
            task.set("SUMMARY", folded("SUMMARY", escaped(str(value or task.value(REF)))))
        elif name == "ref":
            task.set(REF, folded(REF, str(value)))
        elif name == "progress":
            task.set("DESCRIPTION", folded("DESCRIPTION", escaped(str(value))) if value else "")
        elif name == "current_due":
            _set_due(task, value)
        elif name == "priority":
            task.set("PRIORITY", folded("PRIORITY", str(PRIORITIES[str(value)])) if value else "")
        elif name == "status":
            _set_status(task, str(value or NEEDS_ACTION), now)
    task.set("LAST-MODIFIED", folded("LAST-MODIFIED", f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"))


def uncarriable(value: Plain) -> str:
    """Why a calendar can't carry a value, as a phrase; "" where it can."""
    return "it holds control characters, which a calendar can't carry" if _CONTROL.search(str(value or "")) else ""


def _digest(href: str, fields: Mapping[str, Raw]) -> str:
    said = json.dumps([href, fields], sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


# --- status and priority ----------------------------------------------------------------------------------------------


def _state(task: Task) -> str:
    """STATUS; where a program leaves it out, what else it says of how far the task is."""
    state = task.value("STATUS").strip().upper()
    if state:
        return state
    if task.has("COMPLETED"):
        return COMPLETED
    return IN_PROCESS if task.value("PERCENT-COMPLETE").strip() not in ("", "0") else NEEDS_ACTION


def _set_status(task: Task, word: str, now: datetime) -> None:
    before = _state(task)
    state, category = state_and_category(word, before)
    task.set("STATUS", folded("STATUS", state))
    wanted = category.casefold()
    task.without_items("CATEGORIES", lambda each: is_finer(each) and each.casefold() != wanted)
    if category and wanted not in map(str.casefold, task.items("CATEGORIES")):
        task.add(folded("CATEGORIES", escaped(category)))
    if state == COMPLETED and before != COMPLETED:
        task.set("COMPLETED", folded("COMPLETED", f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"))
        task.set("PERCENT-COMPLETE", folded("PERCENT-COMPLETE", "100"))
    elif state != COMPLETED:
        task.set("COMPLETED", "")
        if task.value("PERCENT-COMPLETE").strip() == "100":
            task.set("PERCENT-COMPLETE", "")


def _priority(task: Task) -> Raw:
    number = task.value("PRIORITY").strip()
    return priority_word(int(number)) if number.isdecimal() else number


# --- due --------------------------------------------------------------------------------------------------------------


def _due(task: Task) -> Raw:
    """A day; an instant in UTC as that, for the board's zone to say which day it is.

    One with a time zone of its own is the day that was chosen there, whatever the hour is here.
    """
    shown = task.value("DUE") or " + ".join(filter(None, (task.value("DTSTART"), task.value("DURATION"))))
    try:
        if task.has("DUE"):
            return _day(_moment(task, "DUE"))
        if task.has("DTSTART") and task.has("DURATION"):
            lasts = vDuration.from_ical(task.value("DURATION"))
            return _day(_moment(task, "DTSTART") + (lasts if isinstance(lasts, timedelta) else timedelta()))
    except (ValueError, OverflowError):
        return Unread(shown, "it is no date of a calendar", "choose the date anew there")
    return None


def _moment(task: Task, name: str) -> date:
    value = task.value(name).strip()
    found = vDDDTypes.from_ical(value)
    if not isinstance(found, date):
        raise ValueError(value)
    return found


def _day(found: date) -> date:
    if isinstance(found, datetime):
        return found if found.tzinfo else found.date()
    return found


def _set_due(task: Task, value: Plain) -> None:
    task.set("DURATION", "")  # a task has the one or the other (RFC 5545, 3.6.2)
    if not isinstance(value, date):
        task.set("DUE", "")
        return
    parameters, start = task.parameters("DTSTART"), task.value("DTSTART").strip()
    if not start or _DAY.fullmatch(start):
        task.set("DUE", folded("DUE", f"{value:%Y%m%d}", ";VALUE=DATE"))
        return
    # DUE is of the kind of DTSTART (3.8.2.3), and after it: the end of the day, in the zone of that.
    end = "T120000Z" if start.endswith("Z") else "T235900"
    task.set("DUE", folded("DUE", f"{value:%Y%m%d}{end}", parameters))
