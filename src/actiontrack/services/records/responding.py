"""The Board's answer to a recommendation, recorded with the decision it rests on, and what is missing to close it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from actiontrack.domain.closure import is_back
from actiontrack.domain.ledger import Conflict
from actiontrack.domain.nouns import Action, Decision, Recommendation, Review
from actiontrack.domain.vocabulary import Kind, Response
from actiontrack.errors import NotAllowed, NotFound
from actiontrack.ports import Reader
from actiontrack.services.core import Core
from actiontrack.services.records import deciding
from actiontrack.services.records.desk import Desk, Sitting
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
        _refuse_unexplained(item, response, reasons)
        _refuse_unfit_date(core, item, response, review_by)
        deciding.decide(desk, Sitting(meeting, reasons, who), about=ref, outcome=response.value)
        _put_answer(desk, item, response, reasons.strip(), meeting, monitoring, national, review_by)
        desk.save(writer)
        return show_recommendation(core, writer, ref)


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


def _put_answer(
    desk: Desk, item: Recommendation, response: Response, reasons: str, meeting: str, monitoring: str | None,
    national: str | None, review_by: date | None,
) -> None:  # fmt: skip
    answer: dict[str, Any] = {
        "response": response, "response_reasons": reasons, "decided_at": meeting, "review_by": review_by,
    }  # fmt: skip
    said = {"monitoring": monitoring, "national_issue": national}
    desk.put(item.model_copy(update=answer | {name: text for name, text in said.items() if text is not None}))


def _refuse_in_conflict(reader: Reader, item: Recommendation) -> None:
    for found in reader.find(Conflict, target=item.ref, closed_at=None):
        if found.field in ("response", "response_reasons"):
            raise NotAllowed(
                f"{item.ref}: {found.field} is in conflict; settle it first: "
                f"`actiontrack conflict resolve {found.id} --take ours|theirs`."
            )


def _refuse_unexplained(item: Recommendation, response: Response, reasons: str) -> None:
    if response is Response.AWAITING:
        raise NotAllowed(
            f"{item.ref}: awaiting is no answer; say accepted, accepted_in_part, not_accepted or referred."
        )
    if not reasons.strip():
        law = " (Care Act 2014, Sch 2 para 4(1)(g))" if response is Response.NOT_ACCEPTED else ""
        raise NotAllowed(f"{item.ref}: the answer {response.value} needs the Board's reasons{law}: --reasons T.")


def _refuse_unfit_date(core: Core, item: Recommendation, response: Response, review_by: date | None) -> None:
    today = core.clock.today()
    if response is not Response.REFERRED_ELSEWHERE:
        if review_by is not None:
            raise NotAllowed(f"{item.ref}: only a referral comes back; leave --review-by out of {response.value}.")
    elif review_by is None and item.kind is Kind.NEEDS_RESEARCH:
        raise NotAllowed(f"{item.ref}: a referral needs the day on which it comes back to the Board: --review-by DATE.")
    elif review_by is not None and review_by <= today:
        raise NotAllowed(f"{item.ref}: the referral would be back already; --review-by has to be after {today}.")
