"""A report as one frozen object: every format is a rendering of it, so every number agrees between them.

A report is sections of sentences, tables and at most one chart each, in the order they are read. A renderer
needs to know no section by name: columns say how their values are shown, tables what is said where they are empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

Cell = str | int | float | date | None
"""A value in a table; None is "not known" or "none set", shown blank with the column's own `missing` word."""

ColumnKind = Literal["text", "code", "number", "rate", "date"]
"""How values are shown. A rate is a fraction of one, shown as a percentage; a code (an Action ID) is never broken."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table. `missing` is shown for None and for ""."""

    key: str
    title: str
    kind: ColumnKind = "text"
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of values under columns. `empty` is the sentence that stands in its place where there are no rows."""

    key: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str

    def to_json(self) -> dict[str, Any]:
        """Rows as objects keyed by column."""
        keys = [column.key for column in self.columns]
        return {
            "key": self.key,
            "caption": self.caption,
            "columns": {column.key: column.title for column in self.columns},
            "rows": [dict(zip(keys, map(_plain, row), strict=True)) for row in self.rows],
        }


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing with the words that stand for it, and the table that holds its numbers.

    `svg` stands alone (namespace, title and description within) and asks for nothing from outside.
    """

    key: str
    title: str
    alt: str
    svg: str
    table: Table

    def to_json(self) -> dict[str, Any]:
        """The words and the numbers; the drawing shows no more."""
        return {"key": self.key, "title": self.title, "alt": self.alt, "table": self.table.to_json()}


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report, `key` being its anchor. `says` are whole sentences in plain English."""

    key: str
    title: str
    says: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    chart: Chart | None = None

    def to_json(self) -> dict[str, Any]:
        """Everything the section says and lists."""
        return {
            "key": self.key,
            "title": self.title,
            "says": list(self.says),
            "tables": [table.to_json() for table in self.tables],
            "chart": self.chart.to_json() if self.chart else None,
        }


@dataclass(frozen=True, slots=True)
class Headline:
    """One of the few things that need a decision: what is asked, in a sentence, and the section that holds it."""

    ref: str
    label: str
    text: str
    section: str


@dataclass(frozen=True, slots=True)
class AgencyFigures:
    """One lead agency's share. `code` is "" for actions that nobody leads."""

    code: str
    name: str
    live: int
    overdue: int

    @property
    def rate(self) -> float:
        """Overdue actions as a fraction of live ones (there is at least one live action)."""
        return self.overdue / self.live


@dataclass(frozen=True, slots=True)
class Figures:
    """The counts that the report rests on; what each counts is told in the report's own list of key figures.

    `overdue_last` and `done_since` are None where there is no earlier meeting to compare with. `ageing` counts overdue
    actions by calendar days overdue and sums to `overdue`; `by_agency` sums to `live` and `overdue`.
    """

    live: int
    overdue: int
    overdue_last: int | None
    due_soon: int
    undated: int
    awaiting_verification: int
    done_since: int | None
    closed_without_evidence: int
    reopened: int
    incomplete: int
    extensions_requested: int
    decisions: int
    ageing: tuple[tuple[str, int], ...]
    by_agency: tuple[AgencyFigures, ...]
    dates_moved: int
    excluded: int

    def to_json(self) -> dict[str, Any]:
        """The figures by the names of the command line's contract."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__ if name not in ("ageing", "by_agency")}
        return plain | {
            "ageing": dict(self.ageing),
            "by_agency": {one.code: {"live": one.live, "overdue": one.overdue} for one in self.by_agency},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything a reader receives. `position` and `head` name the audit entry it was made from.

    `name` is the kind of report ("annual") and `about` what it speaks of where there are several (a review's ref): its
    files are called after both.
    """

    name: str
    about: str = ""
    title: str
    board: str
    as_at: date
    since: date | None = None
    next_meeting: date | None = None
    period: str
    """Which days it speaks of, in a sentence."""
    position: int
    head: str
    key_figures: Table | None = None
    headlines: tuple[Headline, ...] = ()
    counts: tuple[tuple[str, int], ...] = ()
    """What its figures are called, and what they come to."""
    sections: tuple[Section, ...]

    def tables(self) -> tuple[Table, ...]:
        """Every table, in the order of the report."""
        found = [self.key_figures] if self.key_figures else []
        for section in self.sections:
            found += section.tables
            if section.chart:
                found.append(section.chart.table)
        return tuple(found)

    def to_json(self) -> dict[str, Any]:
        """The whole report as JSON holds it: dates in ISO, rates as fractions of one."""
        return {
            "title": self.title,
            "board": self.board,
            "as_at": self.as_at.isoformat(),
            "since": _plain(self.since),
            "next_meeting": _plain(self.next_meeting),
            "period": self.period,
            "audit": {"position": self.position, "head": self.head},
            **self._figures(),
            "sections": [section.to_json() for section in self.sections],
        }

    @property
    def empty(self) -> bool:
        """Whether there is nothing to tell: every figure is 0. A subscription may leave such a report out."""
        return not any(count for _, count in self.counts)

    def figures_told(self) -> dict[str, Any]:
        """The figures by name."""
        return dict(self.counts)

    def _figures(self) -> dict[str, Any]:
        return {"figures": self.figures_told()} if self.counts else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardReport(Report):
    """The board pack: with its figures, and the few things that need a decision."""

    figures: Figures
    key_figures: Table

    @property
    def empty(self) -> bool:
        """Whether nothing is asked, overdue, coming or waiting, and nothing moved, however long the plan is."""
        told = self.figures
        return not any(
            (
                told.decisions, told.overdue, told.overdue_last, told.due_soon, told.done_since,
                told.awaiting_verification, told.reopened, told.dates_moved,
            )
        )  # fmt: skip

    def figures_told(self) -> dict[str, Any]:
        """The figures by the names of the command line's contract."""
        return self.figures.to_json()

    def _figures(self) -> dict[str, Any]:
        return {
            "figures": self.figures_told(),
            "key_figures": self.key_figures.to_json(),
            "needs_a_decision": [
                {"ref": one.ref, "label": one.label, "text": one.text, "section": one.section} for one in self.headlines
            ],
        }


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


def day_in_words(day: date) -> str:
    """24 November 2026: the same on every machine, whatever its locale."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _plain(value: Cell) -> str | int | float | None:
    return value.isoformat() if isinstance(value, date) else value


_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
