"""Any bytes as a workbook: refused with a reason, or every part is what Python's own zipfile says it is."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from actiontrack_spreadsheet.workbook import Workbook, WorkbookRefused
from actiontrack_spreadsheet.workbook.package import MAX_TOTAL, Package
from actiontrack_spreadsheet.workbook.zipwriter import rewrite

_PATH = Path("plan.xlsx")
_SMALL = 8 << 20
"""Bytes, all parts together; a zip of more is opened, not compared."""


def run(data: bytes) -> None:
    """Open the file, compare it with zipfile's reading, read its sheets, and write it anew unchanged."""
    try:
        package = Package(_PATH, data)
    except WorkbookRefused as refused:
        assert str(refused).startswith(_PATH.name)
        assert "\n" not in str(refused)
        return
    size = sum(member.size for member in package.members)
    assert size <= MAX_TOTAL
    if size <= _SMALL:
        _compare(package, data)
        _compare(Package(_PATH, rewrite(package, {})), data)
    _read(package)


def _compare(package: Package, data: bytes) -> None:
    """Each part is the same for zipfile, or damaged for us."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info, member in zip(archive.infolist(), package.members, strict=True):
            try:
                ours = package.read(member.name)
            except WorkbookRefused:
                continue
            try:
                theirs = archive.read(info)
            except (zipfile.BadZipFile, NotImplementedError, EOFError, UnicodeDecodeError, RuntimeError):
                # zipfile also refuses for what we leave aside (a local name that differs, an unknown version).
                continue
            assert ours == theirs, f"{member.name}: zipfile reads it otherwise"


def _read(package: Package) -> None:
    try:
        workbook = Workbook(package)
    except WorkbookRefused:
        return
    for sheet in workbook.sheets:
        try:
            workbook.read(sheet)
        except WorkbookRefused:
            continue
