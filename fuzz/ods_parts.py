"""The parts of an OpenDocument workbook, and how a seed says them (see `parts`).

    === rows
    <table:table-row><table:table-cell/></table:table-row>
    === book
    <table:database-ranges/>

`cells` writes rows of lines and tabs and `rows` are more of them, both of the sheet Plan; `before` and `book` stand
before and behind that sheet, `styles` are automatic ones. A section `content.xml` is instead of all of these.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

_ODF = "urn:oasis:names:tc:opendocument:xmlns"
SPACES = {
    "office": f"{_ODF}:office:1.0",
    "table": f"{_ODF}:table:1.0",
    "text": f"{_ODF}:text:1.0",
    "style": f"{_ODF}:style:1.0",
    "number": f"{_ODF}:datastyle:1.0",
    "draw": f"{_ODF}:drawing:1.0",
    "meta": f"{_ODF}:meta:1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xlink": "http://www.w3.org/1999/xlink",
    "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
}
_DECLARED = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in SPACES.items())
_KIND = "application/vnd.oasis.opendocument.spreadsheet"
_NUMBER = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,6})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

_STYLES = (
    '<number:date-style style:name="N1"><number:day number:style="long"/><number:text>/</number:text>'
    '<number:month number:style="long"/><number:text>/</number:text><number:year number:style="long"/>'
    '</number:date-style><number:number-style style:name="N2"><number:number number:decimal-places="2" '
    'number:min-integer-digits="1" number:grouping="true"/></number:number-style>'
    '<style:style style:name="day" style:family="table-cell" style:data-style-name="N1"/>'
    '<style:style style:name="money" style:family="table-cell" style:data-style-name="N2"/>'
    '<style:style style:name="free" style:family="table-cell"><style:table-cell-properties '
    'style:cell-protect="none"/></style:style>'
)

PLAIN: Mapping[str, bytes] = {
    name: text.encode()
    for name, text in {
        "mimetype": _KIND,
        "styles.xml": (
            f'<office:document-styles{_DECLARED}><office:styles><style:style style:name="Default" '
            'style:family="table-cell"/></office:styles></office:document-styles>'
        ),
        "meta.xml": (
            f"<office:document-meta{_DECLARED}><office:meta><meta:generator>LibreOffice/7.4</meta:generator>"
            "</office:meta></office:document-meta>"
        ),
        "META-INF/manifest.xml": (
            f'<manifest:manifest xmlns:manifest="{_ODF}:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_KIND}"/></manifest:manifest>'
        ),
        "styles": _STYLES,
    }.items()
}

_UNSEEN = (b"\t", b"\n", b"\r\n", b"  ", b"\0", b"\xff", b"\xef\xbb\xbf")
PIECES = (*Path(__file__).with_name("ods_pieces.txt").read_bytes().splitlines(), *_UNSEEN)
"""What changes that know the form put in."""


def workbook(named: Mapping[str, bytes]) -> bytes:
    """The workbook a seed describes."""
    written = {name: named[name] for name in named if "." in name or "/" in name or name == "mimetype"}
    parts = {"mimetype": b"", "content.xml": _content(named), **PLAIN, **written}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            if name != "styles":
                info = zipfile.ZipInfo(name)
                info.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
                archive.writestr(info, content)
    return out.getvalue()


def _content(named: Mapping[str, bytes]) -> bytes:
    lines = named.get("cells", b"").decode("utf-8", "replace").splitlines()[:200]
    rows = "".join(f"<table:table-row>{''.join(map(_cell, line.split(chr(9))))}</table:table-row>" for line in lines)
    return b"".join((
        f"<office:document-content{_DECLARED}><office:automatic-styles>".encode(), named.get("styles", PLAIN["styles"]),
        b"</office:automatic-styles><office:body><office:spreadsheet>", named.get("before", b""),
        b'<table:table table:name="Plan">', rows.encode(), named.get("rows", b""), b"</table:table>",
        named.get("book", b""), b"</office:spreadsheet></office:body></office:document-content>",
    ))  # fmt: skip


def _cell(text: str) -> str:
    shown = "".join(each for each in text if each >= " " and each not in "\ufffe\uffff")
    shown = shown.replace("&", "&amp;").replace("<", "&lt;")
    kind = 'office:value-type="string"'
    if not shown:
        return "<table:table-cell/>"
    if _NUMBER.fullmatch(text):
        kind = f'office:value-type="float" office:value="{text}"'
    if _DAY.fullmatch(text):
        kind = f'office:value-type="date" office:date-value="{text}" table:style-name="day"'
    return f"<table:table-cell {kind}><text:p>{shown}</text:p></table:table-cell>"
