"""Writing edits into a workbook in place: plan, make, check, swap."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from .check import check_edits
from .edits import Edit, WriteResult
from .errors import WorkbookRefused
from .package import Package, read_bytes
from .plan import make_plan
from .replace import check_unchanged, replace_file
from .verify import verify
from .workbook import Workbook
from .zipwriter import rewrite


def plan_and_write(
    path: Path | str,
    edits: Sequence[Edit],
    *,
    expected_sha256: str,
    backup_dir: Path | str,
    dry_run: bool = False,
    opened: Workbook | None = None,
    own_sheet: str = "",
) -> WriteResult:
    """Make all edits in one atomic replace of the file, or none.

    ``opened``, the workbook as the caller read it, saves reading it again while the file still is what it was.
    ``own_sheet``: as ``check_edits`` has it.
    Raises StaleWorkbook if the file is not ``expected_sha256`` (at the start or just before the replace),
    WorkbookRefused if any edit is refused (``check_edits`` tells which) or the result fails its check,
    WorkbookBusy if another program holds the file.
    """
    path = Path(path)
    data = read_bytes(path)
    check_unchanged(path, data, expected_sha256)
    workbook = opened if opened and opened.sha256 == expected_sha256 else Workbook(Package(path, data))
    package = workbook.package
    refusals = check_edits(workbook, edits, own_sheet=own_sheet)
    if refusals:
        more = f" (and {len(refusals) - 1} more)" if len(refusals) > 1 else ""
        raise WorkbookRefused(refusals[0].reason, refusals[0].message + more)
    plan = make_plan(workbook, edits)
    if not plan.parts:
        return WriteResult(workbook.sha256, (), ())
    result = rewrite(package, plan.parts)
    after = verify(workbook, plan, result)
    cells = tuple((sheet, *cell) for sheet, values in plan.cells.items() for cell in sorted(values))
    digest, parts = hashlib.sha256(result).hexdigest(), tuple(sorted(plan.parts))
    if dry_run:
        return WriteResult(digest, cells, parts)
    backup = replace_file(path, result, expected_sha256=expected_sha256, backup_dir=Path(backup_dir))
    return WriteResult(digest, cells, parts, backup, written=True, after=after)
