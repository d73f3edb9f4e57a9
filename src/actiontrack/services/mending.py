"""What a person must mend in a source: listed, and shown in a copy of it, in the original, or in a list of its own."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from actiontrack.domain.ledger import Instance, StoredIssue
from actiontrack.errors import RetryableError, UserError
from actiontrack.ports import Problem, ShowsProblems
from actiontrack.services.core import Core
from actiontrack.services.sync.engine import sync
from actiontrack.services.sync.problems import ProblemRow, problem_rows

_TRIGGERS = ("=", "+", "-", "@", "\t", "\r")
"""A cell of a CSV file that begins so is a formula to whoever opens it; a quote before it makes it text."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Where problems were put, or would be: "" where they were only listed."""

    file: str = ""
    sheet: str = ""
    comments: int = 0
    listed: int = 0


def list_problems(core: Core, name: str) -> list[ProblemRow]:
    """What stood open after the last sync; of an instance never synced, what a sync would tell. Raises UserError."""
    _check_name(core, name)
    with core.store.reading() as reader:
        if reader.get(Instance, name) is not None or reader.count(StoredIssue, source=name):
            return problem_rows(reader, name, core.instances[name].options)
    return _read_anew(core, name)


def show_problems(
    core: Core, name: str, *, out: Path | None, way: Literal["sheet", "comments"], dry_run: bool = False
) -> tuple[list[ProblemRow], Shown]:
    """Read the source anew and show its problems in `out` (None: in the original itself); the problems, and where.

    `out` may be a .csv file, for the list alone. Where it raises UserError or RetryableError, nothing was changed.
    """
    _check_name(core, name)
    connector = core.connectors[name]
    rows = _read_anew(core, name)
    if out is not None and out.suffix.lower() == ".csv":
        if not dry_run:
            _write_list(out, rows)
        return rows, Shown(str(out), listed=len(rows))
    if not isinstance(connector, ShowsProblems):
        raise UserError(f"“{name}” is of type “{core.instances[name].type}”: name a .csv file for the list with --out.")
    problems = [Problem(row["why"], row["do"], row["sheet"], row["cell"], row["value"]) for row in rows]
    shown = connector.show_problems(problems, out=str(out) if out else "", way=way, dry_run=dry_run)
    return rows, Shown(shown.file, shown.sheet, shown.comments, shown.listed)


def _check_name(core: Core, name: str) -> None:
    if name not in core.instances:
        raise UserError(f"No connector is called “{name}”. `actiontrack connector list` shows them.")


def _read_anew(core: Core, name: str) -> list[ProblemRow]:
    """What a sync of this instance would tell, with the cells as they are now. Nothing is changed."""
    (result,) = sync(core, [name], dry_run=True, who="").connectors
    if result.status == "deferred":
        raise RetryableError(result.why)
    return list(result.problems)


def _write_list(out: Path, rows: Sequence[ProblemRow]) -> None:
    """The list as a CSV file that a spreadsheet program opens rightly, over no other file."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("File", "Sheet", "Cell", "What stands there", "Why it can't stay", "What to do"))
    for row in rows:
        writer.writerow([_plain(row[key]) for key in ("file", "sheet", "cell", "value", "why", "do")])
    try:
        with out.open("xb") as file:
            file.write(text.getvalue().encode("utf-8-sig", "replace"))
    except FileExistsError:
        raise UserError(f"{out}: it is there already; choose another name, or take it away first") from None


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(_TRIGGERS) else text
