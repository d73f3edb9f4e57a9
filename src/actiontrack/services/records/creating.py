"""Making an action of canonical values: from a workbook's new row, an accepted proposal, or the command line."""

from __future__ import annotations

from collections.abc import Mapping

from actiontrack.domain.fields import STATUS_UNIT, Actor
from actiontrack.domain.nouns import Action, Leg
from actiontrack.domain.refs import new_ref
from actiontrack.domain.vocabulary import LEG_STATUSES, Side, Status
from actiontrack.services.records.changing import (
    accept_found_status,
    add_entry,
    day,
    find_or_make,
    find_or_make_review,
    put_fields,
    split,
)
from actiontrack.services.records.desk import ActionFile, Desk
from actiontrack.services.records.gaps import mark_answer
from actiontrack.services.records.projection import LOGS


def create_action(
    desk: Desk, values: Mapping[str, str], *, actor: Actor, review: str, who: str, source: str
) -> ActionFile:
    """A new action with its legs, recommendation and first entries; `review` is for values that name none.

    Its state is found history, as is the answer it came with: accepted, with what a guard would miss noted in `found`.
    """
    named = values.get("review", "") or review
    ref = new_ref()
    lead, legs = _legs(values, actor)
    due = day(values.get("current_due", ""))
    action = Action(
        ref=ref,
        number=values.get("number", ""),
        review=find_or_make_review(desk, named).ref if named else "",
        text=values["text"],
        lead_agency=lead,
        lead_officer=values.get("lead_officer", ""),
        priority=values.get("priority", ""),
        original_due=day(values.get("original_due", "")) or due,
        current_due=due,
        self_rating=values.get("self_rating", ""),
        created_at=desk.now,
        changed_at=desk.now,
    )
    file = desk.open(action, [Leg(action=ref, agency=code, position=at) for at, code in enumerate(legs)])
    desk.files[ref] = file
    desk.actions_before[ref] = None
    desk.put(action)
    for leg in file.legs:
        desk.put(leg)
    _recommend(desk, file, values)
    for name in LOGS:
        if values.get(name):
            agency = actor.agency if actor.side is Side.AGENCY else ""
            add_entry(desk, file, name, values[name], agency=agency, who=who, source=source)
    accept_found_status(desk, file, _found_status(values, actor), actor)
    if values.get("response"):
        mark_answer(desk, file)
    return file


def _found_status(values: Mapping[str, str], actor: Actor) -> dict[str, str]:
    """The status it is said to be in; of the states that the Board decides, an agency's row can only ask for one."""
    unit = {name: values.get(name, "") for name in STATUS_UNIT}
    boards = unit["status"] != "" and Status(unit["status"]) not in LEG_STATUSES
    return {} if actor.side is Side.AGENCY and boards else unit


def _legs(values: Mapping[str, str], actor: Actor) -> tuple[str, list[str]]:
    """The lead and everybody with a part in it, the lead first; an agency's own new row is its own."""
    leads = split(values.get("lead_agency", "")) or ([actor.agency] if actor.agency else [])
    codes = list(dict.fromkeys([*leads, *split(values.get("agencies", ""))]))
    if actor.agency and actor.agency not in codes:
        codes.append(actor.agency)
    return (leads[0] if leads else ""), codes or [""]


def _recommend(desk: Desk, file: ActionFile, values: Mapping[str, str]) -> None:
    """Tie the action to what it answers; a text or response given with it is the recommendation's where it has none."""
    review = file.action.review
    text = values.get("recommendation_text", "")
    numbers = split(values.get("recommendation", ""))
    if numbers:
        items = [find_or_make(desk, review, number=number) for number in numbers]
    elif text:
        items = [find_or_make(desk, review, text=text)]
    else:
        return
    desk.put_action(file, recommendations=tuple(item.ref for item in items))
    if len(items) == 1:
        item = items[0]
        held = {"recommendation_text": item.text, "response_reasons": item.response_reasons}
        fresh = {name: values[name] for name, old in held.items() if values.get(name) and not old}
        if values.get("response") and item.response.value == "awaiting":
            fresh["response"] = values["response"]
        if fresh:
            put_fields(desk, file, fresh, actor=Actor(Side.BOARD), who="")
