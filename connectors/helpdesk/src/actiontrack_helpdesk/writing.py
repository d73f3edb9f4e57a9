"""Writing tickets, where nothing keeps others out: what is there is read just before, and once more after.

New tickets are made many at a time and then looked at together: reading one costs the helpdesk as much as reading all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from actiontrack.api import ActionTrackError, Outcome, Plain, Write
from actiontrack_helpdesk.client import Helpdesk, Refusal, Ticket
from actiontrack_helpdesk.mapping import (
    COLUMNS,
    REF,
    TEXT,
    TicketMapping,
    done_meanwhile,
    is_ours,
    op_id_of,
    same,
    signed,
)

_FIELDS = {**{theirs: ours for ours, theirs in COLUMNS.items()}, TEXT: "text", "comment": "progress"}
_STALE = "somebody edited it in the meantime"
_GONE = "the ticket is not there any more"
_NORMAL = 3
"""The priority of a new ticket: it needs one, and then says one, whether anybody chose it or not."""
_AT_ONCE = 50
"""New tickets between two looks at what is there."""


class Writer:
    """Creates and changes tickets of one queue."""

    def __init__(self, desk: Helpdesk, queue: int, mapping: TicketMapping) -> None:
        self._desk = desk
        self._queue = queue
        self._mapping = mapping

    def write(self, writes: Sequence[Write]) -> Iterator[Outcome]:
        """Changes one after the other, then new tickets fifty at a time; one outcome a write."""
        for write in writes:
            if not write.creates:
                yield self._update(write)
        creates = [write for write in writes if write.creates]
        for start in range(0, len(creates), _AT_ONCE):
            yield from self._create(creates[start : start + _AT_ONCE])

    # --- new tickets --------------------------------------------------------------------------------------------------

    def _create(self, writes: Sequence[Write]) -> Iterator[Outcome]:
        made: dict[str, Write] = {}
        trouble: ActionTrackError | None = None
        for write in writes:
            try:
                ticket = self._desk.make(self._body(write))
            except ActionTrackError as error:  # what was made before is told all the same
                trouble = error
                break
            if isinstance(ticket, Refusal):
                yield Outcome(write.op_id, "refused", why=ticket.why, field=_FIELDS.get(ticket.field, ""))
            else:
                made[str(ticket["id"])] = write
        shown = {str(each["id"]): each for each in self._desk.tickets()} if made else {}
        for key, write in made.items():
            yield self._completed(write, key, shown.get(key))
        if trouble is not None:
            raise trouble

    def _body(self, write: Write) -> dict[str, object]:
        fields = self._mapping.changes({"text": None, **write.after}, str(write.after.get("ref") or ""), write.op_id)
        return {"priority": _NORMAL, **fields, "queue": self._queue, "description": fields[TEXT]}

    def _completed(self, write: Write, key: str, ticket: Ticket | None) -> Outcome:
        """It opens every ticket, and takes comments by themselves: so what a new one lacks is sent now."""
        if ticket is None:
            return Outcome(write.op_id, "unknown", why="the ticket that was made can't be seen")
        record = self._mapping.record(ticket)
        later = {
            name: write.after[name]
            for name in ("status", "progress")
            if name in write.after and not same(record.fields[name], write.after[name])
        }
        if not later:
            return Outcome(write.op_id, "applied", record)
        told = self._send(replace(write, remote_id=key, creates=False, before={}, after=later), ticket, later)
        return replace(told, state="applied", why="", field="") if told.record is not None else told

    # --- tickets that are there ---------------------------------------------------------------------------------------

    def _update(self, write: Write) -> Outcome:
        ticket = self._desk.ticket(write.remote_id)
        if ticket is None:
            return Outcome(write.op_id, "stale", why=_GONE)
        now = self._mapping.record(ticket).fields
        after = {name: value for name, value in write.after.items() if name in COLUMNS}
        wanted = {name: value for name, value in after.items() if not same(now[name], value)}
        if any(not same(now[name], write.before.get(name)) for name in wanted):
            return Outcome(write.op_id, "stale", why=_STALE)
        return self._send(write, ticket, wanted)

    def _send(self, write: Write, ticket: Ticket, wanted: Mapping[str, Plain]) -> Outcome:
        """Write what is wanted, read it back, and tell by that. A refused field holds no other back."""
        ref = str(write.after.get("ref") or ticket.get(REF) or "")
        left = {name: value for name, value in wanted.items() if name != "progress"}
        left |= {"ref": ref} if "ref" in write.after else {}
        first: Refusal | None = None
        while left:
            fields = self._mapping.changes(left, ref, op_id_of(ticket) or write.op_id)
            refused = self._desk.change(write.remote_id, fields)
            if refused is None:
                break
            first = first or refused
            if left.pop(_FIELDS.get(refused.field, ""), self) is self:
                break
        if wanted.get("progress"):
            first = self._desk.comment(write.remote_id, signed(str(wanted["progress"]), ticket)) or first
        return self._became(write, ticket, wanted, first)

    def _became(self, write: Write, ticket: Ticket, wanted: Mapping[str, Plain], refused: Refusal | None) -> Outcome:
        """What became of a write, by the ticket as it was read before and is now."""
        there = self._desk.ticket(write.remote_id)
        if there is None:
            return Outcome(write.op_id, "stale", why=_GONE)
        if is_ours(there["resolution"]) and not is_ours(ticket["resolution"]):
            self._desk.change(write.remote_id, {"resolution": ticket["resolution"]})  # people's own
        meanwhile = done_meanwhile(ticket, there)
        moved = [each["new_status"] for each in meanwhile if each["new_status"]]
        if "status" in wanted and moved and moved[-1] != there["status"]:
            theirs = {"status": moved[-1], "on_hold": ticket["on_hold"]}  # which ours overtook
            self._desk.change(write.remote_id, theirs)
            return Outcome(write.op_id, "stale", why=_STALE)
        shown, before = self._mapping.record(there), self._mapping.record(ticket)
        if refused is not None:
            return Outcome(write.op_id, "refused", shown, why=refused.why, field=_FIELDS.get(refused.field, ""))
        said = wanted.get("progress")
        if said and str(shown.fields["progress"]).startswith(f"{said}\n"):
            # What somebody said at that moment has yet to be heard: the next sync finds ours, and takes that.
            return Outcome(write.op_id, "unknown", why="somebody commented at the same time")
        for name, value in wanted.items():
            if same(shown.fields[name], value):
                continue
            if same(shown.fields[name], before.fields[name]) and not meanwhile:
                return Outcome(write.op_id, "refused", shown, why="the helpdesk did not take it", field=name)
            return Outcome(write.op_id, "stale", why=_STALE)
        return Outcome(write.op_id, "applied", shown)
