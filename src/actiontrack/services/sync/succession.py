"""An instance that goes by another name now: a file was renamed, or a line of the configuration names it by its own."""

from __future__ import annotations

from actiontrack.domain.ledger import Conflict, Instance, Intent, Link, Proposal, StoredIssue
from actiontrack.ports import Writer


def succeed(writer: Writer, before: Instance, name: str, source: str, binding: str) -> None:
    """Keep under `name` what is kept under the name before: links, intents, proposals, conflicts' sides, issues.

    `source` is where the file is now, `binding` the mark it still carries.
    """
    links = writer.find(Link, instance=before.name)
    issues = writer.find(StoredIssue, source=before.name)
    writer.remove(before, *links, *issues)
    conflicts = [each for each in writer.find(Conflict) if before.name in each.sides]
    writer.put(
        before.model_copy(update={"name": name, "source": source, "binding": binding, "issued_to": "", "still": {}}),
        *(each.model_copy(update={"instance": name}) for each in links),
        *(each.model_copy(update={"source": name}) for each in issues),
        *(each.model_copy(update={"instance": name}) for each in writer.find(Intent, instance=before.name)),
        *(each.model_copy(update={"instance": name}) for each in writer.find(Proposal, instance=before.name)),
        *(each.model_copy(update={"sides": _renamed(each, before.name, name)}) for each in conflicts),
    )


def _renamed(conflict: Conflict, before: str, name: str) -> dict[str, object]:
    return {name if side == before else side: value for side, value in conflict.sides.items()}
