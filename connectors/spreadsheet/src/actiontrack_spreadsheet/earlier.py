"""Earlier versions of an instance's file: listed, compared with what is there now, and put back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from actiontrack.api import ActionTrackError, Backup, CellChange, NotFound, RestorePlan, UserError
from actiontrack_spreadsheet.newfile import put
from actiontrack_spreadsheet.source import Source, open_source
from actiontrack_spreadsheet.usable import file_hash, refuse_open
from actiontrack_spreadsheet.workbook import (
    Formula,
    Grid,
    Kept,
    Ring,
    StaleWorkbook,
    changed_cells,
    kept_in,
    ref,
    replace_file,
)


def backups_of(path: Path, folder: Path) -> list[Backup]:
    """Every version in the folder, the newest first: also of a file that the instance had before under another name."""
    there = file_hash(path) if path.is_file() else ""
    return [_told(each, there) for each in reversed(kept_in(folder)) if each.path.suffix.lower() == path.suffix.lower()]


def plan_restore(path: Path, folder: Path, wanted: str) -> RestorePlan:
    """What putting that version back does. Raises UserError, RetryableError."""
    backup = _choose(path, backups_of(path, folder), wanted)
    if not backup.sha256.startswith(backup.id):
        raise UserError(f"{backup.path}: the backup was changed or damaged since it was kept; choose another")
    if path.is_dir():
        raise UserError(f"{path}: it is a folder; no file can be put there")
    refuse_open(path)
    if not path.exists():
        return RestorePlan(backup, str(path), "", None, "there is no file now")
    plan = RestorePlan(backup, str(path), file_hash(path), ())
    if backup.current:
        return plan
    try:
        return replace(plan, changes=tuple(_changes(open_source(path), open_source(Path(backup.path)))))
    except ActionTrackError as error:
        return replace(plan, changes=None, why=f"the two can't be compared: {error}")


def put_back(plan: RestorePlan, folder: Path) -> str:
    """Do it; the id of what was replaced. Raises as `KeepsBackups.restore`."""
    path = Path(plan.target)
    data = Path(plan.backup.path).read_bytes()
    refuse_open(path)
    if plan.replaces:
        kept = replace_file(path, data, expected_sha256=plan.replaces, backup_dir=folder)
        return next(each.id for each in kept_in(folder) if each.path == kept)
    try:
        put(path, data)
    except FileExistsError:
        raise StaleWorkbook(f"{path.name}: a file has come up there meanwhile; nothing was changed") from None
    return ""


def thin(path: Path, folder: Path, newest: int) -> None:
    """Drop the versions that need not be kept."""
    Ring(folder, path.resolve()).thin(newest)


def _told(kept: Kept, there: str) -> Backup:
    digest = file_hash(kept.path)
    size = kept.path.stat().st_size
    return Backup(kept.id, kept.of, kept.at, size, digest, str(kept.path), current=digest == there)


def _choose(path: Path, backups: list[Backup], wanted: str) -> Backup:
    found = [each for each in backups if wanted and each.id.startswith(wanted.lower())]
    if len(found) == 1:
        return found[0]
    if found:
        raise UserError(f"{path.name}: {len(found)} backups begin with {wanted}; give more of the id")
    raise NotFound(
        f"{path.name}: no backup is called {wanted!r}; `actiontrack connector backups` lists those there are"
    )


def _changes(now: Source, then: Source) -> Iterator[CellChange]:
    """The cells that say something else, sheet by sheet. A CSV file has one sheet, whatever it is called."""
    others = {name.casefold(): name for name in then.sheets} if now.workbook else {}
    for name in now.sheets:
        other = others.pop(name.casefold(), "") if now.workbook else then.sheets[0]
        if not other:
            yield CellChange(name, "", "the sheet is there", "no such sheet")
            continue
        here, there = now.grid(name), then.grid(other)
        for row, col in changed_cells(here, there):
            if here.cell(row, col) != there.cell(row, col):
                yield CellChange(name, ref(row, col), _shows(here, row, col), _shows(there, row, col))
    for name in others.values():
        yield CellChange(name, "", "no such sheet", "the sheet is there")


def _shows(grid: Grid, row: int, col: int) -> str:
    value = grid.cell(row, col)
    return f"={value.text}" if isinstance(value, Formula) and value.text else grid.text(row, col)
