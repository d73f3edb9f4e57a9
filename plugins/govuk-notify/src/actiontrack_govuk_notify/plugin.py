"""Offers the notifier. What it needs is imported when a message is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from actiontrack.api import hookimpl

if TYPE_CHECKING:
    from actiontrack.api import Notifier, NotifierContext
    from actiontrack_govuk_notify.options import Options


@hookimpl
def register_notifiers(register: Callable[..., None]) -> None:
    """Offer GOV.UK Notify."""
    from actiontrack_govuk_notify.options import Options

    register("govuk-notify", Options, _make)


def _make(options: Options, context: NotifierContext) -> Notifier:
    from actiontrack_govuk_notify.notifier import NotifyNotifier

    return NotifyNotifier(options, context)
