"""What a `[[connector]]` of type "fhir" may say."""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator


class FhirOptions(BaseModel):
    """The keys of a FHIR instance, beside those every instance has."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    url: str
    """The server's base address ("https://fhir.example.nhs.uk/R4")."""
    token: dict[str, str] = Field(default_factory=dict)
    """Where the bearer token is: { env = "NAME" }, { file = "PATH" }, { credential = "NAME" }, { keyring = "NAME" }."""
    user: str = ""
    """Whom to sign in as, where the server takes names and passwords; with `password`."""
    password: dict[str, str] = Field(default_factory=dict)
    """Where the password is."""
    owner: str = ""
    """Who is to do the tasks that are made there ("Organization/123")."""
    system: str = "urn:x-actiontrack:action"
    """The identifier system that our Action IDs are in; instances that share one server have one each."""
    adopt: str = ""
    """A search that selects tasks of their own, in FHIR's words ("code=safeguarding"): they are put to the Board."""
    rate: float = Field(default=10.0, gt=0)
    """Requests a second at most."""
    ca: str = ""
    """A file of certificates to trust instead of the usual ones."""

    @model_validator(mode="after")
    def _one_way_in(self) -> FhirOptions:
        if bool(self.user) != bool(self.password):
            raise ValueError("user and password go together")
        if self.token and self.password:
            raise ValueError("give a password or a token, not both")
        return self

    @field_validator("owner")
    @classmethod
    def _not_a_person_cared_for(cls, value: str) -> str:
        if value and not re.fullmatch(r"[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}", value):
            raise ValueError('it is no reference; write "Organization/123"')
        if value.startswith(("Patient/", "RelatedPerson/")):
            raise ValueError("an action is done by an organisation or post, never by a patient or their family")
        return value

    @field_validator("system")
    @classmethod
    def _one_uri(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s|,$\\]+", value):
            raise ValueError('it is no URI; write one such as "https://board.example.org/action"')
        return value
