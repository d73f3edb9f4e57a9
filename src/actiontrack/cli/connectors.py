"""`connector` and `plugin`: what is configured, what is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from actiontrack.cli.base import Group, Session
from actiontrack.cli.earlier import backups, restore
from actiontrack.cli.mending import SHOWN, print_problems, problems

if TYPE_CHECKING:
    from collections.abc import Mapping

    from actiontrack.ports import Problem
    from actiontrack.services.core import Core


@click.group("connector", cls=Group)
def connector() -> None:
    """The instances the configuration names."""


@connector.command("list")
@click.pass_obj
def list_connectors(session: Session) -> None:
    """What is configured, and when it was last seen."""
    from actiontrack.cli.output import print_table

    with session.core() as core:
        rows = connector_rows(core)
    columns = [
        ("name", "Instance"), ("type", "Type"), ("side", "Side"), ("agency", "Agency"), ("review", "Review"),
        ("where", "Where"), ("adopted", "Adopted"), ("seen", "Last seen"),
    ]  # fmt: skip
    session.show(rows, lambda: print_table(rows, columns, empty="No connector is configured."))


def connector_rows(core: Core) -> list[dict[str, Any]]:
    """One row an instance: what the configuration says and what the store remembers; one for an empty folder too."""
    from actiontrack.domain.ledger import Instance

    with core.store.reading() as reader:
        known = {each.name: each for each in reader.find(Instance)}
    rows = []
    empty = {name: line for name, line in core.folders.items() if not core.named(name)}
    for name, settings in {**core.instances, **empty}.items():
        seen = known.get(name)
        rows.append(
            {
                "name": name,
                "type": settings.type,
                "side": settings.side.value,
                "agency": settings.agency,
                "review": settings.review,
                "where": settings.options.get("path") or settings.options.get("url") or "",
                "adopted": seen.adopted_at.isoformat() if seen and seen.adopted_at else "",
                "seen": seen.seen_at.isoformat() if seen and seen.seen_at else "",
                "waits": seen.must_confirm if seen else "",
            }
        )
    return rows


@connector.command("check")
@click.argument("name", required=False)
@click.pass_obj
def check(session: Session, name: str | None) -> int:
    """Can it be reached, read and written; what it declares."""
    from actiontrack.errors import UserError

    with session.core() as core, session.working("Checking"):
        chosen = core.named(name) if name else core.instances
        if name and not chosen and name not in core.folders:
            raise UserError(f"no connector is called {name!r}; there are {', '.join(core.instances) or 'none'}")
        rows = [check_one(core, each) for each in chosen]
    session.show(rows, lambda: _print_checks(rows))
    return 0 if all(row["ok"] for row in rows) else 1


def check_one(core: Core, name: str) -> dict[str, Any]:
    """What the instance declares, and what is wrong with it."""
    from dataclasses import asdict

    from actiontrack.errors import ActionTrackError

    row: dict[str, Any] = {"name": name, "ok": False, "problems": [], "capabilities": {}}
    try:
        connector = core.connector(name)
        declared = asdict(connector.capabilities())
        row["capabilities"] = {
            key: sorted(value) if isinstance(value, frozenset) else value for key, value in declared.items()
        }
        row["problems"] = [_told_of(problem) for problem in connector.check()]
    except ActionTrackError as error:
        row["problems"].append(_told(str(error)))
    row["problems"] += [_told_of(problem) for problem in core.way(name)]
    row["ok"] = not row["problems"]
    return row


def _told_of(problem: Problem) -> dict[str, str]:
    return _told(problem.text, problem.do, problem.sheet, problem.cell, problem.value)


def _told(text: str, do: str = "", sheet: str = "", cell: str = "", value: str = "") -> dict[str, str]:
    return {"text": text, "why": text, "do": do, "sheet": sheet, "cell": cell, "value": value}


def _print_checks(rows: list[dict[str, Any]]) -> None:
    from actiontrack.cli.output import print_line

    for row in rows:
        declared = row["capabilities"]
        told = f"reads {len(declared['reads'])} fields, writes {len(declared['writes'])}" if declared else ""
        print_line(f"{row['name']}: {'ok' if row['ok'] else 'needs a person'}{f' ({told})' if told else ''}")
        if row["problems"]:
            print_problems(row["problems"], row["name"], most=SHOWN)


connector.add_command(problems)
connector.add_command(backups)
connector.add_command(restore)


@click.group("plugin", cls=Group)
def plugin() -> None:
    """Rules, connectors and formats come in by plugins, the built-in ones too."""


@plugin.command("list")
@click.pass_obj
def list_plugins(session: Session) -> None:
    """Which are installed and what they offer. Needs no configuration."""
    from actiontrack.cli.output import print_line, print_table
    from actiontrack.hooks import load_plugins

    hooks = load_plugins()
    offers: dict[str, Mapping[str, Any]] = {
        "connectors": hooks.connectors,
        "platforms": hooks.platforms,
        "notifiers": hooks.notifiers,
        "report formats": hooks.report_formats,
        "jobs": hooks.jobs,
        "commands": hooks.commands,
    }
    rows = [
        {
            "name": each.name,
            "distribution": each.distribution,
            "version": each.version,
            "hooks": list(each.hooks),
            "offers": [
                f"{name} ({kind[:-1]})"
                for kind, offered in offers.items()
                for name, one in offered.items()
                if one.plugin == each.name
            ],
        }
        for each in hooks.plugins
    ]
    columns = [("name", "Plugin"), ("version", "Version"), ("hooks", "Hooks"), ("offers", "Offers")]

    def human() -> None:
        print_table(rows, columns)
        for issue in hooks.issues.values():
            print_line(f"{issue.text} {issue.do}")

    session.show(rows, human)
