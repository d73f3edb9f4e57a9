"""`review`, `episode`, `finding`, `recommendation` and `meeting`: the same four verbs for each."""

from __future__ import annotations

from datetime import date

import click

from actiontrack.cli.base import DRY_RUN, Group, Session, say
from actiontrack.cli.recurrence import link, similar, unlink
from actiontrack.cli.sweep import DATE

COLUMNS = {
    "review": ("ref", "title", "regime", "methodology", "publication"),
    "episode": ("ref", "review", "position", "text"),
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


def _group(noun: str, told: str = "") -> click.Group:
    group = click.Group(noun, help=told or f"{noun.capitalize()}s.")
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
            f"Change {'an' if noun == 'episode' else 'a'} {noun}.",
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
episode = _group("episode", "Key practice episodes: stretches of the case that mattered.")
finding = _group("finding")
recommendation = _group("recommendation")
meeting = _group("meeting")

for _verb in (similar, link, unlink):
    recommendation.add_command(_verb)


@recommendation.command("list", cls=Group.command_class)
@click.option("--open", "wanted", flag_value="open", help="Those for which something is missing to close them.")
@click.option("--closed", "wanted", flag_value="closed", help="Those that may be closed: nothing is missing.")
@click.option("--review", default="", metavar="REF")
@click.pass_obj
def list_recommendations(session: Session, wanted: str | None, review: str) -> None:
    """Every recommendation, with what is missing to close it."""
    from actiontrack.cli.output import print_table
    from actiontrack.services.records import nouns

    with session.core() as core:
        rows = nouns.list_recommendations(core, closed=None if wanted is None else wanted == "closed", review=review)
    columns = [(name, name.capitalize()) for name in COLUMNS["recommendation"]] + [("to_close", "Missing to close it")]
    session.show(
        rows, lambda: print_table(rows, columns, empty=f"No {wanted or ''} recommendation.".replace("  ", " "))
    )


@recommendation.command("respond", cls=Group.command_class)
@click.argument("ref")
@click.option("--response", required=True,
              type=click.Choice(["accepted", "accepted_in_part", "not_accepted", "referred_elsewhere"]))  # fmt: skip
@click.option("--reasons", default="", metavar="T", help="Why the Board answers so; compulsory.")
@click.option("--meeting", default="", metavar="REF", help="The meeting that decided; compulsory.")
@click.option("--monitoring", metavar="T", help="How its effect will be seen.")
@click.option("--national", metavar="T", help="What of it needs a national answer.")
@click.option("--review-by", type=DATE, metavar="DATE", help="The day on which a referral comes back.")
@DRY_RUN
@click.pass_obj
def respond(
    session: Session, ref: str, response: str, reasons: str, meeting: str, monitoring: str | None,
    national: str | None, review_by: date | None, dry_run: bool,
) -> None:  # fmt: skip
    """Record the Board's answer to a recommendation, and the decision it rests on."""
    from actiontrack.cli.output import print_facts
    from actiontrack.domain.vocabulary import Response
    from actiontrack.errors import NotAllowed
    from actiontrack.services.records import responding

    if session.agency:
        raise NotAllowed("The Board answers its recommendations; leave --agency out.")
    with session.core() as core:
        told = responding.respond(
            core, ref, Response(response), reasons=reasons, meeting=meeting, monitoring=monitoring, national=national,
            review_by=review_by, who=session.who, dry_run=dry_run,
        )  # fmt: skip
    session.show(told, lambda: print_facts(told))
    if dry_run:
        say("nothing was stored")
