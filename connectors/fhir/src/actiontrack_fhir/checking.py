"""What `connector check` finds out about a FHIR server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from actiontrack.api import Problem
from actiontrack_fhir.server import TaskServer

_NEEDED = {
    "read": "read a task", "search-type": "search for tasks", "create": "make a task", "update": "change a task",
}  # fmt: skip


def check(server: TaskServer, url: str) -> Iterator[Problem]:
    """Each thing that is wrong. Raises as `TaskServer.search`: that is how it shows that we are let in."""
    told = server.capabilities()
    version = str(told.get("fhirVersion", ""))
    if not version.startswith("4."):
        yield Problem(f"{url} speaks FHIR {version or 'of an unknown version'}", "give the address of its R4 service")
    yield from _of_tasks(told, url)
    server.search(("_lastUpdated", "ge9999-01-01"))


def _of_tasks(told: dict[str, Any], url: str) -> Iterator[Problem]:
    """What its CapabilityStatement says that it can't do with tasks. One that says nothing of them proves nothing."""
    resources = [each for rest in told.get("rest", ()) for each in rest.get("resource", ())]
    tasks = next((each for each in resources if each.get("type") == "Task"), None)
    if tasks is None:
        if resources:
            yield Problem(f"{url} keeps no Task", "ask whoever runs the server to turn it on")
        return
    able = {each.get("code") for each in tasks.get("interaction", ())}
    for code, what in _NEEDED.items():
        if able and code not in able:
            yield Problem(f"{url} does not let anybody {what}", f"ask whoever runs the server for {code} of Task")
    if tasks.get("versioning") == "no-version":
        yield Problem(f"{url} keeps no versions of tasks", "it can only be read: nobody's edit would be safe")
    if tasks.get("conditionalCreate") is False:
        yield Problem(
            f"{url} takes no conditional create",
            "a create whose answer is lost is searched for before it is sent again",
        )
