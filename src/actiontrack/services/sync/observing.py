"""Observing: each source is read; what can't be read is told in its result, and the others go on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from actiontrack.domain.ledger import Instance
from actiontrack.errors import AccessRefused, ActionTrackError, CursorExpired, RetryableError, UserError
from actiontrack.ports import Observation, Record
from actiontrack.services.core import Core
from actiontrack.services.sync.listening import cursor_for, once, unsettled
from actiontrack.services.sync.patience import waits_until, why_stopped
from actiontrack.services.sync.running import Run, fault_of


def leave_waiting(run: Run, chosen: Iterable[str]) -> list[str]:
    """Those that may be tried now: a system that failed is left in peace for a while, unless somebody names it."""
    chosen = list(chosen)
    if run.named:
        return chosen
    with run.core.store.reading() as reader:
        stored = {each.name: each for each in reader.find(Instance, name=chosen)}
    for name, instance in stored.items():
        result = run.results[name]
        until = waits_until(instance, run.core.clock.now())
        why = why_stopped(instance, run.core.instances[name])
        if why:
            result.status, result.why = "failed", why
        elif until is not None:
            now = f"`actiontrack sync {name}` tries at once"
            result.status, result.why = "deferred", f"it did not answer; it is tried again at {until:%H:%M} UTC; {now}"
    return [name for name in chosen if run.results[name].status == "ok"]


def observe(run: Run, names: Iterable[str]) -> dict[str, Observation]:
    """Read each source."""
    names = list(names)
    known = _known(run.core, names)
    seen: dict[str, Observation] = {}
    for name in names:
        result = run.results[name]
        run.faults.pop(name, None)
        try:
            found = _read(run, name, known.get(name))
            _refuse_vanished(name, found, known.get(name))
            seen[name] = _placed(run, name, found)
            result.status, result.why = "ok", ""
        except RetryableError as error:
            result.status, result.why = "deferred", str(error)
            _note_lapse(run, name, error)
        except ActionTrackError as error:
            result.status, result.why = "failed", str(error)
            run.faults[name] = error
            if isinstance(error, AccessRefused):
                _note_lapse(run, name, error)
        except Exception as error:  # noqa: BLE001 - a connector's fault of any kind stays with its instance
            result.status, result.why = "failed", fault_of(error)
    return {name: _take_answers(run, name, seen[name]) for name in seen}


def _note_lapse(run: Run, name: str, error: ActionTrackError) -> None:
    """A file is waited for by whoever has it open; another system is left in peace."""
    if not is_a_file(run.core, name):
        run.lapses[name] = error


def is_a_file(core: Core, name: str) -> bool:
    """Whether the instance is a file of this machine or its shares."""
    return core.hooks.files_of(core.instances[name].type) is not None


def _read(run: Run, name: str, known: Instance | None) -> Observation:
    """Everything; or, where that is enough, what changed since the cursor."""
    core, connector = run.core, run.core.connector(name)
    columns = known.columns if known is not None else {}
    cursor = ""
    if known is not None and known.cursor and known.name == name and name not in run.whole and not run.dry_run:
        age = core.clock.now() - known.scanned_at if known.scanned_at else None
        with core.store.reading() as reader:
            cursor = cursor_for(reader, known, connector, age)
    try:
        seen = connector.observe(cursor, columns)
    except CursorExpired:
        if not cursor:
            raise
        cursor, seen = "", connector.observe("", columns)
    if not seen.complete and not cursor:
        raise RetryableError(f"{seen.source or name}: it could not be read to its end; the next sync reads it again")
    return seen


def _placed(run: Run, name: str, seen: Observation) -> Observation:
    """Another system's records, each once, and those of creates without an acknowledgement.

    These are searched for, by the mark of their record, before any is sent again.
    """
    run.made[name] = found = {}
    if seen.key != "remote":
        return seen
    with run.core.store.reading() as reader:
        records = once(reader, name, seen.records)
        creates = [intent.op_id for intent in unsettled(reader, name) if intent.creates]
    marked = {record.op_id: record for record in records if record.op_id}
    for op_id in creates:
        record = marked.get(op_id) or run.core.connector(name).find(op_id)
        if record is not None:
            found[op_id] = record
    return replace(seen, records=_joined(records, found) if found else records)


def _joined(records: Iterable[Record], found: Mapping[str, Record]) -> list[Record]:
    """What was found, where the scan does not show it yet."""
    shown = list(records)
    keys = {record.remote_id for record in shown}
    return shown + [record for record in found.values() if record.remote_id not in keys]


def _take_answers(run: Run, name: str, seen: Observation) -> Observation:
    """Apply what was answered there, before anything is merged; what could not be applied is among its problems."""
    from actiontrack.services.sync.answering import take_answers

    answered = run.answered[name] = take_answers(run.core, name, seen, who=run.who, dry_run=run.dry_run)
    run.results[name].answered += 0 if run.dry_run else len(answered.steps)
    return replace(seen, problems=[*seen.problems, *answered.problems])


def _known(core: Core, names: Iterable[str]) -> dict[str, Instance]:
    """What was adopted, with the mapping agreed then; also where that was under another name."""
    then = {core.instances[name].formerly or name: name for name in names}
    with core.store.reading() as reader:
        found = reader.find(Instance, name=list(then))
    return {then[each.name]: each for each in found if each.adopted_at is not None}


def _refuse_vanished(name: str, seen: Observation, known: Instance | None) -> None:
    """A file that was there and is gone is a failure, never made anew in silence."""
    if not seen.exists and known is not None and known.name == name:
        restore = f"restore one of those that `actiontrack connector backups {name}` lists"
        raise UserError(f"{seen.source}: the file was there and is gone; put it back, or {restore}")
