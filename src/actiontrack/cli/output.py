"""What people read: tables and pages of facts. Text from workbooks is shown as it is, never taken for markup."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

_WIDE = 160
"""Columns where the output is no terminal."""
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d(?:\.\d+)?(?:\+00:00|Z)$")
_CONTROLS = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160)))


def console() -> Console:
    """stdout; colours only on a terminal without NO_COLOR."""
    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)


def clean(value: object) -> str:
    """A value as text that cannot steer the terminal."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {clean(each)}".strip() for key, each in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(clean(each) for each in value)
    text = str(value)
    instant = _INSTANT.match(text)
    return f"{instant[1]} {instant[2]}Z" if instant else text.translate(_CONTROLS)


def print_line(text: str = "", style: str = "") -> None:
    """One line."""
    from rich.text import Text

    console().print(Text(clean(text), style=style), soft_wrap=True)


def print_table(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[tuple[str, str]], *, title: str = "", empty: str = "Nothing."
) -> None:
    """Rows under headings: `columns` are (key, heading) pairs; a column that is blank throughout is left out."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    kept = list(rows)
    if not kept:
        print_line(empty)
        return
    shown = [(key, heading) for key, heading in columns if any(clean(row.get(key)) for row in kept)]
    table = Table(title=title or None, box=box.SIMPLE, title_justify="left", pad_edge=False)
    for key, heading in shown:
        wide = key in _LONG
        table.add_column(heading, overflow="fold", no_wrap=not wide, ratio=3 if wide else None)
    for row in kept:
        table.add_row(*(Text(_short(key, clean(row.get(key)))) for key, _ in shown))
    console().print(table)


_LONG = frozenset(
    {
        "text",
        "title",
        "why",
        "do",
        "from",
        "to",
        "base",
        "ours",
        "theirs",
        "progress",
        "recommendation_text",
        "to_close",
        "reasons",
        "parts",
    }
)
_CUT = 200


def _short(key: str, text: str) -> str:
    return text if key not in _LONG or len(text) <= _CUT else text[: _CUT - 1] + "…"


def print_facts(facts: Mapping[str, Any], *, title: str = "") -> None:
    """Names and values, one a line; lists of records as indented lines; what is blank is left out."""
    from rich.text import Text

    out = console()
    if title:
        out.print(Text(clean(title), style="bold"))
    width = max((len(_words(name)) for name, value in facts.items() if value not in (None, "", [], {})), default=0)
    for name, value in facts.items():
        if value in (None, "", [], {}):
            continue
        if isinstance(value, list) and isinstance(value[0], Mapping):
            out.print(Text(_words(name)))
            for each in value:
                out.print(Text(f"  - {_one_line(each)}"), soft_wrap=True)
        else:
            out.print(Text(f"{_words(name):<{width}}  {clean(value)}"), soft_wrap=True)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _one_line(record: Mapping[str, Any]) -> str:
    return " · ".join(f"{_words(key)}: {clean(value)}" for key, value in record.items() if clean(value))
