"""What `connector check` finds out about a list of tasks."""

from __future__ import annotations

from collections.abc import Iterator

from actiontrack.api import Problem
from actiontrack_caldav.collection import CollectionClient

_SMALL = 65_536
"""Bytes that a task with a long text takes."""
_WRITING = frozenset({"write", "all", "write-content", "bind"})


def check(client: CollectionClient, url: str) -> Iterator[Problem]:
    """Each thing that is wrong. Raises as `CollectionClient.facts`."""
    facts = client.facts()
    if not facts.is_calendar:
        yield Problem(f"{url} is no calendar", "give the list's own address, as the server shows it in its properties")
    if facts.kinds is not None and "VTODO" not in facts.kinds:
        yield Problem(f"{url} takes no tasks", "choose a list that is made for tasks (VTODO)")
    if facts.rights is not None and not _WRITING & set(facts.rights):
        yield Problem(f"the account may only read {url}", "have it shared with the right to change, or to read only")
    if facts.reports is not None and "sync-collection" not in facts.reports:
        yield Problem(
            f"{url} can't say what changed (RFC 6578)", "ask whoever runs the server to turn sync-collection on"
        )
    if facts.largest is not None and facts.largest < _SMALL:
        yield Problem(f"{url} takes no more than {facts.largest} bytes a task", "ask for 65,536 at the least")
