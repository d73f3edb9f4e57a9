"""`connector backups` and `connector restore`: earlier versions of what a connector wrote to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from actiontrack.cli.base import Session, command

if TYPE_CHECKING:
    from actiontrack.runtime import Runtime
    from actiontrack.services.core import Core
    from actiontrack.services.restoring import PutBack

_CHANGES_SHOWN = 20


@command("backups")
@click.argument("name", required=False)
@click.pass_obj
def backups(session: Session, name: str | None) -> None:
    """List the earlier versions kept of each workbook, or of one, the newest first.

    A version is kept whenever a sync or a restore replaces the file. --json holds connector, id, file, at (when it was
    replaced, in UTC), size (bytes), sha256, path, and current: whether it is what is in place now.
    """
    from actiontrack.cli.output import print_table
    from actiontrack.services.restoring import list_backups

    with session.runtime() as runtime:
        rows = list_backups(_core(runtime, name or ""), name or "")
    shown = [
        {**row, "size": f"{row['size'] / 1024:,.0f} KB", "current": "in place now" if row["current"] else ""}
        for row in rows
    ]
    columns = [
        ("connector", "Instance"), ("file", "File"), ("at", "Replaced"), ("size", "Size"), ("id", "Backup"),
        ("current", ""),
    ]  # fmt: skip
    session.show(rows, lambda: print_table(shown, columns, empty="No backup is kept yet."))


@command("restore")
@click.argument("name")
@click.argument("backup")
@click.option("--dry-run", is_flag=True, help="Say what would be done, cell by cell; change nothing.")
@click.pass_obj
def restore(session: Session, name: str, backup: str, dry_run: bool) -> None:
    """Put an earlier version of a workbook back in its place.

    BACKUP is as `connector backups` lists it, or how it begins. What it replaces is kept as a backup first. Afterwards
    the instance waits at its next sync until you approve what differs from the records. --json holds connector, file,
    backup, at, kept (the backup of what was replaced) and changes: the cells, with what they show now and showed then.
    """
    from actiontrack.services.restoring import restore_backup

    with session.runtime() as runtime, session.working("Restoring"):
        told = restore_backup(_core(runtime, name), name, backup, who=session.who, dry_run=dry_run)
    session.show(told, lambda: _print_restored(told, dry_run=dry_run))


def _core(runtime: Runtime, name: str) -> Core:
    """What use cases are given; with the issued workbook of that name, also where its file is gone."""
    from pathlib import Path

    from actiontrack.domain.ledger import Instance
    from actiontrack.runtime import issued_settings, with_instance

    if not name or name in runtime.core.instances:
        return runtime.core
    with runtime.core.store.reading() as reader:
        issued = reader.get(Instance, name)
    if issued is None or not issued.issued_to:
        return runtime.core
    return with_instance(runtime, issued_settings(name, issued.issued_to, Path(issued.source)))


def _print_restored(told: PutBack, *, dry_run: bool) -> None:
    from actiontrack.cli.output import clean, print_line, print_table

    changes: list[dict[str, Any]] = [dict(each) for each in told["changes"] or ()]
    version = f"as it was until {clean(told['at'])} ({told['backup']})"
    if told["current"]:
        print_line(f"{told['file']}: nothing to do, it is {version}.")
        return
    print_line(f"{told['file']}: {'would be' if dry_run else 'was'} put back {version}.", "bold")
    if not changes:
        print_line(f"No cells are shown: {told['why'] or 'they say the same'}.")
    if changes:
        columns = [("sheet", "Sheet"), ("cell", "Cell"), ("from", "Now" if dry_run else "Before"), ("to", "Then")]
        rows = [{**each, "from": each["now"], "to": each["then"]} for each in changes]
        print_table(rows[:_CHANGES_SHOWN], columns)
        if len(rows) > _CHANGES_SHOWN:
            print_line(f"… and {len(rows) - _CHANGES_SHOWN} cells more (--json has them all).")
    if told["kept"]:
        print_line(f"What it replaced is kept: actiontrack connector restore {told['connector']} {told['kept']}")
    if not dry_run:
        print_line(f"The next sync shows what differs and waits for you: actiontrack sync {told['connector']}")
