"""The journal: what became of what was intended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from actiontrack.domain.ledger import Intent, IntentState, Link, LinkState
from actiontrack.domain.nouns import Stored
from actiontrack.ports import Outcome, Record
from actiontrack.services.records.projection import LOGS, log, project
from actiontrack.services.sync.echo import after_write
from actiontrack.services.sync.lane import TRIES, Lane
from actiontrack.services.sync.recovery import landed_in_part, supersede


def heard_by(lane: Lane, link: Link, written: Iterable[str]) -> dict[str, int]:
    """The logs that were written have shown everything there was."""
    heard: dict[str, int] = dict(link.heard)
    names = [name for name in LOGS if name in written]
    if names and link.action in lane.desk.load([link.action]):
        for name in names:
            entries = log(lane.desk, lane.desk.files[link.action], lane.viewer, name) or []
            heard[name] = max([heard.get(name, 0), *(entry.position for entry in entries)])
    return heard


def acknowledge(lane: Lane, intent: Intent, outcome: Outcome) -> list[Stored]:
    """The intent and link after one outcome; the new base is what the remote returned."""
    states = {
        "applied": IntentState.ACKNOWLEDGED,
        "stale": IntentState.MERGED,
        "refused": IntentState.REFUSED,
        "unknown": IntentState.UNKNOWN,
    }
    # A workbook tells of each refused cell, and then of the rest of its row; another system of the record once.
    in_part = outcome.state == "refused" and outcome.record is not None and lane.seen.key == "remote"
    if in_part and intent.creates:
        outcome = replace(outcome, state="applied")  # it was made: what it lacks is written, and judged, by itself
    ended = intent.model_copy(update={"state": states[outcome.state], "why": outcome.why, "ended_at": lane.desk.now})
    if outcome.state == "stale" and _is_sent_again(lane, intent):
        ended = intent  # that this one did not land says nothing of the first: it stays open, under its key
    past = supersede(lane, intent) if outcome.state in ("applied", "refused") else []
    link = lane.links[intent.action]
    if outcome.state == "applied" and outcome.record is not None:
        link = _applied(lane, link, intent, outcome.record)
        if intent.creates:
            lane.result.created_there += 1
            lane.examined.add(intent.action)  # why it could not be made is told no more
        elif any(name != "ref" for name in intent.after):
            lane.result.updated_there += 1
    elif outcome.state == "refused":
        if in_part and outcome.record is not None:
            link = landed_in_part(lane, link, intent, outcome.record)
        link = link.model_copy(update={"dirty": False, "failures": link.failures + 1})
        lane.issue(
            f"{intent.action}:{outcome.field}:write", f"{intent.action} can't be written: {outcome.why}.",
            "Mend the cell, or leave it: the record here stands.", row=link.row, name=outcome.field, quarantines=False,
        )  # fmt: skip
    lane.put_link(link)
    return [ended, link, *past]


def _is_sent_again(lane: Lane, intent: Intent) -> bool:
    first = lane.reused.get(intent.action)
    return first is not None and first.op_id == intent.op_id


def put_off(lane: Lane, intent: Intent, why: str) -> list[Stored]:
    """After a write that could not go: it is tried again, and after five times in a row only once a side changed."""
    ended = intent.model_copy(update={"state": IntentState.REFUSED, "why": why, "ended_at": lane.desk.now})
    link = lane.links[intent.action]
    failures = link.failures + 1
    poison = failures >= TRIES
    link = link.model_copy(update={"failures": failures, "dirty": not poison})
    named = f"`actiontrack sync {lane.name}`"
    when = f"{named} tries it again, or a change here or there" if poison else "The next sync tries again"
    lane.issue(
        f"{intent.action}::write", f"{intent.action} can't be written: {why.rstrip('.')}.",
        f"{when}; the record here stands.", row=link.row, quarantines=poison,
    )  # fmt: skip
    lane.put_link(link)
    return [ended, link, *supersede(lane, intent)]


def _applied(lane: Lane, link: Link, intent: Intent, record: Record) -> Link:
    now = lane.plain(record)
    written = {name: now.get(name, str(value)) for name, value in intent.after.items() if name != "ref"}
    base = {**link.base, **written}
    if intent.creates:
        ours = project(lane.desk, lane.desk.file(intent.action), lane.viewer)
        base |= {name: "" for name, value in now.items() if value == "" == ours.get(name)}
    # Something else that changed meanwhile is somebody's edit: the next run must look at it.
    moved = any(now.get(name, "") != value for name, value in link.seen.items() if name not in written)
    return link.model_copy(
        update={
            "base": base,
            "assumed": {name: value for name, value in link.assumed.items() if name not in written},
            "seen": now | {name: value for name, value in link.seen.items() if name not in written} if moved else now,
            "digest": "" if moved else record.version,
            "failures": 0,
            "remote_id": record.remote_id or link.remote_id,
            "row": record.row or link.row,
            "state": LinkState.LIVE,
            "heard": heard_by(lane, link, written),
            "dirty": link.action in lane.again or (intent.creates and _took_less(intent, written)),
        }
        | after_write(lane, link, record.version)
    )


def _took_less(intent: Intent, written: Mapping[str, str]) -> bool:
    """A create that was sent again may have landed before, as it was then: the rest is written by the next run."""
    return any(written[name] != value for name, value in intent.after.items() if name in written)
