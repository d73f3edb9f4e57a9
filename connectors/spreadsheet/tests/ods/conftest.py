"""OpenDocument workbooks written by hand for the tests."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

ODF = "urn:oasis:names:tc:opendocument:xmlns:"
SPACES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "office": f"{ODF}office:1.0", "table": f"{ODF}table:1.0", "text": f"{ODF}text:1.0",
        "style": f"{ODF}style:1.0", "number": f"{ODF}datastyle:1.0", "fo": f"{ODF}xsl-fo-compatible:1.0",
        "meta": f"{ODF}meta:1.0", "xlink": "http://www.w3.org/1999/xlink", "draw": f"{ODF}drawing:1.0",
        "dc": "http://purl.org/dc/elements/1.1/",
        "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
    }.items()
)  # fmt: skip
KIND = "application/vnd.oasis.opendocument.spreadsheet"
TAIL = (
    '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/>'
    "</table:table-row>"
)

STYLES = (
    '<number:date-style style:name="N1"><number:day number:style="long"/><number:text>/</number:text>'
    '<number:month number:style="long"/><number:text>/</number:text><number:year number:style="long"/>'
    "</number:date-style>"
    '<number:number-style style:name="N2"><number:number number:decimal-places="2" number:min-decimal-places="2" '
    'number:min-integer-digits="1" number:grouping="true"/></number:number-style>'
    '<number:percentage-style style:name="N3"><number:number number:decimal-places="0" number:min-integer-digits="1"/>'
    "<number:text>%</number:text></number:percentage-style>"
    '<style:style style:name="day" style:family="table-cell" style:data-style-name="N1"/>'
    '<style:style style:name="money" style:family="table-cell" style:data-style-name="N2"/>'
    '<style:style style:name="percent" style:family="table-cell" style:data-style-name="N3"/>'
    '<style:style style:name="bold" style:family="table-cell"><style:text-properties fo:font-weight="bold"/>'
    "</style:style>"
    '<style:style style:name="free" style:family="table-cell"><style:table-cell-properties '
    'style:cell-protect="none"/></style:style>'
)


def cell(text: str = "", attrs: str = "", beside: str = "") -> str:
    """A text cell, or a blank one."""
    kind = ' office:value-type="string"' if text else ""
    body = beside + (f"<text:p>{text}</text:p>" if text else "")
    space = f" {attrs}" if attrs else ""
    return f"<table:table-cell{kind}{space}>{body}</table:table-cell>"


def row(*cells: str, attrs: str = "") -> str:
    """A row of written cells."""
    return f"<table:table-row {attrs}>{''.join(cells)}</table:table-row>"


PLAN = row(cell("Ref"), cell("Action"), cell("Due"), cell("Status")) + row(
    cell("1.1"),
    cell("Do it"),
    '<table:table-cell table:style-name="day" office:value-type="date" office:date-value="2026-01-02">'
    "<text:p>02/01/2026</text:p></table:table-cell>",
    cell("Open", 'table:content-validation-name="val1"'),
)

Build = Callable[..., Path]


class Pieces:
    """Pieces of XML, where tests can reach them without importing this file."""

    cell = staticmethod(cell)
    row = staticmethod(row)
    tail = TAIL
    plan = PLAN


@pytest.fixture
def pieces() -> type[Pieces]:
    """Pieces of XML to build sheets of."""
    return Pieces


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Write a one-sheet workbook by hand: ``build(rows, tail=..., before=..., after=..., extra={part: text})``."""

    def make(
        rows: str = PLAN,
        *,
        name: str = "plan.ods",
        columns: str = '<table:table-column table:number-columns-repeated="16384"/>',
        tail: str = TAIL,
        before: str = "",
        after: str = "",
        table: str = "",
        inside: str = "",
        styles: str = STYLES,
        kind: str = KIND,
        head: str = '<?xml version="1.0" encoding="UTF-8"?>\n',
        spaces: str = SPACES,
        body: str = "",
        manifest: str = "",
        extra: Mapping[str, str] | None = None,
        meta: str | None = "<meta:generator>LibreOffice/7.4</meta:generator>",
    ) -> Path:
        path = tmp_path / name
        sheet = body or (
            f'{before}<table:table table:name="Plan" {table}>{columns}{rows}{tail}{inside}</table:table>{after}'
        )
        content = (
            f"{head}<office:document-content {spaces}><office:automatic-styles>{styles}</office:automatic-styles>"
            f"<office:body><office:spreadsheet>{sheet}</office:spreadsheet></office:body></office:document-content>"
        )
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("mimetype", kind, zipfile.ZIP_STORED)
            archive.writestr("content.xml", content)
            archive.writestr(
                "styles.xml",
                f'<office:document-styles {SPACES}><office:styles><style:style style:name="Default" '
                'style:family="table-cell"/></office:styles></office:document-styles>',
            )
            if meta is not None:
                archive.writestr(
                    "meta.xml",
                    f"<office:document-meta {SPACES}><office:meta>{meta}</office:meta></office:document-meta>",
                )
            archive.writestr(
                "META-INF/manifest.xml",
                f'<manifest:manifest xmlns:manifest="{ODF}manifest:1.0">{manifest}</manifest:manifest>',
            )
            for part, text in (extra or {}).items():
                archive.writestr(part, text)
        return path

    return make
