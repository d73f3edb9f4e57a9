"""Questions put to people where they work, and the answers they type there.

A system that can show a list of open conflicts and proposals and take answers (a sheet of a workbook, a ticket) gives
`Observation.answers` and is given `Batch.questions`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Choice = Literal["ours", "theirs", "value", "accept", "refuse"]


@dataclass(frozen=True, slots=True)
class Question:
    """An open conflict (`ours`, `theirs` or a third `value`) or proposal (`accept` or `refuse`).

    `id` is what `conflict` and `proposal` know it by. `version` changes if and only if what is asked does: an answer to
    another one is not applied. All else is words for people.
    """

    id: str
    version: str
    choices: tuple[Choice, ...]
    kind: str
    ref: str
    number: str
    text: str
    field: str
    ours: str
    """What the Board has."""
    theirs: str
    """What they have, or ask for."""
    base: str
    """What both agreed on before; "" where nothing."""
    by: str
    since: date
    why: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody typed beside a question, with its place."""

    question: str
    version: str
    choice: str
    """A `Choice`, else the words as typed; "" where none was chosen."""
    said: str = ""
    """The choice in the words shown there."""
    value: str | int | float | bool | date | datetime | None = None
    reason: str = ""
    by: str = ""
    row: int = 0
    """Its position, for messages and for `Batch.unapplied` within this observation only."""
    sheet: str = ""
    cell: str = ""
    fault: str = ""
    """Why it can't be taken for an answer, in a phrase; "" where it can."""
