"""Recovery: what became of writes without an acknowledgement, by what the remote shows now.

It shows the after-value: acknowledge. Still the before-value: send it again. Anything else: somebody edited since.
A workbook's writes land together or not at all; another system's may land field by field, and are judged so. Its
replicas may lag, too: a before-value that is read soon after proves nothing, and what was sent stays in mind a while.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from actiontrack.domain.ledger import Intent, IntentState, Link, LinkState
from actiontrack.ports import Record
from actiontrack.services.records.projection import LOGS, log
from actiontrack.services.sync import logs
from actiontrack.services.sync.echo import LONGEST, after_write
from actiontrack.services.sync.lane import Lane

Verdicts = Mapping[str, str]
"""Field → "after", "before" or "other", by what the record shows."""


def recover(
    lane: Lane, intents: Iterable[Intent], links: dict[str, Link], records: Mapping[str, Record], taken: Collection[str]
) -> None:
    """Settle each. `links` are renewed in place; `taken` are the remote ids that are linked."""
    waiting = sorted(intents, key=lambda intent: intent.at)
    lane.made = {op_id: record for op_id, record in lane.made.items() if record.remote_id not in taken}
    if lane.seen.key == "remote":
        for intent in waiting:
            settle = _recover_create if intent.creates else _recover_update
            settle(lane, intent, links, records)
    elif waiting:
        _recover_together(lane, waiting, links, records)


def _end(lane: Lane, intent: Intent, state: IntentState) -> None:
    lane.settled.append(intent.model_copy(update={"state": state, "ended_at": lane.desk.now}))


# --- a workbook -----------------------------------------------------------------------------------------------------


def _recover_together(
    lane: Lane, waiting: list[Intent], links: dict[str, Link], records: Mapping[str, Record]
) -> None:  # fmt: skip
    """Where they landed, their after-values are the base of the merge."""
    shown = {intent.op_id: _compare(lane, intent, records.get(intent.action)) for intent in waiting}
    together = _landed_together(lane, shown)
    for intent in waiting:
        link = links.get(intent.action)
        landed = together or (intent.creates and intent.action in records)
        if link is not None:
            if landed:
                links[intent.action] = _landed(lane, link, [name for name in intent.after if name != "ref"], intent)
            elif intent.creates:
                lane.gone.append(links.pop(intent.action))
                lane.reused[intent.action] = intent
        _end(lane, intent, IntentState.ACKNOWLEDGED if landed else IntentState.MERGED)


def _landed_together(lane: Lane, shown: Mapping[str, Verdicts]) -> bool:
    """Whether a workbook's writes landed: all of them do, or none.

    What the workbook says it took last tells, whatever was typed over it since. Where it can't say, one value that
    shows tells of the others.
    """
    if lane.seen.wrote:
        return lane.seen.wrote in shown
    return any("after" in verdicts.values() for verdicts in shown.values())


def _compare(lane: Lane, intent: Intent, record: Record | None) -> Verdicts:
    if record is None:
        return {}
    values = lane.plain(record)
    verdicts = {}
    for name, after in intent.after.items():
        now = record.remote_id if name == "ref" else values.get(name)
        before = intent.before.get(name, "")
        verdicts[name] = "after" if now == after and after != before else "before" if now == before else "other"
    return verdicts


def _landed(lane: Lane, link: Link, names: Iterable[str], intent: Intent) -> Link:
    agreed = {name: intent.after[name] for name in names}
    base = {**link.base, **agreed}
    return link.model_copy(update={"base": base, "heard": _heard(lane, link, agreed), "dirty": True})


def _heard(lane: Lane, link: Link, landed: Mapping[str, str]) -> dict[str, int]:
    """How far each log was shown by what landed: what was said since, here or elsewhere, has yet to be."""
    heard: dict[str, int] = dict(link.heard)
    names = [name for name in LOGS if name in landed]
    if names and link.action in lane.desk.load([link.action]):
        for name in names:
            entries = log(lane.desk, lane.desk.files[link.action], lane.viewer, name) or []
            fresh = [entry for entry in entries if entry.position > heard.get(name, 0)]
            if position := logs.newest_written(fresh, landed[name], lane.names):
                heard[name] = position
    return heard


# --- another system, field by field ---------------------------------------------------------------------------------


def _recover_update(lane: Lane, intent: Intent, links: dict[str, Link], records: Mapping[str, Record]) -> None:
    """Only a value that is shown to have arrived is agreed; the others are merged, and sent again where they wait."""
    link, record = links.get(intent.action), records.get(intent.action)
    if link is None or link.state is LinkState.LEFT_OUT:
        _end(lane, intent, IntentState.MERGED)
    elif record is not None:
        verdicts = _by_field(lane, intent, record)
        arrived = [name for name, verdict in verdicts.items() if verdict == "after"]
        links[intent.action] = _arrived(lane, link, arrived, intent, record)
        if arrived:
            lane.settled += supersede(lane, intent)
        if all(verdict == "before" for verdict in verdicts.values()):
            lane.reused[intent.action] = intent
            if abs(lane.desk.now - intent.at) < LONGEST:
                _keep_in_mind(lane, intent)
                return
        _end(lane, intent, IntentState.ACKNOWLEDGED if arrived else IntentState.MERGED)


def _keep_in_mind(lane: Lane, intent: Intent) -> None:
    """It may have landed where this read came from too late to show it: what it wrote is no edit when it is met."""
    lane.in_mind.append(intent.model_copy(update={"state": IntentState.UNKNOWN}))


def supersede(lane: Lane, intent: Intent) -> list[Intent]:
    """What became of a later write is known: those before it are kept in mind no longer. They are returned, ended."""
    past = [each for each in lane.in_mind if each.action == intent.action and each.op_id != intent.op_id]
    lane.in_mind = [each for each in lane.in_mind if each.action != intent.action]
    return [each.model_copy(update={"state": IntentState.MERGED, "ended_at": lane.desk.now}) for each in past]


def _recover_create(lane: Lane, intent: Intent, links: dict[str, Link], records: Mapping[str, Record]) -> None:
    """Found: linked. Else sent again where that can't make a second record; else a person is asked."""
    action, link, record = intent.action, links.get(intent.action), lane.made.get(intent.op_id)
    if (link is not None and link.remote_id) or (link is None and action in lane.linked):
        _end(lane, intent, IntentState.ACKNOWLEDGED)  # it was linked in another way since
        return
    if record is not None:
        found = link or Link(instance=lane.name, action=action, remote_id="", state=LinkState.PENDING)
        links[action] = as_it_was_sent(lane, found.model_copy(update={"remote_id": record.remote_id}), intent, record)
        lane.linked.add(action)
        _end(lane, intent, IntentState.ACKNOWLEDGED)
        return
    if link is not None:
        lane.gone.append(links.pop(action))
        lane.failures[action] = link.failures
    able = lane.connector.capabilities()
    if able.idempotent or (able.marks and lane.seen.complete):
        # It stays open until it is planned again, under the same key, however long that takes.
        lane.reused[action] = intent
    else:
        lane.unknown[action] = intent.model_copy(update={"state": IntentState.UNKNOWN})
        lane.settled.append(lane.unknown[action])


def create_in_doubt(lane: Lane, action: str) -> Intent | None:
    """The create of this action of which nobody knows whether it landed, where there is one."""
    intent = lane.unknown.get(action) or lane.reused.get(action)
    return intent if intent is not None and intent.creates else None


def as_it_was_sent(lane: Lane, link: Link, intent: Intent, record: Record) -> Link:
    """The link to the record of a create: where that says what was sent, both sides have held it."""
    arrived = [name for name, verdict in _by_field(lane, intent, record).items() if verdict == "after"]
    return _arrived(lane, link, arrived, intent, record)


def _by_field(lane: Lane, intent: Intent, record: Record) -> Verdicts:
    verdicts = dict(_compare(lane, intent, record))
    verdicts.pop("ref", None)
    values = lane.plain(record)
    for name in set(LOGS) & set(verdicts):
        now = values.get(name, "")
        if verdicts[name] == "other" and logs.added(intent.after[name], now) != now:
            verdicts[name] = "after"  # somebody typed below it, or above
    return verdicts


def _arrived(lane: Lane, link: Link, names: list[str], intent: Intent, record: Record) -> Link:
    landed = _landed(lane, link, names, intent)
    return landed.model_copy(update=after_write(lane, link, record.version)) if names else landed


def landed_in_part(lane: Lane, link: Link, intent: Intent, record: Record) -> Link:
    """The link after a write that was refused in part: what arrived of it is agreed, and nobody's edit."""
    landed = [name for name, verdict in _by_field(lane, intent, record).items() if verdict == "after"]
    now = lane.plain(record)
    expected = {**link.seen, **{name: intent.after[name] for name in landed}}
    after = _arrived(lane, link, landed, intent, record)
    if any(now.get(name, "") != value for name, value in expected.items()):
        return after  # somebody edited it besides: the next run looks at that
    return after.model_copy(update={"seen": now, "digest": record.version})
