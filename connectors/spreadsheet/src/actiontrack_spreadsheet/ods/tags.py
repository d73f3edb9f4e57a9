"""Start tags, changed without touching what stands beside."""

from __future__ import annotations

import re
from collections.abc import Mapping

from actiontrack_spreadsheet.workbook.xml import XmlError, attribute_place, attribute_text

from .scan import Document

NAMED = "xml:id"
"""An element of its own; a copy must not have it."""

_TAG = re.compile(r"<[^>\"']*(?:\"[^\"]*\"[^>\"']*|'[^']*'[^>\"']*)*>")


def tag(name: str, attrs: Mapping[str, str], document: Document, *, empty: bool = False) -> str:
    """A start tag as this file writes it."""
    written = "".join(attribute_text(document.name(key), value) for key, value in attrs.items())
    return f"<{document.name(name)}{written}{'/' if empty else ''}>"


def retag(text: str, changes: Mapping[str, str | None], document: Document) -> str:
    """An element with attributes of its start tag set (None removes); all else stays as it is written."""
    start = old = head_of(text)
    for usual_name, value in changes.items():
        name = usual_name if usual_name == NAMED else _written(usual_name, document)
        if name is None:
            continue
        written = attribute_text(name, value) if value is not None else ""
        at, rest = attribute_place(start, name) or (len(start) - (2 if start.endswith("/>") else 1),) * 2
        start = start[:at] + written + start[rest:]
    return start + text[len(old) :]


def _written(usual_name: str, document: Document) -> str | None:
    prefix = usual_name.partition(":")[0]
    return document.name(usual_name) if prefix in document.prefixes else None


def head_of(text: str) -> str:
    """The start tag an element begins with. Raises XmlError."""
    found = _TAG.match(text)
    if found is None:
        raise XmlError("a tag that cannot be read")
    return found[0]


def opened(head: str) -> str:
    """A start tag whose element is to have content."""
    return f"{head[:-1].removesuffix('/').rstrip()}>"
