"""Made-up plans of any size, and the ways another program saves one again without changing it."""

from __future__ import annotations

import datetime
import json
import random
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Collection, Mapping
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
WORDS = ("agree", "audit", "briefing", "case", "check", "data", "health", "home", "learning", "plan", "share", "staff")


def make_plan(path: Path, rows: int, ids: bool = False, seed: int | None = None) -> None:
    """A board's workbook of so many actions, without Action IDs unless they are asked for (plain numbers then).

    What they say follows from `seed` (none: the number of rows).
    """
    import xlsxwriter

    chance = random.Random(rows if seed is None else seed)
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
    said = " ".join(random.Random(recommendation).choices(WORDS, k=12))
    return [
        number, str(recommendation), f"Recommendation {recommendation}: {said}",
        f"{number}: " + " ".join(chance.choices(WORDS, k=10)), chance.choice(list(AGENCIES.values())), None,
        f"Post {number % 40}", chance.choice(("High", "Medium", "Low")), due, due, chance.choice(_STATUSES),
        " ".join(chance.choices(WORDS, k=15)) if number % 3 else None, None,
        "Note" if number % 5 == 0 else None,
    ]  # fmt: skip


REPORT_COLUMNS = (
    ("ref", "Action ID", "code"), ("in_plan", "Number in plan", "text"), ("action", "Action", "text"),
    ("lead", "Lead agency", "text"), ("due", "Due", "date"), ("late", "Days overdue", "number"),
    ("status", "Status", "text"), ("rating", "Rating", "text"),
)  # fmt: skip
"""Of the table in a report; key, title, and how its values are shown."""


def make_table(path: Path, rows: int) -> None:
    """The rows of a report's table, as JSON: what ours and its peer both set."""
    chance = random.Random(rows)
    cells = [
        [
            f"AT-{number:04}-QZGW-CS9Q", f"SAR-2026-{number % 30 + 1:02} · {number % 9 + 1}.{number % 7 + 1}",
            " ".join(chance.choices(WORDS, k=13)).capitalize() + ".", chance.choice(list(AGENCIES.values())),
            (datetime.date(2026, 1, 5) + datetime.timedelta(days=number % 400)).isoformat(), chance.randrange(300),
            chance.choice(_STATUSES), chance.choice(("red", "amber", "green")),
        ]
        for number in range(1, rows + 1)
    ]  # fmt: skip
    path.write_text(json.dumps({"columns": REPORT_COLUMNS, "rows": cells}), "utf-8")


def check_table(pdf: Path, rows: int, most_bytes: int) -> None:
    """Raise if the PDF is too large, is not tagged, or has not one table with all the rows."""
    import pikepdf

    if pdf.stat().st_size > most_bytes:
        raise RuntimeError(f"{pdf.stat().st_size} bytes, more than {most_bytes}")
    with pikepdf.open(pdf) as made:
        told = [
            str(each.S)
            for each in made.objects
            if isinstance(each, pikepdf.Dictionary) and "/S" in each and "/P" in each
        ]
    found = told.count("/Table"), told.count("/TR")
    if found != (1, rows + 1):
        raise RuntimeError(f"{found} tables and rows")


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


def _sync(folder: Path, *args: str, ended: Collection[int] = (0, 1)) -> dict[str, Any]:
    command = [sys.executable, "-m", "actiontrack", "--json", "sync", *args]
    ran = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    if ran.returncode not in ended:
        raise RuntimeError(ran.stderr)
    told: dict[str, Any] = json.loads(ran.stdout)
    return told


# --- many workbooks -------------------------------------------------------------------------------------------------


def adopt_many(folder: Path, plans: int, rows: int) -> None:
    """So many workbooks of so many rows each, a review and an instance each, adopted into one store."""
    configuration = (folder / "actiontrack.toml").read_text("utf-8")
    for number in range(plans):
        name = f"plan{number:03}"
        make_plan(folder / f"{name}.xlsx", rows, seed=number)  # no two boards' actions say the same
        configuration += (
            f'[[connector]]\nname = "{name}"\ntype = "spreadsheet"\npath = "{name}.xlsx"\nside = "board"\n'
            f'review = "SAR-2026-{number:03}"\n'
        )
    (folder / "actiontrack.toml").write_text(configuration, "utf-8")
    adopt(folder)


def check_isolation(folder: Path) -> None:
    """Raise unless one instance that fails leaves every other's plan as it is, byte for byte.

    So that there are plans to compare, one action of every review is changed in the store; then it is taken back.
    """
    plans = sorted(folder.glob("plan*.xlsx"))
    store, failing = folder / "at.db", plans[len(plans) // 2]
    kept = {path: path.read_bytes() for path in (store, failing)}
    _change(folder, len(plans), spread=True)
    whole = _plans(folder)
    failing.write_bytes(b"no workbook")
    broken = _plans(folder)
    for path, data in kept.items():
        path.write_bytes(data)
    if json.loads(broken.pop(failing.stem))["status"] != "failed" or not whole.pop(failing.stem):
        raise RuntimeError("the broken workbook did not fail")
    if whole != broken or not all(json.loads(each)["writes"] for each in whole.values()):
        raise RuntimeError("one instance's failure changed another's plan")


def _plans(folder: Path) -> dict[str, str]:
    """What a dry run says of each instance and would do there, as text."""
    told = _sync(folder, "--dry-run", ended=(0, 1, 4))  # 4: some instance failed
    writes: dict[str, list[Any]] = {}
    for step in told["steps"]:
        writes.setdefault(step["connector"], []).append(step)
    return {
        each["name"]: json.dumps({"status": each["status"], "told": each, "writes": writes.get(each["name"], [])})
        for each in told["connectors"]
    }


# --- a sync that was cut off ----------------------------------------------------------------------------------------


def cut_off(folder: Path, rows: int, where: str) -> None:
    """Change so many actions in the store, and kill the sync that carries them into plan.xlsx.

    `where`: "before" the file is replaced (the intents wait, nothing is written), or "after" it (all is written,
    nothing is acknowledged).
    """
    _change(folder, rows)
    command = [sys.executable, "-c", _CUT_OFF, where]
    ran = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    if ran.returncode != -signal.SIGKILL:
        raise RuntimeError(f"the sync was not killed: {ran.stderr}")


_CUT_OFF = """
import os, signal, sys
from pathlib import Path
replace = os.replace
def killed(source, target, *args, **kwargs):
    if Path(target).name != "plan.xlsx":
        return replace(source, target, *args, **kwargs)
    if sys.argv[1] == "after":
        replace(source, target, *args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)
os.replace = killed
from actiontrack.cli.front import run
sys.exit(run(["--json", "sync"]))
"""


def check_recovered(folder: Path, rows: int) -> None:
    """Raise unless both sides hold what was changed, no intent waits, and nobody is asked anything."""
    from python_calamine import CalamineWorkbook

    from actiontrack.domain.ledger import Conflict, Intent, IntentState, Proposal
    from actiontrack.domain.nouns import Action
    from actiontrack.runtime import open_runtime

    sheet = CalamineWorkbook.from_path(folder / "plan.xlsx").get_sheet_by_name(SHEET).to_python()[1:]
    with open_runtime(str(folder / "actiontrack.toml")) as runtime, runtime.core.store.reading() as reader:
        stored = dict(reader.pick(Action, ("ref", "lead_officer")))
        waiting = reader.count(Intent, state=IntentState.INTENDED)
        asked = reader.count(Conflict, closed_at=None) + reader.count(Proposal, closed_at=None)
    if stored != {row[-1]: row[_OFFICER] for row in sheet} or waiting or asked:
        raise RuntimeError(f"not recovered: {waiting} intents wait, {asked} questions are open")
    if sum(officer == f"Chosen {ref}" for ref, officer in stored.items()) != rows:
        raise RuntimeError("the changes are not in the store")


def _change(folder: Path, rows: int, *, spread: bool = False) -> None:
    """Another lead officer for so many actions in the store; `spread`: one of each instance."""
    from actiontrack.domain.ledger import Link
    from actiontrack.runtime import open_runtime
    from actiontrack.services.records.desk import Desk

    with open_runtime(str(folder / "actiontrack.toml")) as runtime:
        core = runtime.core
        with core.store.writing("analyst", "benchmark") as writer:
            links = sorted(writer.pick(Link, ("instance", "row", "action")))
            by_instance = {instance: action for instance, _, action in links}
            chosen = list(by_instance.values()) if spread else [action for _, _, action in links[:: len(links) // rows]]
            desk = Desk(writer, core.board, core.clock.now())
            for file in desk.load(chosen[:rows]).values():
                desk.put_action(file, lead_officer=f"Chosen {file.action.ref}")
            desk.save(writer)


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
