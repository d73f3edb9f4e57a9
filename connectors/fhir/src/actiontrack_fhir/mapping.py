"""A Task's elements ↔ fields here.

The due date is restriction.period.end, which R4 itself calls the date by which the task should be completed;
executionPeriod tells when it was in fact worked on. Both sides' updates are notes, of which none is ever changed: a
write adds one, and the field shows theirs, all of them, so that none is missed between two readings.

PUT replaces all of a resource, so that a write is made into what was read: whatever is not named here stays in it as
it was.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from actiontrack.api import Plain, Raw, Record, Unread
from actiontrack_fhir.server import Task
from actiontrack_fhir.words import REQUESTED, state_and_code, status_word

COLUMNS: Mapping[str, str] = {
    "text": "description",
    "status": "status",
    "status_reason": "statusReason",
    "current_due": "restriction.period.end",
    "progress": "note",
    "evidence": "output",
}
"""Field → element."""
WRITES = frozenset(COLUMNS) - {"evidence"}
OP = "urn:x-actiontrack:op"
"""The identifier system of the write that made a task."""
_STATUS = "urn:x-actiontrack:status"
_NOTE, _AUTHOR = "actiontrack-", " (actiontrack)"
"""How the id of a note of ours begins, and its author ends."""
_LINKS = ("valueUrl", "valueUri")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def op_id_of(task: Task) -> str:
    """The write that made a task; "" where it is none of ours."""
    return _identifier(task, OP)


def ref_of(task: Task, system: str) -> str:
    """The Action ID that a task carries, or ""."""
    return _identifier(task, system)


def record_of(task: Task) -> Record:
    """What a task says, by field."""
    fields: dict[str, Raw] = {
        "text": str(task.get("description", "")).strip(),
        "status": status_word(str(task.get("status", "")), _codes(task)),
        "status_reason": _reason(task),
        "current_due": _due(task),
        "progress": "\n".join(text for each in _notes(task, ours=False) if (text := str(each.get("text", "")).strip())),
        "evidence": "\n".join(_links(task)),
    }
    fields = {name: value or None for name, value in fields.items()}
    said = json.dumps([task["id"], fields], sort_keys=True, default=str, ensure_ascii=False)
    return Record(str(task["id"]), fields, hashlib.sha256(said.encode()).hexdigest(), op_id=op_id_of(task))


def new_task(op_id: str, after: Mapping[str, Plain], *, system: str, owner: str, author: str, now: datetime) -> Task:
    """A new task, for nobody but its owner."""
    task: Task = {
        "resourceType": "Task",
        "identifier": [{"system": system, "value": str(after["ref"])}, {"system": OP, "value": op_id}],
        "status": REQUESTED,
        "intent": "order",
        "authoredOn": _instant(now),
    }
    if owner:
        task["owner"] = {"reference": owner}
    write(task, op_id, after, author=author, now=now)
    return task


def write(task: Task, op_id: str, after: Mapping[str, Plain], *, author: str, now: datetime) -> None:
    """Put these fields into a task. Everything else in it stays as it is."""
    for name, value in after.items():
        if name == "text":
            _put(task, "description", value)
        elif name == "status":
            _set_status(task, str(value or REQUESTED))
        elif name == "status_reason":
            _put_within(task, ("statusReason", "text"), value)
        elif name == "current_due":
            _put_within(task, ("restriction", "period", "end"), value.isoformat() if isinstance(value, date) else None)
        elif name == "progress" and value and not has_noted(task, value):
            note = {"id": _NOTE + op_id, "authorString": author + _AUTHOR, "time": _instant(now), "text": str(value)}
            task["note"] = [*task.get("note", ()), note]
    task["lastModified"] = _instant(now)


def has_noted(task: Task, value: Plain) -> bool:
    """Whether the newest note of ours says this: then it was sent before."""
    return any(str(each.get("text", "")).strip() == str(value).strip() for each in _notes(task, ours=True)[-1:])


def _notes(task: Task, *, ours: bool) -> list[Task]:
    """Notes of ours, or theirs, as they stand there. Some servers keep no ids of notes."""
    return [
        each for each in task.get("note", ())
        if ours == (str(each.get("id", "")).startswith(_NOTE) or str(each.get("authorString", "")).endswith(_AUTHOR))
    ]  # fmt: skip


def _put(task: Task, name: str, value: Plain) -> None:
    if value:
        task[name] = value
    else:
        task.pop(name, None)


def _put_within(task: Task, path: tuple[str, ...], value: Plain) -> None:
    """Put a value where the path leads, or take it away, and with it what would be empty then."""
    name, *rest = path
    if not rest:
        _put(task, name, value)
        return
    inner: Task = dict(task.get(name) or {})
    _put_within(inner, tuple(rest), value)
    if inner:
        task[name] = inner
    else:
        task.pop(name, None)


def _identifier(task: Task, system: str) -> str:
    found = (str(each.get("value", "")) for each in task.get("identifier", ()) if each.get("system") == system)
    return next(found, "")


def _instant(now: datetime) -> str:
    return now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


# --- status -----------------------------------------------------------------------------------------------------------


def _codes(task: Task) -> list[str]:
    codings = task.get("businessStatus", {}).get("coding", ())
    return [str(each.get("code", "")) for each in codings if each.get("system") == _STATUS]


def _set_status(task: Task, word: str) -> None:
    """The agency's own codes in businessStatus stay."""
    task["status"], code = state_and_code(word)
    theirs = [
        each for each in task.get("businessStatus", {}).get("coding", ()) if each.get("system") != _STATUS
    ]  # fmt: skip
    ours = [{"system": _STATUS, "code": code, "display": code.replace("-", " ").capitalize()}] if code else []
    concept: dict[str, Any] = {**task.get("businessStatus", {}), "coding": theirs + ours}
    concept = {name: value for name, value in concept.items() if value}
    if concept:
        task["businessStatus"] = concept
    else:
        task.pop("businessStatus", None)


def _reason(task: Task) -> str:
    concept = task.get("statusReason", {})
    shown = [str(each.get("display", "")) for each in concept.get("coding", ())]
    return str(concept.get("text", "")).strip() or next(filter(None, shown), "")


# --- due and evidence -------------------------------------------------------------------------------------------------


def _due(task: Task) -> Raw:
    """A day; an instant as that, for the board's zone to say which day it is."""
    end = str(task.get("restriction", {}).get("period", {}).get("end", ""))
    if not end:
        return None
    try:
        return date.fromisoformat(end) if _DAY.fullmatch(end) else datetime.fromisoformat(_complete(end))
    except ValueError:
        return Unread(end, "it names no day", "give the whole date there")


def _complete(end: str) -> str:
    """Raises ValueError for a year or month, which FHIR takes for a date as well."""
    if "T" not in end:
        raise ValueError(end)
    return end


def _links(task: Task) -> list[str]:
    """Addresses only: what an output says itself may be about a person."""
    found = []
    for each in task.get("output", ()):
        found += [str(each[name]) for name in _LINKS if each.get(name)]
        if each.get("valueAttachment", {}).get("url"):
            found.append(str(each["valueAttachment"]["url"]))
    return found
