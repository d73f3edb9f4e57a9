"""The namespaces of OpenDocument, by the prefixes everybody knows them by."""

from __future__ import annotations

from functools import lru_cache

_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
NAMESPACES = {
    "office": f"{_ODF}office:1.0",
    "table": f"{_ODF}table:1.0",
    "text": f"{_ODF}text:1.0",
    "style": f"{_ODF}style:1.0",
    "number": f"{_ODF}datastyle:1.0",
    "draw": f"{_ODF}drawing:1.0",
    "dr3d": f"{_ODF}dr3d:1.0",
    "form": f"{_ODF}form:1.0",
    "fo": f"{_ODF}xsl-fo-compatible:1.0",
    "svg": f"{_ODF}svg-compatible:1.0",
    "meta": f"{_ODF}meta:1.0",
    "manifest": f"{_ODF}manifest:1.0",
    "xlink": "http://www.w3.org/1999/xlink",
    "xml": "http://www.w3.org/XML/1998/namespace",
    "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
}

_PREFIXES = {uri: prefix for prefix, uri in NAMESPACES.items()}


@lru_cache(maxsize=4096)
def usual(name: str) -> str:
    """'urn:…:table:1.0 table-cell', as the parser says it, -> 'table:table-cell', whatever prefix the file has."""
    uri, _, local = name.rpartition(" ")
    return f"{_PREFIXES.get(uri, uri)}:{local}" if uri else local
