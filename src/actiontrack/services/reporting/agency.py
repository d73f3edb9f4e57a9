"""An agency's own pack: the actions in which it has a part, judged by that part, and nothing of anybody else's.

While a review is under embargo the rule of its instances holds here as well (domain.md): of an action in it the agency
is told the ref, the action's text, its own part and dates; with `embargo = "refs"` the ref and dates only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from actiontrack.domain.ledger import ProposalKind
from actiontrack.domain.lifecycle import words
from actiontrack.domain.nouns import DateChange, Evidence, Leg, Review, Update, is_embargoed
from actiontrack.domain.report import AgencyReport, Cell, Column, Report, Section, Table, day_in_words
from actiontrack.domain.vocabulary import DONE_STATUSES, Status
from actiontrack.errors import UserError
from actiontrack.ports import Reader
from actiontrack.services import audit
from actiontrack.services.core import Core
from actiontrack.services.reporting.beside import AtEntry
from actiontrack.services.reporting.composing import period_of
from actiontrack.services.reporting.figures import dates_moved
from actiontrack.services.reporting.picture import Item, Picture, take
from actiontrack.services.reporting.wording import (
    REF,
    date_words,
    many,
    number_in_plan,
    rating_word,
    short,
    since_words,
    then_words,
)

WITHHELD = "under embargo"
"""Stands where something is not told."""

_FIRST = (REF, Column("in_plan", "Number in plan", missing="–"), Column("action", "Action"))
_PART = Column("part", "Your part")
_DUE = Column("due", "Due", "date", "no date")
_DAYS = Column("days_overdue", "Days overdue", "number")


@dataclass(frozen=True, slots=True)
class _Part:
    """One action as its agency is shown it."""

    item: Item
    leg: Leg
    embargoed: bool
    refs_only: bool
    evidence: Sequence[Evidence]
    """The agency's own."""
    due: date | None
    """The day its own clock runs to: what paused another's part moves it nowhere."""
    due_soon: bool
    heard: date | None
    """The day of its newest update."""

    @property
    def open(self) -> bool:
        """Whether the agency still has something to do. Evidence that the Board queried is the agency's again."""
        queried = self.item.action.status is Status.EVIDENCE_QUERIED and not self.embargoed
        return self.item.live and (self.leg.status is not Status.REPORTED_COMPLETE or queried)

    @property
    def days_overdue(self) -> int:
        """Calendar days by which this part is overdue, as at the report's day."""
        if not self.open:
            return 0
        if self.item.action.status is Status.EVIDENCE_QUERIED or len(self.item.legs) == 1:
            return self.item.standing.days_overdue
        return self.item.late.get(self.leg.agency, 0)

    @property
    def was_overdue(self) -> bool:
        """Whether it was at the end of the day compared with."""
        several = len(self.item.legs) > 1
        return bool(self.item.was_late.get(self.leg.agency)) if several else self.item.was_overdue

    @property
    def status(self) -> str:
        """In words: what its own cell shows, or what the Board says of the action."""
        if self.refs_only:
            return WITHHELD
        if self.embargoed or self.item.action.status in (Status.NOT_STARTED, Status.IN_PROGRESS, Status.BLOCKED):
            return words(self.leg.status)
        return words(self.item.action.status)

    @property
    def ratings(self) -> tuple[str, str]:
        """The self-assessment, and what the rule computes."""
        return ("", "") if self.embargoed else (self.item.action.self_rating, rating_word(self.item))

    @property
    def first(self) -> tuple[Cell, ...]:
        """The cells of _FIRST."""
        action = self.item.action
        number = WITHHELD if self.embargoed else number_in_plan(self.item)
        return action.ref, number, WITHHELD if self.refs_only else short(action.text)


def agency_report(core: Core, code: str, *, as_at: date, since: date | None = None, at_entry: AtEntry = None) -> Report:
    """The pack of the agency of that code. Days and entry as of `board_report`, with its errors.

    Raises UserError where no agency is called so.
    """
    with core.store.reading() as reader:
        picture = take(core, reader, "agency", as_at=as_at, since=since, at_entry=at_entry)
        if code not in picture.names:
            known = ", ".join(sorted(picture.names)) or "none"
            raise UserError(f"There is no agency {code}: choose among {known}.")
        parts = _parts(core, reader, picture, code)
    counts = _counts(parts, picture)
    sections = (
        _in_short(parts, picture, counts), _overdue(parts, picture), _coming(parts, picture), _evidence(parts),
        _waiting(core, parts, picture, code), _done(parts, picture), _moved(parts, picture), _all(parts),
        _made_from(parts, picture),
    )  # fmt: skip
    return AgencyReport(
        name="agency",
        about=code,
        title=f"Safeguarding actions: {picture.agency(code)}",
        board=core.board.name,
        as_at=as_at,
        since=picture.since,
        next_meeting=picture.next_meeting,
        period=period_of(picture),
        position=picture.position,
        head=picture.head,
        beside=picture.beside.text(),
        counts=tuple(counts.items()),
        sections=sections,
    )


def _parts(core: Core, reader: Reader, picture: Picture, code: str) -> list[_Part]:
    then = audit.state_at(reader, entry=picture.cut)
    now = then if picture.position == picture.cut else audit.state_at(reader, entry=picture.position)
    reviews = {each.ref: each for each in (*now.all(Review), *then.all(Review))}
    refs_only = any(each.agency == code and each.embargo == "refs" for each in core.instances.values())
    mine = {item.action.ref: (item, leg) for item in picture.items for leg in item.legs if leg.agency == code}
    heard = _heard((each for each in now.all(Update) if each.agency == code and each.action in mine), picture)
    parts = []
    for ref, (item, leg) in mine.items():
        embargoed = is_embargoed(item.action.review, reviews.get(item.action.review))
        own = [each for each in item.evidence if each.agency == code or len(item.legs) == 1]
        due = core.hooks.decide_due_date(item.action, [leg], picture.as_at, core.calendar)
        parts.append(
            _Part(
                item=item,
                leg=leg,
                embargoed=embargoed,
                refs_only=embargoed and refs_only,
                evidence=own,
                due=due,
                due_soon=due is not None and _is_soon(core, picture.as_at, due),
                heard=heard.get(ref),
            )
        )
    return parts


def _is_soon(core: Core, as_at: date, due: date) -> bool:
    return as_at <= due and core.calendar.working_days_between(as_at, due) <= core.board.due_soon_days


def _heard(updates: Iterable[Update], picture: Picture) -> Mapping[str, date]:
    """Action → the day of the newest update, up to the report's day."""
    found: dict[str, date] = {}
    for update in updates:
        day = picture.day(update.at)
        if day <= picture.as_at:
            found[update.action] = max(day, found.get(update.action, day))
    return found


def _counts(parts: Sequence[_Part], picture: Picture) -> dict[str, int]:
    return {
        "live": sum(part.open for part in parts),
        "overdue": sum(part.days_overdue > 0 for part in parts),
        "overdue_last": sum(part.was_overdue for part in parts),
        "coming_due": len(_coming_parts(parts, picture)),
        "evidence_wanted": len(_wanting(parts)),
        "awaiting_verification": sum(_awaits(part) for part in parts),
        "done_since": len(_done_parts(parts)),
        "dates_moved": len(_moves(parts, picture)),
        "under_embargo": sum(part.embargoed for part in parts),
    }


def _in_short(parts: Sequence[_Part], picture: Picture, counts: Mapping[str, int]) -> Section:
    then = f" It was {counts['overdue_last']} {then_words(picture)}." if picture.since else ""
    longest = max((part.days_overdue for part in parts), default=0)
    late = f" The longest is {many(longest, 'day')} late." if longest else ""
    by = f"before the next meeting, on {day_in_words(picture.next_meeting)}" if picture.next_meeting else "soon"
    return Section(
        "in_short",
        "In short",
        (
            f"Yours to do: {many(counts['live'], 'action')}.",
            f"Overdue: {counts['overdue']} of them now.{then}{late}",
            f"Coming: {many(counts['coming_due'], 'action comes', 'actions come')} due {by}.",
            f"Evidence: {many(counts['evidence_wanted'], 'action waits', 'actions wait')} for evidence of yours.",
        ),
    )


def _overdue(parts: Sequence[_Part], picture: Picture) -> Section:
    late = sorted(
        (part for part in parts if part.days_overdue), key=lambda part: (-part.days_overdue, part.item.action.ref)
    )
    rows = tuple(
        (
            *part.first, part.status, part.due, part.days_overdue, part.item.standing.slipped,
            ("yes" if part.was_overdue else "no") if picture.since else None, part.heard,
        )
        for part in late
    )  # fmt: skip
    columns = (
        *_FIRST, _PART, _DUE, _DAYS, Column("slipped", "Times moved later", "number"),
        Column("then", "Overdue then", missing="–"), Column("heard", "Your last update", "date", "none"),
    )  # fmt: skip
    says = "A part is overdue past the due date, until you report it complete or it is paused with a reason."
    return Section("overdue", "Overdue", (says,), (_table("overdue", "Overdue now, longest first", columns, rows),))


def _coming(parts: Sequence[_Part], picture: Picture) -> Section:
    rows = tuple((*part.first, part.status, part.due, part.heard) for part in _coming_parts(parts, picture))
    columns = (*_FIRST, _PART, _DUE, Column("heard", "Your last update", "date", "none"))
    title = "Coming due before the next meeting" if picture.next_meeting else "Due soon"
    return Section("coming_due", title, (), (_table("coming_due", "Coming due, soonest first", columns, rows),))


def _coming_parts(parts: Sequence[_Part], picture: Picture) -> list[_Part]:
    def comes(part: _Part) -> bool:
        due, by = part.due, picture.next_meeting
        if not part.open or due is None:
            return False
        return picture.as_at <= due <= by if by else part.due_soon

    return sorted(filter(comes, parts), key=lambda part: (part.due or date.max, part.item.action.ref))


def _evidence(parts: Sequence[_Part]) -> Section:
    rows = tuple((*part.first, part.status, len(part.evidence)) for part in _wanting(parts))
    columns = (*_FIRST, _PART, Column("evidence", "Pieces of yours", "number"))
    says = "Reported complete with nothing of yours to show it, or queried by the Board: it can't be verified so."
    return Section("evidence", "Evidence wanted", (says,), (_table("evidence", "Waiting for evidence", columns, rows),))


def _wanting(parts: Sequence[_Part]) -> list[_Part]:
    def wants(part: _Part) -> bool:
        if part.refs_only or not part.item.live:
            return False
        queried = part.item.action.status is Status.EVIDENCE_QUERIED and not part.embargoed
        return queried or (part.leg.status is Status.REPORTED_COMPLETE and not part.evidence)

    return [part for part in parts if wants(part)]


def _waiting(core: Core, parts: Sequence[_Part], picture: Picture, code: str) -> Section:
    """What is the Board's to answer: work reported complete, and extensions that were asked for."""
    awaiting = tuple((*part.first, len(part.evidence)) for part in parts if _awaits(part))
    by_ref = {part.item.action.ref: part for part in parts}
    own = {name for name, each in core.instances.items() if each.agency == code}
    asked = tuple(
        (*part.first, date_words(each.from_value), date_words(each.to_value), picture.day(each.since))
        for each in sorted(picture.beside.proposals, key=lambda each: (each.since, each.id))
        if each.kind is ProposalKind.EXTEND
        and (part := by_ref.get(each.action))
        and (each.instance in own or not part.embargoed)
    )
    columns = (
        *_FIRST, Column("from", "From"), Column("to", "To"), Column("asked_on", "Asked on", "date"),
    )  # fmt: skip
    return Section(
        "waiting",
        "Waiting for the Board",
        (),
        (
            _table(
                "awaiting_verification", "Reported complete, and not verified yet",
                (*_FIRST, Column("evidence", "Pieces of yours", "number")), awaiting,
            ),
            _table("extensions", "Later dates asked for", columns, asked),
        ),
    )  # fmt: skip


def _awaits(part: _Part) -> bool:
    """A part reported complete, while the others still work or the Board has yet to look."""
    return part.item.live and not part.open and not part.refs_only


def _done(parts: Sequence[_Part], picture: Picture) -> Section:
    rows = tuple((*part.first, part.status) for part in _done_parts(parts))
    table = _table("done_since", f"Done since {since_words(picture)}", (*_FIRST, Column("status", "Status")), rows)
    return Section("done", "Done since the last meeting", (), (table,))


def _done_parts(parts: Sequence[_Part]) -> list[_Part]:
    """Actions that are done now and were not then. Of one under embargo an agency is told its own part only."""
    return [
        part
        for part in parts
        if not part.embargoed
        and part.item.was
        and part.item.action.status in DONE_STATUSES
        and part.item.was.status not in DONE_STATUSES
    ]


def _moved(parts: Sequence[_Part], picture: Picture) -> Section:
    rows = tuple(
        (*part.first, change.from_date, change.to_date, day, WITHHELD if part.embargoed else short(change.reason, 120))
        for part, change, day in _moves(parts, picture)
    )
    columns = (
        *_FIRST, Column("from", "From", "date"), Column("to", "To", "date", "no date"),
        Column("on", "Moved on", "date"), Column("reason", "Reason", missing="none given"),
    )  # fmt: skip
    table = _table("dates_moved", f"Due dates moved since {since_words(picture)}", columns, rows)
    return Section("dates", "Due dates moved", (), (table,))


def _moves(parts: Sequence[_Part], picture: Picture) -> list[tuple[_Part, DateChange, date]]:
    by_ref = {part.item.action.ref: part for part in parts}
    return [
        (by_ref[item.action.ref], change, day)
        for item, change, day in dates_moved(picture)
        if item.action.ref in by_ref
    ]


def _all(parts: Sequence[_Part]) -> Section:
    rows = tuple(
        (*part.first, part.status, part.due, part.heard, *part.ratings)
        for part in sorted(parts, key=lambda part: (part.item.action.review, part.item.action.ref))
        if part.open
    )
    columns = (
        *_FIRST, _PART, _DUE, Column("heard", "Your last update", "date", "none"),
        Column("self_rating", "Rating you gave", missing="–"), Column("rating", "Rating computed", missing="–"),
    )  # fmt: skip
    return Section("all", "All that is yours to do", (), (_table("all", "Yours to do", columns, rows),))


def _made_from(parts: Sequence[_Part], picture: Picture) -> Section:
    says = [f"This is the record as at the end of {day_in_words(picture.as_at)} ({picture.zone.key})."]
    hidden = sum(part.embargoed for part in parts)
    if hidden:
        says.append(
            f"{many(hidden, 'action belongs', 'actions belong')} to a review under embargo: of "
            f"{'it' if hidden == 1 else 'them'} you are told your own part only."
        )
    says.append(f"It was made from audit entry {picture.position}; the Board can make it again from there.")
    return Section("provenance", "What this report was made from", tuple(says))


def _table(key: str, caption: str, columns: tuple[Column, ...], rows: tuple[tuple[Cell, ...], ...]) -> Table:
    return Table(key, caption, columns, rows, "None.")
