"""`decision`: what the Board decided at its meetings."""

from __future__ import annotations

import click

from actiontrack.cli.base import DRY_RUN, Group, Session, say


@click.group("decision", cls=Group)
def decision() -> None:
    """What a meeting decided about a recommendation or an action, and why."""


@decision.command("list")
@click.option("--about", default="", metavar="REF", help="A recommendation's ref, or an action's.")
@click.option("--meeting", default="", metavar="REF")
@click.pass_obj
def list_(session: Session, about: str, meeting: str) -> None:
    """The decisions, in the order recorded."""
    from actiontrack.cli.output import print_table
    from actiontrack.services.records.deciding import list_decisions

    with session.core() as core:
        rows = list_decisions(core, about=about, meeting=meeting)
    columns = [
        ("ref", "Decision"), ("meeting", "Meeting"), ("about", "About"), ("outcome", "Outcome"), ("reasons", "Reasons"),
        ("by", "Recorded by"),
    ]  # fmt: skip
    session.show(rows, lambda: print_table(rows, columns, empty="No decision is recorded."))


@decision.command("show")
@click.argument("ref")
@click.pass_obj
def show(session: Session, ref: str) -> None:
    """One decision."""
    from actiontrack.cli.output import print_facts
    from actiontrack.services.records.deciding import show_decision

    with session.core() as core:
        told = show_decision(core, ref)
    session.show(told, lambda: print_facts(told))


@decision.command("add")
@click.argument("meeting")
@click.argument("about")
@click.argument("outcome")
@click.option("--reasons", default="", metavar="T", help="Why the Board decided so; compulsory.")
@DRY_RUN
@click.pass_obj
def add(session: Session, meeting: str, about: str, outcome: str, reasons: str, dry_run: bool) -> None:
    """Record what MEETING decided ABOUT a recommendation or action: OUTCOME is a response, a status or your own word.

    What it decides is done by its own command, such as `action set REF status=…`.
    """
    from actiontrack.cli.output import print_facts
    from actiontrack.errors import NotAllowed
    from actiontrack.services.records.deciding import add_decision

    if session.agency:
        raise NotAllowed("The Board records its decisions; leave --agency out.")
    with session.core() as core:
        told = add_decision(core, meeting, about, outcome, reasons, who=session.who, dry_run=dry_run)
    session.show(told, lambda: print_facts(told))
    if dry_run:
        say("nothing was stored")
