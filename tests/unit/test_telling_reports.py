"""Subscriptions: a report goes to its audience once a slot, as it was made."""

from __future__ import annotations

import shutil

import pytest
from post_place import Place
from sweep_place import MANAGER, action

from actiontrack.domain.ledger import Send
from actiontrack.domain.nouns import Leg
from actiontrack.domain.policy import Subscription
from actiontrack.errors import RetryableError
from actiontrack.services.telling import deliver
from actiontrack.services.telling.subscriptions import publish

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
