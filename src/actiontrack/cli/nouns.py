"""`review`, `finding`, `recommendation` and `meeting`: the same four verbs for each."""

from __future__ import annotations

import click

from actiontrack.cli.base import Group, Session, say
from actiontrack.cli.recurrence import link, similar, unlink

COLUMNS = {
    "review": ("ref", "title", "regime", "methodology", "publication"),
    "finding": ("ref", "review", "effect", "confidence", "text"),
    "recommendation": ("ref", "review", "number", "response", "kind", "text"),
    "meeting": ("ref", "body", "date"),
}


def parse_fields(pairs: tuple[str, ...]) -> dict[str, str]:
    """FIELD=VALUE words as a mapping."""
    values: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise click.UsageError(f"{pair!r} is not FIELD=VALUE")
        if name.strip() in values:
            raise click.UsageError(f"{name.strip()} is given twice")
        values[name.strip()] = value
    return values


def _group(noun: str) -> click.Group:
    group = click.Group(noun, help=f"{noun.capitalize()}s.")
    dry_run = click.Option(["--dry-run"], is_flag=True, help="Show the outcome; store nothing.")
    for verb, help_text, params in (
        ("list", f"Every {noun}.", []),
        ("show", f"One {noun}.", [click.Argument(["ref"])]),
        (
            "add",
            f"A new {noun}.",
            [click.Argument(["fields"], nargs=-1, required=True, metavar="FIELD=VALUE..."), dry_run],
        ),
        (
            "set",
            f"Change a {noun}.",
            [
                click.Argument(["ref"]),
                click.Argument(["fields"], nargs=-1, required=True, metavar="FIELD=VALUE..."),
                dry_run,
            ],
        ),
    ):
        group.add_command(Group.command_class(verb, callback=_CALLBACKS[verb](noun), params=params, help=help_text))
    return group


def _list(noun: str) -> object:
    @click.pass_obj
    def run(session: Session) -> None:
        from actiontrack.cli.output import print_table
        from actiontrack.services.records.nouns import list_nouns

        with session.core() as core:
            rows = list_nouns(core, noun)
        columns = [(name, name.capitalize()) for name in COLUMNS[noun]]
        session.show(rows, lambda: print_table(rows, columns, empty=f"No {noun} yet."))

    return run


def _show(noun: str) -> object:
    @click.pass_obj
    def run(session: Session, ref: str) -> None:
        from actiontrack.cli.output import print_facts
        from actiontrack.services.records.nouns import show_noun

        with session.core() as core:
            told = show_noun(core, noun, ref)
        session.show(told, lambda: print_facts(told))

    return run


def _add(noun: str) -> object:
    @click.pass_obj
    def run(session: Session, fields: tuple[str, ...], dry_run: bool) -> None:
        _change(session, noun, "", fields, dry_run)

    return run


def _set(noun: str) -> object:
    @click.pass_obj
    def run(session: Session, ref: str, fields: tuple[str, ...], dry_run: bool) -> None:
        _change(session, noun, ref, fields, dry_run)

    return run


_CALLBACKS = {"list": _list, "show": _show, "add": _add, "set": _set}


def _change(session: Session, noun: str, ref: str, fields: tuple[str, ...], dry_run: bool) -> None:
    from actiontrack.cli.output import print_facts
    from actiontrack.errors import NotAllowed
    from actiontrack.services.records.nouns import add_noun, set_noun

    if session.agency:
        raise NotAllowed(f"The Board keeps its {noun}s; leave --agency out.")
    values = parse_fields(fields)
    with session.core() as core:
        if ref:
            told = set_noun(core, noun, ref, values, who=session.who, dry_run=dry_run)
        else:
            told = add_noun(core, noun, values, who=session.who, dry_run=dry_run)
    session.show(told, lambda: print_facts(told))
    if dry_run:
        say("nothing was stored")


review = _group("review")
finding = _group("finding")
recommendation = _group("recommendation")
meeting = _group("meeting")

for _verb in (similar, link, unlink):
    recommendation.add_command(_verb)
