"""Compares what a sync made of both sides with what the oracle foretold, and with what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from actiontrack.domain.ledger import Conflict, Instance, Intent, Lease, Link, LinkState, Proposal, StoredIssue
from actiontrack.ports import Plain
from proof.oracle.deeds import Told
from proof.oracle.facts import LOGS, UNIT, Facts, facts_of, same, shown
from proof.oracle.oracle import Oracle, Rows, Side
from proof.oracle.words import UNREADABLE, meaning
from proof.oracle.worlds import World

Base = Mapping[str, str]
"""What both sides last held of one action, by field."""


def compare(world: World, oracle: Oracle, before: Rows) -> dict[str, Facts]:
    """Everything that the oracle foretold is so, and nothing else. Gives what the store holds."""
    known = set(oracle.facts)
    held = facts_of(world.shelf)
    _same("the store", {ref: held[ref] for ref in held if ref in known}, oracle.facts)
    _same("new actions", sorted(each.values["text"] for ref, each in held.items() if ref not in known),
          _new_texts(oracle, before))  # fmt: skip
    _same("conflicts", _conflicts(world), oracle.conflicts)
    _same("proposals", _proposals(world), oracle.pending)
    _same("issues", _issues(world), oracle.issues)
    for name, side in oracle.sides.items():
        _compare_side(world, side, before[name], {ref: each for ref, each in held.items() if ref not in known})
    return held


def _same(what: str, found: Any, foretold: Any) -> None:
    if found == foretold:
        return
    if isinstance(found, dict) and isinstance(foretold, dict):
        keys = {key for key in {*found, *foretold} if found.get(key) != foretold.get(key)}
        found = {key: found.get(key) for key in keys}
        foretold = {key: foretold.get(key) for key in keys}
    raise AssertionError(f"{what}:\n  found    {found}\n  foretold {foretold}")


def _new_texts(oracle: Oracle, before: Rows) -> list[str]:
    texts = []
    for name, side in oracle.sides.items():
        if side.placed is not None and not side.guarded and not side.agency and side.key == "ref":
            texts += [str(before[name][at][1]["text"]) for at in side.placed.fresh]
    return sorted(texts)


def _conflicts(world: World) -> dict[tuple[str, str], dict[str, str]]:
    return {
        (f"{each.noun} {each.target}", each.field): dict(each.sides)
        for each in world.shelf.find(Conflict, closed_at=None)
    }


def _proposals(world: World) -> dict[tuple[str, str, str], tuple[str, str]]:
    return {
        (each.instance, each.action, each.field): (each.kind.value, str(each.to_value))
        for each in world.shelf.find(Proposal, closed_at=None)
        if each.field and each.action
    }


def _issues(world: World) -> set[tuple[str, str, str]]:
    found = set()
    for each in world.shelf.find(StoredIssue):
        ref, name, *more = each.id.split(":")
        if ref not in ("row", "source"):
            found.add((each.source, ref, ":".join([name, *more])))
    return found


def _compare_side(
    world: World, side: Side, before: Sequence[tuple[str, Mapping[str, Plain]]], made: Mapping[str, Facts]
) -> None:
    name, sheet, placed = side.name, world.sheets[side.name], side.placed
    assert placed is not None
    links = {link.action: link for link in world.shelf.find(Link, instance=name)}
    _same(f"{name}: missing", {ref for ref, link in links.items() if link.state is LinkState.MISSING}, side.missing)
    waiting = [each for each in world.shelf.find(Proposal, instance=name, closed_at=None) if each.kind.value == "new"]
    held = [each for each in world.shelf.find(StoredIssue, source=name) if each.id.startswith("row:")]
    asks = side.agency or side.key == "remote"
    if side.guarded:
        placed.whose, placed.fresh, placed.held, placed.copies = {}, [], 0, 0
    due = {each.values["text"]: ref for ref, each in made.items() if side.agency in each.legs and not side.guarded}
    met = [at for at in placed.fresh if before[at][1].get("text") in due]  # also typed into the sheet that made it
    _same(f"{name}: new rows asked about", len(waiting), placed.copies + (len(placed.fresh) - len(met) if asks else 0))
    _same(f"{name}: rows held", len(held), placed.held)
    whose = {at: ref for ref, at in placed.positions.items()} if not side.guarded else {}
    for at, (key, cells) in enumerate(before):
        _compare_row(
            side, sheet.rows[at].key, sheet.rows[at].cells, key, cells, whose.get(at), fresh=at in placed.fresh
        )
    for at in met if side.key == "ref" else ():
        _same(f"{name}: key of a row that was met", sheet.rows[at].key, due[str(before[at][1]["text"])])
    _same(f"{name}: rows added", len(sheet.rows) - len(before), len(due) - len(met))
    for ref, base in side.base.items():
        if ref in links:
            # Where both were blank from the start, there is nothing to have agreed on.
            _same(f"{name} {ref}: base", {each: links[ref].base.get(each, "") for each in base}, base)


def _compare_row(
    side: Side,
    key_now: str,
    now: Mapping[str, Plain],
    key: str,
    cells: Mapping[str, Plain],
    ref: str | None,
    *,
    fresh: bool,
) -> None:
    """A row says what both agree on; where nothing was agreed, just what was typed."""
    if ref is None or ref in side.held:
        if not fresh:
            _same(f"{side.name}: key of a row left alone", key_now, key)
        _same(f"{side.name}: a row left alone", {each: now.get(each) for each in side.columns},
              {each: cells.get(each) for each in side.columns})  # fmt: skip
        return
    if side.key == "ref":
        _same(f"{side.name}: key", key_now, ref)
    assert side.placed is not None
    said = side.placed.said[ref]
    for column in side.columns:
        typed = said[column]
        if typed == UNREADABLE or side.read[ref].get(column) == typed:
            if now.get(column) != cells.get(column):
                _same(f"{side.name} {ref} {column}: a cell nobody had to write", now.get(column), cells.get(column))
        else:
            found = str(now.get(column) or "") if column in LOGS else meaning(column, now.get(column))
            _same(f"{side.name} {ref} {column}: a cell", found, side.base[ref][column])


def typed_is_kept(
    world: World, oracle: Oracle, told: Told, agreed: Mapping[str, Mapping[str, Base]], held: Mapping[str, Facts]
) -> None:
    """I1, without the oracle's verdicts: what was typed is here, or asked about, or said to be unreadable.

    `agreed` is what each side held before, by instance and action: typing that again changes nothing.
    `held` is what the store holds now.
    """
    conflicts, proposals, issues = _conflicts(world), _proposals(world), _issues(world)
    for (ref, name), set_here in told.set_here.items():
        if not any(before.get(ref, {}).get(name) == set_here for before in agreed.values()):
            _same(f"set here: {ref} {name}", held[ref].values[name], set_here)
    for instance, key, name, value in told.typed:
        side = oracle.sides[instance]
        ref = side.ids.get(key, "")
        if side.guarded or not ref or ref in side.held or side.placed is None or ref not in side.placed.whose:
            continue
        now = meaning(name, side.placed.whose[ref].get(name))
        if now in ("", UNREADABLE) or side.placed.whose[ref].get(name) != value:
            assert now != UNREADABLE or (instance, ref, name) in issues or _waits(oracle, side, ref, name)
            continue
        if now == agreed[instance][ref][name]:
            continue
        if name in LOGS:
            kept = any(text and text in now for _, text in held[ref].logs[name])
        else:
            here = shown(held[ref], side.agency, side.columns)[name]
            # Why the Board reopened an action is kept with the action, whatever its legs show.
            reopened = name == "status_reason" and held[ref].said_reason == now
            kept = here == now or reopened or (name, now) == ("response", "awaiting")
        # What agreed with what is here, another side may have typed over having seen it.
        kept |= oracle.verdicts.get((instance, ref, name)) == "agree"
        # And who still had before them what was put back here typed over it having seen it.
        kept |= any(
            agreed[other].get(ref, {}).get(name) == now and oracle.verdicts.get((other, ref, name)) == "take"
            for other in oracle.sides
            if other != instance
        )
        asked = proposals.get((instance, ref, name), ("", ""))[1] == now
        differs = conflicts.get(oracle.about(side, ref, name), {}).get(instance) == now
        told_of = (instance, ref, name) in issues
        assert kept or asked or differs or told_of or _waits(oracle, side, ref, name), (
            f"lost: {instance} {ref} {name} {value!r}"
        )


def _waits(oracle: Oracle, side: Side, ref: str, name: str) -> bool:
    """A part of a unit waits with its status; and a status that was taken may move on by what others do."""
    return name in UNIT and (
        oracle.is_frozen(side, ref, name)
        or any((side.name, ref, part) in oracle.pending or (side.name, ref, part) in oracle.issues for part in UNIT)
        or any(oracle.verdicts.get((side.name, ref, part)) == "waits" for part in UNIT)
        or oracle.verdicts.get((side.name, ref, name)) in ("take", "agree")
    )


def everything(world: World, *, links: bool = True) -> dict[str, Any]:
    """The whole state of both sides, less what every run notes of itself.

    `links`: what is kept of each row as well. A closer look may note there that two blanks agree.
    """
    passing = (Instance, Intent, Lease) if links else (Instance, Intent, Lease, Link)
    return {
        "store": {kind: _kept(table) for kind, table in world.shelf.tables.items() if table and kind not in passing},
        "chain": len(world.shelf.entries_made),
        "sheets": {name: [(row.key, dict(row.cells)) for row in sheet.rows] for name, sheet in world.sheets.items()},
    }


def _kept(table: dict[tuple[str, ...], Any]) -> dict[tuple[str, ...], Any]:
    """A conflict tells what is here as of when its row was last read: that may be told anew."""
    return {
        key: each.model_copy(update={"ours": None}) if type(each) is Conflict else each for key, each in table.items()
    }


def expect_quiet(world: World, *, looks_at_all: bool) -> None:
    """I14, I3: one more run does nothing, here or there; also where it looks at what had not changed."""
    before = everything(world, links=not looks_at_all)
    for sheet in world.sheets.values():
        sheet.sent.clear()
    if looks_at_all:
        for each in world.shelf.find(Instance):
            world.shelf.put(each.model_copy(update={"fingerprint": "another"}))
    # What is missing waits till it comes back.
    waiting = [link for link in world.shelf.find(Link, dirty=True) if link.state is not LinkState.MISSING]
    assert not waiting, f"it does not come to rest: {waiting}"
    result = world.sync()
    steps = [step for step in result.steps if step.does not in ("quarantine", "propose")]
    assert not steps, f"a second plan is not empty: {steps}"
    assert not any(sheet.sent for sheet in world.sheets.values()), "a second run writes"
    after = everything(world, links=not looks_at_all)
    for what, then in before.items():
        assert after[what] == then, f"a second run changed the {what}: {_news(then, after[what])}"


def expect_agreement(world: World, oracle: Oracle) -> None:
    """I2, without the oracle's verdicts: every cell says what is here, or there is an open question about it."""
    held, conflicts = facts_of(world.shelf), _conflicts(world)
    asked = _proposals(world).keys() | _issues(world)
    for name, side in oracle.sides.items():
        read = side.placed.whose.keys() - side.held if side.placed is not None and not side.guarded else set()
        for row in world.sheets[name].rows:
            ref = side.ids.get(row.key, "")
            if ref not in read:
                continue
            here = shown(held[ref], side.agency, side.columns)
            for column in here:
                parts = UNIT if column in UNIT else (column,)
                open_question = any(
                    (name, ref, part) in asked or oracle.about(side, ref, part) in conflicts for part in parts
                )
                if not open_question and not same(column, meaning(column, row.cells.get(column)), here[column]):
                    _same(f"{name} {ref} {column}: a cell once all is quiet", row.cells.get(column), here[column])


def _news(then: Any, now: Any) -> Any:
    if not isinstance(then, dict) or not isinstance(now, dict):
        return then, now
    return [_news(then.get(key), now.get(key)) for key in {*then, *now} if then.get(key) != now.get(key)]
