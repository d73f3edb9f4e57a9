"""An instance that goes by another name now: a file was renamed, or a line of the configuration names it by its own."""

from __future__ import annotations

from actiontrack.domain.ledger import Conflict, Instance, Intent, Link, Proposal, StoredIssue
from actiontrack.ports import Observation, Writer
from actiontrack.services.core import Core
from actiontrack.services.sync.gate import bound_to


def inherit(core: Core, writer: Writer, name: str, seen: Observation, store_id: str) -> None:
    """At the first sync of a file under the name it has now, take over what is kept under the one in its mark.

    It is that file, and no copy of it, where it lies in the same place, or was found to be that one under another name
    (services/folders.py).
    """
    mark = bound_to(seen.binding)
    if mark is None or mark[0] != store_id or mark[1] in core.instances:
        return
    known = writer.get(Instance, name)
    if known is not None and known.adopted_at is not None:
        return
    before = writer.get(Instance, mark[1])
    if before is not None and (before.source == seen.source or before.name == core.instances[name].formerly):
        _rename(writer, before, name, seen)


def _rename(writer: Writer, before: Instance, name: str, seen: Observation) -> None:
    """Links, intents, proposals, conflicts' sides and issues with it. The mark in the file is renewed by the sync."""
    links = writer.find(Link, instance=before.name)
    issues = writer.find(StoredIssue, source=before.name)
    writer.remove(before, *links, *issues)
    conflicts = [each for each in writer.find(Conflict) if before.name in each.sides]
    here = {"name": name, "source": seen.source, "binding": seen.binding, "issued_to": "", "still": {}}
    writer.put(
        before.model_copy(update=here),
        *(each.model_copy(update={"instance": name}) for each in links),
        *(each.model_copy(update={"source": name}) for each in issues),
        *(each.model_copy(update={"instance": name}) for each in writer.find(Intent, instance=before.name)),
        *(each.model_copy(update={"instance": name}) for each in writer.find(Proposal, instance=before.name)),
        *(each.model_copy(update={"sides": _renamed(each, before.name, name)}) for each in conflicts),
    )


def _renamed(conflict: Conflict, before: str, name: str) -> dict[str, object]:
    return {name if side == before else side: value for side, value in conflict.sides.items()}
