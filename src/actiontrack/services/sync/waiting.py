"""What waits for a person's answer: the open conflicts and proposals, as they are told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from actiontrack.domain.ledger import Conflict, Proposal
from actiontrack.domain.nouns import Action
from actiontrack.ports import Reader
from actiontrack.services.core import Core


def conflicts(core: Core, action: str = "") -> list[dict[str, Any]]:
    """The open conflicts, oldest first; of one action where given."""
    with core.store.reading() as reader:
        found = reader.find(Conflict, closed_at=None)
        answering = _answering(reader, found) if action else {}
        return [
            conflict_shown(each)
            for each in sorted(found, key=lambda each: (each.since, each.id))
            if not action or each.action == action or action in answering.get(each.target, ())
        ]


def _answering(reader: Reader, found: Iterable[Conflict]) -> dict[str, set[str]]:
    """Recommendation → the actions that answer it, for conflicts about recommendations."""
    wanted = {each.target for each in found if each.noun == "recommendation"}
    answering: dict[str, set[str]] = {}
    if wanted:
        for ref, answers in reader.pick(Action, ("ref", "recommendations")):
            for target in wanted & set(answers):
                answering.setdefault(target, set()).add(ref)
    return answering


def conflict_shown(each: Conflict) -> dict[str, Any]:
    """As `conflict list --json` prints it; `theirs` is the first instance's, `sides` has every one."""
    connector = min(each.sides, default="")
    return {
        "id": each.id,
        "ref": each.target if each.noun == "recommendation" else each.action,
        "field": each.field,
        "base": each.base,
        "ours": each.ours,
        "theirs": each.sides.get(connector),
        "connector": connector,
        "since": each.since.isoformat(),
        "sides": dict(sorted(each.sides.items())),
    }


def proposals(core: Core, action: str = "") -> list[dict[str, Any]]:
    """The open proposals, oldest first; of one action where given."""
    where: dict[str, Any] = {"closed_at": None} | ({"action": action} if action else {})
    with core.store.reading() as reader:
        found = sorted(reader.find(Proposal, **where), key=lambda each: (each.since, each.id))
    return [proposal_shown(each) for each in found]


def proposal_shown(each: Proposal) -> dict[str, Any]:
    """As `proposal list --json` prints it."""
    return {
        "id": each.id,
        "kind": each.kind.value,
        "ref": each.action,
        "field": each.field,
        "from": each.from_value,
        "to": each.to_value,
        "by": each.by,
        "connector": each.instance,
        "since": each.since.isoformat(),
        "reason": each.reason,
        "why": each.why,
    }
