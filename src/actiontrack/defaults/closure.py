"""The built-in rule for closing a recommendation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from actiontrack.api import hookimpl

if TYPE_CHECKING:
    from actiontrack.api import Action, Recommendation


@hookimpl(trylast=True)
def decide_closure(recommendation: Recommendation, actions: Sequence[Action]) -> list[str]:
    """By the recommendation's kind."""
    from actiontrack.domain.closure import missing_for_closure

    return missing_for_closure(recommendation, actions)
