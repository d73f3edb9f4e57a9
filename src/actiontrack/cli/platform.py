"""`platform`: the system a board hosts its reviews on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from actiontrack.cli.base import Group, Session

if TYPE_CHECKING:
    from actiontrack.ports import SetsUp
    from actiontrack.services.core import Core


@click.group("platform", cls=Group)
def platform() -> None:
    """The board's platform, and what a system needs before it can be synced."""


@platform.command("setup")
@click.argument("kind", metavar="TYPE")
@click.option("--instance", default="", metavar="NAME", help="An agency's instance of that type instead of [platform].")
@click.option("--hook", default="", metavar="URL", help="Have the system tell this address of each change (a hint).")
@click.option("--script", type=click.Path(path_type=Path, dir_okay=False), help="Write the script to this file.")
@click.option("--dry-run", is_flag=True, help="Show what is there and what lacks; write no file.")
@click.pass_obj
def setup(session: Session, kind: str, instance: str, hook: str, script: Path | None, dry_run: bool) -> int:
    """What a system of that TYPE needs for us: what is there, what lacks, and the script that makes it.

    The script is run by an administrator on the system's own machine; it makes what lacks and may be run again. Without
    --script it is printed. --json holds steps (what, state), script, run and why. Exit code 1: something lacks.
    """
    with session.core() as core, session.working("Looking"):
        found = _chosen(core, kind, instance).set_up(hook)
    steps = [{"what": each.what, "state": each.state} for each in found.steps]
    told = {"steps": steps, "script": found.script, "run": found.run, "why": found.why}
    lacks = any(each.state != "there" for each in found.steps)
    if script is not None and not dry_run:
        script.write_text(found.script, encoding="utf-8")
    session.show(told, lambda: _print(told, script, lacks=lacks, dry_run=dry_run))
    return 1 if lacks else 0


def _chosen(core: Core, kind: str, instance: str) -> SetsUp:
    """The connector that knows how its system is set up. Raises UserError."""
    from actiontrack.errors import UserError
    from actiontrack.ports import SetsUp

    name = instance or core.platform
    if not name:
        raise UserError("the configuration has no [platform]; write one, or say --instance NAME")
    if name not in core.instances:
        raise UserError(f"no connector is called {name!r}; there are {', '.join(core.instances) or 'none'}")
    if core.instances[name].type != kind:
        raise UserError(f"{name} is of the type {core.instances[name].type}, not {kind}")
    found = core.connector(name)
    if not isinstance(found, SetsUp):
        raise UserError(f"systems of the type {kind} need no set-up of ours")
    return found


def _print(told: dict[str, Any], script: Path | None, *, lacks: bool, dry_run: bool) -> None:
    from actiontrack.cli.output import print_line, print_table

    print_table(told["steps"], [("what", "What"), ("state", "State")])
    if told["why"]:
        print_line(f"It can't be asked yet: {told['why']}")
    if not lacks:
        print_line("Nothing lacks.")
    elif dry_run:
        print_line("Without --dry-run the script that makes it is printed, or written to --script FILE.")
    elif script is None:
        print(told["script"])
        print_line(told["run"])
    else:
        print_line(f"The script that makes it is in {script}. {told['run']}")
