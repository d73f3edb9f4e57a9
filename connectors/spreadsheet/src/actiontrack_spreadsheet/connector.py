"""The connector to one workbook or CSV file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from actiontrack.api import (
    Backup,
    Batch,
    Capabilities,
    InstanceContext,
    Observation,
    Outcome,
    Problem,
    Record,
    RestorePlan,
    RetryableError,
    ShownProblems,
    Unanswered,
    UserError,
)
from actiontrack_spreadsheet.headings import FIELDS, normal, vocabulary
from actiontrack_spreadsheet.options import SpreadsheetOptions
from actiontrack_spreadsheet.usable import file_hash, refuse_open, refuse_unusable

if TYPE_CHECKING:
    from actiontrack_spreadsheet.reading import Reading
    from actiontrack_spreadsheet.writing import Plan

_EXPECTED = ("lead_agency", "current_due", "status", "progress")
"""What a plan is hardly ever without."""


class SpreadsheetConnector:
    """One plan in one file. One `apply` is one replace of it; what was read is kept while the file stays the same."""

    def __init__(self, options: SpreadsheetOptions, context: InstanceContext) -> None:
        self._options = options
        self._context = context
        self._path = Path(context.folder) / options.path
        self._agencies = frozenset(normal(name) for name in context.agencies)
        self._last: tuple[Mapping[str, str], Reading] | None = None

    def capabilities(self) -> Capabilities:
        """Every field, read and written; a file is compared by its hash just before it is replaced.

        A file that was read and can only be read takes no new rows either.
        """
        fields = frozenset(FIELDS) - {"ref"}
        read_only = self._last is not None and bool(self._last[1].source.read_only)
        writes = frozenset[str]() if read_only else fields
        return Capabilities(reads=fields, writes=writes, concurrency="compare", creates=not read_only)

    def observe(self, cursor: str, columns: Mapping[str, str]) -> Observation:
        """All of the plan; a workbook has no increments. The proof is the SHA-256 of the file.

        Raises UserError (missing, damaged, headings unclear), RetryableError (open elsewhere).
        """
        from actiontrack_spreadsheet.reading import observation

        if self._is_to_be_made():
            return self._unmade()
        return observation(self._read(columns), inbound_only=self._context.inbound_only)

    def unchanged(self, mark: str) -> str:
        """A file of the same bytes, or one that was saved again with the same content on the sheets that count."""
        from actiontrack_spreadsheet.marks import still_as_marked

        refuse_unusable(self._path)
        return still_as_marked(self._path, mark)

    def apply(self, batch: Batch) -> Iterator[Outcome]:
        """Make every write in one atomic replace of the file.

        A write of which some cells were refused yields `refused` for each of those, then `applied` with the record as
        it now stands. A file that is not as it was observed makes every write `stale`; nothing is written then.
        """
        from actiontrack_spreadsheet.create import make_workbook
        from actiontrack_spreadsheet.earlier import thin
        from actiontrack_spreadsheet.workbook import StaleWorkbook
        from actiontrack_spreadsheet.writing import Plan, outcomes, write_batch

        if self._is_to_be_made() and not batch.proof:
            try:
                rows = make_workbook(self._path, batch, self._context)
            except FileExistsError:
                return _stale(batch)
            return outcomes(Plan(rows=rows), batch, self._read(batch.columns))
        if not self._path.exists():
            return _stale(batch)
        refuse_open(self._path)
        if file_hash(self._path) != batch.proof:
            return _stale(batch)
        reading = self._read(batch.columns)
        if reading.source.sha256 != batch.proof:
            return _stale(batch)
        try:
            plan = write_batch(reading, batch, self._backups)
        except StaleWorkbook:
            return _stale(batch)
        thin(self._path, self._backups, self._options.backups)
        return outcomes(plan, batch, self._written(plan, reading, batch) if plan.edits else reading)

    def find(self, op_id: str) -> Record | None:
        """None: a row carries no mark of the write that made it, only its Action ID."""
        return None

    def check(self) -> Iterable[Problem]:
        """Whether the file can be reached, read and written, and which usual columns it lacks."""
        from actiontrack_spreadsheet.reading import read_only_problem

        try:
            if self._is_to_be_made():
                return
            reading = self._read({})
        except Unanswered as error:
            yield from error.problems
            return
        except (UserError, RetryableError) as error:
            yield Problem(str(error), "mend it, then sync again")
            return
        if reading.source.read_only:
            yield read_only_problem(reading)
            return
        for path, what in ((self._path, "the file"), (self._path.parent, "its folder")):
            if not os.access(path, os.W_OK):
                yield Problem(f"{self._path.name}: {what} can't be written to", "allow this user to write there")
        labels = vocabulary().labels
        for name in _EXPECTED:
            if name not in reading.layout.columns:
                yield Problem(
                    f"{self._path.name}, sheet “{reading.layout.sheet}”: no column found for {labels[name].lower()}",
                    f"name it under [connector.columns] as {name}, if the plan has one",
                    sheet=reading.layout.sheet,
                    field=name,
                )

    def backups(self) -> Sequence[Backup]:
        """Every version kept of the file, the newest first."""
        from actiontrack_spreadsheet.earlier import backups_of

        return backups_of(self._path, self._backups)

    def plan_restore(self, backup: str) -> RestorePlan:
        """What putting that version back would do, cell by cell. Raises UserError, RetryableError (open elsewhere)."""
        from actiontrack_spreadsheet.earlier import plan_restore

        return plan_restore(self._path, self._backups, backup)

    def restore(self, plan: RestorePlan) -> str:
        """Put a version back in one replace of the file; the id of what it replaced, which is kept."""
        from actiontrack_spreadsheet.earlier import put_back

        return put_back(plan, self._backups)

    def show_problems(
        self, problems: Sequence[Problem], *, out: str, way: Literal["sheet", "comments"], dry_run: bool = False
    ) -> ShownProblems:
        """List them on a sheet "Problems", or as comments at their cells, in a copy or in the workbook itself."""
        from actiontrack_spreadsheet.earlier import thin
        from actiontrack_spreadsheet.showing import show

        today = self._context.clock.today()
        shown = show(
            self._path, problems, out=out, way=way, backups=self._backups, today=today, dry_run=dry_run
        )  # fmt: skip
        thin(self._path, self._backups, self._options.backups)
        return shown

    @property
    def _backups(self) -> Path:
        return Path(self._context.state_folder) / "backups"

    def _is_to_be_made(self) -> bool:
        made = self._options.create and not self._path.exists()
        if made and self._path.suffix.lower() != ".xlsx":
            raise UserError(
                f"{self._path.name}: a new file is made as .xlsx; name it so under path, or leave create out"
            )
        return made

    def _read(self, columns: Mapping[str, str]) -> Reading:
        from actiontrack_spreadsheet.reading import read, refuse_keyless
        from actiontrack_spreadsheet.source import open_source

        source = None
        if self._last and self._path.exists():
            refuse_unusable(self._path)
            agreed, last = self._last
            if last.source.sha256 == file_hash(self._path):
                if agreed == columns:
                    return last
                source = last.source
        reading = read(source or open_source(self._path), self._options, self._agencies, columns)
        if not self._context.inbound_only:
            refuse_keyless(reading)
        self._last = (dict(columns), reading)
        return reading

    def _written(self, plan: Plan, before: Reading, batch: Batch) -> Reading:
        """The file after a write: of one that only set cells, the rows they are in."""
        from actiontrack_spreadsheet.reading import read, read_again

        self._last = None
        if plan.after is None:
            return self._read(batch.columns)
        if plan.only_sets:
            return read_again(before, plan.after, self._options.fill_down, set(plan.rows.values()))
        return read(plan.after, self._options, self._agencies, batch.columns)

    def _unmade(self) -> Observation:
        from actiontrack_spreadsheet.create import SHEET, columns_made

        columns = columns_made()
        return Observation(
            records=(),
            proof="",
            source=str(self._path.resolve()),
            bindable=True,
            key="ref",
            exists=False,
            sheet=SHEET,
            columns={name: heading for name, (heading, _) in columns.items() if name != "ref"},
            places={name: letter for name, (_, letter) in columns.items()},
            writable=frozenset(columns) - {"ref"},
            allowed={"status": tuple(self._context.statuses)} if self._context.statuses else {},
            limits=dict.fromkeys(columns, 32_767),
            setup=[f"The workbook {self._path.name} is made, with a sheet “{SHEET}” and the actions in its scope."],
        )


def _stale(batch: Batch) -> Iterator[Outcome]:
    why = "the file was changed since it was read"
    return iter([Outcome(write.op_id, "stale", why=why) for write in batch.writes])
