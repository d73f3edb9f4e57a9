"""A plan of eight rows of any kind, what somebody did to it in LibreOffice, and whether every word is where it belongs.

The judge knows rows by their marks alone (`r3` in every word of a row), never by what the engine believes.
"""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import mode
from typing import Any

import openpyxl
from board_suite import BOARD, HEADINGS, POLICE, Suite, row
from deeds import AGENCY, CSV, NUMBERED, Deed, Kind, Step
from office import Office
from shuffled_rows import mark

ROWS = 8
CSV_BOARD = BOARD.replace("plan.xlsx", "plan.csv") + 'dates = "dmy"\n'
FIELDS = ("text", "lead_officer", "priority", "progress", "recommendation_text")
"""What of an action the marked words go to."""

Cells = dict[tuple[int, int], str]


def marked_row(number: int, kind: Kind) -> dict[str, Any]:
    """A row all of whose words carry its mark."""
    words = {
        "Rec no": str(number), "Recommendation": f"Better r{number}", "Action": f"Do r{number}",
        "Lead officer": f"Officer r{number}", "Priority": f"Rank r{number}", "Lead agency": "Norchester Police",
    }  # fmt: skip
    return row(number, **words, **({"Ref": f"SAB {number * 7}"} if kind is NUMBERED else {}))


class MovedPlan:
    """A board whose plan of that kind is adopted, put back as it was before each test."""

    def __init__(self, suite: Suite, kind: Kind, office: Office) -> None:
        self.suite, self.kind, self.office = suite, kind, office
        self.path = suite.folder / kind.file
        suite.configure(*{AGENCY.name: (BOARD, POLICE), CSV.name: (CSV_BOARD,)}.get(kind.name, (BOARD,)))
        suite.make_plan([marked_row(number, kind) for number in range(1, ROWS + 1)], headings=HEADINGS)
        if kind is CSV:
            office.work(suite.plan, save=self.path)
            suite.plan.unlink()
        suite.adopt()
        suite.run("review", "set", "SAR-2026-01", "publication=published")
        suite.sync()
        self.ref = {mark(each["text"]): each["ref"] for each in suite.run("action", "list")}
        assert len(self.ref) == ROWS
        self.key = {mark(each["Action"]): each[kind.key] for each in self.rows(kind.sheet)}
        self.kept = suite.folder.with_name(f"{suite.folder.name}-kept")
        shutil.copytree(suite.folder, self.kept)

    def again(self) -> None:
        """Everything as it was after adoption."""
        shutil.rmtree(self.suite.folder)
        shutil.copytree(self.kept, self.suite.folder)

    # --- the file, without our reader ---

    def cells(self, sheet: str, path: Path | None = None) -> Cells:
        """(row, column) → what stands there."""
        if self.kind is CSV:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                return {(down, right): text for down, line in enumerate(csv.reader(file), 1)
                        for right, text in enumerate(line, 1) if text}  # fmt: skip
        book = openpyxl.load_workbook(path or self.path)
        return {
            (cell.row, cell.column): str(cell.value)
            for line in book[sheet].iter_rows() for cell in line if cell.value is not None
        }  # fmt: skip

    def heads(self, cells: Cells) -> tuple[int, dict[str, int]]:
        """The row of the headings, and heading → column."""
        top = min(down for (down, _), text in cells.items() if text == "Action")
        return top, {text: right for (down, right), text in cells.items() if down == top}

    def rows(self, sheet: str, path: Path | None = None) -> Iterator[dict[str, str]]:
        """Rows by heading, and "at" which row of the sheet."""
        cells = self.cells(sheet, path)
        top, heads = self.heads(cells)
        for down in sorted({down for down, _ in cells if down > top}):
            yield {"at": str(down), **{heading: cells.get((down, right), "") for heading, right in heads.items()}}

    def put(self, sheet: str, values: Cells) -> None:
        """A person types these into the file as it is."""
        if self.kind is CSV:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                lines = list(csv.reader(file))
            for (down, right), text in values.items():
                lines[down - 1][right - 1] = text
            with self.path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows(lines)
            return
        book = openpyxl.load_workbook(self.path)
        for (down, right), text in values.items():
            book[sheet].cell(down, right).value = text or None
        book.save(self.path)

    # --- what is done ---

    def do(self, *steps: Step) -> None:
        """Do that in LibreOffice."""
        self.office.work(self.path, *self.kind.first, *steps, sheet=self.kind.sheet)

    def type_into(self, deed: Deed) -> Step:
        """Somebody types into the row afterwards."""
        where = {"sheet": deed.sheet} if deed.sheet else {}
        at, value = deed.at or f"Do r{deed.typed}", f"Note r{deed.typed}"
        return {"do": "set", "action": at, "heading": "Progress", "value": value, **where}

    def set_here(self, *numbers: int) -> None:
        """Meanwhile a value is set in the store."""
        for number in numbers:
            self.suite.run("action", "set", self.ref[f"r{number}"], f"priority=Here r{number}")

    # --- what must hold ---

    def check_store(self, deed: Deed) -> None:
        """No action has another's words, but where a cell of them was copied on purpose."""
        found = {each["ref"]: each for each in self.suite.run("action", "list")}
        for own, ref in self.ref.items():
            assert ref in found, f"{own} is gone"
            said = {name: found[ref][name] for name in FIELDS if mark(found[ref][name]) not in ("", own)}
            said = said if own not in deed.says else {name: said[name] for name in said if name != "text"}
            assert not said, f"{own} says {said}"

    def check_written(self, before: Cells, after: Cells) -> None:
        """What the sync wrote stands in rows of the same mark."""
        top, heads = self.heads(after)
        words, keys = heads["Action"], heads.get(self.kind.key)
        for down, right in before.keys() | after.keys():
            value = after.get((down, right), "")
            if before.get((down, right), "") == value or down == top:
                continue
            own = mark(after.get((down, words)))
            assert own, f"row {down}: {value!r} was written beside no words"
            if right == keys:
                assert self.is_key(value, own), f"row {down}: {value} beside the words of {own}"
            else:
                assert mark(value) in ("", own), f"row {down}: {value!r} written into the row of {own}"
                beside = after.get((down, keys), "") if keys else ""
                ours = not beside or self.is_key(beside, own) or beside not in self.key.values()
                assert ours, f"row {down}: {value!r} written beside {beside}"

    def is_key(self, value: str, own: str) -> bool:
        """Whether it is the row's key, however typed; a new row's is none of those there were."""
        said = value.strip().upper()
        return said == self.key[own].upper() if own in self.key else said not in self.key.values()

    def sync(self, deed: Deed) -> dict[str, Any]:
        """Sync, and check what it did; the next one does nothing."""
        sheet = deed.sheet or self.kind.sheet
        before = self.cells(sheet)
        told = self.suite.sync(code=None)
        assert {each["status"] for each in told.values()} <= {"ok", "guard", "failed"}, told
        self.check_store(deed)
        self.check_written(before, self.cells(sheet))
        self.check_told(deed, told["police" if self.kind is AGENCY else "master"])
        if self.kind is AGENCY:
            self.check_rows(deed, "Action plan", self.suite.plan)
        files = {path.name: path.read_bytes() for path in self.suite.folder.glob("p*.*")}
        self.suite.sync(code=None)
        assert {path.name: path.read_bytes() for path in self.suite.folder.glob("p*.*")} == files, "not at rest"
        self.check_store(deed)
        return told["police" if self.kind is AGENCY else "master"]

    def taken(self, number: int) -> bool:
        """Whether what was typed has arrived."""
        return bool(self.suite.run("action", "show", self.ref[f"r{number}"])["progress"] == f"Note r{number}")

    def check_told(self, deed: Deed, told: dict[str, Any]) -> None:
        """Where it is told which id to type, that is the row's own."""
        marks = {each["at"]: mark(each["Action"]) for each in self.rows(deed.sheet or self.kind.sheet)}
        for each in told["problems"]:
            found = re.search(r"type (.+) in that cell|it was (.+): type that", each["do"])
            own = marks[re.sub(r"\D", "", each["cell"])] if found and each["cell"] else ""
            if found and own in self.key:
                assert (found[1] or found[2]) == self.key[own], each

    def check_rows(self, deed: Deed, sheet: str, path: Path) -> None:
        """Every row of a file says what its id's action says."""
        keys = {key: own for own, key in self.key.items()}
        for each in self.rows(sheet, path):
            own = keys.get(each.get(self.kind.key, "").strip().upper(), "")
            said = {heading for heading, text in each.items() if own and mark(text) not in ("", own)}
            said -= {"Action"} if own in deed.says else set()
            assert not said, each

    # --- what a person is told to do about it ---

    def mend(self, deed: Deed, told: dict[str, Any]) -> dict[str, Any]:
        """Accept the repair, approve or undo what was held, type the ids as told; refuse whatever else is asked."""
        for each in self.suite.run("proposal", "list"):
            if each["kind"] != "extend":
                self.suite.run("proposal", "accept" if each["kind"] == "repair" else "refuse", each["id"])
        if told["status"] == "guard" and "ids of" in told["why"]:
            self.suite.sync("--approve", told["plan"], code=None)
        elif told["status"] != "ok" or "is gone" in told["why"]:
            shutil.copyfile(self.kept / self.kind.file, self.path)
            self.do({**self.type_into(deed), "action": f"Do r{deed.typed}", "sheet": self.kind.sheet})
            deed = replace(deed, sheet="", gone=frozenset(), says=frozenset())
        told = self.sync(deed)
        if told["quarantined"]:
            self.put(deed.sheet or self.kind.sheet, self._own_keys(deed))
            told = self.sync(deed)
        self.check_rows(deed, deed.sheet or self.kind.sheet, self.path)
        return told

    def _whose(self, row: dict[str, str]) -> str:
        """The mark that most of a row's words carry: one cell of another's was copied there."""
        marks = [found for heading, text in row.items() if heading != self.kind.key and (found := mark(text))]
        return max(marks, key=marks.count, default="")

    def _own_keys(self, deed: Deed) -> Cells:
        """Each row's key as most of its words say; none beside new words or none, and a second row is deleted."""
        sheet = deed.sheet or self.kind.sheet
        cells = self.cells(sheet)
        _, heads = self.heads(cells)
        typed = [right for (_, right), text in cells.items() if text in self.key.values()]
        keys = heads.get(self.kind.key) or mode(typed)  # their heading may have been typed over
        seen: set[str] = set()
        values: Cells = {}
        for each in self.rows(sheet):
            own = self._whose(each)
            if own in seen:
                values |= {(int(each["at"]), right): "" for right in heads.values()}
            else:
                values[int(each["at"]), keys] = self.key.get(own, "")
            seen |= {own} - {""}
        return values
