"""Hints: who may give one, and when what it is about is synced."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import requests

from actiontrack.adapters.hints import listening
from actiontrack.errors import ConfigurationError
from actiontrack.services.hints import AGAIN, QUIET, Hints

TOKEN = "a token/of 28 charäcters, é"


@dataclass
class Door:
    url: str
    told: list[str] = field(default_factory=list)

    def post(self, rest: str, **more: object) -> int:
        return requests.post(self.url + rest, timeout=10, **more).status_code  # type: ignore[arg-type]


@pytest.fixture
def door() -> Iterator[Door]:
    made = Door("")
    with listening("127.0.0.1", 0, TOKEN, {"rt", "north-rt"}.__contains__, lambda name: made.told.append(name)) as url:
        made.url = url
        yield made


def test_a_hint_needs_the_instances_name_and_the_token(door: Door) -> None:
    right = requests.utils.quote(TOKEN, safe="")
    assert door.post(f"rt/{right}", json={"ticket": 1, "type": "Create"}) == 202
    assert door.post(f"rt/{right}") == 202
    for wrong in (
        f"elsewhere/{right}", "rt/", "rt/wrong", right, "", f"rt/x/{right}", f"rt/{right}/", f"../hints/rt/{right}x",
    ):  # fmt: skip
        assert door.post(wrong) == 404, wrong
    assert requests.post(door.url.replace("hints/", f"rt/{right}"), timeout=10).status_code == 404
    assert door.told == ["rt", "rt"]


def test_only_a_post_of_a_moderate_size_is_a_hint(door: Door) -> None:
    right = "rt/" + requests.utils.quote(TOKEN, safe="")
    for verb in ("GET", "PUT", "DELETE", "BREW"):
        answer = requests.request(verb, door.url + right, timeout=10)
        assert (answer.status_code, answer.content) == (501, b""), verb
    host, port = door.url.split("/")[2].split(":")
    path = f"/hints/{right}".encode()
    for length in (b"100000000", b"-1", b"many"):
        with socket.create_connection((host, int(port)), timeout=10) as told:
            told.sendall(b"POST " + path + b" HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + b"\r\n\r\n")
            assert told.recv(100).startswith(b"HTTP/1.0 413"), length
    assert door.told == []
    assert door.post(right) == 202, "those before kept nobody out"


def test_one_who_breaks_off_keeps_nobody_out(door: Door, capfd: pytest.CaptureFixture[str]) -> None:
    host, port = door.url.split("/")[2].split(":")
    for half in (b"", b"POST /hints/rt/", b"\0\xff" * 500 + b"\r\n\r\n"):
        with socket.create_connection((host, int(port)), timeout=10) as told:
            told.sendall(half)
    assert door.post("rt/" + requests.utils.quote(TOKEN, safe="")) == 202
    assert capfd.readouterr() == ("", ""), "nothing of what was sent is shown"


def test_where_nobody_can_listen_it_is_told(door: Door) -> None:
    port = int(door.url.split("/")[2].split(":")[1])
    with pytest.raises(ConfigurationError, match=rf"nobody can listen at 127\.0\.0\.1:{port}"):
        listening("127.0.0.1", port, TOKEN, bool, print).__enter__()
    with pytest.raises(ConfigurationError, match="fewer than 16 characters") as told:
        listening("127.0.0.1", 0, "hunter2", bool, print).__enter__()
    assert "hunter2" not in str(told.value)


class Timed:
    """Hints, and the seconds of the test."""

    def __init__(self) -> None:
        self.now = 100.0
        self.hints = Hints(lambda: self.now)

    def after(self, seconds: float) -> list[str]:
        self.now += seconds
        return self.hints.take()


def test_several_hints_are_one_sync() -> None:
    timed = Timed()
    timed.hints.tell("rt")
    assert timed.after(QUIET / 2) == []
    timed.hints.tell("rt")
    timed.hints.tell("north-rt")
    assert timed.after(QUIET / 2) == ["rt"], "the first is not put off by the next"
    assert timed.after(QUIET / 2) == ["north-rt"]
    assert timed.hints.next_at() == float("inf")


def test_an_instance_that_hints_all_the_time_is_synced_now_and_then() -> None:
    timed, synced = Timed(), 0
    for _ in range(600):
        timed.hints.tell("rt")
        synced += len(timed.after(0.1))
    assert synced == pytest.approx(60 / AGAIN, abs=1)


def test_a_hint_during_a_sync_is_not_lost() -> None:
    timed = Timed()
    timed.hints.tell("rt")
    assert timed.after(QUIET) == ["rt"]
    timed.hints.tell("rt")
    assert timed.hints.next_at() == timed.now + AGAIN
    assert timed.after(AGAIN) == ["rt"]
    timed.hints.put_off("rt", 5)
    assert (timed.after(4), timed.after(1)) == ([], ["rt"])
