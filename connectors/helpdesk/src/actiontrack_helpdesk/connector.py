"""One queue of django-helpdesk, as the connector port has it."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Iterator, Mapping

from actiontrack.api import (
    Batch,
    Capabilities,
    InstanceContext,
    Observation,
    Outcome,
    Problem,
    Record,
    UserError,
    basic_auth,
)
from actiontrack_helpdesk.client import Helpdesk, Ticket
from actiontrack_helpdesk.mapping import (
    COLUMNS,
    MARK,
    REF,
    TEXT,
    WORDS,
    TicketMapping,
    op_id_of,
)
from actiontrack_helpdesk.options import HelpdeskOptions
from actiontrack_helpdesk.writing import Writer


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
        web.session.auth = basic_auth(self._options.user, self._context.secret(self._options.password))
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
            allowed={"status": mapping.words},
            limits={"text": longest},
            words={"status": {word: WORDS[word] for word in mapping.words if word in WORDS}},
            setup=("Each action becomes a ticket of the queue; its own tickets are left alone.",),
        )

    def unchanged(self, mark: str) -> str:
        """It tells of no change."""
        return ""

    def apply(self, batch: Batch) -> Iterator[Outcome]:
        """Changes one after the other, new tickets fifty at a time."""
        if not batch.writes:
            return
        mapping, _ = self._form()
        yield from Writer(self._desk, self._options.queue, mapping).write(batch.writes)

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
        ours = self._options.adopt or op_id_of(ticket) or ticket.get(REF)
        return ticket["queue"] == self._options.queue and bool(ours)
