"""The built-in rule for closing a recommendation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from actiontrack.api import hookimpl

if TYPE_CHECKING:
    from datetime import date

    from actiontrack.api import Action, Decision, Recommendation


@hookimpl(trylast=True)
def decide_closure(
    recommendation: Recommendation, actions: Sequence[Action], decisions: Sequence[Decision], as_at: date
) -> list[str]:
    """By the recommendation's kind and the Board's answer."""
    from actiontrack.domain.closure import missing_for_closure

    return missing_for_closure(recommendation, actions, decisions, as_at)
