"""The text of a cell: paragraphs, in which blanks count once unless written as elements."""

from __future__ import annotations

import re

from actiontrack_spreadsheet.workbook.xml import element_text

SPACE, TAB, BREAK = "\0", "\1", "\2"
"""Stand for blanks written as elements, until a paragraph is complete; no XML text can hold these characters."""

_BLANKS = re.compile(r"[ \t\r\n]+")
_KEPT = str.maketrans({SPACE: " ", TAB: "\t", BREAK: "\n"})
_RUN = re.compile(r"\A +| +\Z|(?<= ) +|\t")
_NOT_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def paragraph(raw: str) -> str:
    """What a paragraph shows: blanks of the XML count once, and not at all at its start."""
    return _BLANKS.sub(" ", raw).lstrip(" ").translate(_KEPT)


def settled(text: str) -> str:
    """A text with the line ends a cell can hold."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def unwritable(text: str) -> bool:
    """Whether the text has a character that no XML can hold."""
    return bool(_NOT_XML.search(text))


def paragraphs_xml(text: str, prefix: str) -> str:
    """A text as paragraphs; ``prefix``: of the text namespace, with its colon."""

    def written(run: re.Match[str]) -> str:
        if run[0] == "\t":
            return f"\0{prefix}tab/\1"
        count = f' {prefix}c="{len(run[0])}"' if len(run[0]) > 1 else ""
        return f"\0{prefix}s{count}/\1"

    lines = [_RUN.sub(written, line) for line in settled(text).split("\n")]
    marked = [element_text(line).replace("\0", "<").replace("\1", ">") for line in lines]
    return "".join(f"<{prefix}p>{line}</{prefix}p>" for line in marked)
