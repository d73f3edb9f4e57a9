"""What is done to the file that typst wrote: the rows' headers are told, and it is packed."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pikepdf import Dictionary, Object, Pdf


def finish(content: bytes) -> bytes:
    """The same file with the first cell of each row as its header (TH, Scope=Row), and smaller.

    typst tells a cell's headers by naming those of its column. A reader that finds them named looks no further, and
    would not say the row's: so they are told by their scopes alone, which PDF/UA-1 (7.5) takes as well.
    """
    import pikepdf

    with pikepdf.open(BytesIO(content)) as pdf:
        for each in pdf.objects:
            if isinstance(each, pikepdf.Dictionary) and each.get("/S") in ("/TD", "/TH"):
                _scope(each)
        _forget_names(pdf)
        made = BytesIO()
        pdf.save(
            made,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            compress_streams=True,
            recompress_flate=True,
            deterministic_id=True,
        )
    return made.getvalue()


def _scope(cell: Dictionary) -> None:
    """Leave a cell of the head as it is but for names; make the first of a row its header; say nothing of the rest."""
    from pikepdf import Array, Dictionary, Name

    row = cell.P
    scope = Name.Column if row.P.S == Name.THead else Name.Row if _first(row) == cell.objgen else None
    kept = [each for each in _attributes(cell) if each.get("/O") != Name.Table]
    if scope is not None:
        cell.S = Name.TH
        kept.append(Dictionary(O=Name.Table, Scope=scope))
    if kept:
        cell.A = Array(kept)
    elif "/A" in cell:
        del cell.A
    if "/ID" in cell:
        del cell.ID


def _first(row: Dictionary) -> tuple[int, int]:
    """Which object a row's first cell is."""
    from pikepdf import Array

    found: Object = row.K[0] if isinstance(row.K, Array) else row.K
    return found.objgen


def _attributes(cell: Dictionary) -> list[Dictionary]:
    from pikepdf import Array

    found = cell.get("/A")
    if found is None:
        return []
    return list(found) if isinstance(found, Array) else [found]  # type: ignore[arg-type]


def _forget_names(pdf: Pdf) -> None:
    """The headers' names, which nothing refers to any more."""
    tree = pdf.Root.StructTreeRoot
    if "/IDTree" in tree:
        del tree.IDTree
