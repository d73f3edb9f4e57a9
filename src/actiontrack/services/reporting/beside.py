"""What a report tells that the audit chain does not hold, kept so that the report can be made again byte for byte.

Records are rebuilt from the chain as they were at any entry. What stands beside it moves on: a proposal is answered and
its reason written over, a conflict is settled, a row is mended, a workbook is read again, an agency is called otherwise
in the configuration. So a report that is written keeps these few things as it told them, by what they say: `ENTRY/KEY`
names the entry and them. It is a ledger, and no part of the chain.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from actiontrack.domain.ledger import KEPT_BESIDE, Conflict, Instance, Proposal, ProposalKind, Setting, StoredIssue
from actiontrack.domain.lifecycle import BOARD_STATUSES
from actiontrack.domain.report import Report, key_of
from actiontrack.domain.vocabulary import Response, Status
from actiontrack.errors import UserError
from actiontrack.ports import Reader
from actiontrack.services.core import Core

Dated = TypeVar("Dated", Proposal, Conflict)

CLOSING = frozenset(status.value for status in BOARD_STATUSES - {Status.EVIDENCE_QUERIED})
REFUSING = frozenset({Response.NOT_ACCEPTED.value, Response.REFERRED_ELSEWHERE.value})
_TOLD = ("id", "kind", "instance", "action", "field", "from_value", "to_value", "by", "reason", "since")
"""The fields of a proposal that a report may tell."""


@dataclass(frozen=True, slots=True)
class Again:
    """An audit entry that a report is made from, and the key of what stood beside it ("": as it was told last)."""

    entry: int
    key: str = ""


AtEntry = int | Again | None
"""None: the present."""


@dataclass(frozen=True, slots=True)
class Beside:
    """`names` are the configuration's, agency code → name; `proposals` those that are put to the Board itself.

    `sources` has a row an instance: its name, the day it was read (None: again since the report's day) and its hash.
    """

    names: Mapping[str, str]
    proposals: Sequence[Proposal] = ()
    new: int = 0
    others: int = 0
    conflicts: int = 0
    held_back: int = 0
    sources: Sequence[tuple[str, date | None, str]] = ()

    def text(self) -> str:
        """As it is kept: the same things give the same text."""
        told = {
            "names": dict(self.names),
            "proposals": [each.model_dump(mode="json", include=set(_TOLD)) for each in self.proposals],
            "new": self.new,
            "others": self.others,
            "conflicts": self.conflicts,
            "held_back": self.held_back,
            "sources": [[name, read.isoformat() if read else None, proof] for name, read, proof in self.sources],
        }
        return json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _from_text(text: str) -> Beside:
    told = json.loads(text)
    return Beside(
        names=told["names"],
        proposals=[Proposal.model_validate(each) for each in told["proposals"]],
        new=told["new"],
        others=told["others"],
        conflicts=told["conflicts"],
        held_back=told["held_back"],
        sources=[(name, date.fromisoformat(read) if read else None, proof) for name, read, proof in told["sources"]],
    )


def names_now(core: Core) -> Beside:
    """Of a report that tells names alone."""
    return Beside({agency.code: agency.name for agency in core.agencies})


def all_now(core: Core, reader: Reader, zone: ZoneInfo, by: datetime) -> Beside:
    """What stands there now; nothing newer than `by` counts."""
    proposals = _open(reader.find(Proposal), by)
    told = [each for each in proposals if is_put_to_board(each)]
    kinds = Counter(each.kind for each in proposals)
    return Beside(
        names=names_now(core).names,
        proposals=told,
        new=kinds[ProposalKind.NEW],
        others=len(proposals) - len(told) - kinds[ProposalKind.NEW],
        conflicts=len(_open(reader.find(Conflict), by)),
        held_back=sum(issue.quarantines and issue.since <= by for issue in reader.find(StoredIssue)),
        sources=[_source(each, zone, by) for each in reader.find(Instance) if each.adopted_at or each.seen_at],
    )


def _source(instance: Instance, zone: ZoneInfo, by: datetime) -> tuple[str, date | None, str]:
    """A hash newer than the report's day is not told."""
    if instance.seen_at is None or instance.seen_at > by:
        return instance.name, None, ""
    return instance.name, instance.seen_at.astimezone(zone).date(), instance.proof


def _open(found: Iterable[Dated], by: datetime) -> list[Dated]:
    return [item for item in found if item.since <= by and (item.closed_at is None or item.closed_at > by)]


def is_put_to_board(proposal: Proposal) -> bool:
    """Whether a meeting decides it. What its owner answers without one is an edit, a new row, a repair."""
    if proposal.kind in (ProposalKind.EXTEND, ProposalKind.REMOVE):
        return True
    if proposal.kind is not ProposalKind.EDIT:
        return False
    closing = proposal.field == "status" and proposal.to_value in CLOSING
    return closing or (proposal.field == "response" and proposal.to_value in REFUSING)


# --- keeping --------------------------------------------------------------------------------------------------------


def kept(reader: Reader, report: str, as_at: date, again: Again | None) -> Beside | None:
    """What a report of that name, day and entry told, where one was written. Raises UserError for a key of none."""
    if again is None:
        return None
    newest = reader.get(Setting, _newest(report, again.entry, as_at))
    key = again.key or (newest.value if newest else "")
    found = reader.get(Setting, _row(key)) if key else None
    if found is None and again.key:
        raise UserError(
            f"No report is known that was made from {again.entry}/{again.key}: give what it prints of itself, "
            f"or {again.entry} alone."
        )
    return _from_text(found.value) if found else None


def keep(core: Core, report: Report) -> None:
    """Keep what the report tells beside the chain. Whoever hands a report out calls this; `write_report` does."""
    if not report.beside:
        return
    rows = (
        Setting(name=_row(key_of(report.beside)), value=report.beside),
        Setting(name=_newest(report.name, report.position, report.as_at), value=key_of(report.beside)),
    )
    with core.store.reading() as reader:
        if all(reader.get(Setting, row.name) == row for row in rows):
            return
    with core.store.writing("report", "report") as writer:
        writer.put(*rows)


def _row(key: str) -> str:
    return KEPT_BESIDE + key


def _newest(report: str, position: int, as_at: date) -> str:
    return f"report:{report}:{position}:{as_at.isoformat()}"


def as_again(at_entry: AtEntry) -> Again | None:
    """However the entry was given."""
    return Again(at_entry) if isinstance(at_entry, int) else at_entry
