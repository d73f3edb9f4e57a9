"""`conflict` and `proposal`: what waits for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from actiontrack.cli.base import Group, Session

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@click.group("conflict", cls=Group)
def conflict() -> None:
    """What two sides changed differently; the field is frozen until it is settled."""


@conflict.command("list")
@click.pass_obj
def list_conflicts(session: Session) -> None:
    """The open conflicts."""
    from actiontrack.services.sync.waiting import conflicts

    with session.core() as core:
        rows = conflicts(core)
    session.show(rows, lambda: print_conflicts(rows))


def print_conflicts(rows: Sequence[Mapping[str, Any]]) -> None:
    """As a table."""
    from actiontrack.cli.output import print_table

    columns = [
        ("id", "Id"), ("ref", "Action"), ("field", "Field"), ("base", "Agreed"), ("ours", "Ours"),
        ("theirs", "Theirs"), ("connector", "Instance"), ("since", "Since"),
    ]  # fmt: skip
    print_table(rows, columns, empty="No conflict is open.")


@conflict.command("resolve")
@click.argument("id")
@click.option("--take", type=click.Choice(["ours", "theirs"]), help="Whose value it shall be.")
@click.option("--value", help="Neither: this value instead.")
@click.option("--reason", default="", help="Kept with the decision.")
@click.pass_obj
def resolve(session: Session, id: str, take: str | None, value: str | None, reason: str) -> None:  # noqa: A002
    """Settle a conflict; the next sync tells both sides."""
    from actiontrack.services.sync.answers import resolve_conflict

    if (take is None) == (value is None):
        raise click.UsageError("say either --take ours, --take theirs or --value V")
    with session.core() as core:
        settled = resolve_conflict(core, id, take=take, value=value, reason=reason, who=session.who)
    _show_answer(session, settled)


@click.group("proposal", cls=Group)
def proposal() -> None:
    """What only its owner may decide."""


@proposal.command("list")
@click.pass_obj
def list_proposals(session: Session) -> None:
    """The open proposals."""
    from actiontrack.services.sync.waiting import proposals

    with session.core() as core:
        rows = proposals(core)
    session.show(rows, lambda: print_proposals(rows))


def print_proposals(rows: Sequence[Mapping[str, Any]]) -> None:
    """As a table; below it, of each repair, which cell gets which id."""
    from actiontrack.cli.output import print_line, print_table

    columns = [
        ("id", "Id"), ("kind", "Kind"), ("ref", "Action"), ("field", "Field"), ("from", "From"), ("to", "To"),
        ("by", "By"), ("connector", "Instance"), ("since", "Since"),
    ]  # fmt: skip
    print_table([_in_short(row) for row in rows], columns, empty="No proposal is open.")
    for row in rows:
        if row["kind"] == "repair" and row["to"]:
            print_repair(row)
        elif row["kind"] == "repair":
            print_line(f"{row['id']}: {row['why']}")


def _in_short(row: Mapping[str, Any]) -> Mapping[str, Any]:
    if row["kind"] != "repair":
        return row
    return {**row, "to": f"{len(row['to'])} ids put back, see below" if row["to"] else "make it, see below"}


def print_repair(row: Mapping[str, Any]) -> None:
    """The cells a repair would change, as a table."""
    from actiontrack.cli.output import print_line, print_table

    columns = [
        ("sheet", "Sheet"), ("cell", "Cell"), ("text", "Beside"), ("from", "There now"), ("to", "Belongs there"),
    ]  # fmt: skip
    print_table(row["to"], columns, title=f"Repair {row['id']}: {row['why']}")
    print_line(f"  to have it done: actiontrack proposal accept {row['id']}, then sync", "bold")


@proposal.command("accept")
@click.argument("id")
@click.option("--reason", default="", help="Kept with the decision.")
@click.option(
    "--meeting", default="", metavar="REF", help="The meeting that decided: of a further extension, compulsory."
)
@click.pass_obj
def accept(session: Session, id: str, reason: str, meeting: str) -> None:  # noqa: A002
    """Let it be so. Whoever asked for a later date can't accept it; a second one is the Board's decision."""
    _answer(session, id, accepted=True, reason=reason, meeting=meeting)


@proposal.command("refuse")
@click.argument("id")
@click.option("--reason", default="", help="Kept with the decision.")
@click.pass_obj
def refuse(session: Session, id: str, reason: str) -> None:  # noqa: A002
    """Turn it down; the next sync restores what stood there."""
    _answer(session, id, accepted=False, reason=reason)


def _answer(session: Session, id: str, *, accepted: bool, reason: str, meeting: str = "") -> None:  # noqa: A002
    from actiontrack.services.records.deciding import refuse_needless
    from actiontrack.services.sync.answers import answer_proposal

    with session.core() as core:
        if meeting:
            refuse_needless(core, id)
        answered = answer_proposal(core, id, accept=accepted, reason=reason, who=session.who, meeting=meeting)
    _show_answer(session, answered)


def _show_answer(session: Session, answered: Mapping[str, Any]) -> None:
    from actiontrack.cli.output import print_facts

    session.show(answered, lambda: print_facts(answered))
