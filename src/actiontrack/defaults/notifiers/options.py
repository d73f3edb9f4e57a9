"""What `[[notifier]]` takes for `type = "smtp"` and `type = "file"`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from actiontrack.domain.addresses import is_address


def _one_address(value: str) -> str:
    if not is_address(value):
        raise ValueError('write one address, such as "safeguarding@example.org"')
    return value


Address = Annotated[str, AfterValidator(_one_address)]


class _Options(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class SmtpOptions(_Options):
    """Keys of `type = "smtp"`."""

    host: str = Field(min_length=1)
    """The mail server."""
    sender: Address
    """The address messages come from: one that people may answer to."""
    port: int = Field(default=0, ge=0, le=65535)
    """0: 587 with starttls, 465 with tls, 25 with none."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection is made safe. A server that does not offer it is not used; none goes without a login only."""
    user: str = ""
    """The name to log in with, where the server wants that."""
    password: dict[str, str] = {}
    """Where its password is kept: `{ env = … }`, `{ file = … }`, `{ credential = … }` or `{ keyring = … }`."""
    token: dict[str, str] = {}
    """Instead of a password: where an OAuth 2 access token is kept (XOAUTH2). It is fetched anew for each message."""
    ca: str = ""
    """A file of certificates to trust instead of the usual ones, relative to the configuration."""
    timeout: float = Field(default=30, gt=0, le=60)
    """Seconds to wait for each of the server's answers."""

    @model_validator(mode="after")
    def _login_fits(self) -> SmtpOptions:
        if self.password and self.token:
            raise ValueError("takes a password or a token, not both")
        if bool(self.user) != bool(self.password or self.token):
            raise ValueError("takes user together with password or token, or none of them")
        if self.user and self.security == "none":
            raise ValueError('security = "none" would show the password to anybody on the way; use starttls or tls')
        return self

    def place(self) -> tuple[str, int]:
        """Host and port."""
        return self.host, self.port or {"starttls": 587, "tls": 465, "none": 25}[self.security]


class FileOptions(_Options):
    """Keys of `type = "file"`."""

    folder: str = "outbox"
    """Where messages are written as .eml files, relative to the configuration."""
    sender: Address = "actiontrack@example.org"
    """The address they bear."""
