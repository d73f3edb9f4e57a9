"""Setting a field of an action, once it has been judged who may: the guards of the lifecycle still bind."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from actiontrack.domain.derived import slips
from actiontrack.domain.fields import FIELDS, STATUS_UNIT, Actor
from actiontrack.domain.lifecycle import (
    BOARD_STATUSES,
    ENDED_STATUSES,
    missing_for_move,
    moved_leg,
    status_of,
)
from actiontrack.domain.nouns import Comment, DateChange, Evidence, ImpactCheck, Leg, Recommendation, Review, Update
from actiontrack.domain.vocabulary import LEG_STATUSES, Response, Side, Status
from actiontrack.errors import NotAllowed
from actiontrack.services.records.deciding import EXTENDED, decide
from actiontrack.services.records.desk import ActionFile, Desk
from actiontrack.services.records.gaps import forget_mended, mark_answer, state_gaps

_LINK = re.compile(r"(?:[a-z][a-z0-9+.-]*://|www\.|\\\\|[a-z]:\\|mailto:)\S", re.IGNORECASE)


def new_id() -> str:
    """A random key for what nobody types."""
    return secrets.token_hex(8)


def day(value: str) -> date | None:
    """A date of its canonical text."""
    return date.fromisoformat(value) if value else None


def put_fields(desk: Desk, file: ActionFile, values: Mapping[str, str], actor: Actor, *, who: str = "") -> None:
    """Set these fields (canonical values; logs are `add_entry`'s). Raises NotAllowed where a guard forbids a status."""
    if "status" in values or "status_reason" in values or "look_again" in values:
        put_status(desk, file, {name: values[name] for name in STATUS_UNIT if name in values}, actor)
    # In the order of the registry: the review before the recommendation in it, the recommendation before its text.
    for name in FIELDS:
        if name in values and name not in STATUS_UNIT:
            _SETTERS[name](desk, file, values[name], who)
    forget_mended(desk, file)


# --- status ---------------------------------------------------------------------------------------------------------


def put_status(desk: Desk, file: ActionFile, unit: Mapping[str, str], actor: Actor) -> None:
    """Move an agency's leg, or the action on the Board's behalf, by the lifecycle's rules.

    `unit` holds status, status_reason and look_again, or those of them that change. Raises NotAllowed.
    """
    if actor.side is Side.AGENCY:
        leg = file.leg(actor.agency)
    else:
        leg = file.legs[0] if len(file.legs) == 1 and file.action.status in LEG_STATUSES else None
    at = leg.status if leg else file.action.status
    to = Status(unit.get("status") or at)
    reason = unit.get("status_reason", leg.reason if leg else file.action.status_reason)
    look_again = day(unit["look_again"]) if "look_again" in unit else (leg.look_again if leg else None)
    agency = actor.agency if actor.side is Side.AGENCY else None
    if desk.sitting and to in ENDED_STATUSES and to is not file.action.status:
        decide(desk, desk.sitting, about=file.action.ref, outcome=to.value)
        reason = reason.strip() or desk.sitting.reasons
    missing = why_not_status(file, to, agency, reason, look_again)
    if missing:
        raise NotAllowed(f"{file.action.ref}: {' '.join(missing)}")
    if unit.get("look_again") and to is not Status.BLOCKED:
        raise NotAllowed(f"{file.action.ref}: only a blocked action has a date to look again on.")
    if leg is not None and to in LEG_STATUSES:
        _move_leg(desk, file, leg, to, reason, look_again)
    elif to in LEG_STATUSES and file.action.status not in LEG_STATUSES:
        _reopen(desk, file, to, reason)
    else:
        _enter(desk, file, to, reason)
    settle_status(desk, file)


def why_not_status(
    file: ActionFile, to: Status, agency: str | None, reason: str, look_again: date | None, superseded_by: str = ""
) -> list[str]:
    """The guards' sentences for this move; empty where it may be made."""
    return missing_for_move(
        file.action, file.legs, file.evidence, file.sign_offs, file.checks,
        to=to, agency=agency, reason=reason, look_again=look_again,
        superseded_by=superseded_by or file.action.superseded_by, quorum=file.quorum, decisions=file.decided,
    )  # fmt: skip


def _move_leg(desk: Desk, file: ActionFile, leg: Leg, to: Status, reason: str, look_again: date | None) -> None:
    changed = moved_leg(leg, to=to, today=desk.now.date(), reason=reason, look_again=look_again)
    if changed != leg:
        desk.put_leg(file, changed)


def _enter(desk: Desk, file: ActionFile, to: Status, reason: str) -> None:
    """The Board gives the action one of its own states; once verified, its impact is to be checked."""
    if to is Status.VERIFIED and file.action.status is not Status.VERIFIED:
        plan_check(desk, file)
    desk.put_action(file, status=to, status_reason=reason)


def plan_check(desk: Desk, file: ActionFile) -> None:
    """Note when it is to be seen whether the change reached practice; a later day that was named stands."""
    today = desk.now.astimezone(ZoneInfo(desk.board.timezone)).date()
    named = file.action.impact_check_due
    due = named if named and named > today else today + timedelta(days=desk.board.impact_check_days)
    position = max((check.position for check in file.checks), default=0) + 1
    check = ImpactCheck(ref=new_id(), action=file.action.ref, position=position, due=due, verified_on=today)
    file.checks.append(check)
    desk.put(check)
    desk.put_action(file, impact_check_due=due)


def _reopen(desk: Desk, file: ActionFile, to: Status, reason: str) -> None:
    """The Board takes its word back: every leg that had reported goes on."""
    desk.put_action(file, status=to, status_reason=reason, superseded_by="", impact_check_due=None)
    for leg in list(file.legs):
        if leg.status is Status.REPORTED_COMPLETE and to is not Status.REPORTED_COMPLETE:
            desk.put_leg(file, leg.model_copy(update={"status": to}))


def settle_status(desk: Desk, file: ActionFile) -> None:
    """Keep the action's status equal to what its legs and the Board say."""
    desk.put_action(file, status=status_of(file.legs, file.action.status))


def accept_found_status(desk: Desk, file: ActionFile, unit: Mapping[str, str], actor: Actor) -> None:
    """Take a state as found at adoption, guards or not, and note what it lacks (domain.md, found history)."""
    status = Status(unit.get("status") or Status.NOT_STARTED)
    reason, look_again = unit.get("status_reason", ""), day(unit.get("look_again", ""))
    of_legs = status if status in LEG_STATUSES else Status.REPORTED_COMPLETE
    legs = [leg for leg in file.legs if actor.side is Side.BOARD or leg.agency == actor.agency]
    if status not in ENDED_STATUSES:
        for leg in legs:
            blocked = of_legs is Status.BLOCKED
            desk.put_leg(
                file,
                leg.model_copy(
                    update={
                        "status": of_legs,
                        "reason": reason if status in LEG_STATUSES else "",
                        "look_again": look_again if blocked else None,
                        "blocked_since": desk.now.date() if blocked else None,
                    }
                ),
            )
    if status in BOARD_STATUSES:
        desk.put_action(file, status=status, status_reason=reason)
    settle_status(desk, file)
    desk.put_action(file, found=tuple(dict.fromkeys((*file.action.found, *state_gaps(file)))))


# --- dates ----------------------------------------------------------------------------------------------------------


def _put_current_due(desk: Desk, file: ActionFile, value: str, who: str) -> None:
    move_due(desk, file, day(value), requested_by=who)


def move_due(
    desk: Desk, file: ActionFile, to: date | None, *, requested_by: str, approved_by: str = "", reason: str = ""
) -> None:
    """Move the due date and enter it in the ledger. The first date is the original one too."""
    before = file.action.current_due
    if to == before:
        return
    if before is None:
        desk.put_action(file, current_due=to, original_due=file.action.original_due or to)
        return
    if approved_by and approved_by != requested_by and to is not None and to > before:
        _decide_extension(desk, file)
    desk.put_action(file, current_due=to)
    change = DateChange(
        ref=new_id(),
        action=file.action.ref,
        from_date=before,
        to_date=to,
        requested_by=requested_by,
        approved_by=approved_by,
        reason=reason,
        at=desk.now,
    )
    desk.put(change)


def _decide_extension(desk: Desk, file: ActionFile) -> None:
    """A first extension needs somebody else's approval; each further one is the Board's decision."""
    ref = file.action.ref
    before = slips(desk.reader.find(DateChange, action=ref))
    if before and desk.sitting is None:
        times = "once" if before == 1 else f"{before} times"
        raise NotAllowed(
            f"{ref}: its date was moved later {times} already, so a further extension is the Board's decision: "
            "name the meeting that took it, and its reasons: `actiontrack proposal accept ID --meeting REF --reason T`."
        )
    if desk.sitting is not None:
        decide(desk, desk.sitting, about=ref, outcome=EXTENDED)


def _put_original_due(desk: Desk, file: ActionFile, value: str, who: str) -> None:
    held = file.action.original_due
    if held is not None and held != day(value):
        raise NotAllowed(
            f"{file.action.ref}: the original due date, {held}, is never overwritten; move the present one."
        )
    desk.put_action(file, original_due=day(value))


# --- whose it is ----------------------------------------------------------------------------------------------------


def _put_lead(desk: Desk, file: ActionFile, value: str, who: str) -> None:
    """One code makes that agency the lead; several name all with a part in it, the lead first."""
    codes = split(value)
    if len(codes) < 2:
        others = [code for code in file.agencies if code != file.action.lead_agency]
        codes = [*codes, *(code for code in others if code not in codes)]
    put_legs(desk, file, codes, lead=split(value)[0] if value else "")


def _put_others(desk: Desk, file: ActionFile, value: str, who: str) -> None:
    lead = file.action.lead_agency
    put_legs(desk, file, [lead, *(code for code in split(value) if code != lead)], lead=lead)


def put_legs(desk: Desk, file: ActionFile, codes: list[str], *, lead: str) -> None:
    """Make these agencies the ones with a part in it, in this order; a leg that leaves is kept as former.

    An action nobody had taken on hands its leg's state to the first who does.
    """
    codes = list(dict.fromkeys(code for code in codes if code)) or [""]
    nobody = file.leg("")
    former = {leg.agency: leg for leg in file.former_legs}
    for leg in list(file.legs):
        if leg.agency not in codes:
            desk.put_leg(file, leg.model_copy(update={"active": False}))
    for position, code in enumerate(codes):
        leg = file.leg(code) or former.get(code) or Leg(action=file.action.ref, agency=code)
        if position == 0 and nobody is not None and code and code not in former:
            leg = nobody.model_copy(update={"agency": code})
        desk.put_leg(file, leg.model_copy(update={"position": position, "active": True}))
    desk.put_action(file, lead_agency=lead)
    settle_status(desk, file)


def split(value: str) -> list[str]:
    """The parts of a canonical list."""
    return [part for part in value.split(", ") if part]


# --- recommendations ------------------------------------------------------------------------------------------------


def _put_numbers(desk: Desk, file: ActionFile, value: str, who: str) -> None:
    refs = tuple(find_or_make(desk, file.action.review, number=number).ref for number in split(value))
    desk.put_action(file, recommendations=refs)


def find_or_make(desk: Desk, review: str, *, number: str = "", text: str = "") -> Recommendation:
    """The review's recommendation of that number (else of that text), made where there is none."""
    found = desk.recommendation_by(review, number=number, text=text)
    if found is None:
        ref = f"{review}-R{number}" if number and review else f"R-{new_id()}"
        if ref in desk.recommendations:
            ref = f"R-{new_id()}"
        found = Recommendation(ref=ref, review=review, number=number, text=text)
        desk.put(found)
    return found


def _put_recommendation_text(desk: Desk, file: ActionFile, value: str, who: str) -> None:
    if not file.action.recommendations:
        desk.put_action(file, recommendations=(find_or_make(desk, file.action.review, text=value).ref,))
        return
    _put_of_recommendation(desk, file, {"text": value})


def _put_response(desk: Desk, file: ActionFile, value: str, who: str) -> None:
    _put_of_recommendation(desk, file, {"response": Response(value or Response.AWAITING)})


def _put_response_reasons(desk: Desk, file: ActionFile, value: str, who: str) -> None:
    _put_of_recommendation(desk, file, {"response_reasons": value})


def _put_of_recommendation(desk: Desk, file: ActionFile, changes: dict[str, object]) -> None:
    count = len(file.action.recommendations)
    if count != 1:
        raise NotAllowed(
            f"{file.action.ref} answers {count or 'no'} recommendations, so which is meant can't be told; "
            "`actiontrack recommendation set` changes the one of that ref."
        )
    item = desk.recommendations[file.action.recommendations[0]]
    changed = item.model_copy(update=changes)
    if changed != item:
        desk.put(changed)
        mark_answer(desk, file)


def _put_review(desk: Desk, file: ActionFile, value: str, who: str) -> None:
    review = find_or_make_review(desk, value).ref if value else ""
    if review == file.action.review:
        return
    desk.put_action(file, review=review)
    if not review:
        return
    # A recommendation is one of its review: the same number, or the same text, in the other one.
    before = [desk.recommendations[ref] for ref in file.action.recommendations]
    after = []
    for item in before:
        found = find_or_make(desk, review, number=item.number, text=item.text)
        if item.text and not found.text:
            found = found.model_copy(update={"text": item.text})
            desk.put(found)
        after.append(found.ref)
    desk.put_action(file, recommendations=tuple(after))


def find_or_make_review(desk: Desk, name: str) -> Review:
    """The review of that ref or title; one unknown here is made, embargoed (domain.md)."""
    found = desk.reviews.get(name)
    if found is None:
        titled = [review for review in desk.reviews.values() if review.title and review.title == name]
        found = titled[0] if len(titled) == 1 else None
    if found is None:
        found = Review(ref=name, board=desk.board.name)
        desk.put(found)
    return found


# --- plain fields and logs ------------------------------------------------------------------------------------------


def _plain(name: str) -> Callable[[Desk, ActionFile, str, str], None]:
    def put(desk: Desk, file: ActionFile, value: str, who: str) -> None:
        desk.put_action(file, **{name: value})

    return put


_SETTERS: dict[str, Callable[[Desk, ActionFile, str, str], None]] = {
    "current_due": _put_current_due,
    "original_due": _put_original_due,
    "lead_agency": _put_lead,
    "agencies": _put_others,
    "recommendation": _put_numbers,
    "recommendation_text": _put_recommendation_text,
    "response": _put_response,
    "response_reasons": _put_response_reasons,
    "review": _put_review,
    **{name: _plain(name) for name in ("number", "text", "lead_officer", "priority", "self_rating")},
}


def add_entry(
    desk: Desk,
    file: ActionFile,
    name: str,
    text: str,
    *,
    agency: str,
    who: str,
    source: str,
    effective: date | None = None,
) -> int:
    """Add to a log; returns the entry's position. `agency` "" is the Board's own."""
    ref, action = new_id(), file.action.ref
    item: Update | Comment | Evidence
    if name == "progress":
        position = max((old.position for old in file.updates), default=0) + 1
        item = Update(
            ref=ref, action=action, position=position, agency=agency, text=text, at=desk.now, by=who, source=source
        )
        file.updates.append(item)
    elif name == "comments":
        position = max((old.position for old in file.comments), default=0) + 1
        item = Comment(ref=ref, action=action, position=position, text=text, at=desk.now, by=who, source=source)
        file.comments.append(item)
    else:
        position = max((old.position for old in file.evidence), default=0) + 1
        what = {"link": text} if _LINK.match(text) else {"shows": text}
        item = Evidence(
            ref=ref, action=action, position=position, agency=agency, received_date=desk.now.date(),
            effective_date=effective, **what,
        )  # fmt: skip
        file.evidence.append(item)
    desk.put(item)
    desk.touch(file)
    forget_mended(desk, file)
    return position
