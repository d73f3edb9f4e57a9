"""Messages by GOV.UK Notify, with its own client for Python.

Written from its public reference (https://docs.notifications.service.gov.uk/python.html, read in November 2026). It
takes no key that would make a request harmless to repeat; it takes a reference, by which it can be asked what it has
been given. So it is asked before each message: what it knows is not handed over again.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from actiontrack.api import (
    ActionTrackError,
    Attachment,
    Message,
    NotifierContext,
    Problem,
    RetryableError,
    SkippableError,
    UserError,
)

if TYPE_CHECKING:
    from actiontrack_govuk_notify.options import Options

_LIMIT = 2 * 1024 * 1024
"""Bytes of a file."""
_A_DAY = 3600.0
"""Seconds to wait where the day's limit is reached: it begins anew at midnight UTC."""
_OF_TEMPLATES = ("template", "personalisation")
"""What a refusal that is none of the message's own speaks of."""
_KEY_SIGNS = 73
"""An API key ends with two UUIDs and a dash between them."""


class NotifyNotifier:
    """Hands each message to GOV.UK Notify; of a report one a file, for a message links to one."""

    def __init__(self, options: Options, context: NotifierContext) -> None:
        self._options = options
        self._context = context

    def send(self, message: Message) -> str:
        """As `Notifier`. The calendar file stays behind: a template can't take it along."""
        files = [each for each in message.attachments if not each.kind.startswith("text/calendar")]
        if not files:
            return self._once(message, self._options.template, message.key, {})
        if not self._options.report_template:
            raise SkippableError("reports can't go this way: [[notifier]] has no report_template")
        said = [
            self._once(message, self._options.report_template, f"{message.key}-{at}", {"link_to_file": _upload(each)})
            for at, each in enumerate(files, 1)
        ]
        return "; ".join(said)

    def check(self) -> Iterable[Problem]:
        """As `Notifier`: ask for the templates."""
        for name in filter(None, (self._options.template, self._options.report_template)):
            try:
                self._asked(lambda client, name=name: client.get_template(name))
            except ActionTrackError as error:
                yield Problem(f"Template {name}: {error}.", "Mend [[notifier]], or the service at GOV.UK Notify.")

    def _once(self, message: Message, template: str, reference: str, more: Mapping[str, Any]) -> str:
        known = self._asked(lambda client: client.get_all_notifications(reference=reference))["notifications"]
        if known:
            return f"{known[0]['id']}, given before"
        personalisation = {"subject": message.subject, "body": message.text, **more}
        made = self._asked(
            lambda client: client.send_email_notification(
                email_address=message.to,
                template_id=template,
                personalisation=personalisation,
                reference=reference,
                email_reply_to_id=self._options.reply_to or None,
            )
        )
        return str(made["id"])

    def _asked(self, ask: Any) -> dict[str, Any]:
        """Its answer; a refusal as one of our errors."""
        from notifications_python_client.errors import APIError
        from notifications_python_client.notifications import NotificationsAPIClient

        key = self._context.secret(self._options.api_key)
        if len(key) < _KEY_SIGNS:
            raise UserError("GOV.UK Notify: the API key is none; copy the whole of it")
        client = NotificationsAPIClient(key, base_url=self._options.url, timeout=self._options.timeout)
        try:
            answer: dict[str, Any] = ask(client)
        except APIError as error:
            raise _ours(error.status_code, error.message) from None
        return answer


def _upload(file: Attachment) -> dict[str, Any]:
    from notifications_python_client.utils import prepare_upload

    if len(file.content) > _LIMIT:
        raise SkippableError(f"{file.name} is larger than the 2 MB that GOV.UK Notify takes")
    upload: dict[str, Any] = prepare_upload(io.BytesIO(file.content), filename=file.name)
    return upload


def _ours(status: int, told: str | list[dict[str, str]]) -> ActionTrackError:
    """What a refusal means: its errors are told as [{"error", "message"}]."""
    errors = told if isinstance(told, list) else [{"error": "", "message": str(told)}]
    words = "; ".join(str(each.get("message", "")) for each in errors)
    line = " ".join(f"GOV.UK Notify: {status} {words}".split())[:200]
    if status == 429:
        is_rate = any(each.get("error") == "RateLimitError" for each in errors)
        return RetryableError(line, retry_after=60.0 if is_rate else _A_DAY)
    if status >= 500:
        return RetryableError(line)
    if status in (400, 413) and not any(word in words.lower() for word in _OF_TEMPLATES):
        return SkippableError(line)
    return UserError(line)
