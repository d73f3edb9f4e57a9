"""`sends`: what was told to whom, what waits, and what could not go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from actiontrack.cli.base import Group, Session

if TYPE_CHECKING:
    from actiontrack.services.telling import Delivered

STATES = ("waiting", "claimed", "sent", "refused", "needless")


@click.group("sends", cls=Group)
def sends() -> None:
    """What people are told: the outbox, and the ledger of all that went."""


@sends.command("list")
@click.option("--state", type=click.Choice(STATES), help="Those that stand so.")
@click.option("--to", default="", metavar="ADDRESS", help="Those to one person.")
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True, help="At most so many.")
@click.pass_obj
def list_all(session: Session, state: str | None, to: str, limit: int) -> None:
    """Each send, the newest first: its state, how often it was tried, and what the last try met with."""
    from actiontrack.cli.output import print_table
    from actiontrack.services.telling.listing import list_sends

    with session.core() as core:
        rows = list_sends(core, state=state or "", to=to, limit=limit)
    columns = [
        ("id", "Id"), ("to", "To"), ("kind", "Kind"), ("period", "Of"), ("refs", "Refs"), ("state", "State"),
        ("attempts", "Tries"), ("sent_at", "Sent"), ("next_try", "Next try"), ("why", "Said"),
    ]  # fmt: skip
    session.show(rows, lambda: print_table(rows, columns, empty="Nobody was told anything yet."))


@sends.command("show")
@click.argument("id")
@click.pass_obj
def show(session: Session, id: str) -> None:  # noqa: A002 - the word of every listing
    """One send with its refs, and with its words once they are frozen."""
    from actiontrack.cli.output import print_facts, print_line
    from actiontrack.services.telling.listing import show_send

    with session.core() as core:
        told = show_send(core, id)

    def human() -> None:
        print_facts({name: value for name, value in told.items() if name != "text"})
        for line in str(told.get("text", "")).splitlines():
            print_line(line)

    session.show(told, human)


@sends.command("deliver")
@click.option("--now", "at_any_hour", is_flag=True, help="Outside the hours of [board] send_from to send_until, too.")
@click.option("--dry-run", is_flag=True, help="Show what would go; send nothing.")
@click.pass_obj
def deliver(session: Session, at_any_hour: bool, dry_run: bool) -> int:
    """Send what is due now; `sweep` and `run` do so by themselves."""
    from actiontrack.cli.output import print_table
    from actiontrack.errors import UserError
    from actiontrack.services import telling
    from actiontrack.services.telling.delivering import due_sends
    from actiontrack.services.telling.hours import is_open

    with session.core() as core:
        if not core.ways:
            raise UserError("no [[notifier]] is configured: nobody can be told; docs/how-to/tell-people.md shows how")
        if dry_run:
            due = due_sends(core) if at_any_hour or is_open(core) else []
            rows = [
                {"to": each.person, "kind": each.kind, "period": each.period, "refs": len(each.refs)} for each in due
            ]
            columns = [("to", "To"), ("kind", "Kind"), ("period", "Of"), ("refs", "Refs")]
            session.show(rows, lambda: print_table(rows, columns, empty="Nothing would go now."))
            return 0
        with session.working("Delivering"):
            done = telling.deliver(core, at_any_hour=at_any_hour, who=session.who)
    session.show(done.to_json(), lambda: print_delivered(done))
    return code_of(done)


@sends.command("again")
@click.argument("id")
@click.option("--dry-run", is_flag=True, help="Show which it is; change nothing.")
@click.pass_obj
def again(session: Session, id: str, dry_run: bool) -> None:  # noqa: A002 - as above
    """Have one tried at the next delivery that was refused, or that waits for its next try."""
    from actiontrack.cli.output import print_facts
    from actiontrack.services.telling.listing import send_again

    with session.core() as core:
        told = send_again(core, id, who=session.who, dry_run=dry_run)
    session.show(told, lambda: print_facts(told))


def print_delivered(done: Delivered) -> None:
    """What a delivery came to."""
    from actiontrack.cli.output import print_line

    for problem in dict.fromkeys(done.problems):
        print_line(problem)
    print_line(f"{done.words().capitalize()}.")


def code_of(done: Delivered) -> int:
    """0; 1 where a person must see to something; 5 where all that was tried failed for now."""
    if done.refused:
        return 1
    return 5 if done.failed and not done.sent else 4 if done.failed else 0
