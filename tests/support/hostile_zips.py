"""Zips that lie: what Python's zipfile would forgive, follow, or be led astray by."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path

from fuzz.parts import PLAIN, SHEET, zipped
from hostile import Hostile, Write, sheet

_PARTS = {**PLAIN, SHEET: sheet()}


def _with(change: Callable[[zipfile.ZipFile], None]) -> Write:
    """A plain workbook to which something is added."""

    def write(path: Path) -> None:
        path.write_bytes(zipped(_PARTS))
        with zipfile.ZipFile(path, "a") as archive:
            change(archive)

    return write


def _patched(change: Callable[[bytearray], object]) -> Write:
    """A plain workbook of which bytes are changed."""

    def write(path: Path) -> None:
        data = bytearray(zipped(_PARTS))
        change(data)
        path.write_bytes(data)

    return write


def _named(name: str) -> Write:
    return _with(lambda archive: archive.writestr(name, "<x/>"))


def _link(archive: zipfile.ZipFile) -> None:
    info = zipfile.ZipInfo("xl/link.xml")
    info.create_system, info.external_attr = 3, 0o120777 << 16
    archive.writestr(info, "/etc/hostname")


def _central(data: bytearray, offset: int, layout: str, value: int, entry: int = 0) -> None:
    """Change a field of an entry of the directory."""
    at = -1
    for _ in range(entry + 1):
        at = data.index(b"PK\1\2", at + 1)
    struct.pack_into(layout, data, at + offset, value)


def _zip64(data: bytearray) -> None:
    """The end record says to look elsewhere, where nothing is."""
    at = data.rindex(b"PK\5\6")
    struct.pack_into("<2H2L", data, at + 8, 0xFFFF, 0xFFFF, 0xFFFF_FFFF, 0xFFFF_FFFF)
    data[at:at] = struct.pack("<4sLQL", b"PK\6\7", 0, 1 << 60, 1)


def _overlapping(data: bytearray) -> None:
    """Two entries whose data is the same bytes, as in a bomb of one kernel."""
    first = data.index(b"PK\1\2")
    offset = struct.unpack_from("<L", data, first + 42)[0]
    second = data.index(b"PK\1\2", first + 1)
    struct.pack_into("<L", data, second + 42, offset)


def _local_name(data: bytearray) -> None:
    """A local header with another name than the directory has."""
    at = data.index(b"xl/workbook.xml")
    data[at : at + 15] = b"xl/evilbook.xml"


def _local_size(data: bytearray) -> None:
    at = data.index(b"PK\3\4")
    struct.pack_into("<L", data, at + 22, 1)


def _descriptors(path: Path) -> None:
    class Stream(BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: object) -> int:
            raise OSError

        def tell(self) -> int:
            raise OSError

    out = Stream()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in _PARTS.items():
            archive.writestr(name, data)
    path.write_bytes(out.getvalue())


def _many(count: int, content: bytes) -> Write:
    def change(archive: zipfile.ZipFile) -> None:
        for number in range(count):
            archive.writestr(f"xl/media/{number}.xml", content, zipfile.ZIP_DEFLATED, 1)

    return _with(change)


def _comment(archive: zipfile.ZipFile) -> None:
    archive.comment = b"PK\5\6" + bytes(18) + b"PK\1\2" + bytes(42)


ZIPS: Mapping[str, Hostile] = {
    "name that climbs": Hostile(_named("../../escaped.xml"), "read"),
    "absolute name": Hostile(_named("/escaped.xml"), "read"),
    "name of a drive": Hostile(_named("C:\\escaped.xml"), "read"),
    "part with climbing sheet": Hostile(_named("xl/worksheets/../../../escaped.xml"), "read"),
    "part twice": Hostile(_named("XL/Workbook.xml"), "refused"),
    "symbolic link": Hostile(_with(_link), "read"),
    "comment with signatures": Hostile(_with(_comment), "either"),
    "rubbish behind": Hostile(lambda path: path.write_bytes(zipped(_PARTS) + b"\0" * 1000) and None, "either"),
    "rubbish before": Hostile(lambda path: path.write_bytes(b"PK" + b"\0" * 1000 + zipped(_PARTS)) and None, "either"),
    "data descriptors": Hostile(_descriptors, "read"),
    "entries that overlap": Hostile(_patched(_overlapping), "refused"),
    "another local name": Hostile(_patched(_local_name), "either"),
    "another local size": Hostile(_patched(_local_size), "either"),
    "a size beyond the file": Hostile(_patched(lambda data: _central(data, 20, "<L", 0x7FFF_FFFF)), "refused"),
    "an inflated size of 4 GB": Hostile(_patched(lambda data: _central(data, 24, "<L", 0xFFFF_FFFE)), "refused"),
    "an offset beyond the file": Hostile(_patched(lambda data: _central(data, 42, "<L", 0x7FFF_FFFF)), "refused"),
    "an extra field beyond the directory": Hostile(_patched(lambda data: _central(data, 30, "<H", 0xFFFF)), "refused"),
    "encrypted entry": Hostile(_patched(lambda data: _central(data, 8, "<H", 1)), "refused"),
    "method 99": Hostile(_patched(lambda data: _central(data, 10, "<H", 99)), "refused"),
    "method LZMA": Hostile(_patched(lambda data: _central(data, 10, "<H", 14)), "refused"),
    "zip64 that lies": Hostile(_patched(_zip64), "refused"),
    "disk numbers": Hostile(_patched(lambda data: _central(data, 34, "<H", 7)), "either"),
    "19,000 parts": Hostile(_many(19_000, b"<x/>"), "read", heavy=True),
    "21,000 parts": Hostile(_many(21_000, b"<x/>"), "refused", heavy=True),
    "2,000 parts of comments": Hostile(_many(2_000, b"<!--" * 16_000), "refused"),
    "2,000 parts with long comments": Hostile(_many(2_000, b"<!--" + b" " * 60_000 + b"--><x/>"), "read", heavy=True),
}
