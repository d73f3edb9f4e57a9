"""What the Board alone says of an action, and no workbook carries: what it waits for, answers, and is replaced by."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

from actiontrack.domain.dependencies import circle
from actiontrack.domain.lifecycle import planned_check
from actiontrack.domain.nouns import Action, Recommendation
from actiontrack.errors import NotAllowed, NotFound, UserError
from actiontrack.services.records.desk import ActionFile, Desk
from actiontrack.services.records.listing import find_ref


def put_board_fields(desk: Desk, file: ActionFile, values: Mapping[str, str]) -> None:
    """Set these, as a person typed them. Raises UserError, NotFound and NotAllowed."""
    for name, value in values.items():
        BOARD_FIELDS[name](desk, file, value.strip())


def _put_depends_on(desk: Desk, file: ActionFile, value: str) -> None:
    refs = tuple(dict.fromkeys(find_ref(desk.reader, name) for name in _parts(value)))
    others = desk.reader.pick(Action, ("ref", "number", "depends_on"))
    held = {ref: depends for ref, _, depends in others} | {file.action.ref: refs}
    if found := circle(file.action.ref, held):
        names = {ref: number or ref for ref, number, _ in others} | {file.action.ref: _name(file.action)}
        way = " → ".join(names[ref] for ref in found)
        raise NotAllowed(f"{file.action.ref}: the actions would wait for each other in a circle: {way}.")
    desk.put_action(file, depends_on=refs)


def _put_superseded_by(desk: Desk, file: ActionFile, value: str) -> None:
    """Another action, or in words what took its place."""
    by = find_ref(desk.reader, value) if value and not re.search(r"\s", value) else value
    if by == file.action.ref:
        raise NotAllowed(f"{by}: an action can't be superseded by itself.")
    desk.put_action(file, superseded_by=by)


def _put_recommendations(desk: Desk, file: ActionFile, value: str) -> None:
    refs = tuple(dict.fromkeys(_parts(value)))
    unknown = [ref for ref in refs if desk.reader.get(Recommendation, ref) is None]
    if unknown:
        raise NotFound(f"There is no recommendation {unknown[0]} here; `actiontrack recommendation list` shows them.")
    desk.put_action(file, recommendations=refs)


def _put_impact_check_due(desk: Desk, file: ActionFile, value: str) -> None:
    """A day of its own for the impact check; of a check that is planned already, the new day."""
    planned = planned_check(file.checks)
    try:
        due = date.fromisoformat(value) if value else None
    except ValueError:
        raise UserError(f"impact_check_due={value!r} is no date; write it like 2026-11-24.") from None
    if planned is not None:
        if due is None:
            raise NotAllowed(f"{file.action.ref}: an impact check is due since it was verified; give another day.")
        changed = planned.model_copy(update={"due": due})
        file.checks[file.checks.index(planned)] = changed
        desk.put(changed)
    desk.put_action(file, impact_check_due=due)


BOARD_FIELDS: dict[str, Callable[[Desk, ActionFile, str], None]] = {
    "recommendations": _put_recommendations,
    "depends_on": _put_depends_on,
    "superseded_by": _put_superseded_by,
    "impact_check_due": _put_impact_check_due,
}
"""By name, what sets it."""


def _parts(value: str) -> list[str]:
    return [part.strip() for part in re.split(r"[;,]", value) if part.strip()]


def _name(action: Action) -> str:
    return action.number or action.ref
