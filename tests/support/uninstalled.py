"""A distribution's folder as if it were installed: its modules and its entry points, without an index to install from.

Python finds entry points in the metadata beside a distribution's modules. That metadata is written here of what its
pyproject.toml says, so that a wrong entry point there is a wrong one here.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path


def surroundings(*projects: Path, **more: str) -> Mapping[str, str]:
    """The environment of a process in which these folders are installed."""
    paths = [str(path) for project in projects for path in (project / "src", _metadata(project))]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), **more}


def _metadata(project: Path) -> Path:
    told = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    site = project / ".site"
    info = site / f"{told['name'].replace('-', '_')}-{told['version']}.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {told['name']}\nVersion: {told['version']}\n")
    points = [f"[{group}]\n" + "".join(f"{name} = {at}\n" for name, at in entries.items())
              for group, entries in told["entry-points"].items()]  # fmt: skip
    (info / "entry_points.txt").write_text("".join(points))
    return site
