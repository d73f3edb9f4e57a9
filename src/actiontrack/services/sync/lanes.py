"""A lane's way through a run, shared by sync and import: made, merged inbound unless it must wait, and stored."""

from __future__ import annotations

from collections.abc import Collection

from actiontrack.domain.ledger import Conflict, Instance, Proposal, ProposalKind, StoredIssue
from actiontrack.domain.vocabulary import Side
from actiontrack.ports import Connector, InstanceSettings, Observation, Reader, Writer
from actiontrack.services.core import Core
from actiontrack.services.records.desk import Desk
from actiontrack.services.records.projection import Viewer
from actiontrack.services.sync.gate import guard, suspicions
from actiontrack.services.sync.inbound import ask_about_new, take_in
from actiontrack.services.sync.lane import Lane, Ledger
from actiontrack.services.sync.opening import open_lane
from actiontrack.services.sync.problems import unread
from actiontrack.services.sync.steps import ConnectorResult
from actiontrack.services.sync.tongue import Tongue


def open_ledger(reader: Reader) -> Ledger:
    """Every open conflict and proposal."""
    conflicts = reader.find(Conflict, closed_at=None)
    proposals = reader.find(Proposal)
    return Ledger(
        conflicts={(each.noun, each.target, each.field): each for each in conflicts},
        proposals={
            (each.instance, each.action, each.field): each
            for each in proposals
            if each.closed_at is None and _is_of_a_field(each)
        },
        others={each.id: each for each in proposals if not _is_of_a_field(each)},
    )


def _is_of_a_field(proposal: Proposal) -> bool:
    """Whether a proposal is about one field of one action."""
    return proposal.kind in (ProposalKind.EDIT, ProposalKind.CLEAR, ProposalKind.EXTEND)


def make_lane(
    core: Core, desk: Desk, ledger: Ledger, settings: InstanceSettings, instance: Instance, seen: Observation,
    result: ConnectorResult, connector: Connector, *, inbound_only: bool = False,
) -> Lane:  # fmt: skip
    """The lane of one instance."""
    agency = settings.agency if settings.side is Side.AGENCY else ""
    columns = tuple(seen.columns) if seen.exists else Viewer(settings.side).columns
    return Lane(
        settings=settings,
        instance=instance,
        connector=connector,
        seen=seen,
        tongue=Tongue(settings, core.agencies, core.board.timezone, seen.words),
        desk=desk,
        ledger=ledger,
        result=result,
        connected=core.connected,
        names={"": "the Board", **{each.code: each.name for each in core.agencies}},
        viewer=Viewer(settings.side, agency, columns, settings.embargo),
        inbound_only=inbound_only,
    )


def merge_in(lane: Lane, writer: Writer, who: str, approved: Collection[str], store_id: str) -> bool:
    """Open a lane and merge it inbound, unless it must wait for an approval, or an increment won't do (`lane.whole`).

    Whether it was merged.
    """
    fingerprint = _fingerprint(lane)
    all_changed = lane.instance.fingerprint != fingerprint
    open_lane(lane, () if all_changed else writer.changed_since(lane.instance.settled), all_changed)
    if not lane.seen.complete and (all_changed or _is_beyond_an_increment(lane)):
        lane.whole = True
        return False
    for number, problem in enumerate(lane.seen.problems):
        lane.problem(number, problem)
    if guard(lane, approved, store_id):
        if lane.instance.adopted_at is None:
            for number, problem in enumerate(unread(lane.seen, lane.theirs)):
                lane.problem(number, problem)
        store_issues(lane, writer, ("source:",))
        return False
    lane.instance = lane.instance.model_copy(update={"fingerprint": fingerprint})
    take_in(lane, who)
    lane.desk.save(writer)
    writer.put(*lane.settled, *lane.in_mind)
    return True


def finish_in(lane: Lane, writer: Writer, who: str) -> None:
    """Decide what rests on what the other instances brought, once all of them are merged."""
    ask_about_new(lane, who)
    lane.desk.save(writer)


def _is_beyond_an_increment(lane: Lane) -> bool:
    """Whether something in it can't be placed, or looks like an accident: everything is read before that is judged."""
    found = lane.matching
    return bool(found.fresh or found.held or found.rejoined or lane.instance.must_confirm or suspicions(lane))


def _fingerprint(lane: Lane) -> str:
    """Changes when the same records must be looked at afresh: configuration, mapping, who is connected."""
    settings = lane.settings
    return repr((
        lane.tongue.fingerprint(), sorted(lane.seen.columns.items()), sorted(lane.connected), settings.side.value,
        settings.agency, settings.review, settings.embargo, lane.seen.key,
        sorted((name, tuple(words)) for name, words in lane.seen.allowed.items()),
    ))  # fmt: skip


def store_lane(lane: Lane, writer: Writer, head: int) -> None:
    """Everything the lane decided: links, intents, issues, and how far it is settled."""
    lane.desk.save(writer)
    writer.remove(*lane.gone)
    writer.put(*lane.links.values(), *lane.intents.values())
    store_issues(lane, writer)
    # A file that is still to be made is adopted once it is there.
    adopted = lane.instance.adopted_at or (lane.desk.now if lane.seen.exists else None)
    lane.instance = lane.instance.model_copy(
        update={
            "adopted_at": adopted,
            "source": lane.seen.source,
            "columns": dict(lane.seen.columns) or lane.instance.columns,
            # What it carried, until it is known to carry what it shall: a run may be cut off in between.
            "binding": lane.seen.binding or lane.binding,
            "agency": lane.settings.agency,
            "proof": lane.seen.proof,
            "keyed": lane.seen.key,
            # A record that was passed over is not told of again: everything is read the next time.
            "cursor": "" if lane.stale else lane.seen.cursor,
            "scanned_at": lane.desk.now if lane.seen.complete else lane.instance.scanned_at,
            "settled": lane.instance.settled if lane.whole else head,
            "must_confirm": "",
            "seen_at": lane.desk.now,
        }
    )
    writer.put(lane.instance)


def store_issues(lane: Lane, writer: Writer, kinds: tuple[str, ...] = ("row:", "source:")) -> None:
    """Raise what is new, keep what stands, clear what was mended: of `kinds`, and of the records that were examined."""
    stored = {each.id: each for each in writer.find(StoredIssue, source=lane.name)}
    told_anew = {key for key in stored if key.startswith(kinds) or key.split(":")[0] in lane.examined}
    writer.remove(*(stored[key] for key in told_anew - set(lane.issues)))
    writer.put(
        *(
            issue.model_copy(update={"since": stored[key].since}) if key in stored else issue
            for key, issue in lane.issues.items()
        )
    )
