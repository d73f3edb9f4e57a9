"""The outbox over a real store: each matter told once, in time, and kept whatever becomes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from post_place import Place, Post
from sweep_place import MANAGER, OFFICER, action

from actiontrack.adapters.calendar import NationCalendar
from actiontrack.domain.ledger import Send, SendState, StoredIssue
from actiontrack.domain.nouns import Meeting
from actiontrack.domain.policy import Board
from actiontrack.domain.vocabulary import Nation, Status
from actiontrack.errors import NotAllowed, NotFound, RetryableError, SkippableError, UserError
from actiontrack.ports import Message
from actiontrack.services.core import Way
from actiontrack.services.sweep import sweep
from actiontrack.services.telling import Delivered, alarm, deliver
from actiontrack.services.telling.hours import back_off
from actiontrack.services.telling.listing import list_sends, send_again, show_send

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
