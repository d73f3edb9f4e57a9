"""Where the agencies of one action stand differently, each with its own part."""

from __future__ import annotations

from actiontrack.domain.lifecycle import words
from actiontrack.domain.report import Cell, Column, Table
from actiontrack.services.reporting.picture import Item, Picture
from actiontrack.services.reporting.wording import NUMBER, REF, TEXT, first_cells, status_words


def parts_table(picture: Picture) -> Table:
    """One row a part, of each live action whose parts stand differently."""
    rows: list[tuple[Cell, ...]] = []
    for item in sorted((item for item in picture.items if item.live and _differ(item)), key=_place):
        for leg in item.legs:
            late = item.late.get(leg.agency, 0)
            part = (picture.agency(leg.agency), words(leg.status), late or None, status_words(item))
            rows.append((*first_cells(item, picture)[:3], *part))
    return Table(
        key="parts",
        caption="Actions whose parts stand differently: each is as far as its least advanced part, or blocked with one",
        columns=(
            REF, NUMBER, TEXT, Column("part_of", "Agency"), Column("part", "Its part"),
            Column("days_overdue", "Its days overdue", "number", "–"), Column("whole", "The action"),
        ),
        rows=tuple(rows),
        empty="In every action the agencies stand alike.",
    )  # fmt: skip


def _differ(item: Item) -> bool:
    return len({leg.status for leg in item.legs}) > 1


def _place(item: Item) -> tuple[int, str]:
    return -max(item.late.values(), default=0), item.action.ref
