"""One run: observe every instance, merge inbound in order of name, then plan and apply outbound (sync.md)."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from actiontrack.domain.ledger import Conflict, Instance, Link, LinkState, Proposal, Setting, StoredIssue
from actiontrack.domain.nouns import Action, Stored
from actiontrack.domain.vocabulary import Side
from actiontrack.errors import ActionTrackError, RetryableError, UserError
from actiontrack.ports import Batch, Observation, Outcome, Reader, Writer
from actiontrack.services.core import Core
from actiontrack.services.sync.lease import check_token, hold_lease
from actiontrack.services.sync.problems import fault, problem_rows, store_faults
from actiontrack.services.sync.steps import ConnectorResult, SyncResult
from actiontrack.services.sync.still import asked_otherwise, standing_still, still_after, still_once_shown

if TYPE_CHECKING:  # a run in which nothing moved merges nothing, and is quick: it loads none of this
    from actiontrack.services.records.desk import Desk
    from actiontrack.services.sync.answering import Answered
    from actiontrack.services.sync.lane import Lane, Ledger

_ROUNDS = 3
"""How often a run plans anew for an instance that moved under it."""


class _Undo(Exception):  # noqa: N818 - not an error: a dry run takes its transaction back
    pass


@dataclass(slots=True)
class _Run:
    """The state of one run over all its rounds."""

    core: Core
    who: str
    dry_run: bool
    approved: Collection[str]
    results: dict[str, ConnectorResult] = field(default_factory=dict)
    found: list[Conflict] = field(default_factory=list)
    changed: list[tuple[Action | None, Action]] = field(default_factory=list)
    token: int = 0
    faults: dict[str, ActionTrackError] = field(default_factory=dict)
    """Why a source could not be read."""
    still: dict[str, Instance] = field(default_factory=dict)
    """Instances that are not observed, because nothing has moved in them."""
    answered: dict[str, Answered] = field(default_factory=dict)
    """What became of the answers typed in each instance, in this round."""
    thawed: bool = False
    """Whether a conflict closed in this round: what waited may go out, though no record changed."""


def sync(
    core: Core, names: Sequence[str] = (), *, dry_run: bool = False, approve: Collection[str] = (), who: str
) -> SyncResult:
    """Synchronise these instances (none named: all). One instance's failure changes nothing elsewhere.

    Raises UserError for a name that is not configured, RetryableError while another sync is at work.
    """
    run = _Run(core, who, dry_run, approve)
    chosen = _choose(core, names)
    run.results = {name: ConnectorResult(name) for name in chosen}
    result = SyncResult(list(run.results.values()), dry_run=dry_run)
    if dry_run:
        lanes = _plan(run, _observe(run, chosen))
        result.steps = [step for each in run.answered.values() for step in each.steps]
        result.steps += [step for lane in lanes for step in lane.steps]
        return result
    with hold_lease(core.store, core.clock, who) as token:
        run.token = token
        chosen = _leave_still(run, chosen)
        for _ in range(_ROUNDS):
            head = _head(core)
            lanes = _plan(run, _observe(run, chosen))
            result.steps += [step for lane in lanes for step in lane.steps]
            chosen = [lane.name for lane in lanes if _apply(run, lane)]
            if run.still and (run.thawed or _head(core) != head or asked_otherwise(core, run.still)):
                # What came in elsewhere may have to go out there, and what is asked since to be shown there.
                chosen, run.still = sorted({*chosen, *run.still}), {}
            if not chosen:
                break
        for name in chosen:
            moved = "it kept changing while it was read; what was typed there comes with the next sync"
            run.results[name].status, run.results[name].why = "deferred", moved
    _count_open(run)
    _tell(run, result)
    return result


def _leave_still(run: _Run, chosen: Sequence[str]) -> list[str]:
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


# --- observe --------------------------------------------------------------------------------------------------------


def _observe(run: _Run, names: Iterable[str]) -> dict[str, Observation]:
    """Read each source; what can't be read is told in its result, and the others go on."""
    known = _known_columns(run.core, names)
    seen: dict[str, Observation] = {}
    for name in names:
        result = run.results[name]
        run.faults.pop(name, None)
        try:
            seen[name] = run.core.connector(name).observe("", known.get(name, {}))
            _refuse_vanished(run.core, name, seen[name])
            result.status, result.why = "ok", ""
        except RetryableError as error:
            result.status, result.why = "deferred", str(error)
        except ActionTrackError as error:
            result.status, result.why = "failed", str(error)
            run.faults[name] = error
            seen.pop(name, None)
        except Exception as error:  # noqa: BLE001 - a connector's fault of any kind stays with its instance
            result.status, result.why = "failed", _fault(error)
    return {name: _take_answers(run, name, seen[name]) for name in seen}


def _take_answers(run: _Run, name: str, seen: Observation) -> Observation:
    """Apply what was answered there, before anything is merged; what could not be applied is among its problems."""
    from actiontrack.services.sync.answering import take_answers

    answered = run.answered[name] = take_answers(run.core, name, seen, who=run.who, dry_run=run.dry_run)
    run.results[name].answered += 0 if run.dry_run else len(answered.steps)
    return replace(seen, problems=[*seen.problems, *answered.problems])


def _fault(error: Exception) -> str:
    """A fault in a connector. An exception's own text may hold people's words: only its kind is told."""
    return f"the connector failed ({type(error).__name__}); `actiontrack doctor` checks it. The others went on"


def _known_columns(core: Core, names: Iterable[str]) -> dict[str, dict[str, str]]:
    """The mapping agreed at adoption, also where that was under another name."""
    then = {core.instances[name].formerly or name: name for name in names}
    with core.store.reading() as reader:
        found = reader.find(Instance, name=list(then))
    return {then[each.name]: each.columns for each in found if each.adopted_at is not None}


def _refuse_vanished(core: Core, name: str, seen: Observation) -> None:
    """A file that was there and is gone is a failure, never made anew in silence."""
    with core.store.reading() as reader:
        instance = reader.get(Instance, name)
    if not seen.exists and instance is not None and instance.adopted_at is not None:
        restore = f"restore one of those that `actiontrack connector backups {name}` lists"
        raise UserError(f"{seen.source}: the file was there and is gone; put it back, or {restore}")


# --- merge and plan -------------------------------------------------------------------------------------------------


def _plan(run: _Run, seen: Mapping[str, Observation]) -> list[Lane]:
    """Merge everything in and plan everything out, in one transaction; a dry run takes it back."""
    lanes: list[Lane] = []
    try:
        with run.core.store.writing(run.who, "sync") as writer:
            if not run.dry_run:
                check_token(writer, run.token)
            writer.put(*run.core.agencies, *run.still.values())
            run.thawed = False
            if seen or run.faults:
                lanes = _merge_all(run, writer, seen)
            if run.dry_run:
                _count_open_in(writer, run)
                raise _Undo
    except _Undo:
        pass
    return lanes


def _merge_all(run: _Run, writer: Writer, seen: Mapping[str, Observation]) -> list[Lane]:
    from actiontrack.services.records.desk import Desk
    from actiontrack.services.sync.lanes import merge_in, open_ledger, store_lane
    from actiontrack.services.sync.opening import held_hash, look_again
    from actiontrack.services.sync.outbound import plan_out
    from actiontrack.services.sync.questions import questions_for
    from actiontrack.services.sync.succession import inherit

    core = run.core
    store_id = _store_id(writer)
    for name in sorted(seen):
        inherit(core, writer, name, seen[name], store_id)
    store_faults(core, writer, [*seen, *run.faults], run.faults)
    desk = Desk(writer, core.board, core.clock.now())
    ledger = open_ledger(writer)
    open_lanes: list[tuple[Lane, int]] = []
    for name in sorted(seen):
        lane = _make_lane(run, writer, desk, ledger, name, seen[name])
        writer.attribute(f"sync:{name}")
        position = writer.head()
        if merge_in(lane, writer, run.who, run.approved, store_id):
            open_lanes.append((lane, position))
        if run.dry_run and not lane.result.plan:
            lane.result.plan = held_hash(lane)
    writer.attribute("sync")
    writer.put(*ledger.changed.values())
    thawed = _thawed_actions(writer, ledger)
    run.thawed = bool(thawed)
    head = writer.head()
    for lane, position in open_lanes:
        lane.again |= thawed
        look_again(lane, writer.changed_since(position) | {("action", ref) for ref in thawed})
        plan_out(lane)
        if lane.seen.answers is not None and lane.settings.side is Side.BOARD:
            lane.questions = questions_for(core, writer, lane.settings)
        lane.instance = lane.instance.model_copy(
            update={"still": {} if lane.questions is not None else still_after(core, lane)}
        )
        store_lane(lane, writer, head)
    # What else was typed in the unit of a conflict that closed by itself is looked at by the next run.
    writer.put(*(link.model_copy(update={"dirty": True}) for link in writer.find(Link, action=sorted(thawed))))
    run.found += ledger.found
    run.changed += [(before, desk.files[ref].action) for ref, before in desk.actions_before.items()]
    return [lane for lane, _ in open_lanes]


def _make_lane(run: _Run, writer: Writer, desk: Desk, ledger: Ledger, name: str, seen: Observation) -> Lane:
    from actiontrack.services.sync.lanes import make_lane
    from actiontrack.services.sync.opening import binding_of

    settings = run.core.instances[name]
    instance = writer.get(Instance, name) or Instance(name=name)
    lane = make_lane(run.core, desk, ledger, settings, instance, seen, run.results[name], run.core.connectors[name])
    lane.binding = binding_of(_store_id(writer), name)
    return lane


# --- apply ----------------------------------------------------------------------------------------------------------


def _apply(run: _Run, lane: Lane) -> bool:
    """Send a lane's writes and acknowledge each. Whether the instance moved meanwhile: then plan it anew."""
    from actiontrack.services.sync.journal import acknowledge
    from actiontrack.services.sync.lanes import store_issues

    bound = not lane.seen.bindable or lane.seen.binding == lane.binding
    if not lane.writes and bound and lane.seen.exists and lane.questions is None:
        return False
    unapplied = run.answered[lane.name].unapplied
    batch = Batch(lane.writes, lane.seen.proof, lane.binding, dict(lane.seen.columns), lane.questions, unapplied)
    intents = {intent.op_id: intent for intent in lane.intents.values()}
    outcomes: list[Outcome] = []
    try:
        for outcome in lane.connector.apply(batch):
            outcomes.append(outcome)
    except RetryableError as error:
        lane.result.status, lane.result.why = "deferred", str(error)
    except ActionTrackError as error:
        lane.result.status, lane.result.why = "failed", str(error)
        lane.problem(0, fault(error, "write"))
    except Exception as error:  # noqa: BLE001 - as above
        lane.result.status, lane.result.why = "failed", _fault(error)
    if lane.result.status == "ok" and not any(outcome.state == "stale" for outcome in outcomes):
        lane.instance = lane.instance.model_copy(update=_as_left(lane, outcomes))
    if lane.questions is not None and lane.result.status == "ok":
        still = still_once_shown(run.core, lane, lane.questions)
        lane.instance = lane.instance.model_copy(update={"still": still})
    with run.core.store.writing(run.who, "sync") as writer:
        check_token(writer, run.token)
        items: list[Stored] = []
        for outcome in outcomes:
            if outcome.op_id in intents:
                items += acknowledge(lane, intents[outcome.op_id], outcome)
        writer.put(*items)
        store_issues(lane, writer)
        writer.put(lane.instance)
    return any(outcome.state == "stale" for outcome in outcomes)


def _as_left(lane: Lane, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """What to remember of the instance after its writes."""
    proofs = [outcome.proof for outcome in outcomes if outcome.proof]
    left: dict[str, Any] = {"binding": lane.binding}
    if proofs:
        left["proof"] = proofs[-1]
    if not lane.seen.exists:
        left["adopted_at"] = lane.desk.now
    return left


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


def _count_open(run: _Run) -> None:
    with run.core.store.reading() as reader:
        _count_open_in(reader, run)


def _count_open_in(reader: Reader, run: _Run) -> None:
    """What stands open of each instance, whichever run opened it."""
    conflicts = reader.find(Conflict, closed_at=None)
    for name, result in run.results.items():
        result.conflicts = sum(1 for each in conflicts if name in each.sides)
        result.proposals = reader.count(Proposal, instance=name, closed_at=None)
        result.quarantined = reader.count(StoredIssue, source=name, quarantines=True)
        result.missing = reader.count(Link, instance=name, state=LinkState.MISSING.value)
        result.problems = problem_rows(reader, name, run.core.instances[name].options)


def _tell(run: _Run, result: SyncResult) -> None:
    """After the commit: hints for whoever listens."""
    for before, after in run.changed:
        run.core.hooks.on_action_changed(before, after)
    for conflict in run.found:
        run.core.hooks.on_conflict_found(conflict)
    run.core.hooks.on_sync_finished(result.to_json())
