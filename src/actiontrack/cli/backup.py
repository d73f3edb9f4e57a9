"""`backup` and `restore`."""

from __future__ import annotations

from pathlib import Path

import click

from actiontrack.cli.base import Session, command


@command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def backup(session: Session, file: Path) -> None:
    """Copy the store, whole and consistent, to FILE."""
    from actiontrack.cli.output import print_facts
    from actiontrack.services.backup import backup as run_backup

    with session.core() as core, session.working("Copying"):
        told = run_backup(core.store, file)
    session.show(told, lambda: print_facts(told))


@command("restore")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Verify the backup; change nothing.")
@click.pass_obj
def restore(session: Session, file: Path, dry_run: bool) -> None:
    """Put a backup in the store's place, once it is found whole. The store it replaces is kept beside it."""
    from actiontrack.cli.output import print_facts, print_line
    from actiontrack.services.backup import restore as run_restore

    with session.core() as core, session.working("Restoring"):
        told = run_restore(core.store, file, at=core.clock.now(), dry_run=dry_run)

    def human() -> None:
        print_facts(told)
        if not dry_run:
            print_line("Each connector waits at its next sync until you approve what it shows.")

    session.show(told, human)
