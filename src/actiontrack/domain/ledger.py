"""What the suite must remember to keep its promise: links and bases, intents, conflicts, proposals, issues, sends.

These are bookkeeping, not records of the domain: they are not chained in the audit log. JSON-valued fields hold
canonical values as `fields.to_json` writes them (dates as ISO text, sets as sorted lists).
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import Field

from actiontrack.domain.nouns import Stored

Values = dict[str, Any]
"""Field name → canonical JSON value."""


class Instance(Stored):
    """A connector instance as the store knows it: one row a configured name.

    An imported file is an instance named "import:PATH" that is only ever read.
    `source` is where it reads (a resolved path, a URL); `columns` the mapping (field → heading) agreed at adoption;
    `settled` the audit position up to which outbound changes were planned; `fingerprint` the configuration and mapping
    the digests were made with; `must_confirm` why it waits for an approval; `issued_to` the agency (a code) for which
    `workbook issue` made it without a line in the configuration; `agency` whose it was at its last sync; `still` what
    a sync that had nothing to do found, so that the next may find out that nothing has moved (services/sync/still.py).

    `keyed` is what a remote_id is there (`Observation.key`); `scanned_at` when everything was last read to its end.
    `failures` counts tries in a row that failed; `tried_at` and `retry_at` bound the time in which it is left in peace;
    `stopped` is the configuration (a digest) with which it refused to let us in, `stopped_why` what it said.
    """

    key: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    source: str = ""
    binding: str = ""
    adopted_at: datetime | None = None
    columns: Values = Field(default_factory=dict)
    fingerprint: str = ""
    proof: str = ""
    cursor: str = ""
    settled: int = 0
    must_confirm: str = ""
    seen_at: datetime | None = None
    issued_to: str = ""
    agency: str = ""
    still: Values = Field(default_factory=dict)
    keyed: str = ""
    scanned_at: datetime | None = None
    failures: int = 0
    tried_at: datetime | None = None
    retry_at: datetime | None = None
    stopped: str = ""
    stopped_why: str = ""


class LinkState(StrEnum):
    """Where a linked record stands."""

    PENDING = "pending"
    """The action is made; its id has not been seen in the record yet."""
    LIVE = "live"
    MISSING = "missing"
    LEFT_OUT = "left_out"
    """A person agreed that the record stays away."""


class Link(Stored):
    """One remote record ↔ one action, unique both ways within an instance.

    `base` is what both sides last agreed on, field by field; `seen` what was last read (canonical, also of fields that
    have no base); `digest` the connector's token of the record when it was last settled.
    `assumed` is what we set for a field the record held but we could not read.
    `outdated` has the tokens, a line each, the record had before our latest acknowledged writes, the last of which was
    at `outdated_at`; a read that shows one of them again soon after is older than that write; `outdated_reads` counts
    those. (After a blank line: tokens it had before it was read since.)
    `failures` counts writes in a row that could not go.
    """

    key: ClassVar[tuple[str, ...]] = ("instance", "action")

    instance: str
    action: str
    remote_id: str
    state: LinkState = LinkState.LIVE
    digest: str = ""
    base: Values = Field(default_factory=dict)
    seen: Values = Field(default_factory=dict)
    assumed: Values = Field(default_factory=dict)
    dirty: bool = False
    missing_since: datetime | None = None
    heard: Values = Field(default_factory=dict)
    """For each append-only field, the highest position this record's cell has shown or given (services/sync/append)."""
    row: int = 0
    outdated: str = ""
    outdated_at: datetime | None = None
    outdated_reads: int = 0
    failures: int = 0


class IntentState(StrEnum):
    """An outbound write's life."""

    INTENDED = "intended"
    ACKNOWLEDGED = "acknowledged"
    MERGED = "merged"
    """Superseded: somebody edited since; the merge takes over."""
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """No answer came: the next read tells whether it landed; of a create that none can find, a person."""


class Intent(Stored):
    """An outbound write, committed before it is sent. `op_id` is its idempotency key."""

    key: ClassVar[tuple[str, ...]] = ("op_id",)

    op_id: str
    instance: str
    action: str
    remote_id: str
    creates: bool = False
    before: Values = Field(default_factory=dict)
    after: Values = Field(default_factory=dict)
    state: IntentState = IntentState.INTENDED
    why: str = ""
    at: datetime
    ended_at: datetime | None = None


class Conflict(Stored):
    """Two sides changed one unit differently. Keyed (noun, target, field); freezes that field on every instance.

    `sides` maps each instance that disagrees to what it holds.
    """

    key: ClassVar[tuple[str, ...]] = ("id",)

    id: str
    noun: str = "action"
    target: str
    action: str
    field: str
    base: Any = None
    ours: Any = None
    sides: Values = Field(default_factory=dict)
    since: datetime
    closed_at: datetime | None = None
    how: str = ""


class ProposalKind(StrEnum):
    """What is asked for."""

    EDIT = "edit"
    NEW = "new"
    REMOVE = "remove"
    CLEAR = "clear"
    EXTEND = "extend"
    REPAIR = "repair"


class Proposal(Stored):
    """Something only its owner may decide. `instance` is "" when the command line asked."""

    key: ClassVar[tuple[str, ...]] = ("id",)

    id: str
    kind: ProposalKind
    instance: str = ""
    action: str = ""
    remote_id: str = ""
    field: str = ""
    from_value: Any = None
    to_value: Any = None
    by: str = ""
    reason: str = ""
    why: str = ""
    since: datetime
    closed_at: datetime | None = None
    how: str = ""


class StoredIssue(Stored):
    """An issue that stands open until it is mended: raised once, cleared by itself. `key` is (source, id)."""

    key: ClassVar[tuple[str, ...]] = ("source", "id")

    source: str
    id: str
    severity: str
    text: str
    do: str = ""
    sheet: str = ""
    cell: str = ""
    value: str = ""
    quarantines: bool = False
    since: datetime


class Run(Stored):
    """One sync run, with what it did (a ledger, not chained)."""

    ref: str
    started_at: datetime
    ended_at: datetime | None = None
    outcome: Values = Field(default_factory=dict)


class Lease(Stored):
    """Who works on what; `token` grows with each holder and fences off an older one."""

    key: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    holder: str
    token: int
    until: datetime


class Escalation(Stored):
    """A reminder or escalation owed, raised or passed: unique on (action, level, period)."""

    key: ClassVar[tuple[str, ...]] = ("action", "level", "period")

    action: str
    level: str
    period: date
    state: str
    """raised · passed (a higher level was reached first) · baseline (already passed at adoption)."""
    to: str = ""
    days_overdue: int = 0
    why: str = ""
    at: datetime


class SendState(StrEnum):
    """The life of what is told to one person."""

    WAITING = "waiting"
    """More may be added, until it is claimed."""
    CLAIMED = "claimed"
    """Its words are frozen and stay so, however often it has to be tried."""
    SENT = "sent"
    REFUSED = "refused"
    """It can't go as it is; kept, for a person to see to it."""
    NEEDLESS = "needless"
    """Nothing of it was left to tell when its time had come."""


class Send(Stored):
    """What was told to whom, unique on (person, period, kind): the outbox and its ledger.

    `person` is an address, or "platform:NAME" for comments on a platform. `words` is the message as it was frozen when
    it was claimed at `claimed_at` (services/telling/message.py). `attempts` counts tries, `retry_at` is when the next
    may come, `why` what the last one met with, or the receipt of the one that went; `way` the notifier's name.
    """

    key: ClassVar[tuple[str, ...]] = ("person", "period", "kind")

    person: str
    period: date
    kind: str
    refs: tuple[str, ...] = ()
    at: datetime
    sent_at: datetime | None = None
    state: SendState = SendState.WAITING
    words: Values = Field(default_factory=dict)
    claimed_at: datetime | None = None
    attempts: int = 0
    retry_at: datetime | None = None
    why: str = ""
    way: str = ""


class JobRun(Stored):
    """One slot of one scheduled job: unique, so that a restart neither repeats nor skips one."""

    key: ClassVar[tuple[str, ...]] = ("job", "slot")

    job: str
    slot: datetime
    started_at: datetime
    ended_at: datetime | None = None
    outcome: str = ""


KEPT_BESIDE = "beside:"
"""How the settings are called that keep what reports told beside the chain (services/reporting/beside.py)."""


class Setting(Stored):
    """What the store knows of itself (`store_id`, `restored_at` …)."""

    key: ClassVar[tuple[str, ...]] = ("name",)

    name: str
    value: str
