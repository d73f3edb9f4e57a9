"""Writing a report's files, each whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from actiontrack.domain.report import Report
from actiontrack.errors import UserError
from actiontrack.ports import write_whole
from actiontrack.services.core import Core
from actiontrack.services.reporting.beside import keep

_SIGNS = re.compile(r"[^A-Za-z0-9.-]+|^\.+")
"""What a file's name had better not hold."""


def write_report(
    core: Core, report: Report, formats: Sequence[str], out_dir: Path, *, dry_run: bool = False
) -> list[Path]:
    """Write the report in these formats (none named: every one installed) into a folder, made where it is not there.

    Everything is rendered before anything is written; a file there already is replaced at once. With `dry_run` only the
    paths are given. Raises UserError where a format is not installed, or the folder can't be written.
    """
    offered = core.hooks.report_formats
    chosen = list(dict.fromkeys(formats)) or sorted(offered)
    unknown = [name for name in chosen if name not in offered]
    if unknown or not chosen:
        installed = ", ".join(sorted(offered)) or "none"
        raise UserError(f"No report format {', '.join(map(repr, unknown))} is installed; there are: {installed}.")
    stem = "-".join(filter(None, (report.name, "report", _SIGNS.sub("_", report.about), report.as_at.isoformat())))
    paths = [out_dir / f"{stem}{offered[name].suffix}" for name in chosen]
    if dry_run:
        return paths
    made = [core.hooks.render_report(report, name) for name in chosen]
    keep(core, report)
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        for path, content in zip(paths, made, strict=True):
            write_whole(path, content)
    except OSError as error:
        raise UserError(
            f"{out_dir}: the report can't be written there ({error.strerror}); choose another --out."
        ) from error
    core.hooks.on_report_made(report.name, [str(path) for path in paths])
    return paths
