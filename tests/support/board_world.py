"""A small world for sync: three workbooks on disk, a real store, and people who edit whatever they like.

What people typed is kept here by itself, so that nothing the suite believes is needed to judge it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from board_suite import AGENCIES, BOARD, HEADINGS, POLICE, Sheet, Suite, row
from world_rules import FILES, HEADING_OF, Clock, Rules, Typed

from actiontrack.domain.fields import Actor
from actiontrack.domain.ledger import Setting
from actiontrack.domain.vocabulary import Side
from actiontrack.errors import ActionTrackError
from actiontrack.runtime import open_runtime
from actiontrack.services.records import asking, nouns
from actiontrack.services.sync import answers, waiting

Op = tuple[str, int, int, int]
"""What somebody does, and three numbers that say where and how."""

HEALTH = POLICE.replace("police", "health").replace("POL", "HEA")
MORE = ("Reason (if blocked)", "Look again on", "Board's response", "Critical friend's comments", "RAG")
REVIEW = "SAR-2026-01"
FREE = ("text", "lead_officer", "priority", "recommendation_text", "status_reason", "progress", "evidence", "comments")
WAYS = ("copy", "delete", "delete", "restore", "sort", "sort part", "clear id", "swap ids")
"""What people do to whole rows, besides adding one."""
STATUS_WORDS = (
    "Not started", "In progress", "Blocked", "Reported complete", "Done", "Ongoing", "Verified", "Overdue", "Banana",
    "Closed not implemented", "",
)  # fmt: skip
ASKED = (
    "text", "lead_officer", "priority", "recommendation_text", "progress", "status", "blocked", "current_due", "legs",
    "evidence", "review",
)  # fmt: skip
MOVES = ("in_progress", "reported_complete", "not_started")
DUE = datetime.date(2026, 12, 1)


@dataclass
class World(Rules):
    """Three sides and a store; the rules of the promise are checked after every sync."""

    removed_rows: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def new_words(self, who: str, what: str) -> str:
        """Words nobody typed before."""
        self.count += 1
        return f"{what} by {who} no{self.count}x"

    @contextlib.contextmanager
    def sheet(self, name: str) -> Iterator[Sheet | None]:
        """A workbook in a person's hands; None before sync has made it."""
        path = self.folder / FILES[name]
        if not path.exists():
            yield None
            return
        with Sheet(path) as sheet:
            yield sheet

    def do(self, op: Op) -> None:
        """One thing somebody does."""
        kind, where, which, how = op
        self.told.append(f"{kind} {where} {which} {how}")
        DEEDS[kind](self, where, which, how)

    def _instance(self, number: int) -> str:
        return sorted(FILES)[number % len(FILES)]

    def _note(self, words: str, instance: str, action: str, name: str) -> None:
        self.told[-1] += f" → {instance} {action} {name}={words!r}"
        self.typed.append(Typed(words, instance, action, name))

    def edit_text(self, where: int, which: int, how: int) -> None:
        """Type over a cell of words, add to it, or clear it."""
        instance = self._instance(where)
        with self.sheet(instance) as sheet:
            if sheet is None or not sheet.rows():
                return
            at = sheet.header + 1 + which % len(sheet.rows())
            name = FREE[how % len(FREE)]
            heading = HEADING_OF[name]
            if heading not in sheet.columns:
                return
            cell = sheet.sheet.cell(at, sheet.columns[heading])
            ref = str(sheet.value(at, "Action ID"))
            way = (how // len(FREE)) % 5
            if way == 4 and name != "text":
                cell.value = None
                self.told[-1] += f" → {instance} {ref} {name} cleared"
                return
            words = self.new_words(instance, name)
            if name == "evidence" and way == 3:
                words = f"https://example.org/{words.replace(' ', '-')}"
            cell.value = f"{cell.value}\n{words}" if way == 1 and cell.value else words
            self._note(words, instance, ref, name)

    def edit_choice(self, where: int, which: int, how: int) -> None:
        """Choose a status, a date, a response, an agency or a colour, sensible or not."""
        instance = self._instance(where)
        with self.sheet(instance) as sheet:
            if sheet is None or not sheet.rows():
                return
            at = sheet.header + 1 + which % len(sheet.rows())
            name = ("status", "status", "status", "current_due", "current_due", "look_again", "response", "lead_agency",
                    "self_rating")[how % 9]  # fmt: skip
            heading = HEADING_OF[name]
            if heading not in sheet.columns:
                return
            pick = how // 9
            both = f"{AGENCIES['POL']} / {AGENCIES['HEA']}"
            day = DUE + datetime.timedelta(days=pick % 90 - 30)
            value: Any = {
                "status": STATUS_WORDS[pick % len(STATUS_WORDS)] or None,
                "current_due": ("03/04/2026", None, day, day, day, day)[pick % 6],
                "look_again": (None, "soon", day, day)[pick % 4],
                "response": ("Accepted", "Not accepted", "Perhaps", None)[pick % 4],
                "lead_agency": (*AGENCIES.values(), both, "Nobody we know", None)[pick % 6],
                "self_rating": ("Red", "Green", None)[pick % 3],
            }[name]
            sheet.sheet.cell(at, sheet.columns[heading]).value = value
            self.told[-1] += f" → {instance} {sheet.value(at, 'Action ID')} {name}={value!r}"

    def move_rows(self, where: int, which: int, how: int) -> None:
        """Add, copy, delete, restore, sort, sort a part, clear an id."""
        instance = self._instance(where)
        with self.sheet(instance) as sheet:
            if sheet is None or not sheet.rows():
                return
            if how % 10 < 2:
                text = self.new_words(instance, "text")
                lead = list(AGENCIES.values())[which % 3]
                sheet.append({"Action": text, "Status": "In progress", "Lead agency": lead})
                self._note(text, instance, "new row", "text")
                return
            way = WAYS[how % 10 - 2]
            rows = sheet.rows()
            self._rearrange(instance, way, rows, which)
            self._write_rows(sheet, rows)
            self.told[-1] += f" → {instance} {way} row {which % len(rows)}"

    def _rearrange(self, instance: str, way: str, rows: list[dict[str, Any]], which: int) -> None:
        chosen, backwards = which % len(rows), bool(which % 2)
        ids = [each.get("Action ID") for each in rows]
        if way == "copy":
            rows.append(dict(rows[chosen]))
            if backwards:
                rows[-1]["Action"] = self.new_words(instance, "text")
                self._note(rows[-1]["Action"], instance, f"copy of {ids[chosen]}", "text")
        elif way == "delete" and len(rows) > 2:
            self.removed_rows.append((instance, rows.pop(chosen)))
        elif way == "restore":
            mine = [at for at, (name, _) in enumerate(self.removed_rows) if name == instance]
            rows += [self.removed_rows.pop(at)[1] for at in mine[:1]]
        elif way == "sort":
            rows.sort(key=lambda each: str(each["Action"]), reverse=backwards)
        elif way == "sort part":
            rows.sort(key=lambda each: str(each["Action"])[::-1], reverse=backwards)
            for each, known in zip(rows, ids, strict=True):
                each["Action ID"] = known
        elif way == "clear id":
            rows[chosen]["Action ID"] = None
        elif way == "swap ids":
            other = (chosen + 1) % len(rows)
            rows[chosen]["Action ID"], rows[other]["Action ID"] = ids[other], ids[chosen]

    @staticmethod
    def _write_rows(sheet: Sheet, rows: list[dict[str, Any]]) -> None:
        last = max(sheet.sheet.max_row, sheet.header + len(rows))
        for at in range(sheet.header + 1, last + 1):
            cells = rows[at - sheet.header - 1] if at - sheet.header - 1 < len(rows) else {}
            for heading, column in sheet.columns.items():
                if heading != "Action ID" or cells.get(heading) is not None or sheet.value(at, heading) is not None:
                    sheet.sheet.cell(at, column).value = cells.get(heading)

    def ask_here(self, where: int, which: int, how: int) -> None:
        """Set, add or ask on the command line, for the Board or an agency."""
        refs = self.refs()
        if not refs:
            return
        ref = refs[which % len(refs)]
        code = ("", "POL", "HEA")[where % 3]
        actor = Actor(Side.AGENCY, code) if code else Actor(Side.BOARD)
        asker = asking.Asker(code or "manager", actor)
        name = ASKED[how % len(ASKED)]
        pick = how // len(ASKED)
        words = self.new_words(f"cli{code}", name)
        day = DUE + datetime.timedelta(days=pick % 90 - 30)
        deed: Callable[[], object] = {
            "progress": lambda: asking.add_log(self.core, ref, "progress", words, asker),
            "evidence": lambda: asking.add_log(self.core, ref, "evidence", words, asker),
            "status": lambda: self._set(ref, asker, status=MOVES[pick % len(MOVES)]),
            "blocked": lambda: self._set(ref, asker, status="blocked", status_reason=words, look_again=day.isoformat()),
            "current_due": lambda: self._set(ref, asker, current_due=day.isoformat()),
            "legs": lambda: self._set(ref, asker, lead_agency=("POL", "HEA", "LA")[pick % 3],
                                      agencies=("", "HEA", "POL", "POL, HEA")[pick % 4]),
            "review": lambda: nouns.set_noun(self.core, "review", REVIEW,
                                             {"publication": ("published", "embargoed")[pick % 2]}, who="manager"),
        }.get(name, lambda: self._set(ref, asker, **{name: words}))  # fmt: skip
        try:
            deed()
        except ActionTrackError as refusal:
            self.told[-1] += f" → refused: {refusal}"
        else:
            if name in FREE:
                self._note(words, f"cli {code}", ref, name)
            else:
                self.told[-1] += f" → cli {code} {ref} {name} {pick}"

    def _set(self, ref: str, asker: asking.Asker, **values: str) -> None:
        asking.set_fields(self.core, ref, values, asker)

    def answer(self, where: int, which: int, how: int) -> None:
        """Settle a conflict, or accept or refuse a proposal."""
        conflicts, proposals = waiting.conflicts(self.core), waiting.proposals(self.core)
        asked = [("conflict", each) for each in conflicts] + [("proposal", each) for each in proposals]
        if not asked:
            return
        what, each = asked[which % len(asked)]
        who = ("manager", "chair")[where % 2]
        self.told[-1] += f" → {what} {each['ref']} {each['field']} {each.get('kind', '')}"
        try:
            if what == "conflict":
                words = self.new_words("settler", "third value")
                if how % 3 == 2 and each["field"] in FREE:
                    answers.resolve_conflict(self.core, each["id"], value=words, who=who)
                else:
                    answers.resolve_conflict(self.core, each["id"], take=("ours", "theirs")[how % 2], who=who)
            else:
                reason = "It is not needed" if how % 4 == 3 else ""
                answers.answer_proposal(self.core, each["id"], accept=how % 3 != 0, reason=reason, who=who)
                self.closed_by_hand |= bool(reason)
        except ActionTrackError as refusal:
            self.told[-1] += f" refused: {refusal}"

    def wait(self, where: int, which: int, how: int) -> None:
        """Time goes by."""
        self.clock.at += datetime.timedelta(minutes=(5, 61, 60 * 24, 60 * 24 * 9)[how % 4])

    def sync(self, where: int, which: int, how: int) -> None:
        """Sync everything, or one instance; look first, sometimes. Then the rules must hold."""
        names = [self._instance(which)] if how % 3 == 0 else []
        if where % 2:
            self.look_first(names)
        self._protect(names)
        result = self.run(names)
        self.check(result, everything=not names)


DEEDS: dict[str, Callable[[World, int, int, int], None]] = {
    "text": World.edit_text,
    "choice": World.edit_choice,
    "rows": World.move_rows,
    "cli": World.ask_here,
    "answer": World.answer,
    "wait": World.wait,
    "sync": World.sync,
}


@contextlib.contextmanager
def made_world(folder: Path, shape: int) -> Iterator[World]:
    """A world whose three sides agree; `shape` says which columns the board's workbook has."""
    suite = Suite(folder, pytest.MonkeyPatch())
    suite.configure(BOARD, POLICE, HEALTH, board="closures_need_decision = false\n")
    headings = HEADINGS + (MORE if shape % 2 else ())
    both = f"{AGENCIES['POL']} / {AGENCIES['HEA']}"
    rows = [row(number) for number in range(1, 6)] + [row(6, **{"Lead agency": both})]
    suite.make_plan(rows, headings=headings)
    with open_runtime(str(folder / "actiontrack.toml"), environ={"AT_NOW": "2026-11-24T09:00:00Z"}) as runtime:
        clock = Clock()
        world = World(folder, dataclasses.replace(runtime.core, clock=clock), clock)
        world.run([])
        if shape % 4 < 2:
            nouns.set_noun(world.core, "review", REVIEW, {"publication": "published"}, who="manager")
            world.run([])
        with world.core.store.reading() as reader:
            assert reader.get(Setting, "store_id")
        yield world


def live(folder: Path, shape: int, ops: list[Op]) -> None:
    """Live through these deeds, then sync all; says what was done where a rule is broken."""
    with made_world(folder, shape) as world:
        try:
            for op in ops:
                world.do(op)
            world.do(("sync", 0, 0, 1))
        except BaseException as error:
            error.add_note("\n".join(world.told))
            raise


def some_ops(seed: int, length: int) -> tuple[int, list[Op]]:
    """A seeded random walk."""
    chance = random.Random(seed)
    kinds = ("text",) * 5 + ("choice",) * 4 + ("rows",) * 2 + ("cli",) * 3 + ("answer",) * 3 + ("wait",) + ("sync",) * 5
    return chance.randrange(8), [
        (chance.choice(kinds), chance.randrange(6), chance.randrange(60), chance.randrange(1000)) for _ in range(length)
    ]
