"""`action`."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from actiontrack.cli.base import DRY_RUN, Group, Session, agency_code, say
from actiontrack.cli.nouns import parse_fields
from actiontrack.cli.sweep import DATE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from actiontrack.services.core import Core
    from actiontrack.services.records.asking import Asker


class InstantType(click.ParamType[datetime]):
    """An ISO date or instant; one without an offset is in UTC."""

    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """2026-11-24, 2026-11-24T09:00:00Z → aware instant."""
        from datetime import UTC

        if isinstance(value, datetime):
            return value
        try:
            read = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no date or instant; write 2026-11-24 or 2026-11-24T09:00:00Z", param, ctx)
        return read if read.tzinfo else read.replace(tzinfo=UTC)


@click.group("action", cls=Group)
def action() -> None:
    """Actions. REF is an Action ID, or the plan's number where only one action has it."""


@action.command("list")
@click.option("--agency", metavar="CODE", help="Those in which it has a part.")
@click.option("--review", default="", metavar="REF")
@click.option("--status", default="", help="not_started, in_progress, blocked …")
@click.option("--overdue", is_flag=True)
@click.option("--due-before", type=DATE, metavar="DATE")
@click.option("--impact-due", is_flag=True, help="Verified, and its impact check is due.")
@click.option("--ready", is_flag=True, help="To be done, neither blocked nor waiting for another.")
@click.option("--changed-since", type=InstantType(), metavar="DATE")
@click.option("--search", default="", metavar="TEXT", help="In number, texts, officer and newest progress.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N")
@click.pass_obj
def list_(
    session: Session,
    agency: str | None,
    review: str,
    status: str,
    overdue: bool,
    due_before: date | None,
    impact_due: bool,
    ready: bool,
    changed_since: datetime | None,
    search: str,
    limit: int | None,
) -> None:
    """The actions that fit, by review and number."""
    from actiontrack.cli.output import print_table
    from actiontrack.services.records.listing import Filter, list_actions
    from actiontrack.services.records.outlook import legs_in_words

    with session.core() as core:
        wanted = agency or session.agency
        chosen = Filter(
            agency=agency_code(core, wanted) if wanted else "",
            review=review,
            status=status,
            overdue=overdue,
            due_before=due_before,
            impact_due=impact_due,
            ready=ready,
            changed_since=changed_since,
            search=search,
            limit=limit or 0,
        )
        rows = list_actions(core, chosen)
    columns = [
        ("ref", "Action"), ("number", "No."), ("review", "Review"), ("text", "What"), ("agencies", "Agencies"),
        ("current_due", "Due"), ("status", "Status"), ("rating", "Rating"), ("days_overdue", "Days over"),
        ("parts", "Parts"), ("waits", "Waits for"),
    ]  # fmt: skip
    numbers = {row["ref"]: row["number"] for row in rows}
    shown = [
        {
            **row,
            "days_overdue": row["days_overdue"] or "",
            "parts": legs_in_words(row["legs"]),
            "waits": [numbers.get(ref) or ref for ref in row["waits_for"]],
        }
        for row in rows
    ]
    session.show(rows, lambda: print_table(shown, columns, empty="No action fits."))


@action.command("show")
@click.argument("ref")
@click.pass_obj
def show(session: Session, ref: str) -> None:
    """One action with everything kept about it."""
    from actiontrack.services.records.listing import show_action

    with session.core() as core:
        told = show_action(core, ref)
    _show(session, told)


@action.command("history")
@click.argument("ref")
@click.pass_obj
def history(session: Session, ref: str) -> None:
    """Every change of it: when, who, by which way, what."""
    from actiontrack.cli.output import print_table
    from actiontrack.services.records.listing import history_of

    with session.core() as core:
        rows = history_of(core, ref)
    columns = [
        ("at", "At"), ("who", "Who"), ("source", "By way of"), ("field", "Field"), ("before", "Before"),
        ("after", "After"),
    ]  # fmt: skip
    session.show(rows, lambda: print_table(rows, columns))


@action.command("add")
@click.argument("fields", nargs=-1, required=True, metavar="FIELD=VALUE...")
@DRY_RUN
@click.pass_obj
def add(session: Session, fields: tuple[str, ...], dry_run: bool) -> None:
    """A new action: text=… lead_agency=… current_due=… …"""
    from actiontrack.services.records.asking import add_action

    values = parse_fields(fields)
    _change(session, lambda core, asker: add_action(core, values, asker, dry_run=dry_run), dry_run)


@action.command("set")
@click.argument("ref")
@click.argument("fields", nargs=-1, required=True, metavar="FIELD=VALUE...")
@click.option("--meeting", default="", metavar="REF", help="Of a closure: the meeting that decided it is recorded.")
@DRY_RUN
@click.pass_obj
def set_(session: Session, ref: str, fields: tuple[str, ...], meeting: str, dry_run: bool) -> None:
    """Change fields. What you don't own is filed as a proposal, a later due date as a request.

    The Board also sets depends_on="REF, REF", recommendations="REF, REF", superseded_by=REF and impact_check_due=DATE.
    """
    from actiontrack.services.records.asking import set_fields

    values = parse_fields(fields)
    _change(
        session, lambda core, asker: set_fields(core, ref, values, asker, meeting=meeting, dry_run=dry_run), dry_run
    )


@action.command("progress")
@click.argument("ref")
@click.argument("text")
@DRY_RUN
@click.pass_obj
def progress(session: Session, ref: str, text: str, dry_run: bool) -> None:
    """Add a progress update."""
    from actiontrack.services.records.asking import add_log

    _change(session, lambda core, asker: add_log(core, ref, "progress", text, asker, dry_run=dry_run), dry_run)


@action.command("comment")
@click.argument("ref")
@click.argument("text")
@DRY_RUN
@click.pass_obj
def comment(session: Session, ref: str, text: str, dry_run: bool) -> None:
    """Add a critical friend's comment."""
    from actiontrack.services.records.asking import add_log

    _change(session, lambda core, asker: add_log(core, ref, "comments", text, asker, dry_run=dry_run), dry_run)


@action.command("extend")
@click.argument("ref")
@click.option("--to", type=DATE, required=True, metavar="DATE", help="The later date.")
@click.option("--reason", required=True, help="Why it is needed.")
@DRY_RUN
@click.pass_obj
def extend(session: Session, ref: str, to: date, reason: str, dry_run: bool) -> None:
    """Ask for a later due date; somebody else accepts it (`proposal accept`)."""
    from actiontrack.services.records.asking import ask_extension

    _change(session, lambda core, asker: ask_extension(core, ref, to, reason, asker, dry_run=dry_run), dry_run)


@action.command("evidence")
@click.argument("ref")
@click.option("--link", metavar="URL", help="Where it can be seen.")
@click.option("--file", "path", type=click.Path(dir_okay=False, path_type=Path), metavar="F",
              help="A file: a copy of it is kept, known by its SHA-256.")  # fmt: skip
@click.option("--effective", type=DATE, metavar="DATE", help="The period it speaks of ends here.")
@click.option("--shows", default="", metavar="TEXT", help="What a file shows.")
@DRY_RUN
@click.pass_obj
def evidence(
    session: Session, ref: str, link: str | None, path: Path | None, effective: date | None, shows: str, dry_run: bool
) -> None:
    """Add what shows that practice changed."""
    from actiontrack.services.records.asking import add_log
    from actiontrack.services.records.filing import add_evidence_file

    if (link is None) == (path is None):
        raise click.UsageError("say either --link URL or --file F")

    def work(core: Core, asker: Asker) -> dict[str, Any]:
        if path is not None:
            return add_evidence_file(core, ref, path, asker, effective=effective, shows=shows, dry_run=dry_run)
        return add_log(core, ref, "evidence", link or "", asker, effective=effective, dry_run=dry_run)

    _change(session, work, dry_run)


@action.command("evidence-file")
@click.argument("ref")
@click.argument("position", type=click.IntRange(min=1))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, metavar="FILE",
              help="Where to write it; there must be no such file yet.")  # fmt: skip
@click.pass_obj
def evidence_file(session: Session, ref: str, position: int, out: Path) -> None:
    """Give back the file that is evidence POSITION of an action, once it is found unaltered."""
    from actiontrack.cli.output import print_facts
    from actiontrack.services.records.asking import Asker
    from actiontrack.services.records.filing import give_evidence_file

    with session.core() as core:
        told = give_evidence_file(core, ref, position, out, Asker(session.who, session.actor(core)))
    session.show(told, lambda: print_facts(told))


@action.command("sign-off")
@click.argument("ref")
@click.option("--agency", required=True, metavar="CODE", help="Who saw the evidence; not the lead agency.")
@DRY_RUN
@click.pass_obj
def sign_off_(session: Session, ref: str, agency: str, dry_run: bool) -> None:
    """Say that somebody outside the lead agency saw the evidence."""
    from actiontrack.services.records.asking import sign_off

    _change(
        session, lambda core, asker: sign_off(core, ref, agency_code(core, agency), asker, dry_run=dry_run), dry_run
    )


@action.command("impact-check")
@click.argument("ref")
@click.option("--passed/--failed", "passed", default=None, help="Whether the change reached practice; compulsory.")
@click.option("--note", default="", metavar="T", help="What was found; compulsory.")
@click.option("--on", type=DATE, metavar="DATE", help="The day it was checked (default: today).")
@click.option("--measure", default="", metavar="T", help="What it was checked against, where no recommendation says.")
@DRY_RUN
@click.pass_obj
def impact_check(
    session: Session, ref: str, passed: bool | None, note: str, on: date | None, measure: str, dry_run: bool
) -> None:
    """Enter whether the change reached practice. One that failed reopens the action; embedded needs one that passed."""
    from actiontrack.services.records.impact import Checked, check_impact

    if passed is None:
        raise click.UsageError("say either --passed or --failed")
    found = Checked(passed, note, on, measure)
    _change(session, lambda core, asker: check_impact(core, ref, found, asker, dry_run=dry_run), dry_run)


def _change(session: Session, work: Callable[[Core, Asker], dict[str, Any]], dry_run: bool) -> None:
    from actiontrack.services.records.asking import Asker

    with session.core() as core:
        told = work(core, Asker(session.who, session.actor(core)))
    _show(session, told)
    if dry_run:
        say("nothing was stored")


def _show(session: Session, told: Mapping[str, Any]) -> None:
    from actiontrack.cli.output import print_facts

    session.show(told, lambda: print_facts(told, title=f"{told['ref']}  {told['number']}".strip()))
