"""The naive oracle: what a sync must make of two sides' edits, told cell by cell from sync.md and domain.md.

It knows nothing of how the planner works. It keeps what each side held when they last agreed, what is asked and what
is frozen, and walks through the instances in order of name, then through the cells of each row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from actiontrack.ports import Plain
from proof.oracle.facts import LOGS, UNIT, Facts, leg_shown, same, shown, visible
from proof.oracle.outward import Outward
from proof.oracle.rows import Placed, place_rows, too_much
from proof.oracle.rules import is_owner, may_move
from proof.oracle.takes import take
from proof.oracle.words import UNREADABLE

Rows = Mapping[str, Sequence[tuple[str, Mapping[str, Plain]]]]
"""instance → (key, cells) of each of its rows, as typed."""
Key = tuple[str, str]
"""(what a field belongs to, field): what a conflict is about."""


@dataclass
class Side:
    """One instance as the oracle knows it. `agency` is "" on the Board's side."""

    name: str
    agency: str
    key: str
    columns: tuple[str, ...]
    agreed: dict[str, str] = field(default_factory=dict)
    """The same of the row that is being read, as it was before the first of its cells."""
    left: dict[str, Mapping[str, Plain]] = field(default_factory=dict)
    """action → its cells as the last run left them: what that run wrote is nobody's edit, to put it back is one."""
    frozen: set[str] = field(default_factory=set)
    """Its fields that a conflict froze before it was read."""
    base: dict[str, dict[str, str]] = field(default_factory=dict)
    """action → what both sides last held, by field."""
    read: dict[str, dict[str, str]] = field(default_factory=dict)
    """action → what its row said when it was last read."""
    heard: dict[tuple[str, str], int] = field(default_factory=dict)
    """(action, log) → the newest entry that its cell has shown or given."""
    missing: set[str] = field(default_factory=set)
    ids: dict[str, str] = field(default_factory=dict)
    """Key of a row → its action."""
    stood: dict[str, int] = field(default_factory=dict)
    """action → where its row stood when the sides agreed."""
    held: set[str] = field(default_factory=set)
    """Actions whose row is held back now."""
    guarded: bool = False
    placed: Placed | None = None
    typed: dict[tuple[str, str], int] = field(default_factory=dict)
    """(action, log) → the entry that was typed into its cell in this run."""

    def copy(self) -> Side:
        """Another that knows the same."""
        base = {ref: dict(values) for ref, values in self.base.items()}
        read = {ref: dict(values) for ref, values in self.read.items()}
        return Side(
            self.name,
            self.agency,
            self.key,
            self.columns,
            base=base,
            read=read,
            heard=dict(self.heard),
            ids=dict(self.ids),
            stood=dict(self.stood),
        )


@dataclass
class Oracle:
    """What is known of both sides, and what must come of the next sync."""

    facts: Mapping[str, Facts]
    sides: dict[str, Side]
    conflicts: dict[Key, dict[str, str]] = field(default_factory=dict)
    """What is frozen → what each instance that disagrees says."""
    pending: dict[tuple[str, str, str], tuple[str, str]] = field(default_factory=dict)
    """(instance, action, field) → (what kind of change is asked for, to what)."""
    issues: set[tuple[str, str, str]] = field(default_factory=set)
    """(instance, action, field) of words that nobody can read."""
    counts: Counter[str] = field(default_factory=Counter)
    verdicts: dict[tuple[str, str, str], str] = field(default_factory=dict)
    """(instance, action, field) → what became of the cell in this run."""
    thawed: bool = False
    """What waited behind a conflict that closed, or could not be read beside another status, is looked at again."""
    settled: Mapping[str, Facts] = field(default_factory=dict)
    """Every action as the last run left it."""
    again: bool = False
    """The next run has something to settle: that, or what is asked for came true by another side's hand."""
    day: str = ""

    def copy(self) -> Oracle:
        """Another that knows the same, of sides that agree."""
        return Oracle(self.facts, {name: side.copy() for name, side in self.sides.items()}, day=self.day)

    @property
    def connected(self) -> set[str]:
        """The agencies with an instance of their own."""
        return {side.agency for side in self.sides.values()} - {""}

    # --- one run ------------------------------------------------------------------------------------------------------

    def foretell(self, rows: Rows, facts: Mapping[str, Facts]) -> None:
        """Go through one run. `rows` are what each instance shows, as (key, cells); `facts` what is here now."""
        self.settled, self.facts = self.facts, facts
        self.thawed, self.verdicts = False, {}
        for name in sorted(self.sides):
            side = self.sides[name]
            side.typed, side.held = {}, set()
            side.placed = place_rows(side, rows[name])
            side.guarded = too_much(side, side.placed)
            if side.guarded:
                self.counts["guard"] += 1
                continue
            for ref, cells in side.placed.whose.items():
                if not self._waits_for_the_next(side, ref, cells):
                    self._read_row(side, ref, side.placed.said[ref])
            self._note_rows(side, side.placed)
        Outward(self).plan()
        self.again = (
            self.thawed
            or any(self._came_true(*asked) for asked in self.pending)
            or any(self._came_together(*conflict) for conflict in self.conflicts)
        )

    def _came_true(self, name: str, ref: str, each: str) -> bool:
        """Whether a cell still asks for what is here by now."""
        side, asked = self.sides[name], self.pending[name, ref, each][1]
        said = side.placed.said.get(ref, {}) if side.placed else {}
        here = shown(self.facts[ref], side.agency, side.columns)
        if each in UNIT[1:] and said.get("status") not in (here["status"], side.base[ref]["status"]):
            return False  # it waits with its status, which is in question itself
        return said.get(each) == asked and same(each, here.get(each), asked)

    def _came_together(self, about: str, each: str) -> bool:
        """Whether a side of a conflict says what is here by now, by another side's hand."""
        for name, word in self.conflicts[about, each].items():
            side = self.sides[name]
            for ref, said in side.placed.said.items() if side.placed and not side.guarded else ():
                here = shown(self.facts[ref], side.agency, side.columns)
                settled = each not in UNIT[1:] or said.get("status") in (here["status"], side.base[ref]["status"])
                mine = each in said and self.about(side, ref, each) == (about, each)
                if settled and mine and said[each] == word and same(each, here.get(each), word):
                    return True
        return False

    def note_left(self, rows: Rows) -> None:
        """How every row stands once a run is over."""
        for name, side in self.sides.items():
            side.left = {side.ids[key]: cells for key, cells in rows[name] if key in side.ids}

    def _waits_for_the_next(self, side: Side, ref: str, cells: Mapping[str, Plain]) -> bool:
        """A conflict closed in this very run: what waited behind it, in a row nobody touched, comes with the next."""
        return self.thawed and self.facts[ref] == self.settled.get(ref) and side.left.get(ref) == cells

    def _note_rows(self, side: Side, placed: Placed) -> None:
        side.held |= placed.held_actions
        for ref in side.ids.values():
            if ref not in placed.whose and ref not in side.held and ref not in side.missing:
                side.missing.add(ref)
                self.counts["missing"] += 1
        self.counts["held"] += placed.held
        self.counts["new asked"] += placed.copies
        self.counts["new asked" if side.agency or side.key == "remote" else "new made"] += len(placed.fresh)

    def _read_row(self, side: Side, ref: str, cells: dict[str, str]) -> None:
        side.missing.discard(ref)
        ours = shown(self.facts[ref], side.agency, side.columns)
        taken: dict[str, str] = {}
        side.agreed = dict(side.base[ref])
        side.frozen = {name for name in side.columns if self.is_frozen(side, ref, name)} if self.conflicts else set()
        if self.issues:
            self.issues = {each for each in self.issues if each[:2] != (side.name, ref)}
        for name in side.columns:
            if name in LOGS:
                self._read_log(side, ref, name, cells[name])
            elif name not in UNIT:
                self._read_cell(side, ref, name, ours, cells, taken)
        self._read_unit(side, ref, ours, cells, taken)
        take(self.facts[ref], side.agency, side.columns, taken)
        if taken:
            self.counts["take"] += len(taken)
        side.read[ref] = {name: said for name, said in cells.items() if said != UNREADABLE}

    # --- one cell -----------------------------------------------------------------------------------------------------

    def about(self, side: Side, ref: str, name: str) -> Key:
        """What a field belongs to."""
        facts = self.facts[ref]
        if name in ("recommendation_text", "response") and facts.recommendation:
            return f"recommendation {facts.recommendation}", name
        if name not in UNIT:
            return f"action {ref}", name
        leg = leg_shown(facts, side.agency)
        now = f"action {ref}" if leg is None else f"leg {ref}/{leg}"
        # It stays about what it was opened about, though the cell shows another's status by now.
        for then in (now, f"action {ref}", *(f"leg {ref}/{each}" for each in facts.legs)):
            if side.name in self.conflicts.get((then, name), {}) and (now, name) not in self.conflicts:
                return then, name
        return now, name

    def is_frozen(self, side: Side, ref: str, name: str) -> bool:
        """Whether a conflict holds the field, or another part of its unit, on every instance."""
        if not self.conflicts:
            return False
        parts = UNIT if name in UNIT else (name,)
        return any(self.about(side, ref, part) in self.conflicts for part in parts)

    def _read_cell(
        self, side: Side, ref: str, name: str, ours: dict[str, str], cells: dict[str, str], taken: dict[str, str]
    ) -> str:
        """What becomes of one cell, in one word."""
        verdict = self._judge(side, ref, name, ours, cells)
        if verdict not in ("untouched", "take"):
            self.counts[verdict] += 1
        self.verdicts[side.name, ref, name] = verdict
        asked = (side.name, ref, name)
        now = cells[name]
        if verdict in ("agree", "take"):
            side.base[ref][name] = now
            self.pending.pop(asked, None)
            self._leave(side, ref, name)
        if verdict == "take":
            taken[name] = now
        elif verdict == "unreadable":
            self.issues.add((side.name, ref, name))
        elif verdict == "withdraw":
            del self.pending[asked]
        elif verdict in ("clear", "edit", "extend"):
            self.pending[asked] = (verdict, now)
        elif verdict == "waits":
            self.pending.pop(asked, None)
        elif verdict == "conflict":
            self.pending.pop(asked, None)
            self.conflicts.setdefault(self.about(side, ref, name), {})[side.name] = now
        elif verdict == "put back":
            self._leave(side, ref, name)
        return verdict

    def _leave(self, side: Side, ref: str, name: str) -> None:
        conflict = self.about(side, ref, name) if self.conflicts else ("", name)
        if conflict in self.conflicts:
            self.conflicts[conflict].pop(side.name, None)
            if not self.conflicts[conflict]:
                del self.conflicts[conflict]
                self.thawed = True

    def _judge(self, side: Side, ref: str, name: str, ours: dict[str, str], cells: dict[str, str]) -> str:
        now, here = cells[name], ours[name]
        base = side.agreed[name]
        asked = self.pending.get((side.name, ref, name))
        if now == UNREADABLE:
            return "unreadable"
        if same(name, now, here):
            open_question = asked is not None or name in side.frozen
            return "agree" if base != now or open_question else "untouched"
        if now == base:
            if asked is not None:
                return "withdraw"
            said_before = self.conflicts and self.conflicts.get(self.about(side, ref, name), {}).get(side.name)
            if said_before and side.read[ref].get(name) == said_before:
                return "put back"
            return "untouched"
        again = asked is not None and asked[1] == now
        verdict = self._judge_edit(side, ref, name, ours, cells)
        if not again:
            return verdict
        # It was asked before. What a status lacked may have been typed beside it since.
        beside = [part for part in UNIT[1:] if cells.get(part, "") != side.read[ref].get(part, "")]
        return "take" if name == "status" and beside and verdict == "take" else "untouched"

    def _judge_edit(self, side: Side, ref: str, name: str, ours: dict[str, str], cells: dict[str, str]) -> str:
        """They typed something, and it is neither what is here nor what both held."""
        facts, now, here = self.facts[ref], cells[name], ours[name]
        if now == "":
            return "clear"
        if name == "look_again" and ours["status"] != "blocked":
            return "unreadable"  # only a blocked action is looked at again: there is no owner to ask what it means
        if not is_owner(name, now, side.agency, facts, self.connected):
            return "edit"
        if name in side.frozen:
            # A part waits for its unit; a conflict takes in what the side says now.
            return "conflict" if self.about(side, ref, name) in self.conflicts else "waits"
        if name == "current_due" and here and now > here:
            return "extend"
        if name == "original_due" and here:
            return "edit"
        changed_here = [part for part in (UNIT if name in UNIT else (name,)) if part in ours]
        if any(not same(part, ours[part], side.agreed[part]) for part in changed_here):
            return "conflict"
        if name in UNIT and not may_move(facts, side.agency, self._unit(facts, side, ours, cells, name)):
            return "edit"
        return "take"

    @staticmethod
    def _unit(facts: Facts, side: Side, ours: dict[str, str], cells: dict[str, str], name: str) -> dict[str, str]:
        """The status with its reason and date as they would stand."""
        unit = shown(facts, side.agency, UNIT)
        for part in UNIT:
            readable = part in cells and cells[part] != UNREADABLE
            if part == name or (part != "status" and readable):
                unit[part] = cells[part]
        return unit

    def _read_unit(
        self, side: Side, ref: str, ours: dict[str, str], cells: dict[str, str], taken: dict[str, str]
    ) -> None:
        """The status first; then its reason and date, which go where it goes."""
        waits = self.pending.get((side.name, ref, "status"), ("", None))[1] == cells["status"]
        verdict = self._read_cell(side, ref, "status", ours, cells, taken)
        for part in UNIT[1:]:
            if part not in side.columns:
                continue
            if verdict in ("agree", "untouched", "withdraw", "put back") and not (verdict == "untouched" and waits):
                self._read_cell(side, ref, part, ours, cells, taken)
            elif verdict == "take":
                self._read_beside(side, ref, part, ours, cells, taken)

    def _read_beside(
        self, side: Side, ref: str, part: str, ours: dict[str, str], cells: dict[str, str], taken: dict[str, str]
    ) -> None:
        """The reason or date beside a status that is taken."""
        now, base = cells[part], side.agreed[part]
        idle = part == "look_again" and now not in ("", base) and cells["status"] != "blocked"
        if idle and self.pending.get((side.name, ref, part), ("", ""))[1] == now:
            return  # what is asked stays asked
        if now == UNREADABLE or idle:
            self.issues.add((side.name, ref, part))
        else:
            side.base[ref][part] = now
            self.pending.pop((side.name, ref, part), None)
            self._leave(side, ref, part)
            if now != ours[part]:
                taken[part] = now

    # --- one log ------------------------------------------------------------------------------------------------------

    def _read_log(self, side: Side, ref: str, name: str, now: str) -> None:
        """Typed over → a new entry, an unchanged head or tail left out; cleared → nothing."""
        base = side.base[ref][name]
        if now in ("", base):
            if self.pending.pop((side.name, ref, name), None):
                self.counts["withdraw"] += 1
        elif name == "comments" and side.agency:
            if self.pending.get((side.name, ref, name)) != ("edit", now):
                self.pending[side.name, ref, name] = ("edit", now)
                self.counts["edit"] += 1
            return
        else:
            text = now
            if base and now.startswith(base + "\n"):
                text = now[len(base) + 1 :]
            elif base and now.endswith("\n" + base):
                text = now[: -len(base) - 1]
            self.facts[ref].logs[name].append((side.agency, text))
            side.typed[ref, name] = len(self.facts[ref].logs[name])
            self.counts["add"] += 1
        side.base[ref][name] = now

    def unheard(self, side: Side, ref: str, name: str) -> str:
        """What the log's cell shall show that it does not show yet."""
        heard = side.heard.get((ref, name), 0)
        fresh = [each for each in visible(self.facts[ref], side.agency, name) if each[0] > heard]
        typed = side.typed.get((ref, name))
        others = [each for each in fresh if each[0] != typed]
        if not others:
            return ""
        if typed is None and len({agency for _, agency, _ in fresh}) == 1:
            return fresh[-1][2]
        names = {"": "the Board", "POL": "Exampleshire Police", "HEA": "Exampleshire NHS Trust"}
        return "\n".join(f"{self.day}, {names[agency]}: {text}" for _, agency, text in reversed(fresh))
