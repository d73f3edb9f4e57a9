"""What a store holds of each action, in plain words, and what each side is shown of it. Naive on purpose."""

from __future__ import annotations

from dataclasses import dataclass, field

from actiontrack.domain.nouns import Action, Comment, Leg, Recommendation, Update
from proof.oracle.shelf import Shelf

LEG_WORDS = ("not_started", "in_progress", "blocked", "reported_complete")
"""What an agency may say of its own part."""
UNIT = ("status", "status_reason", "look_again")
LOGS = ("progress", "comments")


@dataclass
class Facts:
    """One action. `legs`: agency → [status, reason, look again]; `logs`: name → (agency, text), oldest first."""

    values: dict[str, str]
    lead: str
    legs: dict[str, list[str]]
    said: str
    said_reason: str
    recommendation: str
    logs: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def copy(self) -> Facts:
        """Another that holds the same."""
        legs = {agency: list(leg) for agency, leg in self.legs.items()}
        logs = {name: list(entries) for name, entries in self.logs.items()}
        return Facts(dict(self.values), self.lead, legs, self.said, self.said_reason, self.recommendation, logs)


def facts_of(shelf: Shelf) -> dict[str, Facts]:
    """Every action of a store."""
    legs: dict[str, list[Leg]] = {}
    for leg in shelf.find(Leg):
        legs.setdefault(leg.action, []).append(leg)
    updates: dict[str, list[Update]] = {}
    for update in shelf.find(Update):
        updates.setdefault(update.action, []).append(update)
    comments: dict[str, list[Comment]] = {}
    for comment in shelf.find(Comment):
        comments.setdefault(comment.action, []).append(comment)
    answers = {each.ref: each for each in shelf.find(Recommendation)}
    found = {}
    for action in shelf.find(Action):
        answered = answers[action.recommendations[0]] if action.recommendations else Recommendation(ref="")
        found[action.ref] = Facts(
            values=_values(action, answered),
            lead=action.lead_agency,
            legs={
                leg.agency: [leg.status.value, leg.reason, leg.look_again.isoformat() if leg.look_again else ""]
                for leg in sorted(legs[action.ref], key=lambda leg: leg.position)
            },
            said=action.status.value,
            said_reason=action.status_reason,
            recommendation=answered.ref,
            logs={
                "progress": [
                    (each.agency, each.text)
                    for each in sorted(updates.get(action.ref, ()), key=lambda each: each.position)
                ],
                "comments": [
                    ("", each.text) for each in sorted(comments.get(action.ref, ()), key=lambda each: each.position)
                ],
            },
        )
    return found


def _values(action: Action, answered: Recommendation) -> dict[str, str]:
    return {
        "number": action.number,
        "text": action.text,
        "lead_officer": action.lead_officer,
        "priority": action.priority,
        "original_due": action.original_due.isoformat() if action.original_due else "",
        "current_due": action.current_due.isoformat() if action.current_due else "",
        "self_rating": action.self_rating,
        "recommendation_text": answered.text,
        "response": "" if answered.response.value == "awaiting" else answered.response.value,
    }


def leg_shown(facts: Facts, agency: str) -> str | None:
    """Whose part the status cell of a side is about: the agency's own; the Board's, where there is but one."""
    if agency:
        return agency
    return next(iter(facts.legs)) if len(facts.legs) == 1 and facts.said in LEG_WORDS else None


def shown(facts: Facts, agency: str, columns: tuple[str, ...]) -> dict[str, str]:
    """What the cells of this side should say, the logs left out. `agency` is "" on the Board's side."""
    values = dict(facts.values)
    leg = leg_shown(facts, agency)
    values.update(zip(UNIT, (facts.said, facts.said_reason, "") if leg is None else facts.legs[leg], strict=True))
    others = sorted(code for code in facts.legs if code != facts.lead)
    if "agencies" in columns:
        values["lead_agency"], values["agencies"] = facts.lead, ", ".join(others)
    else:
        values["lead_agency"] = ", ".join([facts.lead, *others])
    return {name: value for name, value in values.items() if name in columns}


def visible(facts: Facts, agency: str, name: str) -> list[tuple[int, str, str]]:
    """The entries of a log that this side is shown, as (position, agency, text)."""
    entries = [(at, who, text) for at, (who, text) in enumerate(facts.logs[name], start=1)]
    return [each for each in entries if not agency or each[1] in ("", agency)]


def same(name: str, one: str | None, other: str | None) -> bool:
    """Whether two values say the same. A response that is awaited is none yet, in whatever words."""
    return one == other or (name == "response" and {one, other} == {"", "awaiting"})


def settle(facts: Facts) -> None:
    """An action's status: blocked if any part is, else the least advanced; the Board's word once it has spoken."""
    if facts.said not in LEG_WORDS and facts.said != "evidence_queried":
        return
    states = [leg[0] for leg in facts.legs.values()]
    if "blocked" in states:
        facts.said = "blocked"
    elif "not_started" in states:
        facts.said = "not_started"
    elif "in_progress" in states:
        facts.said = "in_progress"
    elif facts.said != "evidence_queried":
        facts.said = "reported_complete"
