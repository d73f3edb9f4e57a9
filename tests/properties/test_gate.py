"""The gate lived through: whoever types whatever in whatever order, nothing is called done that was not shown to be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from actiontrack.adapters.calendar import NationCalendar
from actiontrack.domain.fields import Actor
from actiontrack.domain.lifecycle import ENDED_STATUSES
from actiontrack.domain.nouns import Action, Agency, DateChange, Decision, Evidence, Leg, Meeting, Recommendation
from actiontrack.domain.policy import Board
from actiontrack.domain.vocabulary import Kind, Nation, Response, Side, Status
from actiontrack.errors import ActionTrackError
from actiontrack.hooks import load_plugins
from actiontrack.services.core import Core
from actiontrack.services.records.asking import Asker, add_action, add_log, ask_extension, set_fields, sign_off
from actiontrack.services.records.changing import put_fields
from actiontrack.services.records.deciding import add_decision
from actiontrack.services.records.desk import Desk
from actiontrack.services.records.impact import Checked, check_impact
from actiontrack.services.records.listing import show_action
from actiontrack.services.records.nouns import set_noun, show_noun
from actiontrack.services.records.responding import respond
from actiontrack.services.sync.answers import answer_proposal
from actiontrack.services.sync.waiting import proposals
from actiontrack.testing.twins import HandClock, memory_store

CODES = ("POL", "NHS", "COU")
WHO = st.sampled_from(("manager", "chair"))
MEETINGS = st.sampled_from(("M-1", "", "M-none"))
WORDS = st.sampled_from(("because", "", "  "))
WHICH = st.integers(0, 1)
THROUGH = st.sampled_from(("board", "workbook"))
TRIES: dict[str, Any] = {
    "which": WHICH,
    "left_out": st.sampled_from(("", "", "", "reports", "evidence", "sign-off", "verified", "check")),
    "meddling": st.sampled_from(("", "", "", "evidence", "text", "lead", "leg")),
    "through": THROUGH,
    "again": st.booleans(),
}
STORIES: dict[str, dict[str, Any]] = {
    "try_the_gate": TRIES,
    "put_off": {"which": WHICH, "times": st.integers(1, 3), "who": WHO, "meeting": MEETINGS, "reason": WORDS},
    "correct_the_original_date": {"which": WHICH, "days": st.integers(-30, 30)},
    "close": {
        "which": WHICH,
        "status": st.sampled_from(sorted(ENDED_STATUSES)),
        "reason": WORDS,
        "meeting": MEETINGS,
        "recorded": st.sampled_from((None, *sorted(ENDED_STATUSES))),
    },
    "close_again": {"which": WHICH, "status": st.sampled_from(sorted(ENDED_STATUSES)), "meeting": MEETINGS},
    "refuse": {"how": st.sampled_from(("answered", "typed", "workbook")), "reasons": WORDS, "meeting": MEETINGS},
}
STATUSES = st.sampled_from(list(Status))


STORY = st.one_of([st.tuples(st.just(name), st.fixed_dictionaries(told)) for name, told in STORIES.items()])


class Gate(RuleBasedStateMachine):
    """A board and three agencies, two actions, one recommendation of each kind; and a ledger kept apart."""

    signers: tuple[str, ...] = ("NHS", "COU")

    @initialize(quorum=st.sampled_from((1, 1, 2)), decided=st.booleans())
    def open(self, quorum: int, decided: bool) -> None:
        self.clock = HandClock()
        self.store = memory_store(self.clock)
        self.core = Core(
            store=self.store,
            clock=self.clock,
            calendar=NationCalendar(Nation.ENG),
            hooks=load_plugins(installed=False),
            board=Board(name="B", sign_offs=quorum, closures_need_decision=decided),
            agencies=[Agency(code=code, name=code) for code in CODES],
            instances={},
            connectors={},
        )
        with self.store.writing("test", "test") as writer:
            writer.put(Meeting(ref="M-1", body="Board", date=date(2026, 11, 20)))
            writer.put(*(Recommendation(ref=kind.value, text="T", kind=kind) for kind in Kind))
        common = {"text": "Do it", "lead_agency": "POL", "recommendations": Kind.CLEAR_CUT.value}
        asker = self.board("manager")
        self.refs = [
            str(add_action(self.core, {**common, "current_due": "2026-12-01"}, asker)["ref"]),
            str(add_action(self.core, {**common, "agencies": "NHS"}, asker)["ref"]),
        ]
        self.status = dict.fromkeys(self.refs, Status.NOT_STARTED)
        self.original: dict[str, date] = {}
        self.spent: dict[str, set[Decision]] = {}
        self.signed: list[tuple[str, str, Any]] = []
        self.events: dict[str, list[str]] = {ref: [] for ref in self.refs}

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()

    # --- what people do ---------------------------------------------------------------------------------------------

    @rule(which=WHICH, status=STATUSES, reason=WORDS, meeting=MEETINGS, who=WHO)
    def the_board_sets_a_status(self, which: int, status: Status, reason: str, meeting: str, who: str) -> None:
        values = {"status": status.value, "status_reason": reason}
        if status is Status.SUPERSEDED:
            values["superseded_by"] = self.refs[1 - which]
        at = meeting if status in ENDED_STATUSES else ""
        self.dare(lambda: set_fields(self.core, self.refs[which], values, self.board(who), meeting=at))

    @rule(which=WHICH, code=st.sampled_from(CODES), status=STATUSES)
    def an_agency_sets_a_status(self, which: int, code: str, status: Status) -> None:
        values = {"status": status.value, "status_reason": "supplier", "look_again": ""}
        self.dare(lambda: set_fields(self.core, self.refs[which], values, self.agency(code)))

    @rule(which=WHICH, status=STATUSES, side=st.sampled_from(("", *CODES)))
    def a_workbook_says_a_status(self, which: int, status: Status, side: str) -> None:
        """What a sync does with a cell that its merge lets through."""
        actor = Actor(Side.AGENCY, side) if side else Actor(Side.BOARD)

        def take() -> None:
            with self.store.writing("test", "sync:plan") as writer:
                desk = Desk(writer, self.core.board, self.clock.now())
                file = desk.file(self.refs[which])
                put_fields(desk, file, {"status": status.value, "status_reason": "said there"}, actor)
                desk.save(writer)

        self.dare(take)

    @rule(which=WHICH)
    def everybody_reports(self, which: int) -> None:
        for leg in show_action(self.core, self.refs[which])["legs"]:
            self.an_agency_sets_a_status(which, leg["agency"], Status.REPORTED_COMPLETE)

    @rule(which=WHICH, code=st.sampled_from(("", "POL", "NHS")))
    def evidence_comes(self, which: int, code: str) -> None:
        asker = self.agency(code) if code else self.board("manager")
        done = self.dare(lambda: add_log(self.core, self.refs[which], "evidence", "https://example.org/1", asker))
        if done:
            stands = [each["stands"] for each in show_action(self.core, self.refs[which])["sign_offs"]]
            assert not any(stands), "evidence that came after a sign-off voids it"

    @rule(which=WHICH, codes=st.sampled_from((("NHS",), ("COU",), ("POL",), ("NHS", "COU"))))
    def agencies_sign_off(self, which: int, codes: tuple[str, ...]) -> None:
        for code in codes:
            seen = self.seen(self.refs[which])
            if self.dare(partial(sign_off, self.core, self.refs[which], code, self.board("manager"))):
                self.signed.append((self.refs[which], code, seen))

    @rule(which=WHICH, text=st.sampled_from(("Do it", "Do it well")), others=st.sampled_from(("", "NHS", "NHS, COU")))
    def the_board_words_it_anew(self, which: int, text: str, others: str) -> None:
        values = {"text": text, "agencies": others}
        self.dare(lambda: set_fields(self.core, self.refs[which], values, self.board("manager")))

    @rule(which=WHICH, lead=st.sampled_from(("POL", "NHS")))
    def another_leads(self, which: int, lead: str) -> None:
        self.dare(lambda: set_fields(self.core, self.refs[which], {"lead_agency": lead}, self.board("manager")))

    @rule(which=WHICH, passed=st.booleans(), note=WORDS, measure=WORDS)
    def the_impact_is_checked(self, which: int, passed: bool, note: str, measure: str) -> None:
        found = Checked(passed, note, measure=measure)
        if self.dare(lambda: check_impact(self.core, self.refs[which], found, self.board("manager"))):
            self.events[self.refs[which]].append("passed" if passed else "failed")
            assert passed or self.status_of(which) is Status.IN_PROGRESS, "a check that failed opens it again"

    @rule(which=WHICH, days=st.integers(-30, 90), field=st.sampled_from(("current_due", "original_due")))
    def the_board_sets_a_date(self, which: int, days: int, field: str) -> None:
        day = (self.clock.today() + timedelta(days=days)).isoformat()
        self.dare(lambda: set_fields(self.core, self.refs[which], {field: day}, self.board("manager")))

    @rule(which=WHICH, days=st.integers(1, 90))
    def a_later_date_is_asked_for(self, which: int, days: int) -> None:
        day = self.clock.today() + timedelta(days=days)
        self.dare(lambda: ask_extension(self.core, self.refs[which], day, "late", self.board("manager")))

    @rule(which=st.integers(0, 20), accept=st.booleans(), who=WHO, meeting=MEETINGS, reason=WORDS)
    def a_proposal_is_answered(self, which: int, accept: bool, who: str, meeting: str, reason: str) -> None:
        found = proposals(self.core)
        if found:
            asked = found[which % len(found)]["id"]
            self.dare(lambda: answer_proposal(self.core, asked, accept=accept, reason=reason, who=who, meeting=meeting))

    @rule(kind=st.sampled_from(list(Kind)), response=st.sampled_from(list(Response)), reasons=WORDS, meeting=MEETINGS)
    def the_board_answers(self, kind: Kind, response: Response, reasons: str, meeting: str) -> None:
        by = self.clock.today() + timedelta(days=30) if response is Response.REFERRED_ELSEWHERE else None
        self.dare(
            lambda: respond(
                self.core, kind.value, response, reasons=reasons, meeting=meeting, review_by=by, who="manager"
            )
        )

    @rule(kind=st.sampled_from(list(Kind)), response=st.sampled_from(list(Response)), reasons=WORDS)
    def the_answer_is_typed(self, kind: Kind, response: Response, reasons: str) -> None:
        values = {"response": response.value, "response_reasons": reasons}
        self.dare(lambda: set_noun(self.core, "recommendation", kind.value, values, who="manager"))

    @rule(which=WHICH, response=st.sampled_from(list(Response)))
    def a_workbook_says_the_answer(self, which: int, response: Response) -> None:
        self.dare(lambda: set_fields(self.core, self.refs[which], {"response": response.value}, self.board("manager")))

    @rule(about=st.sampled_from((*Kind, 0, 1)), outcome=st.sampled_from((*Response, *Status)), reasons=WORDS)
    def a_decision_is_recorded(self, about: Any, outcome: str, reasons: str) -> None:
        target = about.value if isinstance(about, Kind) else self.refs[about]
        self.dare(lambda: add_decision(self.core, "M-1", target, outcome, reasons, who="manager"))

    @rule(days=st.integers(0, 60))
    def time_goes_by(self, days: int) -> None:
        self.clock.move(timedelta(days=days))

    def try_the_gate(self, which: int, left_out: str, meddling: str, through: str, again: bool) -> None:
        """Everything in its order, but for what is left out, and what somebody changes after the sign-off."""
        meddle: dict[str, Callable[[], None]] = {
            "": lambda: None,
            "evidence": lambda: self.evidence_comes(which, "POL"),
            "text": lambda: self.the_board_words_it_anew(which, f"Do it, {len(self.signed)}", "NHS"),
            "lead": lambda: self.another_leads(which, "NHS"),
            "leg": lambda: self.an_agency_sets_a_status(which, "POL", Status.IN_PROGRESS),
        }
        steps: dict[str, Callable[[], None]] = {
            "reports": lambda: self.everybody_reports(which),
            "evidence": lambda: self.evidence_comes(which, "POL"),
            "sign-off": lambda: self.agencies_sign_off(which, self.signers),
            "meddling": meddle[meddling],
            "verified": lambda: self.it_becomes(which, Status.VERIFIED, through),
            "check": lambda: self.the_impact_is_checked(which, True, "seen", "9 of 10"),
            "embedded": lambda: self.it_becomes(which, Status.EMBEDDED, through),
        }
        if again:
            steps["reopened"] = lambda: self.the_board_sets_a_status(which, Status.IN_PROGRESS, "no", "", "chair")
            steps["reported again"] = steps["reports"]
            steps["verified again"] = steps["verified"]
            steps["embedded unchecked"] = steps["embedded"]
        for name, step in steps.items():
            if name != left_out:
                step()
                self.nothing_passes_the_gate_unshown()

    def put_off(self, which: int, times: int, who: str, meeting: str, reason: str) -> None:
        """A later date is asked for and accepted, again and again."""
        for _ in range(times):
            due = show_action(self.core, self.refs[which])["current_due"]
            day = date.fromisoformat(due or "2026-12-01") + timedelta(days=7)
            self.dare(lambda day=day: ask_extension(self.core, self.refs[which], day, "late", self.board("manager")))  # type: ignore[misc]
            self.answer_all("current_due", who, meeting, reason)

    def correct_the_original_date(self, which: int, days: int) -> None:
        """The Board types another original date, and somebody accepts it."""
        day = (date(2026, 12, 1) + timedelta(days=days)).isoformat()
        self.dare(lambda: set_fields(self.core, self.refs[which], {"original_due": day}, self.board("manager")))
        self.answer_all("original_due", "chair", "", "because")

    def refuse(self, how: str, reasons: str, meeting: str) -> None:
        """The recommendation that both answer is not accepted, and nothing is done for it any more."""
        ways: dict[str, Callable[[], None]] = {
            "answered": lambda: self.the_board_answers(Kind.CLEAR_CUT, Response.NOT_ACCEPTED, reasons, meeting),
            "typed": lambda: self.the_answer_is_typed(Kind.CLEAR_CUT, Response.NOT_ACCEPTED, reasons),
            "workbook": lambda: self.a_workbook_says_the_answer(0, Response.NOT_ACCEPTED),
        }
        ways[how]()
        for which in (0, 1):
            self.the_board_sets_a_status(which, Status.CLOSED_NOT_IMPLEMENTED, "because", "M-1", "chair")

    def close(self, which: int, status: Status, reason: str, meeting: str, recorded: Status | None) -> None:
        """The Board ends it without its having been done, what was decided being recorded before or at once."""
        if recorded is not None:
            self.a_decision_is_recorded(which, recorded, "because")
        self.the_board_sets_a_status(which, status, reason, meeting, "chair")

    def close_again(self, which: int, status: Status, meeting: str) -> None:
        """What the Board ended it opens again, and then ends it once more."""
        for to, at in ((status, "M-1"), (Status.IN_PROGRESS, ""), (status, meeting)):
            self.the_board_sets_a_status(which, to, "because", at, "chair")
            self.nothing_passes_the_gate_unshown()

    def answer_all(self, field: str, who: str, meeting: str, reason: str) -> None:
        for each in proposals(self.core):
            if each["field"] == field:
                answer = partial(answer_proposal, self.core, each["id"], accept=True, reason=reason, who=who)
                self.dare(partial(answer, meeting=meeting))

    # Swarms of rules leave most out: a story under several names is seldom left out altogether.
    first, second = (rule(story=STORY)(lambda self, story: self.tell(story)) for _ in "12")

    def tell(self, story: tuple[str, dict[str, Any]]) -> None:
        """One thing after another, as it often goes."""
        getattr(self, story[0])(**story[1])

    def it_becomes(self, which: int, status: Status, through: str) -> None:
        if through == "board":
            self.the_board_sets_a_status(which, status, "agreed", "", "chair")
        else:
            self.a_workbook_says_a_status(which, status, "")

    # --- what has to hold -------------------------------------------------------------------------------------------

    @invariant()
    def nothing_passes_the_gate_unshown(self) -> None:
        if not hasattr(self, "refs"):
            return
        with self.store.reading() as reader:
            actions = {action.ref: action for action in reader.find(Action)}
            moved = [ref for ref in self.refs if actions[ref].status is not self.status[ref]]
            recorded = {ref: set(reader.find(Decision, about=ref)) for ref in self.refs}
        for ref in moved:
            if self.status[ref] in ENDED_STATUSES:
                self.spent[ref] = recorded[ref]
            decided = {each.outcome for each in recorded[ref] - self.spent.get(ref, set())}
            status = self.status[ref] = actions[ref].status
            event(f"became {status}")
            if status is Status.VERIFIED:
                self.was_shown(actions[ref])
            elif status is Status.EMBEDDED:
                self.was_checked(ref)
            elif status in ENDED_STATUSES:
                assert actions[ref].status_reason.strip()
                assert actions[ref].superseded_by or status is not Status.SUPERSEDED
                assert status.value in decided or not self.core.board.closures_need_decision

    def was_shown(self, action: Action) -> None:
        """Evidence, and enough agencies outside the lead that saw exactly what is there now."""
        now = self.seen(action.ref)
        assert now["evidence"]
        agencies = {code for ref, code, seen in self.signed if ref == action.ref and seen == now}
        assert len(agencies - {action.lead_agency}) >= self.core.board.sign_offs
        self.events[action.ref].append("verified")

    def was_checked(self, ref: str) -> None:
        """A check passed since it was last verified, and none failed after."""
        since = self.events[ref][len(self.events[ref]) - self.events[ref][::-1].index("verified") :]
        assert "passed" in since
        assert since[-1] == "passed"

    @invariant()
    def no_original_date_is_lost(self) -> None:
        if not hasattr(self, "refs"):
            return
        with self.store.reading() as reader:
            for action in reader.find(Action):
                held = self.original.get(action.ref)
                assert held is None or action.original_due == held
                if action.original_due is not None:
                    self.original[action.ref] = action.original_due
                changes = reader.find(DateChange, action=action.ref)
                approved = [each for each in changes if each.approved_by]
                later = [each for each in changes if each.to_date and each.from_date and each.to_date > each.from_date]
                assert len(approved) >= len(later), "nobody moves a date later alone"
                assert all(each.approved_by != each.requested_by for each in later)
                extended = reader.find(Decision, about=action.ref, outcome="extended")
                assert len(extended) >= len(later) - 1

    @invariant()
    def nothing_refused_is_closed_without_reasons(self) -> None:
        if not hasattr(self, "refs"):
            return
        for kind in Kind:
            shown = show_noun(self.core, "recommendation", kind.value)
            if shown["response"] == Response.NOT_ACCEPTED:
                assert shown["response_reasons"].strip(), "no way to say so without"
            if kind is Kind.NEEDS_RESEARCH and shown["response"] == Response.REFERRED_ELSEWHERE:
                assert shown["review_by"]
            if shown["to_close"]:
                continue
            if kind is Kind.COMPETING_PRIORITIES:
                assert any(each["outcome"] == shown["response"] and each["reasons"] for each in shown["decisions"])
            if shown["response"] == Response.REFERRED_ELSEWHERE and kind is not Kind.COMPETING_PRIORITIES:
                assert date.fromisoformat(shown["review_by"]) > self.clock.today()

    # --- inside -----------------------------------------------------------------------------------------------------

    def dare(self, deed: Callable[[], object]) -> bool:
        """Do it; a refusal is one sentence or more, on one line."""
        try:
            deed()
        except ActionTrackError as refusal:
            said = str(refusal)
        else:
            return True
        assert said.endswith((".", ")"))
        assert "\n" not in said
        return False

    def board(self, who: str) -> Asker:
        return Asker(who, Actor(Side.BOARD))

    def agency(self, code: str) -> Asker:
        return Asker(f"{code} lead", Actor(Side.AGENCY, code))

    def status_of(self, which: int) -> Status:
        return Status(show_action(self.core, self.refs[which])["status"])

    def seen(self, ref: str) -> dict[str, Any]:
        """All that somebody who signs off looks at."""
        with self.store.reading() as reader:
            action = reader.get(Action, ref)
            assert action is not None
            return {
                "said": (action.text, action.lead_agency, action.review, action.recommendations),
                "legs": sorted((leg.agency, leg.status) for leg in reader.find(Leg, action=ref, active=True)),
                "evidence": sorted(each.ref for each in reader.find(Evidence, action=ref)),
            }


def tried(quorum: int, signers: tuple[str, ...], **other: Any) -> Any:
    """One way to try the gate, in which all is in its order but for what is said."""
    tries = {"which": 0, "left_out": "", "meddling": "", "through": "board", "again": False}
    return example(quorum=quorum, signers=signers, tries=tries | other)


@settings(max_examples=25)
@tried(1, ("POL",))
@tried(2, ("NHS",))
@tried(1, ("NHS",), left_out="evidence")
@tried(1, ("NHS",), left_out="check")
@tried(1, ("NHS",), meddling="evidence")
@tried(1, ("NHS",), meddling="text", which=1)
@given(
    quorum=st.sampled_from((1, 2)),
    signers=st.sampled_from(((), ("NHS",), ("POL",), ("NHS", "COU"))),
    tries=st.fixed_dictionaries({**TRIES, "again": st.just(False)}),
)
def test_the_gate_opens_where_nothing_is_missing_and_only_there(
    quorum: int, signers: tuple[str, ...], tries: dict[str, Any]
) -> None:
    gate = Gate()
    try:
        gate.open(quorum=quorum, decided=False)
        gate.signers = signers
        gate.try_the_gate(**tries)
        enough = len({*signers} - {"POL"}) >= quorum and tries["left_out"] != "sign-off"
        shown = enough and tries["left_out"] not in ("reports", "evidence", "verified") and not tries["meddling"]
        reached = Status.VERIFIED if tries["left_out"] == "check" else Status.EMBEDDED
        status = gate.status[gate.refs[tries["which"]]]
        assert (status is reached) if shown else (status not in (Status.VERIFIED, Status.EMBEDDED))
    finally:
        gate.teardown()


@settings(max_examples=25)
@example(decided=False, stories=[("put_off", {"which": 0, "times": 2, "who": "chair", "meeting": "", "reason": ""})])
@example(decided=True, stories=[("refuse", {"how": "workbook", "reasons": "", "meeting": ""})])
@example(decided=False, stories=[("correct_the_original_date", {"which": 0, "days": 7})])
@example(
    decided=True,
    stories=[
        ("close", {"which": 0, "status": Status.SUPERSEDED, "reason": "because", "meeting": "", "recorded": other})
        for other in (None, Status.NO_LONGER_APPLICABLE)
    ],
)
@example(decided=True, stories=[("close_again", {"which": 0, "status": Status.CLOSED_NOT_IMPLEMENTED, "meeting": ""})])
@example(
    decided=False,
    stories=[("close", {"which": 0, "status": Status.SUPERSEDED, "reason": "", "meeting": "", "recorded": None})],
)
@example(
    decided=False,
    stories=[("try_the_gate", {"which": 1, "left_out": "", "meddling": "", "through": "workbook", "again": True})],
)
@given(decided=st.booleans(), stories=st.lists(STORY, min_size=1, max_size=4))
def test_no_story_gets_round_the_rules(decided: bool, stories: list[tuple[str, dict[str, Any]]]) -> None:
    gate = Gate()
    try:
        gate.open(quorum=1, decided=decided)
        gate.no_original_date_is_lost()
        for story in stories:
            gate.tell(story)
            gate.nothing_passes_the_gate_unshown()
            gate.no_original_date_is_lost()
            gate.nothing_refused_is_closed_without_reasons()
    finally:
        gate.teardown()


TestGate = Gate.TestCase
TestGate.settings = settings(
    max_examples=8, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)


@pytest.mark.proof
class TestGateLong(Gate.TestCase):  # type: ignore[misc,name-defined]
    settings = settings(
        max_examples=150, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
    )
