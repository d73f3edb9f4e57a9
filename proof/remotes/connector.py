"""The connector to a simulated system: the real port, written as the author of a good connector would write it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from actiontrack.errors import CursorExpired, RetryableError
from actiontrack.ports import Batch, Capabilities, Observation, Outcome, Plain, Problem, Record, Write
from proof.remotes.faults import Fault, Phase, Weather, refusal
from proof.remotes.system import FIELDS, KEPT_CURSOR, System, Ticket

PAGE = 3
OVERLAP = 120
"""Seconds that a cursor reaches back: longer than any replica lags."""
MOST_BEHIND = 90


def _nothing(moment: str) -> None:
    """Nothing happens meanwhile."""


def _at_once() -> None:
    """It declares no rate."""


def _in_time() -> bool:
    """It is the only one at work."""
    return False


@dataclass
class SimConnector:
    """One door to one system (`ports.Connector`). `meanwhile` is told each moment of a request."""

    system: System
    weather: Weather = field(default_factory=Weather)
    meanwhile: Callable[[str], None] = _nothing
    pace: Callable[[], None] = _at_once
    """Returns once one request more may be sent."""
    worker: int = 0
    late: Callable[[], bool] = _in_time
    """Whether another worker has taken over."""

    def capabilities(self) -> Capabilities:
        """As the system's traits say."""
        traits = self.system.traits
        return Capabilities(
            reads=frozenset(FIELDS), writes=frozenset(FIELDS), cursor=traits.cursor,
            reports_deletions=traits.reports_deletions,
            concurrency="weak" if traits.control == "none" else traits.control,
            marks=traits.creates == "marks", idempotent=traits.creates == "idempotent", rate=traits.rate,
        )  # fmt: skip

    # --- reading ------------------------------------------------------------------------------------------------------

    def observe(self, cursor: str, columns: Mapping[str, str]) -> Observation:
        """All tickets, or those changed since the cursor; page by page."""
        system = self.system
        since = int(cursor) if cursor and system.traits.cursor else None
        if since is not None and system.seconds() - since > KEPT_CURSOR.total_seconds():
            raise CursorExpired("The cursor is too old.")
        following = str(system.seconds() - OVERLAP)
        tickets = [each for each in system.now.values() if since is None or each.changed >= since]
        fields = [name for name in FIELDS if name != system.missing_field]
        shown = [each for each in tickets if not each.gone]
        pages = [shown[at : at + PAGE] for at in range(0, len(shown), PAGE)] or [[]]
        for at in range(len(pages)):
            fault = self._request("read", listens=since is not None)
            if fault is None:
                continue
            if fault.kind == "field gone":
                fields = [name for name in fields if name != "priority"]
            elif fault.kind == "behind":
                tickets, pages = self._behind(since, fault)
                break
            else:
                pages = self._flawed(pages, at, fault)
        records = [self._record(each, fields) for page in pages for each in page]
        gone = (
            [each.id for each in tickets if each.gone] if system.traits.reports_deletions and since is not None else []
        )
        return Observation(
            records=records, proof=f"{len(records)} of {len(records)}", source=f"https://{system.name}.example.org",
            complete=since is None, cursor=following if system.traits.cursor else "", gone=gone,
            columns={name: name for name in fields}, writable=frozenset(fields),
        )  # fmt: skip

    def _behind(self, since: int | None, fault: Fault) -> tuple[list[Ticket], list[list[Ticket]]]:
        """A replica that has not heard of the newest changes."""
        shown = self.system.as_of(1 + fault.how % MOST_BEHIND)
        shown = [each for each in shown if since is None or each.changed >= since]
        return shown, [[each for each in shown if not each.gone]]

    @staticmethod
    def _flawed(pages: list[list[Ticket]], at: int, fault: Fault) -> list[list[Ticket]]:
        """Pages as they arrive: short, twice, in another order, or none, and every one says that all went well."""
        if fault.kind == "short page":
            return [page[: len(page) // 2] if number == at else page for number, page in enumerate(pages)]
        if fault.kind == "page twice":
            return [*pages, pages[at]]
        if fault.kind == "reordered":
            mixed = [each for page in pages for each in page]
            random.Random(fault.how).shuffle(mixed)
            return [mixed]
        return [[] for _ in pages] if fault.kind == "empty" else pages

    def unchanged(self, mark: str) -> str:
        """It can't tell without reading."""
        return ""

    def find(self, op_id: str) -> Record | None:
        """The ticket that carries this mark."""
        self._request("read")
        for each in self.system.live():
            if op_id and each.op_id == op_id:
                return self._record(each, FIELDS)
        return None

    def check(self) -> Iterable[Problem]:
        """Nothing to tell."""
        return ()

    def _record(self, ticket: Ticket, fields: Sequence[str]) -> Record:
        values = {name: ticket.values.get(name) for name in fields}
        return Record(ticket.id, values, self.system.version(ticket), op_id=ticket.op_id)

    # --- writing ------------------------------------------------------------------------------------------------------

    def apply(self, batch: Batch) -> Iterator[Outcome]:
        """Each write by itself."""
        for write in batch.writes:
            self.meanwhile("before a write")
            outcome = self._send(write)
            self.meanwhile("after a write")
            yield outcome

    def _send(self, write: Write) -> Outcome:
        fault = self._request("write")
        if fault is not None and fault.kind in ("409", "412"):
            return Outcome(write.op_id, "stale", why="somebody edited in the meantime")
        if fault is not None and fault.kind == "422":
            return Outcome(write.op_id, "refused", why="the system refuses the value")
        if not write.creates and self._moved(write):
            return Outcome(write.op_id, "stale", why="somebody edited in the meantime")
        raced = False
        if self.system.traits.control in ("weak", "none") and not write.creates:
            self.meanwhile("in the gap")
            raced = self._moved(write)
            if self.system.now[write.remote_id].gone:
                return Outcome(write.op_id, "stale", why="it is gone")
        values = write.after
        if fault is not None and fault.kind == "half" and not self.system.traits.whole:
            names = sorted(name for name in values if name in FIELDS or name == "ref")
            values = {name: values[name] for name in [*names[: 1 + len(names) // 2], "ref"] if name in values}
        if write.creates:
            ticket = self.system.create(values, write.op_id)
        else:
            ticket = self.system.write(write.remote_id, values, raced=raced)
        if self.late():
            self.system.late.add(ticket.id)
        if fault is not None and fault.kind == "no answer":
            return Outcome(write.op_id, "unknown", why="no answer came")
        if fault is not None and fault.kind in ("time-out after", "half"):
            raise RetryableError("The system does not answer.")
        return Outcome(write.op_id, "applied", self._record(ticket, FIELDS))

    def _moved(self, write: Write) -> bool:
        """Whether the ticket is no more what the write was planned upon, by what its control can tell."""
        ticket = self.system.now.get(write.remote_id)
        if ticket is None or ticket.gone:
            return True
        if self.system.traits.control == "strong":
            return self.system.version(ticket) != write.version
        return any(_plain(ticket.values.get(name)) != _plain(value) for name, value in write.before.items())

    def _request(self, phase: Phase, *, listens: bool = False) -> Fault | None:
        """One request. What the server answers instead of doing anything is raised."""
        self.meanwhile(f"before a {phase} request")
        self.pace()
        self.system.requests.append((self.system.clock.now().timestamp(), self.worker))
        if phase == "write" and self.late():
            self.system.late_writes[self.worker] += 1
        fault = self.weather.strikes(phase)
        if fault is not None and (listens or fault.kind != "expired"):
            if fault.kind == "crash":
                raise ZeroDivisionError("a person's words")
            error = refusal(fault)
            if error is not None:
                raise error
        return fault


def _plain(value: Plain) -> str:
    return "" if value is None else str(value)
