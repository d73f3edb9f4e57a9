"""The report as one HTML page that stands alone: no script, no font, no picture, nothing asked of anybody."""

from __future__ import annotations

import base64
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING

from actiontrack.domain.report import Report, day_in_words, shown

if TYPE_CHECKING:
    from jinja2 import Template


def render(report: Report) -> bytes:
    """UTF-8. Everything from the report is escaped; the style is allowed by its hash, all else is forbidden."""
    from markupsafe import Markup

    css = _file("board.css")
    digest = base64.b64encode(sha256(css.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    page = _template().render(
        report=report,
        css=Markup(css),  # noqa: S704 - our own file
        policy=policy,
        # The drawings are ours (services/reporting/charts.py) and escape what they show.
        drawings={
            section.key: Markup(section.chart.svg)  # noqa: S704
            for section in report.sections
            if section.chart
        },
    )
    return page.encode("utf-8", "replace")


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters["shown"] = shown
    environment.filters["day"] = day_in_words
    return environment.from_string(_file("board.html.j2"))


def _file(name: str) -> str:
    return files("actiontrack.defaults.reports").joinpath(name).read_text(encoding="utf-8")
