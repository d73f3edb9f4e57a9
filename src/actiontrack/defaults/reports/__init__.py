"""The built-in report formats, as a plugin: HTML, XLSX and JSON. Their libraries are imported when a report is made."""

from __future__ import annotations

from typing import Any

from actiontrack.hookspecs import ReportFormatRegistrar, hookimpl


@hookimpl
def register_report_formats(register: ReportFormatRegistrar) -> None:
    """Offer what the suite can always make."""
    register("html", ".html", _html)
    register("json", ".json", _json)
    register("xlsx", ".xlsx", _xlsx)


def _html(report: Any) -> bytes:
    from actiontrack.defaults.reports.to_html import render

    return render(report)


def _json(report: Any) -> bytes:
    from actiontrack.defaults.reports.to_json import render

    return render(report)


def _xlsx(report: Any) -> bytes:
    from actiontrack.defaults.reports.to_xlsx import render

    return render(report)
