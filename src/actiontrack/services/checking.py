"""Ask the plugins what a person should mend in the records."""

from __future__ import annotations

from typing import TypeVar

from actiontrack.domain.derived import LIVE_STATUSES
from actiontrack.domain.issue import Issue
from actiontrack.domain.nouns import Action, Evidence, Leg
from actiontrack.services.core import Core

T = TypeVar("T", Leg, Evidence)
_ASKED = {"check_action", "check_evidence"}


def check_records(core: Core) -> list[Issue]:
    """Every plugin's issues with live actions and their evidence; nothing is read where no plugin looks."""
    if not any(_ASKED.intersection(plugin.hooks) for plugin in core.hooks.plugins):
        return []
    with core.store.reading() as reader:
        actions = reader.find(Action, status=sorted(LIVE_STATUSES))
        refs = [action.ref for action in actions]
        legs = _by_action(reader.find(Leg, action=refs, active=True))
        evidence = _by_action(reader.find(Evidence, action=refs))
    issues = []
    for action in actions:
        pieces = evidence.get(action.ref, [])
        issues += core.hooks.check_action(action, legs.get(action.ref, []), pieces)
        for piece in pieces:
            issues += core.hooks.check_evidence(action, piece)
    return issues


def _by_action(items: list[T]) -> dict[str, list[T]]:
    held: dict[str, list[T]] = {}
    for item in items:
        held.setdefault(item.action, []).append(item)
    return held
