"""Opening a lane: the instance as the store knows it, what changed on either side, and which record is which."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from typing import NamedTuple

from actiontrack.domain.ledger import (
    Instance,
    Intent,
    IntentState,
    Link,
    LinkState,
    StoredIssue,
)
from actiontrack.domain.nouns import Action, Comment, Evidence, Leg, Update
from actiontrack.domain.refs import normal_ref
from actiontrack.domain.vocabulary import Side
from actiontrack.ports import Reader, Record
from actiontrack.services.sync.echo import pass_over_stale
from actiontrack.services.sync.identity import match
from actiontrack.services.sync.lane import TRIES, Lane
from actiontrack.services.sync.listening import unsettled
from actiontrack.services.sync.recovery import recover


class _Brief(NamedTuple):
    """As much of a link as tells whether anything changed: of thousands, few are read in full."""

    action: str
    remote_id: str
    digest: str
    state: LinkState
    dirty: bool
    row: int
    failures: int

    def waits(self, lane: Lane) -> bool:
        """Whether something is to be written there, as far as is known."""
        return self.dirty or (lane.named and self.failures >= TRIES)


def open_lane(lane: Lane, changed: Collection[tuple[str, str]], all_changed: bool) -> None:
    """Match records with links, leaving aside what is as it was on both sides; settle what an earlier run left open.

    `changed` are the records (noun, ref) with audit entries since the lane last settled; `all_changed` looks at all
    that concerns it.
    """
    reader = lane.desk.reader
    stored = list(map(_Brief._make, reader.pick(Link, _Brief._fields, instance=_link_source(lane))))
    lane.linked = {link.action for link in stored}
    lane.told = {key for (key,) in reader.pick(StoredIssue, ("id",), source=lane.name)}
    waiting = unsettled(reader, lane.name)
    dirty = {link.action for link in stored if link.waits(lane)} | {intent.action for intent in waiting}
    if all_changed:
        lane.look_at = dirty | lane.linked | {ref for (ref,) in lane.reach("ref")}
        quiet: set[str] = set()
    else:
        lane.look_at = dirty | _actions_of(reader, changed)
        quiet = _quiet(lane, stored, lane.look_at)
    quiet |= _unread(lane, stored)
    lane.result.read = len(lane.seen.records)
    loud = [link.action for link in stored if link.action not in quiet]
    full = {link.action: _own(lane, link) for link in reader.find(Link, instance=_link_source(lane), action=loud)}
    lane.links = {}
    quiet_keys = {link.remote_id for link in stored if link.action in quiet} - {""}
    records = [record for record in lane.seen.records if record.remote_id not in quiet_keys]
    records = pass_over_stale(lane, records, full)
    by_ref = {record.remote_id: record for record in records if record.remote_id}
    lane.cut_off = any(not _waits_for_a_person(intent) for intent in waiting)
    recover(lane, waiting, full, _records_of(full, by_ref), {link.remote_id for link in stored})
    _forget_unmade(lane, full)
    lane.linked -= {link.action for link in lane.gone}
    known = {ref for (ref,) in reader.pick(Action, ("ref",), ref=_unlinked_refs(records, full))}
    lane.matching = match(
        records,
        [link for link in full.values() if link.action not in lane.stale],
        lane.seen.key,
        known=known.__contains__,
        read=lane.plain,
        doubted=_held_before(lane),
    )
    lane.links = full


def _waits_for_a_person(intent: Intent) -> bool:
    return intent.creates and intent.state is IntentState.UNKNOWN


def _unread(lane: Lane, stored: list[_Brief]) -> set[str]:
    """What an increment does not name: its absence says nothing."""
    if lane.seen.complete:
        return set()
    named = {record.remote_id for record in lane.seen.records} | set(lane.seen.gone)
    return {link.action for link in stored if link.remote_id not in named}


def _forget_unmade(lane: Lane, links: dict[str, Link]) -> None:
    """A record that could not be made is planned anew once something changed; until then nothing is missing."""
    if lane.seen.key != "remote":
        return
    for link in [link for link in links.values() if not link.remote_id and link.action not in lane.stale]:
        del links[link.action]
        if link.action in lane.look_at:
            _plan_anew(lane, link)


def _plan_anew(lane: Lane, link: Link) -> None:
    lane.gone.append(link)
    lane.failures[link.action] = link.failures


class Moved:
    """The actions that changed in a run, by whom they concern: one instance in a hundred need not look at all."""

    def __init__(self, reader: Reader, changed: Collection[tuple[str, str]]) -> None:
        """`changed` are the records (noun, ref) with audit entries since the first lane was opened."""
        self._actions = _actions_of(reader, changed)
        self._by_review: dict[str, set[str]] = defaultdict(set)
        self._by_agency: dict[str, set[str]] = defaultdict(set)
        for ref, review in reader.pick(Action, ("ref", "review"), ref=self._actions):
            self._by_review[review].add(ref)
        for agency, ref in reader.pick(Leg, ("agency", "action"), action=self._actions, active=True):
            self._by_agency[agency].add(ref)

    def concerning(self, lane: Lane) -> set[str]:
        """Those that are linked there or in its scope."""
        if lane.settings.side is Side.AGENCY:
            found = self._by_agency[lane.settings.agency]
        elif lane.settings.review:
            found = set().union(*(self._by_review[ref] for ref in lane.reviews))
        else:
            found = self._actions
        return found | (self._actions & lane.linked)


def look_again(lane: Lane, moved: Moved) -> None:
    """What other lanes changed after this one was opened may have to go out here too."""
    actions = moved.concerning(lane) - lane.look_at
    wanted = sorted(actions & lane.linked - set(lane.links))
    if wanted:
        by_key = {record.remote_id: record for record in lane.seen.records if record.remote_id}
        for link in lane.desk.reader.find(Link, instance=lane.name, action=wanted):
            if not link.remote_id:  # it could not be made
                _plan_anew(lane, link)
                lane.linked.discard(link.action)
                continue
            lane.links[link.action] = link
            if link.remote_id in by_key:
                lane.records[link.action] = by_key[link.remote_id]
    lane.look_at |= actions
    for action in lane.stale & lane.look_at:  # what changed here waits until the record is read as it is
        lane.put_link(lane.links[action].model_copy(update={"dirty": True}))


def _link_source(lane: Lane) -> str:
    """Whose links count: its own; at adoption, those of an import of the same file."""
    if lane.instance.adopted_at is None and not lane.inbound_only:
        imported = f"import:{lane.seen.source}"
        if lane.desk.reader.get(Instance, imported) is not None:
            return imported
    return lane.name


def _own(lane: Lane, link: Link) -> Link:
    """An import's link taken over: the file has never shown its ids."""
    if link.instance == lane.name:
        return link
    return link.model_copy(update={"instance": lane.name, "dirty": True})


def _quiet(lane: Lane, stored: list[_Brief], busy: Collection[str]) -> set[str]:
    """Actions whose one record reads as it did, and in which nothing changed here."""
    claims = Counter([record.remote_id for record in lane.seen.records])
    twice = {key for key, count in claims.items() if count > 1}
    by_key = {
        link.remote_id: link
        for link in stored
        if link.state is LinkState.LIVE and link.digest and link.action not in busy and link.remote_id not in twice
    }
    # A problem is told with its place, so that a row with one is read anew where it has moved.
    troubled = {key.split(":")[0] for key in lane.told}
    quiet: dict[str, Record] = {}
    loud: list[Record] = []
    for record in lane.seen.records:
        link = by_key.get(record.remote_id)
        same = link is not None and link.digest == record.version
        if link is not None and same and (link.row == record.row or link.action not in troubled):
            quiet[link.action] = record
        else:
            loud.append(record)
    # Whether words were pasted from another row shows only beside that row, though nothing changed in it.
    said = {record.fields.get("text") for record in loud}
    if not loud:
        return set(quiet)
    return {action for action, record in quiet.items() if record.fields.get("text") not in said}


def _actions_of(reader: Reader, changed: Collection[tuple[str, str]]) -> set[str]:
    """The actions that these changed records bear on."""
    refs: dict[str, set[str]] = {}
    for noun, ref in changed:
        refs.setdefault(noun, set()).add(ref)
    found = set(refs.get("action", ()))
    found |= {ref.split("/")[0] for ref in refs.get("leg", ())}
    for entry, name in ((Update, "update"), (Evidence, "evidence"), (Comment, "comment")):
        if refs.get(name):
            found |= {action for (action,) in reader.pick(entry, ("action",), ref=sorted(refs[name]))}
    recommendations, reviews = refs.get("recommendation", set()), refs.get("review", set())
    if recommendations or reviews:
        for ref, review, answers in reader.pick(Action, ("ref", "review", "recommendations")):
            if review in reviews or recommendations & set(answers):
                found.add(ref)
    return found


def _records_of(links: Mapping[str, Link], by_key: Mapping[str, Record]) -> dict[str, Record]:
    """action → its record, by id or, where the id may not have landed, by row and content later on."""
    found = {}
    for action, link in links.items():
        record = by_key.get(link.remote_id) or by_key.get(action)
        if record is not None:
            found[action] = record
    return found


def _held_before(lane: Lane) -> set[str]:
    """The ids of the rows that were held the last time."""
    keys = [key.split(":", 1) for key in lane.told]
    return {rest[0].rpartition(":")[0] for kind, *rest in keys if kind == "row" and rest} - {""}


def _unlinked_refs(records: Collection[Record], links: Mapping[str, Link]) -> set[str]:
    """The Action IDs of records that no link here answers to."""
    keys = {link.remote_id for link in links.values()}
    return {ref for each in records if each.remote_id not in keys and (ref := normal_ref(each.remote_id))}
