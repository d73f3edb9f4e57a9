"""Writing: what is there is read before, and once more after, with its history.

Redmine heeds no If-Match and tells no lock version: of two who write at one time the later wins. But each entry of an
issue's history names what it replaced. So a write that overtook somebody's is seen, and what they wrote is put back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from actiontrack.api import Outcome, Plain, Record, UserError, Write, same_value
from actiontrack_redmine.client import Json, RedmineClient
from actiontrack_redmine.mapping import COLUMNS, Fields, body, custom, field_of, mark_of, record_of
from actiontrack_redmine.mark import Mark
from actiontrack_redmine.notes import newest, progress_of

_EDITED = "somebody edited it in the meantime"
_UNTAKEN = "Redmine did not take it: its workflow or the rights of our key forbid it"
_ATTRIBUTES = ("subject", "due_date", "status_id")


class Writer:
    """Creates and changes issues."""

    def __init__(self, client: RedmineClient, fields: Fields, statuses: Mapping[str, int], tracker: int) -> None:
        self._client = client
        self._fields = fields
        self._statuses = statuses
        self._tracker = tracker

    def record(self, issue: Json) -> Record:
        """What an issue says that was read with its notes."""
        return record_of(issue, self._fields, progress_of(issue, self._fields.sync))

    def create(self, write: Write) -> Outcome:
        """A new issue; its note, and a status that an issue can't begin with, in a second step."""
        ref = str(write.after.get("ref") or "")
        first = {"text": None, **{name: value for name, value in write.after.items() if name != "progress"}}
        sent = body(first, self._fields, self._statuses, Mark(write.op_id, write=write.op_id), ref)
        # Without it Redmine begins an issue today, and then refuses a due date before.
        sent |= {"start_date": "", **({"tracker_id": self._tracker} if self._tracker else {})}
        issue, errors = self._client.create(sent)
        if issue is None and not errors:
            return Outcome(write.op_id, "unknown", why="Redmine's answer is no answer")
        if issue is None:
            return Outcome(write.op_id, "refused", why="; ".join(errors), field=field_of(errors, list(write.after)))
        if mark_of(issue, self._fields).created != write.op_id:
            raise UserError(
                f"Redmine made issue {issue['id']} without our mark; let our key's role set the custom field "
                f"{self._fields.sync}, and delete that issue"
            )
        now = self.record(issue)
        rest = {name: value for name, value in _unlike(write.after, now).items() if name in ("status", "progress")}
        told = self._send(write, issue, rest) if rest else _told(write, now)
        # It was made, whatever became of it since: the next sync finds it by its mark.
        return replace(told, state="unknown") if told.state == "stale" else told

    def update(self, write: Write) -> Outcome:
        """Write what differs, where nobody changed it since it was read."""
        issue = self._client.issue(write.remote_id)
        if issue is None:
            return Outcome(write.op_id, "stale", why="the issue is not there any more")
        now = self.record(issue)
        after = {name: value for name, value in _unlike(write.after, now).items() if name in (*COLUMNS, "ref")}
        if any(not same_value(now.fields.get(name), write.before.get(name)) for name in after):
            return Outcome(write.op_id, "stale", why=_EDITED)
        return self._send(write, issue, after) if after else _told(write, now)

    def _send(self, write: Write, issue: Json, after: Mapping[str, Plain]) -> Outcome:
        mark = replace(mark_of(issue, self._fields), seen=newest(issue), write=write.op_id)
        ref = str(after.get("ref") or custom(issue, self._fields.ref))
        errors = self._client.update(issue["id"], body(after, self._fields, self._statuses, mark, ref))
        refused = ""
        if errors and len(after) > 1:  # it takes all or nothing: let what it refuses be refused by itself
            for name, value in after.items():
                alone = self._client.update(
                    issue["id"], body({name: value}, self._fields, self._statuses, mark, ref)
                )  # fmt: skip
                refused = refused or ("; ".join(alone))
        shown = self._client.issue(issue["id"])
        if shown is None:
            return Outcome(write.op_id, "stale", why="the issue is not there any more")
        return self._became(write, issue, shown, refused or "; ".join(errors))

    def _became(self, write: Write, issue: Json, shown: Json, refused: str) -> Outcome:
        """What became of a write, by the issue as it was read before and after."""
        ours = [each for each in _since(shown, newest(issue)) if self._is_ours(each, write)]
        overtaken = self._overtaken(issue, ours)
        if overtaken:
            errors = self._client.update(issue["id"], overtaken)
            why = f"{_EDITED}, and Redmine does not take back what they wrote: see its history" if errors else _EDITED
            # A note can't be taken back: reading tells that it is there.
            return Outcome(write.op_id, "unknown" if any(each.get("notes") for each in ours) else "stale", why=why)
        told = _told(write, self.record(shown), refused)
        if told.state == "refused" and told.field == "progress" and any(each.get("notes") for each in ours):
            return Outcome(write.op_id, "unknown", why="somebody added a note in the meantime")
        if told.state == "refused" and not refused and ours and _moved(shown, ours[-1]):
            return Outcome(write.op_id, "stale", why=_EDITED)
        return told

    def _is_ours(self, journal: Json, write: Write) -> bool:
        """Whether an entry of the history is this write's."""
        return any(
            str(new or "").endswith(f" {write.op_id}") for name, _, new in _details(journal) if name == self._sync
        )

    @property
    def _sync(self) -> str:
        return f"cf:{self._fields.sync}"

    def _overtaken(self, issue: Json, ours: Sequence[Json]) -> dict[str, Any]:
        """What our write replaced that we had not read, as it is to be sent to stand there again."""
        back: dict[str, Any] = {}
        text = f"cf:{self._fields.text}"
        before = {f"attr:{name}": _attribute(issue, name) for name in _ATTRIBUTES}
        before[text] = custom(issue, self._fields.text)
        replaced = {name: str(old or "") for each in ours[:1] for name, old, _ in _details(each) if name in before}
        lost = {name for name, old in replaced.items() if old != before[name]}
        if lost & {"attr:subject", text}:
            lost |= replaced.keys() & {"attr:subject", text}
        for name in lost:
            if name == text:
                back["custom_fields"] = [{"id": self._fields.text, "value": replaced[name]}]
            else:
                back[name.partition(":")[2]] = replaced[name]
        return back


def _since(issue: Json, seen: int) -> list[Json]:
    return [each for each in issue.get("journals", ()) if int(each["id"]) > seen]


def _details(journal: Json) -> list[tuple[str, Any, Any]]:
    """(kind:name, old, new) of each thing that an entry of the history changed."""
    return [
        (f"{each.get('property')}:{each.get('name')}", each.get("old_value"), each.get("new_value"))
        for each in journal.get("details", ())
    ]


def _attribute(issue: Json, name: str) -> str:
    """An attribute as the history writes it."""
    value = issue["status"]["id"] if name == "status_id" else issue.get(name)
    return str(value or "")


def _moved(shown: Json, ours: Json) -> bool:
    """Whether somebody changed, after our entry, what that changed."""
    mine = {name for name, _, _ in _details(ours)}
    later = _since(shown, int(ours["id"]))
    return any(name in mine for each in later for name, _, _ in _details(each))


def _told(write: Write, now: Record, refused: str = "") -> Outcome:
    """Applied where all of it is there, else refused by the first field that is not."""
    for name in _unlike(write.after, now):
        if name in COLUMNS or (name == "ref" and now.lacks_ref):
            return Outcome(write.op_id, "refused", now, why=refused or _UNTAKEN, field=name)
    return Outcome(write.op_id, "applied", now)


def _unlike(after: Mapping[str, Plain], now: Record) -> dict[str, Plain]:
    return {name: value for name, value in after.items() if not same_value(now.fields.get(name), value)}
