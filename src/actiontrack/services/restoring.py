"""Earlier versions of what connectors wrote to: listed, and put back so that none of it is mistaken for an edit."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

from actiontrack.domain.ledger import Instance
from actiontrack.errors import UserError
from actiontrack.ports import Backup, KeepsBackups, RestorePlan
from actiontrack.services.core import Core
from actiontrack.services.sync.lease import hold_lease


class BackupRow(TypedDict):
    """One line of `connector backups --json`; `at` in UTC, `size` in bytes."""

    connector: str
    id: str
    file: str
    at: str
    size: int
    sha256: str
    current: bool
    path: str


class Change(TypedDict):
    """A cell that differs: what it shows now, and what it showed then."""

    sheet: str
    cell: str
    now: str
    then: str


class PutBack(TypedDict):
    """What `connector restore --json` prints. `kept` is the id of what was replaced, "" where there was nothing.

    `current` where that very version is in place already; `changes` is None where the two could not be compared, for
    the reason in `why`.
    """

    connector: str
    file: str
    backup: str
    at: str
    kept: str
    current: bool
    changes: list[Change] | None
    why: str


def list_backups(core: Core, name: str = "") -> list[BackupRow]:
    """The versions kept of every instance, or of one. Raises UserError where that one keeps none."""
    names = [name] if name else [each for each in core.instances if isinstance(core.connectors[each], KeepsBackups)]
    return [_row(each, backup) for each in names for backup in _keeper(core, each).backups()]


def restore_backup(core: Core, name: str, backup: str, *, who: str, dry_run: bool = False) -> PutBack:
    """Put a version back in place. Where it raises UserError or RetryableError (open elsewhere), nothing was changed.

    The instance waits for an approval at its next sync: what the old version says must not be taken for edits unseen.
    """
    keeper = _keeper(core, name)
    plan = keeper.plan_restore(backup)
    told = _told(name, plan)
    if dry_run or plan.backup.current:
        return told
    with hold_lease(core.store, core.clock, who):
        # Said before it is done: a restore cut off in between costs an approval, never an edit that nobody made.
        before = _confirm(core, name, _why(plan), who)
        try:
            told["kept"] = keeper.restore(plan)
        except BaseException:
            _confirm(core, name, before, who)
            raise
    return told


def _keeper(core: Core, name: str) -> KeepsBackups:
    if name not in core.instances:
        raise UserError(f"No connector is called “{name}”. `actiontrack connector list` shows them.")
    connector = core.connectors[name]
    if not isinstance(connector, KeepsBackups):
        raise UserError(f"“{name}” is of type “{core.instances[name].type}”, which keeps no backups.")
    return connector


def _confirm(core: Core, name: str, why: str, who: str) -> str:
    """Have the instance wait for an approval, or not; what it waited for before."""
    with core.store.writing(who, "connector restore") as writer:
        instance = writer.get(Instance, name) or Instance(name=name)
        writer.put(instance.model_copy(update={"must_confirm": why}))
    return instance.must_confirm


def _why(plan: RestorePlan) -> str:
    return (
        f"{Path(plan.target).name} was put back as it was until {plan.backup.at:%Y-%m-%d %H:%M} UTC: once approved, "
        "what it says is taken in like any edit, older than the records or not"
    )


def _row(name: str, backup: Backup) -> BackupRow:
    return BackupRow(
        connector=name, id=backup.id, file=backup.file, at=backup.at.isoformat(), size=backup.size,
        sha256=backup.sha256, current=backup.current, path=backup.path,
    )  # fmt: skip


def _told(name: str, plan: RestorePlan) -> PutBack:
    changes = None
    if plan.changes is not None:
        changes = [Change(sheet=each.sheet, cell=each.cell, now=each.now, then=each.then) for each in plan.changes]
    return PutBack(
        connector=name, file=plan.target, backup=plan.backup.id, at=plan.backup.at.isoformat(),
        kept="", current=plan.backup.current, changes=changes, why=plan.why,
    )  # fmt: skip
