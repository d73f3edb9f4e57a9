"""A report as a PDF: its words and numbers are handed to our template as data, which typst sets and tags."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from actiontrack.api import Report, Section, Table, day_in_words
from actiontrack_report_pdf.letters import FONT, FONTS, REPLACED, SIGNS_FONT, heading, legible, without_signs
from actiontrack_report_pdf.tables import table_data
from actiontrack_report_pdf.tags import finish

_TEMPLATE = Path(__file__).with_name("report.typ")


def render(report: Report) -> bytes:
    """The same report gives the same bytes, on every machine."""
    import typst

    told = json.dumps(_data(report), ensure_ascii=False)
    try:
        return finish(_set(report, told))
    except typst.TypstError:
        # Among letters of several directions a sign of the second font is at times not found: that is refused.
        return finish(_set(report, without_signs(told)))


def _set(report: Report, told: str) -> bytes:
    """Typeset it. Raises TypstError where the standard is not met."""
    import typst

    return typst.compile(
        _TEMPLATE.read_bytes(),
        font_paths=typst.Fonts(include_system_fonts=False, font_paths=[FONTS]),
        sys_inputs={
            "report": told,
            "font": FONT,
            "signs-font": SIGNS_FONT,
            "replaced": REPLACED if REPLACED in told else "",
        },
        format="pdf",
        pdf_standards="ua-1",
        timestamp=datetime(report.as_at.year, report.as_at.month, report.as_at.day, tzinfo=UTC),
    )


def _data(report: Report) -> Any:
    """What the template shows, every text legible."""
    made = f"Made from audit entry {report.position}"
    return _legible(
        {
            "title": heading(report.title),
            "board": report.board,
            "as_at": day_in_words(report.as_at),
            "period": report.period,
            "foot": f"{report.board}. {report.title}, as at {day_in_words(report.as_at)}.",
            "decide": [
                {"label": one.label, "ref": one.ref, "text": one.text, "section": one.section}
                for one in report.headlines
            ],
            "figures": table_data(report.key_figures) if report.key_figures else None,
            "sections": [_section(section) for section in report.sections],
            "made": f"{made}, {report.head}." if report.head else f"{made}.",
        }
    )


def _section(section: Section) -> dict[str, Any]:
    chart = section.chart
    tables: list[Table] = [chart.table] if chart else []
    return {
        "key": section.key,
        "title": heading(section.title),
        "says": list(section.says),
        "chart": {"title": chart.title, "alt": heading(chart.alt), "svg": chart.svg} if chart else None,
        "tables": [table_data(table) for table in (*tables, *section.tables)],
    }


def _legible(value: Any) -> Any:
    if isinstance(value, str):
        return legible(value)
    if isinstance(value, dict):
        return {key: _legible(each) for key, each in value.items()}
    return [_legible(each) for each in value] if isinstance(value, list) else value
