"""Parts that a package did not have: what their owners and the list of content types must say of them."""

from __future__ import annotations

import posixpath
import re
from typing import NamedTuple

from .package import part_key
from .relations import CONTENT_TYPES, relations_part
from .workbook import Workbook, as_utf8_part
from .xml import Element, Splices, attribute_text, elements


class Kind(NamedTuple):
    """What a part is: its content type, and the type of the relationship to it in either variant of the format."""

    media: str
    relation: str
    strict: str


class NewParts:
    """The new parts of one write, gathered."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._overrides: list[str] = []
        self._relations: dict[str, list[tuple[str, Kind, str]]] = {}
        """Owner -> (id, kind, target)."""

    def add(self, part: str, kind: Kind, *, owner: str = "") -> str:
        """Take in a part that belongs to another ('': to the package itself). Gives the relationship's id."""
        known = self._relations.setdefault(owner, [])
        taken = [e.attrs.get("Id", "") for e in self._elements(relations_part(owner))] + [id_ for id_, *_ in known]
        numbers = [int(number) for id_ in taken for number in re.findall(r"^rId(\d{1,9})$", id_)]
        relation = f"rId{max(numbers, default=0) + 1}"
        known.append((relation, kind, posixpath.relpath(part, posixpath.dirname(owner) or ".")))
        name, media = attribute_text("PartName", f"/{part}"), attribute_text("ContentType", kind.media)
        self._overrides.append(f"Override{name}{media}/>")
        return relation

    def free(self, pattern: str) -> str:
        """The first part name of a pattern ('xl/worksheets/sheet{}.xml') that nothing has, nor had relationships of."""
        taken = {part_key(member.name) for member in self._workbook.package.members}
        taken |= {part_key(re.findall('PartName="/([^"]*)"', text)[0]) for text in self._overrides}
        names = (pattern.format(number) for number in range(1, len(taken) + 2))
        return next(name for name in names if not {part_key(name), part_key(relations_part(name))} & taken)

    def result(self) -> dict[str, bytes]:
        """Part -> content of those that list the new ones; empty where there are none."""
        if not self._overrides:
            return {}
        changed = {CONTENT_TYPES: self._with(CONTENT_TYPES, self._overrides)}
        for owner, new in self._relations.items():
            part = relations_part(owner)
            strict = any("purl.oclc.org" in e.attrs.get("Type", "") for e in self._elements(part))
            changed[part] = self._with(part, [_relation(*each, strict=strict) for each in new])
        return changed

    def _elements(self, part: str) -> list[Element]:
        return elements(as_utf8_part(self._workbook.package, part))

    def _with(self, part: str, additions: list[str]) -> bytes:
        """A part with elements added at its end, each given without what stands before its name."""
        data = as_utf8_part(self._workbook.package, part)
        root, splices = elements(data)[0], Splices(data)
        splices.append_child(root, "".join(f"<{root.prefix}{text}" for text in additions))
        return splices.result()


def _relation(id_: str, kind: Kind, target: str, *, strict: bool) -> str:
    written = {"Id": id_, "Type": kind.strict if strict else kind.relation, "Target": target}
    return "Relationship" + "".join(attribute_text(name, value) for name, value in written.items()) + "/>"
