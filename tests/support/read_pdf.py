"""A tagged PDF as a screen reader goes through it: by its structure, each element with the words that it marks."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf

_WITHIN = {"Span", "Strong", "Em", "Link", "Reference", "Lbl"}
"""Elements within a line; the others stand for themselves."""
_HEX = re.compile(rb"<([0-9A-Fa-f\s]+)>")


@dataclass
class Element:
    """One element of the structure. `words` are those of its own marked content and of what is below it, in order."""

    kind: str
    alt: str = ""
    scope: str = ""
    kids: list[Element] = field(default_factory=list)
    words: str = ""

    def all(self, *kinds: str) -> Iterator[Element]:
        """Those of these kinds in it, in the order of reading, itself included."""
        if self.kind in kinds:
            yield self
        for kid in self.kids:
            yield from kid.all(*kinds)


def structure_of(content: bytes) -> Element:
    """The document, without what it marks as no part of it (headers, footers, lines)."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        marked = {page.objgen: _marked(page) for page in pdf.pages}
        (top,) = _array(pdf.Root.StructTreeRoot.K)
        return _element(top, (0, 0), marked)


def everything_in(content: bytes) -> Iterator[bytes]:
    """All that the file holds unpacked, and the words that it shows."""
    yield structure_of(content).words.encode()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        for each in pdf.objects:
            yield each.unparse(resolved=True)
            if isinstance(each, pikepdf.Stream):
                yield each.read_bytes()


def tables_of(content: bytes) -> list[tuple[str, list[list[str]]]]:
    """Each table's caption, which is the heading before it, and the rows of its body."""
    heading, found = "", []
    for each in structure_of(content).all("H3", "Table"):
        if each.kind == "H3":
            heading = " ".join(each.words.split())
            continue
        rows = [row for body in each.all("TBody") for row in body.all("TR")]
        found.append((heading, [[" ".join(cell.words.split()) for cell in row.kids] for row in rows]))
    return found


def _element(told: Any, page: tuple[int, int], marked: dict[tuple[int, int], dict[int, str]]) -> Element:
    page = told.Pg.objgen if "/Pg" in told else page
    made = Element(str(told.S)[1:], str(told.get("/Alt", "")), _scope(told))
    for kid in _array(told.get("/K")):
        if isinstance(kid, int):
            made.words += marked[page][kid]
        elif kid.get("/Type") == "/MCR":
            made.words += marked[kid.Pg.objgen if "/Pg" in kid else page][int(kid.MCID)]
        elif "/S" in kid:
            below = _element(kid, page, marked)
            made.kids.append(below)
            made.words += below.words if below.kind in _WITHIN else f" {below.words} "
    return made


def _scope(told: Any) -> str:
    return next((str(each.Scope)[1:] for each in _array(told.get("/A")) if "/Scope" in each), "")


def _array(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, pikepdf.Array) else [value]


def _marked(page: pikepdf.Page) -> dict[int, str]:
    """The words of a page by their marks (MCID)."""
    fonts = {name: _letters(font) for name, font in page.resources.get("/Font", {}).items()}
    words: dict[int, str] = defaultdict(str)
    marks: list[int | None] = []
    font: dict[int, str] = {}
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name in ("BDC", "BMC"):
            told = operands[1] if len(operands) > 1 else None
            told = told if isinstance(told, pikepdf.Dictionary) else {}
            mark = int(told["/MCID"]) if "/MCID" in told else marks[-1] if marks else None
            if mark is not None and "/ActualText" in told:  # Stands for what is drawn within it.
                words[mark] += str(told["/ActualText"])
                mark = None
            marks.append(mark)
        elif name == "EMC":
            marks.pop()
        elif name == "Tf":
            font = fonts[str(operands[0])]
        elif name in ("Td", "TD", "T*", "Tm") and marks and marks[-1] is not None and words[marks[-1]]:
            words[marks[-1]] += " "
        elif name in ("Tj", "TJ") and marks and marks[-1] is not None:
            shown = operands[0] if name == "TJ" else [operands[0]]
            words[marks[-1]] += "".join(_read(bytes(each), font) for each in shown if isinstance(each, pikepdf.String))
    return words


def _read(codes: bytes, font: dict[int, str]) -> str:
    return "".join(font[int.from_bytes(codes[at : at + 2])] for at in range(0, len(codes), 2))


def _letters(font: Any) -> dict[int, str]:
    """What each code of a font stands for, by its ToUnicode."""
    letters: dict[int, str] = {}
    told = font.ToUnicode.read_bytes()
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", told, re.DOTALL):
        codes = [bytes.fromhex(each.decode()) for each in _HEX.findall(block)]
        for code, letter in zip(codes[::2], codes[1::2], strict=True):
            letters[int.from_bytes(code)] = letter.decode("utf-16-be")
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", told, re.DOTALL):
        codes = [bytes.fromhex(each.decode()) for each in _HEX.findall(block)]
        for first, last, letter in zip(codes[::3], codes[1::3], codes[2::3], strict=True):
            for step in range(int.from_bytes(last) - int.from_bytes(first) + 1):
                start = letter[:-2] + (int.from_bytes(letter[-2:]) + step).to_bytes(2)
                letters[int.from_bytes(first) + step] = start.decode("utf-16-be")
    return letters
