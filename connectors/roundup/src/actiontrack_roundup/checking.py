"""What `connector check` finds out about a tracker."""

from __future__ import annotations

from collections.abc import Iterator

from actiontrack.api import Problem, UserError
from actiontrack_roundup.client import RoundupClient
from actiontrack_roundup.mapping import STATUS_WORDS
from actiontrack_roundup.options import RoundupOptions


def check(client: RoundupClient, options: RoundupOptions, zone: str) -> Iterator[Problem]:
    """Each thing that is wrong. Raises as `Web.read`."""
    answer = client.options()
    if "POST" not in answer.headers.get("Allow", ""):
        yield Problem(f"{options.user} may not create issues at {options.url}", "have the role User given to it")
    statuses = client.names("status")
    try:
        client.issues(action_sync="actiontrack check", action_id="actiontrack check", due="2000-01-01")
    except UserError:
        yield Problem(
            f"the issues of {options.url} lack properties of ours",
            "add due=Date(), action_id=String(), action_sync=String() to the class issue in the tracker's schema.py",
        )
    unknown = [name for name in statuses if name not in STATUS_WORDS]
    if unknown:
        yield Problem(
            f"it has statuses of its own: {', '.join(unknown)}",
            "say what each means under [connector.values.status], unless that is done already",
        )
    there = client.zone(options.user)
    if there not in ("", zone):
        yield Problem(
            f"{options.user} is in the time zone {there} there, and the Board in {zone}: a due date of ours may be the "
            "day before or after",
            f"set that user's time zone to {zone}",
        )
