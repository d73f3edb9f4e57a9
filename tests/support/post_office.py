"""A mail server for tests (aiosmtpd, over a real socket, with STARTTLS and a login), and a board that writes to it."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import os
import signal
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from board_suite import Suite

MARKER = "Xyzzyplugh"
"""Stands in every text that must not leave the plan."""
USER, PASSWORD, TOKEN = "actiontrack", "not a secret", "an.access.token"


@dataclass
class Letter:
    """What arrived."""

    to: str
    content: bytes

    @property
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=default)

    @property
    def key(self) -> str:
        return str(self.mail["Message-ID"])

    def said(self) -> str:
        """Everything a reader may see of it, decoded."""
        shown = [f"{name}: {value}" for name, value in self.mail.items()]
        for part in self.mail.walk():
            if not part.is_multipart():
                shown.append(part.get_payload(decode=True).decode("utf-8", "replace"))  # type: ignore[union-attr]
        return "\n".join(shown)


@dataclass
class PostOffice:
    """Answers as it is told: `no` maps an address to the line its RCPT gets, `at_data` is what a message gets.

    `hang` and `drop` name the step (mail, rcpt, data, after) at which it falls silent or cuts the connection; `kill` is
    a process that is killed at the step `kill_at`.
    """

    letters: list[Letter] = field(default_factory=list)
    no: dict[str, str] = field(default_factory=dict)
    at_data: str = ""
    hang: str = ""
    drop: str = ""
    kill: list[int] = field(default_factory=list)
    kill_at: str = ""
    tried: int = 0
    """Connections so far."""
    logins: list[str] = field(default_factory=list)
    port: int = 0
    ca: Path = Path()

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's names
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.tried += session.ssl is None
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await self._happen("mail", server)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await self._happen("rcpt", server)
        if address in self.no:
            return self.no[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.at_data:
            return self.at_data
        assert isinstance(envelope.content, bytes)
        self.letters += [Letter(each, envelope.content) for each in envelope.rcpt_tos]
        await self._happen("after", server)
        return "250 2.0.0 queued as 4711"

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        import base64

        said = base64.b64decode(args[1]).decode()
        self.logins.append(said)
        if f"auth=Bearer {TOKEN}" in said:
            return AuthResult(success=True)
        await server.push("535 5.7.8 not this token")
        return AuthResult(success=False, handled=True)

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, way: str, given: Any) -> AuthResult:
        assert isinstance(given, LoginPassword)
        self.logins.append(given.login.decode())
        fits = (given.login, given.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=fits, handled=False)

    async def _happen(self, step: str, server: SMTP) -> None:
        if self.kill_at == step and self.kill:
            os.kill(self.kill.pop(), signal.SIGKILL)
        if self.hang == step:
            await asyncio.sleep(30)
        if self.drop == step:
            _cut(server)


def _cut(server: SMTP) -> None:
    assert isinstance(server.transport, asyncio.WriteTransport)
    server.transport.abort()


class _Server(SMTP):
    """Cuts the connection while it is given a message, where it is to."""

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802
        if self.event_handler.drop == "data":
            await self.push("354 go on")
            await self._reader.readline()
            _cut(self)
            return
        await super().smtp_DATA(arg)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Server(self.handler, **self.SMTP_kwargs)

    def _trigger_server(self) -> None:
        """Its knock goes to the port that was given to it."""
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def open_post_office(folder: Path, *, starttls: bool = True, login: bool = False) -> Iterator[PostOffice]:
    """A server on this machine, with a certificate that `ca` vouches for."""
    office = PostOffice()
    options: dict[str, Any] = {}
    if starttls:
        office.ca = folder / "ca.pem"
        options["tls_context"] = _certificate(office.ca)
    if login:
        options |= {"auth_required": True, "authenticator": office.authenticate}
    controller = _Controller(office, hostname="127.0.0.1", port=0, **options)
    controller.start()
    try:
        office.port = controller.port
        yield office
    finally:
        controller.stop()


def _certificate(file: Path) -> ssl.SSLContext:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a mail server of tests")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret = file.with_suffix(".key")
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, secret)
    return context


class MailingBoard(Suite):
    """A board whose messages go to a post office. Its plan holds a marker in every text."""

    def set_up(self, office: PostOffice, *keys: str, manager: str = "unit@board.example") -> None:
        ca = f'ca = "{office.ca}"\n' if office.ca.name else ""
        security = "starttls" if office.ca.name else "none"
        (self.folder / "actiontrack.toml").write_text(
            f'[board]\nname = "Exampleshire SAB"\nmanager = "{manager}"\nchair = "chair@board.example"\n'
            '[store]\nurl = "sqlite:///at.db"\n'
            '[[agency]]\ncode = "POL"\nname = "Police"\nlead = "lead@pol.example"\nexecutive = "acc@pol.example"\n'
            f'[[notifier]]\nname = "mail"\ntype = "smtp"\nhost = "127.0.0.1"\nport = {office.port}\n'
            f'sender = "plan@board.example"\nsecurity = "{security}"\ntimeout = 5\n{ca}' + "".join(keys)
        )  # fmt: skip

    def add(self, due: str, officer: str, now: str = "2026-08-03T09:00:00Z") -> str:
        told = self.run("action", "add", f"text={MARKER} text", "lead_agency=POL", f"current_due={due}",
                        f"original_due={due}", f"lead_officer={officer}", f"progress={MARKER} progress",
                        f"priority={MARKER}", now=now)  # fmt: skip
        return str(told["ref"])

    def sends(self, **where: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.run("sends", "list")
        return [each for each in found if all(each[name] == value for name, value in where.items())]
