"""Taking merged values into the records: what belongs together goes together, and what a guard refuses is proposed."""

from __future__ import annotations

from actiontrack.domain.fields import FIELDS, STATUS_UNIT
from actiontrack.domain.ledger import Link
from actiontrack.errors import NotAllowed
from actiontrack.services.records.changing import put_fields, split
from actiontrack.services.records.desk import ActionFile
from actiontrack.services.records.projection import project
from actiontrack.services.sync import decisions
from actiontrack.services.sync.lane import Lane, Theirs
from actiontrack.services.sync.merge import Merged
from actiontrack.services.sync.tongue import Unclearness

ANSWERS = ("response", "response_reasons")
"""What is said in answer to a recommendation."""


def placeable(file: ActionFile, theirs: Theirs) -> Theirs:
    """A response without a recommendation it could answer can be kept nowhere: it is asked about."""
    if file.action.recommendations or any(theirs.get(name) for name in ("recommendation", "recommendation_text")):
        return theirs
    homeless = {name: value for name, value in theirs.items() if name in ANSWERS and isinstance(value, str) and value}
    why, do = "the row names no recommendation that it could answer", "Name the recommendation, or clear the cell."
    return {**theirs, **{name: Unclearness(value, why, do) for name, value in homeless.items()}}


def put_taken(
    lane: Lane, file: ActionFile, theirs: Theirs, taken: dict[str, str], base: dict[str, str], link: Link, who: str
) -> None:
    """Take these values here. What a guard still refuses is proposed, and its base stays what it was."""
    took = False
    for values in _apart(_completed(lane, file, theirs, taken)):
        try:
            put_fields(lane.desk, file, values, lane.actor, who=who)
            took = True
        except NotAllowed as refusal:
            ours = project(lane.desk, file, lane.viewer)
            for name in values:
                base.pop(name, None)
                if name in link.base:
                    base[name] = link.base[name]
            name, value = next(iter(values.items()))
            why = str(refusal)
            decisions.propose(
                lane, file.action.ref, Merged(name, "propose", link.base.get(name), ours.get(name, ""), value, why=why)
            )
    if took:
        lane.count_updated(file.action.ref)


def _completed(lane: Lane, file: ActionFile, theirs: Theirs, taken: dict[str, str]) -> dict[str, str]:
    """What a taken value says without being asked."""
    more = dict(taken)
    if "lead_agency" in taken and "agencies" not in lane.viewer.columns:
        # The one column names everybody who has a part in it: whoever it leaves out has none any more.
        lead, *others = split(taken["lead_agency"])
        more |= {"lead_agency": lead, "agencies": ", ".join(others)}
    text = theirs.get("recommendation_text", "")
    if "recommendation" in taken and "recommendation_text" not in taken and isinstance(text, str) and text:
        # A number that is new here takes the text that stands beside it.
        numbers = split(taken["recommendation"])
        if len(numbers) == 1:
            found = lane.desk.recommendation_by(file.action.review, number=numbers[0])
            more |= {} if found and found.text else {"recommendation_text": text}
    return more


def _apart(taken: dict[str, str]) -> list[dict[str, str]]:
    """What is taken together or not at all: the status with its reason and date, the agencies; the rest one by one."""
    groups = [STATUS_UNIT, ("lead_agency", "agencies"), *((name,) for name in FIELDS)]
    parts, rest = [], dict(taken)
    for group in groups:
        part = {name: rest.pop(name) for name in group if name in rest}
        if part:
            parts.append(part)
    return parts
