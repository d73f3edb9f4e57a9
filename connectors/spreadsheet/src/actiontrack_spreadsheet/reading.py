"""From a file to an observation."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from actiontrack.api import Batch, Fixed, KeyKind, Observation, Problem, Raw, Record, Unanswered, Unread, UserError
from actiontrack_spreadsheet.asking import question_sheet
from actiontrack_spreadsheet.detect import Layout, saved_name
from actiontrack_spreadsheet.keys import Key, find_key, is_action_id, key_of, no_numbers
from actiontrack_spreadsheet.locate import locate, unclear
from actiontrack_spreadsheet.marks import mark_of
from actiontrack_spreadsheet.options import SpreadsheetOptions
from actiontrack_spreadsheet.questions import TITLE, QuestionSheet, answers, read_questions
from actiontrack_spreadsheet.rows import FORMULA, Rows, read_rows, versions
from actiontrack_spreadsheet.source import KeyPlace, Source
from actiontrack_spreadsheet.workbook import Grid, letters, ref

LONGEST_TEXT = 32_767
"""What a cell of a workbook takes, in characters."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A plan as read at one moment. `records` are aligned with `rows`."""

    source: Source
    grid: Grid
    layout: Layout
    key: Key
    rows: Rows
    records: Sequence[Record]
    shows_questions: bool = False
    questions: QuestionSheet | None = None
    """The sheet of questions, where there is one and it is wanted."""

    @property
    def key_place(self) -> KeyPlace | None:
        """The cell that heads the key column, or will."""
        if self.key.heading:
            return KeyPlace(self.grid.name, self.key.heading.row, self.key.heading.col)
        return KeyPlace(self.grid.name, self.layout.bottom, self.key.col) if self.key.add else None


def read(source: Source, options: SpreadsheetOptions, agencies: frozenset[str], agreed: Mapping[str, str]) -> Reading:
    """The plan in a file. Raises Unanswered where it can't be made out: with every question, and what can be read."""
    layout = locate(source, options, agencies, agreed)
    questions = list(unclear(layout, options, agreed))
    if questions:
        layout = _settled(layout)
    grid = source.grid(layout.sheet)
    key = find_key(source, grid, layout, options.key)
    if options.key == "number" and key.add and "number" not in {each.field for each in questions}:
        questions.append(no_numbers(layout))
    if key.heading:
        others = {name: each for name, each in layout.columns.items() if each.col != key.heading.col}
        columns = {**others, key.kind: key.heading}
        layout = replace(layout, assignment=replace(layout.assignment, columns=columns))
    rows = read_rows(grid, layout, options.fill_down)
    asked = read_questions(source) if options.questions else None
    reading = Reading(source, grid, layout, key, rows, _records(rows, key), options.questions, asked)
    if questions:
        raise Unanswered(source.path.name, questions, observation(reading))
    return reading


def _settled(layout: Layout) -> Layout:
    """The layout without the columns in question; the actions' text is read from the first that could be it."""
    clashes = layout.assignment.clashes
    columns = {name: each for name, each in layout.columns.items() if name == "text" or name not in clashes}
    return replace(layout, assignment=replace(layout.assignment, columns=columns))


def refuse_keyless(reading: Reading) -> None:
    """Raise UserError for a file that is only read and has no column to know its rows by: it can only be imported."""
    if reading.source.read_only and reading.key.heading is None:
        raise UserError(
            f"{reading.source.path.name}, sheet “{reading.grid.name}”: {reading.source.read_only}, and no column of "
            "numbers, filled and different in each row, could serve to know its rows by. Save it as .xlsx and name "
            "that file under path, or take it in once with `actiontrack import`"
        )


def read_again(before: Reading, source: Source, fill_down: Collection[str], rows: Collection[int]) -> Reading:
    """These rows of a plan in which cells were set since it was read: its headings stand where they stood."""
    grid = source.grid(before.grid.name)
    again = read_rows(grid, before.layout, fill_down, rows)
    return replace(before, source=source, grid=grid, rows=again, records=_records(again, before.key))


class _Cells(Mapping[str, Raw]):
    """What one row says, by field: looked up in the columns when asked for, for of most rows nobody asks."""

    __slots__ = ("_at", "_columns")

    def __init__(self, columns: Mapping[str, Sequence[Raw]], at: int) -> None:
        self._columns = columns
        self._at = at

    def __getitem__(self, name: str) -> Raw:
        return self._columns[name][self._at]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def __repr__(self) -> str:
        return repr(dict(self))


def _records(rows: Rows, key: Key) -> list[Record]:
    values = dict(rows.values)
    held = values.pop("ref", None) if key.kind == "ref" else values.get("number")
    keys = [key_of(value) for value in held] if held is not None else [""] * len(rows.at)
    if key.kind == "number" and "number" in values:
        values["number"] = [None if is_action_id(value) else value for value in values["number"]]
    values.pop("ref", None)
    columns = {name: values[name] for name in sorted(values)}
    if not columns:
        return []
    digests = versions(list(columns.values()), keys)
    return [
        Record(one, _Cells(columns, at), digest, row)
        for at, (one, digest, row) in enumerate(zip(keys, digests, rows.numbers, strict=True))
    ]


def observation(reading: Reading, *, inbound_only: bool = False) -> Observation:
    """What the engine is told of a reading; `inbound_only`: nothing will be asked of the file but this."""
    layout, key = reading.layout, reading.key
    kind: KeyKind = key.kind
    columns = {name: saved_name(each, layout.headings) for name, each in layout.columns.items() if name != "ref"}
    unshowable = _unshowable(reading)
    return Observation(
        records=reading.records,
        proof=reading.source.sha256,
        source=str(reading.source.path.resolve()),
        bindable=reading.source.bindable,
        key=kind,
        sheet=layout.sheet,
        columns=columns,
        places={name: letters(heading.col) for name, heading in layout.columns.items()},
        writable=frozenset(name for name in columns if _is_writable(reading, name)),
        allowed=_allowed(reading),
        limits=dict.fromkeys(columns, LONGEST_TEXT) if reading.source.workbook else {},
        problems=() if inbound_only and reading.source.read_only else [*_problems(reading), *unshowable],
        setup=_setup(reading),
        binding=reading.source.binding,
        wrote=reading.source.wrote,
        mark=partial(mark_of, reading.source),
        answers=answers(reading.questions) if reading.shows_questions and not unshowable else None,
    )


def _unshowable(reading: Reading) -> list[Problem]:
    """Why the workbook can't take the sheet of questions."""
    if not reading.shows_questions:
        return []
    bare = question_sheet(None, Batch((), "", "", {}, ()))
    return [
        Problem(
            f"the sheet of questions can't be written: {refusal.message}",
            "mend that, or take questions = true out of the configuration",
            sheet=reading.questions.name if reading.questions else "",
            field="questions",
        )
        for refusal in reading.source.refusals([bare])
    ]


def _is_writable(reading: Reading, name: str) -> bool:
    if reading.source.read_only:
        return False
    values = reading.rows.values.get(name, ())
    if values and all(isinstance(value, Fixed) and value.why == FORMULA for value in values):
        return False
    own = reading.grid.name == reading.source.own_sheet and not reading.grid.has_password
    if reading.grid.protected and not own and reading.rows.numbers:
        col = reading.layout.columns[name].col
        return not all(reading.grid.locked(row, col) for row in reading.rows.numbers)
    return True


def _allowed(reading: Reading) -> dict[str, tuple[str, ...]]:
    """The words of each column's drop-down: those of the first action that has one."""
    rows = reading.rows.numbers or [reading.layout.bottom + 1]
    sample = dict.fromkeys((rows[0], rows[len(rows) // 2], rows[-1]))
    found = {}
    for name, heading in reading.layout.columns.items():
        words = next((words for row in sample if (words := reading.grid.allowed(row, heading.col))), None)
        if words:
            found[name] = words
    return found


def _setup(reading: Reading) -> list[str]:
    """In sentences, what adoption will do to the file."""
    place, key = reading.key_place, reading.key
    if reading.source.binding or place is None:
        return []
    cell = ref(place.row, place.col)
    told = []
    if key.add:
        told.append(
            f"A column “{key.add}” is added at {cell}, right of the headings; each action's own ID is written in it."
        )
    elif key.kind == "number" and key.heading:
        told.append(
            f"Rows are known by “{key.heading.text}” ({cell}), filled and different in each; no column is added."
        )
    if reading.rows.notes:
        told.append(
            f"{_rows_named(reading.rows.notes)} below the plan hold text alone and are taken for notes: give a row an "
            "agency, a date or a status to have it read as an action."
        )
    if reading.shows_questions:
        told.append(f"A sheet “{TITLE}” is added as the last, for what waits for you.")
    if reading.source.read_only:
        told.append(f"Nothing is written: {reading.source.read_only}.")
    if reading.source.bindable:
        told.append(f"The workbook is marked as this store's: a defined name for {cell} and a property of the file.")
    return told


def _rows_named(rows: Sequence[int]) -> str:
    """Rows 11, 12, 20 …, for a sentence."""
    shown = ", ".join(map(str, rows[:5])) + (" …" if len(rows) > 5 else "")
    return f"Rows {shown}"


def _problems(reading: Reading) -> list[Problem]:
    """What is wrong with the key column; faults of single values are the engine's to tell."""
    key, layout = reading.key, reading.layout
    if reading.source.read_only:
        return [read_only_problem(reading), *_keyless(reading)]
    if key.is_lost:
        return [
            Problem(
                "the column the rows are known by is gone",
                "put it back from a backup or an older copy of the workbook",
                sheet=layout.sheet,
                quarantines=True,
            )
        ]
    name = "ref" if key.kind == "ref" else "number"
    if key.heading is None or name not in reading.rows.values:
        return []
    return [
        _key_problem(reading, name, row, value)
        for row, value in zip(reading.rows.numbers, reading.rows.values[name], strict=True)
        if isinstance(value, (Fixed, Unread))
    ]


def read_only_problem(reading: Reading) -> Problem:
    """Told once for the file, not for each value that would be written."""
    name, why = reading.source.path.name, reading.source.read_only
    return Problem(
        f"{name}: {why}; what changes here does not reach it",
        "save it as .xlsx in Excel or LibreOffice and name that file under path",
        sheet=reading.layout.sheet,
    )


def _keyless(reading: Reading) -> list[Problem]:
    """Rows without a key of their own: none can be given to them here."""
    heading = reading.key.heading
    if heading is None:
        return []
    return [
        Problem(
            "the row has nothing it could be known by", f"type its own “{heading.text}” into the cell",
            sheet=reading.layout.sheet, cell=ref(record.row, heading.col), field=reading.key.kind, quarantines=True,
        )
        for record in reading.records
        if not record.remote_id
    ]  # fmt: skip


def _key_problem(reading: Reading, name: str, row: int, value: Fixed | Unread) -> Problem:
    shown = str(value.value if isinstance(value, Fixed) else value.shown)
    text, do = "a formula or error stands where the row's key should be", "type the key itself into the cell"
    col = reading.layout.columns[name].col
    return Problem(text, do, sheet=reading.layout.sheet, cell=ref(row, col), value=shown, field=name, quarantines=True)
