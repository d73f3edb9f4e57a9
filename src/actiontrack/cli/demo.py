"""`demo`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from actiontrack.cli.base import Session, command, say

if TYPE_CHECKING:
    from actiontrack.demo.run import Told


@command("demo")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default="demo", metavar="[DIR]")
@click.pass_obj
def demo(session: Session, folder: Path) -> None:
    """The whole job on made-up data, in DIR (./demo), as often as you like."""
    from actiontrack.demo import run_demo

    told = run_demo(folder, say)
    session.show(asdict(told), lambda: print_demo(told))


def print_demo(told: Told) -> None:
    """What happened, what waits, what to open."""
    from actiontrack.cli.decisions import print_conflicts, print_proposals
    from actiontrack.cli.output import print_line
    from actiontrack.cli.sweep import print_sweep
    from actiontrack.cli.sync import print_sync

    print_sync(told.sync)
    print_line("Changed on two sides: frozen until a person decides", "bold")
    print_conflicts(told.conflicts)
    print_line("Asked for: somebody else decides", "bold")
    print_proposals(told.proposals)
    print_sweep(told.sweep)
    print_line()
    print_line("Open these:", "bold")
    for file in told.files:
        print_line(f"  {file}")
    print_line("Then try:", "bold")
    config = f"--config {told.dir}/actiontrack.toml"
    for line in ("action list --overdue", "conflict list", "action show 2.2", "action history 2.2", "sync"):
        print_line(f"  actiontrack {config} {line}")
