"""What a `[[connector]]` or the `[platform]` of type "request-tracker" may say."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

_UNFIT = frozenset('"\\{}\n')


class TrackerOptions(BaseModel):
    """The keys of an instance, beside those every instance has."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    url: str
    """RT's address, as people open it ("https://rt.example.org")."""
    queue: str
    """The queue whose tickets are the actions."""
    token: dict[str, str] = Field(default_factory=dict)
    """Where the connector's token is kept: { env = "RT_TOKEN" }; or give `user` and `password`."""
    user: str = "actiontrack"
    """The connector's user in RT (with a token it only names whose it is)."""
    password: dict[str, str] = Field(default_factory=dict)
    """Where that user's password is kept, where there is no token."""
    rate: float = Field(default=20.0, gt=0)
    """Requests a second at the most."""
    ca: str = ""
    """A file of certificates to trust instead of the usual ones."""
    adopt: str = ""
    """A query of RT ("Status = 'new'") for tickets of the queue that are none of ours yet and are proposed as new
    actions; "all" takes every one. Without it the queue's other tickets are left alone."""

    @field_validator("queue", "user")
    @classmethod
    def _plain_name(cls, value: str, of: ValidationInfo) -> str:
        if not value.strip() or _UNFIT & set(value) or (of.field_name == "user" and "'" in value):
            raise ValueError("write a name without quotes, braces and backslashes (a queue's may have an apostrophe)")
        return value

    @model_validator(mode="after")
    def _a_way_in(self) -> TrackerOptions:
        if bool(self.token) == bool(self.password):
            raise ValueError('it needs one way in: token = { env = "RT_TOKEN" }, or user and password')
        return self


class PlatformOptions(TrackerOptions):
    """The keys of `[platform]`: those of an instance, and the queue of the reviews."""

    reviews: str = "Case reviews"
    """The queue in which each ticket is a review; "" keeps no reviews there."""

    @field_validator("reviews")
    @classmethod
    def _plain_or_none(cls, value: str) -> str:
        if _UNFIT & set(value):
            raise ValueError("write a name without quotes, braces and backslashes")
        return value
