"""`sweep`."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from actiontrack.cli.base import Lines, Session, command, say

if TYPE_CHECKING:
    from collections.abc import Mapping


class DateType(click.ParamType[date]):
    """An ISO date."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """2026-11-24 → date."""
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007 - a calendar date
        except ValueError:
            self.fail(f"{value!r} is no date; write it like 2026-11-24", param, ctx)


DATE = DateType()
_SHOWN = 200
"""Of what is raised; nobody reads more on a screen."""


@command("sweep")
@click.option("--as-at", type=DATE, metavar="DATE", help="The day to look from (default: today).")
@click.option("--dry-run", is_flag=True, help="Show what is owed; record nothing. A future date needs it.")
@click.pass_obj
def sweep(session: Session, as_at: date | None, dry_run: bool) -> None:
    """What is overdue or due soon, and the reminders and escalations owed. Again: nothing new.

    Within the hours of [board] send_from to send_until it delivers what is owed, where there is a [[notifier]].
    """
    from actiontrack.services.sweep import sweep as run_sweep
    from actiontrack.services.telling import Delivered, deliver

    with session.core() as core, session.working("Sweeping"):
        result = run_sweep(core, as_at=as_at, dry_run=dry_run, who=session.who)
        done = Delivered() if dry_run else deliver(core, who=session.who)
    told = {**result.counts(), "raised": Lines(result.raised), "delivered": done.to_json()}

    def human() -> None:
        from actiontrack.cli.sends import print_delivered

        print_sweep(told)
        if done != Delivered():
            print_delivered(done)

    session.show(told, human)
    if dry_run:
        say("nothing was recorded")


def print_sweep(told: Mapping[str, Any]) -> None:
    """The counts, then what is raised and why."""
    from actiontrack.cli.output import print_line, print_table

    print_line(
        f"{told['overdue']} overdue, {told['due_soon']} due soon, "
        f"{told['awaiting_verification']} awaiting verification, {told['undated']} without a date.",
        "bold",
    )
    if told["back"]:
        columns = [("kind", "Come back to the Board"), ("ref", "Ref"), ("number", "No."), ("due", "Since")]
        print_table([{**each, "kind": each["kind"].replace("_", " ")} for each in told["back"]], columns)
    columns = [("ref", "Action"), ("level", "Level"), ("days_overdue", "Days overdue"), ("to", "To"), ("why", "Why")]
    print_table(told["raised"][:_SHOWN], columns, empty="Nothing new to raise.")
    if len(told["raised"]) > _SHOWN:
        print_line(f"… and {len(told['raised']) - _SHOWN} more (--json has them all).")
