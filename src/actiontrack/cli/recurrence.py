"""`recommendation similar`, `link` and `unlink`: the same lesson in other reviews."""

from __future__ import annotations

import click

from actiontrack.cli.base import DRY_RUN, Session, command, say


@command("similar")
@click.argument("ref", default="")
@click.option("--least", type=click.IntRange(1, 100), default=70, show_default=True, help="How alike, up to 100.")
@click.pass_obj
def similar(session: Session, ref: str, least: int) -> None:
    """Recommendations of other reviews that may be the same lesson as REF (none: every pair). A suggestion only."""
    from actiontrack.cli.output import print_table
    from actiontrack.services.records.recurrence import similar as find_similar

    with session.core() as core, session.working("Comparing"):
        rows = find_similar(core, ref, least=least)
    columns = [
        ("score", "Alike"), ("ref", "Recommendation"), ("text", "Says"), ("other", "Other"), ("other_text", "Says"),
        ("said", "Linked"),
    ]  # fmt: skip
    shown = [{**row, "said": "yes" if row["linked"] else ""} for row in rows]
    session.show(rows, lambda: print_table(shown, columns, empty="Nothing is alike."))


@command("link")
@click.argument("ref")
@click.argument("other")
@DRY_RUN
@click.pass_obj
def link(session: Session, ref: str, other: str, dry_run: bool) -> None:
    """Say that two recommendations, of different reviews, are the same lesson."""
    _link(session, ref, other, linked=True, dry_run=dry_run)


@command("unlink")
@click.argument("ref")
@click.argument("other")
@DRY_RUN
@click.pass_obj
def unlink(session: Session, ref: str, other: str, dry_run: bool) -> None:
    """Say that they are not."""
    _link(session, ref, other, linked=False, dry_run=dry_run)


def _link(session: Session, ref: str, other: str, *, linked: bool, dry_run: bool) -> None:
    from actiontrack.cli.output import print_facts
    from actiontrack.errors import NotAllowed
    from actiontrack.services.records.recurrence import link as say_linked

    if session.agency:
        raise NotAllowed("The Board keeps its recommendations; leave --agency out.")
    with session.core() as core:
        names = say_linked(core, ref, other, who=session.who, linked=linked, dry_run=dry_run)
    told = {"ref": ref, "linked": names}
    session.show(told, lambda: print_facts(told))
    if dry_run:
        say("nothing was stored")
