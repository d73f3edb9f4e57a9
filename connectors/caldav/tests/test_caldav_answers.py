"""Answers of servers that Radicale does not give: pages, texts left out, values changed in storing, and nonsense."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from between import Between, Said, between
from pydantic import ValidationError

from actiontrack.api import AccessRefused, Batch, CursorExpired, Outcome, RetryableError, UserError, Write
from actiontrack.testing import web_context
from actiontrack_caldav.connector import CalDavConnector
from actiontrack_caldav.options import CalDavOptions

HEAD = '<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">'
TASK = (
    "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:{0}@actiontrack\r\nX-ACTIONTRACK-REF:AT-0000-0000-0001\r\nSUMMARY:{1}\r\n"
    "STATUS:NEEDS-ACTION\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def stand() -> Iterator[Between]:
    with between("http://127.0.0.1:9/dav/my%20list/") as found:
        yield found


def connector(stand: Between, **options: Any) -> CalDavConnector:
    return CalDavConnector(CalDavOptions.model_validate({"url": stand.url, **options}), web_context({"KEY": "k-1"}))


def dav(*responses: str, token: str = "t-1") -> Said:
    token = f"<sync-token>{token}</sync-token>" if token else ""
    return Said(207, f"{HEAD}{''.join(responses)}{token}</multistatus>".encode(), "application/xml")


def told(href: str, text: str = "", etag: str = '"1"') -> str:
    data = f"<C:calendar-data>{TASK.format(href.removesuffix('.ics'), text)}</C:calendar-data>" if text else ""
    missing = (
        "" if text else "<propstat><prop><C:calendar-data/></prop><status>HTTP/1.1 404 Not Found</status></propstat>"
    )
    return (
        f"<response><href>/dav/my%20list/{href}</href><propstat><prop><getetag>{etag}</getetag>{data}</prop>"
        f"<status>HTTP/1.1 200 OK</status></propstat>{missing}</response>"
    )


def answers(*said: Said) -> Callable[[str, str, bytes], Said]:
    """One after another; the last stays."""
    waiting = list(said)
    return lambda method, path, body: waiting.pop(0) if len(waiting) > 1 else waiting[0]


def test_a_long_list_comes_in_pages_and_what_has_no_text_is_asked_for(stand: Between) -> None:
    more = "<response><href>/dav/my%20list/</href><status>HTTP/1.1 507 Insufficient Storage</status></response>"
    gone = "<response><href>/dav/my%20list/c.ics</href><status>HTTP/1.1 404 Not Found</status></response>"
    bodies: list[bytes] = []
    said = answers(
        dav(told("a.ics", "A"), more), dav(told("b.ics"), gone, token="t-2"), dav(told("b.ics", "B"), token="")
    )

    def instead(method: str, path: str, body: bytes) -> Said:
        bodies.append(body)
        return said(method, path, body)

    stand.instead = instead
    seen = connector(stand).observe("", {})
    assert {each.remote_id: each.fields["text"] for each in seen.records} == {"a.ics": "A", "b.ics": "B"}
    assert (list(seen.gone), seen.cursor, seen.complete) == (["c.ics"], " t-2", True)
    assert b"t-1" in bodies[1], "it goes on from where the page ended"
    assert b"<D:href>/dav/my%20list/b.ics</D:href>" in bodies[2]


@pytest.mark.parametrize(
    "said",
    [
        dav(told("a.ics", "A"), token=""),
        Said(200, b"<html>Please sign in</html>"),
        Said(207, b"no XML"),
        Said(207, b'<!DOCTYPE x [<!ENTITY a "b">]><multistatus xmlns="DAV:"/>'),
        Said(404),
        Said(405),
        dav(*["<response><href>/dav/my%20list/</href><status>HTTP/1.1 507 x</status></response>"], token="t-1"),
    ],
)
def test_nonsense_is_never_taken_for_an_empty_list(stand: Between, said: Said) -> None:
    stand.instead = answers(said)
    with pytest.raises(UserError) as error:
        connector(stand).observe("", {})
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("status", [400, 403, 409, 410, 412])
def test_a_token_that_is_not_known_any_more_asks_for_everything(stand: Between, status: int) -> None:
    stand.instead = answers(Said(status, b'<error xmlns="DAV:"><valid-sync-token/></error>'))
    with pytest.raises(CursorExpired):
        connector(stand).observe(" t-0", {})


def test_being_busy_is_told_apart_from_being_refused(stand: Between) -> None:
    stand.instead = answers(Said(503, headers={"Retry-After": "60"}))
    with pytest.raises(RetryableError):
        connector(stand).observe(" t-0", {})
    stand.instead = answers(Said(401))
    with pytest.raises(AccessRefused) as error:
        connector(stand, user="me", password={"env": "KEY"}).observe("", {})
    assert "k-1" not in str(error.value)


def update(text: str) -> Batch:
    before = {"text": "A", "current_due": None}
    after = {"text": text, "current_due": date(2026, 3, 29)}
    return Batch([Write("op-1", "a.ics", 0, creates=False, before=before, after=after)], "", "", {})


def outcome_of(stand: Between, batch: Batch, shown: str, etag: str, answer: Said) -> Outcome:
    """What comes of a write, where the server shows A, answers so to the PUT, and then shows something else."""
    said = answers(dav(told("a.ics", "A"), token=""), answer, dav(told("a.ics", shown, etag), token=""))
    stand.instead = said
    (outcome,) = connector(stand).apply(batch)
    return outcome


def test_a_write_is_judged_by_what_is_there_afterwards(stand: Between) -> None:
    kept = Said(204, headers={"ETag": '"2"'})
    outcome = outcome_of(stand, update("B"), "B", '"2"', kept)
    assert (outcome.state, outcome.field) == ("refused", "current_due"), "the due date was left out, and it says OK"
    outcome = outcome_of(stand, update("B"), "A", '"1"', Said(200))
    assert (outcome.state, outcome.field) == ("refused", "text"), "nothing was done, and it says OK"
    outcome = outcome_of(stand, update("B"), "By a person", '"3"', kept)
    assert outcome.state == "stale", "somebody typed over it at once: that is merged"
    outcome = outcome_of(stand, update("B"), "A", '"1"', Said(412))
    assert outcome.state == "stale"
    outcome = outcome_of(stand, update("B"), "A", '"1"', Said(413))
    assert (outcome.state, "413" in outcome.why) == ("refused", True)


def test_without_a_tag_nothing_is_written(stand: Between) -> None:
    stand.instead = answers(dav(told("a.ics", "A", etag=""), token=""))
    (outcome,) = connector(stand).apply(update("B"))
    assert (outcome.state, "tag" in outcome.why) == ("refused", True)
    assert not [method for method, _ in stand.asked if method == "PUT"]


def test_a_create_that_is_there_already_with_other_words_is_left_to_be_merged(stand: Between) -> None:
    stand.instead = answers(Said(412), dav(told("op-1.ics", "Edited by a person"), token=""))
    write = Write("op-1", "", 0, creates=True, before={}, after={"ref": "AT-0000-0000-0001", "text": "Ours"})
    (outcome,) = connector(stand).apply(Batch([write], "", "", {}))
    assert outcome.state == "unknown"


def test_what_went_out_before_the_trouble_is_told(stand: Between) -> None:
    writes = [
        Write(f"op-{at}", "", 0, creates=True, before={}, after={"ref": "AT-0000-0000-0001", "text": "Ours"})
        for at in (1, 2, 3)
    ]
    stand.instead = answers(Said(201), Said(503), dav(told("op-1.ics", "Ours"), token=""))
    coming = connector(stand).apply(Batch(writes, "", "", {}))
    first = next(coming)
    assert (first.op_id, first.state) == ("op-1", "applied")
    with pytest.raises(RetryableError):
        next(coming)


def test_the_doctor_reads_what_the_server_says_of_the_list(stand: Between) -> None:
    props = (
        "<resourcetype><collection/></resourcetype><current-user-privilege-set><privilege><read/></privilege>"
        "</current-user-privilege-set><supported-report-set/><C:supported-calendar-component-set>"
        '<C:comp name="VEVENT"/></C:supported-calendar-component-set><C:max-resource-size>1000</C:max-resource-size>'
    )
    status = "<status>HTTP/1.1 200 OK</status>"
    response = f"<response><href>/dav/my%20list/</href><propstat><prop>{props}</prop>{status}</propstat></response>"
    stand.instead = answers(dav(response, token=""))
    problems = list(connector(stand).check())
    assert len(problems) == 5
    assert all(each.do for each in problems)


@pytest.mark.parametrize(
    "options",
    [{"user": "me"}, {"password": {"env": "KEY"}}, {"user": "m", "password": {"env": "K"}, "token": {"env": "K"}}],
)
def test_half_a_way_in_is_a_wrong_configuration(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CalDavOptions.model_validate({"url": "https://example.org/", **options})
