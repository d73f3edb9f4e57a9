"""Writing tickets, where nothing keeps others out: what is there is read just before, and once more after.

New tickets are made many at a time and then looked at together: reading one costs the helpdesk as much as reading all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from actiontrack.api import ActionTrackError, Outcome, Plain, SkippableError, Write
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


@dataclass(slots=True)
class _Made:
    """A ticket as it was made, what it lacks, and why that was refused."""

    ticket: Ticket
    rest: Write
    refused: Refusal | None = None


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
                try:
                    yield self._update(write)
                except SkippableError as error:
                    error.op_id = write.op_id
                    raise
        creates = [write for write in writes if write.creates]
        for start in range(0, len(creates), _AT_ONCE):
            yield from self._create(creates[start : start + _AT_ONCE])

    # --- new tickets --------------------------------------------------------------------------------------------------

    def _create(self, writes: Sequence[Write]) -> Iterator[Outcome]:
        made: list[_Made] = []
        trouble: ActionTrackError | None = None
        for write in writes:
            try:
                ticket = self._desk.make(self._body(write))
                if isinstance(ticket, Refusal):
                    yield Outcome(write.op_id, "refused", why=ticket.why, field=_FIELDS.get(ticket.field, ""))
                    continue
                made.append(_Made(ticket, self._lacking(write, ticket)))
                made[-1].refused = self._completed(made[-1])
            except ActionTrackError as error:  # what was made before is told all the same
                trouble = error
                if isinstance(error, SkippableError):
                    error.op_id = write.op_id
                break
        shown = {str(each["id"]): each for each in self._desk.tickets()} if made else {}
        for each in made:
            there = shown.get(each.rest.remote_id)
            told = self._became(each.rest, each.ticket, there, each.rest.after, each.refused)
            # It was made, whatever became of it since: the next sync finds it by its mark.
            yield replace(told, state="unknown") if told.state == "stale" else told
        if trouble is not None:
            raise trouble

    def _body(self, write: Write) -> dict[str, object]:
        fields = self._mapping.changes({"text": None, **write.after}, str(write.after.get("ref") or ""), write.op_id)
        return {"priority": _NORMAL, **fields, "queue": self._queue, "description": fields[TEXT]}

    def _lacking(self, write: Write, ticket: Ticket) -> Write:
        """What is still to be sent: it opens every ticket, and takes comments by themselves."""
        shown = self._mapping.record(ticket).fields
        later = {name: write.after[name] for name in ("status", "progress") if name in write.after}
        later = {name: value for name, value in later.items() if not same(shown[name], value)}
        return replace(write, remote_id=str(ticket["id"]), creates=False, before={}, after=later)

    def _completed(self, made: _Made) -> Refusal | None:
        try:
            return self._put(made.rest, made.ticket, made.rest.after)
        except SkippableError as error:
            return Refusal(str(error))

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
        refused = self._put(write, ticket, wanted)
        return self._became(write, ticket, self._desk.ticket(write.remote_id), wanted, refused)

    def _put(self, write: Write, ticket: Ticket, wanted: Mapping[str, Plain]) -> Refusal | None:
        """Send what is wanted, and why some of it was refused. A refused field holds no other back."""
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
        return first

    def _became(
        self, write: Write, ticket: Ticket, there: Ticket | None, wanted: Mapping[str, Plain], refused: Refusal | None
    ) -> Outcome:
        """What became of a write, by the ticket as it was read before and is there now."""
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
