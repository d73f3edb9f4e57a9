"""`connector problems`, and how problems are shown wherever they are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import click

from actiontrack.cli.base import Session, command

SHOWN = 10
"""Problems that a command which does something else prints."""


@command("problems")
@click.argument("name")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="COPY",
              help="Show them in a new copy of the workbook; in a .csv file, the list alone.")  # fmt: skip
@click.option("--in-place", is_flag=True, help="Show them in the workbook itself; a backup is kept.")
@click.option("--as", "way", type=click.Choice(["sheet", "comments"]), default="sheet", show_default=True,
              help="A sheet that lists them, or comments at their cells.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Say what would be written; write nothing.")
@click.pass_obj
def problems(
    session: Session, name: str, out: Path | None, in_place: bool, way: Literal["sheet", "comments"], dry_run: bool
) -> int:
    """List what a person must mend in a workbook, each with its cell, why it can't stay and what to do.

    The list is that of the last sync; with --out or --in-place the workbook is read anew. What was shown in the
    workbook before is replaced. The copy is for people: it is marked as the original's and never synced in its stead.
    --json holds problems: [{file, sheet, cell, value, why, do}], and file, listed, sheet and comments of what was
    written.
    """
    from dataclasses import asdict

    from actiontrack.services.mending import Shown, list_problems, show_problems

    if out and in_place:
        raise click.UsageError("--out and --in-place exclude one another")
    shown = Shown()
    with session.core() as core, session.working("Reading"):
        if out or in_place:
            rows, shown = show_problems(core, name, out=out and out.resolve(), way=way, dry_run=dry_run)
        else:
            rows = list_problems(core, name)

    def human() -> None:
        from actiontrack.cli.output import print_line

        if shown.file:
            print_line(_where(asdict(shown), dry_run=dry_run), "bold")
        print_problems(rows, name)

    session.show({"connector": name, "problems": rows, **asdict(shown)}, human)
    return 1 if rows else 0


def _where(shown: Mapping[str, Any], *, dry_run: bool) -> str:
    parts = []
    if shown["comments"]:
        parts.append(f"{shown['comments']} as comments at their cells")
    if shown["listed"]:
        parts.append(
            f"{shown['listed']} on the sheet “{shown['sheet']}”" if shown["sheet"] else f"{shown['listed']} listed"
        )
    told = ", ".join(parts) or "nothing to mend"
    return f"{shown['file']}: {'would show ' if dry_run else ''}{told}."


def print_problems(rows: Sequence[Mapping[str, Any]], name: str = "", *, most: int | None = None) -> None:
    """The list as people read it: place, what is wrong, what to do; `most` cuts it short. `name` is the instance's."""
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    from actiontrack.cli.output import clean, console, print_line
    from actiontrack.services.sync.problems import sentence

    if not rows:
        print_line(f"Nothing is to be mended{f' in {name}' if name else ''}.")
        return
    many = f"{len(rows)} problems to mend" if len(rows) > 1 else "1 problem to mend"
    print_line(f"{name}: {many}" if name else f"{many[0].upper()}{many[1:]}", "bold")
    grid = Table.grid(padding=(0, 2))
    grid.add_column(overflow="fold", max_width=28)
    grid.add_column(overflow="fold")
    for row in rows[:most]:
        place = " ".join(clean(row.get(key)) for key in ("sheet", "cell") if row.get(key)) or clean(row.get("file"))
        told = Text(clean(row["why"]))
        if row.get("do"):
            told.append(f"\n→ {sentence(clean(row['do']))}", style="italic")
        grid.add_row(Text(place), told)
    console().print(Padding(grid, (0, 0, 0, 2)))
    if most is not None and len(rows) > most:
        print_line(
            f"  … and {len(rows) - most} more: --json has them all, and `actiontrack connector problems {name}`."
        )
