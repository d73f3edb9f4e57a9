"""Faults of a configuration, told with file, line, value and the nearest valid key."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from actiontrack.errors import ConfigurationError
from actiontrack.settings.places import Places
from actiontrack.settings.secrets import secret_fault
from actiontrack.settings.tables import TypedTable

M = TypeVar("M", bound=BaseModel)


class Faults:
    """Gathers what is wrong with one file; `raise_any` tells the first in the order of the file."""

    def __init__(self, file: Path, places: Places) -> None:
        self._file = file
        self._places = places
        self._found: set[tuple[int, str]] = set()

    def add(self, where: Iterable[str | int], text: str) -> None:
        """Note a fault at that key."""
        self._found.add((self._places.line(tuple(where)), text))

    def raise_any(self) -> None:
        """Raise ConfigurationError if anything was noted."""
        if not self._found:
            return
        line, text = min(self._found)
        more = len(self._found) - 1
        rest = f" ({more} more {'fault' if more == 1 else 'faults'} after it)" if more else ""
        raise ConfigurationError(f"{self._file}, line {line}: {text}{rest}")

    def secrets(self, options: Mapping[str, Any], where: tuple[str | int, ...], table: str) -> bool:
        """Note each secret that stands in the file itself; whether there is one. Then nothing of the table is shown."""
        found = {key: fault for key, value in options.items() if (fault := secret_fault(key, value))}
        for key, fault in found.items():
            self.add((*where, key), f"{table} {fault}")
        return bool(found)

    def model(
        self, model: type[M], table: Mapping[str, Any], where: tuple[str | int, ...], also: Collection[str] = ()
    ) -> M | None:
        """The table as that model; None, with its faults noted, where it doesn't fit.

        `also` are keys the table may have beside the model's: a misspelt key may have been meant for one of them.
        """
        try:
            return model.model_validate(dict(table))
        except ValidationError as error:
            for fault in error.errors(include_url=False):
                loc = tuple(fault["loc"])
                meant = _misspelt(model, table, loc) if fault["type"] == "missing" else ""
                if meant:
                    loc, fault["type"] = (*loc[:-1], meant), "extra_forbidden"
                self.add((*where, *loc), _sentence(model, where, loc, dict(fault), also))
            return None

    def options(
        self, table: TypedTable, kind: str, models: Mapping[str, type[BaseModel]], where: tuple[str | int, ...]
    ) -> BaseModel | None:
        """The keys of the table's type, as its model; None, with its faults noted, where they don't fit.

        `models` are those of the types installed.
        """
        called, model = heading(where), models.get(kind)
        if model is None:
            self.add((*where, "type"), f"{called} type = {kind!r} is not installed{one_of(models)}")
            return None
        if self.secrets(table.options(), where, called):
            return None
        return self.model(model, table.options(), where, also=tuple(type(table).model_fields))


def syntax(file: Path, error: Exception) -> NoReturn:
    """A file that is no TOML; the parser's words hold the line."""
    text = str(error)
    what, _, place = text.rpartition(" (at ")
    line = place.removeprefix("line ").partition(",")[0]
    where = f"{file}, line {line}" if what and line.isdigit() else f"{file}"
    raise ConfigurationError(f"{where}: {(what or text).rstrip('.')}; mend this line") from None


def nearest(word: str, words: Collection[str]) -> str:
    """`; nearest valid key: "x"`, or the list of keys where none is near."""
    near = _nearest(word, words)
    if near:
        return f'; nearest valid key: "{near}"'
    return f"; valid keys: {', '.join(sorted(words))}" if words else ""


def one_of(words: Collection[str]) -> str:
    """`; known: …`."""
    return f"; known: {', '.join(sorted(words)) or 'none'}"


def _nearest(word: object, words: Collection[str]) -> str:
    lower = {each.lower(): each for each in words}
    near = difflib.get_close_matches(str(word).lower(), lower, n=1, cutoff=0.5)
    return lower[near[0]] if near else ""


def _misspelt(model: type[BaseModel], table: Mapping[str, Any], loc: tuple[str | int, ...]) -> str:
    """The unknown key beside a missing one that was meant to be it; "" where there is none."""
    keys = _keys(model, loc[:-1])
    inner: Any = table
    for part in loc[:-1]:
        inner = inner[part]
    near = _nearest(loc[-1], [key for key in inner if key not in keys])
    return near if near and _nearest(near, keys) == loc[-1] else ""


def heading(where: tuple[str | int, ...]) -> str:
    """How a table is written in the file: [[connector]], [connector.columns], [board]."""
    names = [str(part) for part in where if isinstance(part, str)]
    written = ".".join(names)
    return f"[[{written}]]" if where and isinstance(where[-1], int) else f"[{written}]"


def _sentence(
    model: type[BaseModel],
    where: tuple[str | int, ...],
    loc: tuple[str | int, ...],
    fault: dict[str, Any],
    also: Collection[str],
) -> str:
    key = str(loc[-1]) if loc else ""
    owner = heading((*where, *loc[:-1]))
    if fault["type"] == "extra_forbidden":
        keys = [*_keys(model, loc[:-1]), *(also if len(loc) == 1 else ())]
        return f'{owner} has no key "{key}"{nearest(key, keys)}'
    if fault["type"] == "missing":
        return f'{owner} needs the key "{key}"'
    if fault["type"] in {"enum", "literal_error"}:
        words = [str(word) for word in _words(fault)]
        return f"{owner} {key} = {fault['input']!r} is not known{_nearest_word(str(fault['input']), words)}"
    told = str(fault["msg"]).removeprefix("Value error, ")
    return f"{owner} {key} = {fault['input']!r}: {told[:1].lower()}{told[1:]}" if key else f"{owner} {told}"


def _nearest_word(word: str, words: Collection[str]) -> str:
    near = difflib.get_close_matches(word, words, n=1, cutoff=0.5)
    choice = ", ".join(words)
    return f'; nearest: "{near[0]}" (of {choice})' if near else f"; it must be one of {choice}"


def _words(fault: dict[str, Any]) -> list[str]:
    expected = str(fault.get("ctx", {}).get("expected", ""))
    return [word.strip().strip("'") for word in expected.replace(" or ", ", ").split(",")]


def _keys(model: type[BaseModel], way: tuple[str | int, ...]) -> list[str]:
    """The keys of the (nested) model at that way."""
    current: type[BaseModel] = model
    for part in way:
        if isinstance(part, int):
            continue
        found = current.model_fields.get(part)
        inner = _model_in(found.annotation) if found else None
        if inner is None:
            return []
        current = inner
    return [field.alias or name for name, field in current.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in get_args(annotation):
        found = _model_in(inner)
        if found is not None:
            return found
    return None
