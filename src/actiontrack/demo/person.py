"""What a person does to a workbook: types into cells. Everything else in the file stays as it was."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

_SHEET = re.compile(r'<(?:\w+:)?sheet [^>]*?name="([^"]*)"[^>]*?r:id="([^"]*)"')
_DAY_0 = date(1899, 12, 30)
"""What a workbook's days are counted from."""
_PART = re.compile(r"<Relationship [^>]*>")


def type_into(file: Path, sheet: str, cells: Mapping[str, str | date]) -> None:
    """Type these texts and dates into cells of a sheet ({"F12": "Done"}); the cells must be there already."""
    with zipfile.ZipFile(file) as book:
        parts = [(item, book.read(item)) for item in book.infolist()]
    part = _part_of({item.filename: data for item, data in parts}, sheet)
    fresh = file.with_name(f".{file.name}.typed")
    with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as book:
        for item, data in parts:
            book.writestr(item, _typed(data.decode(), cells).encode() if item.filename == part else data)
    fresh.replace(file)


def _part_of(parts: Mapping[str, bytes], sheet: str) -> str:
    names = {escape_back(name): key for name, key in _SHEET.findall(parts["xl/workbook.xml"].decode())}
    for relation in _PART.findall(parts["xl/_rels/workbook.xml.rels"].decode()):
        if f'Id="{names[sheet]}"' in relation:
            target = re.search(r'Target="([^"]*)"', relation)
            if target:
                return f"xl/{target.group(1)}" if not target.group(1).startswith("/") else target.group(1)[1:]
    raise ValueError(f"no sheet {sheet!r}")


def escape_back(text: str) -> str:
    """An attribute's text as people read it."""
    return text.replace("&quot;", '"').replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _typed(xml: str, cells: Mapping[str, str | date]) -> str:
    for cell, value in cells.items():
        found = re.search(rf'<c r="{cell}"((?: [^>]*?)?)(?:/>|>.*?</c>)', xml, re.DOTALL)
        if found is None:
            raise ValueError(f"no cell {cell}")
        kept = re.sub(r' t="\w*"', "", found.group(1))
        if isinstance(value, date):
            typed = f'<c r="{cell}"{kept}><v>{(value - _DAY_0).days}</v></c>'
        else:
            typed = f'<c r="{cell}"{kept} t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
        xml = xml[: found.start()] + typed + xml[found.end() :]
    return xml
