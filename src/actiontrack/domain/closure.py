"""What a recommendation needs before it may be closed: its kind decides."""

from __future__ import annotations

from collections.abc import Sequence

from actiontrack.domain.nouns import Action, Recommendation
from actiontrack.domain.vocabulary import CLOSED_STATUSES, Kind, Response, Status

_DONE = frozenset({Status.VERIFIED, Status.EMBEDDED})


def missing_for_closure(recommendation: Recommendation, actions: Sequence[Action]) -> list[str]:
    """What is missing, in sentences; empty where it may be closed. `actions` are those that answer it.

    clear_cut: its actions done on evidence, and none open. competing_priorities: a recorded decision with reasons.
    needs_research: a referral with its reasons and the date it comes back.
    """
    missing = []
    if recommendation.kind is Kind.CLEAR_CUT:
        open_refs = [action.ref for action in actions if action.status not in _DONE | CLOSED_STATUSES]
        if open_refs:
            missing.append(f"Still open: {', '.join(open_refs)}.")
        elif not any(action.status in _DONE for action in actions):
            missing.append("No action for it has been verified on evidence.")
        return missing
    if not recommendation.response_reasons.strip():
        missing.append("The Board's reasons are not recorded.")
    if recommendation.kind is Kind.COMPETING_PRIORITIES:
        if recommendation.response is Response.AWAITING:
            missing.append("The Board has not decided.")
        if not recommendation.decided_at:
            missing.append("The meeting that decided is not recorded.")
        return missing
    if recommendation.response is not Response.REFERRED_ELSEWHERE:
        missing.append("It has not been referred.")
    if recommendation.review_by is None:
        missing.append("There is no date on which the referral comes back.")
    return missing
