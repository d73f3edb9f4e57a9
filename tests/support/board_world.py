"""A small world for sync: three workbooks on disk, a real store, and people who edit whatever they like.

What people typed is kept here by itself, so that nothing the suite believes is needed to judge it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from board_suite import AGENCIES, BOARD, HEADINGS, POLICE, Sheet, Suite, row

from actiontrack.domain.fields import STATUS_UNIT, Actor
from actiontrack.domain.ledger import Conflict, Instance, Link, LinkState, Proposal, Setting, StoredIssue
from actiontrack.domain.nouns import Action, Recommendation
from actiontrack.domain.refs import normal_ref
from actiontrack.domain.vocabulary import Side
from actiontrack.errors import ActionTrackError
from actiontrack.runtime import open_runtime
from actiontrack.services import audit
from actiontrack.services.core import Core
from actiontrack.services.records import asking, nouns
from actiontrack.services.records.desk import Desk
from actiontrack.services.records.projection import LOGS, Viewer, given, project
from actiontrack.services.sync import answers
from actiontrack.services.sync.engine import sync
from actiontrack.services.sync.steps import SyncResult

Op = tuple[str, int, int, int]
"""What somebody does, and three numbers that say where and how."""

FILES = {"master": "plan.xlsx", "police": "police.xlsx", "health": "health.xlsx"}
HEALTH = POLICE.replace("police", "health").replace("POL", "HEA")
MORE = ("Reason (if blocked)", "Look again on", "Board's response", "Critical friend's comments", "RAG")
REVIEW = "SAR-2026-01"
BOARDS_OWN = {"priority", "recommendation_text", "number", "recommendation"}
HEADING_OF = {
    "text": "Action", "lead_officer": "Lead officer", "priority": "Priority", "current_due": "Due date",
    "status": "Status", "progress": "Progress", "evidence": "Evidence", "recommendation_text": "Recommendation",
    "status_reason": "Reason (if blocked)", "look_again": "Look again on", "comments": "Critical friend's comments",
    "response": "Board's response", "lead_agency": "Lead agency", "self_rating": "RAG",
    "agencies": "Other agencies",
}  # fmt: skip
FREE = ("text", "lead_officer", "priority", "recommendation_text", "status_reason", "progress", "evidence", "comments")
STATUS_WORDS = (
    "Not started", "In progress", "Blocked", "Reported complete", "Done", "Ongoing", "Verified", "Overdue", "Banana",
    "Closed not implemented", "",
)  # fmt: skip
DUE = datetime.date(2026, 12, 1)


@dataclass
class Typed:
    """One value that a person typed."""

    words: str
    instance: str
    action: str
    field: str
    seen: bool = False
    """A sync has read it: from then on it may not be lost."""


class Clock:
    """A clock that a test moves on."""

    def __init__(self) -> None:
        self.at = datetime.datetime(2026, 11, 24, 9, tzinfo=datetime.UTC)

    def now(self) -> datetime.datetime:
        """The instant."""
        return self.at

    def today(self) -> datetime.date:
        """Its date."""
        return self.at.date()


@dataclass
class World:
    """Three sides and a store; `rules` of the promise are checked after every sync."""

    folder: Path
    core: Core
    clock: Clock
    count: int = 0
    typed: list[Typed] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    """What was done, for whoever reads a failure."""
    removed_rows: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    closed_by_hand: bool = False
    known_actions: set[str] = field(default_factory=set)

    # --- looking ------------------------------------------------------------------------------------------------------

    def bytes(self) -> dict[str, bytes]:
        """Every workbook's bytes."""
        return {
            name: (self.folder / file).read_bytes() for name, file in FILES.items() if (self.folder / file).exists()
        }

    def refs(self) -> list[str]:
        """Every action."""
        with self.core.store.reading() as reader:
            return sorted(ref for (ref,) in reader.pick(Action, ("ref",)))

    def ledgers(self) -> str:
        """Every conflict and proposal, open or closed, and every open issue."""
        with self.core.store.reading() as reader:
            kept = [*reader.find(Conflict), *reader.find(Proposal), *reader.find(StoredIssue)]
        return "\n".join(json.dumps(each.model_dump(mode="json"), ensure_ascii=False) for each in kept)

    def past(self) -> str:
        """Everything the audit log holds."""
        return "\n".join(json.dumps(each, ensure_ascii=False) for each in audit.export(self.core.store))

    def head(self) -> int:
        """The audit log's length."""
        with self.core.store.reading() as reader:
            return reader.head()

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

    # --- what people do -----------------------------------------------------------------------------------------------

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
        way = ("add", "add", "copy", "delete", "delete", "restore", "sort", "sort part", "clear id", "swap ids")[
            how % 10
        ]
        with self.sheet(instance) as sheet:
            if sheet is None or not sheet.rows():
                return
            rows = sheet.rows()
            chosen = which % len(rows)
            if way == "add":
                text = self.new_words(instance, "text")
                sheet.append(
                    {"Action": text, "Status": "In progress", "Lead agency": list(AGENCIES.values())[which % 3]}
                )
                self._note(text, instance, "new row", "text")
                return
            if way == "copy":
                copied = dict(rows[chosen])
                if which % 2:
                    copied["Action"] = self.new_words(instance, "text")
                    self._note(copied["Action"], instance, f"copy of {copied.get('Action ID')}", "text")
                rows.append(copied)
            elif way == "delete":
                if len(rows) < 3:
                    return
                self.removed_rows.append((instance, rows.pop(chosen)))
            elif way == "restore":
                mine = [at for at, (name, _) in enumerate(self.removed_rows) if name == instance]
                if not mine:
                    return
                rows.append(self.removed_rows.pop(mine[which % len(mine)])[1])
            elif way == "sort":
                rows.sort(key=lambda each: str(each["Action"]), reverse=bool(which % 2))
            elif way == "sort part":
                ids = [each.get("Action ID") for each in rows]
                rows.sort(key=lambda each: str(each["Action"])[::-1], reverse=bool(which % 2))
                for each, known in zip(rows, ids, strict=True):
                    each["Action ID"] = known
            elif way == "clear id":
                rows[chosen]["Action ID"] = None
            else:
                other = (chosen + 1) % len(rows)
                rows[chosen]["Action ID"], rows[other]["Action ID"] = (
                    rows[other]["Action ID"],
                    rows[chosen]["Action ID"],
                )
            self._write_rows(sheet, rows)
            self.told[-1] += f" → {instance} {way} row {chosen}"

    @staticmethod
    def _write_rows(sheet: Sheet, rows: list[dict[str, Any]]) -> None:
        last = max(sheet.sheet.max_row, sheet.header + len(rows))
        for at in range(sheet.header + 1, last + 1):
            cells = rows[at - sheet.header - 1] if at - sheet.header - 1 < len(rows) else {}
            for heading, column in sheet.columns.items():
                if "Action ID" != heading or cells.get(heading) is not None or sheet.value(at, heading) is not None:
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
        name = ("text", "lead_officer", "priority", "recommendation_text", "progress", "status", "blocked", "current_due",
                "legs", "evidence", "review")[how % 11]  # fmt: skip
        pick = how // 11
        words = self.new_words(f"cli{code}", name)
        day = DUE + datetime.timedelta(days=pick % 90 - 30)
        deed: Callable[[], object] = {
            "progress": lambda: asking.add_log(self.core, ref, "progress", words, asker),
            "evidence": lambda: asking.add_log(self.core, ref, "evidence", words, asker),
            "status": lambda: self._set(ref, asker, status=("in_progress", "reported_complete", "not_started")[pick % 3]),
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
        conflicts, proposals = answers.conflicts(self.core), answers.proposals(self.core)
        waiting = [("conflict", each) for each in conflicts] + [("proposal", each) for each in proposals]
        if not waiting:
            return
        what, each = waiting[which % len(waiting)]
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

    # --- sync and its rules -------------------------------------------------------------------------------------------

    def run(self, names: list[str], approve: tuple[str, ...] = ()) -> SyncResult:
        """One sync; what waits for an approval is approved."""
        result = sync(self.core, names, approve=approve, who="manager")
        plans = tuple(each.plan for each in result.connectors if each.status == "guard")
        if plans and not approve:
            return self.run(names, plans)
        for each in result.connectors:
            assert each.status == "ok", f"{each.name}: {each.status} {each.why}"
        return result

    def look_first(self, names: list[str]) -> None:
        """I11: a dry run changes nothing."""
        before = self.bytes(), self.head(), self.ledgers()
        sync(self.core, names, dry_run=True, who="manager")
        assert (self.bytes(), self.head(), self.ledgers()) == before, "a dry run changed something"

    def _protect(self, names: list[str]) -> None:
        """From here on nothing may be lost; what its own typist took away before any sync read it is no matter."""
        self.known_actions |= set(self.refs())
        cells = {name: str([list(row.values()) for row in self._cells(name)]) for name in FILES}
        kept = []
        for typed in self.typed:
            there = typed.instance not in cells or repr(typed.words)[1:-1] in cells[typed.instance]
            typed.seen |= there and (not names or typed.instance in names)
            if there or typed.seen:
                kept.append(typed)
        self.typed = kept

    def check(self, result: SyncResult, *, everything: bool) -> None:
        """What must hold after a sync, whatever was typed before it."""
        self._check_actions()
        self._check_counts(result)
        verdict = audit.verify(self.core.store)
        assert verdict["broken_at"] is None, "the audit chain is broken"
        if everything:
            self._check_quiet()
            self._check_typed()
            self._check_cells()
            self._check_ownership()
            self._check_full_look()

    def _check_actions(self) -> None:
        """I9: no action is gone, none was closed by itself."""
        now = self.core.store
        with now.reading() as reader:
            refs = {ref for (ref,) in reader.pick(Action, ("ref",))}
            links = reader.find(Link)
        assert self.known_actions <= refs, "an action is gone"
        per = [(link.instance, link.remote_id) for link in links if link.remote_id]
        assert len(per) == len(set(per)), "two actions share a record"

    def _check_counts(self, result: SyncResult) -> None:
        """The counts are what the lists show."""
        conflicts, proposals = answers.conflicts(self.core), answers.proposals(self.core)
        for each in result.connectors:
            assert each.conflicts == sum(1 for one in conflicts if each.name in one["sides"])
            assert each.proposals == sum(1 for one in proposals if one["connector"] == each.name)

    def _check_quiet(self) -> None:
        """I2, I3: the next run writes nothing, here or there."""
        before = self.bytes(), self.head(), self.ledgers()
        self.run([])
        after = self.bytes(), self.head(), self.ledgers()
        assert after[1] == before[1], f"a second sync entered {self._news(before[1])}"
        assert after[0] == before[0], "a second sync changed bytes"
        assert after[2] == before[2], (
            f"a second sync changed the ledgers: {set(after[2].splitlines()) ^ set(before[2].splitlines())}"
        )

    def _check_full_look(self) -> None:
        """What nobody looked at because nothing had changed is as it would be had everything been looked at."""
        before = self.bytes(), self.head(), self.ledgers()
        with self.core.store.writing("test", "test") as writer:
            for each in writer.find(Instance):
                writer.put(each.model_copy(update={"fingerprint": "another"}))
        self.run([])
        after = self.bytes(), self.head(), self.ledgers()
        assert after[1] == before[1], f"a full look entered {self._news(before[1])}"
        assert after[0] == before[0], "a full look changed bytes"
        assert after[2] == before[2], (
            f"a full look changed the ledgers: {set(after[2].splitlines()) ^ set(before[2].splitlines())}"
        )

    def _news(self, position: int) -> list[Any]:
        with self.core.store.reading() as reader:
            return [
                (each.source, each.noun, each.ref, each.before, each.after) for each in reader.entries(after=position)
            ]

    def _check_typed(self) -> None:
        """I1: every value a person typed is in the records' history, or in a conflict, a proposal or an issue, or its cell
        waits behind one."""
        kept = self.past() + self.ledgers()
        waiting = self._waiting()
        cells = {name: self._cells(name) for name in FILES}
        left = []
        for typed in self.typed:
            if json.dumps(typed.words, ensure_ascii=False)[1:-1] in kept:
                continue
            still = [
                row for row in cells.get(typed.instance, []) if any(typed.words in str(cell) for cell in row.values())
            ]
            # Held back: the row or the field waits for an answer that stands open.
            assert still, f"lost: {typed}"
            ref = str(still[0].get("Action ID"))
            if (typed.instance, ref) in waiting or (typed.instance, "") in waiting or ref in waiting:
                left.append(typed)
                continue
            raise AssertionError(f"not lost, but nobody is told: {typed} {still[0]}")
        self.typed = left

    def _waiting(self) -> set[Any]:
        with self.core.store.reading() as reader:
            found: set[Any] = {each.action for each in reader.find(Conflict, closed_at=None)}
            for each in reader.find(Proposal, closed_at=None):
                found.add((each.instance, each.action))
            for issue in reader.find(StoredIssue):
                found.add((issue.source, issue.id.split(":")[0]))
                if issue.id.startswith("row:"):
                    found.add((issue.source, ""))
            about = {each.target for each in reader.find(Conflict, closed_at=None) if each.noun == "recommendation"}
            found |= {ref for ref, answered in reader.pick(Action, ("ref", "recommendations")) if about & set(answered)}
        return found

    def _cells(self, name: str) -> list[dict[str, Any]]:
        with contextlib.ExitStack() as stack:
            path = self.folder / FILES[name]
            if not path.exists():
                return []
            del stack
        return Sheet(path).rows()

    def _check_cells(self) -> None:
        """Every cell of every linked row says what the store says, or something stands open about it."""
        core = self.core
        with core.store.reading() as reader:
            desk = Desk(reader, core.board, core.clock.now())
            conflicts = reader.find(Conflict, closed_at=None)
            proposals = reader.find(Proposal, closed_at=None)
            issues = reader.find(StoredIssue)
            reviews = {item.title: item.ref for item in desk.reviews.values()}
            del reviews
            for name in FILES:
                settings = core.instances[name]
                agency = settings.agency if settings.side is Side.AGENCY else ""
                links = {link.action: link for link in reader.find(Link, instance=name)}
                for cells in self._cells(name):
                    ref = normal_ref(str(cells.get("Action ID") or "")) or ""
                    if ref not in links or links[ref].state is not LinkState.LIVE:
                        continue
                    file = desk.file(ref)
                    if settings.side is Side.AGENCY and file.leg(agency) is None:
                        continue
                    if any(issue.source == name and issue.id.startswith("row:") for issue in issues):
                        continue
                    shown = {n for n, heading in HEADING_OF.items() if heading in cells}
                    viewer = Viewer(settings.side, agency, shown)
                    ours = project(desk, file, viewer)
                    names = given(desk, file, viewer)
                    recommendations = set(file.action.recommendations)
                    open_about = {
                        each.field for each in conflicts
                        if each.action == ref or (each.noun == "recommendation" and each.target in recommendations)
                    } | {each.field for each in proposals if each.instance == name and each.action == ref} | {
                        part for issue in issues if issue.source == name and issue.id.split(":")[0] == ref
                        for part in issue.id.split(":")[1:]
                    }  # fmt: skip
                    if open_about & set(STATUS_UNIT):
                        open_about |= set(STATUS_UNIT)
                    for each in shown - set(LOGS):
                        if each not in ours or each not in names or each in open_about:
                            continue
                        said = _said(each, cells[HEADING_OF[each]])
                        if each == "status" and said == "":
                            said = "not_started"
                        assert said == ours[each], (
                            f"{name} {ref} {each}: the cell says {said!r}, the store {ours[each]!r}"
                        )

    def _check_ownership(self) -> None:
        """I7: nothing an agency typed into the Board's fields is in the store unless somebody accepted it."""
        with self.core.store.reading() as reader:
            accepted = {str(each.to_value) for each in reader.find(Proposal) if each.how == "accepted"}
            values = {each.priority for each in reader.find(Action)} | {
                each.text for each in reader.find(Recommendation)
            }
            statuses = {each.status.value for each in reader.find(Action)}
        for value in values:
            agencys = any(f"by {name}" in value for name in ("police", "health", "cliPOL", "cliHEA"))
            assert not agencys or value in accepted or any(value in each for each in accepted), f"unowned: {value}"
        if not self.closed_by_hand and "closed_not_implemented" not in accepted:
            closed = [told for told in self.told if "Closed not" in told and "master" in told]
            assert closed or "closed_not_implemented" not in statuses, "closed by itself"


def _said(name: str, value: Any) -> str:
    """A cell's value in plain words; naive on purpose."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    words = str(value).strip()
    if name in ("status", "response"):
        plain = words.lower().replace(" ", "_")
        return {"done": "reported_complete", "ongoing": "in_progress"}.get(plain, plain)
    if name in ("lead_agency", "agencies"):
        codes = {text: code for code, text in AGENCIES.items()}
        return ", ".join(
            codes.get(part.strip(), part.strip()) for part in words.replace("/", ",").split(",") if part.strip()
        )
    return words.lower() if name == "self_rating" else words


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
    suite.configure(BOARD, POLICE, HEALTH)
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
    chance = random.Random(seed)  # noqa: S311 - a test's dice
    kinds = ("text",) * 5 + ("choice",) * 4 + ("rows",) * 2 + ("cli",) * 3 + ("answer",) * 3 + ("wait",) + ("sync",) * 5
    return chance.randrange(8), [
        (chance.choice(kinds), chance.randrange(6), chance.randrange(60), chance.randrange(1000)) for _ in range(length)
    ]
