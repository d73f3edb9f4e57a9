"""`report`."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from actiontrack.cli.base import Group, Session
from actiontrack.cli.sweep import DATE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from actiontrack.domain.report import Report
    from actiontrack.services.core import Core
    from actiontrack.services.reporting import Again

Command = TypeVar("Command", bound="Callable[..., Any]")


@click.group("report", cls=Group)
def report() -> None:
    """What the Board receives, and what it publishes."""


class EntryType(click.ParamType["Again"]):
    """66, or 66/3f2a91bc as a report prints it."""

    name = "entry"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Again:
        """The entry and the key. A number that is none is told as such."""
        from actiontrack.services.reporting import Again

        found = re.fullmatch(r"([0-9]{1,18})(?:/([0-9a-f]{8}))?", str(value))
        if found is None:
            self.fail(f"{value!r} is no audit entry: give its number, or what the report prints (66/3f2a91bc).")
        return Again(int(found[1]), found[2] or "")


_OPTIONS = (
    click.option(
        "--at-entry",
        type=EntryType(),
        metavar="N",
        help="Make it again from entry N, or N/KEY as the report prints it.",
    ),
    click.option(
        "--format",
        "formats",
        multiple=True,
        help="html, pdf, docx, xlsx …; may be given again (default: every one installed).",
    ),
    click.option(
        "--out", required=True, type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Where to."
    ),
    click.option("--dry-run", is_flag=True, help="Compute the figures; write no file."),
)


def writes(command: Command) -> Command:
    """The options of every report: what it is made from, as what and where to."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@report.command("board")
@click.option("--as-at", type=DATE, required=True, metavar="DATE", help="The day it speaks of.")
@click.option("--since", type=DATE, metavar="DATE", help="The last meeting (default: the newest before as-at).")
@writes
@click.pass_obj
def board(
    session: Session,
    as_at: date,
    since: date | None,
    at_entry: Again | None,
    formats: tuple[str, ...],
    out: Path,
    dry_run: bool,
) -> None:
    """The board pack: the same figures in every format."""
    from actiontrack.services.reporting import board_report

    def make(core: Core) -> Report:
        return board_report(core, as_at=as_at, since=since, at_entry=at_entry)

    _make(session, make, formats, out, dry_run)


@report.command("agency")
@click.argument("code")
@click.option("--as-at", type=DATE, required=True, metavar="DATE", help="The day it speaks of.")
@click.option("--since", type=DATE, metavar="DATE", help="The last meeting (default: the newest before as-at).")
@writes
@click.pass_obj
def agency(
    session: Session,
    code: str,
    as_at: date,
    since: date | None,
    at_entry: Again | None,
    formats: tuple[str, ...],
    out: Path,
    dry_run: bool,
) -> None:
    """An agency's own pack: the actions in which it has a part. The embargo of a review is kept."""
    from actiontrack.services.reporting import agency_report

    def make(core: Core) -> Report:
        return agency_report(core, code, as_at=as_at, since=since, at_entry=at_entry)

    _make(session, make, formats, out, dry_run)


@report.command("annual")
@click.option("--from", "first", type=DATE, required=True, metavar="DATE", help="The year's first day.")
@click.option("--to", "last", type=DATE, required=True, metavar="DATE", help="The year's last day.")
@click.option("--regime", default="SAR", show_default=True, help="Reviews of which kind.")
@writes
@click.pass_obj
def annual(
    session: Session,
    first: date,
    last: date,
    regime: str,
    at_entry: Again | None,
    formats: tuple[str, ...],
    out: Path,
    dry_run: bool,
) -> None:
    """The annual report's section on reviews (Care Act 2014, Schedule 2, paragraph 4(1)(d) to (g)): for the public."""
    from actiontrack.services.reporting import annual_report

    def make(core: Core) -> Report:
        return annual_report(core, first=first, last=last, regime=regime, at_entry=at_entry)

    _make(session, make, formats, out, dry_run)


@report.command("register")
@click.option("--as-at", type=DATE, required=True, metavar="DATE", help="The day it speaks of.")
@writes
@click.pass_obj
def register(
    session: Session, as_at: date, at_entry: Again | None, formats: tuple[str, ...], out: Path, dry_run: bool
) -> None:
    """The public register of findings, actions and commentary: published reviews only."""
    from actiontrack.services.reporting import public_register

    _make(session, lambda core: public_register(core, as_at=as_at, at_entry=at_entry), formats, out, dry_run)


@report.command("review")
@click.argument("ref")
@click.option("--as-at", type=DATE, required=True, metavar="DATE", help="The day it speaks of.")
@writes
@click.pass_obj
def review(
    session: Session, ref: str, as_at: date, at_entry: Again | None, formats: tuple[str, ...], out: Path, dry_run: bool
) -> None:
    """A review's story: finding, question, answer, actions, evidence, effect. For the Board."""
    from actiontrack.services.reporting import review_story

    _make(session, lambda core: review_story(core, ref, as_at=as_at, at_entry=at_entry), formats, out, dry_run)


def _make(session: Session, make: Callable[[Core], Report], formats: tuple[str, ...], out: Path, dry_run: bool) -> None:
    from actiontrack.services.reporting import write_report

    wanted = [name.strip() for each in formats for name in each.split(",")]
    with session.core() as core, session.working("Making the report"):
        made = make(core)
        files = write_report(core, made, wanted, out, dry_run=dry_run)
    told = {"files": [str(file) for file in files], "figures": made.figures_told(), "again": made.again}
    session.show(told, lambda: print_report(told))


def print_report(told: Mapping[str, Any]) -> None:
    """The figures and the files."""
    from actiontrack.cli.output import print_facts, print_line

    print_facts(told["figures"])
    for file in told["files"]:
        print_line(file)
