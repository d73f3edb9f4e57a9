"""Who may change what, and what a status asks for: domain.md's sentences, one `if` each."""

from __future__ import annotations

from collections.abc import Mapping

from proof.oracle.facts import LEG_WORDS, UNIT, Facts

_BOARDS_OWN = (
    "number", "recommendation_text", "response", "lead_agency", "agencies", "priority", "original_due", "comments",
)  # fmt: skip
_ENDED = ("closed_not_implemented", "superseded", "no_longer_applicable")
_NEEDS_A_REASON = ("closed_not_implemented", "no_longer_applicable")
_CLOSED = ("embedded", *_ENDED)


def is_owner(name: str, value: str, agency: str, facts: Facts, connected: set[str]) -> bool:
    """Whether a side may set this field to this value by itself. `agency` is "" on the Board's side."""
    if agency:
        if name in _BOARDS_OWN:
            return False
        if name == "lead_officer":
            return facts.lead == agency
        if name == "status":
            return value in LEG_WORDS
        return True
    if name == "lead_officer":
        return facts.lead not in connected
    if name == "status" and len(facts.legs) > 1:
        return value not in LEG_WORDS
    return not (name in UNIT and len(facts.legs) > 1)


def may_move(facts: Facts, agency: str, unit: Mapping[str, str]) -> bool:
    """Whether the lifecycle lets a side make this status, with this reason and date, hold."""
    to, reason, look_again = (unit[name] for name in UNIT)
    if to == "blocked" and agency and not (reason and look_again):
        return False
    if agency:
        return to in LEG_WORDS and (facts.said in LEG_WORDS or facts.said == "evidence_queried")
    if to in LEG_WORDS and facts.said in LEG_WORDS:
        if len(facts.legs) > 1:
            return to == facts.said
        return to != "blocked" or bool(reason and look_again)
    if to == facts.said:
        return True
    return _board_may(facts.said, to, reason)


def _board_may(at: str, to: str, reason: str) -> bool:
    """From one of the Board's states, or to one."""
    if at in _ENDED and not reason:
        return False
    if to in _ENDED:
        # No action of these worlds says by what it was superseded.
        return at not in _CLOSED and to in _NEEDS_A_REASON and bool(reason)
    if to == "evidence_queried":
        return at == "reported_complete"
    if to in ("verified", "embedded"):
        return False  # Nothing of these worlds was ever signed off or checked.
    if at == "evidence_queried":
        return to in ("in_progress", "reported_complete")
    return at in ("verified", *_CLOSED) and to == "in_progress"
