"""Writing: claim, look again, write, look once more.

Roundup compares the ETag and then writes, and does not keep others out in between: of two who do so at one time with
one ETag both succeed, and the later wins. So a write begins by putting only its own mark there. Who read the issue
before that is refused from then on; who wrote at the very same time wrote other properties, and is seen when we look
again, before anything that a person may have written is written over.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from actiontrack.api import Outcome, Plain, Raw, Record, Write, same_value
from actiontrack_roundup.client import Json, Refusal, RoundupClient
from actiontrack_roundup.mapping import COLUMNS, Mark, mark_of, newest, properties, record_of, told_by

_EDITED = "somebody edited it in the meantime"
_GONE = "the issue is not there any more"
_UNTAKEN = "Roundup did not take it as it was sent"


class Writer:
    """Creates and changes issues, in the name of a user there."""

    def __init__(self, client: RoundupClient, statuses: Mapping[str, str], user: str) -> None:
        self._client = client
        self._statuses = statuses
        self._user = user

    def create(self, write: Write) -> Outcome:
        """A new issue with its message."""
        ref = str(write.after.get("ref") or "")
        note = self._note(write.after)
        if isinstance(note, Outcome):
            return replace(note, op_id=write.op_id)
        sent = properties({"text": None, **write.after}, self._statuses, ref)
        mark = Mark(write.op_id, note=int(note or 0), write=write.op_id)
        sent |= {"action_sync": str(mark), **({"messages": note} if note else {})}
        made = self._client.create("issue", {name: value for name, value in sent.items() if value})
        if made is None:
            return Outcome(write.op_id, "unknown", why="Roundup's answer is no answer")
        if isinstance(made, Refusal):
            return Outcome(write.op_id, "refused", why=made.why)
        told = self._told(write, made, note=note)
        # It was made, whatever became of it since: the next sync finds it by its mark.
        return replace(told, state="unknown") if told.state == "stale" else told

    def update(self, write: Write) -> Outcome:
        """Write what differs, where nobody changed it since it was read."""
        found = self._client.issue(write.remote_id)
        if found is None:
            return Outcome(write.op_id, "stale", why=_GONE)
        issue, etag = found
        now = self._record(issue)
        after = {name: value for name, value in _unlike(write.after, now).items() if name in (*COLUMNS, "ref")}
        if any(not _same(now.fields.get(name), write.before.get(name)) for name in after):
            return Outcome(write.op_id, "stale", why=_EDITED)
        if not after:
            return Outcome(write.op_id, "applied", now)
        claim = replace(mark_of(issue), write=write.op_id)
        refusal = self._client.update(write.remote_id, etag, {"action_sync": str(claim)})
        if refusal is not None:
            return _refused(write, refusal)
        return self._write_on(write, after, now, claim)

    def _write_on(self, write: Write, after: Mapping[str, Plain], before: Record, claim: Mark) -> Outcome:
        """Write an issue that was claimed, where it still says what it said before that."""
        found = self._client.issue(write.remote_id)
        if found is None:
            return Outcome(write.op_id, "stale", why=_GONE)
        issue, etag = found
        if mark_of(issue) != claim:
            why = _UNTAKEN if self._is_ours(issue) else _EDITED
            return Outcome(write.op_id, "refused" if self._is_ours(issue) else "stale", why=why)
        now = self._record(issue)
        if any(not _same(now.fields.get(name), before.fields.get(name)) for name in after):
            return Outcome(write.op_id, "stale", why=_EDITED)
        note = self._note(after)
        if isinstance(note, Outcome):
            return replace(note, op_id=write.op_id)
        parts = [
            properties({name: value}, self._statuses, str(issue.get("action_id") or ""))
            for name, value in after.items()
        ]
        if note:
            mark = replace(claim, seen=newest(issue), note=int(note))
            parts.append({"messages": f"+{note}", "action_sync": str(mark)})
        parts = [each for each in parts if each]
        refusal = self._client.update(write.remote_id, etag, dict(ChainMap(*parts))) if parts else None
        if refusal is not None and refusal.moved:
            return _refused(write, refusal)
        why = refusal.why if refusal is not None else ""
        if why and len(parts) > 1:
            why = self._one_by_one(write, parts)
        return self._told(write, write.remote_id, why, note)

    def _one_by_one(self, write: Write, parts: Sequence[Json]) -> str:
        """Roundup takes all of a write or nothing: let what it refuses be refused by itself. Gives why."""
        why = ""
        for each in parts:
            found = self._client.issue(write.remote_id)
            refusal = self._client.update(write.remote_id, found[1], each) if found is not None else None
            why = why or (refusal.why if refusal is not None else "")
        return why

    def _note(self, after: Mapping[str, Plain]) -> str | Outcome:
        """The number of a new message, "" where there is nothing to say; what became of it where it was not made."""
        if not after.get("progress"):
            return ""
        message = {"content": str(after["progress"]), "author": self._user, "date": "."}
        made = self._client.create("msg", message)
        if made is None:
            return Outcome("", "unknown", why="Roundup's answer is no answer")
        return Outcome("", "refused", why=made.why, field="progress") if isinstance(made, Refusal) else made

    def _told(self, write: Write, number: str, refused: str = "", note: str = "") -> Outcome:
        """What became of a write, by what is there now."""
        found = self._client.issue(number)
        if found is None:
            return Outcome(write.op_id, "stale", why=_GONE)
        now = self._record(found[0])
        for name in _unlike(write.after, now):
            if name not in COLUMNS and not (name == "ref" and now.lacks_ref):
                continue
            if name == "progress" and note and mark_of(found[0]).note == int(note):
                return Outcome(write.op_id, "unknown", why="somebody added a message in the meantime")
            if not refused and not self._is_ours(found[0]):
                return Outcome(write.op_id, "stale", why=_EDITED)
            return Outcome(write.op_id, "refused", now, why=refused or _UNTAKEN, field=name)
        return Outcome(write.op_id, "applied", now)

    def _is_ours(self, issue: Json) -> bool:
        """Whether its last change was made in our name."""
        return bool((issue.get("actor") or {}).get("username") == self._user)

    def _record(self, issue: Json) -> Record:
        return record_of(issue, self._client.messages(told_by(issue)))


def _refused(write: Write, refusal: Refusal) -> Outcome:
    if refusal.moved:
        return Outcome(write.op_id, "stale", why=_EDITED)
    return Outcome(write.op_id, "refused", why=refusal.why)


def _unlike(after: Mapping[str, Plain], now: Record) -> dict[str, Plain]:
    return {name: value for name, value in after.items() if not _same(now.fields.get(name), value)}


def _same(one: Raw, other: Raw) -> bool:
    """Whether two values are one; two moments are by their hour, too."""
    if isinstance(one, datetime) and isinstance(other, datetime):
        return one == other
    return same_value(one, other)
