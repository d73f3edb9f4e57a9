"""The report as JSON: dates in ISO, rates as fractions, rows as objects keyed by column."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from actiontrack.domain.report import Cell, Chart, Report, Section, Table


def render(report: Report) -> bytes:
    """UTF-8, keys in the report's order, a newline at the end."""
    document = {
        "title": report.title,
        "board": report.board,
        "as_at": report.as_at.isoformat(),
        "since": _plain(report.since),
        "next_meeting": _plain(report.next_meeting),
        "period": report.period,
        "audit": {"position": report.position, "head": report.head},
        "figures": report.figures.to_json(),
        "key_figures": _table(report.key_figures),
        "needs_a_decision": [
            {"ref": one.ref, "label": one.label, "text": one.text, "section": one.section} for one in report.headlines
        ],
        "sections": [_section(section) for section in report.sections],
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "surrogatepass")


def _section(section: Section) -> dict[str, Any]:
    return {
        "key": section.key,
        "title": section.title,
        "says": list(section.says),
        "tables": [_table(table) for table in section.tables],
        "chart": _chart(section.chart) if section.chart else None,
    }


def _chart(chart: Chart) -> dict[str, Any]:
    return {"key": chart.key, "title": chart.title, "alt": chart.alt, "table": _table(chart.table)}


def _table(table: Table) -> dict[str, Any]:
    keys = [column.key for column in table.columns]
    return {
        "key": table.key,
        "caption": table.caption,
        "columns": {column.key: column.title for column in table.columns},
        "rows": [dict(zip(keys, map(_plain, row), strict=True)) for row in table.rows],
    }


def _plain(value: Cell) -> str | int | float | None:
    return value.isoformat() if isinstance(value, date) else value
