"""Where systems tell that something changed: POST /hints/NAME/TOKEN. Whatever else is sent is not looked at."""

from __future__ import annotations

import functools
import hmac
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer
from typing import Any
from urllib.parse import unquote

from actiontrack.errors import ConfigurationError

_BODY = 64 * 1024
"""Bytes of a body that are read, and dropped; one that is longer is refused."""
_SHORTEST = 16
"""Characters of a token that nobody guesses."""
_SECONDS = 5.0
"""How long one who tells may keep the others waiting."""


@contextmanager
def listening(
    host: str, port: int, token: str, knows: Callable[[str], bool], tell: Callable[[str], None]
) -> Iterator[str]:
    """Listen there for the block (port 0: any that is free); gives the URL that hints go to, without name and token.

    `tell` is called, in another thread, with the name of an instance that `knows` says there is. One request at a time:
    a hint may wait. Raises ConfigurationError where nobody can listen there, or the token is easily guessed.
    """
    if len(token) < _SHORTEST:
        raise ConfigurationError(f"[hints] token: it has fewer than {_SHORTEST} characters; make it up at random")

    def heard(name: str) -> bool:
        known = knows(name)
        if known:
            tell(name)
        return known

    door = functools.partial(_Door, token.encode(), heard)
    try:
        server = _Server6((host, port), door) if ":" in host else _Server((host, port), door)
    except OSError as error:
        raise ConfigurationError(f"[hints] listen: nobody can listen at {host}:{port}: {error.strerror}") from None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        shown = f"[{host}]" if ":" in host else host
        yield f"http://{shown}:{server.server_address[1]}/hints/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(TCPServer):
    allow_reuse_address = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever breaks off breaks off."""


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Door(BaseHTTPRequestHandler):
    timeout = _SECONDS

    def __init__(self, wanted: bytes, heard: Callable[[str], bool], *request: Any) -> None:
        """`heard` is given an instance's name, and says whether there is such a one."""
        self._wanted, self._heard = wanted, heard
        super().__init__(*request)  # which answers the request

    def do_POST(self) -> None:
        """A hint, if the path says whose and the token is right: which of them is wrong is not told."""
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > _BODY:
            self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        self.rfile.read(int(length))
        root, _, rest = self.path.lstrip("/").partition("/")
        name, _, token = rest.rpartition("/")
        right = root == "hints" and hmac.compare_digest(unquote(token).encode(), self._wanted)
        self._answer(HTTPStatus.ACCEPTED if right and self._heard(unquote(name)) else HTTPStatus.NOT_FOUND)

    def _answer(self, status: HTTPStatus) -> None:
        self.send_response_only(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Nothing of what was sent comes back."""
        self._answer(HTTPStatus(code))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name it is called by
        """A path holds the token: it is not logged."""
