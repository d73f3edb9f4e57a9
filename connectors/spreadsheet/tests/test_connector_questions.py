"""The sheet of questions: what was typed there and not applied is there again, once, in the sheet as it shall be."""

from __future__ import annotations

import datetime
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from actiontrack.api import Batch, Question
from actiontrack_spreadsheet.asking import question_sheet
from actiontrack_spreadsheet.questions import ANSWER, OPEN, WHY_NOT, Id, QuestionSheet, Row, check_of, id_of, words_of

BESIDE = WHY_NOT + 1


def question(number: int, version: int = 0) -> Question:
    return Question(
        id=f"{number:016x}", version=f"{version:08x}", choices=("ours", "theirs", "value"), kind="Conflict", ref="R",
        number="1", text="Do it", field="Action", ours="a", theirs=f"b{version}", base="c", by="POL",
        since=datetime.date(2026, 11, 24), why="",
    )  # fmt: skip


def row(at: int, asked: Question | None, typed: set[int], *, torn: bool) -> Row:
    """A row as it reads: beside a question, of which a word was typed over where it is torn, or beside none."""
    cells: dict[int, str] = {col: f"typed {at} {col}" for col in typed}
    if asked is None:
        return Row(at, cells, (), None)
    words = words_of(asked)
    id_ = Id(asked.id, asked.version, check_of(Id(asked.id, asked.version, ""), words))
    shown = dict(enumerate([id_of(asked), *words], 1)) | ({7: f"typed {at} 7"} if torn else {})
    return Row(at, {col: text for col, text in shown.items() if text} | cells, (), id_)


SAID = st.tuples(
    st.none() | st.builds(question, st.integers(0, 3), st.integers(0, 1)),
    st.sets(st.sampled_from([*OPEN, BESIDE])),
    st.booleans(),
    st.booleans(),
)


@given(st.lists(SAID, max_size=6), st.sets(st.integers(0, 4)))
def test_no_typed_word_is_lost_and_no_applied_answer_stays(
    said: list[tuple[Question | None, set[int], bool, bool]], still_open: set[int]
) -> None:
    rows = [row(at, asked, typed, torn=torn) for at, (asked, typed, torn, _) in enumerate(said, 6)]
    applied = {
        each.number
        for each, (*_, answered) in zip(rows, said, strict=True)
        if answered and each.is_whole and each.is_answered
    }
    unapplied = {each.number: "why" for each in rows if each.is_answered and each.number not in applied}
    questions = [question(number) for number in sorted(still_open)]
    edit = question_sheet(QuestionSheet("Questions", 5, rows, []), Batch((), "", "", {}, questions, unapplied))

    kept = Counter(value for line in edit.rows for value in line if str(value).startswith("typed"))
    wanted = Counter(
        value
        for each in rows
        for col, value in each.cells.items()
        if str(value).startswith("typed") and not (each.number in applied and col in OPEN)
    )
    assert kept == wanted
    assert [line[0] for line in edit.rows[: len(questions)]] == [id_of(each) for each in questions]
    for line, asked in zip(edit.rows, questions, strict=False):
        words = [value for value in line[ANSWER - 1 : WHY_NOT - 1] if value]
        beside = {int(str(value).split()[1]) for value in words}
        assert all(
            (each.id is not None and each.is_whole and (each.id.question, each.id.version) == (asked.id, asked.version))
            for each in rows
            if each.number in beside
        ), "an answer stands beside the very question it was typed for"
