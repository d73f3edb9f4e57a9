"""What is told of an action beside its fields: whose part is late, what it waits for, what its next step lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from actiontrack.domain.dependencies import waits_for
from actiontrack.domain.derived import RUNNING_STATUSES, Standing
from actiontrack.domain.lifecycle import missing_for_move, standing_sign_offs, why_it_fell, words
from actiontrack.domain.nouns import Action, ImpactCheck, SignOff
from actiontrack.domain.vocabulary import Status
from actiontrack.ports import Reader
from actiontrack.services.core import Core
from actiontrack.services.records.desk import ActionFile
from actiontrack.services.standing import leg_days_overdue

_NEXT = {
    Status.REPORTED_COMPLETE: Status.VERIFIED,
    Status.EVIDENCE_QUERIED: Status.VERIFIED,
    Status.VERIFIED: Status.EMBEDDED,
}


class Others:
    """The number and status of the actions that these depend on, read in one go."""

    def __init__(self, reader: Reader, actions: Sequence[Action]) -> None:
        refs = sorted({ref for action in actions for ref in action.depends_on})
        rows = reader.pick(Action, ("ref", "number", "status"), ref=refs) if refs else []
        self._names = {ref: number or ref for ref, number, _ in rows}
        self._statuses: dict[str, Status] = {ref: status for ref, _, status in rows}

    def waits_for(self, action: Action) -> list[str]:
        """The refs of those it has to wait for; one that is done or ended itself waits for nobody."""
        return waits_for(action.depends_on, self._statuses) if action.status in RUNNING_STATUSES else []

    def told(self, action: Action) -> dict[str, Any]:
        """As `action list` has it: what it depends on, what of that it waits for, and whether anything holds it up."""
        waits = self.waits_for(action)
        held_up = bool(waits) or action.status is Status.BLOCKED
        return {
            "depends_on": list(action.depends_on),
            "waits_for": waits,
            "ready": action.status in RUNNING_STATUSES and not held_up,
        }

    def says(self, action: Action) -> list[str]:
        """What it waits for, in a sentence."""
        waits = [f"{self._names[ref]} ({words(self._statuses[ref])})" for ref in self.waits_for(action)]
        return [f"It waits for {', '.join(waits)}."] if waits else []


def legs_told(core: Core, file: ActionFile, standing: Standing) -> list[dict[str, Any]]:
    """Each agency's part, with whether that part is overdue: one that is reported is not, whatever the others do."""
    rows = []
    action, legs, updates = file.action, file.legs, file.updates
    for leg in legs:
        if len(legs) == 1 and leg.status is not Status.REPORTED_COMPLETE:
            days = standing.days_overdue
        else:
            days = leg_days_overdue(core, action, leg, as_at=standing.as_at)
        newest = next((update.text for update in reversed(updates) if update.agency == leg.agency), "")
        held = {"agency": leg.agency, "status": leg.status.value, "progress": newest}
        rows.append({**held, "overdue": days > 0, "days_overdue": days})
    return rows


def impact_due(action: Action, as_at: date) -> bool:
    """Whether it is to be seen now if the change reached practice."""
    due = action.impact_check_due
    return action.status is Status.VERIFIED and due is not None and due <= as_at


def impact_checks_due(reader: Reader, as_at: date) -> list[tuple[str, str, date]]:
    """(ref, number, due) of each action whose impact is to be checked by `as_at`, the longest due first."""
    where = {"status": Status.VERIFIED, "impact_check_due__le": as_at}
    due = reader.pick(Action, ("ref", "number", "impact_check_due"), **where)
    return sorted(((ref, number, day) for ref, number, day in due), key=lambda each: (each[2], each[0]))


def missing_next(file: ActionFile, others: Others) -> list[str]:
    """What is missing before the Board may take the action's next step, in sentences; and what it waits for."""
    step = _NEXT.get(file.action.status)
    missing = others.says(file.action)
    if step is None:
        return missing
    missing += missing_for_move(
        file.action, file.legs, file.evidence, file.sign_offs, file.checks, to=step, quorum=file.quorum
    )
    if step is Status.EMBEDDED:
        missing += [
            f"{each.agency}'s sign-off fell: {why_it_fell(each, file.action, file.legs, file.evidence)}."
            for each in fallen(file)
        ]
    return missing


def fallen(file: ActionFile) -> list[SignOff]:
    """The sign-offs that no longer count since what they saw has changed, but those given anew."""
    standing = {each.agency for each in standing_sign_offs(file.action, file.legs, file.evidence, file.sign_offs)}
    outside = {each.agency: each for each in file.sign_offs if each.agency != file.action.lead_agency}
    return [each for agency, each in sorted(outside.items()) if agency not in standing]


def sign_offs_told(file: ActionFile) -> list[dict[str, Any]]:
    """Each sign-off, whether it counts still, and what has changed where it fell."""
    standing = standing_sign_offs(file.action, file.legs, file.evidence, file.sign_offs)
    return [
        each.model_dump(mode="json", exclude={"action", "parts"})
        | {
            "stands": each in standing,
            "fell": "" if each in standing else why_it_fell(each, file.action, file.legs, file.evidence),
        }
        for each in file.sign_offs
    ]


def checks_told(checks: Sequence[ImpactCheck]) -> list[dict[str, Any]]:
    """The impact checks made and planned, oldest first."""
    return [
        each.model_dump(mode="json", exclude={"action", "position"})
        for each in sorted(checks, key=lambda each: (each.position, each.ref))
    ]


def legs_in_words(legs: Sequence[Mapping[str, Any]]) -> str:
    """Parts that stand differently, in a few words: "POL reported complete; NHS in progress, 12 days over"; else ""."""
    if len({(leg["status"], leg["overdue"]) for leg in legs}) < 2:
        return ""
    return "; ".join(
        f"{leg['agency']} {words(Status(leg['status']))}"
        + (f", {leg['days_overdue']} {'day' if leg['days_overdue'] == 1 else 'days'} over" if leg["overdue"] else "")
        for leg in legs
    )
