"""The journal: what was intended, what became of it, and what a run that was cut off left behind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from actiontrack.domain.ledger import Intent, IntentState, Link, LinkState
from actiontrack.domain.nouns import Stored
from actiontrack.ports import Outcome, Record
from actiontrack.services.records.projection import LOGS, log, project
from actiontrack.services.sync.lane import Lane


def recover(
    lane: Lane, intents: Iterable[Intent], links: dict[str, Link], records: Mapping[str, Record]
) -> list[Intent]:
    """Settle intents without an acknowledgement by what the remote shows now. `links` are renewed in place.

    It shows the after-value: acknowledge. Still the before-value: the plan sends it again. Anything else: somebody
    edited since; where the write is shown to have landed, its after-value is the base of the merge.
    """
    waiting = list(intents)
    shown = {intent.op_id: _compare(lane, intent, records.get(intent.action)) for intent in waiting}
    # A workbook's writes land together or not at all, so that one that shows tells of the others.
    together = lane.seen.key != "remote" and any("after" in fields.values() for fields in shown.values())
    settled = []
    for intent in waiting:
        fields, link = shown[intent.op_id], links.get(intent.action)
        landed = together or "after" in fields.values() or (intent.creates and intent.action in records)
        if link is not None:
            if landed:
                links[intent.action] = _landed(lane, link, intent)
            elif intent.creates:
                lane.gone.append(links.pop(intent.action))
                lane.reused[intent.action] = intent.op_id
        state = IntentState.ACKNOWLEDGED if landed else IntentState.MERGED
        settled.append(intent.model_copy(update={"state": state, "ended_at": lane.desk.now}))
    return settled


def _compare(lane: Lane, intent: Intent, record: Record | None) -> dict[str, str]:
    """Field → "after", "before" or "other", by what the record shows."""
    if record is None:
        return {}
    values = lane.plain(record)
    verdicts = {}
    for name, after in intent.after.items():
        now = record.remote_id if name == "ref" else values.get(name)
        before = intent.before.get(name, "")
        verdicts[name] = "after" if now == after and after != before else "before" if now == before else "other"
    return verdicts


def _landed(lane: Lane, link: Link, intent: Intent) -> Link:
    agreed = {name: value for name, value in intent.after.items() if name != "ref"}
    return link.model_copy(update={"base": {**link.base, **agreed}, "heard": _heard(lane, link, agreed), "dirty": True})


def _heard(lane: Lane, link: Link, written: Iterable[str]) -> dict[str, int]:
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
    ended = intent.model_copy(update={"state": states[outcome.state], "why": outcome.why, "ended_at": lane.desk.now})
    link = lane.links[intent.action]
    if outcome.state == "applied" and outcome.record is not None:
        link = _applied(lane, link, intent, outcome.record)
        if intent.creates:
            lane.result.created_there += 1
        elif any(name != "ref" for name in intent.after):
            lane.result.updated_there += 1
    elif outcome.state == "refused":
        link = link.model_copy(update={"dirty": False})
        lane.issue(
            f"{intent.action}:{outcome.field}:write", f"{intent.action} can't be written: {outcome.why}.",
            "Mend the cell, or leave it: the record here stands.", row=link.row, name=outcome.field, quarantines=False,
        )  # fmt: skip
    lane.put_link(link)
    return [ended, link]


def _applied(lane: Lane, link: Link, intent: Intent, record: Record) -> Link:
    now = lane.plain(record)
    written = {name: now.get(name, value) for name, value in intent.after.items() if name != "ref"}
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
            "remote_id": record.remote_id or link.remote_id,
            "row": record.row or link.row,
            "state": LinkState.LIVE,
            "heard": _heard(lane, link, written),
            "dirty": link.action in lane.again,
        }
    )
