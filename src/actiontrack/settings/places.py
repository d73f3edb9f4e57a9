"""Where in a TOML file each key stands: `tomllib` reads values only, and a person who mends a file wants the line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Path = tuple[str | int, ...]
"""The way to a value: ("connector", 1, "columns", "text")."""

_KEY = re.compile(r"""\s*((?:"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+|\s*\.\s*)+?)\s*=""")


class Places:
    """The line of each table and key of one valid TOML document."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {}
        counts: dict[Path, int] = {}
        table: Path = ()
        for number, statement in _statements(text):
            if statement.lstrip().startswith("["):
                table = self._table(statement, counts)
                self._lines.setdefault(table, number)
            elif found := _KEY.match(statement):
                self._lines[table + _spelt(found.group(1) + " = 0")] = number

    def line(self, path: Sequence[str | int]) -> int:
        """The line of that key, or of the nearest table that holds it; 1 where nothing of it is written."""
        way = tuple(path)
        while way and way not in self._lines:
            way = way[:-1]
        return self._lines.get(way, 1)

    @staticmethod
    def _table(statement: str, counts: dict[Path, int]) -> Path:
        """The path of a header; `[connector.columns]` belongs to the latest `[[connector]]`."""
        many = statement.lstrip().startswith("[[")
        way: Path = ()
        names = _spelt(statement)
        for depth, name in enumerate(names):
            way = (*way, name)
            if many and depth == len(names) - 1:
                counts[way] = counts.get(way, -1) + 1
            if way in counts:
                way = (*way, counts[way])
        return way


def _spelt(statement: str) -> tuple[str, ...]:
    """The names in a header or key, unquoted: read by tomllib itself."""
    return tuple(_walk(tomllib.loads(statement)))


def _walk(value: Any) -> Iterator[str]:
    while isinstance(value, (Mapping, list)) and value:
        if isinstance(value, list):
            value = value[0]
            continue
        name, value = next(iter(value.items()))
        yield name


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """(line number, statement): a statement runs on over lines until TOML can read it."""
    kept, start = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if not kept:
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            start = number
        kept += line + "\n"
        try:
            tomllib.loads(kept)
        except tomllib.TOMLDecodeError:
            continue
        yield start, kept
        kept = ""
