"""Telling that a file says what it said, without making out its plan again.

A mark is JSON: the file's hash, and of a workbook the sheets that were looked at with a digest of their content.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from actiontrack_spreadsheet.usable import file_hash

if TYPE_CHECKING:
    from actiontrack_spreadsheet.source import Source


def mark_of(source: Source) -> str:
    """The mark of a file as it was read."""
    from actiontrack_spreadsheet.workbook import content_digest

    if source.workbook is None:
        return json.dumps({"sha256": source.sha256})
    sheets = source.workbook.sheets_read
    return json.dumps(
        {"sha256": source.sha256, "sheets": sheets, "content": content_digest(source.workbook, sheets)},
        ensure_ascii=False,
    )


def still_as_marked(path: Path, mark: str) -> str:
    """The file's mark now, if it says what it said then; else "". Raises UserError for a file that can't be read."""
    known = json.loads(mark)
    if file_hash(path) == known["sha256"]:
        return mark
    if "content" not in known:
        return ""
    from actiontrack_spreadsheet.books import open_book  # the same bytes are told without any reader
    from actiontrack_spreadsheet.workbook import content_digest

    workbook = open_book(path)
    if not set(known["sheets"]) <= {sheet.name for sheet in workbook.sheets}:
        return ""
    if content_digest(workbook, known["sheets"]) != known["content"]:
        return ""
    return json.dumps(known | {"sha256": workbook.sha256}, ensure_ascii=False)
