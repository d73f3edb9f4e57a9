"""One queue of Request Tracker, as the connector port has it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from actiontrack.api import (
    Batch,
    Capabilities,
    CursorExpired,
    InstanceContext,
    InstanceSettings,
    Observation,
    Outcome,
    Problem,
    Record,
    SetUp,
    UserError,
)
from actiontrack_request_tracker.client import Tracker, quoted
from actiontrack_request_tracker.fields import ACTION_ID, BOARDS, CORE, CUSTOM, KEYS, MARK, TITLE_TEXT, USUAL
from actiontrack_request_tracker.mapping import TicketMapping
from actiontrack_request_tracker.options import TrackerOptions
from actiontrack_request_tracker.setting_up import Wanted, set_up
from actiontrack_request_tracker.writing import Writing

_FEED = 50
"""Transactions that a cursor reaches back, and a mark remembers: a lower id may be committed after a higher one."""
_OURS = f"CF.{{{ACTION_ID}}} IS NOT NULL"


class TrackerConnector:
    """`ports.Connector` for one queue."""

    def __init__(self, options: TrackerOptions, settings: InstanceSettings, context: InstanceContext) -> None:
        self._options = options
        self._context = context
        self._own_words = settings.values.get("status", {})
        self._board = not settings.agency
        self._platform = settings.platform
        self._reviews_queue = ""
        self._tracker: Tracker | None = None
        self._mapping: TicketMapping | None = None

    def __repr__(self) -> str:
        return f"TrackerConnector({self._options.url!r}, {self._options.queue!r})"

    def capabilities(self) -> Capabilities:
        """It reads what it writes; a ticket carries the op_id of its create."""
        fields = frozenset({*CORE, *CUSTOM, *(BOARDS if self._board else ())})
        return Capabilities(
            reads=fields, writes=fields, cursor=True, reports_deletions=True, concurrency="compare", marks=True,
            idempotent=True, rate=self._options.rate,
        )  # fmt: skip

    # --- reading ----------------------------------------------------------------------------------------------------

    def observe(self, cursor: str, columns: Mapping[str, str]) -> Observation:
        """Every ticket of ours in the queue, or those that changed since the cursor."""
        queue, present, problems = self._queue()
        mapping = self._mapped(present)
        newest = self.tracker.newest(self._options.queue, _FEED)
        after, known = self._since(cursor)
        if cursor:
            changes = list(self.tracker.transactions_since(self._options.queue, after))
            changed = {str(each["ObjectId"]) for each in changes if str(each["id"]) not in known}
            tickets = list(self.tracker.some_tickets(changed, self._ours()))
            newest = sorted({*newest, *(str(each["id"]) for each in changes)}, key=int, reverse=True)[:_FEED]
        else:
            changed = set()
            tickets = list(self.tracker.tickets(self._ours()))
        records = [mapping.record(each) for each in tickets]
        words = self._words(str(queue.get("Lifecycle") or ""))
        return Observation(
            records=records,
            proof=_digest([f"{each.remote_id} {each.version}" for each in records]),
            source=f"{self._options.url.rstrip('/')}/#{self._options.queue}",
            complete=not cursor,
            cursor=f"{self._asked()}:{','.join(newest)}",
            gone=sorted(changed - {each.remote_id for each in records}, key=int),
            columns=mapping.columns,
            writable=frozenset(mapping.columns),
            allowed={"status": list(dict.fromkeys([*self._own_words, *words]))} if words else {},
            limits=mapping.limits,
            words={"status": words},
            problems=problems,
            setup=(f"Actions become tickets of the queue “{self._options.queue}”; no ticket is ever deleted.",),
            mark=lambda: self._mark(newest),
        )

    def unchanged(self, mark: str) -> str:
        """The newest transactions are the same: one question."""
        return mark if mark == self._mark(self.tracker.newest(self._options.queue, _FEED)) else ""

    def find(self, op_id: str) -> Record | None:
        """The ticket that this create made."""
        query = f"Queue = {quoted(self._options.queue)} AND CF.{{{MARK}}} LIKE {quoted(op_id)}"
        mapping = self._known_mapping()
        records = [mapping.record(each) for each in self.tracker.tickets(query)]
        return next((each for each in records if each.op_id == op_id), None)

    # --- writing ----------------------------------------------------------------------------------------------------

    def apply(self, batch: Batch) -> Iterator[Outcome]:
        """Send the writes: changes one by one, new tickets several at once."""
        if not batch.writes:
            return
        options = self._options
        writing = Writing(self.tracker, options.queue, options.user, self._known_mapping(), self._links())
        yield from writing.update([each for each in batch.writes if not each.creates])
        yield from writing.create([each for each in batch.writes if each.creates])

    # --- the doctor -------------------------------------------------------------------------------------------------

    def check(self) -> Iterable[Problem]:
        """Reach, sign in, see the queue and its fields, make tickets, and reckon time alike."""
        queue, _, problems = self._queue()
        yield from problems
        links = [str(each.get("ref")) for each in queue.get("_hyperlinks") or ()]
        if "create" not in links:
            yield Problem(
                f"its user may not make tickets in the queue “{self._options.queue}”",
                "grant it CreateTicket and ModifyTicket there; " + self._set_up_hint(),
            )
        zone = self.tracker.zone(self._options.user)
        if zone not in ("", "UTC"):
            yield Problem(
                f"its user {self._options.user} is in the time zone {zone} there, and RT takes and shows times in it",
                "set that user's time zone to UTC; " + self._set_up_hint(),
            )

    # --- set-up -----------------------------------------------------------------------------------------------------

    def set_up(self, hook: str = "") -> SetUp:
        """What the queue needs, whether it is there, and the script that makes it."""
        wanted = Wanted(self._options.queue, self._options.user, self._reviews_queue, hook, self._board)
        return set_up(wanted, lambda: self.tracker)

    # --- inside -----------------------------------------------------------------------------------------------------

    @property
    def tracker(self) -> Tracker:
        """The way there, made when it is first needed."""
        if self._tracker is None:
            options, context = self._options, self._context
            web = context.web(options.url, options.rate, options.ca)
            if options.token:
                self._tracker = Tracker(web, token=context.secret(options.token))
            else:
                self._tracker = Tracker(web, user=options.user, password=context.secret(options.password))
        return self._tracker

    def _queue(self) -> tuple[Mapping[str, Any], frozenset[str], list[Problem]]:
        """The queue, the names of its custom fields, and which it lacks. Raises UserError without the keys."""
        name = self._options.queue
        queue = self.tracker.queue(name)
        if queue is None:
            raise UserError(f"Request Tracker has no queue “{name}” that its user may see; {self._set_up_hint()}")
        present = frozenset(str(each["name"]) for each in queue.get("TicketCustomFields") or ())
        lacking = [each.name for each in KEYS if each.name not in present]
        if lacking:
            raise UserError(f"the queue “{name}” has no field “{lacking[0]}”; {self._set_up_hint()}")
        wanted = [TITLE_TEXT, *CUSTOM.values(), *(BOARDS.values() if self._board else ())]
        lacking = [each.name for each in wanted if each.name not in present]
        problems = []
        if lacking:
            told = ", ".join(f"“{each}”" for each in lacking)
            text = f"the queue “{name}” has no field {told}: nothing of it is synced"
            problems.append(Problem(text, self._set_up_hint()))
        return queue, present, problems

    def _set_up_hint(self) -> str:
        which = "" if self._platform else f" --instance {self._context.name}"
        return f"`actiontrack platform setup request-tracker{which}` prepares it"

    def _links(self) -> Mapping[str, str]:
        """Review → the ticket that an action of it is linked to."""
        return {}

    def _mapped(self, present: frozenset[str]) -> TicketMapping:
        self._mapping = TicketMapping(present, self._context.timezone, board=self._board)
        return self._mapping

    def _known_mapping(self) -> TicketMapping:
        """That of the last observation: the queue is not asked again for every write."""
        return self._mapping or self._mapped(self._queue()[1])

    def _ours(self) -> str:
        """The tickets that are told: ours, and those that are to be proposed."""
        queue = f"Queue = {quoted(self._options.queue)}"
        if self._options.adopt == "all":
            return queue
        also = f" OR ({self._options.adopt})" if self._options.adopt else ""
        return f"{queue} AND ({_OURS}{also})"

    def _asked(self) -> str:
        """Changes with what is asked for: what was heard of other tickets tells nothing of these."""
        return _digest([self._ours()])[:8]

    def _mark(self, newest: Sequence[str]) -> str:
        return _digest([self._asked(), *newest])

    def _since(self, cursor: str) -> tuple[int, frozenset[str]]:
        """The transaction to read on from, and those above it that were heard already. Raises CursorExpired."""
        asked, _, heard = cursor.partition(":")
        if cursor and asked != self._asked():
            raise CursorExpired("other tickets are asked for than before")
        ids = [each for each in heard.split(",") if each]
        return (int(ids[-1]) - 1 if ids else 0), frozenset(ids)

    def _words(self, lifecycle: str) -> dict[str, str]:
        known = USUAL.get(lifecycle)
        return dict(known) if known is not None else {}


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
