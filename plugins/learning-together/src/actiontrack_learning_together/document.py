"""A file as it was read, before it is judged: plain values, and the place of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

Way = tuple[str | int, ...]
"""To a value: ("findings", 0, "text")."""

LARGEST = 2_000_000
"""Bytes of a YAML or JSON file: a review of a thousand pages."""
DEEPEST = 12
"""Lists and tables in one another: the format needs five."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: a line of a text, or a cell of a sheet."""

    line: int = 0
    sheet: str = ""
    cell: str = ""

    def __str__(self) -> str:
        if self.sheet:
            return f"sheet “{self.sheet}”, {self.cell}" if self.cell else f"sheet “{self.sheet}”"
        return f"line {self.line}" if self.line else "the file"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with a file, and where. A warning stops nothing."""

    place: Place
    key: str
    why: str
    do: str
    value: str = ""

    def to_json(self) -> dict[str, Any]:
        """As `--json` tells it."""
        return {**asdict(self.place), "key": self.key, "value": self.value, "why": self.why, "do": self.do}

    def __str__(self) -> str:
        key = f"{self.key}: " if self.key else ""
        return f"{self.place}: {key}{self.why}; {self.do}." if self.do else f"{self.place}: {key}{self.why}."


@dataclass(frozen=True, slots=True)
class Document:
    """Values of str, int, float, bool, None, list and dict; `places` has the place of each way."""

    value: Any
    places: Mapping[Way, Place] = field(default_factory=dict)
    troubles: tuple[Trouble, ...] = ()
    """What reading found."""

    def place(self, way: Way) -> Place:
        """The nearest place on the way there."""
        for length in range(len(way), -1, -1):
            if way[:length] in self.places:
                return self.places[way[:length]]
        return Place()


def key_of(way: Way) -> str:
    """A way as people write it: findings 1, text."""
    parts: list[str] = []
    for part in way:
        if isinstance(part, int) and parts:
            parts[-1] += f" {part + 1}"
        else:
            parts.append(str(part))
    return ", ".join(parts)
