"""`report board`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from actiontrack.cli.base import Group, Session
from actiontrack.cli.sweep import DATE

if TYPE_CHECKING:
    from collections.abc import Mapping


@click.group("report", cls=Group)
def report() -> None:
    """What the Board receives."""


@report.command("board")
@click.option("--as-at", type=DATE, required=True, metavar="DATE", help="The day it speaks of.")
@click.option("--since", type=DATE, metavar="DATE", help="The last meeting (default: the newest before as-at).")
@click.option("--at-entry", type=click.IntRange(min=0), metavar="N", help="Make it again from the records at entry N.")
@click.option(
    "--format", "formats", multiple=True, help="html, xlsx, json …; may be given again (default: every one installed)."
)
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Where to.")
@click.option("--dry-run", is_flag=True, help="Compute the figures; write no file.")
@click.pass_obj
def board(
    session: Session,
    as_at: date,
    since: date | None,
    at_entry: int | None,
    formats: tuple[str, ...],
    out: Path,
    dry_run: bool,
) -> None:
    """The board pack: the same figures in every format."""
    from actiontrack.services.reporting import board_report, write_report

    wanted = [name.strip() for each in formats for name in each.split(",")]
    with session.core() as core, session.working("Making the report"):
        made = board_report(core, as_at=as_at, since=since, at_entry=at_entry)
        files = write_report(core, made, wanted, out, dry_run=dry_run)
    told = {"files": [str(file) for file in files], "figures": made.figures.to_json()}
    session.show(told, lambda: print_report(told))


def print_report(told: Mapping[str, Any]) -> None:
    """The figures and the files."""
    from actiontrack.cli.output import print_facts, print_line

    print_facts(told["figures"])
    for file in told["files"]:
        print_line(file)
