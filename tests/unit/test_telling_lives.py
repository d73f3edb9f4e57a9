"""Whatever becomes of mail servers, processes and clocks, each matter is told once, in time, and none is lost."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from post_place import Killed, Place
from sweep_place import LONDON, action

from actiontrack.domain.ledger import Escalation, Send, SendState
from actiontrack.domain.nouns import Action
from actiontrack.domain.vocabulary import Status
from actiontrack.errors import RetryableError, SkippableError, UserError
from actiontrack.ports import Message
from actiontrack.services.sweep import sweep
from actiontrack.services.telling import deliver

FAILURES: tuple[BaseException | None, ...] = (
    None, None, RetryableError("451"), UserError("535"), SkippableError("550"), Killed(late=False), Killed(late=True),
)  # fmt: skip
Happens = list[tuple[str, int, list[BaseException | None]]]
steps = st.lists(
    st.tuples(
        st.sampled_from(["sweep", "deliver", "new", "close"]),
        st.integers(1, 40),  # hours that pass
        st.lists(st.sampled_from(FAILURES), max_size=4),
    ),
    min_size=5,
    max_size=40,
)


@settings(max_examples=50, deadline=None)
@given(steps)
def test_whatever_happens_each_matter_is_told_once_in_time_and_none_is_lost(happens: Happens) -> None:
    Life().live(happens)


@pytest.mark.proof
@settings(max_examples=500, deadline=None)
@given(steps)
def test_whatever_happens_at_length(happens: Happens) -> None:
    Life().live(happens)


class Life:
    """A board in whose time things happen, and the mail server fails, and the process is killed."""

    def __init__(self) -> None:
        self.place, self.made, self.kills = Place(), 0, 0
        self.sent: list[tuple[datetime, Message]] = []

    def live(self, happens: Happens) -> None:
        for what, hours, fails in happens:
            self.place.clock.at += timedelta(hours=hours)
            self.do(what)
            self.deliver(fails)
        for _ in range(20):  # at last everything works for a fortnight and longer
            self.place.clock.at = datetime.combine(self.place.clock.today() + timedelta(days=1), time(9), LONDON)
            self.deliver([])
        self.check_messages()
        self.check_matters()
        self.place.store.close()

    def do(self, what: str) -> None:
        if what == "sweep":
            sweep(self.place.core, who="Ada")
            return
        self.made += what == "new"
        if self.made:
            status = Status.VERIFIED if what == "close" else Status.NOT_STARTED
            self.place.have(action(f"AT-{self.made}", lead_officer=f"o{self.made % 3}@pol.example", status=status))

    def deliver(self, fails: list[BaseException | None]) -> None:
        self.place.post.fails = list(fails)
        before = len(self.place.post.messages)
        try:
            deliver(self.place.core)
        except Killed:
            self.kills += 1
        self.sent += [(self.place.clock.at, message) for message in self.place.post.messages[before:]]

    def check_messages(self) -> None:
        """In time, one a person a day, and again only after a kill: the same then, down to the byte."""
        told: dict[str, tuple[datetime, Message]] = {}
        for moment, message in self.sent:
            assert time(8) <= moment.time() < time(18)
            assert self.place.core.calendar.is_working_day(moment.date())
            assert told.setdefault(message.key, (moment, message))[1] == message
        assert len(self.sent) - len(told) <= self.kills
        days = [(message.to, moment.date()) for moment, message in told.values()]
        assert len(days) == len(set(days))

    def check_matters(self) -> None:
        """Whatever was raised was told, unless it was settled before."""
        rows = self.place.all(Send)
        assert {each.state for each in rows} <= {SendState.SENT, SendState.REFUSED, SendState.NEEDLESS}
        for each in self.place.all(Escalation, state="raised"):
            holding = [row for row in rows if each.action in row.refs and row.person == each.to]
            assert holding, "what was raised stands in a digest"
            if not any(each.action in row.words.get("text", "") and row.claimed_at >= each.at for row in holding):
                (now,) = self.place.all(Action, ref=each.action)
                assert now.status is Status.VERIFIED or any(row.state is SendState.NEEDLESS for row in holding)


def test_one_that_could_not_go_yesterday_and_todays_do_not_come_together(place: Place) -> None:
    place.have(action("AT-1"))
    place.post.fails = [RetryableError("451")]
    place.sweep_and_deliver()
    place.move(9)
    place.have(action("AT-2"))
    place.sweep_and_deliver()
    place.move(9, "12:00")
    deliver(place.core)
    assert ["AT-2" in each.text for each in place.post.messages] == [False]
    place.move(10)
    deliver(place.core)
    assert ["AT-2" in each.text for each in place.post.messages] == [False, True]
