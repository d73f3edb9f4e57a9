"""The workbook's shape, taken from the model: one sheet a noun, one column a field, one row a record."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal, get_args, get_origin

from actiontrack_learning_together import model
from actiontrack_learning_together.document import Way

Shape = Literal["text", "date", "count", "word", "names", "items"]
"""How a cell holds a field: `names` are parted by commas, `items` stand one a line, each after a bullet."""
GUIDE, LISTS = "Guide", "Lists"
"""Sheets that hold no records."""
_NAMES = frozenset({"kpe_refs", "findings", "recommendations", "addressed_to", "linked", "legs", "depends_on"})
_TEAMS = ("review_team", "case_group")


@dataclass(frozen=True, slots=True)
class Column:
    """One field: `words` are what a cell of a vocabulary may hold."""

    field: str
    heading: str
    shape: Shape
    words: tuple[str, ...] = ()
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One noun: its records are the list at `way` of the file, or, of the review itself, the one record there."""

    title: str
    way: Way
    columns: tuple[Column, ...]
    single: bool = False


def heading(name: str) -> str:
    """A field's name as a heading: kpe_refs → "Key practice episodes"."""
    return {"kpe_refs": "Key practice episodes", "ref": "Ref"}.get(name, name.replace("_", " ").capitalize())


def _column(name: str, annotation: Any, meaning: str) -> Column:
    words = _words(annotation)
    shape: Shape = "text"
    if words:
        shape = "word"
    elif name in _NAMES:
        shape = "names"
    elif _holds(annotation, tuple):
        shape = "items"
    elif _holds(annotation, int):
        shape = "count"
    elif "date" in str(annotation):
        shape = "date"
    return Column(name, heading(name), shape, words, " ".join(meaning.split()))


def _words(annotation: Any) -> tuple[str, ...]:
    """A closed vocabulary's words, as people read them."""
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return tuple(str(each.value).replace("_", " ").capitalize() for each in annotation)
    if get_origin(annotation) is Literal:
        return tuple(str(each) for each in get_args(annotation))
    return next((found for inner in get_args(annotation) if (found := _words(inner))), ())


def _holds(annotation: Any, kind: type) -> bool:
    origin = get_origin(annotation) or annotation
    return origin is kind or any(_holds(inner, kind) for inner in get_args(annotation))


def _columns(part: type[model.Part], *, leaving: tuple[str, ...] = ()) -> tuple[Column, ...]:
    fields = part.model_fields.items()
    return tuple(_column(name, each.annotation, each.description or "") for name, each in fields if name not in leaving)


_VERSION = Column("version", "Version", "text", meaning="Of this format: 1.")
SHEETS = (
    Sheet("Review", ("review",), (_VERSION, *_columns(model.Review, leaving=_TEAMS)), single=True),
    Sheet("Review team", ("review", "review_team"), _columns(model.Team)),
    Sheet("Case group", ("review", "case_group"), _columns(model.Team)),
    Sheet("Meetings", ("meetings",), _columns(model.Meeting)),
    Sheet("Key practice episodes", ("key_practice_episodes",), _columns(model.Episode)),
    Sheet("Findings", ("findings",), _columns(model.Finding)),
    Sheet("Recommendations", ("recommendations",), _columns(model.Recommendation)),
    Sheet("Actions", ("actions",), _columns(model.Action)),
)

BULLET = "• "


def items_text(items: list[str]) -> str:
    """Several texts in one cell: each begins with a bullet; a line of a text that does so itself is marked."""
    return "\n".join(
        BULLET + "\n".join(_marked(line, at) for at, line in enumerate(each.split("\n"))) for each in items
    )


def _marked(line: str, at: int) -> str:
    return f"\\{line}" if at and line.lstrip("\\").startswith(BULLET.strip()) else line


def items_of(text: str) -> list[str]:
    """The texts in a cell: one a bullet, or, where there is none, one a line."""
    lines = text.split("\n")
    mark = BULLET.strip()
    if not any(line.startswith(mark) for line in lines):
        return [line for line in lines if line.strip()]
    items: list[str] = []
    for line in lines:
        if line.startswith(mark):
            items.append(line.removeprefix(mark).removeprefix(" "))
        elif items:
            marked = line.startswith("\\") and line.lstrip("\\").startswith(mark)
            items[-1] += "\n" + (line[1:] if marked else line)
        elif line.strip():
            items.append(line)
    return [each for each in items if each.strip()]
