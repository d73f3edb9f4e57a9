"""The way out over HTTP, tried on a real server on this machine."""

from __future__ import annotations

import http.server
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from actiontrack.adapters.web import Outbound, SafeWeb, transport
from actiontrack.adapters.web.addresses import fault_of
from actiontrack.errors import AccessRefused, RetryableError, SkippableError, UserError

Answer = Callable[[http.server.BaseHTTPRequestHandler], None]


@dataclass
class Server:
    """Answers as told, in order; the last answer stays. `asked` holds (method, path, headers)."""

    answers: list[Answer] = field(default_factory=list)
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def says(status: int, body: Any = b"", **headers: str) -> Answer:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()

    def answer(to: http.server.BaseHTTPRequestHandler) -> None:
        to.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            to.send_header(name.replace("_", "-"), value)
        to.end_headers()
        to.wfile.write(data)

    return answer


@pytest.fixture
def server() -> Iterator[Server]:
    told = Server()

    class Handler(http.server.BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            told.asked.append((self.command, self.path, dict(self.headers)))
            (told.answers.pop(0) if len(told.answers) > 1 else told.answers[0])(self)

        def log_message(self, *_: Any) -> None:
            pass

    serving = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.port = serving.server_address[1]
    thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield told
    serving.shutdown()
    serving.server_close()
    thread.join()


def web(url: str, outbound: Outbound | None = None, waits: list[float] | None = None) -> SafeWeb:
    waited = [] if waits is None else waits
    return SafeWeb(url, outbound or Outbound(), lambda: None, sleep=waited.append)


# --- answers ----------------------------------------------------------------------------------------------------------


def test_data_comes_back_and_every_request_takes_a_turn(server: Server) -> None:
    server.answers = [says(200, {"tickets": 3})]
    turns: list[int] = []
    way = SafeWeb(server.url, Outbound(), lambda: turns.append(1))
    assert way.read("REST/2.0/tickets", params={"query": "id > 3"}) == {"tickets": 3}
    assert way.ask("POST", "/ticket", json={"Subject": "x"}).status_code == 200
    assert [each[:2] for each in server.asked] == [("GET", "/REST/2.0/tickets?query=id+%3E+3"), ("POST", "/ticket")]
    assert len(turns) == 2


def test_a_record_that_may_not_be_written_is_that_records_matter(server: Server) -> None:
    server.answers = [says(403)]
    with pytest.raises(SkippableError, match="rights"):
        web(server.url).ask("PUT", "x", json={})
    with pytest.raises(AccessRefused):
        web(server.url).ask("POST", "search", json={}, reads=True)
    server.answers = [says(401)]
    with pytest.raises(AccessRefused):
        web(server.url).ask("PUT", "x", json={})


@pytest.mark.parametrize(("ahead", "told"), [(0, ""), (50, ""), (-3600, "1:00:00 ahead"), (86_400, "1 day, 0:00:0")])
def test_a_clock_that_differs_is_told(server: Server, ahead: int, told: str) -> None:
    server.answers = [says(200, {})]
    way = SafeWeb(server.url, Outbound(), lambda: None, now=lambda: time.time() + ahead)
    assert way.problems() == []
    way.read("x")
    assert [told in each.text for each in way.problems()] == [True] * bool(told)
    server.answers = [says(200, {}, Age="90000")]
    kept = SafeWeb(server.url, Outbound(), lambda: None, now=lambda: time.time() + ahead)
    kept.read("x")
    assert kept.problems() == [], "what a cache kept says nothing of the clock"


@pytest.mark.parametrize(
    ("url", "readable"),
    [
        ("http://tickets.example.org", True), ("http://10.1.2.3/rt", True), ("https://tickets.example.org", False),
        ("http://localhost:8080", False), ("http://127.0.0.1:8080", False), ("http://[::1]:8080", False),
    ],
)  # fmt: skip
def test_a_way_that_others_can_read_is_told(url: str, readable: bool) -> None:
    found = SafeWeb(url, Outbound(), lambda: None).problems()
    assert [("password" in each.text, "https" in each.do) for each in found] == [(True, True)] * readable


@pytest.mark.parametrize("status", [401, 403])
def test_one_that_lets_nobody_in_is_told_apart(server: Server, status: int) -> None:
    server.answers = [says(status)]
    with pytest.raises(AccessRefused, match="credentials"):
        web(server.url).read("x")
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [408, 423, 429, 500, 502, 503, 504])
def test_reading_is_tried_again_and_a_write_never(server: Server, status: int) -> None:
    server.answers = [says(status), says(status), says(200, [1])]
    waits: list[float] = []
    assert web(server.url, waits=waits).read("x") == [1]
    assert len(waits) == 2
    server.answers, server.asked = [says(status), says(200)], []
    with pytest.raises(RetryableError):
        web(server.url).ask("POST", "x", json={})
    assert len(server.asked) == 1, "nobody knows whether it arrived"


def test_a_server_that_says_when_is_believed(server: Server) -> None:
    server.answers = [says(429, Retry_After="3"), says(200, [])]
    waits: list[float] = []
    web(server.url, waits=waits).read("x")
    assert waits == [3.0]
    server.answers, server.asked = [says(503, Retry_After="120")], []
    with pytest.raises(RetryableError) as told:
        web(server.url).read("x")
    assert told.value.retry_after == 120
    assert len(server.asked) == 1, "it is left in peace until then"


def test_a_date_to_come_back_at_is_read_as_well(server: Server) -> None:
    server.answers = [says(503, Retry_After="Wed, 21 Oct 2099 07:28:00 GMT")]
    with pytest.raises(RetryableError) as told:
        web(server.url).read("x")
    assert (told.value.retry_after or 0) > 1e8


def test_a_page_where_data_should_be_is_no_data(server: Server) -> None:
    server.answers = [says(200, b"<html>Please sign in</html>", Content_Type="text/html; charset=utf-8")]
    with pytest.raises(UserError, match="text/html instead of data"):
        web(server.url).read("x")


def test_other_refusals_are_the_connectors_matter(server: Server) -> None:
    server.answers = [says(412)]
    assert web(server.url).ask("PUT", "x").status_code == 412
    with pytest.raises(UserError, match="answers 412"):
        web(server.url).read("x")


def test_nobody_listening_is_one_line_that_says_so() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(RetryableError, match="can't be reached") as told:
            web(f"http://127.0.0.1:{taken.getsockname()[1]}").read("x")
    assert "\n" not in str(told.value)


def test_one_that_keeps_silent_or_drips_is_not_waited_for_for_ever(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()

    def drips(to: http.server.BaseHTTPRequestHandler) -> None:
        to.send_response(200)
        to.send_header("Content-Length", "1000")
        to.end_headers()
        while not over.wait(0.05):
            to.wfile.write(b"x")

    def silent(to: http.server.BaseHTTPRequestHandler) -> None:
        over.wait()
        to.close_connection = True

    monkeypatch.setattr(transport, "ANSWER", 0.2)
    monkeypatch.setattr(transport, "WHOLE", 0.3)
    monkeypatch.setattr(transport, "_PIECE", 1)
    for answer, words in ((drips, "not complete"), (silent, "in time")):
        server.answers = [answer]
        began = time.monotonic()
        with pytest.raises(RetryableError, match=words):
            web(server.url).ask("POST", "x")
        assert time.monotonic() - began < 10
    over.set()


def test_an_answer_without_end_is_cut_off(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LARGEST", 2**20)
    server.answers = [says(200, b"x" * (2**20 + 1))]
    with pytest.raises(UserError, match="larger than 1 MB"):
        web(server.url).read("x")


# --- where it may lead ------------------------------------------------------------------------------------------------


def test_a_redirect_is_followed_at_home_only_and_never_by_a_write(server: Server) -> None:
    server.answers = [says(302, Location="/there"), says(200, [1])]
    assert web(server.url).read("x") == [1]
    server.answers = [says(302, Location=f"http://localhost:{server.port}/there"), says(200, [1])]
    server.asked = []
    with pytest.raises(UserError, match="sends us on to localhost"):
        web(server.url).read("x")
    assert len(server.asked) == 1
    server.answers = [says(301, Location="/there?key=s3cret"), says(200)]
    with pytest.raises(UserError, match="has moved to /there;"):
        web(server.url).ask("POST", "x")


def test_redirects_in_circles_end(server: Server) -> None:
    server.answers = [says(302, Location="/x")]
    with pytest.raises(UserError, match="circles"):
        web(server.url).read("x")


def test_the_connection_goes_to_the_address_that_was_checked(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads elsewhere the second time it is looked up (DNS rebinding) is looked up once."""
    looked_up: list[str] = []
    real = socket.getaddrinfo

    def lookup(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host == "tickets.example.org":
            looked_up.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        return real(host, port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    server.answers = [says(200, [1])]
    url = f"http://tickets.example.org:{server.port}"
    with pytest.raises(UserError, match=r"leads to 127\.0\.0\.1, an address of a private network"):
        web(url).read("x")
    assert server.asked == []
    looked_up.clear()
    assert web(url, Outbound(networks=("127.0.0.0/8",))).read("x") == [1]
    assert looked_up == ["tickets.example.org"]
    assert server.asked[0][2]["Host"] == f"tickets.example.org:{server.port}"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("169.254.169.254", "anybody's"), ("fd00:ec2::254", "anybody's"), ("0.0.0.0", "anybody's"),
        ("224.0.0.1", "anybody's"), ("255.255.255.255", "anybody's"), ("fe80::1", "anybody's"),
        ("10.1.2.3", "private"), ("127.0.0.1", "private"), ("::1", "private"), ("fd12::1", "private"),
        ("100.64.0.1", "private"), ("64:ff9b::7f00:1", "127.0.0.1"), ("64:ff9b::a9fe:a9fe", "169.254.169.254"),
        ("64:ff9b:1:a00:1:200::", "10.0.1.2"), ("2002:7f00:1::", "127.0.0.1"), ("::ffff:10.0.0.1", "10.0.0.1"),
        ("::7f00:1", "127.0.0.1"), ("2606:4700::5efe:a00:1", "10.0.0.1"),
        ("2001:0:7f00:1::", "stands for"),
    ],
)  # fmt: skip
def test_addresses_that_lead_inside_are_refused(address: str, words: str) -> None:
    assert re.search(words, fault_of(ip_address(address), []))


@pytest.mark.parametrize("address", ["192.0.66.2", "2606:4700::6810:84e5", "64:ff9b::c000:4202", "2002:c000:4202::1"])
def test_addresses_of_the_world_are_allowed(address: str) -> None:
    assert fault_of(ip_address(address), []) == ""


@given(st.ip_addresses(v=4, network="10.0.0.0/8"))
def test_a_network_that_is_named_is_allowed_however_it_is_written(address: Any) -> None:
    allowed = [ip_network("10.0.0.0/8")]
    nat64 = ip_address(int(ip_address("64:ff9b::")) + int(address))
    assert fault_of(address, allowed) == fault_of(nat64, allowed) == ""
    assert fault_of(address, []) != ""
    assert fault_of(nat64, []) != ""


def test_what_is_never_anybodys_is_refused_in_a_named_network_too() -> None:
    assert fault_of(ip_address("169.254.169.254"), [ip_network("0.0.0.0/0")]) != ""


def test_an_address_written_into_the_url_is_meant_but_not_what_it_hides() -> None:
    with pytest.raises(UserError, match=r"stands for 127\.0\.0\.1"):
        web("http://[64:ff9b::7f00:1]:9").read("x")
    with pytest.raises(UserError, match=r"169\.254\.169\.254"):
        web("http://169.254.169.254").read("x")


def test_hosts_are_held_to_the_list() -> None:
    assert web("https://rt.example.org", Outbound(hosts=("*.example.org",))).base == "https://rt.example.org"
    with pytest.raises(UserError, match=r"rt\.example\.net is not among the hosts"):
        web("https://rt.example.net", Outbound(hosts=("*.example.org",)))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://example.org", "no address"), ("file:///etc/passwd", "no address"), ("example.org", "no address"),
        ("https://user:s3cret@example.org", "must not hold"),
    ],
)  # fmt: skip
def test_an_url_that_is_none_is_refused_without_showing_what_is_secret(url: str, words: str) -> None:
    with pytest.raises(UserError, match=words) as told:
        web(url)
    assert "s3cret" not in str(told.value)


def test_nothing_secret_is_shown(server: Server) -> None:
    server.answers = [says(500)]
    way = web(server.url)
    way.session.headers["Authorization"] = "token s3cret"
    with pytest.raises(RetryableError) as told:
        way.ask("POST", "x", params={"key": "s3cret"})
    assert "s3cret" not in str(told.value) + repr(told.value) + repr(way)
    assert told.value.__cause__ is None


def test_neither_netrc_nor_a_proxy_of_the_environment_is_used(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password s3cret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    server.answers = [says(200, [1])]
    assert web(server.url).read("x") == [1]
    assert "Authorization" not in server.asked[0][2]


def test_a_proxy_that_is_named_is_used(server: Server) -> None:
    server.answers = [says(200, [1])]
    assert web("http://rt.example.org", Outbound(proxy=server.url)).read("tickets") == [1]
    assert server.asked[0][1] == "http://rt.example.org/tickets"


def test_a_library_that_uses_the_session_is_held_to_the_same(server: Server) -> None:
    server.answers = [says(302, Location=f"http://localhost:{server.port}/"), says(200)]
    with pytest.raises(UserError, match="may not go"):
        web(server.url).session.get(f"{server.url}/x")
    assert isinstance(web(server.url).session, requests.Session)
