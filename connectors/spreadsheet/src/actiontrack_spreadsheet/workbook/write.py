"""Writing edits into a workbook in place: plan, make, check, swap."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from .book import Book
from .check import check_edits
from .edits import Edit, Refusal, WriteResult
from .errors import WorkbookRefused
from .package import Package, read_bytes
from .plan import Plan, make_plan
from .replace import check_unchanged, replace_file
from .verify import verify
from .workbook import Workbook
from .zipwriter import rewrite


class Packed(Book, Protocol):
    """A workbook that is a package of parts."""

    @property
    def package(self) -> Package:
        """Its parts."""


B = TypeVar("B", bound=Packed)


@dataclass(frozen=True, slots=True)
class Format(Generic[B]):
    """How workbooks of one format are opened, what refuses edits, what makes parts of them, what checks the result."""

    open: Callable[[Package], B]
    check: Callable[[B, Sequence[Edit], str], list[Refusal]]
    """The last argument is the sheet whose protection the caller itself put on."""
    plan: Callable[[B, Sequence[Edit]], Plan]
    verify: Callable[[B, Plan, bytes], B]


def _check(workbook: Workbook, edits: Sequence[Edit], own_sheet: str) -> list[Refusal]:
    return check_edits(workbook, edits, own_sheet=own_sheet)


EXCEL = Format(Workbook, _check, make_plan, verify)


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
    return write_in_place(
        EXCEL, Path(path), edits, expected_sha256=expected_sha256, backup_dir=Path(backup_dir), dry_run=dry_run,
        opened=opened, own_sheet=own_sheet,
    )  # fmt: skip


def write_in_place(
    kind: Format[B],
    path: Path,
    edits: Sequence[Edit],
    *,
    expected_sha256: str,
    backup_dir: Path,
    dry_run: bool = False,
    opened: B | None = None,
    own_sheet: str = "",
) -> WriteResult:
    """``plan_and_write`` for a workbook of any format that is a zip of XML parts."""
    data = read_bytes(path)
    check_unchanged(path, data, expected_sha256)
    workbook = opened if opened and opened.sha256 == expected_sha256 else kind.open(Package(path, data))
    plan, result, after = _made(kind, workbook, edits, own_sheet)
    if not plan.parts:
        return WriteResult(workbook.sha256, (), ())
    cells = tuple((sheet, *cell) for sheet, values in plan.cells.items() for cell in sorted(values))
    digest, parts = hashlib.sha256(result).hexdigest(), tuple(sorted(plan.parts))
    if dry_run:
        return WriteResult(digest, cells, parts)
    backup = replace_file(path, result, expected_sha256=expected_sha256, backup_dir=backup_dir)
    return WriteResult(digest, cells, parts, backup, written=True, after=after)


def edited(workbook: Workbook, edits: Sequence[Edit]) -> bytes:
    """The bytes of the workbook with all edits made and checked, for a copy; no file is written.

    Raises WorkbookRefused as ``plan_and_write``.
    """
    return _made(EXCEL, workbook, edits, "")[1]


def _made(kind: Format[B], workbook: B, edits: Sequence[Edit], own_sheet: str) -> tuple[Plan, bytes, B]:
    """The plan, the bytes of the result, and the result as it was read for its check."""
    refusals = kind.check(workbook, edits, own_sheet)
    if refusals:
        more = f" (and {len(refusals) - 1} more)" if len(refusals) > 1 else ""
        raise WorkbookRefused(refusals[0].reason, refusals[0].message + more)
    plan = kind.plan(workbook, edits)
    if not plan.parts:
        return plan, workbook.package.data, workbook
    result = rewrite(workbook.package, plan.parts)
    return plan, result, kind.verify(workbook, plan, result)
