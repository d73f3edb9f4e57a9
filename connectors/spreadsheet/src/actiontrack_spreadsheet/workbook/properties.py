"""Custom properties of the file: ``docProps/custom.xml``, made when missing."""

from __future__ import annotations

from collections.abc import Mapping

from .newparts import Kind, NewParts
from .relations import ROOT_RELATIONS
from .strings import encode_escapes
from .workbook import Workbook, as_utf8_part
from .xml import Splices, attribute_text, element_text, elements

_PART = "docProps/custom.xml"
_NAMESPACE = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_NAMESPACE_STRICT = "http://purl.oclc.org/ooxml/officeDocument/customProperties"
_TYPES_STRICT = "http://purl.oclc.org/ooxml/officeDocument/docPropsVTypes"
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_KIND = Kind(
    media="application/vnd.openxmlformats-officedocument.custom-properties+xml",
    relation="http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties",
    strict="http://purl.oclc.org/ooxml/officeDocument/relationships/customProperties",
)
_FORMAT_ID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_EMPTY = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties xmlns="{_NAMESPACE}"></Properties>'


def with_properties(workbook: Workbook, values: Mapping[str, str], new: NewParts) -> dict[str, bytes]:
    """The part that changes when properties are set: part name -> content. Empty when all have their value."""
    if all(workbook.custom_properties.get(name) == value for name, value in values.items()):
        return {}
    part = workbook.custom_part
    if part is not None:
        return {part: _set(as_utf8_part(workbook.package, part), values)}
    new.add(_PART, _KIND)
    strict = b"purl.oclc.org" in workbook.package.read(ROOT_RELATIONS)
    empty = _EMPTY.replace(_NAMESPACE, _NAMESPACE_STRICT) if strict else _EMPTY
    return {_PART: _set(empty.encode(), values)}


def _set(data: bytes, values: Mapping[str, str]) -> bytes:
    found = elements(data)
    root, splices = found[0], Splices(data)
    types = _TYPES_STRICT if _NAMESPACE_STRICT in root.attrs.values() else _TYPES
    known = {e.attrs.get("name", "").casefold(): e for e in found if e.name == "property"}
    last = max((int(e.attrs.get("pid", "1")) for e in known.values()), default=1)
    for name, value in values.items():
        text = element_text(encode_escapes(value))
        typed = f'<vt:lpwstr xmlns:vt="{types}">{text}</vt:lpwstr>'
        old = known.get(name.casefold())
        if old is not None and not old.empty:
            splices.replace(old.inner, old.close, typed)
            continue
        last += 1
        tag = f"{root.prefix}property"
        attrs = f'fmtid="{_FORMAT_ID}" pid="{last}"{attribute_text("name", name)}'
        splices.append_child(root, f"<{tag} {attrs}>{typed}</{tag}>")
    return splices.result()
