"""Request Tracker as a board's platform: a queue of actions, and one in which each ticket is a review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from actiontrack.api import HostedReview, InstanceContext, InstanceSettings
from actiontrack_request_tracker.client import quoted
from actiontrack_request_tracker.connector import TrackerConnector
from actiontrack_request_tracker.fields import REVIEW_FIELDS
from actiontrack_request_tracker.mapping import custom_values
from actiontrack_request_tracker.options import PlatformOptions

_REF, _REGIME, _PUBLICATION = (REVIEW_FIELDS[name].name for name in ("ref", "regime", "publication"))


class TrackerPlatform(TrackerConnector):
    """`ports.Platform`."""

    def __init__(self, options: PlatformOptions, settings: InstanceSettings, context: InstanceContext) -> None:
        super().__init__(options, settings, context)
        self._reviews_queue = options.reviews
        self._found: Sequence[HostedReview] = ()

    def reviews(self) -> Sequence[HostedReview]:
        """Every ticket of the queue of reviews."""
        self._found = []
        if self._reviews_queue:
            base = self._options.url.rstrip("/")
            for ticket in self.tracker.tickets(f"Queue = {quoted(self._reviews_queue)}"):
                said = custom_values(ticket)
                fields = {
                    "title": str(ticket.get("Subject") or "").strip(),
                    "regime": said.get(_REGIME, "").strip(),
                    "publication": said.get(_PUBLICATION, "").strip().replace(" ", "_"),
                }
                link = f"{base}/Ticket/Display.html?id={ticket['id']}"
                self._found.append(HostedReview(str(ticket["id"]), said.get(_REF, "").strip(), fields, link))
        return self._found

    def comment(self, remote_id: str, text: str, key: str) -> None:
        """A comment, its subject the key; one that is there already is not made again."""
        subject = f"actiontrack {key}"
        if not self.tracker.has_comment(remote_id, subject):
            self.tracker.comment(remote_id, subject, text)

    def _links(self) -> Mapping[str, str]:
        return {each.ref: each.remote_id for each in self._found or self.reviews()}
