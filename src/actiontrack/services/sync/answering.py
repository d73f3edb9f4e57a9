"""Answers that people typed where the questions are shown: applied by the rules of the command line, one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from actiontrack.domain.ledger import Conflict, Instance, Proposal, ProposalKind, Setting
from actiontrack.domain.vocabulary import Side
from actiontrack.errors import ActionTrackError
from actiontrack.ports import Answer, InstanceSettings, Observation, Problem
from actiontrack.services.core import Core
from actiontrack.services.records.desk import Desk
from actiontrack.services.records.projection import Viewer, project
from actiontrack.services.sync.answers import answer_proposal, how_settled, resolve_conflict
from actiontrack.services.sync.gate import binding_of
from actiontrack.services.sync.questions import Asked, choices_of, open_ones, version_of
from actiontrack.services.sync.steps import Step
from actiontrack.services.sync.tongue import Tongue, Unclearness

_LOOK = "look at the question as it stands now and answer it anew, or clear what was typed"


class _Unfit(Exception):  # noqa: N818 - a question to whoever answered, not an error
    """Why an answer is not applied, and what to do."""

    def __init__(self, why: str, do: str) -> None:
        super().__init__(why)
        self.why, self.do = why, do


@dataclass(slots=True)
class Answered:
    """What became of one instance's answers."""

    steps: list[Step] = field(default_factory=list)
    unapplied: dict[int, str] = field(default_factory=dict)
    """Row → why and what to do."""
    problems: list[Problem] = field(default_factory=list)


def take_answers(core: Core, name: str, seen: Observation, *, who: str, dry_run: bool = False) -> Answered:
    """Apply each answer that can be; one that can't is told with its place and stays as it was typed.

    Nothing is taken from a source that waits to be adopted, or is another's or a copy.
    """
    answered = Answered()
    settings = core.instances[name]
    if not seen.answers or settings.side is not Side.BOARD:
        return answered
    ours = _is_surely_ours(core, name, seen)
    given: dict[tuple[str, str], list[Answer]] = defaultdict(list)
    for answer in seen.answers:
        if not answer.fault:
            given[answer.question, answer.version].append(answer)
    taker = _Taker(core, settings, who, dry_run=dry_run)
    for answer in seen.answers:
        try:
            if not ours:
                raise _Unfit("the source is only being taken on", "sync again")
            answered.steps.append(taker.take(answer, given[answer.question, answer.version]))
        except _Unfit as unfit:
            answered.unapplied[answer.row] = f"{unfit.why[:1].upper()}{unfit.why[1:]}: {unfit.do}."
            answered.problems.append(_problem(answer, unfit))
    return answered


def _is_surely_ours(core: Core, name: str, seen: Observation) -> bool:
    with core.store.reading() as reader:
        instance, store_id = reader.get(Instance, name), reader.get(Setting, "store_id")
    return (
        instance is not None
        and instance.adopted_at is not None
        and not instance.must_confirm
        and seen.binding == binding_of(store_id.value if store_id else "", name)
    )


def _problem(answer: Answer, unfit: _Unfit) -> Problem:
    shown = " · ".join(str(each) for each in (answer.said, answer.value, answer.reason, answer.by) if each)
    return Problem(
        f"An answer was not applied: {unfit.why}.", unfit.do, sheet=answer.sheet, cell=answer.cell, value=shown,
        field="answer", quarantines=True,
    )  # fmt: skip


class _Taker:
    """Takes the answers of one instance."""

    def __init__(self, core: Core, settings: InstanceSettings, who: str, *, dry_run: bool) -> None:
        self._core = core
        self._settings = settings
        self._who = who
        self._dry_run = dry_run

    def take(self, answer: Answer, twins: Sequence[Answer]) -> Step:
        """Apply one answer. Raises _Unfit."""
        if answer.fault:
            raise _Unfit(answer.fault, "mend it there")
        if any(_typed(twin) != _typed(answer) for twin in twins):
            rows = " and ".join(str(twin.row) for twin in twins)
            raise _Unfit(f"rows {rows} answer the same question differently", "clear all but one of them")
        with self._core.store.reading() as reader:
            asked = reader.get(Conflict, answer.question) or reader.get(Proposal, answer.question)
            is_here = asked is not None and asked.id in {each.id for each in open_ones(reader, self._settings)}
        if asked is None:
            raise _Unfit("no question has that id", "copy the id of the question back, or clear what was typed")
        if asked.closed_at is None and not is_here:
            raise _Unfit("the question is about another review", "answer it where that review is shown")
        value = self._check(answer, asked)
        if asked.closed_at is not None:
            self._refuse_unless_done(answer, asked, value)
        elif answer.version != version_of(asked):
            raise _Unfit("the question has changed since it was shown", _LOOK)
        elif not self._dry_run:
            self._apply(answer, asked, value)
        return Step(
            self._settings.name, "answer", asked.action, answer.sheet, answer.cell, asked.field,
            why=answer.said + (f" by {answer.by}" if answer.by else ""),
        )  # fmt: skip

    def _check(self, answer: Answer, asked: Asked) -> str:
        """The canonical value that was typed; "" where the choice takes none. Raises _Unfit."""
        if not answer.choice:
            raise _Unfit("no answer was chosen", "choose one from the list")
        if answer.choice not in choices_of(asked):
            raise _Unfit(f"“{answer.said}” is no answer to this question", "choose one from the list")
        typed = answer.value not in (None, "")
        if typed and answer.choice != "value":
            raise _Unfit("a value was typed, and another answer chosen", "clear the value, or choose to use it")
        if not typed and answer.choice == "value":
            raise _Unfit("no value was typed to use", "type the value, or choose another answer")
        if not answer.by and _moves_a_date(asked, answer):
            raise _Unfit("a due date is moved in somebody's name", "type who approves it under Answered by")
        return self._read(asked.field, answer) if typed else ""

    def _read(self, name: str, answer: Answer) -> str:
        tongue = Tongue(self._settings, self._core.agencies, self._core.board.timezone)
        read = tongue.read(name, answer.value)
        if isinstance(read, Unclearness):
            raise _Unfit(f"“{read.shown}”: {read.why}", read.do)
        return read

    def _refuse_unless_done(self, answer: Answer, asked: Asked, value: str) -> None:
        """An answer that is applied already, when only its taking away was cut off, is done; any other came late."""
        if isinstance(asked, Proposal):
            done = asked.how == _HOW[answer.choice] and answer.reason in ("", asked.reason)
        else:
            how = how_settled(_take(answer), answer.reason, answer.by or self._who)
            done = asked.how == how and (answer.choice != "value" or self._stands(asked, value))
        if not done:
            raise _Unfit(f"the question was settled already ({asked.how})", "clear what was typed")

    def _stands(self, asked: Conflict, value: str) -> bool:
        with self._core.store.reading() as reader:
            desk = Desk(reader, self._core.board, self._core.clock.now())
            file = desk.load([asked.action]).get(asked.action)
            return file is not None and project(desk, file, Viewer(Side.BOARD)).get(asked.field) == value

    def _apply(self, answer: Answer, asked: Asked, value: str) -> None:
        who, source = answer.by or self._who, f"sync:{self._settings.name}"
        try:
            if isinstance(asked, Conflict):
                third = value if answer.choice == "value" else None
                resolve_conflict(
                    self._core, asked.id, take=_take(answer), value=third, reason=answer.reason, who=who, source=source
                )
            else:
                accept = answer.choice == "accept"
                answer_proposal(self._core, asked.id, accept=accept, reason=answer.reason, who=who, source=source)
        except ActionTrackError as error:
            raise _Unfit(str(error).rstrip("."), "mend the answer, or clear it") from None
        except Exception as error:  # noqa: BLE001 - a fault in one answer stays with it; its text may hold people's words
            raise _Unfit(f"it could not be applied ({type(error).__name__})", "tell the maintainers") from None


_HOW = {"accept": "accepted", "refuse": "refused"}


def _take(answer: Answer) -> str | None:
    return answer.choice if answer.choice in ("ours", "theirs") else None


def _typed(answer: Answer) -> tuple[object, ...]:
    return answer.version, answer.choice, answer.value, answer.reason, answer.by


def _moves_a_date(asked: Asked, answer: Answer) -> bool:
    if isinstance(asked, Proposal):
        return asked.kind is ProposalKind.EXTEND and answer.choice == "accept"
    return asked.field == "current_due" and answer.choice != "ours"
