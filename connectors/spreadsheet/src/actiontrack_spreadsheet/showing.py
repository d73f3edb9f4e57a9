"""Problems shown to a person in the workbook: on a sheet "Problems", or as comments at their cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from actiontrack.api import Problem, RetryableError, ShownProblems, UserError, day_in_words
from actiontrack_spreadsheet.newfile import put
from actiontrack_spreadsheet.source import Source, open_source
from actiontrack_spreadsheet.workbook import (
    Edit,
    OwnColumn,
    OwnLink,
    PutComments,
    PutSheet,
    StaleWorkbook,
    Workbook,
    edited,
    fitting_comments,
    has_comments_of_ours,
    own_place,
    own_title,
    parse_ref,
    plan_and_write,
)

MARK = "_actiontrack_problems"
TITLE = "Problems"
COLUMNS = (
    OwnColumn("Sheet", 18),
    OwnColumn("Cell", 9),
    OwnColumn("What stands there", 26),
    OwnColumn("Why it can't stay", 52),
    OwnColumn("What to do", 52),
)
_MENDED = "This was mended, or is no longer found. Delete your note to have the line taken away."
_LONGEST = 300


class Shown(NamedTuple):
    """The edits that show problems; how many are comments, and how many lines of the sheet."""

    edits: list[Edit]
    comments: int
    listed: int


def show(
    path: Path, problems: Sequence[Problem], *, out: str, way: Literal["sheet", "comments"], backups: Path, today: date,
    dry_run: bool,
) -> ShownProblems:  # fmt: skip
    """Put them in a copy, or in the original. Raises as `ShowsProblems.show_problems`."""
    source = open_source(path)
    workbook = source.workbook
    if not isinstance(workbook, Workbook):
        raise UserError(
            f"{path.name}: nothing can be added to a file of this kind; name a .csv file for the list instead"
        )
    target = Path(out) if out else path
    if out:
        _refuse_copy(source, target)
    shown = _edits(workbook, problems, way, f"{path.name}, {day_in_words(today)}")
    if not dry_run and out:
        try:
            put(target, edited(workbook, shown.edits))
        except FileExistsError:
            raise _is_there(target) from None
    elif not dry_run:
        _write(source, workbook, shown.edits, backups)
    titles = [own_title(workbook, edit) for edit in shown.edits if isinstance(edit, PutSheet)]
    title = titles[0] if titles else ""
    return ShownProblems(str(target), title if shown.listed else "", shown.comments, shown.listed)


def _refuse_copy(source: Source, target: Path) -> None:
    if target.suffix.lower() != source.path.suffix.lower():
        raise UserError(
            f"{target}: a copy of {source.path.name} ends in {source.path.suffix}; the list alone can be a .csv file"
        )
    if target.exists():
        raise _is_there(target)


def _is_there(target: Path) -> UserError:
    return UserError(f"{target}: it is there already; choose another name, or take it away first")


def _write(source: Source, workbook: Workbook, edits: Sequence[Edit], backups: Path) -> None:
    try:
        plan_and_write(source.path, edits, expected_sha256=source.sha256, backup_dir=backups, opened=workbook)
    except StaleWorkbook as error:
        raise RetryableError(str(error)) from None


# --- what to write --------------------------------------------------------------------------------------------------


def _edits(workbook: Workbook, problems: Sequence[Problem], way: str, told_of: str) -> Shown:
    texts = _comments(workbook, problems) if way == "comments" else {}
    edits: list[Edit] = [PutComments(sheet, cells) for sheet, cells in texts.items()]
    for sheet in workbook.sheets:
        if sheet.kind == "worksheet" and sheet.name not in texts and has_comments_of_ours(workbook, sheet):
            edits.append(PutComments(sheet.name, {}))
    at = {(sheet, cell) for sheet, cells in texts.items() for cell in cells}
    rest = [each for each in problems if _place(workbook, each) not in at]
    if way == "sheet" or rest or own_place(workbook, MARK):
        edits.append(_sheet(workbook, rest, told_of, beside=len(at)))
    return Shown(edits, len(at), len(rest))


def _comments(workbook: Workbook, problems: Sequence[Problem]) -> dict[str, dict[tuple[int, int], str]]:
    """sheet -> cell -> what to say there: of problems with a cell that nobody has commented on."""
    texts: dict[str, dict[tuple[int, int], str]] = {}
    for problem in problems:
        place = _place(workbook, problem)
        if place is not None:
            cells = texts.setdefault(place[0], {})
            cells[place[1]] = f"{cells[place[1]]}\n\n{_said(problem)}" if place[1] in cells else _said(problem)
    fitting = (fitting_comments(workbook, PutComments(sheet, cells)) for sheet, cells in texts.items())
    return {edit.sheet: dict(edit.texts) for edit in fitting if edit.texts}


def _said(problem: Problem) -> str:
    return f"{problem.text}\nWhat to do: {problem.do}" if problem.do else problem.text


def _place(workbook: Workbook, problem: Problem) -> tuple[str, tuple[int, int]] | None:
    """The sheet as it is called there, and the cell; None where there are none."""
    sheet = next((each for each in workbook.sheets if each.name.casefold() == problem.sheet.casefold()), None)
    if sheet is None or sheet.kind != "worksheet":
        return None
    try:
        return sheet.name, workbook.read(sheet).anchor(*parse_ref(problem.cell))
    except ValueError:
        return None


def _sheet(workbook: Workbook, problems: Sequence[Problem], told_of: str, *, beside: int) -> PutSheet:
    """The list. What people noted right of it stays beside its problem, and keeps the line of one that is gone."""
    notes = dict(_notes(workbook))
    rows: list[list[str]] = []
    links: list[OwnLink] = []
    for problem in problems:
        place = _place(workbook, problem)
        if place is not None:
            links.append(OwnLink(len(rows), 2, place[0], problem.cell))
        row = (problem.sheet, problem.cell, _short(problem.value), problem.text, problem.do)
        rows.append([*row, *notes.pop(_known_by(row), ())])
    for gone, noted in notes.items():
        rows.append([gone[0], "", *gone[1:], _MENDED, *noted])
    head = [f"Problems in {told_of}", _headline(len(problems), beside)]
    return PutSheet(MARK, TITLE, COLUMNS, rows, head=head, links=links, protect=True)


def _headline(count: int, comments: int) -> str:
    also = f" {comments} more are comments at their cells." if comments else ""
    if not count:
        return f"There is nothing to mend.{also}" if not comments else f"All are comments at their cells ({comments})."
    told = "There is 1 thing to mend" if count == 1 else f"There are {count} things to mend"
    how = "each in its own cell, where the link leads. Notes may be typed right of the list; the next one keeps them."
    return f"{told}: {how}{also}"


def _notes(workbook: Workbook) -> Iterator[tuple[tuple[str, str, str], tuple[str, ...]]]:
    """What people typed right of the columns, by what the line is about."""
    place = own_place(workbook, MARK)
    if place is None:
        return
    grid = workbook.read(place.sheet)
    last = max(grid.columns, default=0)
    for row in grid.rows:
        noted = tuple(grid.text(row, col) for col in range(len(COLUMNS) + 1, last + 1))
        if row > place.header_row and any(noted):
            yield _known_by([grid.text(row, col) for col in range(1, len(COLUMNS) + 1)]), noted


def _known_by(row: Sequence[str]) -> tuple[str, str, str]:
    """Sheet, value and why: the cell moves with its row."""
    return row[0], row[2], row[3]


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
