"""Writing tickets, with what RT lacks for it made good.

RT compares an ETag before it changes a ticket, but not in one step with the change: of two writers both may win. And a
change that it refuses is answered with 200. So each ticket is read, changed as its ETag says, and looked at again: its
transactions since tell who wrote what. Where we wrote over what somebody had just written, it is put back, and the
write is stale: nobody's words are lost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from actiontrack.api import Outcome, Plain, Record, SkippableError, Write
from actiontrack_request_tracker.client import Moved, Tracker, quoted
from actiontrack_request_tracker.fields import ACTION_ID, CORE, MARK
from actiontrack_request_tracker.mapping import TicketMapping, alike, comparable, custom_values, field_names

_AT_ONCE = 10
"""Tickets made by one request, or changed before they are looked at again: RT may take a second for one."""
_LOOKED_FOR = 60
"""Tickets that are looked for by one request, before they are made and after: an address holds no more."""
_TRIES = 3
_MEANWHILE = "somebody changed it meanwhile"


@dataclass(frozen=True, slots=True)
class _Sent:
    """One ticket's change: what was sent, field of RT → value, and what RT said."""

    write: Write
    etag: int
    values: Mapping[str, str]
    said: Sequence[str]


class Writing:
    """The writes of one batch."""

    def __init__(
        self, tracker: Tracker, queue: str, user: str, mapping: TicketMapping, reviews: Mapping[str, str]
    ) -> None:
        """`user` is ours; `reviews`: review → the ticket of which an action of it is a member."""
        self._tracker = tracker
        self._queue = queue
        self._user = user
        self._mapping = mapping
        self._reviews = reviews

    # --- tickets that are there -------------------------------------------------------------------------------------

    def update(self, writes: Sequence[Write]) -> Iterator[Outcome]:
        """Change tickets; one outcome a write. Raises SkippableError for one that we may not see or change."""
        for at in range(0, len(writes), _AT_ONCE):
            sent = []
            trouble: SkippableError | None = None
            for write in writes[at : at + _AT_ONCE]:
                try:
                    done = self._change(write)
                except SkippableError as error:  # what went out before is told all the same
                    error.op_id, trouble = write.op_id, error
                    break
                if isinstance(done, Outcome):
                    yield done
                else:
                    sent.append(done)
            if sent:
                yield from self._judged(sent)
            if trouble is not None:
                raise trouble

    def _change(self, write: Write) -> Outcome | _Sent:
        """Read it, compare, change it: an outcome where that tells all, else what was sent."""
        ticket, etag = self._tracker.ticket(write.remote_id)
        now = self._mapping.record(ticket)
        moved = [name for name in write.after if name in write.before and not self._same(write.before[name], now, name)]
        if moved:
            return Outcome(write.op_id, "stale", now, _MEANWHILE, moved[0])
        custom = custom_values(ticket)
        after = {name: value for name, value in write.after.items() if not self._is_there(name, value, now, custom)}
        if not after:
            return Outcome(write.op_id, "applied", now)
        changes = self._mapping.changes(after, custom.get(MARK, ""))
        asked = changes.get("CustomFields", {})
        fresh = {remote: value for remote, value in asked.items() if custom.get(remote, "") != value}
        changes = {**changes, "CustomFields": fresh, **self._membership("AddMemberOf", after)}
        try:
            said = self._tracker.update(write.remote_id, changes, etag)
        except Moved:
            return Outcome(write.op_id, "stale", now, _MEANWHILE)
        return _Sent(write, int(etag or 0), _flat(changes), said)

    def _judged(self, sent: Sequence[_Sent]) -> Iterator[Outcome]:
        """What became of changes, by what the tickets show now and by what was done to them since."""
        ids = [each.write.remote_id for each in sent]
        history: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for change in self._tracker.transactions_of(ids, min(each.etag for each in sent)):
            history[str(change["ObjectId"])].append(change)
        shown = {str(each["id"]): each for each in self._tracker.some_tickets(ids, f"Queue = {quoted(self._queue)}")}
        for each in sent:
            ticket = shown.get(each.write.remote_id)
            if ticket is None:
                yield Outcome(each.write.op_id, "stale", None, "the ticket is not in the queue any more")
            else:
                changes = [one for one in history[each.write.remote_id] if int(one["id"]) > each.etag]
                yield self._verdict(each, ticket, changes)

    def _verdict(self, sent: _Sent, ticket: Mapping[str, Any], changes: Sequence[Mapping[str, Any]]) -> Outcome:
        raced = _races(sent.values, changes, field_names(ticket), self._user)
        if raced:
            now = {**ticket, **custom_values(ticket)}
            lost = {remote: value for remote, value in raced.items() if not alike(now.get(remote), value)}
            if lost:
                self._put_back(sent.write.remote_id, lost)
            return Outcome(sent.write.op_id, "stale", None, _MEANWHILE)
        record = self._mapping.record(ticket)
        for name, value in sent.write.after.items():
            if name != "ref" and not self._same(value, record, name):
                why = _why(name, self._mapping.columns[name], sent.said)
                return Outcome(sent.write.op_id, "refused", record, why, name)
        return Outcome(sent.write.op_id, "applied", record)

    def _is_there(self, name: str, value: Plain, now: Record, custom: Mapping[str, str]) -> bool:
        return custom.get(ACTION_ID) == value if name == "ref" else self._same(value, now, name)

    def _same(self, value: Plain, record: Record, name: str) -> bool:
        return self._mapping.alike(value, comparable(record.fields.get(name)))

    def _put_back(self, ticket_id: str, values: Mapping[str, str]) -> None:
        """What somebody wrote in the moment between, and we wrote over."""
        core = {name: value for name, value in values.items() if name in CORE.values()}
        custom = {name: value for name, value in values.items() if name not in CORE.values()}
        for _ in range(_TRIES):
            _, etag = self._tracker.ticket(ticket_id)
            try:
                self._tracker.update(ticket_id, {**core, "CustomFields": custom}, etag)
            except Moved:
                continue
            return

    # --- tickets that are not there yet -----------------------------------------------------------------------------

    def create(self, writes: Sequence[Write]) -> Iterator[Outcome]:
        """Make tickets, of actions that have none."""
        for at in range(0, len(writes), _LOOKED_FOR):
            some = writes[at : at + _LOOKED_FOR]
            there = self._there([str(each.after["ref"]) for each in some])
            fresh = [each for each in some if str(each.after["ref"]) not in there]
            made, refused = self._make(fresh)
            shown = {str(each["id"]): each for each in self._tracker.some_tickets(made.values())}
            for write in some:
                ref = str(write.after["ref"])
                if write.op_id in refused:
                    yield refused[write.op_id]
                elif write.op_id in made:
                    yield self._made(write, shown.get(made[write.op_id]))
                else:
                    yield self._found(write, there[ref])

    def _there(self, refs: Sequence[str]) -> dict[str, list[Record]]:
        """The tickets of the queue that carry these Action IDs."""
        found: dict[str, list[Record]] = defaultdict(list)
        wanted = " OR ".join(f"CF.{{{ACTION_ID}}} = {quoted(ref)}" for ref in refs)
        for ticket in self._tracker.tickets(f"Queue = {quoted(self._queue)} AND ({wanted})"):
            found[custom_values(ticket).get(ACTION_ID, "")].append(self._mapping.record(ticket))
        return found

    def _make(self, writes: Sequence[Write]) -> tuple[dict[str, str], dict[str, Outcome]]:
        """op_id → the id of its ticket, or why there is none."""
        made, refused = self._sent(writes, self._body)
        # Not every status may be the first: it is set by a later write.
        again = [write for write in writes if write.op_id in refused and "status" in write.after]
        more, still = self._sent(again, lambda write: {**self._body(write), "Status": None})
        return {**made, **more}, {op_id: refused[op_id] for op_id in refused if op_id not in more} | still

    def _sent(
        self, writes: Sequence[Write], body: Callable[[Write], dict[str, Any]]
    ) -> tuple[dict[str, str], dict[str, Outcome]]:
        made: dict[str, str] = {}
        refused: dict[str, Outcome] = {}
        for at in range(0, len(writes), _AT_ONCE):
            some = writes[at : at + _AT_ONCE]
            bodies = [{key: value for key, value in body(each).items() if value is not None} for each in some]
            for write, (ticket_id, why) in zip(some, self._tracker.create(bodies), strict=True):
                if ticket_id:
                    made[write.op_id] = ticket_id
                else:
                    refused[write.op_id] = Outcome(write.op_id, "refused", None, _told(why))
        return made, refused

    def _body(self, write: Write) -> dict[str, Any]:
        changes = self._mapping.changes(write.after, write.op_id)
        custom = {MARK: write.op_id, **changes.pop("CustomFields", {})}
        given = {name: value for name, value in custom.items() if value}
        title = {"Subject": str(write.after.get("ref") or "")}  # of one whose text is kept from them, people see that
        return {
            "Queue": self._queue,
            **title,
            **changes,
            "CustomFields": given,
            **self._membership("MemberOf", write.after),
        }

    def _membership(self, how: str, after: Mapping[str, Plain]) -> dict[str, str]:
        """The review's ticket, where a write names a review. (Other tickets it is a member of are people's.)"""
        ticket = self._reviews.get(str(after.get("review") or ""))
        return {how: ticket} if ticket else {}

    def _made(self, write: Write, ticket: Mapping[str, Any] | None) -> Outcome:
        if ticket is None:
            return Outcome(write.op_id, "unknown", None, "the ticket that was made can't be seen")
        return Outcome(write.op_id, "applied", self._mapping.record(ticket))

    def _found(self, write: Write, records: Sequence[Record]) -> Outcome:
        """A create that was sent before, or another's ticket with the same Action ID."""
        own = next((each for each in records if each.op_id == write.op_id), None)
        if own is not None:
            return Outcome(write.op_id, "applied", own)
        why = f"ticket {records[0].remote_id} carries its Action ID already; clear the field “{ACTION_ID}” there"
        return Outcome(write.op_id, "refused", None, why)


def _flat(changes: Mapping[str, Any]) -> dict[str, str]:
    core = {name: str(value) for name, value in changes.items() if name in CORE.values()}
    return {**core, **changes.get("CustomFields", {})}


def _races(
    sent: Mapping[str, str], changes: Sequence[Mapping[str, Any]], names: Mapping[str, str], user: str
) -> dict[str, str]:
    """What others wrote meanwhile into the fields that we wrote (the newest of each): field → value.

    In which order it came to the ticket nobody can tell: RT notes a change a moment after it made it. A value of our
    own user's in a field in which ours is not to be found is ours, as RT made it: reading it tells.
    """
    wrote = [(names.get(str(one.get("Field")), str(one.get("Field"))), one) for one in changes]
    values = [(remote, str(one.get("NewValue") or ""), _creator(one)) for remote, one in wrote if remote in sent]
    arrived = {remote for remote, value, _ in values if alike(value, sent[remote])}
    return {
        remote: value
        for remote, value, creator in values
        if not alike(value, sent[remote]) and (remote in arrived or creator != user)
    }


def _creator(change: Mapping[str, Any]) -> str:
    creator = change.get("Creator")
    return str(creator.get("id") or "") if isinstance(creator, dict) else ""


def _why(name: str, remote: str, said: Sequence[str]) -> str:
    """Why RT did not take a value, as far as it said so of a status; of texts it would repeat what people wrote."""
    told = " ".join(each for each in said if "status" in each.lower()) if name == "status" else ""
    return f"Request Tracker did not take {remote}{f': {told.rstrip(chr(46))}' if told else ''}"


def _told(why: str) -> str:
    return f"Request Tracker did not make the ticket{f': {why.rstrip(chr(46))}' if why else ''}"
