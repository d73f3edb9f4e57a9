"""Every class the store keeps, and how its records are named in the audit chain."""

from __future__ import annotations

from actiontrack.domain import ledger, nouns
from actiontrack.domain.nouns import Noun, Stored

SEPARATOR = "/"
"""Joins the parts of a key of several fields: a leg is "AT-7K3M-9QWX-2HFC/POL"."""


def noun_name(kind: type[Stored]) -> str:
    """The word for a class in tables, audit entries and JSON: `DateChange` → "date_change"."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in kind.__name__).lstrip("_")


def key_of(item: Stored) -> tuple[str, ...]:
    """The fields that name a record within its board, in the order of its class's `key`."""
    return tuple(getattr(item, name) for name in type(item).key)


def ref_of(item: Noun) -> str:
    """The record's name in the audit chain."""
    return SEPARATOR.join(key_of(item))


def split_ref(kind: type[Noun], ref: str) -> tuple[str, ...]:
    """The key that a name in the audit chain stands for; only the last part may hold a separator itself."""
    return tuple(ref.split(SEPARATOR, len(kind.key) - 1))


NOUNS: dict[str, type[Noun]] = {
    noun_name(kind): kind
    for kind in (
        nouns.Agency,
        nouns.Meeting,
        nouns.Review,
        nouns.KeyPracticeEpisode,
        nouns.Finding,
        nouns.Recommendation,
        nouns.Action,
        nouns.Leg,
        nouns.Update,
        nouns.Comment,
        nouns.Evidence,
        nouns.SignOff,
        nouns.ImpactCheck,
        nouns.Decision,
        nouns.DateChange,
        nouns.SweepBatch,
    )
}
"""The records of the domain, by name: each change of one is an audit entry."""

LEDGERS: dict[str, type[Stored]] = {
    noun_name(kind): kind
    for kind in (
        ledger.Instance,
        ledger.Link,
        ledger.Intent,
        ledger.Conflict,
        ledger.Proposal,
        ledger.StoredIssue,
        ledger.Run,
        ledger.Lease,
        ledger.Escalation,
        ledger.Send,
        ledger.JobRun,
        ledger.Setting,
    )
}
"""The bookkeeping, by name."""
