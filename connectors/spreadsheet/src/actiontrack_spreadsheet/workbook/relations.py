"""Package relationships and content types: which part is what."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from .errors import xml_faults
from .package import Package, part_key
from .xml import Element, as_utf8, elements

CONTENT_TYPES = "[Content_Types].xml"
ROOT_RELATIONS = "_rels/.rels"


@dataclass(frozen=True, slots=True)
class Relation:
    """One relationship. ``kind`` is the last word of its type, the same in Strict and Transitional files."""

    id: str
    kind: str
    target: str
    """A part name, or for an external one the address as written."""
    external: bool


def relations_part(part: str) -> str:
    """'xl/workbook.xml' -> 'xl/_rels/workbook.xml.rels'; '' -> the package's own."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def relations(package: Package, part: str = "") -> list[Relation]:
    """The relationships of a part ('' for the package); none when it has no such file."""
    name = relations_part(part)
    if name not in package:
        return []
    return [
        Relation(
            id=attrs.get("Id", ""),
            kind=attrs.get("Type", "").rstrip("/").rpartition("/")[2],
            target=_target(package, part, attrs),
            external=attrs.get("TargetMode") == "External",
        )
        for attrs in _attributes(package, name, "Relationship")
    ]


def content_type(package: Package, part: str) -> str:
    """The declared media type of a part, '' when there is none."""
    key, default = part_key(part), ""
    for attrs in _attributes(package, CONTENT_TYPES, "Override", "Default"):
        if part_key(attrs.get("PartName", "")) == key:
            return attrs.get("ContentType", "")
        if attrs.get("Extension", "").lower() == key.rpartition(".")[2]:
            default = attrs.get("ContentType", "")
    return default


def package_elements(package: Package, part: str) -> list[Element]:
    """All elements of a part. Raises WorkbookRefused."""
    data = package.read(part)
    with xml_faults(package.path, part):
        return elements(as_utf8(data))


def _target(package: Package, part: str, attrs: dict[str, str]) -> str:
    target = attrs.get("Target", "")
    if attrs.get("TargetMode") == "External":
        return target
    target = target.replace("\\", "/").partition("#")[0]
    if not target.startswith("/"):
        target = posixpath.join(posixpath.dirname(part), target)
    written = posixpath.normpath(target).lstrip("/")
    return written if written in package else unquote(written)


def _attributes(package: Package, part: str, *names: str) -> Iterator[dict[str, str]]:
    found = package_elements(package, part)
    return (element.attrs for element in found if element.name in names)
