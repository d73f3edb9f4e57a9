"""How requests leave: to the allowed host only, by the address that was checked, at the declared pace, to an end."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from actiontrack.adapters.web.addresses import Outbound, pinned
from actiontrack.errors import RetryableError, UserError

CONNECT, ANSWER, WHOLE = 5.0, 30.0, 120.0
"""Seconds for a connection, for silence, and for a whole answer."""
LARGEST = 64 * 2**20
"""Bytes of an answer."""
_PIECE = 64 * 2**10


class Guarded(HTTPAdapter):
    """Lets requests out to one host. All of an answer is read here, in bounded time and size."""

    def __init__(self, host: str, outbound: Outbound, take_turn: Callable[[], None]) -> None:
        self._host = host
        self._outbound = outbound
        self._take_turn = take_turn
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Pools whose connections go to the checked address."""
        super().init_poolmanager(*args, **kwargs)
        outbound = self._outbound

        class Plain(HTTPConnection):
            def _new_conn(self) -> Any:
                return _to_checked_address(self, outbound, super()._new_conn)

        class Secure(HTTPSConnection):
            def _new_conn(self) -> Any:
                return _to_checked_address(self, outbound, super()._new_conn)

        plain = type("Pool", (HTTPConnectionPool,), {"ConnectionCls": Plain})
        secure = type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": Secure})
        self.poolmanager.pool_classes_by_scheme = {"http": plain, "https": secure}

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """One request, redirects included: each is checked. Raises UserError, RetryableError and requests' errors."""
        host = (urlsplit(str(request.url)).hostname or "").lower()
        if host != self._host:
            raise UserError(f"{self._host} sends us on to {host or 'nowhere'}, where this connector may not go")
        self._take_turn()
        ends = time.monotonic() + WHOLE
        kwargs["stream"] = True
        kwargs["timeout"] = (CONNECT, ANSWER)
        answer = super().send(request, *args, **kwargs)
        # Here and now, so that nothing is read of it later without an end.
        answer._content = _whole(answer, ends)
        answer._content_consumed = True
        return answer


def _to_checked_address(connection: Any, outbound: Outbound, connect: Callable[[], Any]) -> Any:
    """Connect by an address for the name; TLS goes on asking for the name."""
    name = connection._dns_host  # the one name that urllib3 resolves
    connection._dns_host = pinned(name, connection.port, outbound)
    try:
        return connect()
    finally:
        connection._dns_host = name


def _whole(answer: requests.Response, ends: float) -> bytes:
    pieces: list[bytes] = []
    size = 0
    try:
        for piece in answer.raw.stream(_PIECE, decode_content=True):
            pieces.append(piece)
            size += len(piece)
            if size > LARGEST:
                raise UserError(f"the answer is larger than {LARGEST // 2**20} MB; ask for fewer records at a time")
            if time.monotonic() > ends:
                raise RetryableError(f"the answer was not complete after {WHOLE:.0f} s")
    except HTTPError as error:
        raise requests.exceptions.ConnectionError(error) from None
    finally:
        answer.close()
    return b"".join(pieces)
