"""Putting a new workbook on the disk: the same bytes for the same content, whole or not at all, over no other file."""

from __future__ import annotations

import io
import os
import re
import zipfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from actiontrack_spreadsheet.workbook.beside import make_beside

if TYPE_CHECKING:
    from openpyxl import Workbook

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)

_FIXED_HEIGHT = re.compile(rb'(<row [^>]*?) customHeight="1"')
"""Without it a row grows with what is typed into it."""


def steady_bytes(book: Workbook, now: datetime) -> bytes:
    """The workbook's bytes without the moment of saving in them, other than `now`."""
    saved = io.BytesIO()
    book.properties.created = now
    book.save(saved)
    modified = f"{book.properties.modified.isoformat(timespec='seconds')}Z".encode()
    steady = io.BytesIO()
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(steady, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = content.replace(modified, f"{now.isoformat(timespec='seconds')}Z".encode())
            elif name.startswith("xl/worksheets/"):
                content = _FIXED_HEIGHT.sub(rb"\1", content)
            part = zipfile.ZipInfo(name, _ZIP_TIME)
            part.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(part, content)
    return steady.getvalue()


def put(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, and never over another. Raises FileExistsError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = make_beside(path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())
        if os.name == "nt":
            temporary.rename(path)  # raises FileExistsError there
        else:
            os.link(temporary, path)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
