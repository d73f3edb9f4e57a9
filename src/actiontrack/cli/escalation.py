"""`escalation`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from actiontrack.cli.base import Group, Session

if TYPE_CHECKING:
    from collections.abc import Mapping

_STATES = {
    "raised": "raised",
    "passed": "passed: a higher one was reached first",
    "baseline": "before it entered the suite",
    "owed": "owed: the next sweep sees to it",
    "to_come": "to come",
}


@click.group("escalation", cls=Group)
def escalation() -> None:
    """Reminders and escalations."""


@escalation.command("explain")
@click.argument("ref")
@click.pass_obj
def explain(session: Session, ref: str) -> None:
    """Why an action was, is or will be escalated. REF is an Action ID, or the plan's number where only one has it.

    Each level with the day it is reached and why, what was recorded, who was told and when it was sent, and what pauses
    added. Levels to come are told as they will be if nothing happens. --json holds ref, number, as_at, status,
    current_due, due (where its clock runs to, pauses added), days_overdue, paused, pauses (agency, start, end,
    working_days) and levels: level, period, reached, state (raised, passed, baseline, owed or to_come), to, why,
    recorded_at, told (person, day, state, sent_at).
    """
    from actiontrack.services.explaining import explain as explain_action

    with session.core() as core:
        told = explain_action(core, ref)
    session.show(told, lambda: _print(told))


def _print(told: Mapping[str, Any]) -> None:
    from actiontrack.cli.output import print_line, print_table

    called = f"{told['ref']} ({told['number']})" if told["number"] else told["ref"]
    print_line(f"{called}: {told['status'].replace('_', ' ')}, {_due(told)}", "bold")
    for each in told["pauses"]:
        print_line(
            f"{each['agency'] or 'Its part'} was paused from {each['start']} to {each['end']}: "
            f"{each['working_days']} working days."
        )
    columns = [
        ("level", "Level"), ("reached", "Reached"), ("state", "What became of it"), ("to", "To"), ("sent", "Told"),
        ("why", "Why"),
    ]  # fmt: skip
    rows = [{**each, "state": _STATES[each["state"]], "sent": _sent(each["told"])} for each in told["levels"]]
    print_table(rows, columns, empty="Nothing was, is or will be raised.")


def _due(told: Mapping[str, Any]) -> str:
    if told["current_due"] is None:
        return "undated: it is never overdue."
    late = f", {told['days_overdue']} days overdue" if told["days_overdue"] else ""
    moved = f"; with its pauses the clock runs to {told['due']}" if told["due"] != told["current_due"] else ""
    paused = "; it is paused, and nothing is raised meanwhile" if told["paused"] else ""
    return f"due {told['current_due']}{late}{moved}{paused}."


def _sent(told: list[dict[str, Any]]) -> str:
    return "; ".join(f"{each['person']}, {_how(each)}" for each in told)


def _how(told: Mapping[str, Any]) -> str:
    if told["sent_at"]:
        return f"sent {told['sent_at'][:16]}"
    return f"{'refused: ' if told['state'] == 'refused' else ''}in the digest of {told['day']}"
