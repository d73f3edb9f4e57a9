"""Writing the sheet of questions: what waits now, and beside it whatever people typed that was not applied."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from actiontrack.api import Batch, Plain, Question
from actiontrack_spreadsheet.questions import (
    ANSWER,
    COLUMNS,
    OPEN,
    TITLE,
    WHY_NOT,
    WORDS,
    QuestionSheet,
    Row,
    id_of,
    words_of,
)
from actiontrack_spreadsheet.source import QUESTIONS_MARK
from actiontrack_spreadsheet.workbook import Choice, PutSheet, Writable

_KEPT = "Answered or settled. Kept for what is typed here; clear that, and the row goes"
_HEADLINE = "Questions:"
_GUIDE = (
    "Choose an answer in the blue columns, save and close: the next sync applies it and takes the row away.",
    "“Use the value at right” takes what you type under Value. Who approves a later date types their name beside it.",
    "What could not be applied stays here as you typed it, and the end of its row says why.",
)

_Line = list[Writable]


def question_sheet(there: QuestionSheet | None, batch: Batch) -> PutSheet:
    """The sheet as it shall be. Nothing that people typed and that was not applied is left out."""
    questions = batch.questions or ()
    waiting = _Waiting(there, batch.unapplied)
    lines: list[_Line] = [[id_of(each), *words_of(each), *waiting.beside(each)] for each in questions]
    lines += waiting.rest()
    return PutSheet(
        QUESTIONS_MARK,
        TITLE,
        COLUMNS,
        lines,
        head=(_headline(len(questions)), *_GUIDE),
        choices=list(_choices(questions)),
        protect=True,
    )


def _headline(count: int) -> str:
    if not count:
        return f"{_HEADLINE} none is open"
    return f"{_HEADLINE} {count} {'waits' if count == 1 else 'wait'} for an answer"


def _choices(questions: Sequence[Question]) -> Iterator[Choice]:
    """The drop-down of each kind of question."""
    rows: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for at, question in enumerate(questions):
        rows[tuple(WORDS[choice] for choice in question.choices)].append(at)
    for words, places in rows.items():
        yield Choice(ANSWER, places, words)


class _Waiting:
    """The rows that are there, each used once: beside its question, or kept below."""

    def __init__(self, there: QuestionSheet | None, unapplied: Mapping[int, str]) -> None:
        self._unapplied = unapplied
        self._strays: list[Row] = [_noted(row) for row in there.head] if there else []
        self._rows: dict[str, list[Row]] = defaultdict(list)
        for row in there.rows if there else ():
            if row.id is not None and row.is_whole:
                self._rows[row.id.question].append(row)
            else:
                self._strays.append(row)

    def beside(self, question: Question) -> _Line:
        """What stands in the columns to fill in and right of them, of the row that has most of it.

        What was answered when something else was asked stays beside that: here it would be taken for an answer to this.
        """
        rows = [row for row in self._rows[question.id] if not self._is_of_another(row, question)]
        if not rows:
            return []
        chosen = min(rows, key=lambda row: (row.number not in self._unapplied, not self._left(row), row.number))
        self._rows[question.id].remove(chosen)
        return _from(self._left(chosen), ANSWER)

    def _is_of_another(self, row: Row, question: Question) -> bool:
        answered = row.number in self._unapplied
        return answered and row.id is not None and row.id.version != question.version

    def rest(self) -> Iterator[_Line]:
        """Rows of questions that are open no more, or that stand there twice, so far as something is typed there."""
        left = [row for rows in self._rows.values() for row in rows if self._left(row)]
        for row in sorted([*left, *self._strays], key=lambda row: row.number):
            cells = {col: value for col, value in row.cells.items() if col < ANSWER} | self._left(row)
            if row.is_whole and row.number not in self._unapplied:
                cells[WHY_NOT] = _KEPT
            if cells:
                yield _from(cells, 1)

    def _left(self, row: Row) -> dict[int, Plain]:
        """What people typed there and nobody applied, with why."""
        if row.number in self._unapplied:
            return row.typed | {WHY_NOT: self._unapplied[row.number]}
        return {col: value for col, value in row.typed.items() if col not in OPEN}


def _noted(row: Row) -> Row:
    """A row above the headings, with what is not ours: only the first column is."""
    ours = str(row.cells.get(1, "")).startswith((_HEADLINE, *_GUIDE))
    return replace(row, cells={col: value for col, value in row.cells.items() if col > 1 or not ours})


def _from(cells: Mapping[int, Plain], first: int) -> _Line:
    """The cells from a column on, as a line."""
    last = max(cells, default=first - 1)
    return [cells.get(col) for col in range(first, last + 1)]
