"""A manager at work: random things done to a plan in LibreOffice, and what must come of each."""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass, field
from typing import Any

from board_suite import AGENCIES
from office import typed_date

FIELDS = {
    "Action": "text", "Lead officer": "lead_officer", "Priority": "priority", "Due date": "current_due",
    "Status": "status", "Progress": "progress",
}  # fmt: skip
WORDS = {"Completed": "reported_complete", "In progress": "in_progress", "Not started": "not_started"}


@dataclass
class Manager:
    """Does one thing after another to the rows of `actions`, and keeps what the store must say afterwards."""

    chance: random.Random
    actions: list[dict[str, Any]]
    connected: tuple[str, ...]
    """Agencies that decide for themselves who leads their actions."""
    steps: list[dict[str, Any]] = field(default_factory=list)
    typed: dict[str, dict[str, str]] = field(default_factory=dict)
    """ref → field → the value typed, of rows still there."""
    deleted: set[str] = field(default_factory=set)
    added: dict[str, dict[str, str]] = field(default_factory=dict)
    """Text of a new action → field → value."""
    extended: dict[str, str] = field(default_factory=dict)
    """ref → the later date asked for: the Board decides on it."""
    asked: dict[str, str] = field(default_factory=dict)
    """ref → the lead officer proposed to an agency."""
    copied: set[str] = field(default_factory=set)
    """Texts of rows copied and typed over."""
    columns: int = 0

    def __post_init__(self) -> None:
        self._now = {each["ref"]: each["text"] for each in self.actions}
        self._lead = {each["ref"]: each["lead_agency"] for each in self.actions}
        self._status = {each["ref"]: each["status"] for each in self.actions}

    def work(self, count: int) -> list[dict[str, Any]]:
        """So many things, in any order; each kind once before any comes twice."""
        kinds = ["retype", "sort", "insert", "delete", "delete_cells", "move", "column", "hide", "comment", "append",
                 "copy", "colour", "filter", "lines", "hide_row"]  # fmt: skip
        chosen = self.chance.sample(kinds, k=min(count, len(kinds)))
        for kind in chosen:
            for _ in range(3 if kind == "retype" else 1):
                getattr(self, f"_{kind}")()
        return self.steps

    def _do(self, what: str, **details: Any) -> None:
        self.steps.append({"do": what, **details})

    def _pick(self) -> str:
        return self.chance.choice(sorted(set(self._now) - self.deleted))

    def _retype(self) -> None:
        ref, heading = self._pick(), self.chance.choice(sorted(FIELDS))
        number = self.chance.randrange(1000)
        value: Any = f"Typed {number} by the manager"
        told = value
        if heading == "Due date":
            self._retype_due(ref, datetime.date(2026, 11, 1) + datetime.timedelta(days=number))
            return
        if heading == "Priority":
            told = value = self.chance.choice(["Low", "Urgent"])
        elif heading == "Status":
            value = "Completed" if self._status[ref] == "in_progress" else "In progress"
            told = self._status[ref] = WORDS[value]
        self._do("set", action=self._now[ref], heading=heading, value=value)
        if heading == "Lead officer" and self._lead[ref] in self.connected:
            self.asked[ref] = told
            return
        self.typed.setdefault(ref, {})[FIELDS[heading]] = told
        if heading == "Action":
            self._now[ref] = told

    def _retype_due(self, ref: str, day: datetime.date) -> None:
        """An earlier date is taken; a later one is a question for the Board."""
        self._do("set", action=self._now[ref], heading="Due date", value=typed_date(day))
        self.extended.pop(ref, None)
        self.typed.get(ref, {}).pop("current_due", None)
        due = next(each["current_due"] for each in self.actions if each["ref"] == ref)
        if day.isoformat() > due:
            self.extended[ref] = day.isoformat()
        else:
            self.typed.setdefault(ref, {})["current_due"] = day.isoformat()

    def _sort(self) -> None:
        by = self.chance.choice(["Due date", "Lead agency", "Action", "Status"])
        self._do("sort", by=by, ascending=self.chance.random() < 0.5)

    def _new_cells(self, text: str) -> dict[str, Any]:
        agency = self.chance.choice(list(AGENCIES.values()))
        self.added[text] = {"lead_agency": next(code for code, name in AGENCIES.items() if name == agency)}
        return {"Action": text, "Lead agency": agency, "Status": "Not started"}

    def _insert(self) -> None:
        text = f"A new action {self.chance.randrange(10_000)}"
        self._do("insert", above=self.chance.randrange(2, 20), cells=self._new_cells(text))

    def _append(self) -> None:
        text = f"One more action {self.chance.randrange(10_000)}"
        self._do("append", cells=self._new_cells(text))

    def _copy(self) -> None:
        text = f"Copied, then typed over {self.chance.randrange(10_000)}"
        self._do("copy", action=self._now[self._pick()], cells={"Action": text})
        self.copied.add(text)

    def _delete(self, what: str = "delete") -> None:
        ref = self._pick()
        self._do(what, action=self._now[ref])
        self.deleted.add(ref)
        self.typed.pop(ref, None)
        self.extended.pop(ref, None)
        self.asked.pop(ref, None)

    def _delete_cells(self) -> None:
        self._delete("delete_cells")

    def _move(self) -> None:
        self._do("move", action=self._now[self._pick()], above=self.chance.randrange(2, 25))

    def _column(self) -> None:
        self.columns += 1
        left_of = self.chance.choice(["Action", "Status", "Ref", "Progress"])
        self._do("insert_column", left_of=left_of, heading=f"My own {self.columns}")

    def _lines(self) -> None:
        self._do("insert_lines", count=self.chance.randrange(1, 3))

    def _hide(self) -> None:
        self._do("hide_column", heading=self.chance.choice(["Rec no", "Priority", "Action ID"]))

    def _hide_row(self) -> None:
        self._do("hide_row", action=self._now[self._pick()])

    def _filter(self) -> None:
        self._do("filter", heading="Lead agency", value="Norchester Police")

    def _comment(self) -> None:
        self._do("comment", action=self._now[self._pick()], heading="Progress", text="Ask at the next meeting")

    def _colour(self) -> None:
        self._do("colour", action=self._now[self._pick()], heading="Status", rgb=0xFFEB9C)
