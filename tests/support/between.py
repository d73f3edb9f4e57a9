"""A stand between us and a real server: it passes everything on, and misbehaves when it is told to.

What the server does is the server's own; only the way to it and back is disturbed.
"""

from __future__ import annotations

import http.client
import http.server
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding"})


@dataclass(frozen=True)
class Said:
    """An answer in a server's place."""

    status: int
    body: bytes = b""
    kind: str = "text/html"
    headers: Mapping[str, str] = field(default_factory=dict)


class Between:
    """Every request goes on to `server`; `url` is the address to use instead of it, `asked` what went through.

    Each of the faults holds until it is taken away, but for `cut_off`, which is for one write. `writes` says which
    requests are writes: (method, path) → whether.
    """

    def __init__(self, server: str, port: int) -> None:
        self.server = server
        self.url = f"http://127.0.0.1:{port}{urlsplit(server).path}"
        self.asked: list[tuple[str, str]] = []
        self.writes: Callable[[str, str], bool] = lambda method, path: method in WRITES
        self.instead: Callable[[str, str, bytes], Said | None] | None = None
        """Given method, path and body of a request: what is answered to it in the server's place; None passes it on."""
        self.after_write: Callable[[], None] | None = None
        """Called once the server has taken a write, before the answer goes on: for killing whoever waits for it."""
        self.before_write: Callable[[], None] | None = None
        """Called before a write goes on: for somebody else to be quicker."""
        self.delay = 0.0
        """Seconds before an answer."""
        self._cut = False

    def cut_off(self) -> None:
        """The next write reaches the server, and its answer is lost."""
        self._cut = True

    def says(self, status: int, body: Any = b"", kind: str = "text/html", *, only_writes: bool = False) -> None:
        """Answer so from now on, in the server's place; `heal` ends it."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        said = Said(status, data, kind)
        self.instead = lambda method, path, _: said if self.writes(method, path) or not only_writes else None

    def heal(self) -> None:
        """No fault any more."""
        self.instead = self.after_write = self.before_write = None
        self.delay, self._cut = 0.0, False

    def pass_on(self, to: http.server.BaseHTTPRequestHandler) -> None:
        """One request and its answer."""
        body = to.rfile.read(int(to.headers.get("Content-Length") or 0))
        self.asked.append((to.command, to.path))
        is_write = self.writes(to.command, to.path)
        said = self.instead(to.command, to.path, body) if self.instead is not None else None
        if said is not None:
            _answer(to, said.status, {"Content-Type": said.kind, **said.headers}, said.body)
            return
        if is_write and self.before_write is not None:
            self.before_write()
        status, headers, data = self._ask(to, body)
        time.sleep(self.delay)
        if is_write and self.after_write is not None:
            self.after_write()
        if is_write and self._cut:
            self._cut = False
            to.close_connection = True
            return
        _answer(to, status, headers, data)

    def _ask(self, to: http.server.BaseHTTPRequestHandler, body: bytes) -> tuple[int, dict[str, str], bytes]:
        host, port = urlsplit(self.server).hostname or "", urlsplit(self.server).port
        connection = http.client.HTTPConnection(host, port, timeout=120)
        try:
            # The Host stays ours, so that the addresses in answers lead through here again.
            connection.request(to.command, to.path, body, dict(to.headers))
            answer = connection.getresponse()
            data = answer.read()
            headers = {name: value for name, value in answer.getheaders() if name.lower() not in _HOP}
            if answer.getheader("Content-Encoding"):
                headers["Content-Encoding"] = str(answer.getheader("Content-Encoding"))
            return answer.status, headers, data
        finally:
            connection.close()


def _answer(to: http.server.BaseHTTPRequestHandler, status: int, headers: dict[str, str], data: bytes) -> None:
    to.send_response_only(status)
    for name, value in {**headers, "Content-Length": str(len(data))}.items():
        to.send_header(name, value)
    to.end_headers()
    to.wfile.write(data)


@contextmanager
def between(server: str) -> Iterator[Between]:
    """A stand before the server at this URL, for the time of a `with`."""
    stands: list[Between] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            try:
                self.raw_requestline = self.rfile.readline(65537)
                if not self.raw_requestline or not self.parse_request():
                    self.close_connection = True
                    return
                stands[0].pass_on(self)
            except ConnectionError:  # whoever asked is gone
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            pass

    serving = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serving.daemon_threads = True
    stands.append(Between(server, serving.server_address[1]))
    thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield stands[0]
    finally:
        serving.shutdown()
        serving.server_close()
        thread.join()
