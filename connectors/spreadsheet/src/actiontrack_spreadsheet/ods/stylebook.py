"""Adding cell styles where none fits: automatic ones, made of the cell's own."""

from __future__ import annotations

from datetime import datetime

from actiontrack_spreadsheet.workbook.xml import Splices

from .scan import Document, Node
from .styles import OdsStyles
from .tags import retag, tag

_DAY = ("year", "-", "month", "-", "day")
_TIME = (" ", "hours", ":", "minutes", ":", "seconds")
_PREFIX = "at"
_GENERAL = f"{_PREFIX}general"


class OdsStyleBook:
    """The styles of a document, and those to add to it."""

    def __init__(self, document: Document, styles: OdsStyles) -> None:
        self._document = document
        self._styles = styles
        self._made: dict[tuple[str, str], str] = {}
        self._added = ""

    def for_date(self, name: str, like: str | None, moment: object) -> str | None:
        """The style a date is to have in a cell of style ``name``; None: its own will do.

        ``like``: that of the column's last date. Else the cell's own with year-month-day.
        """
        look = self._styles[self._styles.number(name)]
        if look.date and not look.time_only:
            return None
        if like is not None and self._styles.number(name) == 0:
            return like
        data = self._styles.data_style(like) if like is not None else None
        return self._derived(name, data or self._date_style(with_time=isinstance(moment, datetime)))

    def for_number(self, name: str) -> str | None:
        """The style of a number: the cell's own, without its format if that would show a date."""
        return self._derived(name, "") if self._styles[self._styles.number(name)].date else None

    def finish(self, splices: Splices) -> None:
        """Add the styles to the document."""
        if not self._added:
            return
        place = self._document.root.first("office:automatic-styles")
        if place is not None:
            add_child(splices, self._document, place, self._added)
            return
        name = self._document.name("office:automatic-styles")
        body = self._document.root.first("office:body")
        at = body.start if body else self._document.root.inner
        splices.replace(at, at, f"<{name}>{self._added}</{name}>")

    def _derived(self, name: str, data: str) -> str:
        """A style like another with another data style ('': none)."""
        if (name, data) not in self._made:
            new = f"{_PREFIX}-{name or 'Default'}-{data or _GENERAL}"
            self._made[name, data] = new
            if new in self._styles.own_cells:  # made by an earlier write
                return new
            own = self._styles.own_cells.get(name)
            changes: dict[str, str | None] = {"style:name": new, "style:data-style-name": data or _GENERAL}
            if not data:
                self._general_style()
            if own is not None:
                written = self._document.data[own.start : own.end].decode()
                self._added += retag(written, {**changes, "style:display-name": None}, self._document)
            else:
                attrs = {"style:family": "table-cell", "style:parent-style-name": name or "Default"}
                attrs |= {key: value for key, value in changes.items() if value}
                self._added += tag("style:style", attrs, self._document, empty=True)
        return self._made[name, data]

    def _date_style(self, *, with_time: bool) -> str:
        name = f"{_PREFIX}{'moment' if with_time else 'day'}"
        self._data_style(name, "number:date-style", (*_DAY, *_TIME) if with_time else _DAY)
        return name

    def _general_style(self) -> None:
        self._data_style(_GENERAL, "number:number-style", ("number",))

    def _data_style(self, name: str, kind: str, pieces: tuple[str, ...]) -> None:
        if name in self._styles.own_data or ("", name) in self._made:
            return
        self._made["", name] = name
        document, written = self._document, ""
        for piece in pieces:
            if piece == "number":
                written += tag("number:number", {"number:min-integer-digits": "1"}, document, empty=True)
            elif piece.isalpha():
                written += tag(f"number:{piece}", {"number:style": "long"}, document, empty=True)
            else:
                own = document.name("number:text")
                written += f"<{own}>{piece}</{own}>"
        head, own = tag(kind, {"style:name": name}, document), document.name(kind)
        self._added += f"{head}{written}</{own}>"


def add_child(splices: Splices, document: Document, node: Node, text: str) -> None:
    """Add inside an element, as its last child. An empty tag is opened."""
    if node.empty:
        name = document.name(node.name)
        start = document.data[node.start : node.inner].decode()
        splices.replace(node.start, node.inner, f"{start[:-2].rstrip()}>{text}</{name}>")
    else:
        splices.replace(node.close, node.close, text)
