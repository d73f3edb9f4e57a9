"""Everything a report is computed from, read in one transaction and judged by the domain's rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from actiontrack.domain.dependencies import waits_for
from actiontrack.domain.derived import LIVE_STATUSES, RUNNING_STATUSES, Standing, slips
from actiontrack.domain.nouns import (
    Action,
    Agency,
    DateChange,
    Evidence,
    Leg,
    Meeting,
    Recommendation,
    SignOff,
)
from actiontrack.domain.report import key_of
from actiontrack.domain.vocabulary import Rating
from actiontrack.errors import UserError
from actiontrack.ports import Reader
from actiontrack.services import audit
from actiontrack.services.core import Core
from actiontrack.services.reporting.beside import Again, AtEntry, Beside, all_now, as_again, kept
from actiontrack.services.reporting.history import History, in_order
from actiontrack.services.standing import leg_days_overdue, stand


@dataclass(frozen=True, slots=True)
class Item:
    """One action as at the report's day, with what hangs on it."""

    action: Action
    legs: Sequence[Leg]
    standing: Standing
    rating: Rating | None
    evidence: Sequence[Evidence]
    sign_offs: Sequence[SignOff]
    changes: Sequence[DateChange]
    was_overdue: bool
    """At the end of the day `since`."""
    was: Action | None
    """As it was at the end of the day `since`; None where the report compares with no earlier day."""
    late: Mapping[str, int]
    """Of several agencies' parts, by code, the calendar days by which each is overdue."""
    was_late: Mapping[str, int]
    """The same at the end of the day `since`."""
    waits_for: Sequence[str]
    """Numbers (or refs) of the actions that have to be done first, and are not."""

    @property
    def live(self) -> bool:
        """Whether anybody still has something to do."""
        return self.action.status in LIVE_STATUSES


@dataclass(frozen=True, slots=True)
class Picture:
    """The material of one report. `cut` and `since_cut` are the audit positions that its two days end with."""

    as_at: date
    since: date | None
    since_is_meeting: bool
    next_meeting: date | None
    meetings: Sequence[date]
    position: int
    head: str
    cut: int
    since_cut: int
    zone: ZoneInfo
    items: Sequence[Item]
    adopted_later: int
    recommendations: Sequence[Recommendation]
    names: dict[str, str]
    """Agency code → name."""
    beside: Beside
    history: History
    overdue_at: Callable[[date], int]
    """How many actions were overdue at the end of a day, of those recorded by then."""

    @property
    def again(self) -> str:
        """What `--at-entry` is given to make the report again."""
        return f"{self.position}/{key_of(self.beside.text())}"

    def day(self, at: datetime) -> date:
        """The board's calendar date of an instant."""
        return at.astimezone(self.zone).date()

    def within(self, day: date) -> bool:
        """Whether the day lies in the period reported: after `since` (or ever), up to `as_at`."""
        return day <= self.as_at and (self.since is None or day > self.since)

    def agency(self, code: str) -> str:
        """The agency's name; its code where it has none, "nobody" where there is no code."""
        return self.names.get(code) or code or "Nobody named"


def take(core: Core, reader: Reader, report: str, *, as_at: date, since: date | None, at_entry: AtEntry) -> Picture:
    """Read and judge, for the report of that name. Raises UserError where `since` is not before `as_at`, or the chain
    has no such entry.
    """
    again = as_again(at_entry)
    head = reader.head()
    position = position_of(again, head)
    zone = ZoneInfo(core.board.timezone)
    end = end_of(as_at, zone)
    cut = cut_at(reader, position, end)
    now = audit.state_at(reader, entry=position)
    then = now if cut == position else audit.state_at(reader, entry=cut)
    history = History(reader, position)
    meetings = sorted({meeting.date for meeting in now.all(Meeting)})
    chosen = _since(as_at, since, meetings)
    since_cut = history.position_at(end_of(chosen, zone)) if chosen else 0
    beside = kept(reader, report, as_at, again)
    if beside is None:
        beside = all_now(core, reader, zone, end if again is None else min(end, _instant(reader, position, end)))
    recommendations = _latest(now, then)

    def overdue_at(day: date) -> int:
        recorded = history.state(history.position_at(end_of(day, zone)), adopted_later=False)
        running = ((action, legs) for action, legs in recorded if action.status in RUNNING_STATUSES)
        return sum(stand(core, action, legs, as_at=day).overdue for action, legs in running)

    states, adopted_later = _states(now, then, history)
    before = history.state(since_cut, adopted_later=True) if chosen else ()
    was_then = {action.ref: (action, legs) for action, legs in before}
    hanging = _Hanging(now, then)
    others = {ref: action for ref, (action, _) in states.items()}
    return Picture(
        as_at=as_at,
        since=chosen,
        since_is_meeting=chosen in meetings,
        next_meeting=min((day for day in meetings if day > as_at), default=None),
        meetings=meetings,
        position=position,
        head=hash_at(reader, position, head),
        cut=cut,
        since_cut=since_cut,
        zone=zone,
        items=[
            _item(core, *states[ref], as_at, hanging, recommendations, was_then.get(ref), chosen, others)
            for ref in sorted(states)
        ],
        adopted_later=adopted_later,
        recommendations=list(recommendations.values()),
        names={**{agency.code: agency.name for agency in now.all(Agency)}, **beside.names},
        beside=beside,
        history=history,
        overdue_at=overdue_at,
    )


def _since(as_at: date, since: date | None, meetings: Sequence[date]) -> date | None:
    """The day to compare with: the one asked for, else the latest meeting's."""
    if since is not None and since >= as_at:
        raise UserError(f"--since {since} is not before --as-at {as_at}: give an earlier day.")
    return since or max((day for day in meetings if day < as_at), default=None)


def _item(
    core: Core,
    action: Action,
    legs: Sequence[Leg],
    as_at: date,
    hanging: _Hanging,
    recommendations: Mapping[str, Recommendation],
    before: tuple[Action, Sequence[Leg]] | None,
    since: date | None,
    others: Mapping[str, Action],
) -> Item:
    waits = waits_for(action.depends_on, {ref: other.status for ref in action.depends_on if (other := others.get(ref))})
    changes = hanging.changes.get(action.ref, [])
    standing = stand(core, action, legs, as_at=as_at, slipped=slips(changes))
    answers = [recommendations[name] for name in action.recommendations if name in recommendations]
    return Item(
        action=action,
        legs=legs,
        standing=standing,
        rating=core.hooks.decide_rating(standing, answers),
        evidence=hanging.evidence.get(action.ref, []),
        sign_offs=hanging.sign_offs.get(action.ref, []),
        changes=changes,
        was_overdue=bool(before and since and stand(core, *before, as_at=since).overdue),
        was=before[0] if before else None,
        late=_late(core, action, legs, as_at),
        was_late=_late(core, *before, since) if before and since else {},
        waits_for=[others[ref].number or ref for ref in waits] if action.status in RUNNING_STATUSES else (),
    )


def _late(core: Core, action: Action, legs: Sequence[Leg], day: date) -> dict[str, int]:
    return {leg.agency: leg_days_overdue(core, action, leg, as_at=day) for leg in legs} if len(legs) > 1 else {}


class _Hanging:
    """What hangs on actions, by action. Evidence came with an action that was adopted later; its dates moved later."""

    def __init__(self, now: audit.Snapshot, then: audit.Snapshot) -> None:
        known = None if now is then else {action.ref for action in then.all(Action)}
        self.evidence = _by_action(then.all(Evidence), [] if known is None else now.all(Evidence), known or set())
        self.sign_offs = _by_action(then.all(SignOff), [] if known is None else now.all(SignOff), known or set())
        self.changes = _by_action(then.all(DateChange), [], set())


def _states(
    now: audit.Snapshot, then: audit.Snapshot, history: History
) -> tuple[dict[str, tuple[Action, Sequence[Leg]]], int]:
    """Every action with its active legs as it was then; those adopted later as first recorded, and their number."""
    legs: defaultdict[str, list[Leg]] = defaultdict(list)
    for leg in then.all(Leg):
        legs[leg.action].append(leg)
    states: dict[str, tuple[Action, Sequence[Leg]]] = {
        action.ref: (action, in_order(legs[action.ref])) for action in then.all(Action)
    }
    if now is then:
        return states, 0
    later = {action.ref: history.first(action.ref) for action in now.all(Action) if action.ref not in states}
    return states | later, len(later)


def _latest(now: audit.Snapshot, then: audit.Snapshot) -> dict[str, Recommendation]:
    """As they were then; those recorded since as they are now, for the texts that actions adopted later refer to."""
    return {item.ref: item for item in [*now.all(Recommendation), *then.all(Recommendation)]}


H = TypeVar("H", Evidence, SignOff, DateChange)


def _by_action(then: Iterable[H], now: Iterable[H], known: set[str]) -> dict[str, list[H]]:
    grouped: defaultdict[str, list[H]] = defaultdict(list)
    for item in then:
        grouped[item.action].append(item)
    for item in now:
        if item.action not in known:
            grouped[item.action].append(item)
    return grouped


def position_of(again: Again | None, head: int) -> int:
    """The entry that a report is made from. Raises UserError where the chain has none such."""
    if again is None:
        return head
    if not 0 <= again.entry <= head:
        raise UserError(f"There is no audit entry {again.entry}: the chain ends at {head}.")
    return again.entry


def cut_at(reader: Reader, position: int, end: datetime) -> int:
    """The newest entry up to `position` that was made by `end`: whatever was recorded since, and clocks step back."""
    newest = reader.position_at(end)
    if newest <= position:
        return newest
    if _instant(reader, position, end) <= end:
        return position
    return max((entry.position for entry in reader.entries(upto=position) if entry.at <= end), default=0)


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The last microsecond of a day in the board's time zone."""
    return datetime.combine(day + timedelta(days=1), time.min, zone) - timedelta(microseconds=1)


def _instant(reader: Reader, position: int, otherwise: datetime) -> datetime:
    return next((entry.at for entry in reader.entries(after=position - 1, upto=position)), otherwise)


def hash_at(reader: Reader, position: int, head: int) -> str:
    """The hash of the entry at a position; "" before the first."""
    if position == head:
        return reader.seal()[2]
    return next((entry.hash for entry in reader.sealed() if entry.position == position), "")
