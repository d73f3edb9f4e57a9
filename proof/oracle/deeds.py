"""What people do to both sides between two syncs: none, the same, disjoint and colliding changes, and worse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from actiontrack.domain.fields import Actor
from actiontrack.domain.refs import new_ref
from actiontrack.domain.vocabulary import Side
from actiontrack.errors import NotAllowed
from actiontrack.ports import Plain
from actiontrack.services.records.changing import add_entry, put_fields
from actiontrack.services.records.desk import Desk
from proof.oracle.facts import Facts
from proof.oracle.sheet import Row, Sheet
from proof.oracle.words import AGENCIES, DATES, RATINGS, RESPONSES, STATUSES
from proof.oracle.worlds import BOARD, Dice, World

FREE = ("number", "text", "recommendation_text", "lead_officer", "priority", "status_reason")
CHOICES: Mapping[str, tuple[Plain, ...]] = {
    "response": (*RESPONSES, None),
    "lead_agency": ("Nobody we know",),
    "original_due": (*DATES, None),
    "current_due": (*DATES, None),
    "status": (*STATUSES, *STATUSES, None),
    "look_again": (*DATES, None),
    "self_rating": (*RATINGS, None),
}
EDITED = (*FREE, *CHOICES, "status", "status", "status", "current_due", "status_reason", "look_again", "progress",
          "progress", "comments")  # fmt: skip
HERE: tuple[Mapping[str, str], ...] = (
    {"status": "in_progress"},
    {"status": "reported_complete"},
    {"status": "not_started"},
    {"status": "blocked", "status_reason": "No staff", "look_again": "2027-02-05"},
    {"status_reason": "status_reason A"},
    {"status": "closed_not_implemented", "status_reason": "status_reason B"},
    {"status": "evidence_queried"},
)


@dataclass
class Told:
    """What was done, for whoever reads a failure, and what was typed where."""

    lines: list[str] = field(default_factory=list)
    typed: list[tuple[str, str, str, Plain]] = field(default_factory=list)
    """(instance, key of the row, field, what was typed)."""
    stood: dict[tuple[str, str, str], Plain] = field(default_factory=dict)
    """(instance, key of the row, field) → what stood there before."""
    set_here: dict[tuple[str, str], str] = field(default_factory=dict)
    """(action, field) → the value that was set here."""
    rearranged: bool = False
    """Rows were copied, added, or their keys touched: the next round would meet other rows."""


def do_some(
    world: World,
    facts: Mapping[str, Facts],
    chance: Dice,
    before: Told,
    frozen: frozenset[tuple[str, str]],
    *,
    rows: bool,
) -> Told:
    """Perturb both sides. `facts` is what is here; `before` what was done the last time: some of it is put back.

    `frozen` are the (action, field) that nobody may set here until a conflict is settled.
    """
    told = Told()
    targets = [(chance.choice(list(facts)), chance.choice(EDITED)) for _ in range(chance.choice((0, 1, 2, 3, 4, 6)))]
    _edit_here(world, chance, told, facts, [each for each in targets if chance.random() < 0.45 and each not in frozen])
    for name, sheet in world.sheets.items():
        _put_back(name, sheet, chance, told, before)
        asked = [each for each in targets if chance.random() < 0.7]
        _edit_there(name, sheet, chance, told, asked, asks=bool(world.settings[name].agency))
        if chance.random() < 0.15:
            chance.shuffle(sheet.rows)
            told.lines.append(f"{name}: sorted")
        if rows and chance.random() < 0.2:
            _rearrange(name, sheet, chance, told)
    if rows and len(world.sheets) > 1 and chance.random() < 0.03:
        told.lines.append("everywhere: the same new row")
        told.rearranged = True
        cells = _new_cells(chance.randrange(10**6), chance)
        for sheet in world.sheets.values():
            sheet.rows.append(_new_row(sheet, cells))
    return told


# --- here -------------------------------------------------------------------------------------------------------------


def _edit_here(
    world: World, chance: Dice, told: Told, facts: Mapping[str, Facts], targets: list[tuple[str, str]]
) -> None:
    if not targets:
        return
    with world.shelf.writing("manager", "cli") as writer:
        desk = Desk(writer, BOARD, world.clock.now())  # type: ignore[arg-type]
        for ref, name in targets:
            file, lead = desk.file(ref), facts[ref].lead
            agency = chance.choice(("", *facts[ref].legs))
            if name in ("progress", "comments"):
                agency = agency if name == "progress" else ""
                text = f"{name} here {chance.randrange(10**6)}"
                add_entry(desk, file, name, text, agency=agency, who="manager", source="cli")
                told.lines.append(f"here: {agency or 'the Board'} adds {name} {text!r} to {ref}")
                continue
            values = _value_here(chance, facts[ref], name)
            if not values:
                continue
            actor = Actor(Side.AGENCY, agency) if agency and "status" in values else Actor(Side.BOARD)
            if name in ("status_reason", "look_again") and len(facts[ref].legs) > 1:
                actor = Actor(Side.AGENCY, lead)
            try:
                put_fields(desk, file, values, actor, who="manager")
            except NotAllowed:
                told.lines.append(f"here: {actor.agency or 'the Board'} may not set {values} of {ref}")
                continue
            told.lines.append(f"here: {actor.agency or 'the Board'} sets {values} of {ref}")
            if not {"status", "status_reason", "look_again"} & set(values):
                told.set_here |= {(ref, each): value for each, value in values.items()}
        desk.save(writer)  # type: ignore[arg-type]


def _value_here(chance: Dice, facts: Facts, name: str) -> Mapping[str, str]:
    if name in ("status", "status_reason", "look_again"):
        return chance.choice(HERE)
    if name in ("lead_agency", "agencies"):
        return {}
    if name in FREE:
        return {name: f"{name} {chance.choice('ABC')} of {facts.values['number'].split()[-1]}"}
    if name == "response":
        return {name: chance.choice(("accepted", "not_accepted"))}
    if name == "self_rating":
        return {name: chance.choice(("green", "red", ""))}
    return {name: chance.choice([each for each in DATES.values() if each[0] == "2"])}


# --- there ------------------------------------------------------------------------------------------------------------


def _edit_there(
    name: str, sheet: Sheet, chance: Dice, told: Told, targets: list[tuple[str, str]], *, asks: bool
) -> None:
    """`asks`: an agency's side, that asks for another lead and never makes one."""
    for ref, column in targets:
        row = _row_of(sheet, ref)
        if row is None or column not in sheet.columns:
            continue
        value = _value_there(chance, row, column, asks=asks)
        told.stood.setdefault((name, row.key, column), row.cells.get(column))
        row.cells[column] = value
        told.typed.append((name, row.key, column, value))
        told.lines.append(f"{name}: {row.key} {column} = {value!r}")
        if column == "status" and value in ("Blocked", "On hold") and chance.random() < 0.6:
            reason = f"status_reason {chance.choice('AB')}"
            for part, said in (("status_reason", reason), ("look_again", date(2027, 2, 5))):
                if part in sheet.columns and chance.random() < 0.8:
                    row.cells[part] = said
                    told.typed.append((name, row.key, part, said))
                    told.lines.append(f"{name}: {row.key} {part} = {said!r}")


def _put_back(name: str, sheet: Sheet, chance: Dice, told: Told, before: Told) -> None:
    for (instance, key, column), stood in before.stood.items():
        row = next((each for each in sheet.rows if each.key == key), None)
        if instance == name and row is not None and chance.random() < 0.4:
            row.cells[column] = stood
            told.typed.append((name, key, column, stood))
            told.lines.append(f"{name}: {key} {column} put back to {stood!r}")


def _row_of(sheet: Sheet, ref: str) -> Row | None:
    """The row of an action: by its key or, in a system with keys of its own, by the place it was made in."""
    return next((row for row in sheet.rows if sheet.refs.get(row.key, row.key) == ref), None)


def _value_there(chance: Dice, row: Row, column: str, *, asks: bool) -> Plain:
    if column in ("progress", "comments"):
        text, before = f"{column} there {chance.randrange(10**6)}", row.cells.get(column)
        ways: list[Plain] = [text, text, None]
        if before:
            ways += [f"{before}\n{text}", f"{text}\n{before}"]
        return chance.choice(ways)
    if column in FREE:
        if chance.random() < 0.15:
            return None
        return f"{column} {chance.choice('ABC')} of {str(row.cells['number']).split()[-1]}"
    if column == "lead_agency" and asks and chance.random() < 0.7:
        return chance.choice([word for word, code in AGENCIES.items() if code in ("HEA", "POL")])
    return chance.choice(CHOICES[column])


# --- whole rows -------------------------------------------------------------------------------------------------------


def _rearrange(name: str, sheet: Sheet, chance: Dice, told: Told) -> None:
    way = chance.choice(("delete", "delete", "copy", "clear", "unknown", "new", "many", "empty", "column", "ids"))
    told.lines.append(f"{name}: {way}")
    if way == "delete" and sheet.rows:
        sheet.rows.remove(chance.choice(sheet.rows))
    elif way == "many":
        del sheet.rows[: chance.choice((9, 10, 11, 12))]
    elif way == "empty":
        sheet.rows.clear()
    elif way == "column":
        column = chance.choice([each for each in sheet.columns if each != "text"])
        for row in sheet.rows[: chance.choice((1, 2, 3, 4, 12))]:
            row.cells[column] = None
            told.typed.append((name, row.key, column, None))
    elif way == "new":
        _type_new(sheet, chance, told)
    else:
        _touch_keys(way, name, sheet, chance, told)


def _type_new(sheet: Sheet, chance: Dice, told: Told) -> None:
    told.rearranged = True
    sheet.rows.append(_new_row(sheet, _new_cells(chance.randrange(10**6), chance)))


def _new_cells(number: int, chance: Dice) -> dict[str, Plain]:
    lead = chance.choice(list(AGENCIES)[:2])
    return {"text": f"New {number}", "number": f"N{number}", "status": "In progress", "lead_agency": lead}


def _new_row(sheet: Sheet, cells: Mapping[str, Plain]) -> Row:
    return Row(f"X{cells['number']}" if sheet.key == "remote" else "", dict(cells))


def _touch_keys(way: str, name: str, sheet: Sheet, chance: Dice, told: Told) -> None:
    """What is only done where our ids stand in a column, and to rows that nobody edited otherwise."""
    touched = {key for instance, key, *_ in told.typed if instance == name}
    untouched = [row for row in sheet.rows if row.key not in touched]
    if sheet.key != "ref" or not untouched:
        return
    told.rearranged = True
    row = chance.choice(untouched)
    if way == "copy":
        cells = dict(row.cells)
        if chance.random() < 0.6:
            cells["text"] = f"Retyped {chance.randrange(10**6)}"
        sheet.rows.insert(chance.randrange(len(sheet.rows) + 1), Row(row.key, cells))
    elif way == "clear":
        row.key = ""
    elif way == "ids":
        for each in untouched[: chance.choice((2, 3, 4))]:
            each.key = ""
    elif way == "unknown":
        row.key = chance.choice((new_ref(chance), "old 12"))
