"""One request and what came of it, in our own errors."""

from __future__ import annotations

import email.utils
import random
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

import requests

from actiontrack.adapters.web.addresses import Outbound
from actiontrack.adapters.web.transport import Guarded
from actiontrack.errors import AccessRefused, RetryableError, SkippableError, UserError
from actiontrack.ports import Problem

_READS = frozenset({"GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"})
_AGAIN = frozenset({408, 423, 425, 429, 500, 502, 503, 504})
_TRIES = 3
_LONGEST_WAIT = 5.0
"""Seconds one run waits for a system; what asks for more time is tried by a later one."""
_MOST_REDIRECTS = 5
_MAY_DIFFER = timedelta(seconds=60)
"""Between a system's clock and this machine's: an answer may be a while on its way."""


class SafeWeb:
    """`ports.Web`, over one session."""

    def __init__(
        self,
        url: str,
        outbound: Outbound,
        take_turn: Callable[[], None],
        *,
        ca: str = "",
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`take_turn` waits for the declared rate; `ca`: a file of certificates to trust instead of the usual ones.

        Raises UserError for an URL that is none, or whose host is not allowed.
        """
        self.base = _base(url)
        self._host = (urlsplit(self.base).hostname or "").lower()
        outbound.check_host(self._host)
        self._sleep = sleep
        self._now = now
        self._apart: float | None = None
        """Seconds by which the system's clock is ahead of ours, by its newest answer that says so."""
        self._session = requests.Session()
        self._session.trust_env = False  # neither ~/.netrc nor a proxy that nobody here named
        self._session.max_redirects = _MOST_REDIRECTS
        self._session.headers["User-Agent"] = "actiontrack"
        if outbound.proxy:
            self._session.proxies = {"http": outbound.proxy, "https": outbound.proxy}
        if ca:
            self._session.verify = ca
        guarded = Guarded(self._host, outbound, take_turn)
        self._session.mount("http://", guarded)
        self._session.mount("https://", guarded)

    def __repr__(self) -> str:
        return f"SafeWeb({self.base!r})"

    @property
    def session(self) -> requests.Session:
        """The session all goes through."""
        return self._session

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
        """As `ports.Web`."""
        again = method.upper() in _READS if reads is None else reads
        url = urljoin(f"{self.base}/", path.lstrip("/") if "://" not in path else path)
        for tries_left in range(_TRIES - 1 if again else 0, -1, -1):
            try:
                answer = self._once(method, url, again, params=params, json=json, data=data, headers=headers)
                self._judge(answer, url, reads=again)
                return answer
            except RetryableError as error:
                wait = error.retry_after
                if wait is None:
                    wait = random.uniform(0, 0.5 * 2 ** (_TRIES - tries_left))  # noqa: S311 - jitter is no secret
                if not tries_left or wait > _LONGEST_WAIT:
                    raise
                self._sleep(wait)
        raise AssertionError("the last try returns or raises")

    def read(self, path: str, *, params: Mapping[str, Any] | None = None, method: str = "GET", json: Any = None) -> Any:
        """As `ports.Web`."""
        answer = self.ask(method, path, params=params, json=json, reads=True)
        where = _shown(answer.url)
        if answer.status_code >= 400:
            raise UserError(f"{where} answers {answer.status_code} {answer.reason}; check the url and the settings")
        try:
            return answer.json()
        except requests.exceptions.JSONDecodeError:
            kind = answer.headers.get("Content-Type", "nothing").partition(";")[0]
            raise UserError(f"{where} answers with {kind} instead of data; check the url") from None

    def problems(self) -> list[Problem]:
        """As `ports.Web`."""
        found = []
        if self._apart is not None and abs(self._apart) > _MAY_DIFFER.total_seconds():
            apart = timedelta(minutes=round(abs(self._apart) / 60))
            found.append(
                Problem(
                    f"the clock of {self._host} is {apart} {'ahead of' if self._apart > 0 else 'behind'} ours",
                    "set whichever is wrong; no edit is lost by it, but times and days shown there and here differ",
                )
            )
        if self.base.startswith("http:") and not _is_here(self._host):
            found.append(
                Problem(
                    f"all that goes to {self._host} can be read on its way, the password or key too",
                    'have the system answer to https, and write url = "https://…"',
                )
            )
        return found

    def _once(self, method: str, url: str, again: bool, **asked: Any) -> requests.Response:
        where = _shown(url)
        try:
            answer = self._session.request(method, url, allow_redirects=again, **asked)
        except requests.exceptions.SSLError:
            raise UserError(
                f"{where} shows a certificate that can't be trusted; have it renewed, or name your own authority's: "
                'ca = "FILE"'
            ) from None
        except requests.exceptions.TooManyRedirects:
            raise UserError(f"{where} sends us in circles; check the url") from None
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, UnicodeError):
            raise UserError(f"{where} is no address of a system; mend the url") from None
        except requests.exceptions.Timeout:
            raise RetryableError(f"{where} does not answer in time; it is tried again later") from None
        except requests.exceptions.RequestException:
            raise RetryableError(f"{where} can't be reached; is it running? It is tried again later") from None
        said = _instant(answer.headers.get("Date", ""))
        if said is not None and "Age" not in answer.headers:  # what a cache gives has its own old date
            self._apart = said - self._now()
        return answer

    def _judge(self, answer: requests.Response, url: str, *, reads: bool) -> None:
        where, status = _shown(url), answer.status_code
        if status == 403 and not reads:
            raise SkippableError(f"{where} does not allow us that (403); check our rights there")
        if status in (401, 403):
            what = "does not accept our name or key" if status == 401 else "does not allow us that"
            raise AccessRefused(f"{where} {what} ({status}); check the credentials and rights there")
        if status in _AGAIN:
            said = {423: "is locked", 429: "asks for fewer requests"}.get(status, f"answers {status} {answer.reason}")
            raise RetryableError(f"{where} {said}; it is tried again later", retry_after=_retry_after(answer))
        if 300 <= status < 400 and status != 304:
            to = _shown(answer.headers.get("Location", ""))
            raise UserError(
                f"{where} has moved to {to or 'somewhere else'}; put the new address into the configuration"
            )


def _base(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UserError(f'{_shown(url)!r} is no address of a system; write url = "https://…"')
    if parts.username or parts.password:
        raise UserError("url must not hold a name or password; give them by their own keys")
    return url.rstrip("/")


def _shown(url: str) -> str:
    """An URL without what might be secret in it: names, passwords, what is asked."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


def _retry_after(answer: requests.Response) -> float | None:
    """Seconds (RFC 9110, 10.2.3: a number or a date)."""
    said = answer.headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdecimal():
        return float(said)
    at = _instant(said)
    return None if at is None else max(0.0, at - time.time())


def _instant(said: str) -> float | None:
    """A date of HTTP's (RFC 9110, 5.6.7)."""
    try:
        return email.utils.parsedate_to_datetime(said).timestamp()
    except (TypeError, ValueError):
        return None


def _is_here(host: str) -> bool:
    """Whether a host is this machine: what goes there is on no network."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
