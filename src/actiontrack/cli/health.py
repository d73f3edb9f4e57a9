"""`status` and `doctor`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from actiontrack.cli.base import Session, command
from actiontrack.cli.mending import SHOWN, print_problems

if TYPE_CHECKING:
    from actiontrack.runtime import Runtime
    from actiontrack.services.core import Core, Way


@command("status")
@click.pass_obj
def status(session: Session) -> int:
    """What needs a person: conflicts, proposals, issues, connectors that wait."""
    with session.runtime() as runtime:
        told = _status(runtime)
    session.show(told, lambda: _print_status(told))
    asked = ("conflicts", "proposals", "referrals_due", "impact_checks_due")
    waits = any(told[each] for each in asked) or any(issue["severity"] != "info" for issue in told["issues"])
    scheduler = told["scheduler"]
    return 1 if waits or scheduler["silent"] or scheduler["late"] or scheduler["failed"] else 0


def _status(runtime: Runtime) -> dict[str, Any]:
    from actiontrack.cli.connectors import connector_rows
    from actiontrack.domain.ledger import Conflict, Proposal, StoredIssue
    from actiontrack.domain.nouns import Action
    from actiontrack.services.lateness import pulse
    from actiontrack.services.sweep import come_back
    from actiontrack.services.sync.problems import by_place

    core = runtime.core
    scheduler = pulse(core, runtime.settings.schedules)
    with core.store.reading() as reader:
        back = come_back(reader, core.clock.today())
        issues = sorted(reader.find(StoredIssue), key=lambda issue: (issue.source, *by_place(issue)))
        return {
            "board": core.board.name,
            "config": str(runtime.settings.file),
            "actions": reader.count(Action),
            "entries": reader.head(),
            "conflicts": reader.count(Conflict, closed_at=None),
            "proposals": reader.count(Proposal, closed_at=None),
            "referrals_due": sum(each.kind == "referral" for each in back),
            "impact_checks_due": sum(each.kind == "impact_check" for each in back),
            "connectors": connector_rows(core),
            "scheduler": scheduler.to_json() | {"told": list(scheduler.words(core.board.timezone))},
            "issues": [
                {
                    "source": issue.source,
                    "severity": issue.severity,
                    "sheet": issue.sheet,
                    "cell": issue.cell,
                    "text": issue.text,
                    "do": issue.do,
                    "since": issue.since.isoformat(),
                }
                for issue in issues
            ],
        }


def _print_status(told: dict[str, Any]) -> None:
    from actiontrack.cli.output import print_line, print_table

    print_line(f"{told['board']}: {told['actions']} actions, {told['entries']} entries in the audit chain.", "bold")
    for noun, see in (("conflicts", "conflict list"), ("proposals", "proposal list")):
        if told[noun]:
            print_line(f"{told[noun]} open {noun}: actiontrack {see}")
    for name, noun, see in (
        ("referrals_due", "Referrals come back to the Board", "recommendation list --open"),
        ("impact_checks_due", "Impact checks due", "action list --impact-due"),
    ):
        if told[name]:
            print_line(f"{noun}: {told[name]}. See `actiontrack {see}`.")
    columns = [("name", "Instance"), ("type", "Type"), ("side", "Side"), ("adopted", "Adopted"), ("seen", "Last seen")]
    print_table(told["connectors"], columns, empty="No connector is configured.")
    for each in told["connectors"]:
        if each["waits"]:
            print_line(f"{each['name']} waits for an approval: {each['waits']}. See `actiontrack sync {each['name']}`.")
    for line in told["scheduler"]["told"]:
        print_line(line)
    by_source: dict[str, list[dict[str, Any]]] = {}
    for issue in told["issues"]:
        by_source.setdefault(issue["source"], []).append({**issue, "why": issue["text"]})
    for source, issues in by_source.items():
        print_problems(issues, source, most=SHOWN)
    if not by_source:
        print_line("No issue is open.")


@command("doctor")
@click.pass_obj
def doctor(session: Session) -> int:
    """Check the configuration, the store and its chain, every connector and plugin."""
    from actiontrack.cli.output import print_line

    with session.runtime() as runtime, session.working("Checking"):
        checks = _checks(runtime)

    def human() -> None:
        for check in checks:
            listed = check.get("problems", ())
            told = f"{check['text']} {check['do']}".rstrip() if len(listed) < 2 else f"{len(listed)} problems"
            print_line(f"{'ok  ' if check['ok'] else 'FAIL'}  {check['what']}: {told}")
            if len(listed) > 1:
                print_problems(listed, check["what"].removeprefix("connector "), most=SHOWN)

    session.show({"checks": checks}, human)
    return 0 if all(check["ok"] for check in checks) else 1


def _checks(runtime: Runtime) -> list[dict[str, Any]]:
    from actiontrack.cli.connectors import check_one
    from actiontrack.services.audit import verify
    from actiontrack.services.checking import check_records
    from actiontrack.services.records.filing import faulty_files

    core, settings = runtime.core, runtime.settings
    checks = [_check("configuration", True, f"{settings.file} holds together")]
    asked = core.hooks.check_config(core.board, core.agencies, core.instances)
    checks += [_check("configuration", issue.severity == "info", issue.text, issue.do) for issue in asked]
    chain = verify(core.store)
    whole = chain["broken_at"] is None
    text = f"{chain['entries']} entries, whole" if whole else f"broken at entry {chain['broken_at']}"
    checks.append(_check("audit chain", whole, text, "" if whole else "Restore a backup made before it."))
    for name in core.instances:
        found = check_one(core, name)
        told = "; ".join(f"{problem['text']} {problem['do']}".strip() for problem in found["problems"])
        check = _check(f"connector {name}", found["ok"], told or "can be reached, read and written")
        checks.append(check | {"problems": found["problems"]})
    checks += [
        _check("evidence", False, text, "Put the file back from a backup of the folder, or add it anew.")
        for text in faulty_files(core)
    ]
    checks += [_check("records", issue.severity == "info", issue.text, issue.do) for issue in check_records(core)]
    checks += _of_scheduler(runtime)
    checks += [*_of_addresses(core), *(_of_notifier(way) for way in core.ways)]
    checks += [_check("plugin", False, issue.text, issue.do) for issue in core.hooks.issues.values()]
    return checks


def _of_scheduler(runtime: Runtime) -> list[dict[str, Any]]:
    """Nothing is said where no rule is configured and nobody runs: then a timer may call what has to be done."""
    from actiontrack.services.lateness import pulse

    rules = runtime.settings.schedules
    found = pulse(runtime.core, rules)
    wrong = list(found.words(runtime.core.board.timezone))
    if wrong:
        do = "See that `actiontrack run` is at work: docs/how-to/run-every-day.md."
        return [_check("scheduler", False, each, do) for each in wrong]
    if rules and len(found.idle) == len(rules):
        return [_check("scheduler", True, "nothing of the schedule has run yet; start `actiontrack run`")]
    return [_check("scheduler", True, "on time")] if rules or found.leader else []


def _of_addresses(core: Core) -> Iterator[dict[str, Any]]:
    """What stands in the place of an address and is none."""
    from actiontrack.domain.addresses import is_address

    held = {"[board] manager": core.board.manager, "[board] chair": core.board.chair}
    for agency in core.agencies:
        held |= {f"[[agency]] {agency.code} {name}": getattr(agency, name) for name in ("lead", "executive")}
    for key, value in held.items():
        if value and not is_address(value):
            yield _check("addresses", False, f"{key} is no e-mail address.", 'Write one, such as "unit@example.org".')


def _of_notifier(way: Way) -> dict[str, Any]:
    from actiontrack.errors import ActionTrackError

    try:
        wrong = list(way.make().check())
    except ActionTrackError as error:
        return _check(f"notifier {way.name}", False, f"{error}.", "Mend [[notifier]].")
    told = "; ".join(f"{each.text} {each.do}".strip() for each in wrong)
    return _check(f"notifier {way.name}", not wrong, told or "can be reached, and lets us in")


def _check(what: str, ok: bool, text: str, do: str = "") -> dict[str, Any]:
    return {"what": what, "ok": ok, "text": text, "do": do}
