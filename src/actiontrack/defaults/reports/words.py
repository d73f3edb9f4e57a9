"""How a value is shown to a person: the same in every format that shows text."""

from __future__ import annotations

from datetime import date

from actiontrack.domain.report import Cell, Column, day_in_words


def shown(value: Cell, column: Column) -> str:
    """The value as its column says it is shown; the column's `missing` word for None and ""."""
    if value is None or value == "":
        return column.missing
    if isinstance(value, date):
        return day_in_words(value)
    if column.kind == "rate" and isinstance(value, int | float):
        # Half up, not to even: 12.5 % is 13 % on a pocket calculator.
        return f"{int(value * 100 + 0.5)}%"
    return str(value)
