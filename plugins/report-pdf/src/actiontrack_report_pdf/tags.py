"""What is done to the file that typst wrote: the rows' headers are told, and it is packed."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any


def finish(content: bytes) -> bytes:
    """The same file with the first cell of each row as its header (TH, Scope=Row), and smaller.

    typst tells a cell's headers by naming those of its column. A reader that finds them named looks no further, and
    would not say the row's: so they are told by their scopes alone, which PDF/UA-1 (7.5) takes as well.
    """
    import pikepdf

    with pikepdf.open(BytesIO(content)) as pdf:
        tree = pdf.Root.StructTreeRoot
        for table in _tables(tree):
            for part in table.K:
                for row in part.K:
                    _scope(row.K, "/Column" if part.S == "/THead" else "/Row")
        if "/IDTree" in tree:  # The headers' names, which nothing refers to any more.
            del tree.IDTree
        made = BytesIO()
        pdf.save(
            made,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            compress_streams=True,
            deterministic_id=True,
        )
    return made.getvalue()


def _tables(element: Any) -> Iterator[Any]:
    """The tables below it; there is none within another."""
    import pikepdf

    for kid in element.get("/K", ()):
        if isinstance(kid, pikepdf.Dictionary):
            if kid.get("/S") == "/Table":
                yield kid
            else:
                yield from _tables(kid)


def _scope(cells: Any, scope: str) -> None:
    """Every cell of the head is its column's header, the first of any other row that row's; the rest are plain."""
    from pikepdf import Array, Dictionary, Name

    for place, cell in enumerate(cells):
        if place and scope == "/Row":
            del cell.A  # The headers' names, and how its borders are drawn.
            continue
        cell.S = Name.TH
        cell.A = Array([Dictionary(O=Name.Table, Scope=Name(scope))])
        if "/ID" in cell:
            del cell.ID
