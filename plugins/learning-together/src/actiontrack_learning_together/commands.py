"""`actiontrack learning …`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from actiontrack.api import CommandLine, NotAllowed, UserError, write_whole

if TYPE_CHECKING:
    from actiontrack_learning_together.document import Trouble
    from actiontrack_learning_together.taking_in import Taken

_SHOWN = 40


@click.group("learning")
def learning() -> None:
    """A whole review as one file, in and out; regimes and their clocks."""


@learning.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be done; store nothing.")
@click.pass_obj
def import_(session: CommandLine, file: Path, dry_run: bool) -> int:
    """Take a review in from FILE: .yaml, .json or .xlsx.

    Only what the file says is taken, and only what changed in it since it was last taken in: what changed here stays,
    and is told. Progress, status and evidence are never in the file. Any problem in it, and nothing is stored: all of
    them are told, each with its place. --json holds ref, created, actions (number, ref), changed, left, filed, kept,
    problems and warnings. Exit code 1: something was left for a person to settle.
    """
    from actiontrack_learning_together.checking import check
    from actiontrack_learning_together.reading import read
    from actiontrack_learning_together.taking_in import Taken, take_in

    if session.agency:
        raise NotAllowed("The Board keeps its reviews; leave --agency out.")
    document = read(file)
    found, troubles = check(document)
    if found is None:
        taken = Taken("", problems=troubles)
    else:
        with session.app() as app:
            taken = take_in(app, document, found, who=session.who, dry_run=dry_run)
    session.show(taken.to_json(), lambda: _print_taken(session, taken, dry_run=dry_run))
    _tell(file, taken.warnings, "may be a slip: ")
    if taken.problems:
        _tell_problems(file, taken.problems)
        click.get_current_context().exit(2)
    return 1 if taken.asks else 0


@learning.command("export")
@click.argument("ref")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The file: .yaml, .json or .xlsx.")
@click.option("--dry-run", is_flag=True, help="Tell what there is to write; write no file.")
@click.pass_obj
def export(session: CommandLine, ref: str, out: Path, dry_run: bool) -> None:
    """Write the review REF to a file that `learning import` takes in again; the same review gives the same bytes.

    It holds all the Board knows of the review, embargoed or not: keep it as you keep the report. --json holds ref, file
    and how many there are of each kind.
    """
    from actiontrack_learning_together.data import regimes
    from actiontrack_learning_together.stored import file_of
    from actiontrack_learning_together.workbook_out import to_workbook
    from actiontrack_learning_together.writing import written

    if session.agency:
        raise NotAllowed("A review's file is the Board's; leave --agency out.")
    with session.app() as app, app.store.reading() as reader:
        found = file_of(reader, ref)
        suffix = out.suffix.lower()
        if suffix == ".xlsx":
            kinds = [each.short for each in regimes(app.folder).values()]
            content = to_workbook(found, [each.code for each in app.agencies], kinds)
        else:
            content = written(found, suffix)
    try:
        if not dry_run:
            write_whole(out, content)
    except OSError as error:
        raise UserError(f"{out}: can't be written ({error.strerror}).") from None
    told = {"ref": ref, "file": str(out), **_counts(found)}
    counts = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in _counts(found).items())
    done = "would be written" if dry_run else "was written"
    session.show(told, lambda: session.line(f"{ref} {done} to {out}: {counts}."))


@learning.command("schema")
@click.pass_obj
def schema(session: CommandLine) -> None:
    """Print the JSON Schema of the file."""
    from actiontrack_learning_together.schema import schema_text

    click.echo(schema_text(), nl=False)


@learning.command("regimes")
@click.option("--review", metavar="REF", default="", help="The clocks of this review's regime, and the days they give.")
@click.pass_obj
def regimes(session: CommandLine, review: str) -> None:
    """List the kinds of review there are in law, with their clocks; with --review, a review's own clocks.

    A clock marked S was read in the source it names; C is common usage, for a board to set. --json holds for each
    regime its name, short, nations, law, about and clocks, each with the day its source was last checked, or null where
    it could not be; with --review the clocks, with started, due, met and state.
    """
    from actiontrack_learning_together.clocks import clocks_of, listed

    with session.app() as app:
        if review:
            told = clocks_of(app, review)
            columns = [("name", "Clock"), ("length", "Time"), ("started", "From"), ("due", "Due"), ("state", "State")]
            rows, empty = told["clocks"], f"{told['name']} has no clock here."
            session.show(told, lambda: session.table(rows, [*columns, ("mark", "Mark")], empty=empty))
            return
        found = listed(app.folder)
    shown = [
        {
            "regime": each["regime"],
            "title": each["name"],
            "nations": each["nations"],
            "do": "; ".join(f"{one['name']}: {one['length']} ({one['mark']})" for one in each["clocks"]),
            "why": each["law"],
        }
        for each in found
    ]
    columns = [("regime", "Regime"), ("title", "Name"), ("nations", "Nations"), ("do", "Clocks"), ("why", "Law")]
    session.show(found, lambda: session.table(shown, columns))


def _counts(found: object) -> dict[str, int]:
    from actiontrack_learning_together.checking import LISTS

    return {name: len(getattr(found, name)) for name in LISTS}


# --- telling --------------------------------------------------------------------------------------------------------


def _tell(file: Path, troubles: list[Trouble], word: str = "") -> None:
    for each in troubles[:_SHOWN]:
        click.echo(_steady(f"{word}{file.name}, {each}"), err=True)


def _tell_problems(file: Path, problems: list[Trouble]) -> None:
    _tell(file, problems)
    more = f" The other {len(problems) - _SHOWN} are in --json." if len(problems) > _SHOWN else ""
    count = f"{len(problems)} problems" if len(problems) > 1 else "1 problem"
    click.echo(f"actiontrack: {file}: {count}; nothing was stored.{more}", err=True)


def _steady(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _print_taken(session: CommandLine, taken: Taken, *, dry_run: bool) -> None:
    if taken.problems:
        return
    would = "would be " if dry_run else ""
    made = ", ".join(_many(len(refs), kind) for kind, refs in taken.created.items())
    if made:
        session.line(f"{taken.ref}: {would}made: {made}.")
    if taken.changed:
        session.line(f"{taken.ref}: {would}changed:")
        rows = [{**each.to_json(), "from": each.before, "to": each.after} for each in taken.changed]
        session.table(rows, [("ref", "Ref"), ("field", "Field"), ("from", "From"), ("to", "To")])
    if taken.filed:
        session.line("Filed, for somebody else to decide (`actiontrack proposal list`):")
        session.table(taken.filed, [("ref", "Ref"), ("field", "Field"), ("to", "To"), ("why", "Why")])
    if taken.left:
        session.line("Left as it is here:")
        columns = [("ref", "Ref"), ("field", "Field"), ("here", "Here"), ("file", "In the file"), ("why", "Why")]
        session.table([each.to_json() for each in taken.left], columns)
    if taken.kept:
        session.line(f"Not in the file, and kept: {', '.join(taken.kept)}.")
    if not (made or taken.changed or taken.filed):
        session.line(f"{taken.ref}: nothing to do, the records say what the file says.")
    if dry_run:
        print("nothing was stored", file=sys.stderr)


def _many(count: int, kind: str) -> str:
    word = kind.replace("_", " ")
    return f"1 {word}" if count == 1 else f"{count} {word}s"
