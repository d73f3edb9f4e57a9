"""What `connector check` finds out about a project of a Redmine."""

from __future__ import annotations

from collections.abc import Iterator

from actiontrack.api import Problem, UserError
from actiontrack_redmine.client import RedmineClient
from actiontrack_redmine.mapping import STATUS_WORDS
from actiontrack_redmine.options import RedmineOptions

_HOW = (
    "make it under Administration → Custom fields → Issues, for all trackers, used as a filter, and give its number, "
    "which is in its page's address"
)
_WANTED = {"ref_field": "text", "sync_field": "text", "text_field": "long text"}


def check(client: RedmineClient, options: RedmineOptions) -> Iterator[Problem]:
    """Each thing that is wrong. Raises as `RedmineClient.me` and `RedmineClient.project`."""
    client.me()
    project = client.project()
    if project.get("status", 1) != 1:
        yield Problem(f"the project {options.project} is closed or archived", "open it again there")
    if project.get("is_public"):
        yield Problem(
            f"the project {options.project} is public: whoever reaches that Redmine may read the actions",
            "make it private in its settings",
        )
    trackers = {each["id"]: each["name"] for each in project.get("trackers", ())}
    if not trackers or (options.tracker and options.tracker not in trackers):
        offered = ", ".join(f"{number} ({name})" for number, name in trackers.items()) or "none"
        yield Problem(
            f"the project has no tracker {options.tracker or ''}".rstrip(), f"choose one of its own: {offered}"
        )
    for key in missing(client, options):
        yield Problem(f"the project has no custom field {getattr(options, key)} ({key})", _HOW)
    unknown = [name for name in client.statuses() if name not in STATUS_WORDS]
    if unknown:
        yield Problem(
            f"it has statuses of its own: {', '.join(unknown)}",
            "say what each means under [connector.values.status], unless that is done already",
        )


def missing(client: RedmineClient, options: RedmineOptions) -> list[str]:
    """The keys of the custom fields that the project has not."""
    if len(client.names(*(getattr(options, key) for key in _WANTED))) == len(_WANTED):
        return []
    return [key for key in _WANTED if not client.names(getattr(options, key))]


def refuse_missing(client: RedmineClient, options: RedmineOptions) -> None:
    """Raises UserError where a custom field of ours is not there."""
    for key in missing(client, options):
        raise UserError(
            f"{options.url}: the project {options.project} has no custom field {getattr(options, key)} "
            f"({key}, {_WANTED[key]}); {_HOW}"
        )
