"""Between a record and its row: one codec a class, made once from the types of its fields."""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, TypeAdapter

from actiontrack.adapters.store.schema import plain_type, table_of, utc
from actiontrack.domain.catalogue import noun_name
from actiontrack.domain.nouns import Noun, Stored

S = TypeVar("S", bound=Stored)
Convert = Callable[[Any], Any]
Row = dict[str, Any]


class Codec(Generic[S]):
    """How records of one class become rows and rows records."""

    def __init__(self, kind: type[S]) -> None:
        self.kind = kind
        self.name = noun_name(kind)
        self.table = table_of(kind)
        self.key = kind.key
        self.fields = tuple(kind.model_fields)
        self.audited = issubclass(kind, Noun)
        self._encoders = {
            name: convert for name, field in kind.model_fields.items() if (convert := _encoder(field.annotation))
        }
        self._decoders = {
            name: convert for name, field in kind.model_fields.items() if (convert := _decoder(field.annotation))
        }

    def encode(self, item: S) -> Row:
        """The row of a record, without its board."""
        row = dict(item.__dict__)
        for name, convert in self._encoders.items():
            row[name] = convert(row[name])
        return row

    def decode(self, values: Sequence[Any]) -> S:
        """The record of a row's values, in the order of `fields`."""
        # Validating in pydantic's Rust is quicker than not validating in its Python (`model_construct`).
        return self.kind.model_validate(dict(zip(self.fields, values, strict=True)))

    def picked(self, fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[tuple[Any, ...]]:
        """The records' values of these fields, from the rows' values of them; column by column, for many rows."""
        columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
        if columns:
            for at, name in enumerate(fields):
                if convert := self._decoders.get(name):
                    columns[at] = map(convert, columns[at])
        return list(zip(*columns, strict=True))

    def row_key(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        """The key of a row."""
        return tuple(row[name] for name in self.key)


@cache
def codec(kind: type[S]) -> Codec[S]:
    """The codec of a class."""
    return Codec(kind)


def plain(value: Any) -> Any:
    """A row's value as JSON holds it: dates and instants in ISO."""
    return value.isoformat() if isinstance(value, date) else value


def _encoder(annotation: Any) -> Convert | None:
    kind, nullable = plain_type(annotation)
    if kind is datetime:
        return _unless_none(utc) if nullable else utc
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _unless_none(_value) if nullable else _value
    if typing.get_origin(kind) is tuple:
        return _dump if _holds_models(kind) else list
    return None


def _decoder(annotation: Any) -> Convert | None:
    kind, nullable = plain_type(annotation)
    if isinstance(kind, type) and issubclass(kind, Enum):
        member: Convert = {each.value: each for each in kind}.__getitem__
        return _unless_none(member) if nullable else member
    if typing.get_origin(kind) is tuple:
        return TypeAdapter(kind).validate_python if _holds_models(kind) else tuple
    return None


def _holds_models(kind: Any) -> bool:
    return any(isinstance(each, type) and issubclass(each, BaseModel) for each in typing.get_args(kind))


def _value(member: Enum) -> Any:
    return member.value


def _dump(models: Sequence[BaseModel]) -> list[Any]:
    return [model.model_dump(mode="json") for model in models]


def _unless_none(convert: Convert) -> Convert:
    return lambda value: None if value is None else convert(value)
