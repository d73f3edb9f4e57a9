"""One run: observe every instance, merge inbound in order of name, then plan and apply outbound (sync.md)."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from actiontrack.domain.ledger import Conflict, Instance, Link, LinkState, Proposal, Setting, StoredIssue
from actiontrack.domain.nouns import Action
from actiontrack.domain.vocabulary import Side
from actiontrack.errors import UserError
from actiontrack.ports import Observation, Reader, Writer
from actiontrack.services.core import Core
from actiontrack.services.sync.lease import hold_lease
from actiontrack.services.sync.observing import leave_waiting, observe
from actiontrack.services.sync.patience import after_failure, rested
from actiontrack.services.sync.problems import problem_rows, store_faults
from actiontrack.services.sync.running import Run
from actiontrack.services.sync.sending import send
from actiontrack.services.sync.steps import ConnectorResult, SyncResult
from actiontrack.services.sync.still import asked_otherwise, standing_still, still_after

if TYPE_CHECKING:  # a run in which nothing moved merges nothing, and is quick: it loads none of this
    from actiontrack.services.records.desk import Desk
    from actiontrack.services.sync.lane import Lane, Ledger

_ROUNDS = 3
"""How often a run plans anew for an instance that moved under it."""


class _Undo(Exception):  # noqa: N818 - not an error: a dry run takes its transaction back
    pass


def sync(
    core: Core, names: Sequence[str] = (), *, dry_run: bool = False, approve: Collection[str] = (), who: str
) -> SyncResult:
    """Synchronise these instances (none named: all). One instance's failure changes nothing elsewhere.

    Raises UserError for a name that is not configured, RetryableError while another sync is at work.
    """
    run = Run(core, who, dry_run, approve, named=bool(names))
    chosen = _choose(core, names)
    run.results = {name: ConnectorResult(name) for name in chosen}
    result = SyncResult(list(run.results.values()), dry_run=dry_run)
    chosen = leave_waiting(run, chosen)
    if dry_run:
        lanes = _plan(run, observe(run, chosen))
        result.steps = [step for each in run.answered.values() for step in each.steps]
        result.steps += [step for lane in lanes for step in lane.steps]
        return result
    with hold_lease(core.store, core.clock, who) as run.hold:
        _take_in_reviews(run)
        chosen = _leave_still(run, chosen)
        for _ in range(_ROUNDS):
            head, listened = _head(core) if run.still else 0, set(run.whole)
            lanes = _plan(run, observe(run, chosen))
            result.steps += [step for lane in lanes for step in lane.steps]
            moved = {lane.name for lane in lanes if send(run, lane)}
            chosen = sorted(moved | (run.whole - listened))
            if run.still and (run.thawed or _head(core) != head or asked_otherwise(core, run.still)):
                # What came in elsewhere may have to go out there, and what is asked since to be shown there.
                chosen, run.still = sorted({*chosen, *run.still}), {}
            if not chosen:
                break
        for name in chosen:
            why = "it kept changing while it was read; what was typed there comes with the next sync"
            run.results[name].status, run.results[name].why = "deferred", why
        _tell_what_was_decided(run)
    _count_open(run)
    _tell(run, result)
    return result


def _take_in_reviews(run: Run) -> None:
    if run.core.platform in run.results:  # without one nothing of it is loaded
        from actiontrack.services.platform.hosting import take_in_reviews

        take_in_reviews(run)


def _tell_what_was_decided(run: Run) -> None:
    if run.core.platform in run.results:
        from actiontrack.services.platform.hosting import tell_what_was_decided

        tell_what_was_decided(run)


def _leave_still(run: Run, chosen: Sequence[str]) -> list[str]:
    """Those that must be observed; the others are taken to say what they said."""
    run.still = standing_still(run.core, chosen)
    for name, instance in run.still.items():
        run.results[name].read = instance.still["read"]
    return [name for name in chosen if name not in run.still]


def _head(core: Core) -> int:
    with core.store.reading() as reader:
        return reader.head()


def _choose(core: Core, names: Sequence[str]) -> list[str]:
    chosen = set() if names else set(core.instances)
    for name in names:
        found = core.named(name)
        if not found and name not in core.folders:
            nearest = difflib.get_close_matches(name, list(core.instances), n=1)
            hint = f"Did you mean “{nearest[0]}”?" if nearest else "`actiontrack connector list` shows them."
            raise UserError(f"No connector is called “{name}”. {hint}")
        chosen.update(found)
    return sorted(chosen)


# --- merge and plan -------------------------------------------------------------------------------------------------


def _plan(run: Run, seen: Mapping[str, Observation]) -> list[Lane]:
    """Merge everything in and plan everything out, in one transaction; a dry run takes it back."""
    lanes: list[Lane] = []
    try:
        with run.core.store.writing(run.who, "sync") as writer:
            if run.hold is not None:
                run.hold.renew(writer)
            writer.put(*run.core.agencies, *run.still.values())
            run.thawed = False
            if seen or run.faults:
                lanes = _merge_all(run, writer, seen)
            _note_lapses(run, writer)
            if run.dry_run:
                _count_open_in(writer, run)
                raise _Undo
    except _Undo:
        pass
    return lanes


def _note_lapses(run: Run, writer: Writer) -> None:
    """Systems that did not answer are left in peace for a while."""
    for name, error in run.lapses.items():
        instance = writer.get(Instance, name) or Instance(name=name)
        writer.put(after_failure(error, instance, run.core.instances[name], run.core.clock.now()))
    run.lapses.clear()


def _merge_all(run: Run, writer: Writer, seen: Mapping[str, Observation]) -> list[Lane]:
    from actiontrack.services.records.desk import Desk
    from actiontrack.services.sync.gate import held_hash
    from actiontrack.services.sync.lanes import finish_in, merge_in, open_ledger, store_lane
    from actiontrack.services.sync.opening import Moved, look_again
    from actiontrack.services.sync.succession import inherit

    core = run.core
    store_id = _store_id(writer)
    for name in sorted(seen):
        inherit(core, writer, name, seen[name], store_id)
    store_faults(core, writer, [*seen, *run.faults], run.faults)
    desk = Desk(writer, core.board, core.clock.now())
    ledger = open_ledger(writer)
    open_lanes: list[Lane] = []
    lanes: list[Lane] = []
    position = writer.head()
    for name in sorted(seen):
        lane = _make_lane(run, writer, desk, ledger, name, seen[name], store_id)
        lanes.append(lane)
        writer.attribute(f"sync:{name}")
        if merge_in(lane, writer, run.who, run.approved, store_id):
            open_lanes.append(lane)
        elif lane.instance.failures or lane.instance.stopped:
            writer.put(rested(lane.instance))
        if run.dry_run and not lane.result.plan:
            lane.result.plan = held_hash(lane)
    for lane in open_lanes:
        writer.attribute(f"sync:{lane.name}")
        finish_in(lane, writer, run.who)
    writer.attribute("sync")
    writer.put(*ledger.changed.values())
    thawed = _thawed_actions(writer, ledger)
    run.thawed = bool(thawed)
    head = writer.head()
    moved = Moved(writer, writer.changed_since(position) | {("action", ref) for ref in thawed})
    for lane in open_lanes:
        lane.again |= thawed
        look_again(lane, moved)
        _plan_lane(core, writer, lane)
        store_lane(lane, writer, head)
    if not run.dry_run:
        run.whole |= {lane.name for lane in lanes if lane.whole}
    # What else was typed in the unit of a conflict that closed by itself is looked at by the next run.
    writer.put(*(link.model_copy(update={"dirty": True}) for link in writer.find(Link, action=sorted(thawed))))
    run.found += ledger.found
    run.changed += [(before, desk.files[ref].action) for ref, before in desk.actions_before.items()]
    return open_lanes


def _plan_lane(core: Core, writer: Writer, lane: Lane) -> None:
    """What it shall hold and be asked; after an increment, whether everything is to be read for that."""
    from actiontrack.services.sync.outbound import has_to_say, plan_out
    from actiontrack.services.sync.questions import questions_for

    if lane.seen.complete:
        plan_out(lane)
    elif has_to_say(lane):
        lane.whole = True
        for ref in lane.records:  # so that it is not forgotten where the run ends here
            lane.put_link(lane.links[ref].model_copy(update={"dirty": True}))
    if lane.seen.answers is not None and lane.settings.side is Side.BOARD:
        lane.questions = questions_for(core, writer, lane.settings)
    still = {} if lane.questions is not None else still_after(core, lane)
    lane.instance = lane.instance.model_copy(update={"still": still})
    if not lane.writes:
        lane.instance = rested(lane.instance)


def _make_lane(
    run: Run, writer: Writer, desk: Desk, ledger: Ledger, name: str, seen: Observation, store_id: str
) -> Lane:  # fmt: skip
    from actiontrack.services.sync.gate import binding_of
    from actiontrack.services.sync.lanes import make_lane

    settings = run.core.instances[name]
    instance = writer.get(Instance, name) or Instance(name=name)
    lane = make_lane(run.core, desk, ledger, settings, instance, seen, run.results[name], run.core.connectors[name])
    lane.binding = binding_of(store_id, name)
    lane.made = run.made.get(name, {})
    lane.named = run.named
    return lane


# --- the counts -----------------------------------------------------------------------------------------------------


def _thawed_actions(writer: Writer, ledger: Ledger) -> set[str]:
    """The actions of conflicts that closed in this run: what waited may go out on every instance."""
    actions = {target.split("/")[0] for noun, target in ledger.thawed if noun != "recommendation"}
    recommendations = {target for noun, target in ledger.thawed if noun == "recommendation"}
    if recommendations:
        for ref, answers in writer.pick(Action, ("ref", "recommendations")):
            if recommendations & set(answers):
                actions.add(ref)
    return actions


def _store_id(reader: Reader) -> str:
    setting = reader.get(Setting, "store_id")
    return setting.value if setting else ""


def _count_open(run: Run) -> None:
    with run.core.store.reading() as reader:
        _count_open_in(reader, run)


def _count_open_in(reader: Reader, run: Run) -> None:
    """What stands open of each instance, whichever run opened it."""
    conflicts = reader.find(Conflict, closed_at=None)
    for name, result in run.results.items():
        result.conflicts = sum(1 for each in conflicts if name in each.sides)
        result.proposals = reader.count(Proposal, instance=name, closed_at=None)
        result.quarantined = reader.count(StoredIssue, source=name, quarantines=True)
        # Since when, too: there is an index over those alone.
        result.missing = reader.count(Link, instance=name, state=LinkState.MISSING.value, missing_since__ne=None)
        result.problems = problem_rows(reader, name, run.core.instances[name].options)


def _tell(run: Run, result: SyncResult) -> None:
    """After the commit: hints for whoever listens."""
    for before, after in run.changed:
        run.core.hooks.on_action_changed(before, after)
    for conflict in run.found:
        run.core.hooks.on_conflict_found(conflict)
    run.core.hooks.on_sync_finished(result.to_json())
