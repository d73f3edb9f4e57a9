"""A plan whose rows people move about, and one question after every sync: has any action got another one's words?

Every word of a row carries the row's mark (`r3`), also what is typed into it later: whoever types sees the words, not
the id. However ids and words are torn apart, what the store holds of an action may carry that action's mark only.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from board_suite import HEADINGS, Sheet, Suite, row

Cells = dict[str, Any]
Op = tuple[str, int, int]
"""What somebody does, and two numbers that say where."""

MARKED = {"Action": "text", "Lead officer": "lead_officer", "Priority": "priority"}
ID = "Action ID"
ROWS = 8


def marked_row(number: int) -> Cells:
    """A row all of whose words carry its mark."""
    marks = {"Action": f"Do r{number}", "Lead officer": f"Officer r{number}", "Priority": f"Rank r{number}"}
    return row(number, **marks)


def mark(words: object) -> str:
    """The mark that words carry."""
    found = re.search(r"\br\d+\b", str(words or ""))
    return found[0] if found else ""


@dataclass
class Table:
    """The rows of a plan as a person handles them: cells below one another, an id column among them."""

    rows: list[Cells]
    typed: int = 0
    removed: list[Cells] = field(default_factory=list)

    def _words(self, cells: Cells) -> Cells:
        return {heading: value for heading, value in cells.items() if heading != ID}

    def type_over(self, at: int, how: int) -> None:
        """Type over one cell of a row."""
        heading = list(MARKED)[how % len(MARKED)]
        cells = self.rows[at]
        if mark(cells["Action"]):
            self.typed += 1
            cells[heading] = f"{heading} {mark(cells['Action'])} n{self.typed}"

    def sort(self, at: int, how: int) -> None:
        """Sort the whole table."""
        self.rows.sort(key=lambda cells: str(cells[list(MARKED)[how % 3]])[::-1], reverse=bool(at % 2))

    def sort_part(self, at: int, how: int) -> None:
        """Sort some of the rows without their id column."""
        to = min(len(self.rows), at + 2 + how % 6)
        ids = [cells[ID] for cells in self.rows[at:to]]
        part = sorted(map(self._words, self.rows[at:to]), key=lambda cells: str(cells["Action"]), reverse=bool(how % 2))
        self.rows[at:to] = [{**cells, ID: known} for cells, known in zip(part, ids, strict=True)]

    def copy(self, at: int, how: int) -> None:
        """Copy a row, with its id or without, to the end or just below; retype the copy, or leave it."""
        copied = dict(self.rows[at])
        if how % 2:
            copied[ID] = None
        self.typed += 1
        if how % 3 == 1:
            copied["Action"] = f"Do {mark(copied['Action'])} once more n{self.typed}"
        elif how % 3 == 2:
            copied |= {heading: f"{heading} r{100 + self.typed}" for heading in MARKED}
        self.rows.insert(at + 1 if how % 5 == 0 else len(self.rows), copied)

    def cut(self, at: int, how: int) -> None:
        """Cut a row's words and paste them at the end: the id stays behind, or goes along."""
        cells = self.rows[at]
        if how % 2:
            self.rows.append(self.rows.pop(at))
        else:
            self.rows.append({**self._words(cells), ID: None})
            self.rows[at] = {**dict.fromkeys(cells), ID: cells[ID]}

    def paste_over(self, at: int, how: int) -> None:
        """Paste a row's words over another's."""
        onto = how % len(self.rows)
        self.rows[onto] = {**self._words(self.rows[at]), ID: self.rows[onto][ID]}

    def clear(self, at: int, how: int) -> None:
        """Clear a row's words, and its id or not."""
        self.rows[at] = {**dict.fromkeys(self.rows[at]), ID: self.rows[at][ID] if how % 2 else None}

    def clear_id(self, at: int, how: int) -> None:
        """Clear an id."""
        self.rows[at][ID] = None

    def swap_ids(self, at: int, how: int) -> None:
        """Exchange two ids."""
        other = self.rows[how % len(self.rows)]
        self.rows[at][ID], other[ID] = other[ID], self.rows[at][ID]

    def retype_id(self, at: int, how: int) -> None:
        """Type another row's id over a row's own."""
        self.rows[at][ID] = self.rows[how % len(self.rows)][ID]

    def shift_ids(self, at: int, how: int) -> None:
        """Insert or delete one cell in the id column: all ids below move."""
        ids = [cells[ID] for cells in self.rows]
        if how % 2:
            ids.insert(at, None)
        else:
            ids.pop(at)
        for cells, known in zip(self.rows, [*ids, None], strict=False):
            cells[ID] = known

    def delete(self, at: int, how: int) -> None:
        """Delete a row; never the one whose id was typed elsewhere: nothing would tell that it was not moved there."""
        if len(self.rows) > 3 and [cells[ID] for cells in self.rows].count(self.rows[at][ID]) == 1:
            self.removed.append(self.rows.pop(at))

    def restore(self, at: int, how: int) -> None:
        """Put a deleted row back, anywhere."""
        if self.removed:
            self.rows.insert(at, self.removed.pop(how % len(self.removed)))

    def insert(self, at: int, how: int) -> None:
        """Type a new row."""
        self.typed += 1
        self.rows.insert(at if how % 2 else len(self.rows), marked_row(200 + self.typed) | {"Ref": None, ID: None})


DEEDS: dict[str, Callable[[Table, int, int], None]] = {
    "type over": Table.type_over, "sort": Table.sort, "sort part": Table.sort_part, "copy": Table.copy,
    "cut": Table.cut, "paste over": Table.paste_over, "clear": Table.clear, "clear id": Table.clear_id,
    "swap ids": Table.swap_ids, "retype id": Table.retype_id, "shift ids": Table.shift_ids, "delete": Table.delete,
    "restore": Table.restore, "insert": Table.insert,
}  # fmt: skip


class ShuffledPlan:
    """A board with one adopted plan, in the hands of somebody who rearranges it."""

    def __init__(self, suite: Suite) -> None:
        self.suite = suite
        suite.make_plan([marked_row(number) for number in range(1, ROWS + 1)], headings=HEADINGS)
        suite.adopt()
        self.marks = {each["ref"]: mark(each["text"]) for each in suite.run("action", "list")}
        assert len(set(self.marks.values())) == ROWS
        self.removed: list[Cells] = []
        self.typed = 0

    def handle(self, ops: list[Op]) -> None:
        """Do these things, save, and sync."""
        with self.suite.edit() as sheet:
            rows = [{heading: sheet.value(at, heading) for heading in sheet.columns} for at in self._filled(sheet)]
            table = Table(rows, self.typed, self.removed)
            for kind, at, how in ops:
                DEEDS[kind](table, at % len(table.rows), how)
            self.typed = table.typed
            self._write(sheet, table.rows)
        self.suite.sync(code=None)

    def answer(self, *, accept: bool) -> None:
        """Accept or refuse what is proposed, and sync."""
        for each in self.suite.run("proposal", "list"):
            self.suite.run("proposal", "accept" if accept else "refuse", each["id"], code=None)
        self.suite.sync(code=None)

    def check(self) -> None:
        """No action has another's words; none of those there were is gone."""
        found = {each["ref"]: each for each in self.suite.run("action", "list")}
        assert self.marks.keys() <= found.keys(), "an action is gone"
        others = {mark(each["text"]) for ref, each in found.items() if ref not in self.marks} | set(self.marks.values())
        for ref, own in self.marks.items():
            shown = self.suite.run("action", "show", ref)
            said = {name: mark(shown[name]) for name in MARKED.values()}
            # Words that are no other action's may be typed over an action's: its id says whose they are now.
            assert not set(said.values()) & others - {own, ""}, f"{ref} is {own}, and says {said}"

    @staticmethod
    def _filled(sheet: Sheet) -> list[int]:
        rows = range(sheet.header + 1, sheet.sheet.max_row + 1)
        return [at for at in rows if any(sheet.value(at, heading) is not None for heading in sheet.columns)]

    @staticmethod
    def _write(sheet: Sheet, rows: list[Cells]) -> None:
        last = max(sheet.sheet.max_row, sheet.header + len(rows))
        for at in range(sheet.header + 1, last + 1):
            cells = rows[at - sheet.header - 1] if at - sheet.header - 1 < len(rows) else {}
            for heading, column in sheet.columns.items():
                sheet.sheet.cell(at, column).value = cells.get(heading)
