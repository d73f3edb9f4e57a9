"""The report as a JSON file."""

from __future__ import annotations

import json

from actiontrack.domain.report import Report


def render(report: Report) -> bytes:
    """UTF-8, keys in the report's order, a newline at the end."""
    return (json.dumps(report.to_json(), ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace")
