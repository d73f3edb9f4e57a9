"""actiontrack: a board's store and its workbooks. Set up with one workbook, and with two."""

from __future__ import annotations

import json
import shutil
import signal
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import material

from proof.peers import kit
from proof.peers.kit import Finding, Order, Tally

NAME = "actiontrack"
SETTING = "as it comes"
_ITEMS = 10

_CONFIG = """[board]
name = "Exampleshire Safeguarding Adults Board"
nation = "ENG"
[store]
url = "sqlite:///at.db"
"""
_PLAN = (
    '[[connector]]\nname = "{name}"\ntype = "spreadsheet"\npath = "{name}.xlsx"\nside = "board"\nreview = "{review}"\n'
)

_KILLER = """
import os, signal, sys
import sqlalchemy.engine.base as base
at = int(sys.argv[1])
steps = 0

def step():
    global steps
    steps += 1
    if steps == at:
        os.kill(os.getpid(), signal.SIGKILL)

def around(owner, name):
    real = getattr(owner, name)
    def stepped(*args, **kwargs):
        step()
        result = real(*args, **kwargs)
        step()
        return result
    setattr(owner, name, stepped)

around(os, "replace")
around(os, "link")
around(base.RootTransaction, "commit")
from actiontrack.cli.front import run
ended = run(["--json", "sync"])
print(steps)
sys.exit(ended)
"""
"""A sync that is killed before or after its n-th commit to the store, or replacement of a file."""


@dataclass(slots=True)
class Board:
    """A board's folder, and the command line over it."""

    folder: Path

    def make(self, items: int, *names: str) -> Board:
        """So many actions in a workbook of each name, adopted."""
        self.folder.mkdir(parents=True)
        agencies = "".join(f'[[agency]]\ncode = "{c}"\nname = "{n}"\n' for c, n in material.AGENCIES.items())
        plans = "".join(_PLAN.format(name=name, review=f"SAR-2026-{at:02}") for at, name in enumerate(names, 1))
        (self.folder / "actiontrack.toml").write_text(_CONFIG + agencies + plans)
        for name in names:
            material.make_plan(self.folder / f"{name}.xlsx", items)
        material.adopt(self.folder)
        return self

    @property
    def env(self) -> dict[str, str]:
        return kit.surroundings(self.folder / "home", ACTIONTRACK_USER="anna")

    def run(self, *args: str) -> tuple[int, Any]:
        """One command: its exit code and its document."""
        ended = kit.run([sys.executable, "-m", "actiontrack", "--json", *args], cwd=self.folder, env=self.env)
        return ended.returncode, json.loads(ended.stdout) if ended.stdout.lstrip().startswith(("{", "[")) else {}

    def actions(self) -> dict[str, dict[str, Any]]:
        """Every action by its text."""
        return {action["text"]: action for action in self.run("action", "list")[1]}

    def open_questions(self) -> int:
        """Conflicts and proposals that wait for a person."""
        return len(self.run("conflict", "list")[1]) + len(self.run("proposal", "list")[1])

    def sheet(self, name: str = "plan") -> Sheet:
        """The workbook in a person's hands."""
        return Sheet(self.folder / f"{name}.xlsx")


class Sheet:
    """A workbook opened, edited and saved by another program than ours."""

    def __init__(self, path: Path) -> None:
        import openpyxl

        self.path = path
        self.book = openpyxl.load_workbook(path)
        self.cells = self.book.worksheets[0]
        self._columns = {cell.value: number for number, cell in enumerate(self.cells[1], 1)}

    def __enter__(self) -> Sheet:
        return self

    def __exit__(self, *_: object) -> None:
        self.book.save(self.path)

    def get(self, row: int, heading: str) -> Any:
        """What a cell holds. Rows from 2."""
        return self.cells.cell(row, self._columns[heading]).value

    def set(self, row: int, heading: str, text: str) -> None:
        """Type over a cell."""
        self.cells.cell(row, self._columns[heading]).value = text

    def by_text(self, heading: str) -> dict[str, Any]:
        """A column by the action's text."""
        rows = range(2, self.cells.max_row + 1)
        return {self.get(row, "Action"): self.get(row, heading) for row in rows if self.get(row, "Action")}


def measure(order: Order, environment: Path) -> Iterator[Finding]:
    """Every scenario."""
    yield Finding(NAME, SETTING, kit.KILL, *_kill(order.folder / "kill", order.trials))
    yield Finding(NAME, SETTING, kit.FIELDS, *_fields(Board(order.folder / "fields").make(_ITEMS, "plan")))
    yield Finding(NAME, SETTING, kit.MASS, *_mass(Board(order.folder / "mass").make(order.items, "plan"), order.items))
    yield Finding(NAME, SETTING, kit.DOWN, *_down(Board(order.folder / "down").make(_ITEMS, "north", "south")))


def _kill(folder: Path, trials: int) -> tuple[str, Mapping[str, Any]]:
    """Ten changes are on their way into the workbook; the kills are spread over all steps of the sync."""
    start = Board(folder / "start").make(_ITEMS, "plan")
    for action in start.actions().values():
        start.run("action", "set", action["ref"], f"lead_officer=Changed {action['number']}")
    tally = Tally()
    steps = _killed(_copy(start, folder / "whole"), 0)
    for trial in range(trials):
        board = _copy(start, folder / f"trial{trial}")
        _killed(board, 1 + trial * (steps - 1) // max(1, trials - 1))
        row = 2 + trial % _ITEMS
        with board.sheet() as sheet:
            text = sheet.get(row, "Action")
            heading = "Lead officer" if str(sheet.get(row, "Lead officer")).startswith("Changed") else "Priority"
            sheet.set(row, heading, "Typed by a person")
        for _ in range(2):
            board.run("sync")
        tally.judge(**_judged(board, text, heading))
        shutil.rmtree(board.folder)
    return f"{tally.in_words()}; of {steps} steps", {**tally.figures(), "steps": steps}


def _copy(board: Board, to: Path) -> Board:
    shutil.copytree(board.folder, to)
    return Board(to)


def _killed(board: Board, step: int) -> int:
    """A sync that dies at this step (0: at none); how many steps there were, of one that came to its end."""
    ended = kit.run([sys.executable, "-c", _KILLER, str(step)], cwd=board.folder, env=board.env)
    if step and ended.returncode != -signal.SIGKILL:
        raise RuntimeError(f"the sync ended before it was killed at step {step}")
    return 0 if step else int(ended.stdout.strip().splitlines()[-1])


def _judged(board: Board, typed_in: str, heading: str) -> dict[str, bool]:
    actions = board.actions()
    sheet = board.sheet()
    wanted = {text: {"Lead officer": f"Changed {action['number']}"} for text, action in actions.items()}
    wanted[typed_in] |= {heading: "Typed by a person"}
    here = [
        actions[text][name] == value
        for text, cells in wanted.items()
        for name, value in ((_FIELDS[heading], value) for heading, value in cells.items())
    ]
    there = [sheet.by_text(name).get(text) == value for text, cells in wanted.items() for name, value in cells.items()]
    lost = not all(either or other for either, other in zip(here, there, strict=True))
    asked = bool(board.open_questions())
    return {
        "lost": lost,
        "conflicts": asked,
        "duplicates": len(actions) > _ITEMS or sheet.cells.max_row > _ITEMS + 1,
        "not_carried": not lost and not asked and not all(here + there),
    }


_FIELDS = {"Lead officer": "lead_officer", "Priority": "priority"}


def _fields(board: Board) -> tuple[str, Mapping[str, Any]]:
    text, action = next(iter(board.actions().items()))
    with board.sheet() as sheet:
        row = next(row for row in range(2, sheet.cells.max_row + 1) if sheet.get(row, "Action") == text)
        sheet.set(row, "Priority", "Typed there")
    board.run("action", "set", action["ref"], "lead_officer=Typed here")
    code, _ = board.run("sync")
    now, sheet = board.actions()[text], board.sheet()
    officer = [now["lead_officer"] == "Typed here", sheet.get(row, "Lead officer") == "Typed here"]
    priority = [now["priority"] == "Typed there", sheet.get(row, "Priority") == "Typed there"]
    merged = all(officer + priority)
    figures = {"merged": merged, "lost": [any(officer), any(priority)].count(False), "exit_code": code}
    return "merged" if merged else f"not merged, exit {code}", figures


def _mass(board: Board, items: int) -> tuple[str, Mapping[str, Any]]:
    with board.sheet() as sheet:
        sheet.cells.delete_rows(3, items - 1)
    code, told = board.run("sync")
    left = len(board.actions())
    status = told["connectors"][0]["status"]
    figures = {"of": items, "left": left, "exit_code": code, "status": status}
    if left == items and status == "guard":
        return f"stopped at the guard until a person approves that very plan; all {left} are kept, exit {code}", figures
    return f"{status}: {left} left in the store, exit {code}", figures


def _down(board: Board) -> tuple[str, Mapping[str, Any]]:
    (board.folder / "south.xlsx").rename(board.folder / "unmounted.xlsx")
    with board.sheet("north") as sheet:
        text = sheet.get(2, "Action")
        sheet.set(2, "Priority", "Typed there")
    code, told = board.run("sync")
    status = {each["name"]: each["status"] for each in told["connectors"]}
    actions = board.run("action", "list")[1]
    reached = any(action["text"] == text and action["priority"] == "Typed there" for action in actions)
    of_south = [action for action in actions if action["review"] == "SAR-2026-02"]
    kept = sum(action["status"] in ("not_started", "in_progress") for action in of_south)
    figures = {"other_synced": reached, "items_kept": kept, "of": _ITEMS, "exit_code": code, "status": status["south"]}
    other = "the other is synced" if reached else "the other is not synced"
    return f"{other}; {kept} of {_ITEMS} items of the one that is down are kept, exit {code}", figures
