"""The zip package of a workbook, opened without trusting it.

The whole file is held in memory (it is small; what it inflates to may not be), so that what was hashed is what is read.
"""

from __future__ import annotations

import hashlib
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from .errors import WorkbookBusy, WorkbookRefused, refuse_file

MAX_FILE = 256 << 20
MAX_PART = 256 << 20
MAX_TOTAL = 512 << 20
MAX_MEMBERS = 20_000
MAX_RATIO = 200
RATIO_FREE = 16 << 20
"""Parts that inflate to less than this may be as repetitive as they like."""

_PIECE = 1 << 20
_FED = 1 << 17
_PROLOG = 1 << 16
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_END_OF_DIRECTORY = b"PK\5\6"
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_MANIFEST = "META-INF/manifest.xml"
_ASIDE = ((b"<!--", b"-->"), (b"<?", b"?>"))
"""What may stand before the root element: comments and processing instructions."""
_NOT_TEXT = re.compile(rb"[\0-\x08\x0e-\x1f]")
_XML_NAME = re.compile(r"\.(xml|rels|vml)$")


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of the zip: where it lies in the file and what its headers say. Sizes in bytes."""

    name: str
    raw_name: bytes
    flags: int
    method: int
    moment: int
    """MS-DOS date and time, as stored."""
    crc: int
    packed: int
    size: int
    attributes: int
    version: int
    start: int
    """Of the local header."""
    end: int
    """Of everything that belongs to the entry, a data descriptor included."""
    body: int
    """Of the packed data."""
    extra: bytes = b""
    """What the directory says beside, as stored: the name in Unicode, for one."""


class Package:
    """The members of a workbook's zip by part name (no leading slash; looked up without regard to case)."""

    def __init__(self, path: Path, data: bytes) -> None:
        self.path = path
        self.data = data
        self.sha256 = hashlib.sha256(data).hexdigest()
        _refuse_other_formats(path, data)
        self.members, self.comment = _members(path, data)
        self._by_key = {part_key(member.name): member for member in self.members}
        self._check_names()
        self._check_sizes()
        self._check_encryption()
        self._check_prologs()

    @classmethod
    def open(cls, path: Path | str) -> Package:
        """Read and check a file. Raises WorkbookRefused or WorkbookBusy."""
        path = Path(path)
        return cls(path, read_bytes(path))

    def __contains__(self, part: str) -> bool:
        return part_key(part) in self._by_key

    def member(self, part: str) -> Member:
        """The entry of a part. Raises WorkbookRefused (``truncated``) when the part is missing."""
        try:
            return self._by_key[part_key(part)]
        except KeyError:
            raise refuse_file(self.path, "truncated", f"its part {part} is missing; ask for a new copy") from None

    def read(self, part: str) -> bytes:
        """All bytes of a part."""
        whole = io.BytesIO()  # joined pieces would be there twice
        whole.writelines(self.pieces(part))
        return whole.getvalue()

    def pieces(self, part: str) -> Iterator[bytes]:
        """The part in pieces of about 1 MiB. Raises WorkbookRefused when size or checksum are not as declared."""
        member = self.member(part)
        size = crc = 0
        for piece in self._inflate(member):
            size += len(piece)
            crc = zlib.crc32(piece, crc)
            if size > member.size:
                raise self._too_large(member)
            yield piece
        if size != member.size or crc != member.crc:
            raise self._broken(member)

    def packed(self, member: Member) -> memoryview:
        """The member's packed data."""
        return memoryview(self.data)[member.body : member.body + member.packed]

    def _inflate(self, member: Member, piece_size: int = _PIECE) -> Iterator[bytes]:
        packed = self.packed(member)
        if member.method == zipfile.ZIP_STORED:
            for at in range(0, len(packed), piece_size):
                yield bytes(packed[at : at + piece_size])
            return
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        at, source = 0, b""
        try:
            while not inflater.eof:
                if not source:  # fed in slices: what it leaves of its input is copied each time
                    source, at = bytes(packed[at : at + _FED]), at + _FED
                piece = inflater.decompress(source, piece_size)
                if not piece and not source and not inflater.eof:
                    raise self._broken(member)
                source = inflater.unconsumed_tail
                if piece:
                    yield piece
        except zlib.error:
            raise self._broken(member) from None

    def _broken(self, member: Member) -> WorkbookRefused:
        return refuse_file(self.path, "truncated", f"damaged at {member.name}; ask for a new copy")

    def _too_large(self, member: Member) -> WorkbookRefused:
        return refuse_file(self.path, "too-large", f"{member.name} unpacks to far more than a workbook should; refused")

    def _check_names(self) -> None:
        if len(self._by_key) != len(self.members):
            names = [part_key(member.name) for member in self.members]
            twice = next(name for name in names if names.count(name) > 1)
            raise refuse_file(self.path, "duplicate-part", f"it holds {twice} twice; save it anew in Excel")

    def _check_sizes(self) -> None:
        total = 0
        for member in self.members:
            total += member.size
            ratio = member.size / max(member.packed, 1)
            if member.size > MAX_PART or total > MAX_TOTAL or (member.size > RATIO_FREE and ratio > MAX_RATIO):
                raise self._too_large(member)

    def _check_encryption(self) -> None:
        """An OpenDocument file says in its manifest which of its parts are encrypted."""
        if _MANIFEST not in self:
            return
        if self.member(_MANIFEST).size > RATIO_FREE:
            raise self._too_large(self.member(_MANIFEST))
        if b"encryption-data" in self.read(_MANIFEST):
            raise refuse_file(self.path, "encrypted", "protected with a password to open; ask for an unprotected copy")

    def _check_prologs(self) -> None:
        """Refuse a document type in any part: it stands before the root element or nowhere."""
        for member in self.members:
            if _XML_NAME.search(part_key(member.name)) and member.size:
                head = next(self._inflate(member, _PROLOG), b"")[:_PROLOG]
                if member.size < len(head):
                    raise self._broken(member)
                if has_doctype(head):
                    raise refuse_file(self.path, "dtd", f"{member.name} has a document type (DTD), unsafe; refused")


def part_key(name: str) -> str:
    """Part names compare without case, leading slash or the backslashes some old writers used."""
    return name.replace("\\", "/").lstrip("/").lower()


def has_doctype(head: bytes) -> bool:
    """Whether a DTD comes before the root element; also if no root element starts within ``head``."""
    text = head.replace(b"\0", b"")  # UTF-16 and UTF-32 become readable enough
    at = text.find(b"<")
    while at >= 0:
        aside = next((end for start, end in _ASIDE if text.startswith(start, at)), None)
        if aside is None:
            return text.startswith(b"<!", at)
        end = text.find(aside, at)
        if end < 0:
            return True
        at = text.find(b"<", end)
    return False


def read_bytes(path: Path) -> bytes:
    """The file's bytes. Raises WorkbookRefused when it is missing or huge, WorkbookBusy when it cannot be read now."""
    try:
        if path.stat().st_size > MAX_FILE:
            raise refuse_file(path, "too-large", f"larger than {MAX_FILE >> 20} MiB; refused")
        return path.read_bytes()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise refuse_file(path, "missing", "there is no such file") from None
    except PermissionError:
        raise WorkbookBusy(f"{path.name}: cannot be read now (open elsewhere, or no permission)") from None


def _refuse_other_formats(path: Path, data: bytes) -> None:
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if data.startswith(_OLE):
        if _ENCRYPTED_STREAM in data:
            raise refuse_file(path, "encrypted", "protected with a password to open; ask for an unprotected copy")
        raise refuse_file(path, "old-xls", "an old .xls workbook; save it as .xlsx")
    if start.startswith(b"<"):
        raise refuse_file(path, "html", "a web page or XML file named as a workbook; open it in Excel, save as .xlsx")
    if not data:
        raise refuse_file(path, "truncated", "the file is empty; ask for a new copy")
    if not data.startswith(b"PK") and not zipfile.is_zipfile(io.BytesIO(data)):
        if start and not _NOT_TEXT.search(start):
            raise refuse_file(path, "not-a-workbook", "plain text named as a workbook; if it is CSV, name it .csv")
        raise refuse_file(path, "not-a-workbook", "not an Excel workbook; ask for the .xlsx file")


def _members(path: Path, data: bytes) -> tuple[list[Member], bytes]:
    """The zip's entries in directory order and its comment; overlapping or strange entries are refused."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            central, comment = archive.start_dir, archive.comment
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, EOFError, OSError):
        raise refuse_file(path, "truncated", "damaged or cut short; ask for a new copy") from None
    if len(infos) > MAX_MEMBERS:
        raise refuse_file(path, "too-large", f"{len(infos)} parts; refused")
    order = sorted(infos, key=lambda info: info.header_offset)
    ends = {id(a): b.header_offset for a, b in pairwise(order)}
    at, members, directory_end = central, [], data.rfind(_END_OF_DIRECTORY)
    for info in infos:
        fields = _CENTRAL.unpack_from(data, at)
        raw_name = data[at + _CENTRAL.size : at + _CENTRAL.size + fields[10]]
        at += _CENTRAL.size + fields[10] + fields[11] + fields[12]
        if at > directory_end:  # zipfile takes whatever bytes are there for the rest of a name
            raise refuse_file(path, "truncated", "damaged or cut short; ask for a new copy")
        members.append(_member(path, data, info, fields, raw_name, ends.get(id(info), central)))
    return members, comment


def _member(
    path: Path, data: bytes, info: zipfile.ZipInfo, fields: tuple[int, ...], raw_name: bytes, end: int
) -> Member:
    if info.flag_bits & 1:
        raise refuse_file(path, "encrypted", "protected with a password; ask for an unprotected copy")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise refuse_file(path, "not-a-workbook", f"{info.filename} is packed in a way Excel does not read")
    start = info.header_offset
    body = end + 1
    if 0 <= start <= len(data) - _LOCAL.size and data[start : start + 4] == b"PK\3\4":
        local = _LOCAL.unpack_from(data, start)
        body = start + _LOCAL.size + local[9] + local[10]
    if body + info.compress_size > end:
        raise refuse_file(path, "truncated", f"damaged at {info.filename}; ask for a new copy")
    return Member(
        name=info.filename,
        raw_name=raw_name,
        flags=info.flag_bits,
        method=info.compress_type,
        moment=fields[5] | fields[6] << 16,
        crc=info.CRC,
        packed=info.compress_size,
        size=info.file_size,
        attributes=info.external_attr,
        version=fields[1],
        start=start,
        end=end,
        body=body,
        extra=info.extra,
    )
