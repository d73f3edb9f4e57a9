"""What a recommendation needs before it may be closed: its kind decides, and the Board's answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from actiontrack.domain.nouns import Action, Decision, Recommendation
from actiontrack.domain.vocabulary import AGREED_STATUSES, CLOSED_STATUSES, Kind, Response


def missing_for_closure(
    recommendation: Recommendation, actions: Sequence[Action], decisions: Sequence[Decision], as_at: date
) -> list[str]:
    """What is missing, in sentences; empty where it may be closed. `actions` answer it, `decisions` are about it.

    clear_cut: its actions done on evidence, and none open. competing_priorities: a recorded decision with reasons.
    needs_research: a referral with its reasons and the date it comes back. Whatever its kind, what is not accepted
    needs its reasons (Care Act 2014, Sch 2 para 4(1)(g)), and what is referred elsewhere comes back.
    """
    if recommendation.kind is Kind.COMPETING_PRIORITIES:
        return _for_decision(recommendation, decisions)
    if recommendation.response is Response.NOT_ACCEPTED:
        return _for_reasons(recommendation) + _still_open(actions)
    if recommendation.kind is Kind.NEEDS_RESEARCH or recommendation.response is Response.REFERRED_ELSEWHERE:
        return _for_referral(recommendation, as_at) + _still_open(actions)
    if still := _still_open(actions):
        return still
    done = any(action.status in AGREED_STATUSES for action in actions)
    return [] if done else ["No action for it has been verified on evidence."]


def needs_of_answer(recommendation: Recommendation) -> dict[str, str]:
    """What the Board's answer needs and lacks: by the field that is missing, a clause that says so.

    A no needs its reasons: the annual report has to state them (Care Act 2014, Sch 2 para 4(1)(g)). A referral of what
    needs research needs the day it comes back.
    """
    said, needs = recommendation.response, {}
    if said is Response.NOT_ACCEPTED and not recommendation.response_reasons.strip():
        needs["response_reasons"] = (
            "the answer not_accepted needs the Board's reasons (Care Act 2014, Sch 2 para 4(1)(g))"
        )
    referred = said is Response.REFERRED_ELSEWHERE and recommendation.kind is Kind.NEEDS_RESEARCH
    if referred and recommendation.review_by is None:
        needs["review_by"] = "a referral needs the day on which it comes back to the Board"
    return needs


def is_back(recommendation: Recommendation, as_at: date) -> bool:
    """Whether it was referred elsewhere until a day that has come: the Board is to answer it anew."""
    by = recommendation.review_by
    return recommendation.response is Response.REFERRED_ELSEWHERE and by is not None and by <= as_at


def _for_decision(recommendation: Recommendation, decisions: Sequence[Decision]) -> list[str]:
    missing = _for_reasons(recommendation)
    if recommendation.response is Response.AWAITING:
        missing.append("The Board has not decided.")
    if not any(each.outcome == recommendation.response.value and each.reasons.strip() for each in decisions):
        missing.append("The meeting that decided, and why, is not recorded (`actiontrack recommendation respond`).")
    return missing


def _for_referral(recommendation: Recommendation, as_at: date) -> list[str]:
    missing = _for_reasons(recommendation)
    if recommendation.response is not Response.REFERRED_ELSEWHERE:
        missing.append("It has not been referred; where it is clear by now what to do, change its kind.")
    if recommendation.review_by is None:
        missing.append("There is no date on which the referral comes back.")
    elif is_back(recommendation, as_at):
        missing.append(f"The referral came back on {recommendation.review_by}: the Board is to answer it anew.")
    return missing


def _for_reasons(recommendation: Recommendation) -> list[str]:
    return [] if recommendation.response_reasons.strip() else ["The Board's reasons are not recorded."]


def _still_open(actions: Sequence[Action]) -> list[str]:
    open_refs = [action.ref for action in actions if action.status not in AGREED_STATUSES | CLOSED_STATUSES]
    return [f"Still open: {', '.join(open_refs)}."] if open_refs else []
