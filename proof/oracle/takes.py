"""What it does to an action when a side's values are taken. Naive on purpose."""

from __future__ import annotations

from collections.abc import Mapping

from proof.oracle.facts import LEG_WORDS, UNIT, Facts, leg_shown, settle, shown


def take(facts: Facts, agency: str, columns: tuple[str, ...], taken: Mapping[str, str]) -> None:
    """Make these values those of the action."""
    if any(name in UNIT for name in taken):
        unit = shown(facts, agency, UNIT) | {name: value for name, value in taken.items() if name in UNIT}
        _move(facts, agency, unit)
    for name, value in taken.items():
        if name in UNIT:
            continue
        facts.values[name] = "" if (name, value) == ("response", "awaiting") else value
    if taken.get("current_due") and not facts.values["original_due"]:
        facts.values["original_due"] = taken["current_due"]


def _move(facts: Facts, agency: str, unit: Mapping[str, str]) -> None:
    to, reason, look_again = (unit[name] for name in UNIT)
    leg = leg_shown(facts, agency)
    if leg is not None and to in LEG_WORDS:
        facts.legs[leg] = [to, reason, look_again if to == "blocked" else ""]
    else:
        reopens = to in LEG_WORDS and facts.said not in LEG_WORDS
        facts.said, facts.said_reason = to, reason
        for parts in facts.legs.values():
            if reopens and parts[0] == "reported_complete":
                parts[0] = to
    settle(facts)
