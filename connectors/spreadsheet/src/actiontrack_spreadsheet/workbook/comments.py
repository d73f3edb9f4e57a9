"""Comments of ours at cells: put beside those of people, known again by a check, taken away again."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from .cellxml import NotWritableError, check_value
from .commentdrawing import added_shapes, is_drawing, new_drawing, without_shapes
from .edits import PutComments
from .errors import xml_faults
from .newparts import Kind, NewParts
from .refs import MAX_COL, MAX_ROW, parse_ref, ref
from .relations import relations
from .sheetxml import SheetXml
from .strings import decode_escapes, encode_escapes, unescape
from .workbook import Sheet, Workbook, as_utf8_part
from .xml import MAIN, MAIN_STRICT, Element, Splices, XmlError, attribute_text, element_text, elements

AUTHOR = "actiontrack"
MOST = 1000
"""Comments of ours on one sheet: a program numbers the shapes of a drawing in blocks of 1,024."""

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
COMMENTS = Kind(
    media="application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml",
    relation=f"{_OFFICE}/comments",
    strict=f"{_STRICT}/comments",
)
DRAWING = Kind(
    media="application/vnd.openxmlformats-officedocument.vmlDrawing",
    relation=f"{_OFFICE}/vmlDrawing",
    strict=f"{_STRICT}/vmlDrawing",
)
_AFTER = frozenset(
    {"legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst"}
)
"""The elements of a worksheet that come after the one that names its drawing of comments."""

Cell = tuple[int, int]
Fault = tuple[str, str]


class Comment(NamedTuple):
    """A comment as it stands there."""

    cell: Cell
    author: str
    text: str
    element: Element

    @property
    def is_ours(self) -> bool:
        """Written by us, and by nobody since. LibreOffice forgets the author: the last line tells."""
        body, _, last = self.text.rstrip().rpartition("\n")
        return last == _signature(body)


def signed(text: str) -> str:
    """A text of ours as it stands in a comment."""
    body = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    return f"{body}\n{_signature(body)}"


def _signature(body: str) -> str:
    digest = hashlib.sha256("".join(body.split()).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{AUTHOR} {digest[:6]}"


def read_comments(workbook: Workbook, sheet: Sheet) -> list[Comment]:
    """Every comment of a sheet, in the order of the file. Raises WorkbookRefused."""
    part = _related(workbook, sheet, "comments")
    if part is None:
        return []
    with xml_faults(workbook.path, part):
        return _comments(as_utf8_part(workbook.package, part))


def has_comments_of_ours(workbook: Workbook, sheet: Sheet) -> bool:
    """Whether some were put there and stand untouched."""
    return any(comment.is_ours for comment in read_comments(workbook, sheet))


def comment_faults(workbook: Workbook, edit: PutComments) -> Iterator[Fault]:
    """What keeps comments from being put there."""
    sheet = workbook.sheet(edit.sheet)
    yield from _sheet_faults(workbook, sheet)
    taken = _taken(workbook, sheet)
    for cell, text in edit.texts.items():
        yield from _cell_faults(sheet, cell, text, taken)
    if len(edit.texts) > MOST:
        yield "no-comments", f"{sheet.name}: {len(edit.texts)} comments are more than a sheet takes ({MOST})"


def fitting_comments(workbook: Workbook, edit: PutComments) -> PutComments:
    """As many of them as can be put there."""
    sheet = workbook.sheet(edit.sheet)
    if any(_sheet_faults(workbook, sheet)):
        return PutComments(sheet.name, {})
    taken = _taken(workbook, sheet)
    fit = [(cell, text) for cell, text in edit.texts.items() if not any(_cell_faults(sheet, cell, text, taken))]
    return PutComments(sheet.name, dict(fit[:MOST]))


def _sheet_faults(workbook: Workbook, sheet: Sheet) -> Iterator[Fault]:
    if sheet.kind != "worksheet":
        yield "not-a-worksheet", f"sheet {sheet.name!r} is a {sheet.kind}, it has no cells"
        return
    drawing = _drawing(workbook, sheet)
    if drawing is not None and not is_drawing(as_bytes(workbook, drawing)):
        yield "no-comments", f"{sheet.name}: its drawing can't be added to; put the problems on a sheet instead"


def _cell_faults(sheet: Sheet, cell: Cell, text: str, taken: Collection[Cell]) -> Iterator[Fault]:
    where = f"{sheet.name}!{ref(*cell)}"
    if not (1 <= cell[0] <= MAX_ROW and 1 <= cell[1] <= MAX_COL):
        yield "outside-sheet", f"{sheet.name}: row {cell[0]}, column {cell[1]} is outside the sheet"
    if cell in taken:
        yield "commented", f"{where} has a comment already; it is left as it is"
    try:
        check_value(signed(text))
    except NotWritableError as error:
        yield error.reason, f"comment at {where}: {error}"


def _taken(workbook: Workbook, sheet: Sheet) -> set[Cell]:
    """The cells that people have commented on."""
    return {comment.cell for comment in read_comments(workbook, sheet) if not comment.is_ours}


class Comments:
    """The comments of one sheet, with ours in the place of ours."""

    def __init__(self, workbook: Workbook, edit: PutComments) -> None:
        self._workbook = workbook
        self.sheet = workbook.sheet(edit.sheet)
        self._there = read_comments(workbook, self.sheet)
        self.wanted = {cell: signed(text) for cell, text in sorted(edit.texts.items())}

    def parts(self, new: NewParts, sheet: bytes) -> dict[str, bytes]:
        """The parts that change. `sheet` is the sheet's own, as it is to be but for the comments."""
        ours = {comment.cell: comment.text.rstrip() for comment in self._there if comment.is_ours}
        if ours == self.wanted:
            return {}
        with xml_faults(self._workbook.path, self.sheet.part):
            parsed = SheetXml(sheet)
            changed = self._drawing_parts(new, parsed, set(ours))
        part = _related(self._workbook, self.sheet, "comments")
        if part is None:
            part = new.free(_beside(self._workbook, "comments{}.xml"))
            new.add(part, COMMENTS, owner=self.sheet.part)
            changed[part] = self._new_list()
        else:
            with xml_faults(self._workbook.path, part):
                changed[part] = self._changed_list(as_utf8_part(self._workbook.package, part))
        return changed

    def _drawing_parts(self, new: NewParts, sheet: SheetXml, gone: set[Cell]) -> dict[str, bytes]:
        """The drawing with the shapes of the comments; and the sheet, where it had none."""
        drawing = _drawing(self._workbook, self.sheet)
        if drawing is not None:
            data = without_shapes(as_bytes(self._workbook, drawing), gone)
            return {drawing: added_shapes(data, self.wanted, sheet)}
        drawing = new.free(_beside(self._workbook, "drawings/vmlDrawing{}.vml"))
        relation = new.add(drawing, DRAWING, owner=self.sheet.part)
        namespace = attribute_text("xmlns:r", _STRICT if self._workbook.strict else _OFFICE)
        element = f"<{sheet.prefix}legacyDrawing{namespace}{attribute_text('r:id', relation)}/>"
        root = sheet.elements[0]
        later = [child.start for child in sheet.elements if child.parent is root and child.name in _AFTER]
        at = min(later, default=root.close)
        sheet.outline.replace(at, at, element)
        return {drawing: added_shapes(new_drawing(self._workbook), self.wanted, sheet), self.sheet.part: sheet.result()}

    def _new_list(self) -> bytes:
        namespace = MAIN_STRICT if self._workbook.strict else MAIN
        start = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<comments xmlns="{namespace}">'
        authors = f"<authors><author>{AUTHOR}</author></authors>"
        return f"{start}{authors}<commentList>{self._written('', 0)}</commentList></comments>".encode()

    def _changed_list(self, data: bytes) -> bytes:
        found, splices = elements(data), Splices(data)
        root = found[0]
        names = next((e for e in found if e.name == "authors" and e.parent is root), None)
        listed = next((e for e in found if e.name == "commentList" and e.parent is root), None)
        if names is None or listed is None:
            raise XmlError("comments without a list of them")
        authors = [e for e in found if e.name == "author" and e.parent is names]
        known = [unescape(data[e.inner : e.close].decode()) for e in authors]
        if AUTHOR not in known and self.wanted:
            splices.append_child(names, f"<{root.prefix}author>{AUTHOR}</{root.prefix}author>")
            known.append(AUTHOR)
        for comment in self._there:
            if comment.is_ours:
                splices.replace(comment.element.start, comment.element.end, "")
        if self.wanted:
            splices.append_child(listed, self._written(root.prefix, known.index(AUTHOR)))
        return splices.result()

    def _written(self, p: str, author: int) -> str:
        return "".join(
            f'<{p}comment ref="{ref(*cell)}" authorId="{author}"><{p}text><{p}r><{p}t xml:space="preserve">'
            f"{element_text(encode_escapes(text))}</{p}t></{p}r></{p}text></{p}comment>"
            for cell, text in self.wanted.items()
        )


def comments_differ(before: list[Comment], after: list[Comment], wanted: Mapping[Cell, str]) -> bool:
    """Whether a result has other comments than those that were there, with ours in the place of ours."""
    theirs = [(each.cell, each.author, each.text) for each in before if not each.is_ours]
    kept = [(each.cell, each.author, each.text) for each in after if not each.is_ours]
    ours = {each.cell: each.text for each in after if each.is_ours}
    return theirs != kept or ours != dict(wanted)


def as_bytes(workbook: Workbook, part: str) -> bytes:
    """A part as it lies there: a drawing of comments is hardly ever sound XML."""
    return workbook.package.read(part)


def _comments(data: bytes) -> list[Comment]:
    found = elements(data)
    root = found[0]
    names = [e for e in found if e.name == "author" and e.parent and e.parent.name == "authors"]
    authors = [decode_escapes(unescape(data[e.inner : e.close].decode())) for e in names]
    texts: dict[int, list[str]] = {}
    for element in found:
        if element.name == "t":
            owner = _owner(element, root)
            if owner is not None:
                texts.setdefault(id(owner), []).append(unescape(data[element.inner : element.close].decode()))
    comments = []
    for element in found:
        if element.name == "comment" and element.parent and element.parent.name == "commentList":
            number = int(element.attrs.get("authorId", "-1"))
            author = authors[number] if 0 <= number < len(authors) else ""
            text = decode_escapes("".join(texts.get(id(element), []))).replace("\r\n", "\n").replace("\r", "\n")
            comments.append(Comment(parse_ref(element.attrs["ref"]), author, text, element))
    return comments


def _owner(element: Element, root: Element) -> Element | None:
    """The comment that a text belongs to; none for a phonetic hint."""
    at = element.parent
    while at is not None and at is not root:
        if at.name == "rPh":
            return None
        if at.name == "comment":
            return at
        at = at.parent
    return None


def _related(workbook: Workbook, sheet: Sheet, kind: str) -> str | None:
    parts = (each.target for each in relations(workbook.package, sheet.part) if each.kind == kind and not each.external)
    return next((part for part in parts if part in workbook.package), None)


def _drawing(workbook: Workbook, sheet: Sheet) -> str | None:
    """The drawing that holds the sheet's comments and controls: not the one of its header and footer."""
    with xml_faults(workbook.path, sheet.part):
        parsed = SheetXml(as_utf8_part(workbook.package, sheet.part))
    named = [each for each in parsed.named("legacyDrawing") if each.parent is parsed.elements[0]]
    by_id = {each.id: each.target for each in relations(workbook.package, sheet.part)}
    for element in named:
        wanted = next((value for name, value in element.attrs.items() if name.rpartition(":")[2] == "id"), "")
        if by_id.get(wanted, "") in workbook.package:
            return by_id[wanted]
    return None


def _beside(workbook: Workbook, name: str) -> str:
    return posixpath.join(posixpath.dirname(workbook.part), name)
