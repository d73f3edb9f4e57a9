"""What a `[[connector]]` of type "helpdesk" may say."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class HelpdeskOptions(BaseModel):
    """The keys of a django-helpdesk instance, beside those every instance has."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    url: str
    """The helpdesk's address, as people open it ("https://desk.example.org")."""
    user: str
    """Whom to sign in as: a member of staff."""
    password: dict[str, str]
    """Where the password is: { env = "NAME" }, { file = "PATH" }, { credential = "NAME" } or { keyring = "NAME" }."""
    queue: int = Field(ge=1)
    """The number of the queue whose tickets are the actions (its address in the administration ends with it)."""
    adopt: Literal["", "*"] = ""
    """"*": the queue's own tickets are put to the Board as new actions; "": they are left alone."""
    rate: float = Field(default=10.0, gt=0)
    """Requests a second at most."""
    ca: str = ""
    """A file of certificates to trust instead of the usual ones."""
