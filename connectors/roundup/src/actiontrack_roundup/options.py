"""What a `[[connector]]` of type "roundup" may say."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, model_validator


class RoundupOptions(BaseModel):
    """The keys of a Roundup instance, beside those every instance has.

    The tracker's issues need three properties of ours in its schema.py: `due=Date(), action_id=String(),
    action_sync=String()`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    url: str
    """The tracker's own address ("https://issues.example.org/agency")."""
    user: str
    """The name we go by there; our notes are written in it."""
    password: dict[str, str] = Field(default_factory=dict)
    """Where the password is: { env = "NAME" }, { file = "PATH" }, { credential = "NAME" } or { keyring = "NAME" }."""
    token: dict[str, str] = Field(default_factory=dict)
    """Where a bearer token (JWT) of that user is, instead of the password."""
    origin: str = ""
    """The tracker's `web` address in its config.ini, where that is another than `url`."""
    adopt: str = ""
    """Issues of their own with this keyword are put to the Board as new actions ("*": all); "": none."""
    rate: float = Field(default=10.0, gt=0)
    """Requests a second at most."""
    ca: str = ""
    """A file of certificates to trust instead of the usual ones."""

    @model_validator(mode="after")
    def _one_way_in(self) -> RoundupOptions:
        if bool(self.token) == bool(self.password):
            raise ValueError("give a password or a token")
        return self
