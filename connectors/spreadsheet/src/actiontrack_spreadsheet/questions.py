"""The sheet in which a board's people see what waits for them and answer it: how it is laid out, and read.

A row is known by its id alone, which carries the version of the question and a check of the words beside it: so a row
that was typed over, or torn apart by a sort, is told from one that says what it was made to say.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from actiontrack.api import Answer, Plain, Question, day_in_words
from actiontrack_spreadsheet.source import QUESTIONS_MARK, Source
from actiontrack_spreadsheet.workbook import Formula, Grid, OwnColumn, own_place, ref

TITLE = "Questions"

WORDS = {
    "ours": "Keep ours", "theirs": "Take theirs", "value": "Use the value at right", "accept": "Accept",
    "refuse": "Refuse",
}  # fmt: skip

COLUMNS = (
    OwnColumn("Question ID", 9, wrap=False),
    OwnColumn("What it is", 13),
    OwnColumn("Action ID", 14),
    OwnColumn("No.", 6),
    OwnColumn("Action", 28),
    OwnColumn("Field", 12),
    OwnColumn("The Board has", 20),
    OwnColumn("They have, or ask for", 24),
    OwnColumn("Agreed before", 16),
    OwnColumn("Who", 16),
    OwnColumn("Since", 12),
    OwnColumn("Why", 20),
    OwnColumn("Answer", 18, open=True),
    OwnColumn("Value", 16, open=True),
    OwnColumn("Reason", 20, open=True),
    OwnColumn("Answered by", 14, open=True),
    OwnColumn("Why it was not applied", 26),
)
ANSWER, VALUE, REASON, BY = range(13, 17)
"""Columns to fill in."""
WHY_NOT = 17
OPEN = range(ANSWER, WHY_NOT)

_ID = re.compile(r"\s*([0-9a-f]{16})-([0-9a-f]{8})-([0-9a-f]{4})\s*")
_WAS_STRANGE = re.compile(r"=|#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!)\Z")
"""What a formula or an error is carried along as."""
_LONGEST = 32_000
_SHORT = 160


class Id(NamedTuple):
    """An id cell taken apart."""

    question: str
    version: str
    check: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the sheet with something in it. `cells`: column → value; a formula as its text."""

    number: int
    cells: Mapping[int, Plain]
    strange: Sequence[int]
    """Columns that hold a formula or an error."""
    id: Id | None

    @property
    def is_whole(self) -> bool:
        """It says what it was made to say."""
        return self.id is not None and self.id.check == check_of(
            self.id, [_text(self, col) for col in range(2, ANSWER)]
        )

    @property
    def typed(self) -> dict[int, Plain]:
        """What people typed beside the question: in the columns to fill in, and right of all."""
        return {col: value for col, value in self.cells.items() if col in OPEN or col > WHY_NOT}

    @property
    def is_answered(self) -> bool:
        """Something stands in the columns to fill in."""
        return any(col in OPEN for col in self.cells)


@dataclass(frozen=True, slots=True)
class QuestionSheet:
    """The sheet as it was read."""

    name: str
    header_row: int
    rows: Sequence[Row]
    head: Sequence[Row]
    """What stands above the headings."""


def read_questions(source: Source) -> QuestionSheet | None:
    """The sheet of questions; None where the workbook has none. Raises UserError."""
    place = own_place(source.workbook, QUESTIONS_MARK) if source.workbook else None
    if place is None:
        return None
    grid = source.grid(place.sheet.name)
    rows = [_row(grid, number) for number in grid.rows]
    return QuestionSheet(
        place.sheet.name,
        place.header_row,
        [row for row in rows if row.number > place.header_row],
        [row for row in rows if row.number < place.header_row],
    )


def _row(grid: Grid, number: int) -> Row:
    cells = grid.row(number)
    found = _ID.fullmatch(grid.text(number, 1))
    return Row(
        number,
        {col: value if isinstance(value, Plain) else _shown(grid, number, col) for col, value in cells.items()},
        [col for col, value in cells.items() if not isinstance(value, Plain) or _WAS_STRANGE.match(str(value))],
        Id(*found.groups()) if found else None,
    )


def _shown(grid: Grid, row: int, col: int) -> str:
    value = grid.cell(row, col)
    return f"={value.text}" if isinstance(value, Formula) and value.text else grid.text(row, col)


def answers(sheet: QuestionSheet | None) -> list[Answer]:
    """What was typed beside the questions, row by row."""
    return [_answer(sheet, row) for row in sheet.rows if row.is_answered] if sheet else []


def _answer(sheet: QuestionSheet, row: Row) -> Answer:
    return Answer(
        question=row.id.question if row.id else "",
        version=row.id.version if row.id else "",
        choice=_choice(_text(row, ANSWER)),
        said=_text(row, ANSWER),
        value=row.cells.get(VALUE),
        reason=_text(row, REASON),
        by=_text(row, BY),
        row=row.number,
        sheet=sheet.name,
        cell=ref(row.number, ANSWER),
        fault=_fault(row),
    )


def _choice(text: str) -> str:
    """The choice whose word it is; what is none stays as typed."""
    said = {word.casefold(): choice for choice, word in WORDS.items()}
    return said.get(text.casefold(), text)


def _fault(row: Row) -> str:
    """Why a row can't be taken for an answer."""
    strange = [col for col in row.strange if col in OPEN]
    if strange:
        return f"{ref(row.number, strange[0])} holds a formula or an error, not what was typed"
    if row.id is None:
        return "the row has no question's id in its first cell"
    return "" if row.is_whole else "the row's locked cells were changed or sorted apart"


def _text(row: Row, col: int) -> str:
    value = row.cells.get(col)
    return "" if value is None else " ".join(str(value).split())


def words_of(question: Question) -> list[str]:
    """A question's cells, all but its id: what people are shown."""
    shown = (
        question.kind, question.ref, question.number, _cut(question.text, _SHORT), question.field, question.ours,
        question.theirs, question.base, question.by, day_in_words(question.since), question.why,
    )  # fmt: skip
    return [_cut(text, _LONGEST) for text in shown]


def id_of(question: Question) -> str:
    """The cell a question is known by."""
    id_ = Id(question.id, question.version, "")
    return f"{question.id}-{question.version}-{check_of(id_, words_of(question))}"


def check_of(id_: Id, words: Sequence[str]) -> str:
    """Four digits that change when a word of the row does."""
    told = repr((id_.question, id_.version, [" ".join(word.split()) for word in words]))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:4]


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
