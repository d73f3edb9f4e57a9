"""Made-up plans of any size, and the ways another program saves one again without changing it."""

from __future__ import annotations

import datetime
import json
import random
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HEADINGS = (
    "Action ID", "Ref", "Rec no", "Recommendation", "Action", "Lead agency", "Other agencies", "Lead officer",
    "Priority", "Original due date", "Due date", "Status", "Progress", "Evidence", "Notes",
)  # fmt: skip
"""Fifteen columns; the first is written by `sync`."""
AGENCIES = {"POL": "Norchester Police", "HEA": "Norchester Health Trust", "LA": "Norchester Council"}
SHEET = "Action plan"
_STATUSES = ("Not started", "In progress")
_WORDS = ("agree", "audit", "briefing", "case", "check", "data", "health", "home", "learning", "plan", "share", "staff")


def make_plan(path: Path, rows: int, ids: bool = False) -> None:
    """A board's workbook of so many actions, without Action IDs unless they are asked for (plain numbers then)."""
    import xlsxwriter

    chance = random.Random(rows)
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "dd/mm/yyyy"})
    sheet = book.add_worksheet(SHEET)
    headings = HEADINGS if ids else HEADINGS[1:]
    sheet.write_row(0, 0, headings)
    for number in range(1, rows + 1):
        cells = _row(number, chance)
        sheet.write_row(number, 0, [f"ID-{number:06}", *cells] if ids else cells)
    status = headings.index("Status")
    sheet.data_validation(1, status, rows, status, {"validate": "list", "source": list(_STATUSES)})
    sheet.autofilter(0, 0, rows, len(headings) - 1)
    book.close()


def _row(number: int, chance: random.Random) -> list[object]:
    due = datetime.date(2026, 6, 1) + datetime.timedelta(days=number % 700)
    recommendation = (number - 1) // 4 + 1
    said = " ".join(random.Random(recommendation).choices(_WORDS, k=12))
    return [
        number, str(recommendation), f"Recommendation {recommendation}: {said}",
        f"{number}: " + " ".join(chance.choices(_WORDS, k=10)), chance.choice(list(AGENCIES.values())), None,
        f"Post {number % 40}", chance.choice(("High", "Medium", "Low")), due, due, chance.choice(_STATUSES),
        " ".join(chance.choices(_WORDS, k=15)) if number % 3 else None, None,
        "Note" if number % 5 == 0 else None,
    ]  # fmt: skip


def shuffle_strings(path: Path, seed: int) -> None:
    """Save the workbook again as another program might: its shared strings in another order, no value changed."""
    members = _members(path)
    text = members[_STRINGS].decode()
    items = re.findall(r"<si>.*?</si>|<si/>", text, re.DOTALL)
    order = list(range(len(items)))
    random.Random(seed).shuffle(order)
    place = {old: new for new, old in enumerate(order)}
    head, tail = text[: text.index("<si")], text[text.rindex("</si>") + len("</si>") :]
    members[_STRINGS] = (head + "".join(items[old] for old in order) + tail).encode()
    members[_SHEET_PART] = re.sub(
        r'(<c [^>]*t="s"[^>]*><v>)(\d+)(</v>)',
        lambda found: f"{found[1]}{place[int(found[2])]}{found[3]}",
        members[_SHEET_PART].decode(),
    ).encode()
    _save(path, members)


# --- adoption -------------------------------------------------------------------------------------------------------


def adopt(folder: Path) -> None:
    """The first sync, approved, and a second that finds nothing to do."""
    held = _sync(folder)
    _sync(folder, *(part for each in held["connectors"] for part in ("--approve", each["plan"])))
    done = _sync(folder)["connectors"][0]
    if done["status"] != "ok" or done["updated_there"]:
        raise RuntimeError(f"the plan was not adopted: {done['why']}")


def _sync(folder: Path, *args: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "actiontrack", "--json", "sync", *args]
    ran = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    if ran.returncode not in (0, 1):
        raise RuntimeError(ran.stderr)
    told: dict[str, Any] = json.loads(ran.stdout)
    return told


# --- a change on both sides -----------------------------------------------------------------------------------------

_OFFICER = HEADINGS.index("Lead officer") - 1
"""The column that is typed in, from 0, in a plan whose Action IDs were added on the right."""


def change_both(folder: Path, rows: int) -> None:
    """Type into so many rows of plan.xlsx, and change so many other actions in the store.

    Beside it: the plan as it was, in base.xlsx and as pandas keeps it in base.pkl; register.xlsx, as the store has it;
    changed.json, what is new by Action ID.
    """
    import pandas as pd

    from actiontrack.domain.ledger import Link
    from actiontrack.runtime import open_runtime
    from actiontrack.services.records.desk import Desk

    plan, register = folder / "plan.xlsx", folder / "register.xlsx"
    with open_runtime(str(folder / "actiontrack.toml")) as runtime:
        core = runtime.core
        with core.store.writing("analyst", "benchmark") as writer:
            links = random.Random(rows).sample(sorted(writer.pick(Link, ("row", "action"))), 2 * rows)
            typed, here = dict(links[:rows]), dict(links[rows:])
            desk = Desk(writer, core.board, core.clock.now())
            for file in desk.load(here.values()).values():
                desk.put_action(file, lead_officer=f"Chosen {file.action.ref}")
            desk.save(writer)
    for copy in (folder / "base.xlsx", register):
        shutil.copyfile(plan, copy)
    pd.read_excel(plan, sheet_name=SHEET, engine="calamine").to_pickle(folder / "base.pkl")
    _type(plan, {row: f"Typed {ref}" for row, ref in typed.items()})
    _type(register, {row: f"Chosen {ref}" for row, ref in here.items()})
    new = {ref: f"Typed {ref}" for ref in typed.values()} | {ref: f"Chosen {ref}" for ref in here.values()}
    (folder / "changed.json").write_text(json.dumps(new))


def check_both(folder: Path) -> None:
    """Raise unless plan.xlsx and the store hold what is new, and nothing else is."""
    from python_calamine import CalamineWorkbook

    from actiontrack.domain.nouns import Action
    from actiontrack.runtime import open_runtime

    new = json.loads((folder / "changed.json").read_text())
    was, now = (
        CalamineWorkbook.from_path(folder / name).get_sheet_by_name(SHEET).to_python()[1:]
        for name in ("base.xlsx", "plan.xlsx")
    )
    expected = [[*row[:_OFFICER], new.get(row[-1], row[_OFFICER]), *row[_OFFICER + 1 :]] for row in was]
    with open_runtime(str(folder / "actiontrack.toml")) as runtime, runtime.core.store.reading() as reader:
        stored = dict(reader.pick(Action, ("ref", "lead_officer")))
    if now != expected or stored != {row[-1]: row[_OFFICER] for row in expected}:
        raise RuntimeError("sync did not bring both sides together")


def _type(path: Path, texts: Mapping[int, str]) -> None:
    """Put texts into the officer's column, as shared strings, as other programs do."""
    members = _members(path)
    strings = members[_STRINGS].decode()
    first = len(re.findall(r"<si>|<si/>", strings))
    items = "".join(f"<si><t>{text}</t></si>" for text in texts.values())
    members[_STRINGS] = strings.replace("</sst>", items + "</sst>").encode()
    places = {row: first + number for number, row in enumerate(texts)}
    column = chr(ord("A") + _OFFICER)
    members[_SHEET_PART] = re.sub(
        rf'<c r="{column}(\d+)"( s="\d+")?[^>]*>.*?</c>',
        lambda cell: (
            f'<c r="{column}{cell[1]}"{cell[2] or ""} t="s"><v>{places[int(cell[1])]}</v></c>'
            if int(cell[1]) in places
            else cell[0]
        ),
        members[_SHEET_PART].decode(),
    ).encode()
    _save(path, members)


# --- parts ----------------------------------------------------------------------------------------------------------

_STRINGS = "xl/sharedStrings.xml"
_SHEET_PART = "xl/worksheets/sheet1.xml"


def _members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as book:
        return {each: book.read(each) for each in book.namelist()}


def _save(path: Path, members: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for part, data in members.items():
            book.writestr(part, data)
