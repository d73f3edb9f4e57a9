"""The Board's decisions and escalations, told on the platform as comments, each exactly once.

What is owed is noted before it is sent, with a key that the comment carries: after a lost answer it is looked for
there, and only then sent again. At the first sync with a platform everything before it counts as told.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from actiontrack.domain.escalation import IMPACT_CHECK, REFERRAL
from actiontrack.domain.fields import FIELDS, words
from actiontrack.domain.ledger import Escalation, Link, Proposal, ProposalKind, Send, SendState, Setting
from actiontrack.domain.nouns import Action
from actiontrack.domain.report import day_in_words
from actiontrack.domain.vocabulary import CLOSED_STATUSES, Status
from actiontrack.ports import AuditEntry, Platform, Reader
from actiontrack.services.core import Core
from actiontrack.services.telling.message import PLATFORM

_ANSWERS = ("accepted", "refused")
_TOLD = frozenset({*CLOSED_STATUSES, Status.VERIFIED, Status.EVIDENCE_QUERIED})
"""Statuses that the Board gives."""


def tell_decisions(core: Core, platform: Platform, who: str) -> None:
    """Comment on what was decided since the last time. Raises as `Connector.apply`; what is not sent then is later."""
    name = core.platform
    with core.store.writing(who, f"tell:{name}") as writer:
        writer.put(*_newly_owed(core, writer, name))
        store = writer.get(Setting, "store_id")
    with core.store.reading() as reader:
        owed = [
            (each, link.remote_id, _text(reader, each.kind))
            for each in reader.find(Send, person=_person(name), sent_at=None)
            if (link := reader.get(Link, name, each.refs[0])) is not None and link.remote_id
        ]
    for send, remote_id, text in owed:
        if text:
            platform.comment(remote_id, text, f"{store.value if store else ''}:{send.kind}")
        with core.store.writing(who, f"tell:{name}") as writer:
            writer.put(send.model_copy(update={"sent_at": core.clock.now(), "state": SendState.SENT}))


def _person(name: str) -> str:
    return f"{PLATFORM}{name}"


def _newly_owed(core: Core, reader: Reader, name: str) -> Iterator[Send | Setting]:
    """What is owed beside what was, and how far was looked; the first time all of it counts as told."""
    setting = reader.get(Setting, f"told:{name}")
    first, now = setting is None, core.clock.now()
    known = {each.kind for each in reader.find(Send, person=_person(name))}
    for action, on, kind in _happened(reader, name, reader.head() if setting is None else int(setting.value)):
        if kind not in known:
            told = {"sent_at": now, "state": SendState.SENT} if first else {}
            yield Send(person=_person(name), period=on, kind=kind, refs=(action,), at=now, **told)
    yield Setting(name=f"told:{name}", value=str(reader.head()))


def _happened(reader: Reader, name: str, position: int) -> Iterator[tuple[str, date, str]]:
    """(action, day, key) of each decision and escalation; of the audit's entries those after a position.

    A reminder is none, and a referral that is back is about a recommendation.
    """
    for proposal in reader.find(Proposal, how=_ANSWERS):
        if proposal.action and proposal.closed_at is not None:
            yield proposal.action, proposal.closed_at.date(), f"proposal:{proposal.id}"
    for entry in reader.entries(after=position, noun="action"):
        if _is_decision(entry, name):
            yield entry.ref, entry.at.date(), f"entry:{entry.position}"
    for each in reader.find(Escalation, state="raised"):
        if (each.days_overdue and each.level != REFERRAL) or each.level == IMPACT_CHECK:
            yield each.action, each.at.date(), f"escalation:{each.action}:{each.level}:{each.period}"


def _is_decision(entry: AuditEntry, name: str) -> bool:
    """Whether the Board gave the action a status of its own; on the platform itself everybody has seen it."""
    status = (entry.after or {}).get("status")
    return bool(status in _TOLD and entry.before is not None and entry.source != f"sync:{name}")


# --- in words -------------------------------------------------------------------------------------------------------


def _text(reader: Reader, kind: str) -> str:
    """What is said; "" where what it was about is not there any more."""
    what, _, key = kind.partition(":")
    if what == "proposal":
        proposal = reader.get(Proposal, key)
        return _of_proposal(proposal) if proposal else ""
    if what == "entry":
        entry = next(iter(reader.entries(after=int(key) - 1, upto=int(key))), None)
        decided = reader.get(Action, entry.ref) if entry else None
        return _of_status(entry, decided) if entry and decided else ""
    action, _, named = key.partition(":")
    level, _, period = named.rpartition(":")
    escalations = reader.find(Escalation, action=action, level=level, period=date.fromisoformat(period))
    if not escalations:
        return ""
    found = escalations[0]
    if found.level == IMPACT_CHECK:
        return found.why
    late = f" It is {found.days_overdue} days overdue." if found.days_overdue else ""
    return f"Escalated: {found.level}.{late}"


def _of_proposal(proposal: Proposal) -> str:
    agreed = proposal.how == "accepted"
    asked = f"asked by {proposal.by}" if proposal.by else "asked for"
    said = f"The Board {'agreed to' if agreed else 'refused'} {_what(proposal)} ({asked})."
    if proposal.field == "current_due" and not agreed and proposal.from_value:
        said += f" {_day(proposal.from_value)} stands."
    return f"{said} {proposal.reason}".strip()


def _what(proposal: Proposal) -> str:
    if proposal.kind is ProposalKind.REMOVE:
        return "leaving it out"
    if proposal.field == "current_due" and proposal.to_value:
        before = f" instead of {_day(proposal.from_value)}" if proposal.from_value else ""
        return f"{_day(proposal.to_value)} as its due date{before}"
    field = FIELDS.get(proposal.field)
    label = field.label.lower() if field else "record"
    return f"{'clearing' if proposal.kind is ProposalKind.CLEAR else 'a change of'} its {label}"


def _of_status(entry: AuditEntry, action: Action) -> str:
    status = str((entry.after or {}).get("status"))
    reason = f" {action.status_reason}" if action.status_reason and action.status == status else ""
    return f"The Board's decision: {words(status)}.{reason}"


def _day(value: Any) -> str:
    return day_in_words(date.fromisoformat(str(value)))
