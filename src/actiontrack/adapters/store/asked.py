"""What is asked of a class's table: its shape, from which a statement is made once, and the values that go into it."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias, cast

import sqlalchemy as sa

from actiontrack.adapters.store.mapping import Codec
from actiontrack.adapters.store.prepared import Selection
from actiontrack.adapters.store.schema import BOARD

CHUNK = 128
"""Values in one IN list: below any database's limit of parameters, and a statement soon made ready."""

_COMPARE = {"": operator.eq, "gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le}
_AMONG, _NONE, _SOME, _HOLDS = "in", "none", "some", "holds"
_OTHER = "other_"

Shape: TypeAlias = tuple[tuple[str, str, int], ...]
"""(field, how it is compared, with how many values) of each condition."""
Condition: TypeAlias = tuple[str, str, list[Any]]


@dataclass(frozen=True, slots=True)
class Asked:
    """Conditions that all hold."""

    shape: Shape
    values: dict[str, Any]

    def renamed(self) -> dict[str, Any]:
        """The values as `selecting_without` binds those of the other class."""
        return {f"{_OTHER}{name}": value for name, value in self.values.items()}


def alternatives(where: Mapping[str, Any]) -> Iterator[Asked]:
    """What `where` says (see `ports.Reader`); in several that exclude each other where an IN list is long."""
    for chosen in itertools.product(*(_conditions(name, wanted) for name, wanted in where.items())):
        yield Asked(
            tuple((field, how, len(values)) for field, how, values in chosen),
            {_name(at, n): value for at, (_, _, values) in enumerate(chosen) for n, value in enumerate(values)},
        )


def selecting(about: tuple[Codec[Any], tuple[str, ...], Shape, tuple[str, ...]]) -> Selection:
    """(class, fields, shape, what the rows are ordered by) as a statement."""
    coder, fields, shape, by = about
    # One field may be asked for twice.
    columns = [_column(coder, name).label(f"{name}_{at}") for at, name in enumerate(fields)]
    return sa.select(*columns).where(*_where(coder, shape)).order_by(*(coder.table.c[name] for name in by))


def selecting_without(
    about: tuple[Codec[Any], tuple[str, ...], Shape, Codec[Any], Shape],
) -> Selection:
    """(class, fields, shape, other class, its shape): the rows that no row of the other is about."""
    coder, fields, shape, other, named = about
    about_it = (
        other.table.c[BOARD] == coder.table.c[BOARD],
        other.table.c[other.key[0]] == coder.table.c[coder.key[0]],
    )
    there_is = sa.exists().where(*about_it, *_conditions_of(other, named, _OTHER))
    return selecting((coder, fields, shape, ())).where(~there_is)


def tallying(about: tuple[Codec[Any], str, Shape]) -> Selection:
    """(class, field, shape): each value, and how many rows have it."""
    coder, name, shape = about
    column = _column(coder, name)
    return sa.select(column, sa.func.count()).where(*_where(coder, shape)).group_by(column).order_by(column)


def counting(about: tuple[Codec[Any], Shape]) -> Selection:
    """How many rows of (class, shape) there are, as a statement."""
    coder, shape = about
    return sa.select(sa.func.count()).select_from(coder.table).where(*_where(coder, shape))


def _conditions(name: str, wanted: Any) -> Iterator[Condition]:
    field, _, how = name.partition("__")
    if isinstance(wanted, Collection) and not isinstance(wanted, str):
        if how:
            raise TypeError(f"{name} compares with one value, not with several")
        yield from _among(field, wanted)
    elif how == _HOLDS:
        yield field, _HOLDS, []
    elif wanted is None and how in ("", "ne"):
        yield field, _SOME if how else _NONE, []
    else:
        yield field, how, [_bound(wanted)]


def _among(field: str, wanted: Collection[Any]) -> Iterator[Condition]:
    values = list(dict.fromkeys(_bound(value) for value in wanted if value is not None))
    for start in range(0, len(values), CHUNK):
        some = values[start : start + CHUNK]
        # The last one again and again, so that there are few shapes.
        yield field, _AMONG, some + some[-1:] * (min(CHUNK, 1 << (len(some) - 1).bit_length()) - len(some))
    if any(value is None for value in wanted):
        yield field, _NONE, []


def _where(coder: Codec[Any], shape: Shape) -> Iterator[sa.ColumnElement[bool]]:
    yield coder.table.c[BOARD] == sa.bindparam(BOARD)
    yield from _conditions_of(coder, shape)


def _conditions_of(coder: Codec[Any], shape: Shape, prefix: str = "") -> Iterator[sa.ColumnElement[bool]]:
    for at, (field, how, many) in enumerate(shape):
        column = _column(coder, field)
        if how == _HOLDS:
            yield sa.cast(column, sa.Text()) != sa.literal_column("'[]'")
            continue
        if isinstance(column.type, sa.JSON):
            raise TypeError(f"{coder.name}.{field} holds several values and can't be compared")
        values = [sa.bindparam(prefix + _name(at, n), type_=column.type) for n in range(many)]
        yield _condition(column, how, values)


def _condition(column: sa.Column[Any], how: str, values: list[sa.BindParameter[Any]]) -> sa.ColumnElement[bool]:
    if how == _AMONG:
        return column.in_(values)
    if how in (_NONE, _SOME):
        return column.is_(None) if how == _NONE else column.is_not(None)
    if how == "ne":  # as Python's `!=`: no value differs from any value
        return column.is_distinct_from(values[0]) if column.nullable else column != values[0]
    return cast("sa.ColumnElement[bool]", _COMPARE[how](column, values[0]))


def _name(condition: int, value: int) -> str:
    return f"v{condition}_{value}"


def _column(coder: Codec[Any], name: str) -> sa.Column[Any]:
    if name not in coder.fields:
        raise TypeError(f"{coder.name} has no field {name}")
    return coder.table.c[name]


def _bound(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value
