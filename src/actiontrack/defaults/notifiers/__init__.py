"""The built-in ways to tell people: SMTP, and an outbox folder."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from actiontrack.api import hookimpl

if TYPE_CHECKING:
    from actiontrack.api import Notifier, NotifierContext
    from actiontrack.defaults.notifiers.options import FileOptions, SmtpOptions


@hookimpl
def register_notifiers(register: Callable[..., None]) -> None:
    """Offer both."""
    from actiontrack.defaults.notifiers.options import FileOptions, SmtpOptions

    register("smtp", SmtpOptions, _smtp)
    register("file", FileOptions, _file)


def _smtp(options: SmtpOptions, context: NotifierContext) -> Notifier:
    from actiontrack.defaults.notifiers.smtp import SmtpNotifier

    return SmtpNotifier(options, context)


def _file(options: FileOptions, context: NotifierContext) -> Notifier:
    from actiontrack.defaults.notifiers.outbox_folder import FileNotifier

    return FileNotifier(options, context)
