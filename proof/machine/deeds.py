"""What happens in a run: people at their work on every side, faults and time. A deed is a name and three numbers."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from actiontrack.domain.fields import Actor
from actiontrack.domain.ledger import ProposalKind
from actiontrack.domain.nouns import Action
from actiontrack.domain.vocabulary import Side
from actiontrack.errors import ActionTrackError
from actiontrack.services import backup
from actiontrack.services.records import asking
from actiontrack.services.sync import answers, waiting
from proof.machine import book
from proof.machine.judge import Judge
from proof.machine.world import World, as_text
from proof.remotes.faults import ANSWERS, READING, WRITING, Fault

Op = tuple[str, int, int, int]
"""What happens, and three numbers that say where and how."""

TYPED = ("text", "priority", "text", "progress", "text", "status", "lead_officer", "current_due")
STATUSES = ("Not started", "In progress", "Reported complete", "Done", "Under appeal", "")
MOVES = ("in_progress", "reported_complete", "not_started")
DUE = datetime.date(2026, 12, 1)
JUMPS = (timedelta(hours=-3), timedelta(minutes=-20), timedelta(minutes=31), timedelta(hours=5), timedelta())
WAITS = (timedelta(seconds=40), timedelta(minutes=5), timedelta(minutes=20), timedelta(minutes=61), timedelta(days=1))


def _mostly_first(which: int) -> int:
    """People work on the same thing, and so meet."""
    return which if which % 3 == 0 else 0


@dataclass
class Life:
    """One run's world, its judge, and what was done, for whoever reads a failure."""

    world: World
    judge: Judge = field(default_factory=Judge)
    told: list[str] = field(default_factory=list)
    binned: list[tuple[str, str]] = field(default_factory=list)
    backup: Path | None = None

    def say(self, what: str) -> None:
        """Add to what is told of the present deed."""
        self.told[-1] += f" → {what}"

    # --- people in their own systems ----------------------------------------------------------------------------------

    def instance(self, where: int) -> str:
        """One of the systems."""
        return list(self.world.systems)[where % len(self.world.systems)]

    def type_there(self, where: int, which: int, how: int) -> None:
        """Type over a field of a ticket, add to it, or clear it."""
        name = self.instance(where)
        system = self.world.systems[name]
        tickets = system.live()
        if not tickets:
            return
        ticket, what, way = tickets[_mostly_first(which) % len(tickets)], TYPED[how % len(TYPED)], how // len(TYPED)
        if what == system.missing_field:
            return
        old = as_text(ticket.values.get(what))
        if what == "status":
            value: str | datetime.date | None = STATUSES[way % len(STATUSES)] or None
        elif what == "current_due":
            value = (DUE + timedelta(days=way % 40), DUE + timedelta(days=way % 40), None)[way % 3]
        elif way % 8 == 7 and what != "text":
            value = None
        else:
            value = self.judge.ledger.words(name, what)
            if way % 8 == 6 and old:
                value = f"{old}\n{value}"
        if not (isinstance(value, str) and old and value.startswith(old)):
            self.judge.ledger.give_up(name, ticket.id, what, "typed over there")
        if isinstance(value, str):
            self.judge.ledger.note(value.removeprefix(old), name, ticket.id, what)
        system.edit(ticket.id, what, value)
        self.say(f"{name} {ticket.id} {what}={value!r}")
        if how % 5 == 0:  # and somebody here, of the same
            self.ask_here(0, which, how)

    def move_there(self, where: int, which: int, how: int) -> None:
        """Delete a ticket, take one out of the bin, copy one, or open a new one."""
        name = self.instance(where)
        system = self.world.systems[name]
        tickets = system.live()
        way = how % 5
        if way in (0, 1) and len(tickets) > 2:
            ticket = tickets[which % len(tickets)]
            system.delete(ticket.id)
            self.judge.ledger.give_up(name, ticket.id, "", "deleted there")
            self.binned.append((name, ticket.id))
            self.say(f"{name} {ticket.id} deleted")
        elif way == 2:
            mine = [each for each in self.binned if each[0] == name]
            if mine:
                self.binned.remove(mine[0])
                system.restore(mine[0][1])
                self.say(f"{name} {mine[0][1]} restored")
        elif way == 3 and tickets:
            ticket = tickets[which % len(tickets)]
            self.say(f"{name} {ticket.id} copied as {system.add(ticket.values)}")
        elif way == 4:
            words = self.judge.ledger.words(name, "text")
            key = system.add({"text": words, "status": "In progress"})
            self.judge.ledger.note(words, name, key, "text")
            self.say(f"{name} {key} opened")

    def take_field(self, where: int, which: int, how: int) -> None:
        """An administrator takes a field out of the form, or puts it back."""
        system = self.world.systems[self.instance(where)]
        system.missing_field = "" if system.missing_field else "priority"
        self.say(f"{system.name} has no {system.missing_field or 'field missing'}")

    def edit_book(self, where: int, which: int, how: int) -> None:
        """Type into the workbook, sort it, copy a row, delete one, or clear its id."""
        pages = self.world.book
        rows = pages.rows() if pages else []
        if pages is None or not rows:
            self.type_there(where, which, how)
            return
        row, way = rows[which % len(rows)], book.WAYS[how % len(book.WAYS)]
        if way == "type":
            name = list(book.HEADINGS)[where % len(book.HEADINGS)]
            words = self.judge.ledger.words(book.NAME, name)
            self.judge.ledger.give_up_words(row.get(book.HEADINGS[name]), "typed over there")
            row[book.HEADINGS[name]] = words
            self.judge.ledger.note(words, book.NAME, str(row[book.KEY]), name)
        elif way == "sort":
            rows.sort(key=lambda each: str(each["Action"]), reverse=bool(which % 2))
        elif way == "copy":
            rows.append(dict(row))
        elif way == "delete" and len(rows) > 1:
            rows.remove(row)
            for value in row.values():
                if not any(value in each.values() for each in rows):
                    self.judge.ledger.give_up_words(value, "deleted there")
        elif way == "clear the id":
            row[book.KEY] = None
        pages.write(rows)
        self.say(f"book {way} {row[book.KEY]} {row['Action']!r}")

    # --- people here --------------------------------------------------------------------------------------------------

    def ask_here(self, where: int, which: int, how: int) -> None:
        """Set or add on the command line, for the Board or an agency."""
        with self.world.store.reading() as reader:
            refs = [ref for _, ref in sorted(reader.pick(Action, ("text", "ref")))]
        ref, code = refs[_mostly_first(which) % len(refs)], ("", "", "POL", "HEA")[where % 4]
        asker = asking.Asker(code or "manager", Actor(Side.AGENCY, code) if code else Actor(Side.BOARD))
        what, way = TYPED[how % len(TYPED)], how // len(TYPED)
        words = self.judge.ledger.words(f"cli{code}", what)
        value, adds = words, how % 6 == 5 and not code
        if what == "status":
            value = MOVES[way % len(MOVES)]
        elif what == "current_due":
            value = (DUE + timedelta(days=way % 40)).isoformat()
        try:
            if adds:
                values = {"text": words, "lead_agency": "POL", "agencies": ("", "HEA")[way % 2]}
                ref, what = asking.add_action(self.world.core, values, asker)["ref"], "text"
            elif what == "progress":
                asking.add_log(self.world.core, ref, what, words, asker)
            else:
                asking.set_fields(self.world.core, ref, {what: value}, asker)
        except ActionTrackError as refusal:
            self.say(f"refused: {refusal}")
            return
        if value == words or adds:
            self.judge.ledger.note(words, "cli", ref, what)
        self.say(f"cli {code} {ref} {what}={value!r}")

    def answer(self, where: int, which: int, how: int) -> None:
        """Settle a conflict, or accept or refuse a proposal."""
        core = self.world.core
        asked = [*waiting.conflicts(core), *waiting.proposals(core)]
        if not asked:
            return
        each = asked[which % len(asked)]
        who = ("manager", "chair")[where % 2]
        told = f"{each.get('kind', 'conflict')} {each['ref']} {each['field']}"
        try:
            if "kind" not in each:
                if each["field"] == "row":
                    self.judge.put_back.add(each["ref"])
                words = self.judge.ledger.words("settler", "third value")
                if how % 3 == 2 and each["field"] in ("text", "priority", "lead_officer"):
                    answers.resolve_conflict(core, each["id"], value=words, who=who)
                else:
                    answers.resolve_conflict(core, each["id"], take=("ours", "theirs")[how % 2], who=who)
            else:
                if each["kind"] in (ProposalKind.REMOVE.value, ProposalKind.REPAIR.value):
                    self.judge.put_back.add(each["ref"])
                answers.answer_proposal(core, each["id"], accept=how % 3 != 0, who=who)
            self.say(f"{told} answered")
        except ActionTrackError as refusal:
            self.say(f"{told} refused: {refusal}")

    def back_up(self, where: int, which: int, how: int) -> None:
        """Keep a copy of the store, or put the one there is in its place."""
        if self.backup is None:
            self.backup = self.world.folder / "backup.db"
            backup.backup(self.world.store, self.backup)
            self.say("backed up")
        elif how % 3 == 0:
            answered = self.judge.ledger.answered(self.world)
            backup.restore(self.world.store, self.backup, at=self.world.clock.now())
            self.judge.restored = True
            self.judge.ledger.forget(self.world, answered)
            self.judge.actions.clear()
            self.say("an older store was put back")

    # --- weather and time --------------------------------------------------------------------------------

    def fault(self, where: int, which: int, how: int) -> None:
        """Something will go wrong."""
        kinds = (ANSWERS, READING, WRITING)[how % 3]
        kind = kinds[how // 3 % len(kinds)]
        name = self.instance(where)
        self.world.weather[name].waiting.append(Fault(kind, which % 3, how))
        self.say(f"{name} {kind}")

    def wait(self, where: int, which: int, how: int) -> None:
        """Time goes by."""
        self.world.time.pass_by(WAITS[how % len(WAITS)])

    def jump(self, where: int, which: int, how: int) -> None:
        """Somebody sets our clock; the systems have their own."""
        self.world.clock.off = JUMPS[how % len(JUMPS)]


PEOPLE: dict[str, Callable[[Life, int, int, int], None]] = {
    "type": Life.type_there,
    "move": Life.move_there,
    "book": Life.edit_book,
    "form": Life.take_field,
    "here": Life.ask_here,
    "answer": Life.answer,
    "backup": Life.back_up,
    "fault": Life.fault,
    "wait": Life.wait,
    "jump": Life.jump,
}
