"""What a `[[connector]]` of type "caldav" may say."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, model_validator


class CalDavOptions(BaseModel):
    """The keys of a CalDAV instance, beside those every instance has."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    url: str
    """The list's own address, as the calendar server shows it ("https://cloud.example.org/dav/agency/actions/")."""
    user: str = ""
    """Whom to sign in as; with `password`."""
    password: dict[str, str] = Field(default_factory=dict)
    """Where the password is: { env = "NAME" }, { file = "PATH" }, { credential = "NAME" } or { keyring = "NAME" }."""
    token: dict[str, str] = Field(default_factory=dict)
    """Where a bearer token is, instead of user and password."""
    adopt: str = ""
    """Tasks of their own with this category are put to the Board as new actions ("*": all tasks); "": none."""
    rate: float = Field(default=10.0, gt=0)
    """Requests a second at most."""
    ca: str = ""
    """A file of certificates to trust instead of the usual ones."""

    @model_validator(mode="after")
    def _one_way_in(self) -> CalDavOptions:
        if bool(self.user) != bool(self.password):
            raise ValueError("user and password go together")
        if self.token and self.password:
            raise ValueError("give a password or a token, not both")
        return self
