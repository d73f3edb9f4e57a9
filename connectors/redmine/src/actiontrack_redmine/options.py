"""What a `[[connector]]` of type "redmine" may say."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class RedmineOptions(BaseModel):
    """The keys of a Redmine instance, beside those every instance has.

    The three custom fields are named by their numbers: those in the addresses of their pages in Redmine's
    administration. Only administrators may ask for numbers by name.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    url: str
    """Redmine's own address ("https://redmine.example.org")."""
    project: str
    """The project's identifier, as in its address ("safeguarding")."""
    key: dict[str, str]
    """Where the API key is: { env = "NAME" }, { file = "PATH" }, { credential = "NAME" } or { keyring = "NAME" }."""
    ref_field: int
    """The custom field (text) that holds our Action ID."""
    sync_field: int
    """The custom field (text) that holds the mark of our writes."""
    text_field: int
    """The custom field (long text) that holds what is too long for a subject."""
    tracker: int = 0
    """The number of the tracker for new issues; 0: the project's first."""
    adopt: str = ""
    """Issues of their own in this tracker (by name) are put to the Board as new actions ("*": all); "": none."""
    rate: float = Field(default=10.0, gt=0)
    """Requests a second at most."""
    ca: str = ""
    """A file of certificates to trust instead of the usual ones."""
