"""Messages by SMTP (RFC 5321), over TLS, with a login where the server wants one."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from actiontrack.api import (
    ActionTrackError,
    Message,
    NotifierContext,
    Problem,
    RetryableError,
    SkippableError,
    UserError,
)
from actiontrack.defaults.notifiers.mail import to_mail
from actiontrack.defaults.notifiers.options import SmtpOptions

_TOO_LARGE = 552
"""Of the message, although it is said of the sender (RFC 1870, 6.1)."""
_SHOWN = 200
"""Characters of what a server says that are kept."""


class SmtpNotifier:
    """One connection a message: what fails of one leaves the next untouched."""

    def __init__(self, options: SmtpOptions, context: NotifierContext) -> None:
        self._options = options
        self._context = context

    def send(self, message: Message) -> str:
        """As `Notifier`. A 5xx answer to the recipient or the message refuses it; one to us is for a person to mend."""
        content = to_mail(message, self._options.sender)
        with self._connected() as server:
            size = [f"SIZE={len(content)}"] if server.has_extn("size") else []
            code, said = server.mail(self._options.sender, size)
            self._expect(code, said, "the sender", ours=code != _TOO_LARGE)
            self._expect(*server.rcpt(message.to), "the recipient")
            code, said = server.data(content)
            self._expect(code, said, "the message")
        return _line(code, said)

    def check(self) -> Iterable[Problem]:
        """As `Notifier`: connect and log in, and go again."""
        try:
            with self._connected() as server:
                server.noop()
        except ActionTrackError as error:
            yield Problem(f"{error}.", "Mend [[notifier]], or ask whoever keeps the mail server.")

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """A connection that is safe and logged in. What goes wrong within is told as one of our errors."""
        try:
            server = self._open()
            try:
                self._secure(server)
                self._log_in(server)
                yield server
                # It has been taken: whether the goodbye is heard does not matter any more.
                with contextlib.suppress(smtplib.SMTPException, OSError):
                    server.quit()
            finally:
                server.close()
        except ssl.SSLCertVerificationError as error:
            raise UserError(f"{self._where}: its certificate is not trusted ({error.verify_message})") from None
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError, smtplib.SMTPServerDisconnected):
            raise RetryableError(f"{self._where}: the connection was cut") from None
        except ssl.SSLError as error:
            raise UserError(f"{self._where}: no safe connection can be made ({error.reason})") from None
        except smtplib.SMTPResponseException as error:
            ours = not isinstance(error, smtplib.SMTPDataError)
            self._expect(error.smtp_code, error.smtp_error, "the connection" if ours else "the message", ours=ours)
            raise RetryableError(f"{self._where}: {_line(error.smtp_code, error.smtp_error)}") from None
        except smtplib.SMTPException as error:
            raise UserError(f"{self._where}: {_clean(str(error))}") from None
        except TimeoutError:
            raise RetryableError(f"{self._where}: no answer within {self._options.timeout:g} s") from None
        except OSError as error:
            raise RetryableError(f"{self._where}: can't be reached ({error.strerror or 'no such host'})") from None

    @property
    def _where(self) -> str:
        host, port = self._options.place()
        return f"{host}:{port}"

    def _open(self) -> smtplib.SMTP:
        host, port = self._options.place()
        if self._options.security == "tls":
            return smtplib.SMTP_SSL(host, port, timeout=self._options.timeout, context=self._trust())
        return smtplib.SMTP(host, port, timeout=self._options.timeout)

    def _secure(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        if self._options.security != "starttls":
            return
        if not server.has_extn("starttls"):
            raise UserError(f"{self._where}: it offers no STARTTLS, and nothing is sent in the open")
        server.starttls(context=self._trust())
        server.ehlo()

    def _log_in(self, server: smtplib.SMTP) -> None:
        user = self._options.user
        if self._options.token:
            token = self._context.secret(self._options.token)
            said = f"user={user}\x01auth=Bearer {token}\x01\x01"
            # A refusal comes as a challenge, which takes an empty answer before the code follows.
            server.auth("XOAUTH2", lambda challenge=None: "" if challenge else said)
        elif user:
            server.login(user, self._context.secret(self._options.password))

    def _trust(self) -> ssl.SSLContext:
        ca = self._options.ca
        try:
            return ssl.create_default_context(cafile=str(self._context.folder / ca) if ca else None)
        except OSError:
            raise UserError(f"{ca}: this file of certificates can't be read") from None

    def _expect(self, code: int, said: bytes | str, what: str, *, ours: bool = False) -> None:
        """Nothing where the answer is a yes. `ours`: a no is none to this message, but to whatever we send."""
        if 200 <= code < 300:
            return
        told = f"{what} was not accepted: {_line(code, said)}"
        if code < 500:
            raise RetryableError(f"{self._where}: {told}")
        if ours:
            raise UserError(f"{self._where}: {told}")
        raise SkippableError(told)


def _line(code: int, said: bytes | str) -> str:
    return f"{code} {_clean(said.decode('ascii', 'replace') if isinstance(said, bytes) else said)}".strip()


def _clean(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:_SHOWN]
