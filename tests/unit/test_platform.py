"""A board's platform, in memory: reviews come in field by field, decisions are told once, a fault stays with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import cast

import pytest
from systems import ONE, Office, System

from actiontrack.domain.fields import Actor
from actiontrack.domain.ledger import Escalation, Send, SendState, StoredIssue
from actiontrack.domain.nouns import Review
from actiontrack.domain.vocabulary import Publication, Side
from actiontrack.errors import RetryableError, UserError
from actiontrack.ports import HostedReview, Platform, SetUp
from actiontrack.services.records import asking, nouns
from actiontrack.services.sync import answers


class Host(System):
    """A system that is a board's platform. `said` is what was commented: (record, text), by key."""

    def __init__(self) -> None:
        super().__init__()
        self.hosted: list[HostedReview] = []
        self.said: dict[str, tuple[str, str]] = {}
        self.lost = 0
        """How many of the next comments arrive without an answer."""
        self.failing: Exception | None = None

    def set_up(self, hook: str = "") -> SetUp:
        return SetUp((), "", "")

    def reviews(self) -> Sequence[HostedReview]:
        if self.failing is not None:
            raise self.failing
        return self.hosted

    def comment(self, remote_id: str, text: str, key: str) -> None:
        assert self.said.setdefault(key, (remote_id, text)) == (remote_id, text)
        if self.lost:
            self.lost -= 1
            raise RetryableError("it does not answer")


class Board(Office):
    """An office whose system is its platform."""

    def __init__(self) -> None:
        self.host = Host()
        super().__init__(self.host, (ONE,))
        self.asker = asking.Asker("manager", Actor(Side.BOARD))

    def hosts(self) -> None:
        """From here on it has a platform."""
        self.reconfigure(platform=True)
        self.sync()
        self.sync()

    @property
    def ref(self) -> str:
        return str(self.here()[ONE]["ref"])

    def set(self, **values: str) -> None:
        asking.set_fields(self.core, self.ref, values, self.asker)

    def review(self, ref: str) -> Review:
        (found,) = self.stored(Review, ref=ref)
        return cast("Review", found)

    def issues(self) -> list[str]:
        return [each.text for each in self.stored(StoredIssue, source="tickets")]


@pytest.fixture
def board() -> Iterator[Board]:
    made = Board()
    made.hosts()
    yield made
    made.core.store.close()  # type: ignore[attr-defined]


def hosted(title: str = "Adult K", publication: str = "embargoed", **changes: str) -> HostedReview:
    return HostedReview("7", "SAR-1", {"title": title, "regime": "SAR", "publication": publication} | changes)


def test_a_host_is_a_platform() -> None:
    assert isinstance(Host(), Platform)
    assert not isinstance(System(), Platform)


def test_a_review_is_made_embargoed_unless_it_says_otherwise(board: Board) -> None:
    board.host.hosted = [hosted(publication="")]
    board.sync()
    assert board.review("SAR-1").publication is Publication.EMBARGOED
    assert (board.review("SAR-1").title, board.review("SAR-1").regime) == ("Adult K", "SAR")


def test_only_what_changed_there_comes_in(board: Board) -> None:
    board.host.hosted = [hosted()]
    board.sync()
    nouns.set_noun(board.core, "review", "SAR-1", {"title": "Adult K, here"}, who="manager")
    board.host.hosted = [hosted(publication="published")]
    board.sync()
    assert (board.review("SAR-1").title, board.review("SAR-1").publication) == ("Adult K, here", Publication.PUBLISHED)
    board.host.hosted = [hosted("", "")]
    board.sync()
    assert board.review("SAR-1").title == "Adult K, here", "a blank erases nothing"
    assert board.issues() == []


def test_a_field_that_both_changed_is_asked_about_until_they_agree(board: Board) -> None:
    board.host.hosted = [hosted()]
    board.sync()
    nouns.set_noun(board.core, "review", "SAR-1", {"title": "Adult K, here"}, who="manager")
    board.host.hosted = [hosted("Adult K, there")]
    board.sync()
    assert board.review("SAR-1").title == "Adult K, here"
    assert len(board.issues()) == 1
    nouns.set_noun(board.core, "review", "SAR-1", {"title": "Adult K, there"}, who="manager")
    board.sync()
    assert board.issues() == []


def test_what_can_not_be_told_apart_or_read_is_left_alone(board: Board) -> None:
    twice = replace(hosted(), remote_id="8")
    nameless = replace(hosted(), remote_id="9", ref="")
    other = HostedReview("10", "SAR-2", {"publication": "perhaps"})
    board.host.hosted = [hosted(), twice, nameless, other]
    board.sync()
    assert len(board.issues()) == 4
    assert board.review("SAR-2").publication is Publication.EMBARGOED


def test_decisions_are_told_once(board: Board) -> None:
    board.set(current_due="2026-12-01")
    board.set(current_due="2027-02-01")
    (proposal,) = board.open_proposals
    answers.answer_proposal(board.core, proposal.id, accept=True, reason="Agreed in November", who="chair")
    board.host.lost = 1
    assert board.sync().status == "deferred"
    assert board.sync().status == "ok"
    board.sync()
    ((key, text),) = board.host.said.values()
    assert key == board.host.key(ONE)
    assert text.startswith("The Board agreed to 1 February 2027 as its due date instead of 1 December 2026")
    assert text.endswith("Agreed in November")


def test_a_closure_is_told_with_its_reason(board: Board) -> None:
    board.set(status="closed_not_implemented", status_reason="The service closed")
    board.sync()
    board.sync()
    ((_, text),) = board.host.said.values()
    assert text == "The Board's decision: closed not implemented. The service closed"


@pytest.mark.parametrize("level", ["L2", "L2: the lead"])
def test_an_escalation_is_told_with_how_late_it_is_once_and_a_reminder_not(board: Board, level: str) -> None:
    def raised(level: str, days_overdue: int) -> Escalation:
        return Escalation(
            action=board.ref, level=level, period=date(2026, 9, 1), state="raised", days_overdue=days_overdue,
            at=board.core.clock.now(),
        )  # fmt: skip

    with board.core.store.writing("manager", "sweep") as writer:
        writer.put(raised("R5", 0), raised(level, 84))
    board.sync()
    board.sync()
    ((_, text),) = board.host.said.values()
    assert text == f"Escalated: {level}. It is 84 days overdue."
    (send,) = (each for each in cast("list[Send]", board.stored(Send)) if each.kind.startswith("escalation:"))
    assert send.state is SendState.SENT


def test_what_was_decided_before_there_was_a_platform_is_not_told() -> None:
    board = Board()
    board.set(status="closed_not_implemented", status_reason="The service closed")
    board.hosts()
    assert board.host.said == {}
    board.core.store.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("error", [RetryableError("it does not answer"), UserError("no such queue"), ValueError("x")])
def test_reviews_that_can_not_be_read_hold_nothing_up(board: Board, error: Exception) -> None:
    board.host.failing = error
    board.host.records["r9"] = {"text": "Made there"}
    board.sync()
    assert len(board.open_proposals) == 1
