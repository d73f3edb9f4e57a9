"""`sync` and `import`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from actiontrack.cli.base import Session, command, say
from actiontrack.cli.mending import SHOWN, print_problems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COUNTS = ("read", "created_here", "updated_here", "created_there", "updated_there")
OPEN = ("conflicts", "proposals", "quarantined", "missing")


@command("sync")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--dry-run", is_flag=True, help="Show the plan, step by step; change nothing.")
@click.option("--approve", multiple=True, metavar="HASH", help="Apply the plan of that hash (an adoption, a guard).")
@click.pass_obj
def sync(session: Session, names: tuple[str, ...], dry_run: bool, approve: tuple[str, ...]) -> int:
    """Observe, plan, merge and apply: every instance, or those named."""
    from actiontrack.services.sync.engine import sync as run_sync

    with session.core() as core, session.working("Syncing"):
        result = run_sync(core, names, dry_run=dry_run, approve=approve, who=session.who)
    told = result.to_json()
    session.show(told, lambda: print_sync(told))
    return result.exit_code


def print_sync(told: Mapping[str, Any]) -> None:
    """The table of instances, what waits for a person, and the steps of a dry run."""
    from actiontrack.cli.output import console, print_line, print_table

    columns = [("name", "Instance"), ("status", "Status"), *((key, key.replace("_", " ")) for key in COUNTS + OPEN)]
    rows = told["connectors"]
    if console().width < _ALL_COUNTS:  # what nothing happened of needs no column
        rows = [{**each, **{key: each[key] or "" for key in (*COUNTS[1:], *OPEN)}} for each in rows]
    print_table(rows, columns, empty="No connector is configured.")
    for each in told["connectors"]:
        if each["answered"]:
            print_line(f"{each['name']}: {each['answered']} answered there and settled")
        if each.get("why") and not _is_listed(each["why"], each["problems"]):
            print_line(f"{each['name']}: {each['why']}")
        if each["status"] == "guard":
            _print_adoption(each)
            print_line(f"  to see what it would do: actiontrack sync {each['name']} --dry-run --approve {each['plan']}")
            print_line(f"  to go on: actiontrack sync {each['name']} --approve {each['plan']}", "bold")
        if each["problems"]:
            print_problems(each["problems"], each["name"], most=SHOWN)
    if "steps" in told:
        columns = [
            ("connector", "Instance"), ("ref", "Action"), ("sheet", "Sheet"), ("cell", "Cell"), ("field", "Field"),
            ("base", "Agreed"), ("ours", "Ours"), ("theirs", "Theirs"), ("does", "Does"),
        ]  # fmt: skip
        waiting = any(each["status"] == "guard" for each in told["connectors"])
        print_table(told["steps"], columns, empty="Nothing else to do." if waiting else "Nothing to do.")


def _is_listed(why: str, problems: Sequence[Mapping[str, str]]) -> bool:
    """Whether the list below says so already, line by line."""
    return any(each["why"].rstrip(".") in why for each in problems[:SHOWN])


def _print_adoption(told: Mapping[str, Any]) -> None:
    """How the columns were understood, what would be done to the file, the rows found."""
    from actiontrack.cli.output import print_line, print_table

    mapping = [{"field": field, "heading": heading} for field, heading in told.get("mapping", {}).items()]
    if mapping and told.get("rows"):
        print_table(mapping, [("field", "Field"), ("heading", "Read from")])
        fields = [name for name in _ROW_FIELDS if any(row.get(name) for row in told["rows"])]
        columns = [(name, name.replace("_", " ").capitalize()) for name in ("row", *fields)]
        print_table(told["rows"][:_ROWS_SHOWN], columns)
        if len(told["rows"]) > _ROWS_SHOWN:
            print_line(f"  … and {len(told['rows']) - _ROWS_SHOWN} rows more (--json has them all)")
    for sentence in told.get("setup", ()):
        print_line(f"  {sentence}")


_ROW_FIELDS = ("number", "text", "lead_agency", "current_due", "status")
_ROWS_SHOWN = 15
_ALL_COUNTS = 140
"""Columns of a terminal that all the counts need."""


@command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--review", default="", metavar="REF", help="The review of rows that name none.")
@click.option(
    "--mapping", type=click.Path(path_type=Path), help="A TOML file: field = heading, as [connector.columns]."
)
@click.option("--connector", default="", metavar="NAME", help="Read it as this configured instance would.")
@click.option("--dry-run", is_flag=True, help="Show what would be made; change nothing.")
@click.pass_obj
def import_(session: Session, file: Path, review: str, mapping: Path | None, connector: str, dry_run: bool) -> int:
    """Read a plan from FILE into the store. FILE is never written."""
    from actiontrack.services.sync.importing import import_file

    if mapping and connector:
        raise click.UsageError("--mapping and --connector exclude one another")
    columns = read_mapping(mapping) if mapping else {}
    with session.core() as core, session.working("Reading"):
        result = import_file(
            core, file, review=review, mapping=columns, connector=connector, dry_run=dry_run, who=session.who
        )
    told = result.to_json()
    session.show(told, lambda: _print_import(told, dry_run))
    return 1 if told["problems"] else 0


def read_mapping(file: Path) -> dict[str, str]:
    """A mapping file: `field = heading` lines, alone or under [columns]. Raises UserError."""
    import tomllib

    from actiontrack.errors import UserError

    try:
        read = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f'{file}: is no TOML ({error}); write lines like text = "Agreed action"') from None
    columns = read.get("columns", read)
    if not isinstance(columns, dict) or not all(isinstance(each, str) for each in columns.values()):
        raise UserError(f'{file}: each line says field = "heading", like text = "Agreed action"')
    return columns


def _print_import(told: Mapping[str, Any], dry_run: bool) -> None:
    from actiontrack.cli.output import print_line, print_table

    rows = [{"field": field, "heading": heading} for field, heading in told["mapping"].items()]
    print_table(rows, [("field", "Field"), ("heading", "Read from")])
    made = ", ".join(f"{count} {noun}" for noun, count in told["created"].items())
    print_line(f"{told['rows']} actions found; {'would make' if dry_run else 'made'} {made}.", "bold")
    if told["problems"]:
        print_problems(told["problems"])
    if dry_run:
        say("nothing was changed")
