"""What `[[notifier]]` takes for `type = "govuk-notify"`."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
Template = Annotated[str, Field(pattern=rf"^{_UUID}$")]
MaybeId = Annotated[str, Field(pattern=rf"^({_UUID})?$")]


class Options(BaseModel):
    """Keys of `type = "govuk-notify"`."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    api_key: dict[str, str]
    """Where the API key is kept: `{ env = … }`, `{ file = … }`, `{ credential = … }` or `{ keyring = … }`."""
    template: Template
    """The ID of the service's e-mail template: subject ((subject)), body ((body))."""
    report_template: MaybeId = ""
    """The ID of one for reports, with ((link_to_file)) in its body as well; without it reports can't go this way."""
    reply_to: MaybeId = ""
    """The ID of the service's reply-to address, where it has several."""
    url: str = "https://api.notifications.service.gov.uk"
    """Where GOV.UK Notify is."""
    timeout: float = Field(default=30, gt=0, le=60)
    """Seconds to wait for its answer."""
