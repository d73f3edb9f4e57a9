"""What `connector check` finds out about a tracker."""

from __future__ import annotations

import email.utils
from collections.abc import Iterator
from datetime import timedelta

from actiontrack.api import Clock, Problem, UserError
from actiontrack_roundup.client import RoundupClient
from actiontrack_roundup.mapping import STATUS_WORDS
from actiontrack_roundup.options import RoundupOptions

_MAY_DIFFER = timedelta(minutes=5)


def check(client: RoundupClient, options: RoundupOptions, clock: Clock) -> Iterator[Problem]:
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
    told = email.utils.parsedate_tz(answer.headers.get("Date", ""))
    if told is not None:
        apart = abs(email.utils.mktime_tz(told) - clock.now().timestamp())
        if apart > _MAY_DIFFER.total_seconds():
            yield Problem(
                f"its clock and ours are {timedelta(seconds=round(apart))} apart",
                "set the clocks; nothing is lost by it, but the times shown there are wrong",
            )
