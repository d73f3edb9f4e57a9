"""A review as YAML or JSON: the same review gives the same bytes."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

from actiontrack.api import UserError
from actiontrack_learning_together.model import ReviewFile

_WIDTH = 110
_BREAKS = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ufeff]")
"""Signs that YAML takes for the end of a line, or holds only escaped."""
_HEAD = "# A review, as `actiontrack learning import` takes it in; `actiontrack learning schema` explains the keys.\n"


def plain(file: ReviewFile, *, dates_as_text: bool) -> dict[str, Any]:
    """What the file says, key by key in the order of the format; what says nothing is left out."""
    told = file.model_dump(mode="json" if dates_as_text else "python", exclude_none=True)
    kept = _said(told)
    return kept if isinstance(kept, dict) else {}


def _said(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: told for name, each in value.items() if (told := _said(each)) not in ("", [], {}, None)}
    if isinstance(value, (list, tuple)):
        return [_said(each) for each in value]
    return str(value) if isinstance(value, str) else value


def to_json(file: ReviewFile) -> bytes:
    """UTF-8, indented."""
    text = json.dumps(plain(file, dates_as_text=True), ensure_ascii=False, indent=2)
    return f"{text}\n".encode("utf-8", "surrogatepass")


def to_yaml(file: ReviewFile) -> bytes:
    """UTF-8; texts of several lines as blocks, dates plain, what others would take for a number in quotes."""
    import yaml

    class Dumper(yaml.SafeDumper):  # type: ignore[misc]
        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
            super().increase_indent(flow, False)

    def text(dumper: yaml.SafeDumper, value: str) -> Any:
        style = '"' if _BREAKS.search(value) else "|" if "\n" in value else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    def day(dumper: yaml.SafeDumper, value: date) -> Any:
        return dumper.represent_scalar("tag:yaml.org,2002:timestamp", value.isoformat())

    Dumper.add_representer(str, text)
    Dumper.add_representer(date, day)
    Dumper.ignore_aliases = lambda self, data: True
    told = yaml.dump(plain(file, dates_as_text=False), Dumper=Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
    return f"{_HEAD}{told}".encode()


def written(file: ReviewFile, suffix: str) -> bytes:
    """In the format that a suffix names. Raises UserError."""
    if suffix in (".yaml", ".yml"):
        return to_yaml(file)
    if suffix == ".json":
        return to_json(file)
    raise UserError(f"A review is written as .yaml, .json or .xlsx, not as {suffix or 'a file without a suffix'}.")
