"""One queue of django-helpdesk, as the connector port has it."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from actiontrack.api import (
    Batch,
    Capabilities,
    InstanceContext,
    Observation,
    Outcome,
    Plain,
    Problem,
    Record,
    UserError,
    Write,
)
from actiontrack_helpdesk.client import Helpdesk, Refusal, Ticket
from actiontrack_helpdesk.mapping import (
    COLUMNS,
    MARK,
    OURS,
    PRIORITIES,
    REF,
    TEXT,
    WORDS,
    TicketMapping,
    op_id_of,
    same,
)
from actiontrack_helpdesk.options import HelpdeskOptions

_FIELDS = {**{theirs: ours for ours, theirs in COLUMNS.items()}, TEXT: "text", "comment": "progress"}
_STALE = "somebody edited it in the meantime"
_GONE = "the ticket is not there any more"


class HelpdeskConnector:
    """It is read whole each time, and each write is compared just before and just after: there is no lock."""

    def __init__(self, options: HelpdeskOptions, context: InstanceContext) -> None:
        self._options = options
        self._context = context

    def __repr__(self) -> str:
        return f"HelpdeskConnector({self._options.url!r}, {self._options.queue})"

    @functools.cached_property
    def _desk(self) -> Helpdesk:
        web = self._context.web(self._options.url, self._options.rate, self._options.ca)
        web.session.auth = (self._options.user, self._context.secret(self._options.password))
        return Helpdesk(web)

    def capabilities(self) -> Capabilities:
        """No feed of changes, no precondition; a ticket carries the op_id of its create."""
        fields = frozenset(COLUMNS)
        return Capabilities(reads=fields, writes=fields, concurrency="weak", marks=True, rate=self._options.rate)

    def observe(self, cursor: str, columns: Mapping[str, str]) -> Observation:
        """Every ticket of ours in the queue, and those to be adopted. Raises UserError where fields of ours lack."""
        mapping, longest = self._form()
        records = [mapping.record(each) for each in self._desk.tickets() if self._is_wanted(each)]
        said = sorted((each.remote_id, each.version) for each in records)
        return Observation(
            records=records,
            proof=hashlib.sha256(repr(said).encode()).hexdigest(),
            source=f"{self._options.url}#queue-{self._options.queue}",
            columns=COLUMNS,
            writable=frozenset(COLUMNS),
            allowed={"status": mapping.words, "priority": tuple(PRIORITIES.values())},
            limits={"text": longest},
            words={"status": {word: WORDS[word] for word in mapping.words if word in WORDS}},
            setup=("Each action becomes a ticket of the queue; its own tickets are left alone.",),
        )

    def unchanged(self, mark: str) -> str:
        """It tells of no change."""
        return ""

    def apply(self, batch: Batch) -> Iterator[Outcome]:
        """One ticket after the other."""
        if not batch.writes:
            return
        mapping, _ = self._form()
        for write in batch.writes:
            yield self._create(write, mapping) if write.creates else self._update(write, mapping)

    def find(self, op_id: str) -> Record | None:
        """The ticket that this write made, in any queue: it can't be searched for."""
        mapping, _ = self._form()
        found = (each for each in self._desk.tickets() if op_id_of(each) == op_id)
        return next((mapping.record(each) for each in found), None)

    def check(self) -> Iterable[Problem]:
        """Reach, sign in, see tickets, make them, and the fields of ours."""
        self._form()
        next(self._desk.tickets(), None)
        return ()

    # --- inside -------------------------------------------------------------------------------------------------------

    def _form(self) -> tuple[TicketMapping, int]:
        """Its statuses, and how long a text may be. Raises UserError where it lacks what we need."""
        form = self._desk.form()
        if not form:
            raise UserError("its user may make no tickets; give that user staff's rights there")
        lacking = [name.removeprefix("custom_") for name in (REF, MARK, TEXT) if name not in form]
        if lacking:
            raise UserError(
                f"it has no custom field {' or '.join(lacking)}; make action_id and action_mark (varchar, 100) "
                "and action_text (text, 100000) in its administration, none of them required"
            )
        statuses = {int(each["value"]): str(each["display_name"]) for each in form["status"]["choices"]}
        return TicketMapping(statuses), int(form[TEXT].get("max_length") or 100_000)

    def _is_wanted(self, ticket: Ticket) -> bool:
        return ticket["queue"] == self._options.queue and bool(self._options.adopt or op_id_of(ticket))

    def _create(self, write: Write, mapping: TicketMapping) -> Outcome:
        ref = str(write.after.get("ref") or "")
        after = {"text": None, **write.after}
        fields = mapping.changes(after, ref, write.op_id)
        made = self._desk.make({"priority": 3, **fields, "queue": self._options.queue, "description": fields[TEXT]})
        if isinstance(made, Refusal):
            return Outcome(write.op_id, "refused", why=made.why, field=_FIELDS.get(made.field, ""))
        # It opens every ticket, and takes comments by themselves.
        later = {name: write.after[name] for name in ("status", "progress") if name in write.after}
        rest = replace(write, remote_id=str(made["id"]), creates=False, before={}, after=later)
        told = self._send(rest, made, later, mapping)
        return replace(told, state="applied", why="", field="") if told.record is not None else told

    def _update(self, write: Write, mapping: TicketMapping) -> Outcome:
        ticket = self._desk.ticket(write.remote_id)
        if ticket is None:
            return Outcome(write.op_id, "stale", why=_GONE)
        now = mapping.record(ticket).fields
        after = {name: value for name, value in write.after.items() if name in COLUMNS}
        wanted = {name: value for name, value in after.items() if not same(now[name], value)}
        if any(not same(now[name], write.before.get(name)) for name in wanted):
            return Outcome(write.op_id, "stale", why=_STALE)
        return self._send(write, ticket, wanted, mapping)

    def _send(self, write: Write, ticket: Ticket, wanted: Mapping[str, Plain], mapping: TicketMapping) -> Outcome:
        """Write what is wanted, read it back, and tell by that. A refused field holds no other back."""
        left = {name: value for name, value in wanted.items() if name != "progress"}
        first: Refusal | None = None
        while left:
            fields = mapping.changes(left, str(ticket.get(REF) or ""), op_id_of(ticket) or write.op_id)
            refused = self._desk.change(write.remote_id, fields)
            if refused is None:
                break
            first = first or refused
            if left.pop(_FIELDS.get(refused.field, ""), self) is self:
                break
        said = wanted.get("progress")
        if said:
            first = self._desk.comment(write.remote_id, OURS, str(said)) or first
        there = self._desk.ticket(write.remote_id)
        if there is None:
            return Outcome(write.op_id, "stale", why=_GONE)
        shown, before = mapping.record(there), mapping.record(ticket)
        if first is not None:
            return Outcome(write.op_id, "refused", shown, why=first.why, field=_FIELDS.get(first.field, ""))
        if said and str(shown.fields["progress"]).startswith(f"{said}\n"):
            # What somebody said just after it has yet to be heard: the next sync finds ours, and takes that.
            return Outcome(write.op_id, "unknown", why="somebody commented at the same time")
        for name, value in wanted.items():
            if same(shown.fields[name], value):
                continue
            if same(shown.fields[name], before.fields[name]):
                return Outcome(write.op_id, "refused", shown, why="the helpdesk did not take it", field=name)
            return Outcome(write.op_id, "stale", why=_STALE)
        return Outcome(write.op_id, "applied", shown)
