"""Changes that know what XML and tables look like: they get deeper than bytes flipped at random."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from fuzz import ods_parts
from fuzz.parts import PLAIN, SHEET, joined, sections

_TOKEN = re.compile(rb"<[^<>]*>|[^<>]+")
_ATTRIBUTE = re.compile(rb'\s[\w:]+="[^"]*"')
_NUMBER = re.compile(rb"[0-9]+(?:\.[0-9]+)?")
_NUMBERS = (
    b"0", b"1", b"2", b"16384", b"16385", b"1048576", b"1048577", b"1e400", b"-1", b"1.5", b"60", b"2958466", b"00",
    b"1E5", b"4294967296", b"99999999999999999999", b"\xd9\xa1", b"", b"+1", b"1_0", b"0x1", b"NaN", b"INF", b" 1 ",
)  # fmt: skip
_PIECES = (
    b'<c r="B2" s="1"><v>46023</v></c>', b'<c r="A2" t="s"><v>0</v></c>', b'<c r="C2" t="str"><f>1+1</f><v>2</v></c>',
    b'<c r="A1" t="inlineStr"><is><t>x</t></is></c>', b'<c t="b"><v>1</v></c>', b'<c t="e"><v>#N/A</v></c>', b"<c/>",
    b'<c r="D2" t="d"><v>2026-01-31</v></c>', b'<row r="3"/>', b'<row r="5" hidden="1"><c r="A5"><v>1</v></c></row>',
    b"<row><c><v>1</v></c></row>", b"<f/>", b'<f t="array" ref="A1:B3">1</f>',
    b'<f t="shared" si="0" ref="A1:A3">1</f>',
    b"<v/>", b"<is><t/></is>", b"<is><r><t>a</t></r><rPh><t>b</t></rPh></is>", b"<t xml:space='preserve'> a </t>",
    b'<mergeCells><mergeCell ref="A1:B2"/></mergeCells>', b'<mergeCell ref="A2:A9"/>', b"<!-- c -->", b"<![CDATA[x]]>",
    b"<?pi x?>", b'<x:row xmlns:x="urn:x"/>', b"&amp;", b"&#10;", b"&#x0;", b"&lol;", b"_x000D_", b"]]>", b"\r\n",
    b"\0",
    b"\xef\xbb\xbf", b"\xff", b"<!DOCTYPE a>", b'<dimension ref="A1:XFD1048576"/>', b'<autoFilter ref="A1:C3"/>',
    b'<cols><col min="1" max="16384" style="1" hidden="1"/></cols>', b'<sheetProtection sheet="1"/>',
    b'<dataValidation type="list" sqref="A1:C9 XFD1"><formula1>"a,b"</formula1></dataValidation>',
    b"<dataValidations>", b"</dataValidations>", b'<conditionalFormatting sqref="A2:A3"/>',
    b'<hyperlinks><hyperlink ref="B2" location="Plan!A1"/></hyperlinks>', b"<si><t>x</t></si>", b"<si/>",
    b"<si><r><t>a</t></r><r><t>b</t></r></si>", b'<xf numFmtId="14"/>', b'<numFmt numFmtId="164" formatCode="0.0%;;"/>',
    b'<definedName name="_x" localSheetId="0">Plan!$A$1</definedName>', b'<sheet name="B" sheetId="2" r:id="rId1"/>',
    b'<workbookPr date1904="1"/>', b' t="s"', b' s="1"', b' s="4"', b' r="A1"', b' spans="1:3"', b' customFormat="1"',
    b' xml:space="preserve"', b' xmlns:r="urn:r"', b' ref="A1"', b"\t", b"\n", b'"', b'""', b";", b",", b"|", b"'",
)  # fmt: skip

Change = Callable[[random.Random, list[bytes], Sequence[bytes]], None]
"""Changes some tokens; the last argument is what may be put in."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a target's seeds are made of: the parts that those it does not have come from, and pieces to put in."""

    parts: Mapping[str, bytes]
    pieces: Sequence[bytes]


EXCEL = Form({**PLAIN, SHEET: b""}, _PIECES)
OPEN_DOCUMENT = Form(ods_parts.PLAIN, ods_parts.PIECES)


def mutate(data: bytes, rng: random.Random, form: Form = EXCEL) -> bytes:
    """The seed with one to four changes to the tokens of one of its sections."""
    named = sections(data)
    if rng.random() < 0.1:
        name = rng.choice(list(form.parts))
        named.setdefault(name, form.parts[name])
    name = rng.choice(list(named))
    tokens = _TOKEN.findall(named[name]) or [b""]
    for _ in range(rng.choice((1, 1, 2, 4))):
        rng.choice(_CHANGES)(rng, tokens, form.pieces)
    named[name] = b"".join(tokens)
    if rng.random() < 0.02 and len(named) > 1:
        del named[name]
    return joined(named)


def _drop(rng: random.Random, tokens: list[bytes], _pieces: Sequence[bytes]) -> None:
    at = rng.randrange(len(tokens))
    del tokens[at : at + rng.choice((1, 1, 2, 5))]
    tokens[:] = tokens or [b""]


def _repeat(rng: random.Random, tokens: list[bytes], _pieces: Sequence[bytes]) -> None:
    at = rng.randrange(len(tokens))
    piece = tokens[at : at + rng.choice((1, 3, 5, 12))]
    if sum(map(len, piece)) < 2000:
        tokens[at:at] = piece * rng.choice((1, 1, 1, 2, 8))


def _move(rng: random.Random, tokens: list[bytes], _pieces: Sequence[bytes]) -> None:
    at, to = rng.randrange(len(tokens)), rng.randrange(len(tokens))
    tokens[at], tokens[to] = tokens[to], tokens[at]


def _insert(rng: random.Random, tokens: list[bytes], pieces: Sequence[bytes]) -> None:
    tokens.insert(rng.randrange(len(tokens) + 1), rng.choice(pieces))


def _splice(rng: random.Random, tokens: list[bytes], pieces: Sequence[bytes]) -> None:
    at = rng.randrange(len(tokens))
    cut = rng.randrange(len(tokens[at]) + 1)
    tokens[at] = tokens[at][:cut] + rng.choice(pieces) + tokens[at][cut:]


def _renumber(rng: random.Random, tokens: list[bytes], _pieces: Sequence[bytes]) -> None:
    at = rng.randrange(len(tokens))
    found = list(_NUMBER.finditer(tokens[at]))
    if found:
        each = rng.choice(found)
        tokens[at] = tokens[at][: each.start()] + rng.choice(_NUMBERS) + tokens[at][each.end() :]


def _unsay(rng: random.Random, tokens: list[bytes], _pieces: Sequence[bytes]) -> None:
    at = rng.randrange(len(tokens))
    found = list(_ATTRIBUTE.finditer(tokens[at]))
    if found:
        each = rng.choice(found)
        again = each[0] * rng.choice((0, 0, 2))
        tokens[at] = tokens[at][: each.start()] + again + tokens[at][each.end() :]


def _flip(rng: random.Random, tokens: list[bytes], _pieces: Sequence[bytes]) -> None:
    at = rng.randrange(len(tokens))
    if tokens[at]:
        place = rng.randrange(len(tokens[at]))
        tokens[at] = tokens[at][:place] + bytes([rng.randrange(256)]) + tokens[at][place + rng.randrange(2) :]


_CHANGES: tuple[Change, ...] = (
    _drop, _repeat, _move, _insert, _insert, _insert, _splice, _splice, _renumber, _renumber, _unsay, _flip,
)  # fmt: skip
