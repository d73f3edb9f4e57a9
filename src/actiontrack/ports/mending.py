"""What a connector may offer a person who mends something: earlier versions put back, problems shown in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

from actiontrack.ports.connectors import Problem


@dataclass(frozen=True, slots=True)
class Backup:
    """An earlier version that was kept when it was replaced, `at` that moment. `id` names it among its instance's.

    `file` is the name of what it is a version of, `size` its bytes, `path` where it lies; `current` whether the very
    same content is in place now.
    """

    id: str
    file: str
    at: datetime
    size: int
    sha256: str
    path: str
    current: bool


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell that a restore changes: what it shows now, and what it showed then."""

    sheet: str
    cell: str
    now: str
    then: str


@dataclass(frozen=True, slots=True)
class RestorePlan:
    """What putting a version back would do.

    `target` is the file in whose place it goes, `replaces` the SHA-256 of what is there now ("" where nothing is).
    `changes` are cells by sheet and row; None where the two can't be compared, with the reason in `why`.
    """

    backup: Backup
    target: str
    replaces: str
    changes: Sequence[CellChange] | None
    why: str = ""


@runtime_checkable
class KeepsBackups(Protocol):
    """A connector that keeps what it replaces."""

    def backups(self) -> Sequence[Backup]:
        """Every version kept, the newest first."""
        ...

    def plan_restore(self, backup: str) -> RestorePlan:
        """What restoring the version of that id (or of its first characters) would do; changes nothing.

        Raises UserError (no such version, damaged), RetryableError (open elsewhere).
        """
        ...

    def restore(self, plan: RestorePlan) -> str:
        """Put the version in place in one step, keeping what is there now; the id of that, "" where there was none.

        Raises RetryableError (open elsewhere, no backup can be kept), PreconditionFailed where what is there is no
        longer what the plan replaces. Then nothing was changed.
        """
        ...


@dataclass(frozen=True, slots=True)
class ShownProblems:
    """Where problems were put, or would be: the file, the name of the sheet that lists them, the cells that got one."""

    file: str
    sheet: str
    comments: int
    listed: int


@runtime_checkable
class ShowsProblems(Protocol):
    """A connector that can show problems where they are."""

    def show_problems(
        self, problems: Sequence[Problem], *, out: str, way: Literal["sheet", "comments"], dry_run: bool = False
    ) -> ShownProblems:
        """List them on a sheet, or as comments at their cells, in a new copy `out` ("": in the original itself).

        What can't be a comment is listed on the sheet. Those shown there before are replaced. Raises UserError (no
        such copy can be made), RetryableError (open elsewhere, changed meanwhile).
        """
        ...
