"""Sending: a lane's writes go out, and each is acknowledged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from actiontrack.domain.ledger import Intent, Link
from actiontrack.domain.nouns import Stored
from actiontrack.errors import AccessRefused, ActionTrackError, RetryableError, SkippableError
from actiontrack.ports import Batch, Outcome, Reader
from actiontrack.services.sync.observing import is_a_file
from actiontrack.services.sync.patience import after_failure, rested
from actiontrack.services.sync.problems import fault
from actiontrack.services.sync.running import Run, fault_of
from actiontrack.services.sync.still import still_once_shown

if TYPE_CHECKING:
    from actiontrack.services.sync.lane import Lane


def send(run: Run, lane: Lane) -> bool:
    """Send a lane's writes and acknowledge each. Whether the instance moved meanwhile: then plan it anew."""
    bound = not lane.seen.bindable or lane.seen.binding == lane.binding
    if not lane.writes and bound and lane.seen.exists and lane.questions is None:
        return False
    unapplied = run.answered[lane.name].unapplied
    batch = Batch(lane.writes, lane.seen.proof, lane.binding, dict(lane.seen.columns), lane.questions, unapplied)
    outcomes: list[Outcome] = []
    put_off: dict[str, str] = {}
    try:
        for outcome in _sent(run, lane, batch, put_off):
            outcomes.append(outcome)
        lane.instance = rested(lane.instance)
    except RetryableError as error:
        lane.result.status, lane.result.why = "deferred", str(error)
        _note_lapse(run, lane, error)
    except ActionTrackError as error:
        lane.result.status, lane.result.why = "failed", str(error)
        lane.problem(0, fault(error, "write"))
        if isinstance(error, AccessRefused):
            _note_lapse(run, lane, error)
    except Exception as error:  # noqa: BLE001 - a connector's fault of any kind stays with its instance
        lane.result.status, lane.result.why = "failed", fault_of(error)
    if lane.result.status == "ok" and not any(outcome.state == "stale" for outcome in outcomes):
        lane.instance = lane.instance.model_copy(update=_as_left(lane, outcomes))
    if lane.questions is not None and lane.result.status == "ok":
        still = still_once_shown(run.core, lane, lane.questions)
        lane.instance = lane.instance.model_copy(update={"still": still})
    _acknowledge(run, lane, outcomes, put_off)
    return any(outcome.state == "stale" for outcome in outcomes)


def _note_lapse(run: Run, lane: Lane, error: ActionTrackError) -> None:
    if not is_a_file(run.core, lane.name):
        lane.instance = after_failure(error, lane.instance, lane.settings, run.core.clock.now())


def _sent(run: Run, lane: Lane, batch: Batch, put_off: dict[str, str]) -> Iterator[Outcome]:
    """Each outcome. A write that can't go is noted in `put_off` (op_id → why), and the others are sent again.

    The lease is kept while they go: whoever lost it sends nothing more. (A file's writes land together.)
    """
    hold = None if is_a_file(run.core, lane.name) else run.hold
    waiting = {write.op_id: write for write in batch.writes}
    proof = batch.proof
    while True:
        try:
            for outcome in lane.connector.apply(replace(batch, writes=list(waiting.values()), proof=proof)):
                waiting.pop(outcome.op_id, None)
                proof = outcome.proof or proof
                yield outcome
                if hold is not None:
                    hold.keep()
        except SkippableError as error:
            if not waiting:
                raise
            stuck = error.op_id if error.op_id in waiting else next(iter(waiting))
            put_off[waiting.pop(stuck).op_id] = str(error)
            if waiting:
                if hold is not None:
                    hold.keep()
                continue
        return


def _acknowledge(run: Run, lane: Lane, outcomes: Sequence[Outcome], put_off: dict[str, str]) -> None:
    from actiontrack.services.sync import journal
    from actiontrack.services.sync.lanes import store_issues

    intents = {intent.op_id: intent for intent in lane.intents.values()}
    with run.core.store.writing(run.who, "sync") as writer:
        if run.hold is not None:
            run.hold.renew(writer)
        items: list[Stored] = []
        for outcome in outcomes:
            if outcome.op_id in intents:
                intent = intents[outcome.op_id]
                items += journal.acknowledge(lane, intent, _unless_anothers(writer, intent, outcome))
        for op_id, why in put_off.items():
            items += journal.put_off(lane, intents[op_id], why)
        writer.put(*items)
        store_issues(lane, writer)
        writer.put(lane.instance)


def _unless_anothers(reader: Reader, intent: Intent, outcome: Outcome) -> Outcome:
    """A create that is answered with a record we know as another's made nothing: that record is left alone."""
    key = outcome.record.remote_id if intent.creates and outcome.record is not None else ""
    others = reader.find(Link, instance=intent.instance, remote_id=key) if key else []
    if all(link.action == intent.action for link in others):
        return outcome
    return replace(outcome, state="refused", record=None, why="the system answered with the record of another action")


def _as_left(lane: Lane, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """What to remember of the instance after its writes."""
    proofs = [outcome.proof for outcome in outcomes if outcome.proof]
    left: dict[str, Any] = {"binding": lane.binding}
    if proofs:
        left["proof"] = proofs[-1]
    if not lane.seen.exists:
        left["adopted_at"] = lane.desk.now
    return left
