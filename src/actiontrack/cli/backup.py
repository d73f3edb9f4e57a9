"""`backup` and `restore`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from actiontrack.cli.base import Session, command

if TYPE_CHECKING:
    from actiontrack.services.core import Core


@command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def backup(session: Session, file: Path) -> None:
    """Copy the store, whole and consistent, to FILE. Files that are evidence lie in a folder beside the store."""
    from actiontrack.cli.output import print_facts, print_line
    from actiontrack.services.backup import backup as run_backup

    with session.core() as core, session.working("Copying"):
        told = {**run_backup(core.store, file), **_evidence(core)}

    def human() -> None:
        print_facts(told)
        if told["evidence_files"]:
            print_line(
                f"Files that are evidence are not in it: copy the folder {told['evidence_folder']} as well, and put it "
                "back beside the store after a restore."
            )

    session.show(told, human)


def _evidence(core: Core) -> dict[str, Any]:
    from actiontrack.services.records.filing import kept_files

    return {"evidence_files": kept_files(core), "evidence_folder": str(core.evidence.folder) if core.evidence else ""}


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
