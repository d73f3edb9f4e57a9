"""The Board's answer to a recommendation, recorded with the decision it rests on, and what is missing to close it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from actiontrack.domain.closure import is_back, needs_of_answer
from actiontrack.domain.ledger import Conflict
from actiontrack.domain.nouns import Action, Decision, Recommendation, Review
from actiontrack.domain.vocabulary import Response
from actiontrack.errors import NotAllowed, NotFound
from actiontrack.ports import Reader
from actiontrack.services.core import Core
from actiontrack.services.records import deciding
from actiontrack.services.records.desk import Desk, Sitting
from actiontrack.services.records.gaps import forget_mended
from actiontrack.services.records.recurrence import told_again
from actiontrack.services.records.working import working


def respond(
    core: Core, ref: str, response: Response, *, reasons: str, meeting: str, monitoring: str | None = None,
    national: str | None = None, review_by: date | None = None, who: str, dry_run: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Record the Board's answer and its decision at once. Returns the recommendation as `show` does.

    What is None stays as it was, but the day a referral comes back: that belongs to the answer. Raises NotFound and
    NotAllowed, with what is missing.
    """
    with working(core, who, dry_run=dry_run) as (writer, desk):
        item = writer.get(Recommendation, ref)
        if item is None:
            raise NotFound(f"There is no recommendation {ref} here; `actiontrack recommendation list` shows them.")
        _refuse_in_conflict(writer, item)
        answer: dict[str, Any] = {
            "response": response, "response_reasons": reasons.strip(), "decided_at": meeting, "review_by": review_by,
        }  # fmt: skip
        said = {"monitoring": monitoring, "national_issue": national}
        answered = item.model_copy(update=answer | {name: text for name, text in said.items() if text is not None})
        check_answer(None, answered, today=core.clock.today(), ways=_OPTIONS)
        _refuse_unexplained(answered)
        deciding.decide(desk, Sitting(meeting, reasons, who), about=ref, outcome=response.value)
        put_answer(desk, answered)
        desk.save(writer)
        return show_recommendation(core, writer, ref)


def put_answer(desk: Desk, item: Recommendation) -> None:
    """Note a recommendation as new or changed; its actions are incomplete no more for what it says now."""
    before = desk.reader.get(Recommendation, item.ref)
    desk.put(item)
    if before is not None and needs_of_answer(before):
        for action in answering(desk.reader, [item.ref])[item.ref]:
            forget_mended(desk, desk.file(action.ref))


def show_recommendation(core: Core, reader: Reader, ref: str) -> dict[str, Any]:
    """One recommendation with its actions, the decisions about it, what lacks to close it, and who said so before."""
    item = reader.get(Recommendation, ref)
    if item is None:
        raise NotFound(f"There is no recommendation {ref} here; `actiontrack recommendation list` shows them.")
    actions = answering(reader, [ref])[ref]
    decisions = deciding.decisions_about(reader, ref)
    return {
        **item.model_dump(mode="json"),
        "actions": [action.ref for action in actions],
        "decisions": [deciding.told(each) for each in decisions],
        "to_close": core.hooks.decide_closure(item, actions, decisions, core.clock.today()),
        "recurrence": told_again(item, reader.find(Recommendation), reader.find(Review)),
    }


def to_close(core: Core, reader: Reader, items: Sequence[Recommendation]) -> dict[str, list[str]]:
    """What is missing to close each of these, by ref; nothing where it is closed."""
    actions = answering(reader, [item.ref for item in items])
    decisions: dict[str, list[Decision]] = {}
    for each in deciding.in_order(reader.find(Decision)):
        decisions.setdefault(each.about, []).append(each)
    today = core.clock.today()
    return {
        item.ref: core.hooks.decide_closure(item, actions[item.ref], decisions.get(item.ref, []), today)
        for item in items
    }


def answering(reader: Reader, refs: Sequence[str]) -> dict[str, list[Action]]:
    """The actions that answer each of these recommendations."""
    wanted = set(refs)
    rows = reader.pick(Action, ("ref", "recommendations"))
    asked = {ref: wanted.intersection(answers) for ref, answers in rows if wanted.intersection(answers)}
    found: dict[str, list[Action]] = {ref: [] for ref in refs}
    for action in reader.find(Action, ref=sorted(asked)) if asked else ():
        for ref in asked[action.ref]:
            found[ref].append(action)
    return found


def referrals_back(reader: Reader, as_at: date) -> list[Recommendation]:
    """The recommendations referred elsewhere until a day that has come by `as_at`: to be answered anew."""
    referred = reader.find(Recommendation, response=Response.REFERRED_ELSEWHERE, review_by__le=as_at)
    return sorted((item for item in referred if is_back(item, as_at)), key=lambda item: (item.review_by, item.ref))


_FIELDS = {"response_reasons": "response_reasons=T", "review_by": "review_by=DATE"}
_OPTIONS = {"response_reasons": "--reasons T", "review_by": "--review-by DATE"}


def check_answer(
    before: Recommendation | None, after: Recommendation, *, today: date | None = None,
    ways: Mapping[str, str] = _FIELDS,
) -> None:  # fmt: skip
    """The rules for an answer, however it is given; what was found lacking may be lacking until it is answered anew.

    `before` is None where it is new, `today` where a referral may be back already; `ways` tells how its parts are said
    here. Raises NotAllowed, with what is missing.
    """
    anew = before is None or before.response is not after.response
    held = {} if before is None or anew else needs_of_answer(before)
    for name, need in needs_of_answer(after).items():
        if name not in held:
            raise NotAllowed(f"{after.ref}: {need}: {ways[name]}.")
    given = before is None or before.review_by != after.review_by
    if after.review_by is None or not (anew or given):
        return
    way = ways["review_by"].removesuffix("DATE").rstrip("= ")
    if after.response is not Response.REFERRED_ELSEWHERE:
        if given:
            raise NotAllowed(f"{after.ref}: only a referral comes back; leave {way} out of {after.response.value}.")
    elif today is not None and after.review_by <= today:
        raise NotAllowed(f"{after.ref}: the referral would be back already; {way} has to be after {today}.")


def _refuse_in_conflict(reader: Reader, item: Recommendation) -> None:
    for found in reader.find(Conflict, target=item.ref, closed_at=None):
        if found.field in ("response", "response_reasons"):
            raise NotAllowed(
                f"{item.ref}: {found.field} is in conflict; settle it first: "
                f"`actiontrack conflict resolve {found.id} --take ours|theirs`."
            )


def _refuse_unexplained(item: Recommendation) -> None:
    """A decision that is recorded says something, and why: a plain yes too."""
    if item.response is Response.AWAITING:
        raise NotAllowed(
            f"{item.ref}: awaiting is no answer; say accepted, accepted_in_part, not_accepted or referred."
        )
    if not item.response_reasons:
        raise NotAllowed(f"{item.ref}: the answer {item.response.value} needs the Board's reasons: --reasons T.")
