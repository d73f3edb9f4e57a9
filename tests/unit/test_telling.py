"""The outbox over a real store: each matter told once, in time, and kept whatever becomes of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actiontrack.adapters.calendar import NationCalendar
from actiontrack.adapters.store import open_store
from actiontrack.domain.addresses import is_address
from actiontrack.domain.ledger import Escalation, Send, SendState, StoredIssue
from actiontrack.domain.nouns import Action, Agency, Leg, Meeting
from actiontrack.domain.policy import Board, Subscription
from actiontrack.domain.vocabulary import Nation, Status
from actiontrack.errors import NotAllowed, NotFound, RetryableError, SkippableError, UserError
from actiontrack.hooks import load_plugins
from actiontrack.ports import Message
from actiontrack.services.core import Core, Way
from actiontrack.services.sweep import sweep
from actiontrack.services.telling import Delivered, alarm, deliver
from actiontrack.services.telling.hours import back_off
from actiontrack.services.telling.listing import list_sends, send_again, show_send
from actiontrack.services.telling.subscriptions import publish

LONDON = ZoneInfo("Europe/London")
OFFICER, LEAD, MANAGER = "officer@pol.example", "lead@pol.example", "manager@board.example"
LONG_AGO = datetime(2026, 1, 5, 9, tzinfo=UTC)


class Clock:
    """Stands at a wall-clock time of the board's."""

    def __init__(self) -> None:
        self.at = datetime(2026, 9, 8, 9, tzinfo=LONDON)

    def now(self) -> datetime:
        return self.at.astimezone(UTC)

    def today(self) -> date:
        return self.at.date()


class Killed(BaseException):
    """The process ends here: before the message has gone, or (late) after it, and before anybody wrote that down."""

    def __init__(self, *, late: bool) -> None:
        self.late = late


@dataclass
class Post:
    """A notifier that keeps what it is given. `fails` are raised one after the other, None lets one go."""

    messages: list[Message] = field(default_factory=list)
    fails: list[BaseException | None] = field(default_factory=list)
    meanwhile: Any = None

    def send(self, message: Message) -> str:
        if self.meanwhile is not None:
            self.meanwhile()
        failure = self.fails.pop(0) if self.fails else None
        if isinstance(failure, Killed) and failure.late:
            self.messages.append(message)
        if failure is not None:
            raise failure
        self.messages.append(message)
        return "250 taken"

    def check(self) -> Sequence[Any]:
        return ()


class Place:
    """A board with a store in memory, whose people are told by `post`."""

    def __init__(self, folder: Path = Path(), **board: Any) -> None:
        self.clock, self.post = Clock(), Post()
        self.store = open_store("sqlite://", "board", clock=self.clock)
        self.core = Core(
            store=self.store,
            clock=self.clock,
            calendar=NationCalendar(Nation.ENG),
            hooks=load_plugins(installed=False),
            board=Board(**{"name": "Exampleshire", "manager": MANAGER, "chair": "chair@board.example"} | board),
            agencies=[Agency(code="POL", name="Police", lead=LEAD, executive="acc@pol.example")],
            instances={},
            connectors={},
            ways=[Way("post", (), lambda: self.post)],
            outbox=folder / "outbox",
        )

    def have(self, *items: Any) -> None:
        with self.store.writing("test", "test") as writer:
            writer.put(*items)

    def all(self, noun: Any, **where: Any) -> list[Any]:
        with self.store.reading() as reader:
            return reader.find(noun, **where)

    def move(self, day: int, at: str = "09:00", month: int = 9) -> None:
        self.clock.at = datetime.combine(date(2026, month, day), time.fromisoformat(at), LONDON)

    def sweep_and_deliver(self) -> Delivered:
        sweep(self.core, who="Ada")
        return deliver(self.core)

    def told(self) -> list[str]:
        return [each.to for each in self.post.messages]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    made.store.close()


def action(ref: str = "AT-1", due: date = date(2026, 9, 4), **fields: Any) -> Action:
    held = {"text": "t", "lead_agency": "POL", "lead_officer": OFFICER, "created_at": LONG_AGO, "changed_at": LONG_AGO}
    return Action(ref=ref, current_due=due, original_due=due, **{**held, **fields})


# --- when -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "at", "goes"),
    [
        (8, "07:59", False),
        (8, "08:00", True),
        (8, "17:59", True),
        (8, "18:00", False),
        (8, "23:59", False),
        (12, "10:00", False),  # a Saturday
        (13, "10:00", False),
    ],
)
def test_people_are_told_within_the_hours_on_working_days(place: Place, day: int, at: str, goes: bool) -> None:
    place.have(action())
    place.move(8, "06:00")
    sweep(place.core, who="Ada")
    place.move(day, at)
    assert deliver(place.core).waiting == (not goes)
    assert bool(place.post.messages) is goes


def test_not_on_a_bank_holiday_of_the_nation() -> None:
    place = Place(nation=Nation.ENG)
    place.have(action(due=date(2026, 8, 28)))
    place.move(31, "10:00", month=8)
    place.sweep_and_deliver()
    assert place.post.messages == []
    place.core = replace(place.core, calendar=NationCalendar(Nation.SCT))
    deliver(place.core)
    assert place.told() == []  # the digest is of the next working day there was where it was made
    place.move(1, "10:00")
    deliver(place.core)
    assert place.told() == [OFFICER]
    place.store.close()


def test_a_board_has_its_own_hours() -> None:
    place = Place(send_from="06:30", send_until="07:00")
    place.have(action())
    place.move(8, "08:00")
    place.sweep_and_deliver()
    assert place.post.messages == []
    assert deliver(place.core, at_any_hour=True).sent == 1
    place.store.close()


def test_without_a_notifier_nothing_is_lost(place: Place) -> None:
    place.have(action())
    mute = replace(place.core, ways=[])
    sweep(mute, who="Ada")
    assert deliver(mute) == Delivered()
    place.move(9)
    assert deliver(place.core).sent == 1


# --- one digest -----------------------------------------------------------------------------------------------------


def test_one_digest_a_person_a_day(place: Place) -> None:
    place.have(action("AT-1"))
    place.sweep_and_deliver()
    place.have(action("AT-2"), action("AT-3", lead_officer="other@pol.example"))
    place.sweep_and_deliver()
    assert place.told() == [OFFICER, "other@pol.example"]
    place.move(9, "08:00")
    deliver(place.core)
    assert place.told() == [OFFICER, "other@pol.example", OFFICER]
    assert ("AT-1" in place.post.messages[2].text, "AT-2" in place.post.messages[2].text) == (False, True)


def test_one_made_in_the_evening_and_the_next_mornings_go_together(place: Place) -> None:
    place.have(action("AT-1"))
    place.move(8, "20:00")
    place.sweep_and_deliver()
    place.move(9, "08:30")
    place.have(action("AT-2"))
    place.sweep_and_deliver()
    (message,) = place.post.messages
    assert all(ref in message.text for ref in ("AT-1", "AT-2"))


def test_those_that_an_earlier_version_left_go_together(place: Place) -> None:
    place.have(action("AT-1"), action("AT-2"))
    sweep(place.core, who="Ada")
    (row,) = place.all(Send)
    place.have(
        row.model_copy(update={"refs": ("AT-1",)}),
        row.model_copy(update={"refs": ("AT-2",), "period": date(2026, 9, 7)}),
    )
    assert deliver(place.core).sent == 1
    assert deliver(place.core).waiting == 0
    (message,) = place.post.messages
    assert all(ref in message.text for ref in ("AT-1", "AT-2"))


@pytest.mark.parametrize(
    "change", [{"status": Status.VERIFIED}, {"current_due": date(2026, 12, 1)}, {"current_due": None}]
)
def test_what_was_settled_meanwhile_is_not_told(place: Place, change: dict[str, Any]) -> None:
    place.have(action("AT-1"), action("AT-2"))
    sweep(place.core, who="Ada")
    place.have(action("AT-1").model_copy(update=change))
    deliver(place.core)
    (message,) = place.post.messages
    assert ("AT-1" in message.text, "AT-2" in message.text) == (False, True)


def test_where_nothing_is_left_nobody_is_told(place: Place) -> None:
    place.have(action())
    sweep(place.core, who="Ada")
    place.have(action(status=Status.VERIFIED))
    assert deliver(place.core).waiting == 0
    assert (place.post.messages, place.all(Send)[0].state) == ([], SendState.NEEDLESS)


def test_a_long_digest_tells_how_many_more(place: Place) -> None:
    place.have(*(action(f"AT-{at}") for at in range(1200)))
    place.sweep_and_deliver()
    (message,) = place.post.messages
    assert "Overdue (1200)" in message.text
    assert "And 1000 more" in message.text
    assert message.text.count("\n* AT-") == 200


def test_its_bytes_are_the_same_again(place: Place) -> None:
    place.have(action("AT-1"), Meeting(ref="M-1", body="B", date=date(2026, 10, 1)))
    sweep(place.core, who="Ada")
    place.post.fails = [RetryableError("later")]
    given: list[Message] = []
    keep = place.post.send
    place.post.send = lambda message: (given.append(message), keep(message))[1]  # type: ignore[method-assign]
    deliver(place.core)
    place.have(action("AT-1", due=date(2027, 1, 1)), Meeting(ref="M-1", body="B", date=date(2027, 10, 1)))
    place.move(8, "12:00")
    deliver(place.core)
    assert given[0] == given[1]
    assert len(place.post.messages) == 1


# --- what goes wrong ------------------------------------------------------------------------------------------------


def test_two_at_once_send_each_once(place: Place) -> None:
    place.have(*(action(f"AT-{at}", lead_officer=f"o{at}@pol.example") for at in range(4)))
    sweep(place.core, who="Ada")
    others: list[Delivered] = []

    def meanwhile() -> None:
        place.post.meanwhile = None
        others.append(deliver(place.core))

    place.post.meanwhile = meanwhile
    mine = deliver(place.core)
    assert (mine.sent, others[0].sent) == (1, 3)
    assert sorted(place.told()) == [f"o{at}@pol.example" for at in range(4)]


def test_two_at_once_try_one_again_once(place: Place) -> None:
    place.have(action("AT-1"), action("AT-2", lead_officer="other@pol.example"))
    place.post.fails = [RetryableError("later"), RetryableError("later")]
    place.sweep_and_deliver()
    place.move(8, "09:20")
    place.post.fails = [RetryableError("later again")]
    place.post.meanwhile = lambda: (setattr(place.post, "meanwhile", None), deliver(place.core))
    deliver(place.core)
    assert place.told() == [OFFICER], "the other's next try is not due any more"
    assert [each.attempts for each in place.all(Send)] == [2, 2]


def test_what_waits_beside_todays_digest_stays_for_tomorrow(place: Place) -> None:
    place.have(action("AT-1"))
    place.sweep_and_deliver()
    place.have(
        place.all(Send)[0].model_copy(
            update={"period": date(2026, 9, 7), "state": SendState.WAITING, "claimed_at": None}
        )
    )
    assert (deliver(place.core).sent, deliver(place.core).waiting) == (0, 1)


@pytest.mark.parametrize("error", [ValueError("a word of somebody's"), KeyError("x")])
def test_a_notifier_that_breaks_holds_up_its_own_only(place: Place, error: Exception) -> None:
    place.have(action())
    place.post.fails = [error]
    done = place.sweep_and_deliver()
    assert (done.failed, done.waiting) == (1, 1)
    (issue,) = place.all(StoredIssue)
    assert type(error).__name__ in issue.text
    assert "somebody" not in issue.text + "".join(done.problems)
    place.move(8, "12:00")
    assert deliver(place.core).sent == 1
    assert place.all(StoredIssue) == []


def test_of_several_notifiers_the_first_that_fits_tells(place: Place) -> None:
    other = Post()
    ways = [Way("police", ("*@POL.example",), lambda: other), Way("rest", (), lambda: place.post)]
    place.core = replace(place.core, ways=ways)
    place.have(action("AT-1"), action("AT-2", lead_officer="x@nhs.example"))
    place.sweep_and_deliver()
    assert ([each.to for each in other.messages], place.told()) == ([OFFICER], ["x@nhs.example"])


def test_an_address_that_no_notifier_is_for_is_told_of(place: Place) -> None:
    place.core = replace(place.core, ways=[Way("police", ("*@nhs.example",), lambda: place.post)])
    place.have(action())
    for _ in range(2):
        assert place.sweep_and_deliver().waiting == 1
    (issue,) = place.all(StoredIssue)
    assert issue.text == f"No notifier is for {OFFICER}."
    place.core = replace(place.core, ways=[Way("all", (), lambda: place.post)])
    deliver(place.core)
    assert (place.told(), place.all(StoredIssue)) == ([OFFICER], [])


def test_one_way_that_fails_leaves_the_other_going(place: Place) -> None:
    broken = Post(fails=[UserError("535 who are you")] * 9)
    ways = [Way("police", ("*@pol.example",), lambda: broken), Way("rest", (), lambda: place.post)]
    place.core = replace(place.core, ways=ways)
    people = ["a@pol.example", "b@nhs.example", "c@pol.example", "d@nhs.example"]
    place.have(*(action(f"AT-{at}", lead_officer=each) for at, each in enumerate(people)))
    done = place.sweep_and_deliver()
    assert (done.sent, done.failed, done.waiting) == (2, 1, 2)
    assert len(broken.fails) == 8, "one try, then its rest"


def test_the_other_side_says_when_to_come_back(place: Place) -> None:
    place.have(action())
    place.post.fails = [RetryableError("busy", retry_after=3600)]
    place.sweep_and_deliver()
    assert place.all(Send)[0].retry_at == place.clock.now() + timedelta(hours=1)


def test_tries_grow_rarer_and_never_end() -> None:
    waits = [back_off(tries) for tries in range(1, 200)]
    assert waits == sorted(waits)
    assert waits[0] == timedelta(minutes=1)
    assert waits[-1] == timedelta(hours=4)


def test_a_manager_who_can_not_be_told_is_not_told_of_it(place: Place) -> None:
    place.have(action(lead_officer=MANAGER))
    place.post.fails = [SkippableError("550 no")]
    place.sweep_and_deliver()
    assert [each.state for each in place.all(Send)] == [SendState.REFUSED]
    assert len(place.all(StoredIssue)) == 1


def test_what_is_no_address_is_kept(place: Place) -> None:
    place.core = replace(place.core, board=Board(name="E", manager="Business Unit"))
    place.have(action(lead_officer="", lead_agency=""))
    assert place.sweep_and_deliver().refused == 1
    (send,) = place.all(Send)
    assert (send.state, send.why) == (SendState.REFUSED, "this is no e-mail address")


def test_one_is_tried_again_when_asked(place: Place) -> None:
    place.have(action())
    place.post.fails = [SkippableError("550 no")]
    place.sweep_and_deliver()
    (row,) = list_sends(place.core, state="refused")
    assert (row["to"], row["why"], row["attempts"]) == (OFFICER, "550 no", 1)
    shown = show_send(place.core, row["id"])
    assert "AT-1, due 4 September 2026" in shown["text"]
    assert (shown["refs"], shown["files"]) == (["AT-1"], ["action-plan.ics"])
    send_again(place.core, row["id"], who="Ada", dry_run=True)
    assert len(list_sends(place.core, state="refused")) == 1
    send_again(place.core, row["id"], who="Ada")
    deliver(place.core)
    assert OFFICER in place.told()
    with pytest.raises(NotAllowed, match="nothing of it is left"):
        send_again(place.core, row["id"], who="Ada")
    with pytest.raises(NotFound):
        send_again(place.core, "ffff", who="Ada")


def test_a_clock_that_ran_ahead_silences_nobody_for_long(place: Place) -> None:
    place.have(action("AT-1"), action("AT-2", lead_officer="other@pol.example"))
    place.post.fails = [RetryableError("busy")]
    place.move(14)
    place.sweep_and_deliver()
    assert len(place.post.messages) == 1
    place.move(8)
    place.have(action("AT-3"), action("AT-4", lead_officer="other@pol.example"))
    sweep(place.core, who="Ada")
    for hour in ("10:00", "11:00"):
        place.move(8, hour)
        deliver(place.core)
    place.move(9)
    deliver(place.core)
    assert all(any(ref in each.text for each in place.post.messages) for ref in ("AT-1", "AT-2", "AT-3", "AT-4"))


# --- alarms ---------------------------------------------------------------------------------------------------------


def test_an_alarm_reaches_the_manager_once_a_day(place: Place) -> None:
    for _ in range(3):
        alarm(place.core, "The scheduler has not run since Monday.")
    (message,) = place.post.messages
    assert (message.to, message.subject) == (MANAGER, "actiontrack needs somebody")
    assert "The scheduler has not run since Monday." in message.text
    alarm(place.core, "Another matter.")
    place.move(9)
    alarm(place.core, "The scheduler has not run since Monday.")
    assert len(place.post.messages) == 3


def test_an_alarm_at_night_waits_for_the_morning(place: Place) -> None:
    place.move(8, "22:00")
    alarm(place.core, "Late.")
    assert place.post.messages == []
    place.move(9, "08:00")
    deliver(place.core)
    assert place.told() == [MANAGER]


# --- subscriptions --------------------------------------------------------------------------------------------------

PACK = Subscription(
    name="pack", report="board", audience=("manager", "sub@group.example"), at="08:30", formats=("html", "json")
)


def test_a_report_goes_to_its_audience_once_a_slot(place: Place) -> None:
    place.have(action())
    assert publish(place.core, PACK) == 2
    assert publish(place.core, PACK) == 0
    deliver(place.core)
    assert place.told() == [MANAGER, "sub@group.example"]
    names = [each.name for each in place.post.messages[0].attachments]
    assert names == ["board-report-2026-09-08.html", "board-report-2026-09-08.json"]
    assert b"<!DOCTYPE html>" in place.post.messages[0].attachments[0].content
    place.move(9, "08:00")
    assert publish(place.core, PACK) == 0, "today's is not due yet: yesterday's was given"
    place.move(9, "08:30")
    assert publish(place.core, PACK) == 2


def test_an_agencys_pack_goes_to_the_agency(place: Place) -> None:
    told = action()
    place.have(told, Leg(action=told.ref, agency="POL"))
    own = PACK.model_copy(update={"report": "agency", "about": "POL", "audience": ("lead@pol.example",)})
    assert publish(place.core, own) == 1
    deliver(place.core)
    [message] = place.post.messages
    assert message.subject == "Your agency's pack as at 8 September 2026"
    assert [each.name for each in message.attachments] == [
        "agency-report-POL-2026-09-08.html", "agency-report-POL-2026-09-08.json",
    ]  # fmt: skip


def test_its_files_are_done_away_with_when_all_have_it(place: Place) -> None:
    place.have(action())
    publish(place.core, PACK)
    place.post.fails = [None, RetryableError("later")]
    deliver(place.core)
    assert list(place.core.outbox.rglob("*.html"))
    place.move(8, "12:00")
    deliver(place.core)
    assert not list(place.core.outbox.rglob("*.html"))
    assert len(place.post.messages) == 2


@pytest.mark.parametrize("spoil", ["change", "remove"])
def test_a_report_that_is_not_what_was_made_does_not_go(place: Place, spoil: str) -> None:
    place.have(action())
    publish(place.core, PACK)
    if spoil == "change":
        next(place.core.outbox.rglob("*.html")).write_bytes(b"another")
    else:
        shutil.rmtree(place.core.outbox)
    assert deliver(place.core).refused == 2
    assert all("make the report again" in each.why for each in place.all(Send, state="refused"))


def test_an_empty_report_is_left_out_unless_it_is_wanted(place: Place) -> None:
    assert publish(place.core, PACK) == 0
    assert publish(place.core, PACK.model_copy(update={"skip_empty": False})) == 2


# --- addresses ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("good", ["a@b.example", "a.b+c@sub.b-c.example", "o'neill@x.example"])
def test_an_address(good: str) -> None:
    assert is_address(good)


@pytest.mark.parametrize(
    "bad",
    ["", "a", "a@b", "@b.example", "a@.example", "a b@c.example", "a@b.example,c@d.example", "A <a@b.example>",
     "a@b.example\r\nBcc: c@d.example", "a@b.example\n", "a@[127.0.0.1]", '"a b"@c.example', "a..b@c.example",
     "á@b.example", f"{'a' * 65}@b.example", f"a@{'b' * 250}.example", "a@-b.example"],
)  # fmt: skip
def test_none(bad: str) -> None:
    assert not is_address(bad)


@given(st.text())
def test_an_address_can_end_no_line_and_name_no_other(text: str) -> None:
    for each in (text, f"a@{text}.example", f"{text}@b.example"):
        if is_address(each):
            assert each.isascii()
            assert not set(each) & set(' \r\n\t<>,;:\\"()[]')
            assert each.count("@") == 1


# --- whatever happens -----------------------------------------------------------------------------------------------

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
