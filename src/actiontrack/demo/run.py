"""Plays the demo: a manager's workbook adopted, agencies' workbooks made, edits on every side, sync, sweep, report."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

from actiontrack.demo.config import configuration
from actiontrack.demo.person import type_into
from actiontrack.demo.workbook import make_board_workbook
from actiontrack.errors import UserError
from actiontrack.runtime import open_runtime
from actiontrack.services.core import Core
from actiontrack.services.records.nouns import add_noun, list_nouns, set_noun
from actiontrack.services.reporting import board_report, review_story, write_report
from actiontrack.services.sweep import sweep
from actiontrack.services.sync.engine import sync
from actiontrack.services.sync.waiting import conflicts, proposals
from actiontrack.services.telling import deliver

MARK = ".actiontrack-demo"
"""Says that a folder is the demo's own: only then is it made anew."""
BOARD, HEALTH, POLICE = "board-plan", "health-plan", "police-plan"
MANAGER = "demo manager"

EDITS = (
    (BOARD, "2.2", "text", "Write a shared form of words for vulnerability notices and train every response team."),
    (POLICE, "2.2", "text", "Write a form of words for vulnerability notices with partners; train response teams."),
    (POLICE, "1.2", "progress", "Supplier chosen; test on two desks next month."),
    (BOARD, "1.2", "priority", "Medium"),
    (POLICE, "3.1", "status", "Reported complete"),
    (HEALTH, "4.1", "current_due", 60),
    (HEALTH, "4.1", "progress", "First 60 staff trained in all three agencies."),
    (HEALTH, "1.3", "lead_officer", "Chief clinical information officer"),
    (BOARD, "4.3", "text", "Record the reasons whenever capacity is presumed after repeated refusals of care or food."),
)
"""What people type between two syncs: (workbook, number of the action, field, text or a date in days from today)."""


@dataclass(slots=True)
class Told:
    """What the demo did, for `--json` and for the page it prints."""

    dir: str
    files: list[str] = field(default_factory=list)
    adoption: dict[str, Any] = field(default_factory=dict)
    sync: dict[str, Any] = field(default_factory=dict)
    conflicts: list[dict[str, Any]] = field(default_factory=list)
    proposals: list[dict[str, Any]] = field(default_factory=list)
    sweep: dict[str, Any] = field(default_factory=dict)
    report: dict[str, Any] = field(default_factory=dict)


def run_demo(folder: Path, tell: Callable[[str], None] = lambda line: None) -> Told:
    """Play it in `folder`, made anew if it is an earlier demo's. `tell` hears each step.

    Raises UserError where the folder holds something else.
    """
    clear(folder)
    plan = tomllib.loads(resources.files(__package__).joinpath("plan.toml").read_text(encoding="utf-8"))
    (folder / "actiontrack.toml").write_text(configuration(plan), encoding="utf-8")
    told = Told(str(folder))
    with open_runtime(str(folder / "actiontrack.toml")) as runtime:
        core = runtime.core
        tell(f"A review, {plan['review']['ref']}, with {len(plan['finding'])} findings, and the board's last meeting.")
        _record_review(core, plan)
        make_board_workbook(folder / "board-plan.xlsx", plan, core.clock.today())
        tell(f"The manager's workbook, {len(plan['action'])} actions: shown first, then adopted with approval.")
        told.adoption = _adopt(core)
        _say_which_finding(core, plan)
        tell("Two agencies' workbooks, made by sync. Now everybody edits: the board, the police, the health trust.")
        _edit(core, folder)
        told.sync = sync(core, who=MANAGER).to_json()
        told.conflicts, told.proposals = conflicts(core), proposals(core)
        tell("Synced. What may flow has flowed; what two sides changed differently waits for a person.")
        told.sweep = sweep(core, as_at=None, dry_run=False, who=MANAGER).to_json()
        told.sweep["delivered"] = deliver(core, at_any_hour=True, who=MANAGER).to_json()
        made = board_report(core, as_at=core.clock.today(), since=None, at_entry=None)
        files = write_report(core, made, (), folder / "report")
        story = review_story(core, plan["review"]["ref"], as_at=core.clock.today())
        files += write_report(core, story, ("html",), folder / "report")
        told.report = {"files": [str(file) for file in files], "figures": made.figures.to_json()}
    told.files = [str(folder / name) for name in ("actiontrack.toml", *_WORKBOOKS.values())] + told.report["files"]
    told.files += [str(file) for file in sorted((folder / "outbox").glob("*.eml"))]
    return told


_WORKBOOKS = {BOARD: "board-plan.xlsx", HEALTH: "health-trust.xlsx", POLICE: "police.xlsx"}


def clear(folder: Path) -> None:
    """An empty folder with the demo's mark; an earlier demo in it is removed, anything else is left alone."""
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise UserError(f"{folder} holds something that is not the demo's; name another folder: actiontrack demo DIR")
    for name in _WORKBOOKS.values():
        for lock in (folder / f"~${name}", folder / f".~lock.{name}#"):
            if lock.exists():
                raise UserError(f"{folder / name} is open in a spreadsheet program; close it and try again")
    if folder.exists():
        _remove_inside(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text("This folder is made anew by `actiontrack demo`.\n", encoding="utf-8")


def _remove_inside(folder: Path) -> None:
    import shutil

    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _record_review(core: Core, plan: Mapping[str, Any]) -> None:
    def texts(record: Mapping[str, Any]) -> dict[str, str]:
        return {name: "; ".join(value) if isinstance(value, list) else value for name, value in record.items()}

    add_noun(core, "review", texts(plan["review"]), who=MANAGER)
    for finding in plan["finding"]:
        add_noun(core, "finding", texts(finding) | {"review": plan["review"]["ref"]}, who=MANAGER)
    last = core.clock.today() + timedelta(days=plan["as_of_meeting"])
    add_noun(core, "meeting", {"body": plan["board"], "date": last.isoformat()}, who=MANAGER)


def _adopt(core: Core) -> dict[str, Any]:
    """The first sync shows what it would do; the demo approves its own."""
    shown = sync(core, who=MANAGER).to_json()
    hashes = [each["plan"] for each in shown["connectors"] if each["status"] == "guard"]
    done = sync(core, approve=hashes, who=MANAGER).to_json()
    return {"shown": shown["connectors"], "done": done["connectors"]}


def _say_which_finding(core: Core, plan: Mapping[str, Any]) -> None:
    """A plan names its recommendations; the review tells which finding each answers."""
    numbers = {each["text"]: each["finding"] for each in plan["recommendation"]}
    for each in list_nouns(core, "recommendation"):
        if each["text"] in numbers:
            finding = f"{plan['review']['ref']}-F{numbers[each['text']]}"
            set_noun(core, "recommendation", each["ref"], {"findings": finding}, who=MANAGER)


def _edit(core: Core, folder: Path) -> None:
    """Type each edit into the cell where that workbook shows the field."""
    for name, file in _WORKBOOKS.items():
        seen = core.connectors[name].observe("", {})
        rows = {str(record.fields.get("number")): record.row for record in seen.records}
        cells: dict[str, str | date] = {
            seen.place(what, rows[number]): core.clock.today() + timedelta(days=typed)
            if isinstance(typed, int)
            else typed
            for book, number, what, typed in EDITS
            if book == name
        }
        type_into(folder / file, seen.sheet, cells)
