"""meta.xml: the file's own properties, and who wrote it last."""

from __future__ import annotations

from collections.abc import Mapping

from actiontrack_spreadsheet.workbook.errors import xml_faults
from actiontrack_spreadsheet.workbook.workbook import as_utf8_part
from actiontrack_spreadsheet.workbook.xml import Splices, attribute_text, element_text

from .names import NAMESPACES
from .scan import Document, Node, scan
from .stylebook import add_child
from .tags import tag
from .workbook import MANIFEST, META, OdsWorkbook

_GENERATOR = "actiontrack"


def meta_parts(workbook: OdsWorkbook, properties: Mapping[str, str], *, calculates: bool) -> dict[str, bytes]:
    """The parts that change with the file's properties.

    ``calculates``: name us as the one who wrote the file last, so that LibreOffice works its formulas out when it
    opens it, as it does for every file it did not write itself; it would show their old results otherwise.
    """
    if not properties and not calculates:
        return {}
    if META not in workbook.package:
        return _new_parts(workbook, properties)
    data = as_utf8_part(workbook.package, META)
    with xml_faults(workbook.path, META):
        document = scan(data)
        splices = Splices(document.data)
        known = document.root.first("office:meta")
        if known is None:
            raise ValueError("no office:meta in it")
        added = ""
        for name, value in properties.items():
            there = next((n for n in known.named("meta:user-defined") if n.attrs.get("meta:name") == name), None)
            written = _property(document, name, value)
            if there is None:
                added += written
            elif there.text != value:
                splices.replace(there.start, there.end, written)
        added += _generated(document, splices, known) if calculates else ""
        if added:
            add_child(splices, document, known, added)
        return {META: splices.result()} if splices else {}


def _generated(document: Document, splices: Splices, known: Node) -> str:
    """Replace the name of the program, or give what is to be added."""
    own = document.name("meta:generator")
    written = f"<{own}>{_GENERATOR}</{own}>"
    there = known.first("meta:generator")
    if there is None:
        return written
    if there.text != _GENERATOR:
        splices.replace(there.start, there.end, written)
    return ""


def _property(document: Document, name: str, value: str) -> str:
    head = tag("meta:user-defined", {"meta:name": name}, document)
    return f"{head}{_content(value)}</{document.name('meta:user-defined')}>"


def _content(value: str) -> str:
    """A parser would take a carriage return as it stands for the end of a line."""
    return element_text(value).replace("\r", "&#13;")


def _new_parts(workbook: OdsWorkbook, properties: Mapping[str, str]) -> dict[str, bytes]:
    """A meta.xml for a file that has none, and its line in the manifest."""
    spaces = f'xmlns:office="{NAMESPACES["office"]}" xmlns:meta="{NAMESPACES["meta"]}"'
    written = "".join(
        f"<meta:user-defined{attribute_text('meta:name', name)}>{_content(value)}</meta:user-defined>"
        for name, value in properties.items()
    )
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document-meta {spaces} office:version="1.2"><office:meta>'
        f"<meta:generator>{_GENERATOR}</meta:generator>{written}</office:meta></office:document-meta>"
    )
    data = as_utf8_part(workbook.package, MANIFEST)
    with xml_faults(workbook.path, MANIFEST):
        document = scan(data)
        splices = Splices(document.data)
        attrs = {"manifest:full-path": META, "manifest:media-type": "text/xml"}
        add_child(splices, document, document.root, tag("manifest:file-entry", attrs, document, empty=True))
        return {META: text.encode(), MANIFEST: splices.result()}
