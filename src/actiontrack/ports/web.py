"""Speaking to a system over HTTP: the one way out, for every connector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from actiontrack.ports.connectors import Problem

if TYPE_CHECKING:
    import requests


class Web(Protocol):
    """One system's address and what keeps a connector from going anywhere else, or too often, or for ever.

    Every request goes to the address's own host, which is resolved and checked once a connection; takes a token of the
    declared rate; ends by its time limits; and is held to a size. Nothing of a request or answer is logged.
    """

    @property
    def session(self) -> requests.Session:
        """The session all goes through, for credentials and for libraries that bring their own requests."""
        ...

    def ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        reads: bool | None = None,
    ) -> requests.Response:
        """The answer to one request; `path` is relative to the system's address, or an URL of the same host.

        `reads`: it changes nothing there, so that it may be sent again at once where it failed (else told by the
        method). An answer of 4xx is given back where nothing below applies: what it means is the connector's matter.
        Raises AccessRefused (401; 403 to reading), SkippableError (403 to a write: this record can't go, others may),
        RetryableError (no answer, 408, 423, 429, 5xx; of a write nobody knows then whether it arrived), UserError (a
        host or address that is not allowed, a certificate, a redirect of a write).
        """
        ...

    def read(self, path: str, *, params: Mapping[str, Any] | None = None, method: str = "GET", json: Any = None) -> Any:
        """The JSON that reading gives. Raises as `ask`, and UserError where it is refused (4xx) or is no JSON."""
        ...

    def problems(self) -> Sequence[Problem]:
        """What is wrong with the way itself, as far as the answers tell: the other clock, what others may read.

        The doctor asks it after the connector's own `check`.
        """
        ...


def basic_auth(user: str, password: str) -> tuple[str, str]:
    """For `session.auth`: requests sends Latin-1, and this makes it UTF-8 (RFC 7617)."""
    return user.encode().decode("latin-1"), password.encode().decode("latin-1")
