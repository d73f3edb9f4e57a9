"""`workbook`: workbooks made for agencies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from actiontrack.cli.base import Group, Session, agency_code

if TYPE_CHECKING:
    from actiontrack.ports import InstanceSettings
    from actiontrack.runtime import Runtime


@click.group("workbook", cls=Group)
def workbook() -> None:
    """Workbooks for agencies: issue one, and bring it up to date."""


@workbook.command("issue")
@click.option("--agency", required=True, metavar="CODE", help="Whose actions it holds.")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The file to make (.xlsx).")
@click.option("--dry-run", is_flag=True, help="Say what it would hold; make nothing.")
@click.pass_obj
def issue(session: Session, agency: str, out: Path, dry_run: bool) -> int:
    """Make a workbook with one agency's actions, its Board's columns locked.

    From then on `sync` keeps it in step where it is. --json holds file, agency, connector, actions, status and why.
    """
    from actiontrack.runtime import issued_settings, with_instance
    from actiontrack.services import issuing
    from actiontrack.services.sync.engine import sync

    path = out.resolve()
    with session.runtime() as runtime, session.working("Making the workbook"):
        core = runtime.core
        code = agency_code(core, agency)
        known = issuing.instance_at(core, path, runtime.settings.folder)
        issuing.check_issue(known, code, path)
        if known is None:
            name = issuing.name_for(core, path)
            if not dry_run:
                issuing.note_issued(core, name, code, path, session.who)
            made = issued_settings(name, code, path, create=True)
        else:
            made = _to_be_made(known)
        result = sync(with_instance(runtime, made), [made.name], dry_run=dry_run, who=session.who)
        # In a folder that a connector names it is one of that folder's files.
        runtime.look_again()
        made = issuing.instance_at(core, path, runtime.settings.folder) or made
    (one,) = result.connectors
    actions = sum(step.does == "create there" for step in result.steps) if dry_run else one.created_there
    told = {
        "file": str(path), "agency": code, "connector": made.name, "actions": actions,
        "status": one.status, "why": one.why,
    }  # fmt: skip
    session.show(told, lambda: _print_issued(told, dry_run))
    return result.exit_code


def _to_be_made(instance: InstanceSettings) -> InstanceSettings:
    from dataclasses import replace

    return replace(instance, options={**instance.options, "create": True})


def _print_issued(told: dict[str, Any], dry_run: bool) -> None:
    from actiontrack.cli.output import print_line

    if told["status"] != "ok":
        print_line(f"{told['file']}: {told['why']}")
        return
    print_line(f"{told['file']}: {'would hold' if dry_run else 'holds'} {told['actions']} actions of {told['agency']}.")
    if not dry_run:
        print_line(f"`actiontrack sync` keeps it in step, as “{told['connector']}”; a copy that comes back from the")
        print_line("agency is taken in by `actiontrack workbook refresh FILE`.")


@workbook.command("refresh")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Show the plan, step by step; change nothing.")
@click.option("--approve", multiple=True, metavar="HASH", help="Apply the plan of that hash (a guard).")
@click.pass_obj
def refresh(session: Session, file: Path, dry_run: bool, approve: tuple[str, ...]) -> int:
    """Take in what was typed in an issued workbook, and bring it up to date in place.

    FILE is the workbook where it was issued, or the copy an agency sent back: that is then the one kept in step.
    --json is that of `sync`.
    """
    from actiontrack.cli.sync import print_sync
    from actiontrack.runtime import with_instance
    from actiontrack.services.sync.engine import sync

    with session.runtime() as runtime, session.working("Syncing"):
        instance = _instance_of(runtime, file.resolve())
        result = sync(
            with_instance(runtime, instance), [instance.name], dry_run=dry_run, approve=approve, who=session.who
        )
    told = result.to_json()
    session.show(told, lambda: print_sync(told))
    return result.exit_code


def _instance_of(runtime: Runtime, path: Path) -> InstanceSettings:
    """The instance of this file: by its place, else by the mark in it. Raises UserError where it was never issued."""
    from actiontrack.errors import UserError
    from actiontrack.runtime import issued_settings, with_instance
    from actiontrack.services import issuing

    known = issuing.instance_at(runtime.core, path, runtime.settings.folder)
    if known is not None:
        return known
    unknown = issued_settings(path.name, "", path)
    seen = with_instance(runtime, unknown).connectors[path.name].observe("", {})
    issued = issuing.issued_under(runtime.core, seen.binding)
    if issued is None:
        raise UserError(
            f"{path}: this board issued no such workbook; name it in a [[connector]] of the configuration, or make one "
            "with `actiontrack workbook issue`"
        )
    return issued_settings(issued.name, issued.issued_to, path)
