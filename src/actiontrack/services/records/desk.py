"""The desk: the records one transaction works on, loaded in bulk, changed in memory, saved once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from actiontrack.domain.lifecycle import ENDED_STATUSES
from actiontrack.domain.nouns import (
    Action,
    Comment,
    Decision,
    Evidence,
    ImpactCheck,
    Leg,
    Noun,
    Recommendation,
    Review,
    SignOff,
    Update,
)
from actiontrack.domain.policy import Board
from actiontrack.errors import NotFound
from actiontrack.ports import Reader, Writer

N = TypeVar("N", Update, Comment, Evidence, SignOff, ImpactCheck)


@dataclass(slots=True)
class ActionFile:
    """Everything kept about one action. Lists are in order of position; `legs` has only those that stand."""

    action: Action
    legs: list[Leg]
    former_legs: list[Leg] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    sign_offs: list[SignOff] = field(default_factory=list)
    checks: list[ImpactCheck] = field(default_factory=list)
    quorum: int = 1
    """How many agencies outside the lead have to sign it off."""
    needs_decision: bool = True
    """Whether the board closes it on a recorded decision only."""
    decisions: list[Decision] = field(default_factory=list)
    """The Board's decisions about it since it was reopened last, where a closure needs one."""

    def leg(self, agency: str) -> Leg | None:
        """That agency's standing leg."""
        return next((leg for leg in self.legs if leg.agency == agency), None)

    @property
    def decided(self) -> list[Decision] | None:
        """The decisions a closure may rest on; None where it needs none."""
        return self.decisions if self.needs_decision else None

    @property
    def agencies(self) -> tuple[str, ...]:
        """The agencies with a part in it, the lead first; "" is left out."""
        return tuple(leg.agency for leg in self.legs if leg.agency)


@dataclass(frozen=True, slots=True)
class Sitting:
    """The meeting whose decision is carried out (its ref), the Board's reasons for it, and who records it.

    `between_meetings`: it was taken by whoever records it, on the Board's behalf, and no meeting is named.
    """

    meeting: str
    reasons: str
    by: str
    between_meetings: bool = False


class Desk:
    """A unit of work over a Reader or Writer. Nothing is stored before `save`."""

    def __init__(self, reader: Reader, board: Board, now: datetime) -> None:
        self.reader = reader
        self.board = board
        self.now = now
        self.files: dict[str, ActionFile] = {}
        self._reviews: dict[str, Review] | None = None
        self._recommendations: dict[str, Recommendation] | None = None
        self._answered: dict[str, Recommendation] = {}
        """Those that loaded actions answer: a sync of few actions needs few of many."""
        self._by_number: dict[tuple[str, str], str] = {}
        self._by_text: dict[tuple[str, str], str] = {}
        self.sitting: Sitting | None = None
        """Where a decision of the Board is carried out."""
        self._changed: dict[tuple[type[Noun], tuple[Any, ...]], Noun] = {}
        self.actions_before: dict[str, Action | None] = {}
        """Each action this desk changed, as it was before (None: it is new)."""

    # --- reading --------------------------------------------------------------------------------------------------

    def load(self, refs: Iterable[str]) -> dict[str, ActionFile]:
        """These actions with all they carry, in a handful of queries; a ref unknown here is left out."""
        wanted = [ref for ref in dict.fromkeys(refs) if ref not in self.files]
        if wanted:
            found = {action.ref: self.open(action, []) for action in self.reader.find(Action, ref=wanted)}
            for leg in sorted(self.reader.find(Leg, action=list(found)), key=lambda leg: (leg.position, leg.agency)):
                (found[leg.action].legs if leg.active else found[leg.action].former_legs).append(leg)
            self._attach(found, Update, "updates")
            self._attach(found, Comment, "comments")
            self._attach(found, Evidence, "evidence")
            self._attach(found, SignOff, "sign_offs")
            self._attach(found, ImpactCheck, "checks")
            if self.board.closures_need_decision:
                for decision in self.reader.find(Decision, about=list(found)):
                    found[decision.about].decisions.append(decision)
                for file in found.values():
                    if file.decisions:
                        file.decisions = self._not_carried_out(file)
            asked = {ref for file in found.values() for ref in file.action.recommendations} - self._answered.keys()
            if asked and self._recommendations is None:
                self._answered |= {each.ref: each for each in self.reader.find(Recommendation, ref=sorted(asked))}
            self.files.update(found)
        return self.files

    def _not_carried_out(self, file: ActionFile) -> list[Decision]:
        """The decisions a closure may rest on: what closed the action before it was reopened closes it once."""
        reopened = 0
        for entry in self.reader.entries(noun="action", ref=file.action.ref):
            if entry.before and entry.after and entry.before.get("status") in ENDED_STATUSES:
                reopened = entry.position if "status" in entry.after else reopened
        if not reopened:
            return file.decisions
        later = {entry.ref for entry in self.reader.entries(after=reopened, noun="decision")}
        return [decision for decision in file.decisions if decision.ref in later]

    def open(self, action: Action, legs: list[Leg]) -> ActionFile:
        """A file of its own for this action, with what the board asks for."""
        return ActionFile(action, legs, quorum=self.board.sign_offs, needs_decision=self.board.closures_need_decision)

    def _attach(self, found: dict[str, ActionFile], noun: type[N], name: str) -> None:
        items = self.reader.find(noun, action=list(found))
        items.sort(key=lambda item: (getattr(item, "position", 0), item.ref))
        for item in items:
            getattr(found[item.action], name).append(item)

    def file(self, ref: str) -> ActionFile:
        """One action with all it carries. Raises NotFound."""
        self.load([ref])
        if ref not in self.files:
            raise NotFound(f"There is no action {ref} here. `actiontrack action list` shows those there are.")
        return self.files[ref]

    @property
    def reviews(self) -> dict[str, Review]:
        """Every review by ref."""
        if self._reviews is None:
            self._reviews = {review.ref: review for review in self.reader.find(Review)}
        return self._reviews

    @property
    def recommendations(self) -> dict[str, Recommendation]:
        """Every recommendation by ref."""
        if self._recommendations is None:
            self._recommendations = {}
            for item in self.reader.find(Recommendation):
                self._index(item)
        return self._recommendations

    def answered(self, action: Action) -> list[Recommendation]:
        """The recommendations that an action answers."""
        few = self._recommendations is None and all(ref in self._answered for ref in action.recommendations)
        known = self._answered if few else self.recommendations
        return [known[ref] for ref in action.recommendations if ref in known]

    def recommendation_by(self, review: str, *, number: str = "", text: str = "") -> Recommendation | None:
        """The review's recommendation of that number, or of exactly that text where no number is given."""
        everything = self.recommendations
        ref = self._by_number.get((review, number)) if number else self._by_text.get((review, text))
        return everything[ref] if ref else None

    def _index(self, item: Recommendation) -> None:
        if self._recommendations is not None:
            self._recommendations[item.ref] = item
        if item.number:
            self._by_number.setdefault((item.review, item.number), item.ref)
        if item.text:
            self._by_text.setdefault((item.review, item.text), item.ref)

    # --- changing -------------------------------------------------------------------------------------------------

    def put(self, item: Noun) -> None:
        """Note a record as new or changed; `save` stores it."""
        self._changed[type(item), tuple(getattr(item, name) for name in item.key)] = item
        if isinstance(item, Review):
            self.reviews[item.ref] = item
        elif isinstance(item, Recommendation):
            _ = self.recommendations
            self._index(item)
        elif isinstance(item, Decision) and item.about in self.files:
            self.files[item.about].decisions.append(item)

    def put_action(self, file: ActionFile, **changes: Any) -> None:
        """Change the action of a file; `changed_at` follows."""
        if any(getattr(file.action, name) != value for name, value in changes.items()):
            self.actions_before.setdefault(file.action.ref, file.action)
            file.action = file.action.model_copy(update={**changes, "changed_at": self.now})
            self.put(file.action)

    def put_leg(self, file: ActionFile, leg: Leg) -> None:
        """Change or add a leg of a file; one that is no longer active moves to the former."""
        for legs in (file.legs, file.former_legs):
            legs[:] = [other for other in legs if other.agency != leg.agency]
        target = file.legs if leg.active else file.former_legs
        target.append(leg)
        target.sort(key=lambda other: (other.position, other.agency))
        self.put(leg)
        self.touch(file)

    def touch(self, file: ActionFile) -> None:
        """Say that something of the action changed now."""
        if file.action.changed_at != self.now:
            self.actions_before.setdefault(file.action.ref, file.action)
            file.action = file.action.model_copy(update={"changed_at": self.now})
            self.put(file.action)

    def save(self, writer: Writer) -> None:
        """Store what changed. The desk may be used on."""
        items = list(self._changed.values())
        self._changed.clear()
        writer.put(*items)
