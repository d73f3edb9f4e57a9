"""Problems: all that a person must mend in a source, in one list, each with its place and what to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from actiontrack.domain.fields import words
from actiontrack.domain.ledger import Instance, StoredIssue
from actiontrack.errors import ActionTrackError
from actiontrack.ports import Observation, Problem, Reader, Record, Unanswered, Writer
from actiontrack.services.core import Core

if TYPE_CHECKING:
    from actiontrack.services.sync.tongue import Unclearness

_LONGEST = 80
_CELL = re.compile(r"([A-Z]*)(?:row )?(\d*)")


class ProblemRow(TypedDict):
    """A problem as `--json` tells it: where, what stands there, why that can't stay, what to do."""

    file: str
    sheet: str
    cell: str
    value: str
    why: str
    do: str


def left_alone(name: str, shown: str, why: str) -> str:
    """The sentence about a value that could not be taken in."""
    value = shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"
    return f"{words(name).capitalize()} “{value}” was left alone: {why}."


def sentence(text: str) -> str:
    """With a capital and a full stop."""
    text = text[:1].upper() + text[1:]
    return text if not text or text.endswith((".", "!", "?", "…", ":")) else f"{text}."


def unread(seen: Observation, read: Callable[[Record], Mapping[str, str | Unclearness]]) -> Iterator[Problem]:
    """Every value of an observation that can't be read."""
    from actiontrack.services.sync.tongue import Unclearness

    for record in seen.records:
        for name, value in read(record).items():
            if isinstance(value, Unclearness):
                yield Problem(
                    left_alone(name, value.shown, value.why), value.do, sheet=seen.sheet,
                    cell=seen.place(name, record.row), value=value.shown, field=name, quarantines=True,
                )  # fmt: skip


def fault(error: ActionTrackError, field: str = "") -> Problem:
    """An error as a problem. Its one line says what and where; and, after the last semicolon, what to do."""
    why, _, do = str(error).rpartition("; ")
    return Problem(f"{why}.", do, field=field) if why else Problem(f"{do}", "Mend it, then sync again.", field=field)


def store_faults(core: Core, writer: Writer, names: Iterable[str], faults: Mapping[str, ActionTrackError]) -> None:
    """Raise why each of these sources can't be read at all; clear what was mended."""
    now = core.clock.now()
    for name in names:
        stored = {each.id: each for each in writer.find(StoredIssue, source=name) if each.id.startswith("fault:")}
        told = {each.id: each for each in _faults(core, writer, name, faults, now)} if name in faults else {}
        writer.remove(*(each for key, each in stored.items() if key not in told))
        writer.put(
            *(
                each.model_copy(update={"since": stored[key].since}) if key in stored else each
                for key, each in told.items()
            )
        )


def _faults(
    core: Core, reader: Reader, name: str, faults: Mapping[str, ActionTrackError], now: datetime
) -> Iterator[StoredIssue]:
    for number, problem in enumerate(_problems_of(core, reader, name, faults[name])):
        yield StoredIssue(
            source=name, id=f"fault:{problem.field}:{problem.cell or number}", severity="error", text=problem.text,
            do=problem.do, sheet=problem.sheet, cell=problem.cell, value=problem.value,
            quarantines=problem.quarantines, since=now,
        )  # fmt: skip


def _problems_of(core: Core, reader: Reader, name: str, error: ActionTrackError) -> Iterator[Problem]:
    """What the error asks; and, where nothing was ever taken in, what else is to be mended there."""
    if not isinstance(error, Unanswered):
        yield fault(error)
        return
    yield from error.problems
    instance = reader.get(Instance, name)
    seen = error.seen
    if seen is not None and (instance is None or instance.adopted_at is None):
        from actiontrack.services.sync.tongue import Tongue

        yield from seen.problems
        tongue = Tongue(core.instances[name], core.agencies, core.board.timezone)
        yield from unread(seen, lambda record: tongue.read_all(record, seen.columns))


def problem_rows(reader: Reader, name: str, options: Mapping[str, Any]) -> list[ProblemRow]:
    """What stands open of an instance, from the top of each sheet down. `options` are its keys in the configuration."""
    instance = reader.get(Instance, name)
    source = (instance.source if instance else "") or str(options.get("path", ""))
    file = Path(source).name if "://" not in source else source
    return [
        ProblemRow(file=file, sheet=each.sheet, cell=each.cell, value=each.value, why=each.text, do=sentence(each.do))
        for each in sorted(reader.find(StoredIssue, source=name), key=by_place)
    ]


def by_place(issue: StoredIssue) -> tuple[bool, str, int, int, str, str]:
    """What is wrong with a whole file or sheet first, then by row and column."""
    found = _CELL.fullmatch(issue.cell)
    letters, row = (found[1], int(found[2] or 0)) if found else ("", 0)
    return issue.severity != "error", issue.sheet, row, len(letters), letters, issue.id
