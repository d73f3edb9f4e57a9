"""Made-up plans of any size, and the ways another program saves one again without changing it."""

from __future__ import annotations

import datetime
import random
import re
import zipfile
from pathlib import Path

HEADINGS = (
    "Action ID", "Ref", "Rec no", "Recommendation", "Action", "Lead agency", "Other agencies", "Lead officer",
    "Priority", "Original due date", "Due date", "Status", "Progress", "Evidence", "Notes",
)  # fmt: skip
"""Fifteen columns; the first is written by `sync`."""
AGENCIES = {"POL": "Norchester Police", "HEA": "Norchester Health Trust", "LA": "Norchester Council"}
SHEET = "Action plan"
_STATUSES = ("Not started", "In progress")
_WORDS = ("agree", "audit", "briefing", "case", "check", "data", "health", "home", "learning", "plan", "share", "staff")


def make_plan(path: Path, rows: int, *, ids: bool = False) -> None:
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
    with zipfile.ZipFile(path) as book:
        members = {each: book.read(each) for each in book.namelist()}
    name = "xl/sharedStrings.xml"
    text = members[name].decode()
    items = re.findall(r"<si>.*?</si>|<si/>", text, re.DOTALL)
    order = list(range(len(items)))
    random.Random(seed).shuffle(order)
    place = {old: new for new, old in enumerate(order)}
    head, tail = text[: text.index("<si")], text[text.rindex("</si>") + len("</si>") :]
    members[name] = (head + "".join(items[old] for old in order) + tail).encode()
    for part, data in members.items():
        if part.startswith("xl/worksheets/sheet"):
            members[part] = re.sub(
                r'(<c [^>]*t="s"[^>]*><v>)(\d+)(</v>)',
                lambda found: f"{found[1]}{place[int(found[2])]}{found[3]}",
                data.decode(),
            ).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for part, data in members.items():
            book.writestr(part, data)
