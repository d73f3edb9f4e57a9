"""The form of a seed: sections of text under `=== name` lines, each a part of a workbook or what is done to it.

    === cells
    Ref<tab>Action<tab>Due
    1<tab>Do it<tab>46023
    === xl/worksheets/_rels/sheet1.xml.rels
    <Relationships …>

`cells` writes the sheet's rows; a section with the name of a part is that part, and the parts a seed does not have are
those of a small plain workbook. The zip around them is always sound, so that the parts' own faults are what is tried.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
NAMESPACES = f'xmlns="{MAIN}" xmlns:r="{OFFICE}"'
MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml"
SHEET = "xl/worksheets/sheet1.xml"
MOST_PARTS = 40

_SECTION = re.compile(rb"^=== ([^\r\n]{1,80})\n", re.MULTILINE)
_NUMBER = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,6})?")

_STYLES = (
    f'<styleSheet {NAMESPACES}><numFmts count="1"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/></numFmts>'
    "<fonts><font/></fonts><fills><fill/></fills><borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs>"
    '<cellXfs count="4"><xf/><xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="2"/>'
    '<xf numFmtId="20"><protection locked="0"/></xf></cellXfs></styleSheet>'
)

PLAIN: Mapping[str, bytes] = {
    name: text.encode()
    for name, text in {
        "[Content_Types].xml": (
            f'<Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{MEDIA}.sheet.main+xml"/>'
            f'<Override PartName="/{SHEET}" ContentType="{MEDIA}.worksheet+xml"/></Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'<workbook {NAMESPACES}><workbookPr/><sheets><sheet name="Plan" sheetId="1" r:id="rId1"/></sheets>'
            "</workbook>"
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="rId2" Type="{OFFICE}/styles" Target="styles.xml"/>'
            f'<Relationship Id="rId3" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
        ),
        "xl/styles.xml": _STYLES,
        "xl/sharedStrings.xml": f"<sst {NAMESPACES}><si><t>Do it</t></si><si><t/></si><si><t>Open</t></si></sst>",
    }.items()
}


def sections(data: bytes) -> dict[str, bytes]:
    """A seed's sections by name; what stands before the first is the section "cells"."""
    found = list(_SECTION.finditer(data))[:MOST_PARTS]
    ends = [*(each.start() for each in found), len(data)]
    named = {"cells": data[: ends[0]]}
    for each, end in zip(found, ends[1:], strict=True):
        named[each[1].decode("utf-8", "replace")] = data[each.end() : end].removesuffix(b"\n")
    return named


def joined(named: Mapping[str, bytes]) -> bytes:
    """A seed of these sections."""
    return b"".join(b"=== %s\n%s\n" % (name.encode(), content) for name, content in named.items())


def workbook(named: Mapping[str, bytes]) -> bytes:
    """The workbook a seed describes."""
    written = {name: content for name, content in named.items() if "/" in name or name.startswith("[")}
    parts = {**PLAIN, SHEET: _sheet(named.get("cells", b"")), **written}
    return zipped(parts)


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """A sound zip of these parts, each with the same date."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return out.getvalue()


def _sheet(table: bytes) -> bytes:
    """A sheet part of a table of lines and tabs. Whole numbers in a cell that begins with @ have the date style."""
    rows = [
        f'<row r="{number}">{"".join(_cell(number, col, text) for col, text in enumerate(line.split(chr(9))))}</row>'
        for number, line in enumerate(table.decode("utf-8", "replace").splitlines()[:200], 1)
    ]
    return f"<worksheet {NAMESPACES}><sheetData>{''.join(rows)}</sheetData></worksheet>".encode()


def _cell(row: int, col: int, text: str) -> str:
    if col >= 26 or not text:
        return ""
    place = f'r="{chr(65 + col)}{row}"'
    if text.startswith("@") and _NUMBER.fullmatch(text[1:]):
        return f'<c {place} s="1"><v>{text[1:]}</v></c>'
    if _NUMBER.fullmatch(text):
        return f"<c {place}><v>{text}</v></c>"
    shown = "".join(each for each in text if each >= " " and each not in "\ufffe\uffff")
    shown = shown.replace("&", "&amp;").replace("<", "&lt;")
    return f'<c {place} t="inlineStr"><is><t xml:space="preserve">{shown}</t></is></c>'
