"""`audit verify` and `audit export`."""

from __future__ import annotations

import json

import click

from actiontrack.cli.base import Group, Session


@click.group("audit", cls=Group)
def audit() -> None:
    """The hash-chained log of every change."""


@audit.command("verify")
@click.pass_obj
def verify(session: Session) -> int:
    """Check that no entry was changed, removed or moved."""
    from actiontrack.cli.output import print_line
    from actiontrack.services.audit import verify as run_verify

    with session.core() as core, session.working("Verifying"):
        told = run_verify(core.store)
    broken = told["broken_at"]
    text = f"{told['entries']} entries, head {told['head']}: "
    text += "whole" if broken is None else f"BROKEN at entry {broken}; restore a backup made before it"
    session.show(told, lambda: print_line(text))
    return 0 if broken is None else 1


@audit.command("export")
@click.pass_obj
def export(session: Session) -> None:
    """Every entry, oldest first: one JSON document a line; with --json an array."""
    from actiontrack.cli.base import print_json
    from actiontrack.services.audit import export as run_export

    with session.core() as core:
        entries = run_export(core.store)
        if session.json:
            print_json(list(entries))
            return
        for entry in entries:
            click.echo(json.dumps(entry, ensure_ascii=False))
