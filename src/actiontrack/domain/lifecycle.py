"""How a delivery status moves: legs are their agencies', what comes after is the Board's.

Guards bind moves made from now on (`missing_for_move`). What an import found already done is accepted and its gaps
are noted (`found_gaps`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from actiontrack.domain.nouns import Action, Decision, Evidence, ImpactCheck, Leg, Pause, SignOff
from actiontrack.domain.vocabulary import CLOSED_STATUSES, LEG_STATUSES, Status

BOARD_STATUSES = frozenset(Status) - LEG_STATUSES
"""States that only the Board gives; they sit on the action, not on a leg."""

ENDED_STATUSES = frozenset({Status.CLOSED_NOT_IMPLEMENTED, Status.SUPERSEDED, Status.NO_LONGER_APPLICABLE})
"""Closed without having been done: each needs its reason."""

SEEN_PARTS = (
    "the review", "the recommendations it answers", "the text", "the lead agency", "what the agencies report",
    "the evidence",
)  # fmt: skip
"""What a sign-off saw, in words: in the order of `seen_parts`."""

LEG_ORDER = (Status.NOT_STARTED, Status.IN_PROGRESS, Status.REPORTED_COMPLETE)
"""A leg's way forward; blocked stands beside it."""

_HELD = BOARD_STATUSES - {Status.EVIDENCE_QUERIED}
_REOPEN = frozenset({Status.IN_PROGRESS})
_BOARD_MOVES: dict[Status, frozenset[Status]] = {
    Status.REPORTED_COMPLETE: frozenset({Status.EVIDENCE_QUERIED, Status.VERIFIED}),
    Status.EVIDENCE_QUERIED: frozenset({Status.VERIFIED, Status.IN_PROGRESS, Status.REPORTED_COMPLETE}),
    Status.VERIFIED: _REOPEN | {Status.EMBEDDED},
    Status.EMBEDDED: _REOPEN,
    **dict.fromkeys(ENDED_STATUSES, _REOPEN),
}


def words(status: Status) -> str:
    """The status as a person says it ("reported complete")."""
    return status.value.replace("_", " ")


def status_of(legs: Sequence[Leg], board_status: Status | None = None) -> Status:
    """The action's status: its least advanced leg's, blocked if any is; the Board's word where the Board has spoken.

    `board_status` is what the Board said last (usually `action.status`); a leg status there counts as nothing said. A
    query falls when an agency moves its leg again. An action has at least one leg.
    """
    if board_status in _HELD:
        return board_status
    statuses = {leg.status for leg in legs}
    if Status.BLOCKED in statuses:
        return Status.BLOCKED
    least = next((status for status in LEG_ORDER if status in statuses), Status.NOT_STARTED)
    if least is Status.REPORTED_COMPLETE and board_status is Status.EVIDENCE_QUERIED:
        return board_status
    return least


def moved_leg(leg: Leg, *, to: Status, today: date, reason: str = "", look_again: date | None = None) -> Leg:
    """The leg after a move that nothing forbids. A pause that ends is kept, so that its days stay added to the clock.

    Only a blocked leg keeps `look_again`. Blocked for another while before the day agreed has passed, the same pause
    goes on; blocked again later, another one begins: the clock ran on the days between.
    """
    paused = leg.status is Status.BLOCKED and leg.reason and leg.look_again and leg.blocked_since
    yesterday = today - timedelta(days=1)
    if to is Status.BLOCKED and paused and leg.look_again and leg.look_again >= yesterday:
        return leg.model_copy(update={"reason": reason, "look_again": look_again})
    pauses = leg.pauses
    if paused and leg.look_again and leg.blocked_since:
        # The clock stood still up to the day before it moves again, and never beyond the day agreed.
        end = min(yesterday, leg.look_again)
        if end >= leg.blocked_since:
            pauses = (*pauses, Pause(start=leg.blocked_since, end=end))
    until, since = (look_again, today) if to is Status.BLOCKED else (None, None)
    moved = {"status": to, "reason": reason, "look_again": until, "blocked_since": since, "pauses": pauses}
    return leg.model_copy(update=moved)


def missing_for_move(
    action: Action,
    legs: Sequence[Leg],
    evidence: Sequence[Evidence] = (),
    sign_offs: Sequence[SignOff] = (),
    checks: Sequence[ImpactCheck] = (),
    *,
    to: Status,
    agency: str | None = None,
    reason: str = "",
    look_again: date | None = None,
    superseded_by: str = "",
    quorum: int = 1,
    decisions: Sequence[Decision] | None = None,
) -> list[str]:
    """What forbids this move, and what is missing for it, in sentences; empty where it may be made.

    `agency` moves its own leg; None is the Board, which moves the action, or the only leg of one. `reason` and
    `look_again` are those the move would leave behind (of the action or, for a leg's status, of the leg). `quorum` is
    how many agencies outside the lead have to sign off; `decisions` are those about the action, None where the board
    asks for none.
    """
    if agency is not None:
        return _missing_for_leg(action, legs, agency, to, reason, look_again)
    if to in LEG_STATUSES and action.status in LEG_STATUSES:
        if len(legs) == 1:
            return _missing_for_leg(action, legs, legs[0].agency, to, reason, look_again)
        if to is action.status:
            return []
        return [f"Several agencies have a part in it; say whose moves: {', '.join(leg.agency for leg in legs)}."]
    if to is action.status:
        return []
    forbidden = _forbidden_to_board(action.status, to)
    if forbidden:
        return [forbidden]
    if action.status in ENDED_STATUSES and not reason.strip():
        return [f"A reason is missing: it was {words(action.status)}."]
    missing = _missing_in_state(to, action, legs, evidence, sign_offs, checks, reason, superseded_by, quorum)
    return missing + _missing_decision(to, decisions)


def found_gaps(
    action: Action,
    legs: Sequence[Leg],
    evidence: Sequence[Evidence] = (),
    sign_offs: Sequence[SignOff] = (),
    checks: Sequence[ImpactCheck] = (),
    *,
    quorum: int = 1,
    decisions: Sequence[Decision] | None = None,
) -> tuple[str, ...]:
    """What the present state lacks that a guard would have asked for: an import puts it in `Action.found`.

    `quorum` and `decisions` are as for `missing_for_move`.

    After a later change, what remains is `tuple(gap for gap in action.found if gap in found_gaps(...))`.
    """
    gaps = [gap for leg in legs for gap in _missing_in_leg(leg.agency, leg.status, leg.reason, leg.look_again)]
    if action.status in _HELD - ENDED_STATUSES:
        gaps += [
            f"{leg.agency or 'The lead'} has not reported completion."
            for leg in legs
            if leg.status is not Status.REPORTED_COMPLETE
        ]
    gaps += _missing_in_state(
        action.status, action, legs, evidence, sign_offs, checks, action.status_reason, action.superseded_by,
        quorum,
    )  # fmt: skip
    if action.status is Status.EMBEDDED:
        gaps += _missing_for_verified(action, legs, evidence, sign_offs, quorum)
    return (*gaps, *_missing_decision(action.status, decisions))


def content_hash(action: Action, legs: Iterable[Leg], evidence: Iterable[Evidence]) -> str:
    """What a sign-off saw, as hex SHA-256: the promise, who reported what, and the evidence.

    Dates due and the action's own status are left out, so that a sign-off stands through the Board's own move.
    """
    return _digest(_seen(action, legs, evidence))


def seen_parts(action: Action, legs: Iterable[Leg], evidence: Iterable[Evidence]) -> tuple[str, ...]:
    """What a sign-off saw part by part: a hash (hex SHA-256) for each of SEEN_PARTS."""
    seen = _seen(action, legs, evidence)
    return tuple(_digest(part) for part in (*seen["action"][1:], seen["legs"], seen["evidence"]))


def what_changed(sign_off: SignOff, action: Action, legs: Iterable[Leg], evidence: Iterable[Evidence]) -> list[str]:
    """Which of SEEN_PARTS are no longer what was signed off; none for a sign-off that did not keep its parts."""
    now = seen_parts(action, legs, evidence)
    return [name for name, then, part in zip(SEEN_PARTS, sign_off.parts, now, strict=False) if then != part]


def why_it_fell(sign_off: SignOff, action: Action, legs: Iterable[Leg], evidence: Iterable[Evidence]) -> str:
    """What of it has changed, as a clause: "the text and the evidence have changed since"."""
    parts = what_changed(sign_off, action, legs, evidence) or ["what was seen"]
    several = len(parts) > 1 or parts[0] in SEEN_PARTS[1:2]
    return f"{' and '.join(parts)} {'have' if several else 'has'} changed since"


def _seen(action: Action, legs: Iterable[Leg], evidence: Iterable[Evidence]) -> dict[str, list[Any]]:
    return {
        "action": [action.ref, action.review, sorted(action.recommendations), action.text, action.lead_agency],
        "legs": sorted([leg.agency, leg.status.value] for leg in legs),
        "evidence": sorted(
            [
                item.ref,
                item.agency,
                item.shows,
                item.link,
                item.file,
                item.sha256,
                item.effective_date.isoformat() if item.effective_date else "",
                item.received_date.isoformat(),
            ]
            for item in evidence
        ),
    }


def _digest(seen: object) -> str:
    text = json.dumps(seen, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def standing_sign_offs(
    action: Action, legs: Sequence[Leg], evidence: Sequence[Evidence], sign_offs: Iterable[SignOff]
) -> list[SignOff]:
    """The sign-offs that count: given outside the lead agency, for exactly what is there now."""
    now = content_hash(action, legs, evidence)
    return [item for item in sign_offs if item.agency != action.lead_agency and item.seen == now]


def _missing_for_leg(
    action: Action, legs: Sequence[Leg], agency: str, to: Status, reason: str, look_again: date | None
) -> list[str]:
    who = agency or "The lead"
    if not any(leg.agency == agency for leg in legs):
        return [f"{who} has no part in this action."]
    if to not in LEG_STATUSES:
        return [f"Only the Board can say {words(to)}; {who} can report completion."]
    if action.status in _HELD:
        return [f"The Board has said {words(action.status)}; ask the Board to reopen it."]
    return _missing_in_leg(agency, to, reason, look_again)


def _missing_in_leg(agency: str, status: Status, reason: str, look_again: date | None) -> list[str]:
    if status is not Status.BLOCKED:
        return []
    where = f"{agency}: " if agency else ""
    missing = []
    if not reason.strip():
        missing.append(f"{where}Blocked without a reason.")
    if look_again is None:
        missing.append(f"{where}Blocked without a date to look again.")
    return missing


def _forbidden_to_board(at: Status, to: Status) -> str:
    """Why the Board can't go from here to there at all; "" where it can."""
    if to in ENDED_STATUSES and at not in CLOSED_STATUSES:
        return ""
    allowed = _BOARD_MOVES.get(at, frozenset())
    if to in allowed:
        return ""
    ways = sorted(allowed | (ENDED_STATUSES if at not in CLOSED_STATUSES else frozenset()))
    return f"It can't go from {words(at)} to {words(to)}; from here: {', '.join(map(words, ways))}."


def _missing_in_state(
    state: Status,
    action: Action,
    legs: Sequence[Leg],
    evidence: Sequence[Evidence],
    sign_offs: Sequence[SignOff],
    checks: Sequence[ImpactCheck],
    reason: str,
    superseded_by: str,
    quorum: int,
) -> list[str]:
    """What one of the Board's states itself asks for, whether it is being entered or was found."""
    if state is Status.VERIFIED:
        return _missing_for_verified(action, legs, evidence, sign_offs, quorum)
    if state is Status.EMBEDDED:
        return _missing_for_embedded(checks)
    missing = []
    if state is Status.SUPERSEDED and not superseded_by.strip():
        missing.append("Superseded, but not by what.")
    if state in ENDED_STATUSES and not reason.strip():
        missing.append(f"A reason is missing for {words(state)}.")
    return missing


def _missing_for_verified(
    action: Action, legs: Sequence[Leg], evidence: Sequence[Evidence], sign_offs: Sequence[SignOff], quorum: int
) -> list[str]:
    missing = []
    if not evidence:
        missing.append("There is no evidence.")
    standing = {item.agency for item in standing_sign_offs(action, legs, evidence, sign_offs)}
    if len(standing) >= quorum:
        return missing
    lead = action.lead_agency or "the lead agency"
    fallen = {item.agency: item for item in sign_offs if item.agency not in {action.lead_agency, *standing}}
    if quorum > 1:
        whose = f" ({', '.join(sorted(standing))})" if standing else ""
        missing.append(f"{len(standing)} of {quorum} agencies outside {lead} have signed it off{whose}.")
    elif not fallen:
        missing.append(f"Nobody outside {lead} has signed it off.")
    for agency, item in sorted(fallen.items()):
        whose = f"{agency}'s" if quorum > 1 else "The"
        missing.append(f"{whose} sign-off fell: {why_it_fell(item, action, legs, evidence)}; it is needed anew.")
        if quorum == 1:
            break
    return missing


def planned_check(checks: Sequence[ImpactCheck]) -> ImpactCheck | None:
    """The impact check that is yet to be made: planned when the Board verified, and none made since."""
    newest = max(checks, key=lambda check: check.position, default=None)
    return newest if newest is not None and newest.position and newest.checked is None else None


def newest_check(checks: Sequence[ImpactCheck]) -> ImpactCheck | None:
    """The impact check that was made last, whatever it found."""
    made = [check for check in checks if check.checked is not None and check.passed is not None]
    return max(made, key=lambda check: (check.position, check.checked or date.min, check.ref), default=None)


def _missing_for_embedded(checks: Sequence[ImpactCheck]) -> list[str]:
    planned = planned_check(checks)
    if planned is not None:
        return [f"No impact check has been passed since it was verified; one is due on {planned.due}."]
    newest = newest_check(checks)
    return [] if newest is not None and newest.passed else ["No impact check has been passed."]


def _missing_decision(to: Status, decisions: Sequence[Decision] | None) -> list[str]:
    """Unless the board asks for none, a closure rests on a recorded decision with that outcome."""
    if decisions is None or to not in ENDED_STATUSES or any(each.outcome == to.value for each in decisions):
        return []
    what = f"The Board's decision that it is {words(to)} is not recorded"
    return [f"{what}: name the meeting that took it (--meeting REF), or record it first (`actiontrack decision add`)."]
